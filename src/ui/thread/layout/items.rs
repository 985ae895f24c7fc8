//! Items of the message log, as plain data: dividers, system messages, message groups and gaps.

use crate::shared::{
    conversations::system_messages::SystemMessage,
    ids::{MessageId, UserId},
    messages::{attached::Attached, reactions::Reaction},
    positions::Seq,
    sync::thread::delivery::Delivery,
    values::time::Timestamp,
};

/// One item of the message log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogItem {
    /// The divider before the first message of a day. `day` counts from 1970 in the reader's zone.
    Day {
        day: i64,
        at: Timestamp,
    },
    /// The divider before the first message that was unread when the thread was opened.
    UnreadDivider {
        count: i64,
    },
    /// A system message.
    System {
        id: MessageId,
        seq: Option<Seq>,
        /// The user who caused it, if any.
        sender: Option<UserId>,
        event: SystemMessage,
        at: Timestamp,
    },
    Group(MessageGroup),
    /// A placeholder for `count` messages from `from` on that are not loaded.
    Gap {
        from: Seq,
        count: i64,
    },
}

/// The key of an item in the list: stable while the item stands for the same messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LogItemKey {
    Day(i64),
    UnreadDivider,
    System(MessageId),
    /// The first message of the group.
    Group(MessageId),
    /// The first message that is not loaded.
    Gap(Seq),
}

/// Consecutive messages of one sender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageGroup {
    pub sender: Option<UserId>,
    pub is_own: bool,
    pub bubbles: Vec<Bubble>,
    /// When the last message was sent.
    pub at: Timestamp,
    /// The delivery progress of the last message; `None` if the sender is another user.
    pub progress: Option<Progress>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bubble {
    pub id: MessageId,
    /// Empty where files have no words.
    pub text: String,
    pub is_edited: bool,
    pub is_deleted: bool,
    pub state: BubbleState,
    /// Its number in the thread; `None` until it is stored.
    pub seq: Option<Seq>,
    pub attached: Attached,
    pub reactions: Vec<Reaction>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BubbleState {
    Plain,
    Waiting,
    Failed,
}

/// The delivery progress of an own message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Nothing is shown until it is slow.
    Sending {
        is_slow: bool,
    },
    Waiting,
    Failed {
        id: MessageId,
        reason: String,
    },
    Stored(Delivery),
}

impl LogItem {
    pub fn key(&self) -> LogItemKey {
        match self {
            Self::Day { day, .. } => LogItemKey::Day(*day),
            Self::UnreadDivider { .. } => LogItemKey::UnreadDivider,
            Self::System { id, .. } => LogItemKey::System(*id),
            Self::Group(group) => LogItemKey::Group(group.bubbles[0].id),
            Self::Gap { from, .. } => LogItemKey::Gap(*from),
        }
    }
}
