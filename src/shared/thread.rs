//! The state of one thread: a stretch of messages without gaps, and who has received and read them.

use super::{
    changes::{Applied, ThreadNews},
    conversations::{Conversation, Participant},
    ids::{ConversationId, MessageId, UserId},
    messages::{Message, MessagePage, Seq, Version},
    time::Timestamp,
};

/// How far a message of mine has come. It never goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Delivery {
    Sent,
    Delivered,
    /// With the time, where it is known.
    Read(Option<Timestamp>),
}

/// A step of somebody's reading: the messages after `from_seq` up to `upto_seq`, all at one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Step {
    user: UserId,
    from_seq: Seq,
    upto_seq: Seq,
    at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thread {
    pub conversation: ConversationId,
    pub version: Version,
    /// By `seq`, without gaps.
    messages: Vec<Message>,
    /// Steps of the others' reading that are known, by `upto_seq`.
    steps: Vec<Step>,
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
            messages: page.messages,
            people: page.conversation.people,
            is_stale: false,
        }
    }

    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    pub fn contains(&self, id: MessageId) -> bool {
        self.messages.iter().rev().any(|message| message.id == id)
    }

    pub fn is_stale(&self) -> bool {
        self.is_stale
    }

    /// Whether older messages exist that are not loaded.
    pub fn has_older(&self) -> bool {
        self.messages.first().is_some_and(|first| first.seq > self.first_seq)
    }

    /// Whether the conversation goes on after what is held.
    fn has_newer(&self) -> bool {
        self.messages.last().map_or(self.first_seq <= self.last_seq, |last| last.seq < self.last_seq)
    }

    /// The last message of the conversation, loaded or not.
    pub fn last_seq(&self) -> Seq {
        self.last_seq
    }

    /// Puts an older page before what is held. Pages never move the version.
    pub fn add_older(&mut self, page: MessagePage) {
        let Some(first) = self.messages.first().map(|message| message.seq) else {
            *self = Self::from_page(page);
            return;
        };
        if page.messages.last().is_none_or(|last| last.seq + 1 < first) {
            return;
        }
        let steps = steps(&page);
        let mut older: Vec<_> = page.messages.into_iter().filter(|message| message.seq < first).collect();
        older.append(&mut self.messages);
        self.messages = older;
        for step in steps {
            self.put_step(step);
        }
    }

    /// Takes in messages that changed after `news.base`.
    pub fn apply(&mut self, news: &ThreadNews) -> Applied {
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

    /// Takes in receipts and bounds from a newer summary.
    pub fn apply_summary(&mut self, conversation: &Conversation) {
        self.first_seq = conversation.first_seq();
        self.last_seq = self.last_seq.max(conversation.last_seq);
        self.messages.retain(|message| message.seq >= self.first_seq);
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
            let covers = |step: &&Step| step.user == user && step.from_seq < seq && seq <= step.upto_seq;
            self.steps.iter().find(covers).map(|step| step.at)
        };
        self.people.iter().map(|other| of(other.person.id)).collect::<Option<Vec<_>>>()?.into_iter().max()
    }

    fn put_step(&mut self, step: Step) {
        match self.steps.iter_mut().find(|held| held.user == step.user && held.upto_seq == step.upto_seq) {
            Some(held) => held.from_seq = held.from_seq.min(step.from_seq),
            None => {
                self.steps.push(step);
                self.steps.sort_by_key(|step| step.upto_seq);
            }
        }
    }

    /// Replaces an older copy, or appends the next message; anything that would leave a gap is
    /// left for a page to bring.
    fn put(&mut self, message: Message) {
        self.last_seq = self.last_seq.max(message.seq);
        if message.seq < self.first_seq {
            return;
        }
        match self.messages.binary_search_by_key(&message.seq, |held| held.seq) {
            Ok(index) => {
                if self.messages[index].version < message.version {
                    self.messages[index] = message;
                }
            }
            Err(index) => {
                let is_next = match self.messages.last() {
                    Some(last) => message.seq == last.seq + 1,
                    None => message.seq == self.first_seq,
                };
                if is_next {
                    self.messages.insert(index, message);
                }
            }
        }
    }
}

/// The steps on a page: each begins where the reader's one before ended, and the first covers
/// the page from its beginning.
fn steps(page: &MessagePage) -> Vec<Step> {
    let first = page.messages.first().map_or(0, |message| message.seq);
    let mut steps: Vec<Step> = Vec::new();
    for read in &page.reads {
        let before = steps.iter().rev().find(|step| step.user == read.user).map(|step| step.upto_seq);
        let from_seq = before.unwrap_or(first - 1);
        steps.push(Step { user: read.user, from_seq, upto_seq: read.upto_seq, at: read.at });
    }
    steps
}

/// The step that a participant's receipt tells of.
fn newest_step(participant: &Participant) -> Option<Step> {
    let Participant { person, read_from, read_seq, read_at, .. } = participant;
    read_at.map(|at| Step { user: person.id, from_seq: *read_from, upto_seq: *read_seq, at })
}
