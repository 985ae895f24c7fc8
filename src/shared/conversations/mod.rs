//! Conversations: the summary of one conversation for one participant.

pub mod participant;
pub mod role;
pub mod rooms;
pub mod subject;
pub mod update;

use serde::Serialize;

use super::positions::{Seq, SyncSeq, Version};
use super::{
    ids::{ConversationId, UserId},
    json::{read_by_serde, read_fields},
    messages::{Message, preview::LastMessage},
    users::{HUES, Person},
};
use participant::Participant;
use role::Role;
use subject::Subject;

/// Conversations on one page of the inbox.
pub const CONVERSATIONS_PAGE: i64 = 30;

/// Conversations that somebody takes part in before no more can be begun or joined by him.
pub const CONVERSATIONS_MAX: i64 = 50_000;

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
    pub changed: SyncSeq,
    /// My head when its last message came: the order of the inbox, greatest first.
    pub listed: SyncSeq,
    /// Messages that can be seen.
    pub total: i64,
    /// My head when the last text of another came: my notification of new messages. 0 where there is
    /// none, because none came, I deleted it, or the conversation is muted.
    pub noted: SyncSeq,
    /// That notification is read up to this head.
    pub seen: SyncSeq,
}

impl Conversation {
    /// Takes in the message that came next, with what it has raised for this participant. He is told
    /// of it where it is another's and the conversation not muted.
    pub fn extend(&mut self, message: &Message, head: SyncSeq, unread: i64, is_told: bool) {
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
    pub fn is_noted(&self, read_upto: SyncSeq) -> bool {
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

read_fields! {
    Conversation { id, subject, role, people, last_message, unread, read_seq, from_seq, floor_seq, last_seq, version, changed, listed, total, noted, seen }
}

read_by_serde! { Conversation }
