//! What a client has, as far as its pump knows: enough to tell it of a message or a receipt that
//! follows on that without reading the database.

use std::mem;

use crate::shared::positions::SyncSeq;
use crate::shared::{
    conversations::{participant::Participant, update::ConversationUpdate},
    notifications::{kinds::NotificationKind, totals::UnreadTotals},
};
use crate::{
    server::store::sync::updates::{Append, Receipt, Step},
    shared::{
        conversations::{Conversation, rooms::ROOM_PEOPLE_SHOWN},
        ids::{ConversationId, UserId},
        messages::Message,
        notifications::NotificationUpdate,
        sync::changes::{Change, OpenThread, ThreadUpdate},
    },
};

/// Conversations that one socket has on screen; with more the first one is no longer followed.
const OPEN_MAX: usize = 8;
/// Summaries that are held, the last ones that were sent.
const SUMMARIES_MAX: usize = 8;

pub struct ClientState {
    /// Everything up to here has been sent.
    pub cursor: SyncSeq,
    /// My unread messages and notifications at the cursor; nothing while later news has been seen already.
    unread: Option<(i64, UnreadTotals)>,
    /// As of the cursor: whatever changes one of them raises the head.
    summaries: Vec<Conversation>,
    open: Vec<OpenThread>,
    /// What followed and has not been taken.
    next: Next,
}

#[derive(Default)]
struct Next {
    /// The cursor before it.
    from: Option<SyncSeq>,
    conversations: Vec<ConversationId>,
    messages: Vec<ThreadUpdate>,
}

/// How a message stands to what is known.
#[derive(Debug, PartialEq, Eq)]
pub enum Follows {
    /// It is part of it.
    Known,
    /// It comes next; [`ClientState::take`] gives what it changes.
    Next,
    /// Something before it is missing.
    Apart,
}

impl ClientState {
    pub fn at(cursor: SyncSeq) -> Self {
        Self { cursor, unread: None, summaries: Vec::new(), open: Vec::new(), next: Next::default() }
    }

    pub fn on_screen(&self) -> &[OpenThread] {
        &self.open
    }

    pub fn open(&mut self, open: OpenThread) {
        self.close(open.conversation);
        if self.open.len() >= OPEN_MAX {
            self.open.remove(0);
        }
        self.open.push(open);
    }

    pub fn close(&mut self, conversation: ConversationId) {
        self.open.retain(|held| held.conversation != conversation);
    }

    /// Takes in what was read from the cursor on; `more` if it is not all that there was.
    pub fn apply(&mut self, change: &Change, more: bool) {
        self.cursor = change.to;
        self.unread = (!more).then(|| (change.unread, change.notifications.totals.clone()));
        for news in &change.conversations {
            self.summaries.retain(|held| held.id != news.id());
            if let ConversationUpdate::Active(summary) = news {
                if self.summaries.len() >= SUMMARIES_MAX {
                    self.summaries.remove(0);
                }
                self.summaries.push((**summary).clone());
            }
        }
        for news in &change.messages {
            if let Some(open) = self.open.iter_mut().find(|open| open.conversation == news.conversation) {
                open.version = news.version;
            }
        }
    }

    /// Whether something that stands before this message in its thread, which is on screen, has not
    /// been sent yet.
    pub fn is_behind(&self, message: &Message) -> bool {
        let open = self.open.iter().find(|open| open.conversation == message.conversation);
        open.is_some_and(|open| open.version < message.version - 1)
    }

    /// Takes in what happened, if everything before it is known. What it changes is held together with what
    /// that before it has changed.
    pub fn follow(&mut self, user: UserId, step: &Step) -> Follows {
        let head = step.head_of(user).filter(|head| *head > self.cursor);
        let Some(head) = head else { return Follows::Known };
        let is_next = head == self.cursor + 1
            && match step {
                Step::Append(append) => self.append(user, append),
                Step::Receipt(receipt) => self.receive(user, receipt, head),
            };
        if !is_next {
            return Follows::Apart;
        }
        self.next.from.get_or_insert(self.cursor);
        self.cursor = head;
        let conversation = step.conversation();
        if !self.next.conversations.contains(&conversation) {
            self.next.conversations.push(conversation);
        }
        Follows::Next
    }

    /// False if it can't be told from what is known; then nothing has changed.
    fn append(&mut self, user: UserId, append: &Append) -> bool {
        let Append { message, told, .. } = append;
        let held = self.summaries.iter_mut().find(|held| held.id == message.conversation);
        let told = told.iter().find(|told| told.user == user);
        let (Some((unread, totals)), Some(summary), Some(told)) = (&mut self.unread, held, told) else {
            return false;
        };
        let base = message.version - 1;
        let open = self.open.iter_mut().find(|open| open.conversation == message.conversation);
        if open.as_ref().is_some_and(|open| open.version < base) {
            return false;
        }
        if is_large(summary) && !name_last(summary, user, append) {
            return false;
        }
        let is_told = !told.is_muted && message.sender != Some(user);
        if !told.is_muted {
            *unread += told.unread - summary.unread;
        }
        if is_told && !summary.is_noted(totals.read_upto) {
            totals.add(NotificationKind::Message, 1);
        }
        summary.extend(message, told.head, told.unread, is_told);
        if let Some(open) = open.filter(|open| open.version == base) {
            open.version = message.version;
            self.next.add(message);
        }
        true
    }

