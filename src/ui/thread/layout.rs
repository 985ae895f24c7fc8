//! What a thread looks like, as plain data: messages and what is on its way become days, groups
//! and dividers. Pure, so that the rules of grouping and order are tested without a browser.

use std::collections::HashMap;

use super::window::Window;
use crate::shared::positions::Seq;
use crate::{
    browser::sending::outbox::{DeliveryState, OutboxItem},
    shared::{
        ids::{MessageId, UserId},
        messages::{Message, MessageKind},
        sync::thread::{Delivery, Row, Thread},
        system_messages::SystemMessage,
        values::time::{MINUTE, Timestamp},
    },
};

/// Messages of one person no further apart than this stand together.
const GROUP_SPAN: i64 = 5 * MINUTE;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// The first moment of a day, counted from 1970 in the reader's zone.
    Day {
        day: i64,
        at: Timestamp,
    },
    /// Here begins what was unread when the thread was opened.
    Fresh {
        count: i64,
    },
    /// A line that nobody said.
    Notice {
        id: MessageId,
        seq: Option<Seq>,
        /// Who did it.
        sender: Option<UserId>,
        event: SystemMessage,
        at: Timestamp,
    },
    Group(Group),
    /// So many messages from this one on have not been fetched.
    Gap {
        from: Seq,
        count: i64,
    },
}

/// One piece's name, the same as long as it stands for the same thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    Day(i64),
    Fresh,
    Notice(MessageId),
    /// By its first message.
    Group(MessageId),
    /// By the first message that is missing.
    Gap(Seq),
}

/// Messages of one person in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub sender: Option<UserId>,
    pub is_own: bool,
    pub bubbles: Vec<Bubble>,
    /// The last message's time.
    pub at: Timestamp,
    /// How far the last message has come; nothing for other people's.
    pub progress: Option<Progress>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bubble {
    pub id: MessageId,
    pub text: String,
    pub is_edited: bool,
    pub is_deleted: bool,
    pub look: Look,
    /// Its place in the thread; nothing while it is on its way.
    pub seq: Option<Seq>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    Plain,
    Waiting,
    Failed,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Under way, and nobody has waited long enough to be told.
    Quick,
    Sending,
    Waiting,
    Failed {
        id: MessageId,
        reason: String,
    },
    Stored(Delivery),
}

/// What was unread when the thread was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening {
    pub read_seq: Seq,
    pub unread: i64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    pieces: Vec<Piece>,
    places: HashMap<Key, usize>,
}

impl Piece {
    pub fn key(&self) -> Key {
        match self {
            Self::Day { day, .. } => Key::Day(*day),
            Self::Fresh { .. } => Key::Fresh,
            Self::Notice { id, .. } => Key::Notice(*id),
            Self::Group(group) => Key::Group(group.bubbles[0].id),
            Self::Gap { from, .. } => Key::Gap(*from),
        }
    }
}

impl Layout {
    /// `day_of` gives the day of a moment, counted from 1970: by the reader's zone, or by UTC
    /// where that is not known.
    pub fn of(
        thread: &Thread,
        window: Window,
        items: &[OutboxItem],
        viewer: Option<UserId>,
        opening: Option<Opening>,
        day_of: impl Fn(Timestamp) -> i64,
    ) -> Self {
        let mut layout = Self::default();
        // Drawn only where the first unread message is: a window further down has no divider.
        let has_first = |opening: &Opening| window.from <= (opening.read_seq + 1).max(thread.first_seq());
        let mut fresh = opening.filter(|opening| opening.unread > 0 && has_first(opening));
        let mut day = None;
        for line in lines(thread, window, items, viewer) {
            let entry = match line {
                Line::Entry(entry) => entry,
                Line::Gap { from, count } => {
                    layout.push(Piece::Gap { from, count });
                    continue;
                }
            };
            let entry_day = day_of(entry.at);
            if day.is_none_or(|day| entry_day > day) {
                day = Some(entry_day);
                layout.push(Piece::Day { day: entry_day, at: entry.at });
            }
            let is_fresh = |opening: &mut Opening| {
                !entry.is_own && entry.bubble.seq.is_some_and(|seq| seq > opening.read_seq)
            };
            if let Some(opening) = fresh.take_if(is_fresh) {
                layout.push(Piece::Fresh { count: opening.unread });
            }
            layout.add(entry);
        }
        layout
    }

    pub fn keys(&self) -> Vec<Key> {
        self.pieces.iter().map(Piece::key).collect()
    }

    pub fn get(&self, key: Key) -> Option<&Piece> {
        self.places.get(&key).map(|place| &self.pieces[*place])
    }

    pub fn group(&self, key: Key) -> Option<&Group> {
        match self.get(key)? {
            Piece::Group(group) => Some(group),
            _ => None,
        }
    }

