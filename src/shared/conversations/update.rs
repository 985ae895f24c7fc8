//! Conversation updates: the new summary, or that the viewer is no longer a participant.

use serde::Serialize;

use super::Conversation;
use crate::shared::positions::SyncSeq;
use crate::shared::{
    ids::ConversationId,
    json::{FromJson, Json, Wrong},
};

/// What a change says about a conversation: its new summary, or that I am no longer part of it.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ConversationUpdate {
    Active(Box<Conversation>),
    /// No text comes along; the client drops what it holds.
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

    pub fn changed(&self) -> SyncSeq {
        match self {
            Self::Active(conversation) => conversation.changed,
            Self::Left { changed, .. } => *changed,
        }
    }
}

impl FromJson for ConversationUpdate {
    fn from_json(mut json: Json) -> Result<Self, Wrong> {
        match json.take::<String>("state")?.as_str() {
            "active" => FromJson::from_json(json).map(Self::Active),
            "left" => Ok(Self::Left { id: json.take("id")?, changed: json.take("changed")? }),
            _ => Err(Wrong("state")),
        }
    }
}
