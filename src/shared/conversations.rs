//! Conversations as one participant sees them.

use serde::{Deserialize, Serialize};

use super::{
    ids::{ConversationId, MessageId, UserId},
    json::{FromJson, Json, Wrong, read_by_serde, read_fields, read_words},
    listings::ListingCard,
    messages::{Message, MessageKind, Seq, Version},
    notifications::Totals,
    orders::OrderCard,
    rooms::RoomCard,
    sync::changes::Head,
    users::{HUES, Person},
    values::time::Timestamp,
};

/// Conversations on one page of the inbox.
pub const CONVERSATIONS_PAGE: i64 = 30;
/// Conversations that somebody takes part in before no more can be begun or joined by him.
pub const CONVERSATIONS_MAX: i64 = 50_000;
/// Characters of the last message that a summary carries.
pub const PREVIEW_CHARS: usize = 140;

/// Characters of an event's body at most.
pub const EVENT_MAX_CHARS: usize = 2_000;

/// What a conversation is about, for ever.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Subject {
    Listing {
        listing: ListingCard,
    },
    Order {
        order: Box<OrderCard>,
    },
    /// Nothing but its name.
    Room {
        room: RoomCard,
    },
    /// A subject that this version doesn't know yet.
    Unknown,
}

impl Subject {
    pub fn title(&self) -> &str {
        match self {
            Self::Listing { listing } => &listing.title,
            Self::Order { order } => &order.title,
            Self::Room { room } => &room.name,
            Self::Unknown => "",
        }
    }

    pub fn listing(&self) -> Option<&ListingCard> {
        match self {
            Self::Listing { listing } => Some(listing),
            Self::Order { order } => order.listing.as_ref(),
            Self::Room { .. } | Self::Unknown => None,
        }
    }

    pub fn room(&self) -> Option<&RoomCard> {
        match self {
            Self::Room { room } => Some(room),
            _ => None,
        }
    }

    pub fn order(&self) -> Option<&OrderCard> {
        match self {
            Self::Order { order } => Some(order),
            _ => None,
        }
    }
}

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

/// Somebody else in the conversation, with how far he has received and read.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Participant {
    pub person: Person,
    pub role: Role,
    /// The last message that one of his devices has.
    pub delivered_seq: Seq,
    /// The last message that was on his screen.
    pub read_seq: Seq,
    /// When `read_seq` was reached; holds for the messages after `read_from` up to `read_seq`.
    pub read_at: Option<Timestamp>,
    pub read_from: Seq,
}

/// The last message, as a row of the inbox shows it.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LastMessage {
    pub id: MessageId,
    pub seq: Seq,
    pub sender: Option<UserId>,
    pub kind: MessageKind,
    /// Its first 140 characters; empty if deleted.
    pub text: String,
    pub created_at: Timestamp,
    pub is_deleted: bool,
}

/// The summary of a conversation for one participant. Of two, the one with the greater `changed`
/// is the newer.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Conversation {
    pub id: ConversationId,
    pub subject: Subject,
    /// My role.
    pub role: Role,
    /// The others; of a room some, with whoever wrote last, and without their receipts.
    pub people: Vec<Participant>,
    pub last_message: Option<LastMessage>,
    /// My unread messages, by the definition in docs/protocol.md.
    pub unread: i64,
    /// How far I have read.
    pub read_seq: Seq,
    /// The first message that I may see.
    pub from_seq: Seq,
    /// Messages up to here are gone by retention.
    pub floor_seq: Seq,
    pub last_seq: Seq,
    pub version: Version,
    /// My head when this conversation last changed for me.
    pub changed: Head,
    /// My head when its last message came: the order of the inbox, greatest first.
    pub listed: Head,
    /// Messages that can be seen.
    pub total: i64,
    /// My head when the last text of another came: my notification of new messages. 0 where there is
    /// none, because none came, I deleted it, or the conversation is muted.
    pub noted: Head,
    /// That notification is read up to this head.
    pub seen: Head,
}

impl LastMessage {
    /// How the inbox shows this message.
    pub fn of(message: &Message) -> Self {
        Self {
            id: message.id,
            seq: message.seq,
            sender: message.sender,
            kind: message.kind,
            text: preview(message.kind, &message.body),
            created_at: message.created_at,
            is_deleted: message.deleted_at.is_some(),
        }
    }
}

/// The start of a body, as a summary carries it; of an event all of it, since half of one says nothing.
pub fn preview(kind: MessageKind, body: &str) -> String {
    let max = if kind == MessageKind::System { EVENT_MAX_CHARS } else { PREVIEW_CHARS };
    body.chars().take(max).collect()
}

impl Conversation {
    /// Takes in the message that came next, with what it has raised for this participant. He is told
    /// of it where it is another's and the conversation not muted.
    pub fn extend(&mut self, message: &Message, head: Head, unread: i64, is_told: bool) {
        if is_told {
            self.noted = head;
        }
        self.last_message = Some(LastMessage::of(message));
        self.last_seq = message.seq;
        self.version = message.version;
        self.unread = unread;
        self.changed = head;
        self.listed = head;
        self.total += 1;
    }

