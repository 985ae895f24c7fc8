//! Search in messages (F8): what is asked, and what was found.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::shared::{
    conversations::Conversation,
    ids::{ConversationId, ListingId, MessageId, UserId},
    json::{FromJson, Json, JsonError, WRONG_TYPE, read_by_serde, read_fields},
    messages::files::FileKind,
    positions::Seq,
    values::{dates::Day, time::Timestamp},
};

/// Messages on one page of results.
pub const FOUND_PAGE: usize = 30;

/// What is sought, and where. Everything that is given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MessageSearch {
    /// Words that must all be there. The last may be the beginning of one; what stands in quotation marks is a phrase.
    pub text: String,
    /// Only in this conversation.
    pub conversation: Option<ConversationId>,
    /// Only in conversations with this person.
    pub with: Option<UserId>,
    /// Only messages that I have sent.
    pub is_mine: bool,
    /// Only in conversations about this listing.
    pub listing: Option<ListingId>,
    /// Only in the conversation of the order with this code.
    pub order: Option<String>,
    /// Only messages with this.
    pub has: Option<Has>,
    /// Only those of this day and later.
    pub since: Option<Day>,
    /// Only those of this day and earlier.
    pub until: Option<Day>,
}

impl MessageSearch {
    /// Whether anything is sought. Filters alone find messages too.
    pub fn is_empty(&self) -> bool {
        *self == Self { text: self.text.clone(), ..Self::default() } && self.text.trim().is_empty()
    }
}

/// What a message can have besides words.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Has {
    Link,
    /// A picture.
    Photo,
    /// A file that is neither a picture nor sound.
    File,
    /// Sound.
    Voice,
}

impl Has {
    pub const ALL: [Self; 4] = [Self::Link, Self::Photo, Self::File, Self::Voice];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Photo => "photo",
            Self::File => "file",
            Self::Voice => "voice",
        }
    }

    /// What kind of file it is; none for links.
    pub fn of_file(kind: FileKind) -> Self {
        match kind {
            FileKind::Image => Self::Photo,
            FileKind::Audio => Self::Voice,
            FileKind::File => Self::File,
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|has| has.as_str() == text)
    }
}

/// A message that was found, with the text around what was sought.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FoundMessage {
    pub id: MessageId,
    pub conversation: ConversationId,
    pub seq: Seq,
    /// Absent for some system messages.
    pub sender: Option<UserId>,
    /// The sender's name, also of somebody who has left.
    pub sender_name: Option<String>,
    pub created_at: Timestamp,
    /// One line of the message.
    pub excerpt: String,
    /// What was sought, in the excerpt.
    pub marks: Vec<Mark>,
}

/// A stretch of an excerpt, in characters (Unicode scalar values).
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Mark {
    pub from: i64,
    /// The first character after it.
    pub to: i64,
}

/// One page of messages that were found, newest first.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FoundPage {
    pub messages: Vec<FoundMessage>,
    /// The summaries of their conversations, each once.
    pub conversations: Vec<Conversation>,
    /// What was sought instead, since nothing had the words as they were typed.
    pub instead: Option<String>,
    /// Where the next page begins. A page that found nothing may have one.
    pub next: Option<SearchCursor>,
    /// Whether all messages are in the index. After an update of the server it takes some time.
    pub is_complete: bool,
}

impl FoundPage {
    /// What is found where nothing is sought.
    pub fn nothing() -> Self {
        Self { messages: Vec::new(), conversations: Vec::new(), instead: None, next: None, is_complete: true }
    }
}

impl FoundMessage {
    /// The pieces of the excerpt, and whether each is what was sought.
    pub fn pieces(&self) -> Vec<(String, bool)> {
        let mut chars = self.excerpt.chars();
        let mut at = 0;
        let mut pieces = Vec::new();
        let mut take = |upto: i64, is_mark: bool| {
            let count = usize::try_from(upto - at).unwrap_or(0);
            at = upto.max(at);
            let piece: String = chars.by_ref().take(count).collect();
            if !piece.is_empty() {
                pieces.push((piece, is_mark));
            }
        };
        for mark in &self.marks {
            take(mark.from, false);
            take(mark.to, true);
        }
        take(self.excerpt.len() as i64, false);
        pieces
    }
}

/// Where a page of results ended. Its text form is opaque to clients.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema), schema(value_type = String))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SearchCursor(pub i64);

/// The text is not a cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidSearchCursor;

impl fmt::Display for SearchCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for SearchCursor {
    type Err = InvalidSearchCursor;

    fn from_str(text: &str) -> Result<Self, InvalidSearchCursor> {
        text.parse().map(Self).map_err(|_| InvalidSearchCursor)
    }
}

impl Serialize for SearchCursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SearchCursor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let parsed = String::deserialize(deserializer)?.parse();
        parsed.map_err(|InvalidSearchCursor| serde::de::Error::custom("not a cursor"))
    }
}

impl FromJson for SearchCursor {
    fn from_json(json: Json) -> Result<Self, JsonError> {
        String::from_json(json)?.parse().map_err(|InvalidSearchCursor| WRONG_TYPE)
    }
}

read_fields! {
    Mark { from, to }
    FoundMessage { id, conversation, seq, sender, sender_name, created_at, excerpt, marks }
    FoundPage { messages, conversations, instead, next, is_complete }
}

read_by_serde! { FoundMessage, FoundPage }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f8_an_excerpt_falls_into_what_was_sought_and_what_not() {
        let found = FoundMessage {
            id: MessageId::new(),
            conversation: ConversationId::new(),
            seq: 1,
            sender: None,
            sender_name: None,
            created_at: Timestamp(0),
            excerpt: "Die Tür, die Türen".into(),
            marks: vec![Mark { from: 4, to: 7 }, Mark { from: 13, to: 18 }],
        };
        let pieces = found.pieces();
        let pieces: Vec<_> = pieces.iter().map(|(piece, is)| (piece.as_str(), *is)).collect();
        assert_eq!(pieces, [("Die ", false), ("Tür", true), (", die ", false), ("Türen", true)]);
    }
}
