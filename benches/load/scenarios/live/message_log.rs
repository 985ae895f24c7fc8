//! The log of messages that the clients of a `live` scenario share: when each was due, acknowledged and
//! delivered.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use stoa::shared::ids::MessageId;

/// The receipts that clients send.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Receipts {
    Delivered,
    DeliveredAndRead,
}

impl Receipts {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::DeliveredAndRead => "delivered and read",
        }
    }
}

/// The times of each message; latencies count from the time at which it was due.
#[derive(Default)]
pub struct MessageLog {
    pub due: HashMap<MessageId, Instant>,
    pub acked: HashMap<MessageId, Duration>,
    pub delivered: HashMap<MessageId, Duration>,
    /// Messages that the server refused for now, because its queue was full.
    pub refused: usize,
    /// Messages that came after a later one of the same sender, by what their texts say.
    pub out_of_order: usize,
}

pub type SharedLog = Arc<Mutex<MessageLog>>;
