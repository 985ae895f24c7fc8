//! The second step of signing in, for whoever has a second factor: the page that asks for a code. It works without script.

use leptos::prelude::*;
use leptos_meta::Title;

use super::{
    layout::{AuthLayout, NextField, href_with_next, redirect_when_done},
    passkey_sign_in::PasskeySignIn,
};
use crate::{
    api::users::second_factor::complete_sign_in,
    browser::environment::time_zone,
    shared::{users::second_factor::CODE_MAX_CHARS, words},
    ui::components::{
        Attempt, CommandForm, SubmitButton, TextField,
        forms::field::{FormErrorLine, focus_on_error},
    },
};

#[component]
pub fn SignInCodePage() -> impl IntoView {
    view! {
        <Title text=words::accounts_code_title()/>
        <AuthLayout title=words::accounts_code_title() text=words::accounts_code_text()>
            <CodeForm/>
            <PasskeySignIn/>
            <p class="account__other">
                <a class="link" href=href_with_next("/sign-in")>{words::accounts_reset_back()}</a>
            </p>
        </AuthLayout>
    }
    .into_any()
}

#[component]
fn CodeForm() -> impl IntoView {
    let attempt = Attempt::at("/rpc/complete_sign_in");
    let form = NodeRef::new();
    let error = attempt.error();
    focus_on_error(form, error);
    redirect_when_done(attempt);
    view! {
        <CommandForm
            attempt
            node_ref=form
            send=Box::new(|fields| {
                Box::pin(complete_sign_in(fields.text("code"), fields.optional("next"), time_zone()))
            })
        >
            <TextField
                name="code"
                label=words::accounts_code()
                hint=words::accounts_code_hint()
                autocomplete="one-time-code"
                max=CODE_MAX_CHARS
                error
            />
            <NextField/>
            <FormErrorLine error fields=&["code"]/>
            <SubmitButton pending=attempt.is_pending class="button--main button--large button--wide">
                {words::common_sign_in()}
            </SubmitButton>
        </CommandForm>
    }
}
