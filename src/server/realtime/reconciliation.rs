//! Follows the store's hints, and sweeps: what a lost hint would have said is found by comparing
//! heads, and sessions that have ended lose their sockets.

use std::{
    collections::{HashMap, HashSet},
    sync::atomic::Ordering,
    time::Duration,
};

use tokio::{sync::broadcast::error::RecvError, time::MissedTickBehavior};

use crate::{
    server::{
        bus::BusMessage,
        context::Context,
        faults,
        store::{
            sync::{positions, updates::Updates},
            users::sessions,
        },
        telemetry::metrics::metrics,
    },
    shared::{ids::UserId, sync::wire::close},
};

const EVERY: Duration = Duration::from_millis(500);
/// Users or sessions that one query asks for.
const AT_ONCE: usize = 500;

/// Runs as long as the node does.
pub async fn follow_news(context: Context) {
    tokio::select! {
        () = context.stopped() => {}
        // Both at once, so that no hint waits for a sweep.
        _ = futures::future::join(follow_hints(&context), sweep_often(&context)) => {}
    }
}

async fn follow_hints(context: &Context) {
    let mut news = context.store.news();
    loop {
        match news.recv().await {
            Ok(_) if faults::are_hints_lost() => {}
            Ok(news) => {
                context.sockets.tell_news(&news);
                tell_others(context, &news);
            }
            // Too much at once: the sweep finds it.
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
    }
}

/// Tells other nodes whose people have news. Whom they have since a moment ago finds it by their sweep.
fn tell_others(context: &Context, news: &Updates) {
    if context.bus.is_alone() {
        return;
    }
    let told = news.steps.iter().flat_map(|step| step.users());
    let users = context.sockets.elsewhere(news.raised.iter().chain(told));
    if !users.is_empty() {
        context.bus.say(BusMessage::News { users });
    }
}

async fn sweep_often(context: &Context) {
    let mut sweeps = tokio::time::interval(EVERY);
    sweeps.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        sweeps.tick().await;
        sweep(context).await;
    }
}

async fn sweep(context: &Context) {
    let sockets = context.sockets.all();
    for some in sockets.chunks(AT_ONCE) {
        let users: Vec<UserId> =
            some.iter().map(|socket| socket.user).collect::<HashSet<_>>().into_iter().collect();
        let hashes = some.iter().map(|socket| socket.session).collect::<HashSet<_>>().into_iter().collect();
        let now = context.clock.now();
        let found = context.store.read(move |mut conn| {
            Box::pin(async move {
                Ok((positions::of(&mut conn, &users).await?, sessions::valid(&mut conn, hashes, now).await?))
            })
        });
        let Ok((heads, valid)) = found.await else { return };
        let heads: HashMap<_, _> = heads.into_iter().collect();
        for socket in some {
            let rank = valid.get(&socket.session);
            if rank.is_none() {
                socket.close(close::SIGNED_OUT);
            } else if rank.is_some_and(|rank| *rank != socket.rank) {
                // It connects again, and then hears and may what goes with the rank of today.
                socket.close(close::GOING_AWAY);
            } else if !faults::is("lost_hints_without_sweep")
                && heads.get(&socket.user).is_some_and(|head| *head > socket.cursor.load(Ordering::Relaxed))
            {
                metrics().sweep_finds.increment(1);
                if let Some(head) = heads.get(&socket.user).filter(|_| faults::is("sweep_against_hinted")) {
                    // As if what was hinted were sent.
                    socket.cursor.store(*head, Ordering::Relaxed);
                }
                if !faults::is_look_lost() {
                    socket.hints.look();
                }
            }
        }
    }
}
