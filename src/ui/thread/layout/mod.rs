//! Layout of a thread, as plain data: the messages of a window and the outbox become days, dividers and
//! groups. It is pure, so that the rules of grouping and order are tested without a browser.

pub mod items;
mod lines;

use std::collections::{BTreeSet, HashMap};

use super::window::Window;
use crate::{
    browser::sending::outbox::OutboxItem,
    shared::{
        conversations::system_messages::SystemMessage,
        ids::UserId,
        positions::Seq,
        sync::thread::Thread,
        values::time::{MINUTE, Timestamp},
    },
};
use items::{Bubble, BubbleState, LogItem, LogItemKey, MessageGroup};
use lines::{Line, MessageLine, window_lines};

/// A group holds messages of one sender that are no further apart than this.
const GROUP_SPAN: i64 = 5 * MINUTE;

/// The unread state of a conversation when its thread was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnreadSnapshot {
    pub read_seq: Seq,
    pub unread: i64,
}

/// The items of the message log in display order, each found by its key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    items: Vec<LogItem>,
    indexes: HashMap<LogItemKey, usize>,
}

impl Layout {
    /// The layout of a window of the thread. `outbox` are the viewer's unsent messages. `day_of` returns the
    /// day of a time, counted from 1970, in the reader's zone, or in UTC where that is unknown.
    pub fn of(
        thread: &Thread,
        window: Window,
        outbox: &[OutboxItem],
        viewer: Option<UserId>,
        unread: Option<UnreadSnapshot>,
        day_of: impl Fn(Timestamp) -> i64,
    ) -> Self {
        let mut layout = Self::default();
        // Only a window that holds the first unread message has the divider.
        let has_first =
            |unread: &UnreadSnapshot| window.from <= (unread.read_seq + 1).max(thread.first_seq());
        let mut pending_divider = unread.filter(|unread| unread.unread > 0 && has_first(unread));
        let mut day = None;
        for line in window_lines(thread, window, outbox, viewer) {
            let message = match line {
                Line::Message(message) => message,
                Line::Gap { from, count } => {
                    layout.push(LogItem::Gap { from, count });
                    continue;
                }
            };
            let message_day = day_of(message.at);
            if day.is_none_or(|day| message_day > day) {
                day = Some(message_day);
                layout.push(LogItem::Day { day: message_day, at: message.at });
            }
            let is_unread = |unread: &mut UnreadSnapshot| {
                !message.is_own && message.bubble.seq.is_some_and(|seq| seq > unread.read_seq)
            };
            if let Some(unread) = pending_divider.take_if(is_unread) {
                layout.push(LogItem::UnreadDivider { count: unread.unread });
            }
            layout.add(message);
        }
        layout
    }

    pub fn keys(&self) -> Vec<LogItemKey> {
        self.items.iter().map(LogItem::key).collect()
    }

    pub fn get(&self, key: LogItemKey) -> Option<&LogItem> {
        self.indexes.get(&key).map(|index| &self.items[*index])
    }

    pub fn group(&self, key: LogItemKey) -> Option<&MessageGroup> {
        match self.get(key)? {
            LogItem::Group(group) => Some(group),
            _ => None,
        }
    }

    /// The messages that those of the window reply to.
    pub fn quoted(&self) -> BTreeSet<Seq> {
        let groups = self.items.iter().filter_map(|item| match item {
            LogItem::Group(group) => Some(&group.bubbles),
            _ => None,
        });
        groups.flatten().filter_map(|bubble| bubble.attached.reply).collect()
    }

    fn add(&mut self, message: MessageLine) {
        if message.is_system {
            let Bubble { id, seq, text, .. } = message.bubble;
            let event = SystemMessage::from_body(&text);
            self.push(LogItem::System { id, seq, sender: message.sender, event, at: message.at });
            return;
        }
        if let Some(LogItem::Group(group)) = self.items.last_mut()
            && group.sender == message.sender
            && message.at.0 - group.at.0 <= GROUP_SPAN
            && message.bubble.state != BubbleState::Failed
            && group.bubbles.iter().all(|bubble| bubble.state != BubbleState::Failed)
        {
            group.bubbles.push(message.bubble);
            group.at = message.at;
            group.progress = message.progress;
            return;
        }
        self.push(LogItem::Group(MessageGroup {
            sender: message.sender,
            is_own: message.is_own,
            bubbles: vec![message.bubble],
            at: message.at,
            progress: message.progress,
        }));
    }

    fn push(&mut self, item: LogItem) {
        self.indexes.insert(item.key(), self.items.len());
        self.items.push(item);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::browser::sending::outbox::DeliveryState;
    use crate::shared::sync::pages::MessagePage;
    use crate::shared::{
        conversations::Conversation,
        ids::ConversationId,
        values::time::{DAY, HOUR},
    };
    use crate::shared::{
        ids::MessageId,
        messages::{Message, MessageKind},
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
                attached: Default::default(),
                reactions: Default::default(),
            });
            self
        }

        fn item(&self, minute: i64, after_seq: Seq, state: DeliveryState) -> OutboxItem {
            OutboxItem {
                id: MessageId::new(),
                conversation: self.id,
                body: "mine".into(),
                attached: Default::default(),
                files: Default::default(),
                waits_for_files: false,
                at: Timestamp(NOON + minute * MINUTE),
                after_seq,
                order: None,
                state,
            }
        }

        fn layout(&self, items: &[OutboxItem], opening: Option<UnreadSnapshot>) -> Layout {
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

    /// "d" a day, "f" the unread divider, "n" a system message, "g" a gap, and per group its sender and size.
    fn drawn(layout: &Layout) -> String {
        let text = |item: &LogItem| match item {
            LogItem::Day { .. } => "d".to_owned(),
            LogItem::UnreadDivider { count } => format!("f{count}"),
            LogItem::System { .. } => "n".to_owned(),
            LogItem::Gap { count, .. } => format!("g{count}"),
            LogItem::Group(group) => {
                format!("{}{}", if group.is_own { "me" } else { "other" }, group.bubbles.len())
            }
        };
        layout.items.iter().map(text).collect::<Vec<_>>().join(" ")
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
            drawn(&talk.layout(&[], Some(UnreadSnapshot { read_seq: 1, unread: 2 }))),
            "d other1 f2 other1 me1 other1"
        );
        assert_eq!(
            drawn(&talk.layout(&[], Some(UnreadSnapshot { read_seq: 4, unread: 0 }))),
            "d other2 me1 other1"
        );
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
