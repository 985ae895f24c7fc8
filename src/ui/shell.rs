//! What stands around every page but sign-in: the bar with the ways through the app, and on a
//! phone the tab bar.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::components::{Avatar, Icon, UnreadBadge, changing};
use super::inbox::banner::ConnectionBanner;
use super::notifications::bell::Bell;
use super::{components::guard::encoded, route::use_path};
use crate::browser::use_unread_message_count;
use crate::shared::users::rank::Rank;
use crate::shared::{page::session::PageSession, users::Person};

/// The person who is signed in, as the bar shows him; changed by the settings page.
#[derive(Clone, Copy)]
pub struct Me(pub RwSignal<Option<Person>>);

pub fn provide_me() {
    let person = expect_context::<PageSession>().viewer.map(|viewer| viewer.person());
    provide_context(Me(RwSignal::new(person)));
}

#[component]
pub fn Frame(children: Children) -> impl IntoView {
    focus_new_page();
    view! {
        <div class="app">
            // Left to the browser, which moves the focus along; the router would only scroll.
            <a class="skip" href="#main" rel="external">"Skip to content"</a>
            <Bar/>
            <ConnectionBanner/>
            {children()}
            <TabBar/>
        </div>
    }
}

/// After a change of page the focus goes to its content, as it does after a full load. The
/// messages pages look after the focus themselves.
fn focus_new_page() {
    let path = use_path();
    Effect::new(move |before: Option<String>| {
        let path = path.get();
        let is_new = before.is_some_and(|before| before != path);
        if is_new && !path.starts_with("/messages") {
            request_animation_frame(|| {
                let main = document().get_element_by_id("main");
                if let Some(main) = main.and_then(|main| main.dyn_into::<web_sys::HtmlElement>().ok()) {
                    let still = web_sys::FocusOptions::new();
                    still.set_prevent_scroll(true);
                    let is_focused = main.focus_with_options(&still);
                    debug_assert!(is_focused.is_ok());
                }
            });
        }
        path
    });
}

/// The mark and the name, leading home.
#[component]
pub fn Brand() -> impl IntoView {
    view! {
        <a class="brand" href="/">
            <svg class="brand__mark" viewBox="0 0 32 32" aria-hidden="true">
                <use href="/icons.svg#mark"></use>
            </svg>
            <span>"stoa"</span>
        </a>
    }
}

#[component]
fn Bar() -> impl IntoView {
    let Me(me) = expect_context();
    let is_operator = is_operator();
    view! {
        <header class="bar">
            <Brand/>
            <nav class="bar__nav" aria-label="Main">
                <BarLink place=Place::Explore/>
                {move || me.with(Option::is_some).then(|| view! {
                    <BarLink place=Place::Messages/>
                    <BarLink place=Place::Orders/>
                    <BarLink place=Place::Hosting/>
                    {is_operator.then(|| view! { <BarLink place=Place::Desk/> }.into_any())}
                }.into_any())}
            </nav>
            <div class="bar__end">
                {move || match me.get() {
                    Some(person) => view! { <Bell/> <AccountLink person/> }.into_any(),
                    None => view! { <Doors/> }.into_any(),
                }}
            </div>
        </header>
    }
}

#[component]
fn BarLink(place: Place) -> impl IntoView {
    let is_current = use_is_current(place);
    view! {
        <a href=place.path() aria-current=move || is_current.get().then_some("page")>
            <span class="bar__word" data-word=place.word()>{place.word()}</span>
            {(place == Place::Messages).then(|| view! { <UnreadBadge count=use_unread()/> }.into_any())}
        </a>
    }
}

#[component]
fn AccountLink(person: Person) -> impl IntoView {
    let is_current = use_is_current(Place::Account);
    view! {
        <a
            class="bar__account"
            href=Place::Account.path()
            aria-label="Your account"
            aria-current=move || is_current.get().then_some("page")
        >
            <Avatar person size=36/>
        </a>
    }
}

