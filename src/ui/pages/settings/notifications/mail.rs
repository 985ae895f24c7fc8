//! Mail section of the settings: whether this site sends mail, and whether the viewer's address is confirmed.

use leptos::prelude::*;

use crate::{
    api::users::mail::{ask_to_confirm, get_mail_settings},
    shared::{page::payload::PagePayload, users::mail::MailSettings, words},
    ui::components::{
        Attempt, CommandForm, ResourceView, Skeleton, SubmitButton, forms::field::FormErrorLine,
        not_found::LoadError, page_resource,
    },
};

#[component]
pub fn Mail() -> impl IntoView {
    let settings = page_resource(Signal::stored(String::new()), || {
        Box::pin(async { PagePayload::new(get_mail_settings().await) })
    });
    view! {
        <section class="card" id="mail" aria-labelledby="mail-title">
            <h2 id="mail-title">{words::settings_mail_title()}</h2>
            <ResourceView
                from=settings
                fallback=|| view! { <Skeleton count=1/> }
                show=Box::new(move |payload| match payload.take::<MailSettings>() {
                    Ok(settings) => view! { <State settings/> }.into_any(),
                    Err(error) => view! { <LoadError error/> }.into_any(),
                })
            />
        </section>
    }
}

#[component]
fn State(settings: MailSettings) -> impl IntoView {
    let MailSettings { is_set_up, is_confirmed, is_stopped, address } = settings;
    let Some(address) = address.filter(|_| is_set_up) else {
        return view! { <p>{words::settings_mail_off()}</p> }.into_any();
    };
    if is_confirmed && !is_stopped {
        let [before, after] = words::around(&words::settings_mail_confirmed(words::HOLE));
        return view! { <p>{before} <bdi>{address}</bdi> {after}</p> }.into_any();
    }
    let attempt = Attempt::at("/rpc/ask_to_confirm");
    let error = attempt.error();
    let is_sent = Memo::new(move |_| matches!(attempt.answer.get(), Some(Ok(_))));
    let around_address = move || {
        let sentence = match (is_sent.get(), is_stopped) {
            (true, _) => words::settings_mail_sent(words::HOLE),
            (false, true) => words::settings_mail_stopped(words::HOLE),
            (false, false) => words::settings_mail_unconfirmed(words::HOLE),
        };
        words::around(&sentence)
    };
    let before = move || {
        let [before, _] = around_address();
        before
    };
    let after = move || {
        let [_, after] = around_address();
        after
    };
    view! {
        <p role="status">{before} <bdi>{address}</bdi> {after}</p>
        <CommandForm
            attempt
            send=Box::new(|_| Box::pin(async { ask_to_confirm().await.map(|()| String::new()) }))
        >
            <FormErrorLine error fields=&[]/>
            <SubmitButton pending=attempt.is_pending>{words::settings_mail_send_again()}</SubmitButton>
        </CommandForm>
    }
    .into_any()
}
