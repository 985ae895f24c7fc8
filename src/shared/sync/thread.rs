//! The state of one thread: its newest messages without gaps, stretches of its history that were
//! fetched for reading, and who has received and read them.

use std::collections::BTreeMap;

use serde::Serialize;

use super::changes::{Applied, ThreadUpdate};
use super::pages::MessagePage;
use crate::shared::conversations::participant::Participant;
use crate::shared::positions::{Seq, Version};
use crate::shared::{
    conversations::Conversation,
    ids::{ConversationId, MessageId, UserId},
    json::{read_by_serde, read_fields},
    messages::{MESSAGES_PAGE, Message, Range},
    values::time::Timestamp,
};

/// Messages of one thread that are held before far ones are dropped.
const HELD_MAX: usize = 800;
/// What stays then: the newest, and these many around what is on screen.
const NEWEST_KEPT: i64 = 100;
const NEAR_KEPT: i64 = 200;

/// How far a message of mine has come. It never goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Delivery {
    Sent,
    Delivered,
    /// With the time, where it is known.
    Read(Option<Timestamp>),
}

/// A step of somebody's reading: the messages after `from_seq` up to `upto_seq`, all at one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
struct ReadStep {
    user: UserId,
    from_seq: Seq,
    upto_seq: Seq,
    at: Timestamp,
}

/// The end of a thread as it is kept for the next visit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CachedThread {
    conversation: ConversationId,
    version: Version,
    last_seq: Seq,
    messages: Vec<Message>,
    steps: Vec<ReadStep>,
}

read_fields! {
    ReadStep { user, from_seq, upto_seq, at }
    CachedThread { conversation, version, last_seq, messages, steps }
}
read_by_serde! { CachedThread }