    /// Whether there is an unread notification of new messages here.
    pub fn is_noted(&self, read_upto: Head) -> bool {
        self.unread > 0 && self.noted > self.seen.max(read_upto)
    }

    /// The one other person of a conversation between two.
    pub fn peer(&self) -> Option<&Participant> {
        if self.subject.room().is_some() {
            return None;
        }
        match self.people.as_slice() {
            [peer] => Some(peer),
            _ => None,
        }
    }

    /// The first message that exists and that I may see.
    pub fn first_seq(&self) -> Seq {
        self.from_seq.max(self.floor_seq + 1)
    }

    /// The names of the others, for a heading.
    pub fn names(&self) -> String {
        if let Some(room) = self.subject.room() {
            return room.name.clone();
        }
        if self.people.is_empty() {
            // Nobody has taken it up yet.
            return "The team".to_owned();
        }
        self.people.iter().map(|other| other.person.name.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// Whose picture stands for it: of a room one of its own, from its name.
    pub fn face(&self) -> Option<Person> {
        match self.subject.room() {
            Some(room) => {
                let hue = self.id.0.as_u128() % HUES as u128;
                Some(Person { id: UserId(self.id.0), name: room.name.clone(), hue: hue as i64 })
            }
            None => self.people.first().map(|other| other.person.clone()),
        }
    }

    /// What this reader calls whoever did something: "You", his name, or nothing for somebody who takes
    /// no part.
    pub fn actor(&self, user: Option<UserId>, viewer: Option<UserId>) -> Option<&str> {
        let user = user?;
        if Some(user) == viewer {
            return Some("You");
        }
        self.participant(user).map(|other| other.person.name.as_str())
    }

    /// Who wrote something, if it is somebody else who takes part.
    pub fn participant(&self, user: UserId) -> Option<&Participant> {
        self.people.iter().find(|other| other.person.id == user)
    }
}

#[cfg(test)]
impl Conversation {
    /// One for tests, with nobody and nothing in it.
    pub fn sample() -> Self {
        Self {
            id: ConversationId(uuid::Uuid::nil()),
            subject: Subject::Unknown,
            role: Role::Guest,
            people: vec![],
            last_message: None,
            unread: 0,
            read_seq: 0,
            from_seq: 1,
            floor_seq: 0,
            last_seq: 0,
            version: 0,
            changed: 0,
            listed: 0,
            total: 0,
            noted: 0,
            seen: 0,
        }
    }
}

/// What a change says about a conversation: its new summary, or that I am no longer part of it.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ConversationNews {
    Active(Box<Conversation>),
    /// No text comes along; the client drops what it holds.
    Left {
        id: ConversationId,
        changed: Head,
    },
}

impl ConversationNews {
    pub fn id(&self) -> ConversationId {
        match self {
            Self::Active(conversation) => conversation.id,
            Self::Left { id, .. } => *id,
        }
    }

    pub fn changed(&self) -> Head {
        match self {
            Self::Active(conversation) => conversation.changed,
            Self::Left { changed, .. } => *changed,
        }
    }
}

/// Where the next page of the inbox starts: after the row with this position.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedCursor {
    pub listed: Head,
    pub id: ConversationId,
}

/// One page of the inbox, latest message first, and the cursor to follow news from.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConversationPage {
    pub epoch: String,
    pub head: Head,
    pub conversations: Vec<Conversation>,
    /// My unread messages in all conversations.
    pub unread: i64,
    /// My unread notifications.
    pub totals: Totals,
    pub next: Option<ListedCursor>,
}

read_fields! {
    Participant { person, role, delivered_seq, read_seq, read_at, read_from }
    LastMessage { id, seq, sender, kind, text, created_at, is_deleted }
    Conversation { id, subject, role, people, last_message, unread, read_seq, from_seq, floor_seq, last_seq, version, changed, listed, total, noted, seen }
    ListedCursor { listed, id }
    ConversationPage { epoch, head, conversations, unread, totals, next }
}
read_by_serde! { Conversation, ConversationPage }
read_words! { Role }

impl FromJson for Subject {
    fn from_json(mut json: Json) -> Result<Self, Wrong> {
        match json.take::<String>("kind")?.as_str() {
            "listing" => Ok(Self::Listing { listing: json.take("listing")? }),
            "order" => Ok(Self::Order { order: json.take("order")? }),
            "room" => Ok(Self::Room { room: json.take("room")? }),
            _ => Ok(Self::Unknown),
        }
    }
}

impl FromJson for ConversationNews {
    fn from_json(mut json: Json) -> Result<Self, Wrong> {
        match json.take::<String>("state")?.as_str() {
            "active" => FromJson::from_json(json).map(Self::Active),
            "left" => Ok(Self::Left { id: json.take("id")?, changed: json.take("changed")? }),
            _ => Err(Wrong("state")),
        }
    }
}
