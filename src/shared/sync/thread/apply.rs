//! Applies updates, pages, summaries and sent messages to a thread, and evicts messages that are far from the
//! view.

use std::mem;

use super::{Thread, read_spans::ReadSpans};
use crate::shared::{
    conversations::Conversation,
    messages::Message,
    positions::Seq,
    sync::{
        changes::{ApplyOutcome, ThreadUpdate},
        pages::MessagePage,
    },
};

/// Most messages of one thread before eviction.
const LOADED_MAX: usize = 800;
/// Eviction keeps this many of the newest messages, and this many on each side of the view.
const NEWEST_KEPT: i64 = 100;
const NEAR_KEPT: i64 = 200;

impl Thread {
    /// Adds a page of older messages. A page never moves the version. A page that is older than the thread
    /// may lack later updates; it is refused with `Behind` and must be fetched again.
    pub fn add_page(&mut self, page: MessagePage) -> ApplyOutcome {
        if page.conversation.version < self.version {
            return ApplyOutcome::Behind;
        }
        let read_spans = ReadSpans::from_page(&page);
        // The page may know of a higher retention floor than the updates so far.
        self.apply_bounds(&page.conversation);
        self.last_seq = self.last_seq.max(page.conversation.last_seq);
        for message in page.messages {
            if message.seq >= self.first_seq {
                self.put_newer(message);
            }
        }
        self.read_spans.add_all(read_spans);
        ApplyOutcome::Applied
    }

    /// Evicts messages that are far from the range `from..=to` once too many are loaded. The newest stay.
    pub fn evict_far_from(&mut self, from: Seq, to: Seq) {
        if self.messages.len() > LOADED_MAX {
            let newest = self.last_seq - NEWEST_KEPT;
            self.messages.retain(|seq, _| {
                *seq > newest || (from - NEAR_KEPT..=to.saturating_add(NEAR_KEPT)).contains(seq)
            });
        }
    }

    /// Applies an update: the messages that changed after `update.base`.
    pub fn apply(&mut self, update: &ThreadUpdate) -> ApplyOutcome {
        if update.conversation != self.conversation || update.version <= self.version {
            return ApplyOutcome::Duplicate;
        }
        if update.is_reload || update.base > self.version {
            self.is_stale = true;
            return ApplyOutcome::Behind;
        }
        // The update is ordered by version: a message that was edited since comes after later messages.
        // Appending needs the order of `seq`.
        let mut messages: Vec<_> = update.messages.iter().collect();
        messages.sort_by_key(|message| message.seq);
        for message in messages {
            self.put(message.clone());
        }
        self.version = update.version;
        if self.has_newer() {
            self.is_stale = true;
            return ApplyOutcome::Behind;
        }
        ApplyOutcome::Applied
    }

    /// Replaces an optimistic message with the answer to its send. The version stays: the message also
    /// arrives in an update, with everything that happened before it.
    pub fn put_sent(&mut self, message: Message) {
        self.put(message);
    }

    /// Drops messages before the first that the viewer may still see. Call it before applying the messages of
    /// the same change: they may start there, with no loaded message before them.
    pub fn apply_bounds(&mut self, conversation: &Conversation) {
        self.first_seq = self.first_seq.max(conversation.first_seq());
        self.last_seq = self.last_seq.max(self.first_seq - 1);
        self.messages.retain(|seq, _| *seq >= self.first_seq);
    }

    /// Applies the receipts and bounds of a newer summary. Receipts are monotonic.
    pub fn apply_summary(&mut self, conversation: &Conversation) {
        self.apply_bounds(conversation);
        self.last_seq = self.last_seq.max(conversation.last_seq);
        for participant in &conversation.people {
            self.read_spans.add_latest(participant);
        }
        let people = mem::replace(&mut self.people, conversation.people.clone());
        for participant in &mut self.people {
            if let Some(held) = people.iter().find(|held| held.person.id == participant.person.id) {
                participant.delivered_seq = participant.delivered_seq.max(held.delivered_seq);
                participant.read_seq = participant.read_seq.max(held.read_seq);
            }
        }
    }

    /// Whether the conversation has messages after the newest loaded one.
    fn has_newer(&self) -> bool {
        self.last().map_or(self.first_seq <= self.last_seq, |last| last.seq < self.last_seq)
    }

