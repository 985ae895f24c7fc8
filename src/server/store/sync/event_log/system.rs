//! System messages as events: their type, and what they tell beside the message. Ids and codes, never names or texts.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::shared::{conversations::system_messages::SystemMessage, operators::events::EventType};

/// The type of the event that a system message is.
pub(super) fn kind_of(event: &SystemMessage) -> EventType {
    match event {
        SystemMessage::Requested { .. } => EventType::OrderCreated,
        SystemMessage::Stepped { .. } => EventType::OrderStatus,
        SystemMessage::Quoted { .. } => EventType::OrderQuoted,
        SystemMessage::QuoteDeclined { .. } => EventType::OrderQuoteDeclined,
        SystemMessage::Taken => EventType::OrderTaken,
        SystemMessage::Invited { .. }
        | SystemMessage::Joined { .. }
        | SystemMessage::Left { .. }
        | SystemMessage::Removed { .. }
        | SystemMessage::Promoted { .. } => EventType::ConversationMembers,
        SystemMessage::Renamed { .. } => EventType::ConversationRenamed,
        _ => EventType::MessageCreated,
    }
}

/// Whom it concerns, if that is one person.
pub(super) fn person(event: &SystemMessage) -> Option<Uuid> {
    match event {
        SystemMessage::Joined { person }
        | SystemMessage::Left { person }
        | SystemMessage::Removed { person }
        | SystemMessage::Promoted { person, .. } => Some(person.id.0),
        _ => None,
    }
}

/// What it tells beside that.
pub(super) fn detail(event: &SystemMessage) -> Value {
    match event {
        SystemMessage::Requested { kind, starts_on, ends_on } => {
            json!({ "kind": kind, "starts_on": starts_on, "ends_on": ends_on, "status": "pending" })
        }
        SystemMessage::Stepped { step, status, .. } => json!({ "step": step, "status": status }),
        SystemMessage::Quoted { price } | SystemMessage::QuoteDeclined { price } => json!({ "price": price }),
        SystemMessage::Invited { people, more } => {
            let ids: Vec<_> = people.iter().map(|person| person.id).collect();
            json!({ "change": "invited", "user_ids": ids, "more": more })
        }
        SystemMessage::Joined { .. } => json!({ "change": "joined" }),
        SystemMessage::Left { .. } => json!({ "change": "left" }),
        SystemMessage::Removed { .. } => json!({ "change": "removed" }),
        SystemMessage::Promoted { role, .. } => json!({ "change": "role", "role": role }),
        SystemMessage::Ordered { conversation, order, .. } => {
            json!({ "code": "ordered", "conversation_id": conversation, "order_id": order })
        }
        SystemMessage::Talked { conversation } => {
            json!({ "code": "talked", "conversation_id": conversation })
        }
        SystemMessage::RoomMade { .. } => json!({ "code": "room_made" }),
        SystemMessage::Note { .. } => json!({ "code": "note" }),
        _ => json!({}),
    }
}
