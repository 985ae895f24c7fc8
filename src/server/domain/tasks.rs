//! Background tasks: each node claims those that are due, a few at a time, and does them. At least once: a worker that
//! dies leaves its task to another once the lease has ended. What fails is tried again with growing pauses, and then
//! given up with its reason, for admins.

use std::time::Duration;

use futures::{
    StreamExt,
    future::BoxFuture,
    stream::{self, FuturesUnordered},
};
use uuid::Uuid;

use super::failed;
use crate::{
    server::{
        context::{Context, ContextInner},
        faults,
        outside::{http::REQUEST_TIMEOUT, smtp::SEND_TIMEOUT},
        store::tasks::{self, Claimed, Queue},
        telemetry::metrics,
    },
    shared::{
        errors::Result,
        values::time::{DAY, HOUR, MINUTE, SECOND, Timestamp},
    },
};

/// Mails that a node sends at the same time.
const MAIL_WORKERS: usize = 8;
/// Pushes: to push services that anybody may name, and that may be slow.
const PUSH_WORKERS: usize = 32;
/// What ends by itself: each is a transaction.
const TIMER_WORKERS: usize = 2;
/// How long a claimed task is a worker's alone: well above the longest time that one takes.
const LEASE: i64 = 3 * MINUTE;
const _: () = assert!(LEASE > 2 * SEND_TIMEOUT.as_micros() as i64);
const _: () = assert!(LEASE > 2 * REQUEST_TIMEOUT.as_micros() as i64);
/// Pauses before the next attempt at a mail. After the last one a task is given up.
const MAIL_PAUSES: [i64; 6] = [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR, 12 * HOUR];
/// Those before the next attempt at a push, which is worth something for a few hours only.
const PUSH_PAUSES: [i64; 6] = [30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR];
/// A pause is up to a fifth longer, so that what failed together is not tried together.
const JITTER_PERCENT: i64 = 20;
/// The longest pause between two looks: another node may have inserted a task.
const CHECK_INTERVAL: Duration = Duration::from_secs(30);
/// The shortest, if the store fails.
const RETRY_INTERVAL: Duration = Duration::from_secs(1);
/// Tasks that were given up are deleted after this time.
const FAILED_KEPT: i64 = 30 * DAY;
const DELETED_AT_ONCE: u64 = 500;

/// What became of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// The handler has finished the task, or somebody else has it.
    Done,
    /// It is to be tried again, for this reason.
    Failed(String),
    /// It is to be tried again, and not before this time has passed.
    Later { reason: String, after: Duration },
    /// Its time has not come, such as in quiet hours.
    Held { until: Timestamp },
    /// No attempt will ever succeed, for this reason.
    Impossible(String),
}

/// Does a task of a queue. It finishes the task itself, in the transaction that keeps what was done.
pub type Handler = for<'a> fn(&'a ContextInner, &'a Claimed) -> BoxFuture<'a, Attempt>;

/// Wakes the workers when a commit has inserted a task.
pub fn subscribe(context: &Context) {
    let weak = context.downgrade();
    context.store.subscribe(move |updates| {
        if updates.tasks > 0
            && let Some(context) = weak.upgrade()
        {
            context.tasks_wake_up.notify_waiters();
        }
    });
}

/// Works on the tasks of a queue until the server stops.
pub async fn run_in_background(context: Context, queue: Queue, handler: Handler) {
    tokio::select! {
        () = context.stopped() => {}
        () = work(&context, queue, handler) => {}
    }
}

