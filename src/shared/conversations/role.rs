//! Roles of participants in a conversation.

use serde::{Deserialize, Serialize};

use crate::shared::json::read_unit_enums;

/// A participant's role. Members and moderators are the participants of rooms.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Guest,
    Host,
    Operator,
    Member,
    Moderator,
}

impl Role {
    pub const ALL: [Self; 5] = [Self::Guest, Self::Host, Self::Operator, Self::Member, Self::Moderator];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Guest => "guest",
            Self::Host => "host",
            Self::Operator => "operator",
            Self::Member => "member",
            Self::Moderator => "moderator",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }
}

read_unit_enums! { Role }
