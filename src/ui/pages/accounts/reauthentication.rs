//! The page that asks again who the viewer is, before what is dangerous. It works without script.

use leptos::prelude::*;
use leptos_meta::Title;

use super::layout::{AuthLayout, NextField, redirect_when_done};
use crate::{
    api::users::second_factor::confirm_identity,
    shared::{page::session::PageSession, users::credentials::PASSWORD_MAX_CHARS, words},
    ui::components::{
        Attempt, CommandForm, SubmitButton, TextField,
        forms::field::{FormErrorLine, focus_on_error},
        guard::SignedIn,
    },
};

#[component]
pub fn ConfirmIdentityPage() -> impl IntoView {
    view! {
        <SignedIn>
            <Title text=words::accounts_prove_title()/>
            <AuthLayout title=words::accounts_prove_title() text=words::accounts_prove_text()>
                <ProofForm/>
            </AuthLayout>
        </SignedIn>
    }
    .into_any()
}

#[component]
fn ProofForm() -> impl IntoView {
    let attempt = Attempt::at("/rpc/confirm_identity");
    let email = expect_context::<PageSession>().viewer.map(|viewer| viewer.email);
    let form = NodeRef::new();
    let error = attempt.error();
    focus_on_error(form, error);
    redirect_when_done(attempt);
    view! {
        <CommandForm
            attempt
            node_ref=form
            send=Box::new(|fields| Box::pin(confirm_identity(fields.text("proof"), fields.optional("next"))))
        >
            // For password managers, which otherwise don't know whose password it is.
            <input type="hidden" name="email" autocomplete="username" value=email/>
            <TextField
                name="proof"
                label=words::accounts_prove_field()
                kind="password"
                autocomplete="current-password"
                max=PASSWORD_MAX_CHARS
                error
            />
            <NextField/>
            <FormErrorLine error fields=&["proof"]/>
            <SubmitButton pending=attempt.is_pending class="button--main button--large button--wide">
                {words::accounts_prove_submit()}
            </SubmitButton>
        </CommandForm>
    }
}
