//! Delivery status of the viewer's own messages: sent, delivered, read (A4).

use super::Thread;
use crate::shared::{conversations::participant::Participant, positions::Seq, values::time::Timestamp};

/// The delivery status of a sent message. It is monotonic: it never goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Delivery {
    Sent,
    Delivered,
    /// With the time, if it is known.
    Read(Option<Timestamp>),
}

impl Thread {
    /// The delivery status of the viewer's message `seq`: that of the participant who is least far.
    pub fn delivery(&self, seq: Seq) -> Delivery {
        let all_reached = |reached: fn(&Participant) -> Seq| {
            !self.people.is_empty() && self.people.iter().all(|other| reached(other) >= seq)
        };
        if all_reached(|other| other.read_seq) {
            Delivery::Read(self.read_time(seq))
        } else if all_reached(|other| other.delivered_seq.max(other.read_seq)) {
            Delivery::Delivered
        } else {
            Delivery::Sent
        }
    }

    /// When the last of the others read this message. `None` unless the read spans of all of them are known,
    /// so that a time that was shown once never changes.
    fn read_time(&self, seq: Seq) -> Option<Timestamp> {
        let times = self.people.iter().map(|other| self.read_spans.read_at(other.person.id, seq));
        times.collect::<Option<Vec<_>>>()?.into_iter().max()
    }
}
