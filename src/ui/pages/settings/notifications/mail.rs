//! Mail section of the settings: whether this site sends mail, and whether the viewer's address is confirmed.

use leptos::prelude::*;

use crate::{
    api::users::mail::{ask_to_confirm, get_mail_settings},
    shared::{page::payload::PagePayload, users::mail::MailSettings},
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
            <h2 id="mail-title">"Mail"</h2>
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
        return view! { <p>"This site does not send mail, so nothing reaches you while you are away."</p> }
            .into_any();
    };
    if is_confirmed && !is_stopped {
        return view! {
            <p>"What you would miss goes to "<bdi>{address}</bdi>", about the kinds that are chosen above."</p>
        }
        .into_any();
    }
    let attempt = Attempt::at("/rpc/ask_to_confirm");
    let error = attempt.error();
    let is_sent = Memo::new(move |_| matches!(attempt.answer.get(), Some(Ok(_))));
    let (before, after) = if is_stopped {
        (
            "Mails came back from ",
            ", so nothing more is mailed there. Have it confirmed again once it takes mail.",
        )
    } else {
        ("Nothing is mailed to you before you have confirmed ", ": open the link that was mailed to you.")
    };
    view! {
        <p role="status">
            {move || if is_sent.get() { "A mail is on its way to " } else { before }}
            <bdi>{address}</bdi>
            {move || if is_sent.get() { ". Open the link in it." } else { after }}
        </p>
        <CommandForm
            attempt
            send=Box::new(|_| Box::pin(async { ask_to_confirm().await.map(|()| String::new()) }))
        >
            <FormErrorLine error fields=&[]/>
            <SubmitButton pending=attempt.is_pending>"Send the mail again"</SubmitButton>
        </CommandForm>
    }
    .into_any()
}
