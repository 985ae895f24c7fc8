//! The clock: the only source of the current time, so that tests can move it. It is not monotonic: the system
//! may set it back.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::UNIX_EPOCH,
};

use super::faults;
use crate::shared::values::time::Timestamp;

#[derive(Debug, Default)]
pub struct Clock {
    /// Microseconds added to the machine's time; tests and demo data move it.
    offset: AtomicI64,
}

impl Clock {
    #[expect(clippy::disallowed_methods, reason = "everything else asks this clock")]
    pub fn now(&self) -> Timestamp {
        let since_epoch = std::time::SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let micros = i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX);
        Timestamp(micros + self.offset.load(Ordering::Relaxed) + faults::clock_jump(micros))
    }

    /// Moves the clock by `micros`, which may be negative.
    pub fn advance(&self, micros: i64) {
        self.offset.fetch_add(micros, Ordering::Relaxed);
    }
}