/// One line of a stretch, held or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row<'a> {
    Held(&'a Message),
    /// So many messages from this one on are not held.
    Missing {
        from: Seq,
        count: i64,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thread {
    pub conversation: ConversationId,
    pub version: Version,
    /// By `seq`. The newest ones without gaps; before them what was fetched for reading.
    messages: BTreeMap<Seq, Message>,
    /// Steps of the others' reading that are known, by `upto_seq`.
    steps: Vec<ReadStep>,
    people: Vec<Participant>,
    first_seq: Seq,
    last_seq: Seq,
    /// News came that does not fit: fetch by version, or the newest page.
    is_stale: bool,
}

impl Thread {
    pub fn from_page(page: MessagePage) -> Self {
        Self {
            conversation: page.conversation.id,
            version: page.conversation.version,
            first_seq: page.conversation.first_seq(),
            last_seq: page.conversation.last_seq,
            steps: steps(&page),
            messages: page.messages.into_iter().map(|message| (message.seq, message)).collect(),
            people: page.conversation.people,
            is_stale: false,
        }
    }

    /// The newest messages, for the next visit; none of a thread that is not up to date.
    pub fn to_kept(&self) -> Option<CachedThread> {
        let tail = self.tail();
        let first = tail.len().saturating_sub(MESSAGES_PAGE as usize);
        (!self.is_stale).then(|| CachedThread {
            conversation: self.conversation,
            version: self.version,
            last_seq: self.last_seq,
            messages: tail[first..].iter().map(|message| (*message).clone()).collect(),
            steps: self.steps.clone(),
        })
    }

    /// Takes up what was kept; who takes part, receipts and bounds are those of the list.
    pub fn from_kept(kept: CachedThread, row: &Conversation) -> Self {
        let mut thread = Self {
            conversation: kept.conversation,
            version: kept.version,
            first_seq: row.first_seq(),
            last_seq: kept.last_seq,
            steps: kept.steps,
            messages: kept.messages.into_iter().map(|message| (message.seq, message)).collect(),
            people: Vec::new(),
            is_stale: false,
        };
        thread.apply_summary(row);
        thread
    }

    /// The newest messages that are held without a gap, oldest first.
    pub fn tail(&self) -> Vec<&Message> {
        let mut tail: Vec<&Message> = Vec::new();
        for message in self.messages.values().rev() {
            if tail.last().is_some_and(|next| next.seq != message.seq + 1) {
                break;
            }
            tail.push(message);
        }
        tail.reverse();
        tail
    }

    /// The newest message that is held.
    pub fn last(&self) -> Option<&Message> {
        self.messages.values().next_back()
    }

    /// The lines from one message to another, each either held or missing.
    pub fn rows(&self, from: Seq, to: Seq) -> Vec<Row<'_>> {
        let mut rows = Vec::new();
        let mut next = from;
        for message in self.messages.range(from..=to.max(from)).map(|(_, message)| message) {
            if message.seq > next {
                rows.push(Row::Missing { from: next, count: message.seq - next });
            }
            rows.push(Row::Held(message));
            next = message.seq + 1;
        }
        if next <= to {
            rows.push(Row::Missing { from: next, count: to + 1 - next });
        }
        rows
    }

    /// What to fetch first so that these lines can be shown. What is newer than everything held
    /// comes with the news.
    pub fn missing(&self, from: Seq, to: Seq) -> Option<Range> {
        let last = self.last().map_or(self.last_seq, |message| message.seq);
        let (from, to) = (from.max(self.first_seq), to.min(last));
        let gap = self.rows(from, to).into_iter().find_map(|row| match row {
            Row::Missing { from, count } => Some((from, from + count - 1)),
            Row::Held(_) => None,
        });
        let (first, last) = gap?;
        Some(if self.messages.contains_key(&(last + 1)) {
            Range::BeforeSeq(last + 1)
        } else if self.messages.contains_key(&(first - 1)) {
            Range::AfterSeq(first - 1)
        } else {
            Range::AroundSeq((first + last) / 2)
        })
    }

    /// Messages that are not the viewer's after this one, as far as they are held.
    pub fn others_after(&self, viewer: Option<UserId>, seq: Seq) -> usize {
        self.messages.range(seq + 1..).filter(|(_, message)| message.sender != viewer).count()
    }

    pub fn contains(&self, id: MessageId) -> bool {
        self.get(id).is_some()
    }

    /// Looks through what is held, from its end.
    pub fn get(&self, id: MessageId) -> Option<&Message> {
        self.messages.values().rev().find(|message| message.id == id)
    }

    pub fn at(&self, seq: Seq) -> Option<&Message> {
        self.messages.get(&seq)
    }

    pub fn is_stale(&self) -> bool {
        self.is_stale
    }

    /// Whether the conversation goes on after what is held.
    fn has_newer(&self) -> bool {
        self.last().map_or(self.first_seq <= self.last_seq, |last| last.seq < self.last_seq)
    }

    /// The first message that exists and may be seen.
    pub fn first_seq(&self) -> Seq {
        self.first_seq
    }

    /// The last message of the conversation, loaded or not.
    pub fn last_seq(&self) -> Seq {
        self.last_seq
    }

    /// Puts a page of the history to what is held. Pages never move the version. One that is
    /// older than the thread may lack what has changed since, and has to be fetched again.
    pub fn add_page(&mut self, page: MessagePage) -> Applied {
        if page.conversation.version < self.version {
            return Applied::Behind;
        }
        let steps = steps(&page);
        // Retention may have come further than the news of it.
        self.apply_bounds(&page.conversation);
        self.last_seq = self.last_seq.max(page.conversation.last_seq);
        for message in page.messages {
            if message.seq >= self.first_seq {
                self.put_newer(message);
            }
        }
        for step in steps {
            self.put_step(step);
        }
        Applied::Yes
    }

    /// Drops what was fetched for reading far from these lines; the newest messages stay.
    pub fn keep_near(&mut self, from: Seq, to: Seq) {
        if self.messages.len() > HELD_MAX {
            let newest = self.last_seq - NEWEST_KEPT;
            self.messages.retain(|seq, _| {
                *seq > newest || (from - NEAR_KEPT..=to.saturating_add(NEAR_KEPT)).contains(seq)
            });
        }
    }

    /// Takes in messages that changed after `news.base`.
    pub fn apply(&mut self, news: &ThreadUpdate) -> Applied {
        if news.conversation != self.conversation || news.version <= self.version {
            return Applied::Known;
        }
        if news.is_reload || news.base > self.version {
            self.is_stale = true;
            return Applied::Behind;
        }
        // By seq, not by version: a message that was edited since stands behind later ones there.
        let mut messages: Vec<_> = news.messages.iter().collect();
        messages.sort_by_key(|message| message.seq);
        for message in messages {
            self.put(message.clone());
        }
        self.version = news.version;
        if self.has_newer() {
            self.is_stale = true;
            return Applied::Behind;
        }
        Applied::Yes
    }

    /// Takes in the answer to a send: the bubble becomes the stored message at once. The version
    /// stays: the news of it comes with everything else that happened before it.
    pub fn put_sent(&mut self, message: Message) {
        self.put(message);
    }

    /// Drops what is before the first message that may still be seen. Done before the messages of the
    /// same change are taken in: they may begin there, and follow on nothing that is held.
    pub fn apply_bounds(&mut self, conversation: &Conversation) {
        self.first_seq = self.first_seq.max(conversation.first_seq());
        self.last_seq = self.last_seq.max(self.first_seq - 1);
        self.messages.retain(|seq, _| *seq >= self.first_seq);
    }

    /// Takes in receipts and bounds from a newer summary.
    pub fn apply_summary(&mut self, conversation: &Conversation) {
        self.apply_bounds(conversation);
        self.last_seq = self.last_seq.max(conversation.last_seq);
        for step in conversation.people.iter().filter_map(newest_step) {
            self.put_step(step);
        }
        let people = std::mem::replace(&mut self.people, conversation.people.clone());
        for participant in &mut self.people {
            if let Some(held) = people.iter().find(|held| held.person.id == participant.person.id) {
                participant.delivered_seq = participant.delivered_seq.max(held.delivered_seq);
                participant.read_seq = participant.read_seq.max(held.read_seq);
            }
        }
    }

    /// How far the others have come with a message that I sent.
    pub fn delivery(&self, seq: Seq) -> Delivery {
        let everybody = |reached: fn(&Participant) -> Seq| {
            !self.people.is_empty() && self.people.iter().all(|other| reached(other) >= seq)
        };
        if everybody(|other| other.read_seq) {
            Delivery::Read(self.read_time(seq))
        } else if everybody(|other| other.delivered_seq.max(other.read_seq)) {
            Delivery::Delivered
        } else {
            Delivery::Sent
        }
    }

    /// When the last of the others read this message; nothing where that step of his reading is
    /// not known here, so that a time once shown never changes.
    fn read_time(&self, seq: Seq) -> Option<Timestamp> {
        let of = |user: UserId| {
            let covers = |step: &&ReadStep| step.user == user && step.from_seq < seq && seq <= step.upto_seq;
            self.steps.iter().find(covers).map(|step| step.at)
        };
        self.people.iter().map(|other| of(other.person.id)).collect::<Option<Vec<_>>>()?.into_iter().max()
    }

    fn put_step(&mut self, step: ReadStep) {
        match self.steps.iter_mut().find(|held| held.user == step.user && held.upto_seq == step.upto_seq) {
            Some(held) => held.from_seq = held.from_seq.min(step.from_seq),
            None => {
                self.steps.push(step);
                self.steps.sort_by_key(|step| step.upto_seq);
            }
        }
    }

    /// Replaces an older copy, or appends the next message; anything that would leave a gap at the
    /// end is left for a page to bring.
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

/// The steps on a page: each begins where the reader's one before ended, and the first covers
/// the page from its beginning.
fn steps(page: &MessagePage) -> Vec<ReadStep> {
    let first = page.messages.first().map_or(0, |message| message.seq);
    let mut steps: Vec<ReadStep> = Vec::new();
    for read in &page.reads {
        let before = steps.iter().rev().find(|step| step.user == read.user).map(|step| step.upto_seq);
        let from_seq = before.unwrap_or(first - 1);
        steps.push(ReadStep { user: read.user, from_seq, upto_seq: read.upto_seq, at: read.at });
    }
    steps
}

/// The step that a participant's receipt tells of.
fn newest_step(participant: &Participant) -> Option<ReadStep> {
    let Participant { person, read_from, read_seq, read_at, .. } = participant;
    read_at.map(|at| ReadStep { user: person.id, from_seq: *read_from, upto_seq: *read_seq, at })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::messages::MessageKind;

    fn message(seq: Seq, version: Version) -> Message {
        Message {
            id: MessageId(uuid::Uuid::from_u128(seq as u128)),
            conversation: ConversationId(uuid::Uuid::nil()),
            seq,
            version,
            sender: None,
            kind: MessageKind::Text,
            body: format!("m{seq} v{version}"),
            created_at: Timestamp(seq),
            edited_at: None,
            deleted_at: None,
        }
    }

    fn page(seqs: std::ops::RangeInclusive<Seq>, last_seq: Seq, version: Version) -> MessagePage {
        let conversation =
            Conversation { last_seq, version, changed: version, listed: version, ..Conversation::sample() };
        let messages = seqs.map(|seq| message(seq, seq)).collect();
        MessagePage { epoch: "e".into(), head: version, conversation, messages, reads: vec![] }
    }

    fn news(base: Version, messages: Vec<Message>) -> ThreadUpdate {
        let version = messages.iter().map(|message| message.version).max().unwrap_or(base);
        let conversation = ConversationId(uuid::Uuid::nil());
        ThreadUpdate { conversation, base, version, messages, is_reload: false }
    }

    #[test]
    fn e6_what_is_not_held_is_told_as_missing_and_fetched_from_its_neighbours() {
        let mut thread = Thread::from_page(page(951..=1_000, 1_000, 1_000));
        assert_eq!(thread.missing(960, 1_000), None);
        assert_eq!(thread.missing(901, 1_000), Some(Range::BeforeSeq(951)));
        assert_eq!(thread.missing(401, 500), Some(Range::AroundSeq(450)));
        assert_eq!(thread.add_page(page(425..=474, 1_000, 1_000)), Applied::Yes);
        assert_eq!(thread.missing(425, 474), None);
        assert_eq!(thread.missing(401, 500), Some(Range::BeforeSeq(425)));
        assert_eq!(thread.missing(430, 500), Some(Range::AfterSeq(474)));
        let rows = thread.rows(424, 426);
        assert!(matches!(rows[0], Row::Missing { from: 424, count: 1 }));
        assert!(matches!(rows[1..], [Row::Held(a), Row::Held(b)] if (a.seq, b.seq) == (425, 426)));
        assert_eq!(thread.tail().len(), 50);
        assert_eq!(thread.rows(1, 0), []);
    }

    #[test]
    fn e6_far_pages_are_dropped_and_the_newest_stay() {
        let mut thread = Thread::from_page(page(9_901..=10_000, 10_000, 10_000));
        for from in (1..=1_500).step_by(50) {
            thread.add_page(page(from..=from + 49, 10_000, 10_000));
            thread.keep_near(from, from + 49);
        }
        assert!(thread.messages.len() <= HELD_MAX);
        assert_eq!(thread.tail().len(), 100);
        assert_eq!(thread.missing(1_300, 1_500), None);
    }

    #[test]
    fn a13_a_thread_that_was_kept_is_brought_up_to_date_by_its_version() {
        let thread = Thread::from_page(page(21..=120, 120, 120));
        let text = serde_json::to_string(&thread.to_kept().unwrap()).unwrap();
        let row = page(0..=0, 122, 122).conversation;
        let mut again = Thread::from_kept(serde_json::from_str(&text).unwrap(), &row);
        assert_eq!((again.version, again.last_seq(), again.tail().len()), (120, 122, 50));
        assert_eq!(again.apply(&news(120, vec![message(121, 121), message(122, 122)])), Applied::Yes);
        assert_eq!(again.missing(71, 122), None);
        // Retention has gone on meanwhile.
        let row = Conversation { floor_seq: 100, ..row };
        assert_eq!(Thread::from_kept(serde_json::from_str(&text).unwrap(), &row).tail().len(), 20);
    }

    #[test]
    fn b7_what_is_deleted_as_too_old_is_dropped_and_what_comes_next_follows_on_it() {
        let mut thread = Thread::from_page(page(51..=100, 100, 100));
        // Five messages that were never seen here are gone as well.
        let row = Conversation { floor_seq: 105, ..page(0..=0, 106, 106).conversation };
        let news = news(100, vec![message(106, 106)]);
        let mut late = thread.clone();
        assert_eq!(late.apply(&news), Applied::Behind);
        thread.apply_bounds(&row);
        assert_eq!((thread.tail().len(), thread.first_seq(), thread.last_seq()), (0, 106, 105));
        assert_eq!(thread.apply(&news), Applied::Yes);
        thread.apply_summary(&row);
        assert_eq!((thread.tail().len(), thread.rows(1, 105).len(), thread.missing(1, 106)), (1, 1, None));
        // An older page, and an older summary, bring nothing back.
        assert_eq!(thread.add_page(page(51..=100, 106, 106)), Applied::Yes);
        thread.apply_summary(&page(0..=0, 100, 100).conversation);
        assert_eq!((thread.tail().len(), thread.first_seq()), (1, 106));
        // Everything has gone: the next one begins anew.
        thread.apply_summary(&Conversation { floor_seq: 106, ..row });
        assert_eq!((thread.last(), thread.last_seq()), (None, 106));
        assert_eq!(thread.apply(&self::news(106, vec![message(107, 107)])), Applied::Yes);
        assert_eq!(thread.tail().len(), 1);
    }

    #[test]
    fn b7_a_page_that_knows_of_more_deleted_messages_than_the_thread_takes_them_away() {
        let mut thread = Thread::from_page(page(51..=100, 100, 100));
        let mut page = page(81..=90, 100, 100);
        page.conversation.floor_seq = 80;
        assert_eq!(thread.add_page(page), Applied::Yes);
        assert_eq!((thread.tail().len(), thread.first_seq()), (20, 81));
    }

    #[test]
    fn a_page_that_is_older_than_the_thread_is_refused() {
        let mut thread = Thread::from_page(page(51..=100, 100, 100));
        // Message 10 is edited; it is not held, so only the version tells.
        assert_eq!(thread.apply(&news(100, vec![message(10, 101)])), Applied::Yes);
        assert_eq!(thread.add_page(page(1..=50, 100, 100)), Applied::Behind);
        assert_eq!(thread.add_page(page(1..=50, 100, 101)), Applied::Yes);
    }

    #[test]
    fn an_edit_reaches_a_message_that_was_fetched_for_reading() {
        let mut thread = Thread::from_page(page(51..=100, 100, 100));
        thread.add_page(page(1..=20, 100, 100));
        thread.apply(&news(100, vec![message(10, 101)]));
        let Row::Held(held) = thread.rows(10, 10)[0] else { panic!("message 10 is held") };
        assert_eq!(held.body, "m10 v101");
    }
}
