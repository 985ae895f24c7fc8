//! Routes: which page a URL shows. A plain function replaces the router's route table, which makes a type of
//! every route and adds 20 kB to the wasm. The router's history and links stay.

use leptos::prelude::*;

use crate::shared::ids::{ConversationId, ListingId};
use crate::shared::orders::code::OrderKey;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    SignIn,
    /// The second step of signing in.
    SignInCode,
    SignUp,
    /// Asks again who the viewer is.
    ConfirmIdentity,
    /// Asks for the link to choose a new password.
    ForgottenPassword,
    /// Where that link leads.
    ResetPassword,
    Explore,
    NewListing,
    /// `None` if the path holds no valid id.
    Listing(Option<ListingId>),
    /// `None` if the path holds no valid id.
    EditListing(Option<ListingId>),
    /// The inbox and the conversation that [`MessagesSelection`] names. One page, so that the inbox stays
    /// when the conversation changes.
    Messages,
    MyListings,
    Orders,
    NewOrder,
    /// `None` if the path holds neither an id nor a code.
    Order(Option<OrderKey>),
    NewRoom,
    /// `None` if the path holds no valid id.
    Room(Option<ConversationId>),
    /// Joins a room by the link in the path.
    JoinRoom,
    /// The rooms into which the viewer is invited.
    Invitations,
    /// All orders. This page and the eight below are for operators.
    OrderBoard,
    UserDirectory,
    AuditLog,
    Broadcasts,
    /// What people have reported.
    Cases,
    Moderation,
    /// `None` if the path holds no valid id.
    Transcript(Option<ConversationId>),
    SiteSettings,
    Webhooks,
    Notifications,
    /// Search in messages.
    Search,
    /// The conversations that the viewer has archived or starred.
    Archive,
    Settings,
    Report,
    /// The link of a mail that confirms an address.
    ConfirmAddress,
    /// The link of a mail to the former address of an account.
    RestoreAddress,
    /// The link of a mail that shuts everybody out of the account.
    SecureAccount,
    /// The link at the end of a mail.
    StopMail,
    NotFound,
}

impl Page {
    /// The page at `path`, which has neither query nor fragment.
    pub fn from_path(path: &str) -> Self {
        let segments: Vec<_> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        match segments[..] {
            [] => Self::Explore,
            ["sign-in"] => Self::SignIn,
            ["sign-in", "code"] => Self::SignInCode,
            ["sign-up"] => Self::SignUp,
            ["confirm"] => Self::ConfirmIdentity,
            ["password"] => Self::ForgottenPassword,
            ["password", _] => Self::ResetPassword,
            ["listings", "new"] => Self::NewListing,
            ["listings", id] => Self::Listing(id.parse().ok()),
            ["listings", id, "edit"] => Self::EditListing(id.parse().ok()),
            ["messages"] | ["messages", _] => Self::Messages,
            ["hosting"] => Self::MyListings,
            ["orders"] => Self::Orders,
            ["orders", "new"] => Self::NewOrder,
            ["orders", key] => Self::Order(OrderKey::parse(key).ok()),
            ["rooms", "new"] => Self::NewRoom,
            ["rooms", "join", _] => Self::JoinRoom,
            ["rooms", "invitations"] => Self::Invitations,
            ["rooms", id] => Self::Room(id.parse().ok()),
            ["operator", "orders"] => Self::OrderBoard,
            ["operator", "users"] => Self::UserDirectory,
            ["operator", "audit"] => Self::AuditLog,
            ["operator", "notices"] => Self::Broadcasts,
            ["operator", "reports"] => Self::Cases,
            ["operator", "conversations"] => Self::Moderation,
            ["operator", "conversations", id] => Self::Transcript(id.parse().ok()),
            ["operator", "settings"] => Self::SiteSettings,
            ["operator", "webhooks"] => Self::Webhooks,
            ["notifications"] => Self::Notifications,
            ["search"] => Self::Search,
            ["archive"] => Self::Archive,
            ["settings"] => Self::Settings,
            ["report"] => Self::Report,
            ["mail", "confirm", _] => Self::ConfirmAddress,
            ["mail", "undo", _] => Self::RestoreAddress,
            ["mail", "secure", _] => Self::SecureAccount,
            ["mail", "stop", _] => Self::StopMail,
            _ => Self::NotFound,
        }
    }

