//! Faults to plant, so that the tests' checker can be seen to find them, and points at which the
//! process dies. Only with the feature `chaos`, one at a time, named by STOA_FAULT; without it all
//! of this compiles to nothing.

#[cfg(not(feature = "chaos"))]
mod planted {
    /// Whether this fault is planted.
    #[inline(always)]
    pub const fn is(_: &str) -> bool {
        false
    }

    /// May end the process.
    #[inline(always)]
    pub fn die(_: &str) {}

    /// Gives others the time to come in between.
    #[inline(always)]
    pub async fn pause() {}
}

#[cfg(feature = "chaos")]
mod planted {
    use std::{
        sync::{
            LazyLock,
            atomic::{AtomicU64, Ordering},
        },
        time::Duration,
    };

    static NAME: LazyLock<String> = LazyLock::new(|| std::env::var("STOA_FAULT").unwrap_or_default());
    static PASSED: AtomicU64 = AtomicU64::new(0);
    /// The process dies when it comes to its point for the so manieth time.
    const DIES_AT: u64 = 60;

    pub fn is(fault: &str) -> bool {
        *NAME == fault
    }

    /// Without a farewell, as if killed.
    pub fn die(point: &str) {
        if is(point) && PASSED.fetch_add(1, Ordering::Relaxed) == DIES_AT {
            std::process::abort();
        }
    }

    pub async fn pause() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

pub use planted::{die, is, pause};
