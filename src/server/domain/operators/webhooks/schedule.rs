//! When a delivery is tried again, and what an answer means.

use crate::{
    server::{outside::webhooks::CallAnswer, store::operators::webhooks::attempts::AttemptResult},
    shared::values::time::{DAY, HOUR, MINUTE, SECOND, Timestamp},
};

/// Pauses before the next attempt, as Standard Webhooks has them; then the last one.
const PAUSES: [i64; 9] =
    [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];
/// A pause is up to a tenth longer, so that what failed together is not tried together.
const JITTER_PERCENT: i64 = 10;
/// A delivery is given up, and an endpoint switched off, once it has failed for so long.
pub const FAILING_MAX: i64 = 3 * DAY;
/// The endpoint wants no more.
const GONE: u16 = 410;

/// What an answer means for the delivery, which was attempted so many times before.
pub fn result_of(
    answer: &CallAnswer,
    (attempts, first_at): (i64, Option<Timestamp>),
    random: u8,
    now: Timestamp,
) -> AttemptResult {
    if answer.status.is_some_and(|status| (200..300).contains(&status)) {
        return AttemptResult::Taken;
    }
    if first_at.is_some_and(|first| now >= first.plus(FAILING_MAX)) {
        return AttemptResult::GivenUp;
    }
    let asked = answer.retry_after.map_or(0, |after| i64::try_from(after.as_micros()).unwrap_or(i64::MAX));
    AttemptResult::Later(now.plus(pause_after(attempts, random).max(asked)))
}

pub fn is_gone(answer: &CallAnswer) -> bool {
    answer.status == Some(GONE)
}

/// The pause after an attempt, before which there were so many.
fn pause_after(attempts: i64, random: u8) -> i64 {
    let at = usize::try_from(attempts).unwrap_or_default().min(PAUSES.len() - 1);
    PAUSES[at] * (100 + i64::from(random) * JITTER_PERCENT / 255) / 100
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn answer(status: Option<u16>) -> CallAnswer {
        CallAnswer { status, text: String::new(), retry_after: None }
    }

    #[test]
    fn r4_pauses_grow_and_the_last_attempt_is_after_three_days() {
        let start = Timestamp(DAY);
        let (mut now, mut attempts, mut first) = (start, 0, None);
        while let AttemptResult::Later(due) = result_of(&answer(Some(500)), (attempts, first), 0, now) {
            assert_eq!(due.0 - now.0, PAUSES[attempts as usize]);
            first = first.or(Some(now));
            (now, attempts) = (due, attempts + 1);
        }
        assert!(now.0 - start.0 >= FAILING_MAX, "{attempts}");
        assert_eq!(attempts, 9);
        assert_eq!(pause_after(0, 255), 5 * SECOND * 110 / 100);
        assert_eq!(pause_after(99, 0), 24 * HOUR);
    }

    #[test]
    fn r4_only_a_success_is_one_and_a_pause_that_is_asked_for_is_kept() {
        let now = Timestamp(0);
        for status in [200, 201, 204, 299] {
            assert_eq!(result_of(&answer(Some(status)), (0, None), 0, now), AttemptResult::Taken);
        }
        for status in [None, Some(301), Some(307), Some(400), Some(404), Some(410), Some(500)] {
            let later = AttemptResult::Later(Timestamp(5 * SECOND));
            assert_eq!(result_of(&answer(status), (0, None), 0, now), later, "{status:?}");
        }
        let slow = CallAnswer { retry_after: Some(Duration::from_secs(60)), ..answer(Some(429)) };
        assert_eq!(result_of(&slow, (0, None), 0, now), AttemptResult::Later(Timestamp(MINUTE)));
        assert!(is_gone(&answer(Some(410))) && !is_gone(&answer(Some(404))));
    }
}
