//! State of a batch on SQLite: the counters of each conversation and of its participants, which the messages
//! of the batch raise one after the other.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::row_of;
use crate::{
    server::store::{
        messages::{new_message::NewMessage, row::MessageRow},
        sync::updates::Recipient,
    },
    shared::{ids::UserId, values::time::Timestamp},
};

/// The state of a conversation after the messages of the batch so far.
pub(super) struct ConversationState {
    pub(super) last_seq: i64,
    pub(super) version: i64,
    pub(super) last_at: i64,
    pub(super) last_id: Uuid,
    pub(super) guest: Option<Uuid>,
    pub(super) is_of_order: bool,
    /// By a block: nobody can write.
    pub(super) is_closed: bool,
    pub(super) added: i64,
    /// Those of the guest, which count as unread for operators if the order is theirs.
    pub(super) added_by_guest: i64,
    pub(super) people: Vec<ParticipantState>,
}

pub(super) struct ParticipantState {
    pub(super) user: Uuid,
    pub(super) unread: i64,
    pub(super) is_muted: bool,
    /// The sync position that the last message of this conversation gave this participant.
    pub(super) head: i64,
    /// The last message of the batch from another sender: the position that it gave this participant, and its
    /// `seq`.
    pub(super) noted: Option<(i64, i64)>,
    /// Whether they have sent one of the messages of the batch.
    pub(super) wrote: bool,
}

impl ConversationState {
    /// The row of the next message; `None` if the sender takes no part, or nobody can write.
    pub(super) fn append(&mut self, new: &NewMessage, id: Uuid, now: Timestamp) -> Option<MessageRow> {
        if !self.has(new.sender.0) || self.is_closed {
            return None;
        }
        self.last_seq += 1;
        self.version += 1;
        self.last_at = self.last_at.max(now.0);
        self.last_id = id;
        self.added += 1;
        self.added_by_guest += i64::from(self.guest == Some(new.sender.0));
        Some(row_of(new, id, self.last_seq, self.version, self.last_at))
    }

    /// Whether the user takes part.
    pub(super) fn has(&self, user: Uuid) -> bool {
        self.people.iter().any(|person| person.user == user)
    }

    /// Raises the head of each participant by one, and the unread count of all but the sender.
    pub(super) fn raise_positions(
        &mut self,
        sender: Uuid,
        heads: &mut BTreeMap<Uuid, i64>,
    ) -> Vec<Recipient> {
        let last_seq = self.last_seq;
        let raise = |person: &mut ParticipantState| {
            let head = heads.entry(person.user).or_insert(person.head);
            *head += 1;
            person.head = *head;
            if person.user != sender {
                person.unread += 1;
                person.noted = Some((person.head, last_seq));
            } else {
                person.wrote = true;
            }
            Recipient {
                user: UserId(person.user),
                head: person.head,
                unread: person.unread,
                is_muted: person.is_muted,
            }
        };
        self.people.iter_mut().map(raise).collect()
    }
}
