//! The sender of the last message in the summary of a large room. It names only the first participants, and
//! after them whoever wrote last.

use super::{Conversation, participant::Participant, rooms::ROOM_PEOPLE_SHOWN};
use crate::shared::ids::UserId;

/// Whether the summary leaves out participants of its room.
fn is_large(summary: &Conversation) -> bool {
    summary.subject.room().is_some_and(|room| room.people > ROOM_PEOPLE_SHOWN + 1)
}

/// Puts the sender of a new message after the first participants of a large room, unless `sender` is among them or is
/// the viewer `me`. False if their data is neither in the summary nor in `known`; the summary is then unchanged.
pub fn name(
    summary: &mut Conversation,
    me: UserId,
    sender: Option<UserId>,
    known: Option<&Participant>,
) -> bool {
    if !is_large(summary) {
        return true;
    }
    let (people, first) = (&mut summary.people, ROOM_PEOPLE_SHOWN as usize);
    let is_sender = |participant: &Participant| Some(participant.person.id) == sender;
    if people.get(first).is_some_and(is_sender) {
        return true;
    }
    let needs_no_name = sender.is_none_or(|sender| sender == me) || people.iter().take(first).any(is_sender);
    if !needs_no_name && known.is_none() {
        return false;
    }
    people.truncate(first);
    people.extend(known.filter(|_| !needs_no_name).cloned());
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::{
        conversations::{
            role::Role,
            rooms::{History, RoomCard},
            subject::Subject,
        },
        users::Person,
    };

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
        let room = RoomCard { name: "Crew".into(), history: History::Start, people: 100 };
        let subject = Subject::Room { room };
        let mut summary = Conversation { people, subject, ..Conversation::sample() };
        let mut with_sender = |sender: Option<UserId>, is_known: bool| {
            let known = sender.filter(|_| is_known).map(person);
            name(&mut summary, me, sender, known.as_ref())
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
