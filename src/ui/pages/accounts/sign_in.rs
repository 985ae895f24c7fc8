//! Sign-in page, with the demo accounts on a demo server.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::layout::{AuthLayout, NextField, Purpose, href_with_next, redirect_when_done, use_purpose};
use crate::{
    api::users::sign_in,
    browser::environment::time_zone,
    shared::{
        ids::UserId,
        page::session::PageSession,
        users::{
            Person,
            credentials::{DEMO_PASSWORD, DemoAccount, EMAIL_MAX_CHARS, PASSWORD_MAX_CHARS},
        },
        words,
    },
    ui::components::{
        Attempt, Avatar, CommandForm, SubmitButton, TextField,
        forms::field::{FormErrorLine, focus_on_error},
    },
};

#[component]
pub fn SignInPage() -> impl IntoView {
    let PageSession { demo_accounts, can_sign_up, .. } = expect_context();
    // From the page of a new password.
    let is_reset = use_query_map().with_untracked(|query| query.get("reset").is_some());
    // From the settings of an account that is closed now.
    let is_closed = use_query_map().with_untracked(|query| query.get("closed").is_some());
    let text = match use_purpose() {
        Some(Purpose::Contact) => words::accounts_sign_in_to_contact(),
        Some(Purpose::Book) => words::accounts_sign_in_to_book(),
        None => words::accounts_sign_in_to_read(),
    };
    view! {
        <Title text=words::accounts_sign_in_title()/>
        <AuthLayout title=words::accounts_sign_in_heading() text>
            {is_reset.then(|| view! { <p role="status" class="notice notice--good">{words::accounts_new_password_done()}</p> }.into_any())}
            {is_closed.then(|| view! { <p role="status" class="notice notice--good">{words::accounts_closed()}</p> }.into_any())}
            <SignInForm/>
            <p class="account__other">
                <a class="link" href="/password">{words::accounts_sign_in_forgot_link()}</a>
            </p>
            {can_sign_up
                .then(|| {
                    let [before, after] = words::around(&words::accounts_sign_in_new(words::HOLE));
                    let link = words::accounts_sign_in_new_link();
                    view! {
                        <p class="account__other">
                            {before}<a class="link" href=href_with_next("/sign-up")>{link}</a>{after}
                        </p>
                    }
                        .into_any()
                })}
            {(!demo_accounts.is_empty()).then(|| view! { <DemoAccounts accounts=demo_accounts/> }.into_any())}
        </AuthLayout>
    }
    .into_any()
}

#[component]
fn SignInForm() -> impl IntoView {
    let attempt = Attempt::at("/rpc/sign_in");
    let form = NodeRef::new();
    let error = attempt.error();
    focus_on_error(form, error);
    redirect_when_done(attempt);
    view! {
        <CommandForm
            attempt
            node_ref=form
            send=Box::new(|fields| {
                let (email, password) = (fields.text("email"), fields.text("password"));
                Box::pin(sign_in(email, password, fields.optional("next"), time_zone()))
            })
        >
            <TextField name="email" label=words::accounts_email() kind="email" autocomplete="username" max=EMAIL_MAX_CHARS error/>
            <TextField
                name="password"
                label=words::accounts_password()
                kind="password"
                autocomplete="current-password"
                max=PASSWORD_MAX_CHARS
                error
            />
            <NextField/>
            <FormErrorLine error fields=&["email", "password"]/>
            <SubmitButton pending=attempt.is_pending class="button--main button--large button--wide">
                {words::common_sign_in()}
            </SubmitButton>
        </CommandForm>
    }
}

/// Every demo account is a complete sign-in form, so one click signs in, with and without script.
#[component]
fn DemoAccounts(accounts: Vec<DemoAccount>) -> impl IntoView {
    const UNFOLDED_MAX: usize = 4;
    let mut first = accounts;
    let more = first.split_off(UNFOLDED_MAX.min(first.len()));
    let list = |accounts: Vec<DemoAccount>| {
        view! { <ul>{accounts.into_iter().map(|account| view! { <DemoSignIn account/> }.into_any()).collect_view()}</ul> }
    };
    view! {
        <section class="demo" aria-labelledby="demo-title">
            <h2 id="demo-title">{words::accounts_demo_title()}</h2>
            {list(first)}
            {(!more.is_empty()).then(|| view! {
                <details>
                    <summary>{words::accounts_demo_more(more.len() as u64)}</summary>
                    {list(more)}
                </details>
            }.into_any())}
        </section>
    }
}

#[component]
fn DemoSignIn(account: DemoAccount) -> impl IntoView {
    let DemoAccount { name, email, hue, about } = account;
    // `Avatar` takes a `Person` and does not read its id.
    let person = Person::new(UserId(Default::default()), name.clone(), hue);
    view! {
        <li>
            <form method="post" action="/rpc/sign_in">
                <input type="hidden" name="email" value=email/>
                <input type="hidden" name="password" value=DEMO_PASSWORD/>
                <NextField/>
                <button type="submit">
                    <Avatar person size=36/>
                    <span>
                        <b class="cut">{name}</b>
                        <small>{about}</small>
                    </span>
                </button>
            </form>
        </li>
    }
}