    fn add(&mut self, entry: Entry) {
        if entry.is_notice {
            let Bubble { id, seq, text, .. } = entry.bubble;
            let event = SystemMessage::read(&text);
            self.push(Piece::Notice { id, seq, sender: entry.sender, event, at: entry.at });
            return;
        }
        if let Some(Piece::Group(group)) = self.pieces.last_mut()
            && group.sender == entry.sender
            && entry.at.0 - group.at.0 <= GROUP_SPAN
            && entry.bubble.look != Look::Failed
            && group.bubbles.iter().all(|bubble| bubble.look != Look::Failed)
        {
            group.bubbles.push(entry.bubble);
            group.at = entry.at;
            group.progress = entry.progress;
            return;
        }
        self.push(Piece::Group(Group {
            sender: entry.sender,
            is_own: entry.is_own,
            bubbles: vec![entry.bubble],
            at: entry.at,
            progress: entry.progress,
        }));
    }

    fn push(&mut self, piece: Piece) {
        self.places.insert(piece.key(), self.pieces.len());
        self.pieces.push(piece);
    }
}

/// One message, stored or on its way.
struct Entry {
    sender: Option<UserId>,
    is_own: bool,
    is_notice: bool,
    at: Timestamp,
    bubble: Bubble,
    progress: Option<Progress>,
}

enum Line {
    Entry(Entry),
    Gap { from: Seq, count: i64 },
}

/// The window's messages in the order in which they are shown: stored ones by their number, failed
/// ones where they failed, and at the end what is on its way, in the order of sending.
fn lines(thread: &Thread, window: Window, items: &[OutboxItem], viewer: Option<UserId>) -> Vec<Line> {
    let items: Vec<_> = items.iter().filter(|item| !thread.contains(item.id)).collect();
    let is_failed = |item: &&&OutboxItem| matches!(item.state, DeliveryState::Failed { .. });
    // A failed one stands after the message that was the last one then, if that is drawn.
    let mut failed =
        items.iter().filter(is_failed).filter(|item| item.after_seq + 1 >= window.from).peekable();
    let mut lines = Vec::new();
    let mut last = Timestamp::default();
    for row in thread.rows(window.from, window.to.min(thread.last_seq())) {
        let message = match row {
            Row::Held(message) => message,
            Row::Missing { from, count } => {
                lines.push(Line::Gap { from, count });
                continue;
            }
        };
        while let Some(item) = failed.next_if(|item| item.after_seq < message.seq) {
            lines.push(Line::Entry(on_its_way(item, viewer, last)));
        }
        last = message.created_at;
        lines.push(Line::Entry(stored(message, thread, viewer)));
    }
    if window.to < thread.last_seq() {
        return lines;
    }
    lines.extend(failed.map(|item| Line::Entry(on_its_way(item, viewer, last))));
    for item in items.iter().filter(|item| !is_failed(item)) {
        lines.push(Line::Entry(match &item.state {
            DeliveryState::Stored(message) => stored(message, thread, viewer),
            _ => on_its_way(item, viewer, last),
        }));
    }
    lines
}

fn stored(message: &Message, thread: &Thread, viewer: Option<UserId>) -> Entry {
    let is_own = message.sender.is_some() && message.sender == viewer;
    Entry {
        sender: message.sender,
        is_own,
        is_notice: message.kind != MessageKind::Text,
        at: message.created_at,
        bubble: Bubble {
            id: message.id,
            text: message.body.clone(),
            is_edited: message.edited_at.is_some(),
            is_deleted: message.deleted_at.is_some(),
            look: Look::Plain,
            seq: Some(message.seq),
        },
        progress: is_own.then(|| Progress::Stored(thread.delivery(message.seq))),
    }
}

