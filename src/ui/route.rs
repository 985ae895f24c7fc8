//! Routes: which page a URL shows. A plain function in place of the router's route table, which makes a type of
//! every route and adds 20 kB to the wasm; the router's history and links stay.

use leptos::prelude::*;

use crate::shared::ids::{ConversationId, ListingId};
use crate::shared::orders::code::OrderKey;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    SignIn,
    SignUp,
    Explore,
    NewListing,
    /// Nothing where the address holds no id.
    Listing(Option<ListingId>),
    EditListing(Option<ListingId>),
    /// The list, and the conversation that [`Opened`] names: the page stays from one to the other.
    Messages,
    Hosting,
    Orders,
    NewOrder,
    /// Nothing where the address holds neither id nor code.
    Order(Option<OrderKey>),
    NewRoom,
    /// Nothing where the address holds no id.
    Room(Option<ConversationId>),
    /// By the link that stands in the address.
    JoinRoom,
    /// All orders, for operators; as are the next six.
    Desk,
    People,
    Audit,
    Notices,
    Moderation,
    /// Nothing where the address holds no id.
    Transcript(Option<ConversationId>),
    SiteSettings,
    Notifications,
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
            ["orders"] => Self::Orders,
            ["orders", "new"] => Self::NewOrder,
            ["orders", key] => Self::Order(OrderKey::parse(key).ok()),
            ["rooms", "new"] => Self::NewRoom,
            ["rooms", "join", _] => Self::JoinRoom,
            ["rooms", id] => Self::Room(id.parse().ok()),
            ["operator", "orders"] => Self::Desk,
            ["operator", "users"] => Self::People,
            ["operator", "audit"] => Self::Audit,
            ["operator", "notices"] => Self::Notices,
            ["operator", "conversations"] => Self::Moderation,
            ["operator", "conversations", id] => Self::Transcript(id.parse().ok()),
            ["operator", "settings"] => Self::SiteSettings,
            ["notifications"] => Self::Notifications,
            ["settings"] => Self::Settings,
            _ => Self::Unknown,
        }
    }

    /// Its address, with names in place of what is in it.
    #[cfg(feature = "ssr")]
    pub fn template(self) -> &'static str {
        match self {
            Self::SignIn => "/sign-in",
            Self::SignUp => "/sign-up",
            Self::Explore => "/",
            Self::NewListing => "/listings/new",
            Self::Listing(_) => "/listings/{id}",
            Self::EditListing(_) => "/listings/{id}/edit",
            Self::Messages => "/messages",
            Self::Hosting => "/hosting",
            Self::Orders => "/orders",
            Self::NewOrder => "/orders/new",
            Self::Order(_) => "/orders/{key}",
            Self::NewRoom => "/rooms/new",
            Self::Room(_) => "/rooms/{id}",
            Self::JoinRoom => "/rooms/join/{link}",
            Self::Desk => "/operator/orders",
            Self::People => "/operator/users",
            Self::Audit => "/operator/audit",
            Self::Notices => "/operator/notices",
            Self::Moderation => "/operator/conversations",
            Self::Transcript(_) => "/operator/conversations/{id}",
            Self::SiteSettings => "/operator/settings",
            Self::Notifications => "/notifications",
            Self::Settings => "/settings",
            Self::Unknown => "unknown",
        }
    }

    pub fn is_for_operators(self) -> bool {
        matches!(
            self,
            Self::Desk
                | Self::People
                | Self::Audit
                | Self::Notices
                | Self::Moderation
                | Self::Transcript(_)
                | Self::SiteSettings
        )
    }

    /// Whether the bar and the tab bar stand around it.
    pub fn is_framed(self) -> bool {
        !matches!(self, Self::SignIn | Self::SignUp)
    }
}

/// What stands beside the list of conversations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opened {
    Nothing,
    Conversation(ConversationId),
    /// Something that is no id.
    Nonsense,
}

impl Opened {
    /// Of a path that names [`Page::Messages`].
    pub fn at(path: &str) -> Self {
        match path.trim_matches('/').split_once('/') {
            None => Self::Nothing,
            Some((_, id)) => id.parse().map_or(Self::Nonsense, Self::Conversation),
        }
    }
}

/// The path of the page on screen. It follows the address as soon as the page's code is there;
/// the old page stays until then.
#[derive(Clone, Copy)]
pub struct ShownPath(pub Memo<String>);

pub fn use_path() -> Memo<String> {
    let ShownPath(path) = expect_context();
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::ids::OrderId;

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
            ("/orders", Page::Orders),
            ("/orders/new", Page::NewOrder),
            (&format!("/orders/{id}"), Page::Order(Some(OrderKey::Id(OrderId(id.0))))),
            ("/orders/nonsense", Page::Order(None)),
            ("/rooms/new", Page::NewRoom),
            ("/rooms/join/f00d", Page::JoinRoom),
            (&format!("/rooms/{id}"), Page::Room(Some(ConversationId(id.0)))),
            ("/rooms/nonsense", Page::Room(None)),
            ("/operator/orders", Page::Desk),
            ("/operator/users", Page::People),
            ("/operator/audit", Page::Audit),
            ("/operator/notices", Page::Notices),
            ("/notifications", Page::Notifications),
            ("/operator/conversations", Page::Moderation),
            (&format!("/operator/conversations/{id}"), Page::Transcript(Some(ConversationId(id.0)))),
            ("/operator/conversations/nonsense", Page::Transcript(None)),
            ("/operator/settings", Page::SiteSettings),
            ("/operator", Page::Unknown),
            ("/operator/nowhere", Page::Unknown),
            ("/settings", Page::Settings),
            ("/settings/more", Page::Unknown),
            ("/listings", Page::Unknown),
            ("/nowhere", Page::Unknown),
        ] {
            assert_eq!(Page::at(path), page, "{path}");
        }
    }
}