/// A slow task holds up no other, as long as there is a worker left. What it awaits beside them must not wait for a turn of the
/// low-priority store: the workers, which may have it, rest meanwhile.
async fn work(context: &Context, queue: Queue, handler: Handler) {
    let mut running = FuturesUnordered::new();
    loop {
        // From here on: a task may be inserted while this looks.
        let woken = context.tasks_wake_up.notified();
        let free = workers(queue) - running.len();
        let pause = match claim(context, queue, free).await {
            _ if free == 0 => CHECK_INTERVAL,
            Ok(claimed) if claimed.is_empty() => until_next(context, queue).await,
            Ok(claimed) => {
                running.extend(claimed.into_iter().map(|task| attempt(context, queue, handler, task)));
                continue;
            }
            Err(_) => RETRY_INTERVAL,
        };
        tokio::select! {
            Some(()) = running.next() => {}
            () = woken => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

fn workers(queue: Queue) -> usize {
    match queue {
        Queue::Mail => MAIL_WORKERS,
        Queue::Push => PUSH_WORKERS,
        Queue::Timer => TIMER_WORKERS,
        Queue::Erasure => 1,
    }
}

/// Does the tasks that are due, at most as many as there are workers. Returns their number.
pub async fn advance(context: &ContextInner, queue: Queue, handler: Handler) -> Result<usize> {
    let claimed = claim(context, queue, workers(queue)).await?;
    let count = claimed.len();
    stream::iter(claimed).for_each_concurrent(None, |task| attempt(context, queue, handler, task)).await;
    Ok(count)
}

/// Claims tasks that are due, at most `max`.
async fn claim(context: &ContextInner, queue: Queue, max: usize) -> Result<Vec<Claimed>> {
    if max == 0 {
        return Ok(Vec::new());
    }
    let now = context.clock.now();
    let lease = if faults::is("short_lease") { SECOND } else { faults::lease(LEASE) };
    context
        .store
        .write(move |mut conn| {
            Box::pin(async move { tasks::claim(&mut conn, queue, max as i64, now.plus(lease), now).await })
        })
        .await
        .map_err(failed)
}

async fn attempt(context: &ContextInner, queue: Queue, handler: Handler, task: Claimed) {
    faults::die("after_task_was_claimed");
    let attempt = handler(context, &task).await;
    let now = context.clock.now();
    let pauses = pauses(queue);
    let outcome = match &attempt {
        Attempt::Done => "done",
        Attempt::Held { .. } => "held",
        Attempt::Failed(_) | Attempt::Later { .. } if task.attempts <= pauses.len() as i64 => "postponed",
        Attempt::Failed(_) | Attempt::Later { .. } | Attempt::Impossible(_) => "given_up",
    };
    metrics::count_task(queue.as_str(), outcome);
    let (reason, at_least) = match attempt {
        Attempt::Done => return,
        Attempt::Held { until } => return hold(context, task, until).await,
        Attempt::Failed(reason) | Attempt::Impossible(reason) => (reason, Duration::ZERO),
        Attempt::Later { reason, after } => (reason, after),
    };
    // The reason is a server's answer, which may name an address.
    tracing::warn!(queue = queue.as_str(), task = %task.id, attempts = task.attempts, outcome, "a background task failed");
    let is_possible = outcome == "postponed";
    let at_least = i64::try_from(at_least.as_micros()).unwrap_or(i64::MAX);
    let due_at = now.plus(pause_after(pauses, task.attempts, task.id).max(at_least));
    let stored = context.low_priority_store.write(move |mut conn| {
        let (task, reason) = (task.clone(), reason.clone());
        Box::pin(async move {
            match is_possible {
                true => tasks::postpone(&mut conn, &task, due_at, &reason).await,
                false => tasks::give_up(&mut conn, &task, &reason, now).await,
            }
        })
    });
    // If this fails, the lease ends and the task is tried again.
    let _ = stored.await.map_err(failed);
}

/// Deletes a task that is done, or has no reason any more.
pub async fn finish(context: &ContextInner, task: &Claimed) -> Result<Attempt> {
    let task = task.clone();
    context
        .low_priority_store
        .write_repeatable(move |mut conn| {
            let task = task.clone();
            Box::pin(async move { tasks::finish(&mut conn, &task).await })
        })
        .await
        .map_err(failed)?;
    Ok(Attempt::Done)
}

/// Has the task looked at again at this time. If that fails, the lease ends and it is looked at then.
async fn hold(context: &ContextInner, task: Claimed, until: Timestamp) {
    let stored = context.low_priority_store.write(move |mut conn| {
        let task = task.clone();
        Box::pin(async move { tasks::hold(&mut conn, &task, until).await })
    });
    let _ = stored.await.map_err(failed);
}

fn pauses(queue: Queue) -> &'static [i64; 6] {
    match queue {
        Queue::Mail => &MAIL_PAUSES,
        Queue::Push => &PUSH_PAUSES,
        Queue::Timer | Queue::Erasure => &MAIL_PAUSES,
    }
}

/// The pause after so many attempts, in microseconds.
fn pause_after(pauses: &[i64; 6], attempts: i64, id: Uuid) -> i64 {
    let at = usize::try_from(attempts - 1).unwrap_or_default().min(pauses.len() - 1);
    let random = i64::from(id.as_bytes()[15]) * JITTER_PERCENT / 255;
    pauses[at] * (100 + random) / 100
}

/// The time until the next task is due, at most [`CHECK_INTERVAL`].
async fn until_next(context: &ContextInner, queue: Queue) -> Duration {
    let next = context
        .store
        .read_one(move |mut conn| Box::pin(async move { tasks::next_due(&mut conn, queue).await }))
        .await;
    let due_at = next.ok().flatten().unwrap_or(Timestamp(i64::MAX));
    let micros = due_at.0.saturating_sub(context.clock.now().0).max(0);
    Duration::from_micros(micros.unsigned_abs()).min(CHECK_INTERVAL)
}

/// Deletes tasks that were given up long ago.
pub async fn delete_old(context: &ContextInner) -> Result<()> {
    let before = context.clock.now().plus(-FAILED_KEPT);
    loop {
        let deleted = context
            .low_priority_store
            .write(move |mut conn| {
                Box::pin(async move { tasks::delete_failed(&mut conn, before, DELETED_AT_ONCE as i64).await })
            })
            .await
            .map_err(failed)?;
        if deleted < DELETED_AT_ONCE {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_have_a_bound() {
        let pauses: Vec<_> =
            (1..=8).map(|attempts| pause_after(&MAIL_PAUSES, attempts, Uuid::nil())).collect();
        assert_eq!(pauses[..6], MAIL_PAUSES);
        assert_eq!(pauses[6..], [12 * HOUR; 2]);
        assert_eq!(pause_after(&MAIL_PAUSES, 1, Uuid::max()), MINUTE * 120 / 100);
    }
}