    /// The same for a receipt, which raised the head to this.
    fn receive(&mut self, user: UserId, receipt: &Receipt, head: SyncSeq) -> bool {
        let Receipt { conversation, by, delivered_seq, read, .. } = receipt;
        let held = self.summaries.iter_mut().find(|held| held.id == *conversation);
        let (Some((unread, totals)), Some(summary)) = (&mut self.unread, held) else { return false };
        if *by == user {
            if let Some(read) = read {
                let was_noted = summary.is_noted(totals.read_upto);
                if !read.is_muted {
                    *unread += read.unread - summary.unread;
                }
                (summary.unread, summary.read_seq, summary.seen) = (read.unread, read.upto_seq, read.seen);
                if was_noted && !summary.is_noted(totals.read_upto) {
                    totals.add(NotificationKind::Message, -1);
                }
            }
        } else {
            let Some(person) = summary.people.iter_mut().find(|person| person.person.id == *by) else {
                return false;
            };
            person.delivered_seq = person.delivered_seq.max(*delivered_seq);
            if let Some(read) = read {
                (person.read_from, person.read_seq, person.read_at) =
                    (read.from_seq, read.upto_seq, Some(read.at));
            }
        }
        summary.changed = head;
        true
    }

    /// All that has followed since the last time.
    pub fn take(&mut self) -> Option<Change> {
        let Next { from, conversations, messages } = mem::take(&mut self.next);
        let (from, (unread, totals)) = (from?, self.unread.as_ref()?);
        let changed = self.summaries.iter().filter(|held| conversations.contains(&held.id));
        Some(Change {
            from,
            to: self.cursor,
            conversations: changed.map(|held| ConversationUpdate::Active(Box::new(held.clone()))).collect(),
            messages,
            notifications: NotificationUpdate { items: Vec::new(), totals: totals.clone() },
            unread: *unread,
        })
    }
}

impl Next {
    fn add(&mut self, message: &Message) {
        let (conversation, version) = (message.conversation, message.version);
        let held = self.messages.iter_mut().find(|held| held.conversation == conversation);
        if let Some(held) = held.filter(|held| held.version == version - 1) {
            held.version = version;
            held.messages.push(message.clone());
        } else {
            let messages = vec![message.clone()];
            let news = ThreadUpdate { conversation, base: version - 1, version, messages, is_reload: false };
            self.messages.push(news);
        }
    }
}

/// Whether the summary leaves out people of its room.
fn is_large(summary: &Conversation) -> bool {
    summary.subject.room().is_some_and(|room| room.people > ROOM_PEOPLE_SHOWN + 1)
}

/// The summary of a large room names its first people, and after them whoever wrote last. False if
/// nothing is known of him here.
fn name_last(summary: &mut Conversation, me: UserId, append: &Append) -> bool {
    let (people, first) = (&mut summary.people, ROOM_PEOPLE_SHOWN as usize);
    let is = |person: &Participant| Some(person.person.id) == append.message.sender;
    if people.get(first).is_some_and(is) {
        return true;
    }
    let is_named =
        append.message.sender.is_none_or(|sender| sender == me) || people.iter().take(first).any(is);
    if !is_named && append.sender.is_none() {
        return false;
    }
    people.truncate(first);
    people.extend(append.sender.iter().filter(|_| !is_named).cloned());
    true
}

#[cfg(test)]
mod tests {
    use std::sync::OnceLock;

    use super::*;
    use crate::shared::conversations::role::Role;
    use crate::shared::positions::Seq;
    use crate::{
        server::store::sync::updates::Told,
        shared::{ids::MessageId, messages::MessageKind, users::Person, values::time::Timestamp},
    };

    fn appended(user: UserId, seq: Seq, head: SyncSeq, unread: i64) -> Step {
        let message = Message {
            id: MessageId::new(),
            conversation: Conversation::sample().id,
            seq,
            version: seq,
            sender: Some(UserId::new()),
            kind: MessageKind::Text,
            body: format!("Message {seq}"),
            created_at: Timestamp(seq),
            edited_at: None,
            deleted_at: None,
        };
        Step::Append(Append {
            message,
            told: vec![Told { user, head, unread, is_muted: false }],
            sender: None,
            committed_at: OnceLock::new(),
        })
    }

    /// At head 5 with three messages, one of them unread, and one more unread elsewhere.
    fn known() -> ClientState {
        let summary = Conversation { last_seq: 3, version: 3, unread: 1, ..Conversation::sample() };
        let conversations = vec![ConversationUpdate::Active(Box::new(summary))];
        let mut known = ClientState::at(4);
        let notifications = NotificationUpdate::default();
        known.apply(
            &Change { from: 4, to: 5, conversations, messages: vec![], notifications, unread: 2 },
            false,
        );
        known
    }

