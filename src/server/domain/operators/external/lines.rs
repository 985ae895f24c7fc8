//! Lines of JSON, one thing in each: the format of an import (docs/import.md). Users, listings and orders are taken from the API and from
//! the command line, conversations and messages from the command line alone.

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use super::{listings::ExternalListing, orders::ExternalOrder, users::ExternalUser};
use crate::shared::errors::{ApiError, Result};

/// What a line of an import may be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    User,
    Listing,
    Order,
    Conversation,
    Message,
}

impl LineKind {
    pub const ALL: [Self; 5] = [Self::User, Self::Listing, Self::Order, Self::Conversation, Self::Message];

    /// Several of them, for a person.
    pub fn plural(self) -> &'static str {
        match self {
            Self::User => "users",
            Self::Listing => "listings",
            Self::Order => "orders",
            Self::Conversation => "conversations",
            Self::Message => "messages",
        }
    }
}

/// A line, with the id of what it is about.
#[derive(Clone, Debug)]
pub struct Line {
    pub id: String,
    pub body: LineBody,
}

#[derive(Clone, Debug)]
pub enum LineBody {
    User(ExternalUser),
    Listing(ExternalListing),
    Order(ExternalOrder),
    Conversation(ExternalConversation),
    Message(ExternalMessage),
}

/// A conversation of the past. About a listing it is that of its guest and host; otherwise it is a room.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExternalConversation {
    /// Ids of the users who take part. The first one moderates a room.
    pub participants: Vec<String>,
    /// The listing that it is about: one of two participants is its host.
    pub listing: Option<String>,
    /// The order that it is about, in place of a listing.
    pub order: Option<String>,
    /// The name of a room. Without one it is that of its participants.
    pub title: Option<String>,
    pub created_at: String,
}

/// A message of the past.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExternalMessage {
    pub conversation: String,
    pub sender: String,
    #[serde(default)]
    pub text: String,
    /// What was attached. A line of the text says where it is.
    #[serde(default)]
    pub attachments: Vec<ExternalAttachment>,
    pub created_at: String,
    pub edited_at: Option<String>,
    /// Nothing of the text is kept.
    pub deleted_at: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExternalAttachment {
    #[serde(default)]
    pub name: String,
    pub url: String,
}

impl Line {
    /// Reads a line of any kind.
    pub fn parse(line: &str) -> Result<Self> {
        let (kind, id, fields) = head(line, "user, listing, order, conversation or message")?;
        let body = match kind {
            LineKind::User => LineBody::User(read(fields)?),
            LineKind::Listing => LineBody::Listing(read(fields)?),
            LineKind::Order => LineBody::Order(read(fields)?),
            LineKind::Conversation => LineBody::Conversation(read(fields)?),
            LineKind::Message => LineBody::Message(read(fields)?),
        };
        Ok(Self { id, body })
    }

    pub fn kind(&self) -> LineKind {
        match self.body {
            LineBody::User(_) => LineKind::User,
            LineBody::Listing(_) => LineKind::Listing,
            LineBody::Order(_) => LineKind::Order,
            LineBody::Conversation(_) => LineKind::Conversation,
            LineBody::Message(_) => LineKind::Message,
        }
    }
}

/// What a line is about, its id, and its other fields.
pub(super) fn head<K: DeserializeOwned>(line: &str, kinds: &str) -> Result<(K, String, Map<String, Value>)> {
    let mut fields: Map<String, Value> = serde_json::from_str(line).map_err(unreadable)?;
    let kind = fields
        .remove("type")
        .ok_or_else(|| ApiError::invalid("type", format!("A line says what it is about: {kinds}.")))?;
    let kind = serde_json::from_value(kind)
        .map_err(|_| ApiError::invalid("type", format!("A line is about one of these: {kinds}.")))?;
    match fields.remove("id") {
        Some(Value::String(id)) => Ok((kind, id, fields)),
        _ => Err(ApiError::invalid("id", "A line has the id of what it is about, as a text.")),
    }
}

/// The rest of a line, which is the body of a request about one thing.
pub(super) fn read<T: DeserializeOwned>(fields: Map<String, Value>) -> Result<T> {
    serde_json::from_value(Value::Object(fields)).map_err(unreadable)
}

fn unreadable(error: serde_json::Error) -> ApiError {
    ApiError::unreadable("line", &error.to_string())
}
