//! Conversation updates: the new summary, or a tombstone once the viewer is no longer a participant.

use serde::Serialize;

use super::Conversation;
use crate::shared::{
    ids::ConversationId,
    json::{FromJson, Json, JsonError},
    positions::SyncSeq,
};

/// An update to one conversation: its new summary, or that I am no longer a participant.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema), schema(as = ConversationNews))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ConversationUpdate {
    Active(Box<Conversation>),
    /// A tombstone without any text. The client deletes its copy of the conversation.
    Left {
        id: ConversationId,
        changed: SyncSeq,
    },
}

impl ConversationUpdate {
    pub fn id(&self) -> ConversationId {
        match self {
            Self::Active(conversation) => conversation.id,
            Self::Left { id, .. } => *id,
        }
    }

    /// The user's sync position at this update.
    pub fn changed(&self) -> SyncSeq {
        match self {
            Self::Active(conversation) => conversation.changed,
            Self::Left { changed, .. } => *changed,
        }
    }
}

impl FromJson for ConversationUpdate {
    fn from_json(mut json: Json) -> Result<Self, JsonError> {
        match json.take::<String>("state")?.as_str() {
            "active" => FromJson::from_json(json).map(Self::Active),
            "left" => Ok(Self::Left { id: json.take("id")?, changed: json.take("changed")? }),
            _ => Err(JsonError("state")),
        }
    }
}
