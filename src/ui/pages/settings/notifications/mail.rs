//! Mail section of the settings: whether this site sends mail, whether the viewer's address is confirmed, and another one.

use leptos::{html, prelude::*};

use crate::{
    api::users::{
        address::change_address,
        mail::{ask_to_confirm, get_mail_settings},
    },
    shared::{
        page::{payload::PagePayload, session::PageSession},
        users::{
            credentials::{EMAIL_MAX_CHARS, PASSWORD_MAX_CHARS},
            mail::MailSettings,
        },
        words,
    },
    ui::components::{
        Attempt, CommandForm, ResourceView, Skeleton, SubmitButton, TextField,
        forms::{
            field::{FormErrorLine, focus_on_error},
            form::{CommandFuture, Fields},
        },
        not_found::LoadError,
        page_resource, use_toasts,
    },
};

#[component]
pub fn Mail() -> impl IntoView {
    let settings = page_resource(Signal::stored(String::new()), || {
        Box::pin(async { PagePayload::new(get_mail_settings().await) })
    });
    let on_change = Callback::new(move |()| settings.refetch());
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
            <ChangeAddress on_change/>
        </section>
    }
}

#[component]
fn State(settings: MailSettings) -> impl IntoView {
    let MailSettings { is_set_up, is_confirmed, is_stopped, address, claimed_address } = settings;
    let Some(address) = address.filter(|_| is_set_up) else {
        return view! { <p>{words::settings_mail_off()}</p> }.into_any();
    };
    if is_confirmed && !is_stopped {
        let [before, after] = words::around(&words::settings_mail_confirmed(words::HOLE));
        let claim = claimed_address
            .map(|claimed| view! { <ToConfirm address=claimed sentence=words::settings_mail_claimed/> });
        return view! { <p>{before}<bdi>{address}</bdi>{after}</p> {claim} }.into_any();
    }
    let sentence = if is_stopped { words::settings_mail_stopped } else { words::settings_mail_unconfirmed };
    // What it claims comes first: its link is the one that is mailed.
    match claimed_address {
        Some(claimed) => {
            view! { <ToConfirm address=claimed sentence=words::settings_mail_claimed/> }.into_any()
        }
        None => view! { <ToConfirm address sentence/> }.into_any(),
    }
}

/// An address that waits for its link to be opened, and the button that has it mailed again.
#[component]
fn ToConfirm(address: String, sentence: fn(&str) -> String) -> impl IntoView {
    let attempt = Attempt::at("/rpc/ask_to_confirm");
    let error = attempt.error();
    let around_address = move || {
        let is_sent = matches!(attempt.answer.get(), Some(Ok(_)));
        words::around(&if is_sent { words::settings_mail_sent(words::HOLE) } else { sentence(words::HOLE) })
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
        <p role="status">{before}<bdi>{address}</bdi>{after}</p>
        <CommandForm
            attempt
            send=Box::new(|_| Box::pin(async { ask_to_confirm().await.map(|()| String::new()) }))
        >
            <FormErrorLine error fields=&[]/>
            <SubmitButton pending=attempt.is_pending>{words::settings_mail_send_again()}</SubmitButton>
        </CommandForm>
    }
}

#[component]
fn ChangeAddress(on_change: Callback<()>) -> impl IntoView {
    let attempt = Attempt::at("/rpc/change_address");
    let form = NodeRef::<html::Form>::new();
    let error = attempt.error();
    let toasts = use_toasts();
    let has_mail = expect_context::<PageSession>().has_mail;
    focus_on_error(form, error);
    let send = move |fields: Fields| -> CommandFuture {
        let (password, email) = (fields.text("address_password"), fields.text("email"));
        Box::pin(async move {
            change_address(password, email).await?;
            if let Some(form) = form.get_untracked() {
                form.reset();
            }
            toasts.show(if has_mail { words::settings_address_mailed() } else { words::common_saved() });
            on_change.run(());
            Ok(String::new())
        })
    };
    view! {
        <details open=error.get_untracked().is_some()>
            <summary>{words::settings_address_change()}</summary>
            <p>{has_mail.then(words::settings_address_text)}</p>
            <CommandForm attempt node_ref=form send=Box::new(send)>
                <TextField
                    name="email"
                    label=words::settings_address_new()
                    kind="email"
                    autocomplete="email"
                    max=EMAIL_MAX_CHARS
                    error
                />
                <TextField
                    name="address_password"
                    label=words::settings_password_current()
                    kind="password"
                    autocomplete="current-password"
                    max=PASSWORD_MAX_CHARS
                    error
                />
                <FormErrorLine error fields=&["email", "address_password"]/>
                <SubmitButton pending=attempt.is_pending class="">{words::settings_address_submit()}</SubmitButton>
            </CommandForm>
        </details>
    }
}
