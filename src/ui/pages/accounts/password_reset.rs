//! A forgotten password: the page that asks for a link, and the one that the link leads to. Both work without script.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::{
    layout::{AuthLayout, redirect_when_done},
    new_password::NewPasswordField,
};
use crate::{
    api::users::password_reset::{ask_password_reset, get_password_reset, reset_password},
    shared::{
        page::{payload::PagePayload, session::PageSession},
        users::credentials::EMAIL_MAX_CHARS,
        words,
    },
    ui::components::{
        Attempt, CommandForm, ResourceView, Skeleton, SubmitButton, TextField,
        forms::field::{FormErrorLine, focus_on_error},
        not_found::LoadError,
        page_resource,
    },
};

#[component]
pub fn ForgottenPasswordPage() -> impl IntoView {
    let PageSession { has_mail, .. } = expect_context();
    // From the pages that take something back.
    let done = use_query_map().with_untracked(|query| {
        let restored = query.get("restored").map(|_| words::accounts_restore_done());
        restored.or_else(|| query.get("secured").map(|_| words::accounts_secure_done()))
    });
    view! {
        <Title text=words::accounts_reset_title()/>
        <AuthLayout
            title=words::accounts_reset_title()
            text=if has_mail { words::accounts_reset_text() } else { words::accounts_sign_in_forgot() }
        >
            {done.map(|done| view! { <p role="status" class="notice notice--good">{done}</p> }.into_any())}
            {has_mail.then(|| view! { <AskForm/> }.into_any())}
            <p class="account__other">
                <a class="link" href="/sign-in">{words::accounts_reset_back()}</a>
            </p>
        </AuthLayout>
    }
    .into_any()
}

#[component]
fn AskForm() -> impl IntoView {
    let is_asked = use_query_map().with_untracked(|query| query.get("asked").is_some());
    let attempt = Attempt::at("/rpc/ask_password_reset");
    let form = NodeRef::new();
    let error = attempt.error();
    let is_asked = Memo::new(move |_| is_asked || matches!(attempt.answer.get(), Some(Ok(_))));
    focus_on_error(form, error);
    view! {
        <div role="status">
            {move || is_asked.get().then(|| view! { <p class="notice notice--good">{words::accounts_reset_asked()}</p> }.into_any())}
        </div>
        <div hidden=move || is_asked.get()>
            <CommandForm
                attempt
                node_ref=form
                send=Box::new(|fields| {
                    let email = fields.text("email");
                    Box::pin(async move { ask_password_reset(email).await.map(|()| String::new()) })
                })
            >
                <TextField name="email" label=words::accounts_email() kind="email" autocomplete="username" max=EMAIL_MAX_CHARS error/>
                <FormErrorLine error fields=&["email"]/>
                <SubmitButton pending=attempt.is_pending class="button--main button--large button--wide">
                    {words::accounts_reset_ask()}
                </SubmitButton>
            </CommandForm>
        </div>
    }
}

#[component]
pub fn ResetPasswordPage(token: String) -> impl IntoView {
    let asked = token.clone();
    let payload = page_resource(Signal::stored(String::new()), move || {
        let token = asked.clone();
        Box::pin(async move { PagePayload::new(get_password_reset(token).await) })
    });
    view! {
        <Title text=words::accounts_new_password_title()/>
        <AuthLayout title=words::accounts_new_password_title() text=words::accounts_new_password_text()>
            <ResourceView
                from=payload
                fallback=|| view! { <Skeleton count=1/> }
                show=Box::new(move |payload| match payload.take::<String>() {
                    Ok(email) => view! { <ResetForm email token=token.clone()/> }.into_any(),
                    Err(error) => view! {
                        <LoadError error way_out=("/password", words::accounts_reset_ask())/>
                    }
                    .into_any(),
                })
            />
        </AuthLayout>
    }
    .into_any()
}

#[component]
fn ResetForm(email: String, token: String) -> impl IntoView {
    let attempt = Attempt::at("/rpc/reset_password");
    let form = NodeRef::new();
    let error = attempt.error();
    focus_on_error(form, error);
    redirect_when_done(attempt);
    let sent = token.clone();
    view! {
        <CommandForm
            attempt
            node_ref=form
            send=Box::new(move |fields| Box::pin(reset_password(sent.clone(), fields.text("password"))))
        >
            <input type="hidden" name="token" value=token/>
            // For password managers, which otherwise don't know whose password it is.
            <input type="hidden" name="email" autocomplete="username" value=email/>
            <NewPasswordField name="password" label=words::accounts_new_password() error/>
            <FormErrorLine error fields=&["password"]/>
            <SubmitButton pending=attempt.is_pending class="button--main button--large button--wide">
                {words::accounts_new_password_submit()}
            </SubmitButton>
        </CommandForm>
    }
}
