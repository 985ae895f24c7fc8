//! Sign-up page, or a notice where the site lets nobody sign up by themselves.

use leptos::prelude::*;
use leptos_meta::Title;

use super::layout::{AuthLayout, NextField, href_with_next, redirect_when_signed_in, use_purpose};
use crate::{
    api::users::sign_up,
    browser::environment::time_zone,
    shared::{
        page::session::PageSession,
        users::{
            NAME_MAX_CHARS,
            credentials::{EMAIL_MAX_CHARS, PASSWORD_MAX_CHARS, PASSWORD_MIN_CHARS},
        },
    },
    ui::components::{
        Attempt, CommandForm, SubmitButton, TextField,
        forms::field::{FormErrorLine, focus_on_error},
    },
};

#[component]
pub fn SignUpPage() -> impl IntoView {
    let PageSession { can_sign_up, sign_up_notice, .. } = expect_context();
    let text = use_purpose().map_or_else(
        || "One account to ask, to answer and to host.".to_owned(),
        |purpose| format!("With it you can {purpose}."),
    );
    view! {
        <Title text="Create an account"/>
        <AuthLayout title="Create an account" text>
            {if can_sign_up {
                view! { <SignUpForm/> }.into_any()
            } else {
                view! { <p>{sign_up_notice}</p> }.into_any()
            }}
            <p class="account__other">"Already have one? "<a class="link" href=href_with_next("/sign-in")>"Sign in"</a></p>
        </AuthLayout>
    }
    .into_any()
}

#[component]
fn SignUpForm() -> impl IntoView {
    let attempt = Attempt::at("/rpc/sign_up");
    let form = NodeRef::new();
    let error = attempt.error();
    focus_on_error(form, error);
    redirect_when_signed_in(attempt);
    view! {
        <CommandForm
            attempt
            node_ref=form
            send=Box::new(|fields| {
                let (name, email) = (fields.text("name"), fields.text("email"));
                Box::pin(sign_up(name, email, fields.text("password"), fields.optional("next"), time_zone()))
            })
        >
            <TextField name="name" label="Name" hint="The people you write to see this name" autocomplete="name" max=NAME_MAX_CHARS error/>
            <TextField name="email" label="Email" kind="email" autocomplete="username" max=EMAIL_MAX_CHARS error/>
            <TextField
                name="password"
                label="Password"
                kind="password"
                hint=format!("At least {PASSWORD_MIN_CHARS} characters. Longer is stronger than stranger.")
                autocomplete="new-password"
                min=PASSWORD_MIN_CHARS
                max=PASSWORD_MAX_CHARS
                error
            />
            <NextField/>
            <FormErrorLine error fields=&["name", "email", "password"]/>
            <SubmitButton pending=attempt.is_pending class="button--main button--large button--wide">"Create account"</SubmitButton>
        </CommandForm>
    }
}
