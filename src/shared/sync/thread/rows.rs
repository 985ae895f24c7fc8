//! Rows of a thread: the loaded messages of a range with the gaps between them, and the pages that fill the
//! gaps (E6).

use super::Thread;
use crate::shared::{
    ids::UserId,
    messages::{Message, MessageKind, Range},
    positions::Seq,
};

/// One row of a range of messages: a loaded message or a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row<'a> {
    Held(&'a Message),
    /// `count` messages from `from` on are not loaded.
    Missing {
        from: Seq,
        count: i64,
    },
}

impl Thread {
    /// The newest messages that are loaded without a gap, oldest first.
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

    /// The rows of the messages `from` to `to`, both included.
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

    /// The page to fetch first to fill the gaps in this range; `None` if there are none. Messages that are
    /// newer than all loaded ones don't count, because they arrive with the updates.
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

    /// The last of the loaded texts that is not deleted.
    pub fn last_text(&self) -> Option<&Message> {
        self.messages
            .values()
            .rev()
            .find(|message| message.kind == MessageKind::Text && message.deleted_at.is_none())
    }

    /// Whether the viewer has written one of the loaded messages after `seq`.
    pub fn has_own_after(&self, viewer: Option<UserId>, seq: Seq) -> bool {
        self.messages
            .range(seq + 1..)
            .any(|(_, message)| message.sender.is_some() && message.sender == viewer)
    }

    /// The number of loaded messages after `seq` that the viewer did not send.
    pub fn others_after(&self, viewer: Option<UserId>, seq: Seq) -> usize {
        self.messages.range(seq + 1..).filter(|(_, message)| message.sender != viewer).count()
    }
}

#[cfg(test)]
mod tests {
    use super::{super::fixtures::page, *};
    use crate::shared::sync::changes::ApplyOutcome;

    #[test]
    fn e6_what_is_not_held_is_told_as_missing_and_fetched_from_its_neighbours() {
        let mut thread = Thread::from_page(page(951..=1_000, 1_000, 1_000));
        assert_eq!(thread.missing(960, 1_000), None);
        assert_eq!(thread.missing(901, 1_000), Some(Range::BeforeSeq(951)));
        assert_eq!(thread.missing(401, 500), Some(Range::AroundSeq(450)));
        assert_eq!(thread.add_page(page(425..=474, 1_000, 1_000)), ApplyOutcome::Applied);
        assert_eq!(thread.missing(425, 474), None);
        assert_eq!(thread.missing(401, 500), Some(Range::BeforeSeq(425)));
        assert_eq!(thread.missing(430, 500), Some(Range::AfterSeq(474)));
        let rows = thread.rows(424, 426);
        assert!(matches!(rows[0], Row::Missing { from: 424, count: 1 }));
        assert!(matches!(rows[1..], [Row::Held(a), Row::Held(b)] if (a.seq, b.seq) == (425, 426)));
        assert_eq!(thread.tail().len(), 50);
        assert_eq!(thread.rows(1, 0), []);
    }
}
