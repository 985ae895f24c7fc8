//! Who is away: a message that stays unread for a while is mailed. A node remembers, in memory alone, whose messages it
//! has committed, and looks again after that time: a message costs no write for it, and most are read by then. What a node
//! forgets when it dies is found by a sweep.

use std::time::{Duration, Instant};

use super::conversations::task_body;
use crate::{
    server::{
        context::{Context, ContextInner},
        domain::failed,
        store::{
            Conn, Result as StoreResult,
            mail::{
                away::{BATCH, recipients},
                conversations::{self as mails, SweepCursor, Unread},
            },
        },
    },
    shared::{errors::Result, values::time::DAY},
};

/// What is due within this time is looked at together.
const TICK: Duration = Duration::from_millis(500);
const SWEEP_INTERVAL: Duration = Duration::from_secs(600);
const SWEEP_PAUSE: Duration = Duration::from_millis(50);
/// What is older is not mailed any more, such as after mail was set up.
const AGE_MAX: i64 = DAY;

/// Subscribes to the commits of this node.
pub fn subscribe(context: &Context) {
    let weak = context.downgrade();
    let delay = context.config.mail.delay();
    context.store.subscribe(move |updates| {
        if let Some(context) = weak.upgrade() {
            recipients(updates).for_each(|unread| context.away.add(unread, Instant::now() + delay));
        }
    });
}

/// Inserts the tasks of mails until the server stops.
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
        loop {
            let due = context.away.take_due(Instant::now());
            if due.is_empty() {
                break;
            }
            // What fails is found by the next sweep.
            let _ = insert_tasks(context, due).await;
        }
    }
}

async fn sweep_repeatedly(context: &Context) {
    loop {
        let _ = sweep(context).await;
        tokio::time::sleep(SWEEP_INTERVAL).await;
    }
}

/// Looks at all who have had something unread for long enough, and inserts the tasks that are missing.
pub async fn sweep(context: &ContextInner) -> Result<()> {
    let now = context.clock.now();
    let delay = i64::try_from(context.config.mail.delay().as_micros()).unwrap_or(i64::MAX);
    let (since, before) = (now.plus(-AGE_MAX), now.plus(-delay));
    let mut after = Some(SweepCursor::default());
    while let Some(cursor) = after {
        let (unread, next) = context
            .low_priority_store
            .read_one(move |mut conn| {
                Box::pin(async move { mails::sweep(&mut conn, cursor, since, before, BATCH as i64).await })
            })
            .await
            .map_err(failed)?;
        insert_tasks(context, unread).await?;
        after = next;
        tokio::time::sleep(SWEEP_PAUSE).await;
    }
    Ok(())
}

/// Inserts the tasks of those who have not read meanwhile. Most have, so the writer is asked only if there is anybody.
async fn insert_tasks(context: &ContextInner, unread: Vec<Unread>) -> Result<()> {
    let now = context.clock.now();
    let away = context
        .low_priority_store
        .read(move |mut conn| Box::pin(async move { still_unread(&mut conn, unread).await }))
        .await
        .map_err(failed)?;
    if away.is_empty() {
        return Ok(());
    }
    context
        .low_priority_store
        .write_repeatable(move |mut conn| {
            let away = away.clone();
            Box::pin(async move { mails::insert_tasks(&mut conn, &away, task_body, now).await })
        })
        .await
        .map_err(failed)
}

async fn still_unread(conn: &mut Conn<'_>, unread: Vec<Unread>) -> StoreResult<Vec<Unread>> {
    let mut away = Vec::new();
    for one in unread {
        if mails::told(conn, one).await?.is_some_and(|told| told.has_more()) {
            away.push(one);
        }
    }
    Ok(away)
}
