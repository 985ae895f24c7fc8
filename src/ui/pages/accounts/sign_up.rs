//! Sign-up page, or a notice where the site lets nobody sign up by themselves.

use leptos::prelude::*;
use leptos_meta::Title;

use super::layout::{AuthLayout, NextField, Purpose, href_with_next, redirect_when_done, use_purpose};
use super::new_password::NewPasswordField;
use crate::{
    api::users::sign_up,
    browser::environment::time_zone,
    shared::{
        page::session::PageSession,
        users::{NAME_MAX_CHARS, credentials::EMAIL_MAX_CHARS},
        words,
    },
    ui::components::{
        Attempt, CommandForm, SubmitButton, TextField,
        forms::field::{FormErrorLine, focus_on_error},
    },
};

#[component]
pub fn SignUpPage() -> impl IntoView {
    let PageSession { can_sign_up, sign_up_notice, .. } = expect_context();
    let text = match use_purpose() {
        Some(Purpose::Contact) => words::accounts_sign_up_to_contact(),
        Some(Purpose::Book) => words::accounts_sign_up_to_book(),
        None => words::accounts_sign_up_to_start(),
    };
    let [before, after] = words::around(&words::accounts_sign_up_has_one(words::HOLE));
    view! {
        <Title text=words::accounts_sign_up_title()/>
        <AuthLayout title=words::accounts_sign_up_title() text>
            {if can_sign_up {
                view! { <SignUpForm/> }.into_any()
            } else {
                view! { <p>{sign_up_notice}</p> }.into_any()
            }}
            <p class="account__other">
                {before}<a class="link" href=href_with_next("/sign-in")>{words::common_sign_in()}</a>{after}
            </p>
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
    redirect_when_done(attempt);
    view! {
        <CommandForm
            attempt
            node_ref=form
            send=Box::new(|fields| {
                let (name, email) = (fields.text("name"), fields.text("email"));
                Box::pin(sign_up(name, email, fields.text("password"), fields.optional("next"), time_zone()))
            })
        >
            <TextField
                name="name"
                label=words::accounts_name()
                hint=words::accounts_sign_up_name_hint()
                autocomplete="name"
                max=NAME_MAX_CHARS
                error
            />
            <TextField name="email" label=words::accounts_email() kind="email" autocomplete="username" max=EMAIL_MAX_CHARS error/>
            <NewPasswordField name="password" label=words::accounts_password() error/>
            <NextField/>
            <FormErrorLine error fields=&["name", "email", "password"]/>
            <SubmitButton pending=attempt.is_pending class="button--main button--large button--wide">
                {words::accounts_sign_up_submit()}
            </SubmitButton>
        </CommandForm>
    }
}
