//! Where links of mails lead: confirming an address, and stopping mails. Opening one changes nothing, its button does, and
//! nobody has to sign in.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::layout::redirect_when_done;
use crate::{
    api::users::{
        address::{get_former_address, restore_address},
        mail::{confirm_address, get_mail_stop, stop_mail},
        password_reset::{get_secured_address, secure_account},
    },
    shared::{page::payload::PagePayload, users::mail::MailStop, words},
    ui::components::{
        Attempt, CommandForm, ResourceView, Skeleton, SubmitButton, forms::field::FormErrorLine,
        not_found::LoadError, page_resource,
    },
};

/// Whether a form that was posted without script leads here.
fn is_done() -> bool {
    use_query_map().with_untracked(|query| query.get("done").is_some())
}

#[component]
pub fn ConfirmAddressPage(token: String) -> impl IntoView {
    let is_done = is_done();
    let attempt = Attempt::at("/rpc/confirm_address");
    let error = attempt.error();
    let is_confirmed = Memo::new(move |_| is_done || matches!(attempt.answer.get(), Some(Ok(_))));
    let sent = token.clone();
    view! {
        <Title text=words::accounts_confirm_title()/>
        <main class="page form-page" id="main" tabindex="-1">
            <h1>{words::accounts_confirm_title()}</h1>
            <div class="card form">
                <p role="status">
                    {move || if is_confirmed.get() {
                        words::accounts_confirm_done()
                    } else {
                        words::accounts_confirm_text()
                    }}
                </p>
                <Show when=move || is_confirmed.get()>
                    <p><a class="button button--main" href="/messages">{words::common_open_messages()}</a></p>
                </Show>
                <div hidden=move || is_confirmed.get()>
                    <CommandForm
                        attempt
                        send=Box::new(move |_| {
                            let token = sent.clone();
                            Box::pin(async move { confirm_address(token).await.map(|()| String::new()) })
                        })
                    >
                        <input type="hidden" name="token" value=token/>
                        <FormErrorLine error fields=&[]/>
                        <SubmitButton pending=attempt.is_pending>{words::accounts_confirm_submit()}</SubmitButton>
                    </CommandForm>
                </div>
            </div>
        </main>
    }
    .into_any()
}

#[component]
pub fn StopMailPage(token: String) -> impl IntoView {
    let is_done = is_done();
    let asked = token.clone();
    let payload = page_resource(Signal::stored(String::new()), move || {
        let token = asked.clone();
        Box::pin(async move { PagePayload::new(get_mail_stop(token).await) })
    });
    view! {
        <Title text=words::accounts_stop_mail_title()/>
        <main class="page form-page" id="main" tabindex="-1">
            <ResourceView
                from=payload
                fallback=|| view! { <Skeleton count=1/> }
                show=Box::new({
                    let token = token.clone();
                    move |payload| match payload.take::<MailStop>() {
                        Ok(stop) => view! { <StopForm stop token=token.clone() is_done/> }.into_any(),
                        Err(error) => view! {
                            <h1 class="visually-hidden">{words::accounts_stop_mail_title()}</h1>
                            <LoadError
                                error
                                way_out=("/settings#notifications", words::accounts_stop_mail_open_settings())
                            />
                        }
                        .into_any(),
                    }
                })
            />
        </main>
    }
    .into_any()
}

