//! Sign-in page, with the demo accounts on a demo server.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::{
    layout::{AuthLayout, NextField, Purpose, href_with_next, redirect_when_done, use_purpose},
    passkey_sign_in::PasskeySignIn,
};
use crate::{
    api::users::{identities::get_sign_in_ways, sign_in},
    browser::environment::time_zone,
    shared::{
        ids::UserId,
        page::{payload::PagePayload, session::PageSession},
        users::{
            Person,
            credentials::{DEMO_PASSWORD, DemoAccount, EMAIL_MAX_CHARS, PASSWORD_MAX_CHARS},
            identities::{SIGN_IN_ERRORS, SignInWays, start_path},
        },
        words,
    },
    ui::components::{
        Attempt, Avatar, CommandForm, ResourceView, Skeleton, SubmitButton, TextField,
        forms::{
            field::{FormErrorLine, focus_on_error},
            form::posted_error,
        },
        guard::encode_query_value,
        page_resource,
    },
};

#[component]
pub fn SignInPage() -> impl IntoView {
    let ways = page_resource(Signal::stored(String::new()), || {
        Box::pin(async { PagePayload::new(get_sign_in_ways().await) })
    });
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
            <ResourceView
                from=ways
                fallback=|| view! { <Skeleton count=1/> }
                show=Box::new(|payload| {
                    let ways = payload.take::<SignInWays>();
                    let ways = ways.unwrap_or_else(|_| SignInWays { takes_passwords: true, ..SignInWays::default() });
                    view! { <Ways ways/> }.into_any()
                })
            />
        </AuthLayout>
    }
    .into_any()
}

/// The buttons of the providers, and the form for a password, as far as there are both.
#[component]
fn Ways(ways: SignInWays) -> impl IntoView {
    let SignInWays { providers, takes_passwords, automatic } = ways;
    // Told why not, one chooses where to go.
    let error = posted_error(SIGN_IN_ERRORS);
    if error.is_none()
        && let Some(provider) = automatic.and_then(|id| providers.iter().find(|provider| provider.id == id))
    {
        go_to(&start_href(&provider.id));
    }
    let is_only = !takes_passwords;
    let has_both = takes_passwords && !providers.is_empty();
    view! {
        {error.map(|error| view! { <p role="alert" class="notice">{error.message}</p> }.into_any())}
        {providers
            .into_iter()
            .map(|provider| view! {
                <a
                    class="button button--large button--wide"
                    class:button--main=is_only
                    href=start_href(&provider.id)
                    rel="external"
                >
                    {words::accounts_sign_in_with(&provider.name)}
                </a>
            }.into_any())
            .collect_view()}
        {has_both.then(|| view! { <p class="account__other">{words::accounts_sign_in_or()}</p> }.into_any())}
        {takes_passwords.then(|| view! { <ByPassword/> }.into_any())}
    }
    .into_any()
}

/// The path at which a sign-in by this provider starts, and that leads back to where the viewer was going.
fn start_href(provider: &str) -> String {
    let next = use_query_map().with_untracked(|query| query.get("next"));
    let path = start_path(provider);
    next.map_or(path.clone(), |next| format!("{path}?next={}", encode_query_value(&next)))
}

/// Leaves for a path that is no page of the app.
fn go_to(path: &str) {
    #[cfg(feature = "ssr")]
    leptos_axum::redirect(path);
    #[cfg(not(feature = "ssr"))]
    {
        let gone = window().location().assign(path);
        debug_assert!(gone.is_ok());
    }
}

#[component]
fn ByPassword() -> impl IntoView {
    let PageSession { demo_accounts, can_sign_up, .. } = expect_context();
    view! {
        <SignInForm/>
        <PasskeySignIn/>
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
