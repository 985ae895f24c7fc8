//! Checks of conversations and messages of an import: bounds, times, and the texts as sending has them.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::super::{
    Sender, check_id, check_time,
    lines::{ExternalAttachment, ExternalConversation, ExternalMessage},
};
use crate::{
    server::store::messages::{imported::ImportedMessage, new_message::hash_of},
    shared::{
        conversations::rooms::{ROOM_NAME_MAX_CHARS, ROOM_PEOPLE_MAX, check_room_name},
        errors::{ApiError, Result},
        ids::{ConversationId, MessageId, UserId},
        messages::{MessageKind, body::check_body},
        values::time::Timestamp,
    },
};

/// Attachments of one message.
const ATTACHMENTS_MAX: usize = 30;

/// What a conversation is about, by the marketplace's ids.
pub(super) enum About {
    Listing(String),
    Order(String),
    /// Nothing: it is a room, with this name if it has one.
    Room(Option<String>),
}

/// A conversation that was checked.
pub(super) struct CheckedConversation {
    /// Ids of the participants, each once.
    pub participants: Vec<String>,
    pub about: About,
    pub created_at: Timestamp,
}

pub(super) fn conversation(
    id: &str,
    conversation: &ExternalConversation,
    now: Timestamp,
) -> Result<CheckedConversation> {
    check_id("id", id)?;
    let mut participants: Vec<String> = Vec::new();
    if conversation.participants.len() > ROOM_PEOPLE_MAX as usize {
        return Err(ApiError::invalid("participants", "At most 500 people take part."));
    }
    for participant in &conversation.participants {
        check_id("participants", participant)?;
        if !participants.contains(participant) {
            participants.push(participant.clone());
        }
    }
    if participants.is_empty() {
        return Err(ApiError::invalid("participants", "Somebody takes part in a conversation."));
    }
    let about = match (&conversation.listing, &conversation.order) {
        (Some(_), Some(_)) => return Err(ApiError::invalid("order", "Name the listing or the order.")),
        (Some(listing), None) => About::Listing(check_id("listing", listing).map(|()| listing.clone())?),
        (None, Some(order)) => About::Order(check_id("order", order).map(|()| order.clone())?),
        (None, None) => About::Room(conversation.title.as_deref().map(room_name).transpose()?.flatten()),
    };
    let created_at = past("created_at", &conversation.created_at, now)?;
    Ok(CheckedConversation { participants, about, created_at })
}

/// A name that is too long is cut; of blanks alone it is none.
fn room_name(title: &str) -> Result<Option<String>> {
    let cut: String = title.trim().chars().take(ROOM_NAME_MAX_CHARS).collect();
    if cut.is_empty() {
        return Ok(None);
    }
    check_room_name(&cut).map(Some).map_err(|error| ApiError { field: Some("title".to_owned()), ..error })
}

/// The name of a room that has none: that of its people.
pub(super) fn name_of_people(names: &[String]) -> String {
    let cut: String = names.join(", ").chars().take(ROOM_NAME_MAX_CHARS).collect();
    cut.trim().trim_end_matches(',').to_owned()
}

/// A message that was checked, without its sender, who is looked up.
pub(super) fn message(
    sender: &Sender,
    id: &str,
    message: &ExternalMessage,
    now: Timestamp,
) -> Result<ImportedMessage> {
    check_id("id", id)?;
    check_id("sender", &message.sender)?;
    let created_at = past("created_at", &message.created_at, now)?;
    let time = |field, at: &Option<String>| at.as_deref().map(|at| past(field, at, now)).transpose();
    let (edited_at, deleted_at) =
        (time("edited_at", &message.edited_at)?, time("deleted_at", &message.deleted_at)?);
    let body = match deleted_at {
        Some(_) => String::new(),
        None => text(message)?,
    };
    Ok(ImportedMessage {
        id: MessageId(derived(&format!("message {} {} {id}", sender.issuer, message.conversation))),
        sender: UserId(Uuid::nil()),
        first_hash: hash_of(MessageKind::Text, &body),
        body,
        created_at,
        edited_at,
        deleted_at,
    })
}

/// The text as it is sent, and a line for each attachment.
fn text(message: &ExternalMessage) -> Result<String> {
    if message.attachments.len() > ATTACHMENTS_MAX {
        return Err(ApiError::invalid("attachments", "A message has at most 30 attachments."));
    }
    let attached = message.attachments.iter().map(attachment_line);
    let lines = Some(message.text.clone()).filter(|text| !text.trim().is_empty()).into_iter();
    let text = lines.chain(attached).collect::<Vec<_>>().join("\n");
    check_body(&text).map_err(|error| ApiError { field: Some("text".to_owned()), ..error })
}

fn attachment_line(attachment: &ExternalAttachment) -> String {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (name, url) = (words(&attachment.name), words(&attachment.url));
    if name.is_empty() { url } else { format!("{name}: {url}") }
}

fn past(field: &str, text: &str, now: Timestamp) -> Result<Timestamp> {
    let at = check_time(field, text, now)?;
    if at.0 < 0 {
        return Err(ApiError::invalid(field, "This time is before 1970."));
    }
    Ok(at)
}

/// The id of a room that was a conversation elsewhere.
pub(super) fn room_id(sender: &Sender, id: &str) -> ConversationId {
    ConversationId(derived(&format!("conversation {} {id}", sender.issuer)))
}

/// An id for this text, the same every time. No id of a marketplace has a space.
fn derived(text: &str) -> Uuid {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&Sha256::digest(text)[..16]);
    Uuid::new_v8(bytes)
}
