//! What a task of a mail is about.

use serde::{Deserialize, Serialize};

use crate::shared::{
    ids::{ConversationId, NotificationId, UserId},
    positions::Seq,
    words::Language,
};

/// What somebody else may have done with an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SecurityMail {
    SignedIn,
    PasswordChanged,
    TokenCreated,
    AppAdded,
    AppRemoved,
    PasskeyAdded,
    PasskeyRemoved,
    CodeRefused,
    RecoveryCodeUsed,
    SecondFactorReset,
    IdentityLinked,
}

/// The body of a task of this queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MailTask {
    /// The unread messages of a conversation. `upto` is fixed before they are sent.
    Conversation {
        conversation: ConversationId,
        user: UserId,
        upto: Option<Seq>,
    },
    Notification(NotificationId),
    /// The proof that an address is its owner's.
    ConfirmAddress(UserId),
    /// The notice to the former address of an account.
    AddressChanged(UserId),
    /// What somebody else may have done with the account. `detail` is the browser, or the name of the token.
    Security {
        user: UserId,
        event: SecurityMail,
        detail: String,
    },
    /// A link to choose a new password, for the account with this address, if there is one.
    ResetPassword {
        address: String,
    },
    /// That an account is closed, to the address that it had. Both stand here alone.
    AccountClosed {
        user: UserId,
        name: String,
        address: String,
        /// Its tag.
        language: Option<String>,
    },
    /// What was held in quiet hours: these, and what is unread then.
    Digest {
        user: UserId,
        notifications: Vec<NotificationId>,
    },
    /// Why a reply did not become a message.
    Refusal {
        conversation: ConversationId,
        user: UserId,
        reason: RefusalReason,
    },
}

/// Why a reply did not become a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RefusalReason {
    /// It was not written from the address that the mail went to.
    OtherSender,
    /// Nothing is left without what it quotes.
    Empty,
    TooLong,
    /// The same long text came a moment ago.
    Repeated,
    /// The user may not write there any more.
    Closed,
}

/// Whom a mail is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reader {
    User(UserId),
    OfAddress(String),
    OfNotification(NotificationId),
    /// Somebody whose language is known.
    Of(Language),
}

impl MailTask {
    pub fn reader(&self) -> Reader {
        match self {
            Self::Conversation { user, .. }
            | Self::ConfirmAddress(user)
            | Self::AddressChanged(user)
            | Self::Security { user, .. }
            | Self::Digest { user, .. }
            | Self::Refusal { user, .. } => Reader::User(*user),
            Self::ResetPassword { address } => Reader::OfAddress(address.clone()),
            Self::AccountClosed { language, .. } => {
                Reader::Of(language.as_deref().and_then(Language::from_tag).unwrap_or_default())
            }
            Self::Notification(id) => Reader::OfNotification(*id),
        }
    }

    pub fn to_body(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}