/// `last` is the time of the message before: a device whose clock is behind must not put a new
/// message on an earlier day.
fn on_its_way(item: &OutboxItem, viewer: Option<UserId>, last: Timestamp) -> Entry {
    let (look, progress) = match &item.state {
        DeliveryState::Sending { is_slow: false } => (Look::Plain, Progress::Quick),
        DeliveryState::Sending { is_slow: true } => (Look::Waiting, Progress::Sending),
        DeliveryState::Waiting => (Look::Waiting, Progress::Waiting),
        DeliveryState::Failed { reason } => {
            (Look::Failed, Progress::Failed { id: item.id, reason: reason.clone() })
        }
        DeliveryState::Stored(_) => (Look::Plain, Progress::Stored(Delivery::Sent)),
    };
    Entry {
        sender: viewer,
        is_own: true,
        is_notice: false,
        at: item.at.max(last),
        bubble: Bubble {
            id: item.id,
            text: item.body.clone(),
            is_edited: false,
            is_deleted: false,
            look,
            seq: None,
        },
        progress: Some(progress),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::sync::pages::MessagePage;
    use crate::shared::{
        conversations::Conversation,
        ids::ConversationId,
        values::time::{DAY, HOUR},
    };

    const NOON: i64 = 20_000 * DAY + 12 * HOUR;

    struct Talk {
        me: UserId,
        other: UserId,
        id: ConversationId,
        messages: Vec<Message>,
    }

    impl Talk {
        fn new() -> Self {
            Self { me: UserId::new(), other: UserId::new(), id: ConversationId::new(), messages: vec![] }
        }

        fn say(&mut self, sender: UserId, minute: i64) -> &mut Self {
            self.put(Some(sender), MessageKind::Text, minute)
        }

        fn put(&mut self, sender: Option<UserId>, kind: MessageKind, minute: i64) -> &mut Self {
            let seq = self.messages.len() as Seq + 1;
            self.messages.push(Message {
                id: MessageId::new(),
                conversation: self.id,
                seq,
                version: seq,
                sender,
                kind,
                body: format!("m{seq}"),
                created_at: Timestamp(NOON + minute * MINUTE),
                edited_at: None,
                deleted_at: None,
            });
            self
        }

        fn item(&self, minute: i64, after_seq: Seq, state: DeliveryState) -> OutboxItem {
            OutboxItem {
                id: MessageId::new(),
                conversation: self.id,
                body: "mine".into(),
                at: Timestamp(NOON + minute * MINUTE),
                after_seq,
                order: None,
                state,
            }
        }

        fn layout(&self, items: &[OutboxItem], opening: Option<Opening>) -> Layout {
            let last_seq = self.messages.len() as Seq;
            let conversation =
                Conversation { id: self.id, last_seq, version: last_seq, ..Conversation::sample() };
            let thread = Thread::from_page(MessagePage {
                epoch: "e".into(),
                head: 1,
                conversation,
                messages: self.messages.clone(),
                reads: vec![],
            });
            let window = Window { from: 1, to: last_seq };
            Layout::of(&thread, window, items, Some(self.me), opening, |at| at.0.div_euclid(DAY))
        }
    }

    /// "d" a day, "f" the divider, "n" a notice, and per group who and how many.
    fn drawn(layout: &Layout) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Day { .. } => "d".to_owned(),
            Piece::Fresh { count } => format!("f{count}"),
            Piece::Notice { .. } => "n".to_owned(),
            Piece::Gap { count, .. } => format!("g{count}"),
            Piece::Group(group) => {
                format!("{}{}", if group.is_own { "me" } else { "other" }, group.bubbles.len())
            }
        };
        layout.pieces.iter().map(piece).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn messages_of_one_person_within_five_minutes_stand_together() {
        let mut talk = Talk::new();
        let (me, other) = (talk.me, talk.other);
        talk.say(me, 0).say(me, 5).say(me, 11).say(other, 11).say(other, 12).say(me, 12);
        assert_eq!(drawn(&talk.layout(&[], None)), "d me2 me1 other2 me1");
    }

    #[test]
    fn a_day_and_a_notice_part_what_would_stand_together() {
        let mut talk = Talk::new();
        let me = talk.me;
        talk.say(me, 12 * 60 - 1)
            .say(me, 12 * 60 + 1)
            .put(None, MessageKind::System, 12 * 60 + 2)
            .say(me, 12 * 60 + 2);
        assert_eq!(drawn(&talk.layout(&[], None)), "d me1 d me1 n me1");
    }

    #[test]
    fn the_divider_stands_before_the_first_unread_message_of_others() {
        let mut talk = Talk::new();
        let (me, other) = (talk.me, talk.other);
        talk.say(other, 0).say(other, 1).say(me, 1).say(other, 2);
        assert_eq!(
            drawn(&talk.layout(&[], Some(Opening { read_seq: 1, unread: 2 }))),
            "d other1 f2 other1 me1 other1"
        );
        assert_eq!(drawn(&talk.layout(&[], Some(Opening { read_seq: 4, unread: 0 }))), "d other2 me1 other1");
    }

    #[test]
    fn c6_what_is_on_its_way_joins_the_group_and_stays_there_once_stored() {
        let mut talk = Talk::new();
        let me = talk.me;
        talk.say(me, 0);
        let item = talk.item(1, 1, DeliveryState::Sending { is_slow: false });
        let before = talk.layout(std::slice::from_ref(&item), None);
        assert_eq!(drawn(&before), "d me2");
        talk.say(me, 1);
        talk.messages[1].id = item.id;
        let after = talk.layout(&[item], None);
        assert_eq!(before.keys(), after.keys());
        assert_eq!(drawn(&after), "d me2");
    }

    #[test]
    fn d5_a_failed_message_keeps_its_place_and_stands_alone() {
        let mut talk = Talk::new();
        let (me, other) = (talk.me, talk.other);
        talk.say(me, 0).say(me, 2).say(other, 2);
        let failed = talk.item(1, 1, DeliveryState::Failed { reason: "No.".into() });
        let waiting = talk.item(3, 3, DeliveryState::Waiting);
        assert_eq!(drawn(&talk.layout(&[failed, waiting], None)), "d me1 me1 me1 other1 me1");
    }

    #[test]
    fn a_clock_that_is_behind_does_not_open_another_day() {
        let mut talk = Talk::new();
        let me = talk.me;
        talk.say(me, 0);
        let item = talk.item(-3 * 24 * 60, 1, DeliveryState::Waiting);
        assert_eq!(drawn(&talk.layout(&[item], None)), "d me2");
    }
}
