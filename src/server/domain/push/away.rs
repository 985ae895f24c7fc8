//! Who is away, for pushes: a message that stays unread for five seconds is pushed, and at once to users without a socket. A
//! node remembers, in memory alone, whose messages it has committed. What a node forgets when it dies is found by a sweep.

use std::time::{Duration, Instant};

use futures::{StreamExt, stream};

use super::conversations::task_body;
use crate::{
    server::{
        context::{Context, ContextInner},
        domain::failed,
        store::{
            mail::{
                away::{BATCH, Waiting, recipients},
                conversations::{SweepCursor, Unread},
            },
            push::{
                conversations::{self as pushes, Told},
                subscriptions,
            },
        },
    },
    shared::{
        errors::Result,
        values::time::{HOUR, SECOND},
    },
};

/// How long a user with a socket has to read.
const DELAY: Duration = Duration::from_secs(5);
/// What is due within this time is looked at together.
const TICK: Duration = Duration::from_millis(250);
const SWEEP_INTERVAL: Duration = Duration::from_secs(600);
const SWEEP_PAUSE: Duration = Duration::from_millis(50);
/// What is older is not pushed any more: a push service keeps none longer either.
const AGE_MAX: i64 = 4 * HOUR;
/// The sweep leaves what is younger to those who wait.
const AGE_MIN: i64 = 10 * SECOND;
/// Participants for whom tasks are inserted at the same time, each in a transaction of its own: no two commands wait for each
/// other's rows.
const WRITES: usize = 8;

/// Subscribes to the commits of this node.
pub fn subscribe(context: &Context) {
    let weak = context.downgrade();
    context.store.subscribe(move |updates| {
        if let Some(context) = weak.upgrade()
            && context.push_away.has_subscriptions()
        {
            let now = Instant::now();
            for unread in recipients(updates) {
                match context.sockets.presence(unread.user, None).is_online {
                    true => context.push_away.with_socket.add(unread, now + DELAY),
                    false => context.push_away.without_socket.add(unread, now),
                }
            }
        }
    });
}

/// Inserts the tasks of pushes until the server stops.
pub async fn run_in_background(context: Context) {
    tokio::select! {
        () = context.stopped() => {}
        () = watch(&context) => {}
        () = sweep_repeatedly(&context) => {}
    }
}

async fn watch(context: &Context) {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        take_all(context, &context.push_away.without_socket).await;
        take_all(context, &context.push_away.with_socket).await;
    }
}

async fn take_all(context: &Context, waiting: &Waiting) {
    loop {
        let due = waiting.take_due(Instant::now());
        if due.is_empty() {
            return;
        }
        // What fails is found by the next sweep.
        let _ = insert_tasks(context, due).await;
    }
}

async fn sweep_repeatedly(context: &Context) {
    loop {
        let _ = sweep(context).await;
        tokio::time::sleep(SWEEP_INTERVAL).await;
    }
}

/// Looks whether anybody wants pushes, and at all of them who have something unread, and inserts the tasks that are missing.
pub async fn sweep(context: &ContextInner) -> Result<()> {
    let exist = context
        .low_priority_store
        .read_one(|mut conn| Box::pin(async move { subscriptions::exist(&mut conn).await }));
    let exist = exist.await.map_err(failed)?;
    context.push_away.set_has_subscriptions(exist);
    if !exist {
        return Ok(());
    }
    let now = context.clock.now();
    let (since, before) = (now.plus(-AGE_MAX), now.plus(-AGE_MIN));
    let mut after = Some(SweepCursor::default());
    while let Some(cursor) = after {
        let (unread, next) = context
            .low_priority_store
            .read_one(move |mut conn| {
                Box::pin(async move { pushes::sweep(&mut conn, cursor, since, before, BATCH as i64).await })
            })
            .await
            .map_err(failed)?;
        insert_tasks(context, unread).await?;
        after = next;
        tokio::time::sleep(SWEEP_PAUSE).await;
    }
    Ok(())
}

/// Inserts the tasks of those who want pushes and have not read meanwhile.
async fn insert_tasks(context: &ContextInner, unread: Vec<Unread>) -> Result<()> {
    let now = context.clock.now();
    let away = context
        .low_priority_store
        .read(move |mut conn| {
            Box::pin(async move {
                let mut away = Vec::new();
                for one in unread {
                    if pushes::told(&mut conn, one).await?.as_ref().is_some_and(Told::has_more) {
                        away.push(one);
                    }
                }
                Ok(away)
            })
        })
        .await
        .map_err(failed)?;
    let inserted = stream::iter(away).map(|one| {
        context.low_priority_store.write_repeatable(move |mut conn| {
            Box::pin(async move { pushes::insert_tasks(&mut conn, one, task_body, now).await })
        })
    });
    let mut inserted = inserted.buffer_unordered(WRITES);
    while let Some(done) = inserted.next().await {
        done.map_err(failed)?;
    }
    Ok(())
}