    /// The path with parameter names in place of values, for logs and metrics.
    #[cfg(feature = "ssr")]
    pub fn template(self) -> &'static str {
        match self {
            Self::SignIn => "/sign-in",
            Self::SignInCode => "/sign-in/code",
            Self::SignUp => "/sign-up",
            Self::ConfirmIdentity => "/confirm",
            Self::ForgottenPassword => "/password",
            Self::ResetPassword => "/password/{token}",
            Self::Explore => "/",
            Self::NewListing => "/listings/new",
            Self::Listing(_) => "/listings/{id}",
            Self::EditListing(_) => "/listings/{id}/edit",
            Self::Messages => "/messages",
            Self::MyListings => "/hosting",
            Self::Orders => "/orders",
            Self::NewOrder => "/orders/new",
            Self::Order(_) => "/orders/{key}",
            Self::NewRoom => "/rooms/new",
            Self::Room(_) => "/rooms/{id}",
            Self::JoinRoom => "/rooms/join/{link}",
            Self::Invitations => "/rooms/invitations",
            Self::OrderBoard => "/operator/orders",
            Self::UserDirectory => "/operator/users",
            Self::AuditLog => "/operator/audit",
            Self::Broadcasts => "/operator/notices",
            Self::Cases => "/operator/reports",
            Self::Moderation => "/operator/conversations",
            Self::Transcript(_) => "/operator/conversations/{id}",
            Self::SiteSettings => "/operator/settings",
            Self::Webhooks => "/operator/webhooks",
            Self::Notifications => "/notifications",
            Self::Search => "/search",
            Self::Archive => "/archive",
            Self::Settings => "/settings",
            Self::Report => "/report",
            Self::ConfirmAddress => "/mail/confirm/{token}",
            Self::RestoreAddress => "/mail/undo/{token}",
            Self::SecureAccount => "/mail/secure/{token}",
            Self::StopMail => "/mail/stop/{token}",
            Self::NotFound => "unknown",
        }
    }

    pub fn is_for_operators(self) -> bool {
        matches!(
            self,
            Self::OrderBoard
                | Self::UserDirectory
                | Self::AuditLog
                | Self::Broadcasts
                | Self::Cases
                | Self::Moderation
                | Self::Transcript(_)
                | Self::SiteSettings
                | Self::Webhooks
        )
    }

    /// Whether the app frame (top bar and tab bar) is around it.
    pub fn is_framed(self) -> bool {
        !matches!(
            self,
            Self::SignIn
                | Self::SignInCode
                | Self::SignUp
                | Self::ConfirmIdentity
                | Self::ForgottenPassword
                | Self::ResetPassword
        )
    }
}

/// The conversation that is selected on [`Page::Messages`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessagesSelection {
    None,
    Conversation(ConversationId),
    InvalidId,
}

impl MessagesSelection {
    /// The selection of a path of [`Page::Messages`].
    pub fn from_path(path: &str) -> Self {
        match path.trim_matches('/').split_once('/') {
            None => Self::None,
            Some((_, id)) => id.parse().map_or(Self::InvalidId, Self::Conversation),
        }
    }
}

/// The path of the page on screen. It follows the URL once the chunk of the new page is loaded; the old page
/// stays until then.
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
            ("/password", Page::ForgottenPassword),
            ("/password/f00d", Page::ResetPassword),
            ("/listings/new", Page::NewListing),
            (&format!("/listings/{id}"), Page::Listing(Some(id))),
            ("/listings/nonsense", Page::Listing(None)),
            (&format!("/listings/{id}/edit"), Page::EditListing(Some(id))),
            ("/messages", Page::Messages),
            ("/messages/", Page::Messages),
            ("/messages/nonsense", Page::Messages),
            ("/hosting", Page::MyListings),
            ("/orders", Page::Orders),
            ("/orders/new", Page::NewOrder),
            (&format!("/orders/{id}"), Page::Order(Some(OrderKey::Id(OrderId(id.0))))),
            ("/orders/nonsense", Page::Order(None)),
            ("/rooms/new", Page::NewRoom),
            ("/rooms/join/f00d", Page::JoinRoom),
            ("/rooms/invitations", Page::Invitations),
            (&format!("/rooms/{id}"), Page::Room(Some(ConversationId(id.0)))),
            ("/rooms/nonsense", Page::Room(None)),
            ("/operator/orders", Page::OrderBoard),
            ("/operator/users", Page::UserDirectory),
            ("/operator/audit", Page::AuditLog),
            ("/operator/notices", Page::Broadcasts),
            ("/operator/reports", Page::Cases),
            ("/report", Page::Report),
            ("/notifications", Page::Notifications),
            ("/search", Page::Search),
            ("/archive", Page::Archive),
            ("/operator/conversations", Page::Moderation),
            (&format!("/operator/conversations/{id}"), Page::Transcript(Some(ConversationId(id.0)))),
            ("/operator/conversations/nonsense", Page::Transcript(None)),
            ("/operator/settings", Page::SiteSettings),
            ("/operator/webhooks", Page::Webhooks),
            ("/operator", Page::NotFound),
            ("/operator/nowhere", Page::NotFound),
            ("/settings", Page::Settings),
            ("/settings/more", Page::NotFound),
            ("/listings", Page::NotFound),
            ("/nowhere", Page::NotFound),
        ] {
            assert_eq!(Page::from_path(path), page, "{path}");
        }
    }
}