    /// Replaces an older copy, or appends the next message. A message that would leave a gap at the end is
    /// ignored; a page brings it later.
    fn put(&mut self, message: Message) {
        self.last_seq = self.last_seq.max(message.seq);
        if message.seq < self.first_seq {
            return;
        }
        let is_next = match self.last() {
            Some(last) => message.seq == last.seq + 1,
            None => message.seq == self.first_seq,
        };
        if is_next || self.messages.contains_key(&message.seq) {
            self.put_newer(message);
        }
    }

    fn put_newer(&mut self, message: Message) {
        match self.messages.get_mut(&message.seq) {
            Some(held) if held.version >= message.version => {}
            Some(held) => *held = message,
            None => {
                self.messages.insert(message.seq, message);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            fixtures::{message, page, update},
            rows::Row,
        },
        *,
    };

    #[test]
    fn e6_far_pages_are_dropped_and_the_newest_stay() {
        let mut thread = Thread::from_page(page(9_901..=10_000, 10_000, 10_000));
        for from in (1..=1_500).step_by(50) {
            thread.add_page(page(from..=from + 49, 10_000, 10_000));
            thread.evict_far_from(from, from + 49);
        }
        assert!(thread.messages.len() <= LOADED_MAX);
        assert_eq!(thread.tail().len(), 100);
        assert_eq!(thread.missing(1_300, 1_500), None);
    }

    #[test]
    fn b7_what_is_deleted_as_too_old_is_dropped_and_what_comes_next_follows_on_it() {
        let mut thread = Thread::from_page(page(51..=100, 100, 100));
        // Retention also deleted five messages that this client never loaded.
        let row = Conversation { floor_seq: 105, ..page(0..=0, 106, 106).conversation };
        let news = update(100, vec![message(106, 106)]);
        let mut late = thread.clone();
        assert_eq!(late.apply(&news), ApplyOutcome::Behind);
        thread.apply_bounds(&row);
        assert_eq!((thread.tail().len(), thread.first_seq(), thread.last_seq()), (0, 106, 105));
        assert_eq!(thread.apply(&news), ApplyOutcome::Applied);
        thread.apply_summary(&row);
        assert_eq!((thread.tail().len(), thread.rows(1, 105).len(), thread.missing(1, 106)), (1, 1, None));
        // An older page and an older summary bring nothing back.
        assert_eq!(thread.add_page(page(51..=100, 106, 106)), ApplyOutcome::Applied);
        thread.apply_summary(&page(0..=0, 100, 100).conversation);
        assert_eq!((thread.tail().len(), thread.first_seq()), (1, 106));
        // All messages are gone: the next one is the first.
        thread.apply_summary(&Conversation { floor_seq: 106, ..row });
        assert_eq!((thread.last(), thread.last_seq()), (None, 106));
        assert_eq!(thread.apply(&update(106, vec![message(107, 107)])), ApplyOutcome::Applied);
        assert_eq!(thread.tail().len(), 1);
    }

    #[test]
    fn b7_a_page_that_knows_of_more_deleted_messages_than_the_thread_takes_them_away() {
        let mut thread = Thread::from_page(page(51..=100, 100, 100));
        let mut page = page(81..=90, 100, 100);
        page.conversation.floor_seq = 80;
        assert_eq!(thread.add_page(page), ApplyOutcome::Applied);
        assert_eq!((thread.tail().len(), thread.first_seq()), (20, 81));
    }

    #[test]
    fn a_page_that_is_older_than_the_thread_is_refused() {
        let mut thread = Thread::from_page(page(51..=100, 100, 100));
        // Message 10 is edited. It is not loaded, so only the version shows it.
        assert_eq!(thread.apply(&update(100, vec![message(10, 101)])), ApplyOutcome::Applied);
        assert_eq!(thread.add_page(page(1..=50, 100, 100)), ApplyOutcome::Behind);
        assert_eq!(thread.add_page(page(1..=50, 100, 101)), ApplyOutcome::Applied);
    }

    #[test]
    fn an_edit_reaches_a_message_that_was_fetched_for_reading() {
        let mut thread = Thread::from_page(page(51..=100, 100, 100));
        thread.add_page(page(1..=20, 100, 100));
        thread.apply(&update(100, vec![message(10, 101)]));
        let Row::Held(held) = thread.rows(10, 10)[0] else { panic!("message 10 is held") };
        assert_eq!(held.body, "m10 v101");
    }
}