#[component]
fn StopForm(stop: MailStop, token: String, is_done: bool) -> impl IntoView {
    let attempt = Attempt::at("/rpc/stop_mail");
    let error = attempt.error();
    let is_stopped = Memo::new(move |_| is_done || matches!(attempt.answer.get(), Some(Ok(_))));
    let sent = token.clone();
    let kind = stop.kind.label();
    let has_conversation = stop.conversation.is_some();
    let question = match has_conversation {
        true => words::accounts_stop_mail_conversation().to_owned(),
        false => words::accounts_stop_mail_kind(kind),
    };
    view! {
        <h1>{words::accounts_stop_mail_title()}</h1>
        <div class="card form">
            <p role="status">
                {move || if is_stopped.get() {
                    words::accounts_stop_mail_done().to_owned()
                } else {
                    question.clone()
                }}
            </p>
            <div hidden=move || is_stopped.get()>
                <CommandForm
                    attempt
                    send=Box::new(move |fields| {
                        let (token, whole_kind) = (sent.clone(), !fields.text("whole_kind").is_empty());
                        Box::pin(async move { stop_mail(token, whole_kind).await.map(|()| String::new()) })
                    })
                >
                    <input type="hidden" name="token" value=token/>
                    {has_conversation.then(|| view! {
                        <label class="check">
                            <input type="checkbox" name="whole_kind" value="true"/>
                            {words::accounts_stop_mail_whole_kind(kind)}
                        </label>
                    }.into_any())}
                    <FormErrorLine error fields=&[]/>
                    <SubmitButton pending=attempt.is_pending>{words::accounts_stop_mail_submit()}</SubmitButton>
                </CommandForm>
            </div>
            <p><a href="/settings#notifications">{words::accounts_stop_mail_settings()}</a></p>
        </div>
    }
    .into_any()
}

/// The link of the mail to the former address of an account.
#[component]
pub fn RestoreAddressPage(token: String) -> impl IntoView {
    view! { <UndoPage token undo=Undo::Address/> }
}

/// The link of a mail about what somebody else may have done with the account.
#[component]
pub fn SecureAccountPage(token: String) -> impl IntoView {
    view! { <UndoPage token undo=Undo::Access/> }
}

/// What a link takes back.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Undo {
    Address,
    Access,
}

#[component]
fn UndoPage(token: String, undo: Undo) -> impl IntoView {
    let asked = token.clone();
    let payload = page_resource(Signal::stored(String::new()), move || {
        let token = asked.clone();
        Box::pin(async move {
            PagePayload::new(match undo {
                Undo::Address => get_former_address(token).await,
                Undo::Access => get_secured_address(token).await,
            })
        })
    });
    let title = match undo {
        Undo::Address => words::accounts_restore_title(),
        Undo::Access => words::accounts_secure_title(),
    };
    view! {
        <Title text=title/>
        <main class="page form-page" id="main" tabindex="-1">
            <h1>{title}</h1>
            <ResourceView
                from=payload
                fallback=|| view! { <Skeleton count=1/> }
                show=Box::new(move |payload| match payload.take::<String>() {
                    Ok(address) => view! { <UndoForm address token=token.clone() undo/> }.into_any(),
                    Err(error) => view! { <LoadError error way_out=("/sign-in", words::common_sign_in())/> }.into_any(),
                })
            />
        </main>
    }
    .into_any()
}

#[component]
fn UndoForm(address: String, token: String, undo: Undo) -> impl IntoView {
    let (path, text, verb) = match undo {
        Undo::Address => (
            "/rpc/restore_address",
            words::accounts_restore_text(words::HOLE),
            words::accounts_restore_submit(),
        ),
        Undo::Access => {
            ("/rpc/secure_account", words::accounts_secure_text(words::HOLE), words::accounts_secure_submit())
        }
    };
    let attempt = Attempt::at(path);
    let error = attempt.error();
    redirect_when_done(attempt);
    let sent = token.clone();
    let [before, after] = words::around(&text);
    view! {
        <div class="card form">
            <p>{before}<bdi>{address}</bdi>{after}</p>
            <CommandForm
                attempt
                send=Box::new(move |_| {
                    let token = sent.clone();
                    match undo {
                        Undo::Address => Box::pin(restore_address(token)),
                        Undo::Access => Box::pin(secure_account(token)),
                    }
                })
            >
                <input type="hidden" name="token" value=token/>
                <FormErrorLine error fields=&[]/>
                <SubmitButton pending=attempt.is_pending>{verb}</SubmitButton>
            </CommandForm>
        </div>
    }
}
