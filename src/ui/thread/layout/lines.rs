//! Lines of a thread in display order: stored messages merged with those in the outbox, and gaps.

use super::items::{Bubble, BubbleState, Progress};
use crate::{
    browser::sending::outbox::{DeliveryState, OutboxItem},
    shared::{
        ids::UserId,
        messages::{Message, MessageKind, attached::Attached},
        positions::Seq,
        sync::thread::{Thread, delivery::Delivery, rows::Row},
        values::time::Timestamp,
    },
    ui::thread::window::Window,
};

/// One message, stored or in the outbox.
pub(super) struct MessageLine {
    pub sender: Option<UserId>,
    pub is_own: bool,
    pub is_system: bool,
    pub at: Timestamp,
    pub bubble: Bubble,
    pub progress: Option<Progress>,
}

pub(super) enum Line {
    Message(MessageLine),
    Gap { from: Seq, count: i64 },
}

/// The lines of the window in display order: stored messages by their number, failed ones where they failed,
/// and at the end the unsent ones in the order of sending.
pub(super) fn window_lines(
    thread: &Thread,
    window: Window,
    items: &[OutboxItem],
    viewer: Option<UserId>,
) -> Vec<Line> {
    let items: Vec<_> = items.iter().filter(|item| !thread.contains(item.id)).collect();
    let is_failed = |item: &&&OutboxItem| matches!(item.state, DeliveryState::Failed { .. });
    // A failed message stays after the message that was the last one when it was sent, if the window holds
    // that.
    let mut failed =
        items.iter().filter(is_failed).filter(|item| item.after_seq + 1 >= window.from).peekable();
    let mut lines = Vec::new();
    let mut previous_at = Timestamp::default();
    for row in thread.rows(window.from, window.to.min(thread.last_seq())) {
        let message = match row {
            Row::Held(message) => message,
            Row::Missing { from, count } => {
                lines.push(Line::Gap { from, count });
                continue;
            }
        };
        while let Some(item) = failed.next_if(|item| item.after_seq < message.seq) {
            lines.push(Line::Message(outbox_line(item, viewer, previous_at)));
        }
        previous_at = message.created_at;
        lines.push(Line::Message(stored_line(message, thread, viewer)));
    }
    if window.to < thread.last_seq() {
        return lines;
    }
    lines.extend(failed.map(|item| Line::Message(outbox_line(item, viewer, previous_at))));
    for item in items.iter().filter(|item| !is_failed(item)) {
        lines.push(Line::Message(match &item.state {
            DeliveryState::Stored(message) => stored_line(message, thread, viewer),
            _ => outbox_line(item, viewer, previous_at),
        }));
    }
    lines
}

fn stored_line(message: &Message, thread: &Thread, viewer: Option<UserId>) -> MessageLine {
    let is_own = message.sender.is_some() && message.sender == viewer;
    MessageLine {
        sender: message.sender,
        is_own,
        is_system: message.kind != MessageKind::Text,
        at: message.created_at,
        bubble: Bubble {
            id: message.id,
            text: message.words().to_owned(),
            is_edited: message.edited_at.is_some(),
            is_deleted: message.deleted_at.is_some(),
            state: BubbleState::Plain,
            seq: Some(message.seq),
            attached: message.attached.read(),
            reactions: message.reactions.read(),
        },
        progress: is_own.then(|| Progress::Stored(thread.delivery(message.seq))),
    }
}

/// `previous_at` is the time of the message before: a device whose clock is behind must not put a new message
/// on an earlier day.
fn outbox_line(item: &OutboxItem, viewer: Option<UserId>, previous_at: Timestamp) -> MessageLine {
    let (state, progress) = match &item.state {
        DeliveryState::Sending { is_slow: false } => {
            (BubbleState::Plain, Progress::Sending { is_slow: false })
        }
        DeliveryState::Sending { is_slow: true } => {
            (BubbleState::Waiting, Progress::Sending { is_slow: true })
        }
        DeliveryState::Waiting => (BubbleState::Waiting, Progress::Waiting),
        DeliveryState::Failed { reason } => {
            (BubbleState::Failed, Progress::Failed { id: item.id, reason: reason.clone() })
        }
        DeliveryState::Stored(_) => (BubbleState::Plain, Progress::Stored(Delivery::Sent)),
    };
    MessageLine {
        sender: viewer,
        is_own: true,
        is_system: false,
        at: item.at.max(previous_at),
        bubble: Bubble {
            id: item.id,
            text: item.body.clone(),
            is_edited: false,
            is_deleted: false,
            state,
            seq: None,
            attached: Attached { reply: item.attached.read().reply, files: item.files.read() },
            reactions: Vec::new(),
        },
        progress: Some(progress),
    }
}