/// The ways in, leading back to where one was.
#[component]
fn Doors() -> impl IntoView {
    let can_sign_up = expect_context::<PageSession>().can_sign_up;
    let path = use_path();
    let to = move |door: &str| {
        let path = path.get();
        if path == "/" { door.to_owned() } else { format!("{door}?next={}", encoded(&path)) }
    };
    view! {
        <a class="button button--ghost button--small" href=move || to("/sign-in")>"Sign in"</a>
        {can_sign_up
            .then(|| view! { <a class="button button--main button--small" href=move || to("/sign-up")>"Sign up"</a> }.into_any())}
    }
}

#[component]
fn TabBar() -> impl IntoView {
    let Me(me) = expect_context();
    // Five places at most; an operator finds Hosting under Account.
    let is_operator = is_operator();
    changing(move || {
        me.with(Option::is_some).then(|| {
            view! {
                <nav class="tabbar" aria-label="Main">
                    <Tab place=Place::Explore/>
                    <Tab place=Place::Messages/>
                    <Tab place=Place::Orders/>
                    <Tab place=if is_operator { Place::Desk } else { Place::Hosting }/>
                    <Tab place=Place::Account/>
                </nav>
            }
            .into_any()
        })
    })
}

#[component]
fn Tab(place: Place) -> impl IntoView {
    let is_current = use_is_current(place);
    view! {
        <a href=place.path() aria-current=move || is_current.get().then_some("page")>
            <span class="tabbar__pin">
                <Icon name=place.icon()/>
                {(place == Place::Messages).then(|| view! { <UnreadBadge count=use_unread()/> }.into_any())}
            </span>
            {place.word()}
        </a>
    }
}

fn is_operator() -> bool {
    expect_context::<PageSession>().viewer.is_some_and(|viewer| viewer.rank != Rank::Member)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Explore,
    Messages,
    Orders,
    Hosting,
    Desk,
    Account,
}

impl Place {
    fn word(self) -> &'static str {
        match self {
            Self::Explore => "Explore",
            Self::Messages => "Messages",
            Self::Orders => "Orders",
            Self::Hosting => "Hosting",
            Self::Desk => "Desk",
            Self::Account => "Account",
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::Explore => "/",
            Self::Messages => "/messages",
            Self::Orders => "/orders",
            Self::Hosting => "/hosting",
            Self::Desk => "/operator/orders",
            Self::Account => "/settings",
        }
    }

    fn icon(self) -> &'static str {
        match self {
            Self::Explore => "compass",
            Self::Messages => "chat",
            Self::Orders => "bag",
            Self::Hosting => "hosting",
            Self::Desk => "tools",
            Self::Account => "user",
        }
    }

    /// A listing's page belongs to Explore, its form to Hosting.
    fn holds(self, path: &str) -> bool {
        let is_form = path == "/listings/new" || path.ends_with("/edit");
        match self {
            Self::Explore => path == "/" || path.starts_with("/listings/") && !is_form,
            Self::Messages => {
                path == "/messages" || path.starts_with("/messages/") || path.starts_with("/rooms/")
            }
            Self::Orders => path == "/orders" || path.starts_with("/orders/"),
            Self::Hosting => path == "/hosting" || is_form,
            Self::Desk => path.starts_with("/operator/"),
            Self::Account => path == "/settings",
        }
    }
}

fn use_is_current(place: Place) -> Signal<bool> {
    let path = use_path();
    Signal::derive(move || path.with(|path| place.holds(path)))
}

fn use_unread() -> Signal<i64> {
    use_unread_message_count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_page_belongs_to_one_place() {
        let places =
            [Place::Explore, Place::Messages, Place::Orders, Place::Hosting, Place::Desk, Place::Account];
        let holders = |path: &str| {
            places.into_iter().filter(|place| place.holds(path)).map(Place::word).collect::<Vec<_>>()
        };
        for (path, place) in [
            ("/", "Explore"),
            ("/listings/0190", "Explore"),
            ("/listings/0190/edit", "Hosting"),
            ("/listings/new", "Hosting"),
            ("/messages", "Messages"),
            ("/messages/0190", "Messages"),
            ("/orders", "Orders"),
            ("/orders/REQ-7F3K2M", "Orders"),
            ("/operator/orders", "Desk"),
            ("/operator/conversations/0190", "Desk"),
            ("/settings", "Account"),
        ] {
            assert_eq!(holders(path), [place], "{path}");
        }
        assert!(holders("/nowhere").is_empty());
    }
}
