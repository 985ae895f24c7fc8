//! Conversations: the summary of a conversation as one participant sees it.

pub mod contact;
pub mod last_sender;
pub mod participant;
pub mod role;
pub mod rooms;
pub mod subject;
pub mod system_messages;
pub mod update;

use serde::Serialize;

use super::{
    ids::{ConversationId, UserId},
    json::{read_by_serde, read_fields},
    messages::{Message, preview::LastMessage},
    positions::{Seq, SyncSeq, Version},
    users::{HUES, Person},
    words,
};
use participant::{ActorName, Participant};
use role::Role;
use subject::Subject;

/// Conversations on one page of the inbox.
pub const CONVERSATIONS_PAGE: i64 = 30;

/// Most conversations of one user. Beyond them the user can start and join no more.
pub const CONVERSATIONS_MAX: i64 = 50_000;

/// The summary of a conversation for one participant, "my" below. Of two copies, the one with the greater
/// `changed` is newer.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Conversation {
    pub id: ConversationId,
    pub subject: Subject,
    /// My role.
    pub role: Role,
    /// The other participants. Of a room only some, among them the sender of the last message, and without
    /// receipts.
    pub people: Vec<Participant>,
    pub last_message: Option<LastMessage>,
    /// My unread messages, as docs/protocol.md defines them.
    pub unread: i64,
    /// The last message that I have read.
    pub read_seq: Seq,
    /// The history start: the first message that I may see.
    pub from_seq: Seq,
    /// The retention floor: messages up to this one were deleted by retention.
    pub floor_seq: Seq,
    pub last_seq: Seq,
    pub version: Version,
    /// My sync position when this conversation last changed for me.
    pub changed: SyncSeq,
    /// My sync position when the last message arrived. The inbox is ordered by it, greatest first.
    pub listed: SyncSeq,
    /// The number of messages that I can see.
    pub total: i64,
    /// My sync position when the last text of another participant arrived: my notification of new messages. 0
    /// if there is no notification, because no text arrived, I deleted it, or the conversation is muted.
    pub noted: SyncSeq,
    /// The sync position up to which that notification is read.
    pub seen: SyncSeq,
    /// Whether I have muted it (docs/protocol.md, "Notification levels"). Absent if not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "ssr", schema(required = false))]
    pub is_muted: bool,
    /// How a block stands here: 1 if nobody can write any more, 2 if an order of both goes on with the desk in the
    /// conversation, and 4 more if it is I who has blocked the other. Absent if 0.
    #[serde(skip_serializing_if = "is_zero")]
    #[cfg_attr(feature = "ssr", schema(required = false))]
    pub closed: i64,
    /// Whether I have archived it: the list leaves it out until the next message. Absent if not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "ssr", schema(required = false))]
    pub is_archived: bool,
    /// Whether I have starred it. Absent if not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "ssr", schema(required = false))]
    pub is_starred: bool,
    /// Whether I have marked it as unread. Reading ends it; no count has it. Absent if not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "ssr", schema(required = false))]
    pub is_marked: bool,
}

fn is_zero(number: &i64) -> bool {
    *number == 0
}

impl Conversation {
    /// Appends the next message, with this participant's new sync position and unread count. `is_notified`
    /// says that it raises their notification: the message is another's and the conversation is not muted.
    pub fn append(&mut self, message: &Message, head: SyncSeq, unread: i64, is_notified: bool) {
        if is_notified {
            self.noted = head;
        }
        self.last_message = Some(LastMessage::of(message));
        self.last_seq = message.seq;
        self.version = message.version;
        self.unread = unread;
        self.changed = head;
        self.listed = head;
        self.total += 1;
        self.is_archived = false;
    }

    /// Whether this conversation has an unread notification of new messages.
    pub fn has_unread_notification(&self, read_upto: SyncSeq) -> bool {
        self.unread > 0 && self.noted > self.seen.max(read_upto)
    }

    /// The other participant of a conversation between two; `None` for a room.
    pub fn peer(&self) -> Option<&Participant> {
        if self.subject.room().is_some() {
            return None;
        }
        match self.people.as_slice() {
            [peer] => Some(peer),
            _ => None,
        }
    }

    /// Whether nobody can write here any more.
    pub fn is_closed(&self) -> bool {
        self.closed & 1 != 0
    }

    /// Whether I have blocked the other participant.
    pub fn is_blocked_by_me(&self) -> bool {
        self.closed & 4 != 0
    }

    /// The first message that still exists and that I may see.
    pub fn first_seq(&self) -> Seq {
        self.from_seq.max(self.floor_seq + 1)
    }

    /// The heading: the name of the room, or the names of the other participants.
    pub fn names(&self) -> String {
        if let Some(room) = self.subject.room() {
            return room.name.clone();
        }
        if self.people.is_empty() {
            // No operator has taken on the custom order yet.
            return words::common_the_team().to_owned();
        }
        self.people.iter().map(|other| other.person.name.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// The person whose avatar stands for the conversation. A room has an avatar of its own, made from its
    /// name.
    pub fn avatar(&self) -> Option<Person> {
        match self.subject.room() {
            Some(room) => {
                let hue = self.id.0.as_u128() % HUES as u128;
                Some(Person::new(UserId(self.id.0), room.name.clone(), hue as i64))
            }
            None => self.people.first().map(|other| other.person.clone()),
        }
    }

    /// Who `user` is for the reader `viewer`: themselves, or a participant by name; `None` for any other user.
    pub fn actor_name(&self, user: Option<UserId>, viewer: Option<UserId>) -> Option<ActorName> {
        let user = user?;
        if Some(user) == viewer {
            return Some(ActorName::Reader);
        }
        self.participant(user).map(|other| ActorName::Other(other.person.name.clone()))
    }

    /// The other participant with this id.
    pub fn participant(&self, user: UserId) -> Option<&Participant> {
        self.people.iter().find(|other| other.person.id == user)
    }
}

#[cfg(test)]
impl Conversation {
    /// An empty conversation for tests.
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
            is_muted: false,
            closed: 0,
            is_archived: false,
            is_starred: false,
            is_marked: false,
        }
    }
}

read_fields! {
    Conversation { id, subject, role, people, last_message, unread, read_seq, from_seq, floor_seq, last_seq, version, changed, listed, total, noted, seen; is_muted, closed, is_archived, is_starred, is_marked }
}

read_by_serde! { Conversation }
