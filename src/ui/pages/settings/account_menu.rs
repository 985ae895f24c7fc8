//! Account menu: the content of the popover below the viewer's picture in the top bar.

use leptos::{html, prelude::*};

use super::{device::appearance::ThemeChoices, sign_out::SignOutForm};
use crate::{
    browser::environment::focus_soon,
    shared::{page::session::PageSession, words},
    ui::{
        components::Icon,
        shell::{
            ViewerPerson,
            nav_item::{NavItem, is_operator},
        },
    },
};

#[component]
pub fn AccountMenu() -> impl IntoView {
    let ViewerPerson(me) = expect_context();
    let email = expect_context::<PageSession>().viewer.map(|viewer| viewer.email);
    let title = NodeRef::<html::H2>::new();
    Effect::new(move |_| {
        if let Some(title) = title.get() {
            focus_soon(title.into());
        }
    });
    view! {
        <div class="account-menu__who">
            <h2 id="account-menu-title" class="cut" dir="auto" tabindex="-1" node_ref=title>
                {move || me.get().map(|person| person.name)}
            </h2>
            <p class="muted cut">{email}</p>
        </div>
        <a class="menu__item" href="/settings"><Icon name="gear"/>{words::settings_title()}</a>
        // The tab bar of an operator has no room for it.
        {is_operator().then(|| view! {
            <a class="menu__item only-phone" href=NavItem::MyListings.path()><Icon name="hosting"/>{NavItem::MyListings.label()}</a>
        }.into_any())}
        <fieldset class="account-menu__theme">
            <legend>{words::settings_appearance_title()}</legend>
            <ThemeChoices name="menu-theme"/>
        </fieldset>
        <SignOutForm/>
    }
    .into_any()
}
