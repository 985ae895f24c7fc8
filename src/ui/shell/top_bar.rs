//! Top bar: logo, main navigation, notification bell and account, or the links to sign-in and sign-up.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::{
    Brand, ViewerPerson,
    nav_item::{NavItem, is_operator, use_is_current},
};
use crate::{
    shared::{
        page::session::{PageSession, path_with_query},
        users::Person,
        words,
    },
    ui::{
        chunks::registry::Popover,
        components::{Avatar, UnreadBadge, guard::encode_query_value},
        notifications::bell::Bell,
        popover_link::PopoverLink,
        route::use_path,
    },
};

#[component]
pub fn TopBar() -> impl IntoView {
    let ViewerPerson(me) = expect_context();
    let is_operator = is_operator();
    view! {
        <header class="bar">
            <Brand/>
            <nav class="bar__nav" aria-label=words::shell_navigation()>
                <TopBarLink item=NavItem::Explore/>
                {move || me.with(Option::is_some).then(|| view! {
                    <TopBarLink item=NavItem::Messages/>
                    <TopBarLink item=NavItem::Orders/>
                    <TopBarLink item=NavItem::MyListings/>
                    {is_operator.then(|| view! { <TopBarLink item=NavItem::OrderBoard/> }.into_any())}
                }.into_any())}
            </nav>
            <div class="bar__end">
                {move || match me.get() {
                    Some(person) => view! { <Bell/> <AccountLink person/> }.into_any(),
                    None => view! { <SignInLinks/> }.into_any(),
                }}
            </div>
        </header>
    }
}

#[component]
fn TopBarLink(item: NavItem) -> impl IntoView {
    let is_current = use_is_current(item);
    view! {
        <a href=item.path() aria-current=move || is_current.get().then_some("page")>
            <span class="bar__word" data-word=item.label()>{item.label()}</span>
            {item.badge().map(|count| view! { <UnreadBadge count/> }.into_any())}
        </a>
    }
}

#[component]
fn AccountLink(person: Person) -> impl IntoView {
    // What is seen comes first: that is what people say to a program that listens.
    let label = words::shell_account_label(&person.initials());
    view! {
        <PopoverLink
            class="bar__account"
            popover_class="panel account-menu"
            heading="account-menu-title"
            href=NavItem::Account.path()
            label
            content=Popover::Account
            is_plain_link=|_| false
        >
            <Avatar person size=36/>
        </PopoverLink>
    }
}

/// Links to sign-in and sign-up, which lead back to the current page.
#[component]
fn SignInLinks() -> impl IntoView {
    let can_sign_up = expect_context::<PageSession>().can_sign_up;
    let (path, query) = (use_path(), use_location().search);
    let href = move |page: &str| match path_with_query(&path.get(), &query.get()).as_str() {
        "/" => page.to_owned(),
        next => {
            // To the form of a listing that has what was chosen.
            let place = if next.contains("?starts_on=") { "%23book" } else { "" };
            format!("{page}?next={}{place}", encode_query_value(next))
        }
    };
    view! {
        <a class="button button--ghost button--small" href=move || href("/sign-in")>{words::common_sign_in()}</a>
        {can_sign_up
            .then(|| view! { <a class="button button--main button--small" href=move || href("/sign-up")>{words::shell_sign_up()}</a> }.into_any())}
    }
}
