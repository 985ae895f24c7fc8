//! Which page an address names. A plain function in place of the router's table of routes, which
//! makes a type of every route and weighs 20 kB in the browser; its history and links stay.

use leptos::prelude::*;
use leptos_router::{
    hooks::{use_location, use_url},
    location::{BrowserUrl, LocationProvider},
};

use crate::shared::ids::ListingId;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    SignIn,
    SignUp,
    Explore,
    NewListing,
    /// Nothing where the address holds no id.
    Listing(Option<ListingId>),
    EditListing(Option<ListingId>),
    /// The list, and the conversation of which [`MessagesPage`](super::messages::MessagesPage)
    /// reads the id itself: it stays from one to the other.
    Messages,
    Hosting,
    Settings,
    Unknown,
}

impl Page {
    pub fn at(path: &str) -> Self {
        let steps: Vec<_> = path.split('/').filter(|step| !step.is_empty()).collect();
        match steps[..] {
            [] => Self::Explore,
            ["sign-in"] => Self::SignIn,
            ["sign-up"] => Self::SignUp,
            ["listings", "new"] => Self::NewListing,
            ["listings", id] => Self::Listing(id.parse().ok()),
            ["listings", id, "edit"] => Self::EditListing(id.parse().ok()),
            ["messages"] | ["messages", _] => Self::Messages,
            ["hosting"] => Self::Hosting,
            ["settings"] => Self::Settings,
            _ => Self::Unknown,
        }
    }

    /// Whether the bar and the tab bar stand around it.
    pub fn is_framed(self) -> bool {
        !matches!(self, Self::SignIn | Self::SignUp)
    }
}

/// The page to show, as the address changes.
pub fn use_page() -> Memo<Page> {
    // A plain post that was refused comes back with its error in the address.
    let url = use_url();
    url.with_untracked(|url| url.provide_server_action_error());
    // A link's page is drawn before its address goes into the history.
    Effect::new(move |_| {
        url.track();
        if let Some(browser) = use_context::<BrowserUrl>() {
            browser.ready_to_complete();
        }
    });
    let path = use_location().pathname;
    Memo::new(move |_| path.with(|path| Page::at(path)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_one_page() {
        let id = ListingId::new();
        for (path, page) in [
            ("/", Page::Explore),
            ("", Page::Explore),
            ("/sign-in", Page::SignIn),
            ("/sign-up", Page::SignUp),
            ("/listings/new", Page::NewListing),
            (&format!("/listings/{id}"), Page::Listing(Some(id))),
            ("/listings/nonsense", Page::Listing(None)),
            (&format!("/listings/{id}/edit"), Page::EditListing(Some(id))),
            ("/messages", Page::Messages),
            ("/messages/", Page::Messages),
            ("/messages/nonsense", Page::Messages),
            ("/hosting", Page::Hosting),
            ("/settings", Page::Settings),
            ("/settings/more", Page::Unknown),
            ("/listings", Page::Unknown),
            ("/nowhere", Page::Unknown),
        ] {
            assert_eq!(Page::at(path), page, "{path}");
        }
    }
}
