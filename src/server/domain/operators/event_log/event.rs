//! An event as programs read it, the same in webhooks and in `/api/events`. It shows what it refers to as that is now.

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    server::store::sync::event_log::page::EventRow,
    shared::{
        errors::{ApiError, Result},
        messages::attached::Attached,
        values::time::Timestamp,
    },
};

/// The ids of events: of their history of the database, and their position in it.
#[derive(Clone, Debug)]
pub struct EventIds {
    history: String,
}

const PREFIX: &str = "evt_";
/// Of the hash of an epoch.
const HISTORY_BYTES: usize = 8;

impl EventIds {
    pub fn of(epoch: &str) -> Self {
        let digest = Sha256::digest(epoch);
        Self { history: digest[..HISTORY_BYTES].iter().map(|byte| format!("{byte:02x}")).collect() }
    }

    pub fn id(&self, position: i64) -> String {
        format!("{PREFIX}{}_{position}", self.history)
    }

    /// The position of an id. One of another history is a conflict.
    pub fn parse(&self, id: &str) -> Result<i64> {
        let unreadable = || {
            ApiError::invalid(
                "after",
                "This is no id of an event. Take next of a page, or the id of an event.",
            )
        };
        let (history, position) =
            id.strip_prefix(PREFIX).and_then(|rest| rest.split_once('_')).ok_or_else(unreadable)?;
        let is_number = !position.is_empty() && position.bytes().all(|byte| byte.is_ascii_digit());
        let is_history =
            history.len() == 2 * HISTORY_BYTES && history.bytes().all(|byte| byte.is_ascii_hexdigit());
        let position = position.parse().ok().filter(|_| is_number && is_history).ok_or_else(unreadable)?;
        match history == self.history {
            true => Ok(position),
            false => Err(ApiError::conflict(
                "This cursor is of another history of the database, which was restored: events may be missing. Read the state anew, and begin without one.",
            )),
        }
    }
}

/// Something that happened.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Event {
    /// The same each time that it is sent: receivers know by it what they have.
    pub id: String,
    #[serde(rename = "type")]
    pub kind: String,
    /// When it happened, in UTC: `2026-05-31T14:06:00.123456Z`.
    pub timestamp: String,
    pub data: EventData,
}

/// What it is about. Whatever it is not about is null.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventData {
    pub conversation: Option<EventConversation>,
    pub message: Option<EventMessage>,
    pub order: Option<EventOrder>,
    /// Whom it concerns.
    pub user: Option<EventPerson>,
    /// More by the type of the event: ids and codes.
    #[schema(value_type = Object)]
    pub detail: Value,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventPerson {
    pub id: Uuid,
    /// The marketplace's own id.
    pub external_id: Option<String>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventConversation {
    pub id: Uuid,
    /// `listing`, `order` or `room`.
    pub kind: String,
    pub listing: Option<EventListing>,
    pub guest: Option<EventPerson>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventListing {
    pub id: Uuid,
    pub external_id: Option<String>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventOrder {
    pub id: Uuid,
    pub external_id: Option<String>,
    pub code: String,
    /// As it is now: what it became by this event stands in `detail`.
    pub status: String,
}

/// A message as it is now.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventMessage {
    pub id: Uuid,
    /// `text` or `system`.
    pub kind: String,
    /// Its number in the conversation.
    pub seq: i64,
    /// Raised by each change in the conversation: of two events of one message, the greater is the newer.
    pub version: i64,
    /// Null for one of the marketplace itself.
    pub sender: Option<EventPerson>,
    pub created_at: Timestamp,
    pub edited_at: Option<Timestamp>,
    pub deleted_at: Option<Timestamp>,
    /// Null if texts are not wanted, and for one that is deleted, or too old to be kept. Of a system message, its JSON.
    pub text: Option<String>,
    /// The ids of its files. Null as the text is.
    pub files: Option<Vec<Uuid>>,
}

impl Event {
    pub fn of(row: EventRow, ids: &EventIds, with_text: bool) -> Self {
        let message = message_of(&row, with_text);
        let person = |id: Option<Uuid>, external_id| id.map(|id| EventPerson { id, external_id });
        let listing = row
            .listing_id
            .map(|id| EventListing { id, external_id: row.listing_external_id.map(without_issuer) });
        let guest = person(row.guest_id, row.guest_external_id);
        let conversation = row.conversation_id.zip(row.conversation_kind);
        let conversation = conversation.map(|(id, kind)| EventConversation { id, kind, listing, guest });
        let order = row.order_id.zip(row.order_code).zip(row.order_status);
        let order = order.map(|((id, code), status)| EventOrder {
            id,
            external_id: row.order_external_id.map(without_issuer),
            code,
            status,
        });
        let user = person(row.user_id, row.user_external_id);
        let detail = serde_json::from_str(&row.detail).unwrap_or_default();
        Self {
            id: ids.id(row.position),
            kind: row.r#type,
            timestamp: rfc3339(row.at),
            data: EventData { conversation, message, order, user, detail },
        }
    }
}

/// The marketplace's own id, before which its issuer is stored.
fn without_issuer(stored: String) -> String {
    stored.split_once(' ').map(|(_, id)| id.to_owned()).unwrap_or(stored)
}

fn message_of(row: &EventRow, with_text: bool) -> Option<EventMessage> {
    let has_text = with_text && row.deleted_at.is_none() && !row.is_expired;
    let files = || {
        let attached = Attached::from_column(row.attached.as_deref());
        attached.files.iter().map(|file| file.id.0).collect()
    };
    Some(EventMessage {
        id: row.message_id?,
        kind: row.message_kind.clone()?,
        seq: row.seq?,
        version: row.version?,
        sender: row.sender_id.map(|id| EventPerson { id, external_id: row.sender_external_id.clone() }),
        created_at: Timestamp(row.created_at?),
        edited_at: row.edited_at.map(Timestamp),
        deleted_at: row.deleted_at.map(Timestamp),
        text: row.body.clone().filter(|_| has_text),
        files: has_text.then(files),
    })
}

/// With microseconds, which `Timestamp` leaves out.
fn rfc3339(micros: i64) -> String {
    let seconds = Timestamp(micros).to_rfc3339();
    format!("{}.{:06}Z", seconds.trim_end_matches('Z'), micros.rem_euclid(1_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::errors::ErrorCode;

    #[test]
    fn r4_a_cursor_is_read_back_and_one_of_another_history_is_a_conflict() {
        let (ids, others) = (EventIds::of("a-00000001"), EventIds::of("a-00000002"));
        assert_eq!(ids.parse(&ids.id(17)).unwrap(), 17);
        assert_eq!(others.parse(&ids.id(17)).unwrap_err().code, ErrorCode::Conflict);
        for wrong in [
            "",
            "17",
            "evt_",
            "evt_17",
            "evt__17",
            "evt_0123456789abcdef_",
            "evt_0123456789abcdef_-1",
            "evt_0123456789abcdef_99999999999999999999",
            "evt_0123456789abcdeg_1",
            "msg_0123456789abcdef_1",
        ] {
            assert_eq!(ids.parse(wrong).unwrap_err().code, ErrorCode::Invalid, "{wrong}");
        }
    }

    #[test]
    fn r4_times_have_their_microseconds() {
        assert_eq!(rfc3339(1_780_236_360_000_007), "2026-05-31T14:06:00.000007Z");
    }
}
