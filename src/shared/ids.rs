//! Typed ids, all of them UUIDs. The client makes the id of a message and sends it with every retry, which
//! makes sending idempotent.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::json::{FromJson, Json, JsonError, WRONG_TYPE};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new UUIDv7. Later ids sort later, which keeps indexes compact. No code reads the time
            /// inside.
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
            fn from_json(json: Json) -> Result<Self, JsonError> {
                String::from_json(json)?.parse().map_err(|_| WRONG_TYPE)
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
    /// A user: a person with an account.
    UserId,
    /// A listing: a stay, item, service or tour that a host offers.
    ListingId,
    /// An order: a booking, a purchase or a custom order.
    OrderId,
    /// A conversation.
    ConversationId,
    /// A message. The sending client makes the id; it is the idempotency key of the send.
    MessageId,
    /// A file of a message. The sending client makes the id; it is the idempotency key of the upload.
    FileId,
    /// A notification. The notification of new messages has the id of their conversation.
    NotificationId,
    /// A broadcast. The sending client makes the id; it is the idempotency key of the command.
    BroadcastId,
    /// What several people may have reported, to be decided once.
    CaseId,
    /// A report. The reporting client makes the id; it is the idempotency key of the command.
    ReportId,
    /// Names a personal access token. It is not the secret.
    TokenId,
    /// A passkey.
    PasskeyId,
    /// A background task.
    TaskId,
    /// An endpoint that is told of events. The client makes the id; it is the idempotency key of the command.
    WebhookId,
    /// Names one sign-in session of a user. It is not the secret.
    SessionId,
    /// An embed key: the `kid` of the tokens that it signs. The client makes the id.
    EmbedKeyId,
    /// Names an identity at a provider that is linked to an account.
    IdentityId,
}
