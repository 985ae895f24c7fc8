//! Mail: what a user's settings say of it, and what a link at the end of a mail stops.

use serde::Serialize;

use crate::shared::{
    ids::ConversationId,
    json::{read_by_serde, read_fields},
    notifications::kinds::NotificationKind,
};

/// What the settings say of mail.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct MailSettings {
    /// Whether this site sends mail at all.
    pub is_set_up: bool,
    /// Whether the user has confirmed the address. Nothing else is mailed before.
    pub is_confirmed: bool,
    /// Whether mails came back, so that none goes there until the address is confirmed again.
    pub is_stopped: bool,
    pub address: Option<String>,
    /// The one that takes its place once it is confirmed.
    pub claimed_address: Option<String>,
}

/// What a link at the end of a mail stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct MailStop {
    pub kind: NotificationKind,
    /// Only mails about this conversation.
    pub conversation: Option<ConversationId>,
}

read_fields! {
    MailSettings { is_set_up, is_confirmed, is_stopped, address, claimed_address }
    MailStop { kind, conversation }
}
read_by_serde! { MailSettings, MailStop }
