//! Fault injection: planted faults, which show that the tests' checker finds such faults, and points at which
//! the process aborts. The environment variable STOA_FAULT selects one by name. Without the feature `chaos`
//! all functions compile to nothing.

#[cfg(not(feature = "chaos"))]
mod planted {
    /// Whether this fault is planted.
    #[inline(always)]
    pub const fn is(_: &str) -> bool {
        false
    }

    /// Aborts the process if this point is selected.
    #[inline(always)]
    pub fn die(_: &str) {}

    /// Whether a background task is left to a transaction after this one, before which the process aborts.
    #[inline(always)]
    pub const fn is_task_outside() -> bool {
        false
    }

    /// Aborts the process if that task was left out.
    #[inline(always)]
    pub fn die_before_task() {}

    /// Sleeps, so that other tasks can run between two steps (a race).
    #[inline(always)]
    pub async fn pause() {}

    /// Whether the planted fault needs a commit that is separate from the commands in it.
    #[inline(always)]
    pub const fn is_before_commit() -> bool {
        false
    }

    /// Whether updates after a commit are lost, so that only reconciliation finds them.
    #[inline(always)]
    pub const fn are_updates_lost() -> bool {
        false
    }

    /// Whether this wake-up by reconciliation is lost too.
    #[inline(always)]
    pub const fn is_wake_up_lost() -> bool {
        false
    }

    /// Microseconds by which the clock is wrong at this time.
    #[inline(always)]
    pub const fn clock_jump(_: i64) -> i64 {
        0
    }

    /// The lease of a task, which tests make shorter, in microseconds.
    #[inline(always)]
    pub const fn lease(usual: i64) -> i64 {
        usual
    }
}

#[cfg(feature = "chaos")]
mod planted {
    use std::{
        sync::{
            LazyLock,
            atomic::{AtomicBool, AtomicI64, Ordering},
        },
        time::Duration,
    };

    static NAME: LazyLock<String> = LazyLock::new(|| std::env::var("STOA_FAULT").unwrap_or_default());
    /// Times that the selected point was reached.
    static PASSED: AtomicI64 = AtomicI64::new(0);
    static IS_TASK_OUTSIDE: AtomicBool = AtomicBool::new(false);
    /// The process aborts when it reaches its point for the nth time, counted from 0.
    static DIES_AT: LazyLock<i64> = LazyLock::new(|| number("STOA_DIES_AT").unwrap_or(60));
    /// Seconds by which the clock jumps forward and back.
    static CLOCK_JUMP_SECONDS: LazyLock<i64> = LazyLock::new(|| number("STOA_CLOCK_JUMPS").unwrap_or(0));
    const SECOND_MICROS: i64 = 1_000_000;

    fn number(name: &str) -> Option<i64> {
        std::env::var(name).ok()?.parse().ok()
    }

    pub fn is(fault: &str) -> bool {
        *NAME == fault
    }

    /// Aborts without any cleanup, as if the process were killed.
    pub fn die(point: &str) {
        if is(point) && PASSED.fetch_add(1, Ordering::Relaxed) == *DIES_AT {
            std::process::abort();
        }
    }

    pub fn die_before_task() {
        if IS_TASK_OUTSIDE.load(Ordering::Relaxed) {
            std::process::abort();
        }
    }

    pub fn is_task_outside() -> bool {
        let is_outside = is("task_outside_transaction") && PASSED.fetch_add(1, Ordering::Relaxed) == *DIES_AT;
        IS_TASK_OUTSIDE.fetch_or(is_outside, Ordering::Relaxed);
        is_outside
    }

    pub async fn pause() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }

    pub fn is_before_commit() -> bool {
        ["ack_before_commit", "die_before_commit", "die_in_transaction", "duplicate_before_commit"]
            .contains(&NAME.as_str())
    }

    pub fn are_updates_lost() -> bool {
        ["lost_hints", "lost_hints_without_sweep", "lost_looks", "sweep_against_hinted"]
            .contains(&NAME.as_str())
    }

    /// Every second wake-up is lost.
    pub fn is_wake_up_lost() -> bool {
        (is("lost_looks") || is("sweep_against_hinted")) && PASSED.fetch_add(1, Ordering::Relaxed) % 2 == 0
    }

    pub fn lease(usual: i64) -> i64 {
        number("STOA_LEASE_SECONDS").map_or(usual, |seconds| seconds * SECOND_MICROS)
    }

    pub fn clock_jump(now: i64) -> i64 {
        // Wrong for one second, right for the next.
        (now / SECOND_MICROS % 2) * *CLOCK_JUMP_SECONDS * SECOND_MICROS
    }
}

pub use planted::{
    are_updates_lost, clock_jump, die, die_before_task, is, is_before_commit, is_task_outside,
    is_wake_up_lost, lease, pause,
};
