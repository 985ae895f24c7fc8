//! Typed ids. All are UUIDs; a message's id is made by the client and is its key for ever.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::json::{FromJson, Json, WRONG, Wrong};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new id (UUIDv7: ids made later sort later, which keeps indexes compact;
            /// nothing else ever reads the time inside).
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }

        impl FromJson for $name {
            fn from_json(json: Json) -> Result<Self, Wrong> {
                String::from_json(json)?.parse().map_err(|_| WRONG)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )+};
}

ids! {
    /// A person with an account.
    UserId,
    /// Something that a host offers.
    ListingId,
    /// A booking, purchase or custom order.
    OrderId,
    /// What participants talk in.
    ConversationId,
    /// One message; made by the client that sends it.
    MessageId,
    /// Something that one person is told of. That of new messages has the id of their conversation.
    NotificationId,
    /// What is told to many; made by the client that sends it.
    BroadcastId,
    /// A personal access token; names it, and is not the secret.
    TokenId,
    /// One of a person's sessions; names it, and is not the secret.
    SessionId,
}