    #[test]
    fn c1_a_message_that_comes_next_is_told_as_a_read_would_tell_it() {
        let (user, mut known) = (UserId::new(), known());
        let append = appended(user, 4, 6, 2);
        assert_eq!(known.follow(user, &append), Follows::Next);
        let change = known.take().unwrap();
        assert_eq!((change.from, change.to, change.unread, change.messages.len()), (5, 6, 3, 0));
        let [ConversationUpdate::Active(summary)] = &change.conversations[..] else { panic!("one summary") };
        assert_eq!((summary.last_seq, summary.version, summary.unread), (4, 4, 2));
        assert_eq!((summary.changed, summary.listed), (6, 6));
        assert_eq!(summary.last_message.as_ref().unwrap().text, "Message 4");
        assert_eq!(known.follow(user, &append), Follows::Known);
    }

    #[test]
    fn c1_the_message_comes_along_where_its_thread_is_on_screen_and_up_to_date() {
        let (user, mut known) = (UserId::new(), known());
        known.open(OpenThread { conversation: Conversation::sample().id, version: 3 });
        assert_eq!(known.follow(user, &appended(user, 4, 6, 2)), Follows::Next);
        let change = known.take().unwrap();
        assert_eq!((change.messages[0].base, change.messages[0].version), (3, 4));
        // A page that has been fetched since holds it already.
        known.open(OpenThread { conversation: Conversation::sample().id, version: 5 });
        assert_eq!(known.follow(user, &appended(user, 5, 7, 3)), Follows::Next);
        let change = known.take().unwrap();
        assert_eq!(change.messages, []);
        known.open(OpenThread { conversation: Conversation::sample().id, version: 4 });
        assert_eq!(known.follow(user, &appended(user, 6, 8, 4)), Follows::Apart);
    }

    #[test]
    fn c1_messages_that_come_at_once_are_told_as_one_change() {
        let (user, mut known) = (UserId::new(), known());
        known.open(OpenThread { conversation: Conversation::sample().id, version: 3 });
        for (seq, head, unread) in [(4, 6, 2), (5, 7, 3), (6, 8, 4)] {
            assert_eq!(known.follow(user, &appended(user, seq, head, unread)), Follows::Next);
        }
        assert_eq!(known.follow(user, &appended(user, 8, 10, 6)), Follows::Apart);
        let change = known.take().unwrap();
        assert_eq!((change.from, change.to, change.unread, change.conversations.len()), (5, 8, 5, 1));
        let [news] = &change.messages[..] else { panic!("one thread") };
        assert_eq!((news.base, news.version, news.messages.len()), (3, 6, 3));
        assert_eq!(known.take(), None);
    }

    #[test]
    fn e1_in_a_large_room_whoever_wrote_last_stands_after_the_first_people() {
        let person = |id| Participant {
            person: Person { id, name: "Noor".into(), hue: 1 },
            role: Role::Member,
            delivered_seq: 0,
            read_seq: 0,
            read_at: None,
            read_from: 0,
        };
        let people: Vec<_> = (0..=ROOM_PEOPLE_SHOWN).map(|_| person(UserId::new())).collect();
        let (me, first, last) = (UserId::new(), people[0].person.id, people[8].person.id);
        let mut summary = Conversation { people, ..Conversation::sample() };
        let mut by = |sender: Option<UserId>, is_known: bool| {
            let Step::Append(mut append) = appended(me, 1, 1, 1) else { panic!("a message") };
            append.message.sender = sender;
            append.sender = sender.filter(|_| is_known).map(person);
            name_last(&mut summary, me, &append).then(|| summary.people.get(8).map(|last| last.person.id))
        };
        let other = UserId::new();
        assert_eq!(by(Some(last), false), Some(Some(last)), "he stands there already");
        assert_eq!(by(Some(other), false), None, "nothing is known of him");
        assert_eq!(by(Some(other), true), Some(Some(other)));
        assert_eq!(by(Some(first), false), Some(None), "he is among the first");
        assert_eq!(by(Some(other), true), Some(Some(other)));
        assert_eq!(by(Some(me), false), Some(None), "my own name is not among the others");
        assert_eq!(by(None, false), Some(None), "the system has no name");
    }

    #[test]
    fn c4_what_does_not_follow_is_read() {
        let user = UserId::new();
        assert_eq!(known().follow(user, &appended(user, 5, 7, 3)), Follows::Apart);
        assert_eq!(ClientState::at(5).follow(user, &appended(user, 4, 6, 2)), Follows::Apart);
        assert_eq!(known().follow(UserId::new(), &appended(user, 4, 6, 2)), Follows::Known);
        // While there is more to read, the count of unread messages may be ahead of the cursor.
        let mut behind = known();
        let notifications = NotificationUpdate::default();
        let later =
            Change { from: 5, to: 6, conversations: vec![], messages: vec![], notifications, unread: 9 };
        behind.apply(&later, true);
        assert_eq!(behind.follow(user, &appended(user, 5, 7, 3)), Follows::Apart);
    }
}
