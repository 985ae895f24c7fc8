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

    /// Whether the fault needs the commit to be a step of its own.
    #[inline(always)]
    pub const fn is_before_commit() -> bool {
        false
    }

    /// Whether nobody hears of a commit, but by a sweep.
    #[inline(always)]
    pub const fn are_hints_lost() -> bool {
        false
    }

    /// Whether a sweep's hint is lost too.
    #[inline(always)]
    pub const fn is_look_lost() -> bool {
        false
    }

    /// Microseconds by which the clock is wrong just now.
    #[inline(always)]
    pub const fn clock_jump(_: i64) -> i64 {
        0
    }
}

#[cfg(feature = "chaos")]
mod planted {
    use std::{
        sync::{
            LazyLock,
            atomic::{AtomicI64, Ordering},
        },
        time::Duration,
    };

    static NAME: LazyLock<String> = LazyLock::new(|| std::env::var("STOA_FAULT").unwrap_or_default());
    static PASSED: AtomicI64 = AtomicI64::new(0);
    /// The process dies when it comes to its point for the so manieth time.
    static DIES_AT: LazyLock<i64> = LazyLock::new(|| number("STOA_DIES_AT").unwrap_or(60));
    /// Seconds by which the clock jumps, there and back.
    static CLOCK_JUMPS: LazyLock<i64> = LazyLock::new(|| number("STOA_CLOCK_JUMPS").unwrap_or(0));
    const SECOND: i64 = 1_000_000;

    fn number(name: &str) -> Option<i64> {
        std::env::var(name).ok()?.parse().ok()
    }

    pub fn is(fault: &str) -> bool {
        *NAME == fault
    }

    /// Without a farewell, as if killed.
    pub fn die(point: &str) {
        if is(point) && PASSED.fetch_add(1, Ordering::Relaxed) == *DIES_AT {
            std::process::abort();
        }
    }

    pub async fn pause() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }

    pub fn is_before_commit() -> bool {
        ["ack_before_commit", "die_before_commit", "die_in_transaction", "duplicate_before_commit"]
            .contains(&NAME.as_str())
    }

    pub fn are_hints_lost() -> bool {
        ["lost_hints", "lost_hints_without_sweep", "lost_looks", "sweep_against_hinted"]
            .contains(&NAME.as_str())
    }

    /// Every second one.
    pub fn is_look_lost() -> bool {
        (is("lost_looks") || is("sweep_against_hinted")) && PASSED.fetch_add(1, Ordering::Relaxed) % 2 == 0
    }

    pub fn clock_jump(now: i64) -> i64 {
        // For a second it is wrong, for the next it is right.
        (now / SECOND % 2) * *CLOCK_JUMPS * SECOND
    }
}

pub use planted::{are_hints_lost, clock_jump, die, is, is_before_commit, is_look_lost, pause};
