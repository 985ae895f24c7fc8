//! Notification level: how much of one conversation a user is told of, and until when.

use serde::{Deserialize, Serialize};

use crate::shared::{
    json::{read_by_serde, read_fields, read_unit_enums},
    values::time::Timestamp,
};

/// How much of one conversation a user is told of.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotificationLevel {
    #[default]
    All,
    /// The conversation is muted, and mentions still notify.
    Mentions,
    /// The conversation is muted, and mentions are too.
    Nothing,
}

/// The level of a conversation.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ConversationLevel {
    pub level: NotificationLevel,
    /// When it becomes `all` again; none: it stays.
    pub until: Option<Timestamp>,
}

read_unit_enums! { NotificationLevel }
read_fields! { ConversationLevel { level, until } }
read_by_serde! { ConversationLevel }
