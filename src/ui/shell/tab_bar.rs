//! Tab bar: the main navigation on a phone.

use leptos::prelude::*;

use super::{
    ViewerPerson,
    nav_item::{NavItem, is_operator, use_is_current},
};
use crate::{
    shared::words,
    ui::components::{Icon, UnreadBadge, reactive_view},
};

#[component]
pub fn TabBar() -> impl IntoView {
    let ViewerPerson(me) = expect_context();
    // There is room for five items: an operator reaches Hosting through Account.
    let is_operator = is_operator();
    reactive_view(move || {
        me.with(Option::is_some).then(|| {
            view! {
                <nav class="tabbar" aria-label=words::shell_navigation()>
                    <Tab item=NavItem::Explore/>
                    <Tab item=NavItem::Messages/>
                    <Tab item=NavItem::Orders/>
                    <Tab item=if is_operator { NavItem::OrderBoard } else { NavItem::MyListings }/>
                    <Tab item=NavItem::Account/>
                </nav>
            }
            .into_any()
        })
    })
}

#[component]
fn Tab(item: NavItem) -> impl IntoView {
    let is_current = use_is_current(item);
    view! {
        <a href=item.path() aria-current=move || is_current.get().then_some("page")>
            <span class="tabbar__pin">
                <Icon name=item.icon()/>
                {item.badge().map(|count| view! { <UnreadBadge count/> }.into_any())}
            </span>
            {item.label()}
        </a>
    }
}
