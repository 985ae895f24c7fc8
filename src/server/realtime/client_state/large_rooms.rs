//! Summaries of large rooms. They name only the first participants, and after them the sender of the last
//! message.

use crate::{
    server::store::sync::updates::Append,
    shared::{
        conversations::{Conversation, participant::Participant, rooms::ROOM_PEOPLE_SHOWN},
        ids::UserId,
    },
};

/// Whether the summary leaves out participants of its room.
pub(super) fn is_large(summary: &Conversation) -> bool {
    summary.subject.room().is_some_and(|room| room.people > ROOM_PEOPLE_SHOWN + 1)
}

/// Puts the sender of a new message after the first participants, unless the sender is among them or is the
/// viewer `me`. False if the sender's data is neither in the summary nor in the delta; the summary is then
/// unchanged.
pub(super) fn name_last_sender(summary: &mut Conversation, me: UserId, append: &Append) -> bool {
    let (people, first) = (&mut summary.people, ROOM_PEOPLE_SHOWN as usize);
    let is_sender = |participant: &Participant| Some(participant.person.id) == append.message.sender;
    if people.get(first).is_some_and(is_sender) {
        return true;
    }
    let needs_no_name =
        append.message.sender.is_none_or(|sender| sender == me) || people.iter().take(first).any(is_sender);
    if !needs_no_name && append.sender.is_none() {
        return false;
    }
    people.truncate(first);
    people.extend(append.sender.iter().filter(|_| !needs_no_name).cloned());
    true
}

#[cfg(test)]
mod tests {
    use std::sync::OnceLock;

    use super::*;
    use crate::shared::{
        conversations::role::Role,
        ids::MessageId,
        messages::{Message, MessageKind},
        users::Person,
        values::time::Timestamp,
    };

    fn append_by(id: Option<UserId>, sender: Option<Participant>) -> Append {
        let message = Message {
            id: MessageId::new(),
            conversation: Conversation::sample().id,
            seq: 1,
            version: 1,
            sender: id,
            kind: MessageKind::Text,
            body: "Hello".to_owned(),
            created_at: Timestamp(1),
            edited_at: None,
            deleted_at: None,
        };
        Append { message, recipients: Vec::new(), sender, committed_at: OnceLock::new() }
    }

    #[test]
    fn e1_in_a_large_room_whoever_wrote_last_stands_after_the_first_people() {
        let person = |id| Participant {
            person: Person::new(id, "Noor".into(), 1),
            role: Role::Member,
            delivered_seq: 0,
            read_seq: 0,
            read_at: None,
            read_from: 0,
        };
        let people: Vec<_> = (0..=ROOM_PEOPLE_SHOWN).map(|_| person(UserId::new())).collect();
        let (me, first, last) = (UserId::new(), people[0].person.id, people[8].person.id);
        let mut summary = Conversation { people, ..Conversation::sample() };
        let mut with_sender = |sender: Option<UserId>, is_known: bool| {
            let append = append_by(sender, sender.filter(|_| is_known).map(person));
            name_last_sender(&mut summary, me, &append)
                .then(|| summary.people.get(8).map(|last| last.person.id))
        };
        let other = UserId::new();
        assert_eq!(with_sender(Some(last), false), Some(Some(last)), "the sender is named already");
        assert_eq!(with_sender(Some(other), false), None, "the sender's data is unknown");
        assert_eq!(with_sender(Some(other), true), Some(Some(other)));
        assert_eq!(with_sender(Some(first), false), Some(None), "the sender is among the first");
        assert_eq!(with_sender(Some(other), true), Some(Some(other)));
        assert_eq!(with_sender(Some(me), false), Some(None), "the viewer is not among the others");
        assert_eq!(with_sender(None, false), Some(None), "a system message has no sender");
    }
}
