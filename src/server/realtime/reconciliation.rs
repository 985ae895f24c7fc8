//! Periodic reconciliation, which makes fan-out reliable: it compares each socket's cursor with its user's sync
//! position in the database, and so finds lost updates. It also closes the sockets of ended sessions and revoked
//! tokens, and those whose client has been silent for too long.

use std::{
    collections::{HashMap, HashSet},
    sync::atomic::Ordering,
    time::Duration,
};

use tokio::time::MissedTickBehavior;

use crate::{
    server::{
        auth::access::{Access, Credential},
        connections::socket::Socket,
        context::Context,
        faults,
        store::{
            sync::positions,
            users::{api_tokens, embed_sessions, sessions, sessions::TokenHash},
        },
        telemetry::metrics::metrics,
    },
    shared::{ids::UserId, positions::SyncSeq, sync::wire::close},
};

const INTERVAL: Duration = Duration::from_millis(500);
/// A client pings every 30 s. A socket without any frame for this long has missed two pings and is closed.
const SILENCE_TIMEOUT: Duration = Duration::from_secs(70);
/// Sockets that one query covers.
const BATCH_MAX: usize = 500;

/// Runs until the server stops; then all sockets are told to reconnect.
pub async fn run(context: Context) {
    tokio::select! {
        () = context.stopped() => context.sockets.close_all(close::GOING_AWAY),
        () = reconcile_periodically(&context) => {}
    }
}

async fn reconcile_periodically(context: &Context) {
    let mut ticks = tokio::time::interval(INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        reconcile(context).await;
    }
}

async fn reconcile(context: &Context) {
    let sockets = context.sockets.all();
    for socket in sockets.iter().filter(|socket| socket.silence() > SILENCE_TIMEOUT) {
        socket.close(close::TIMED_OUT);
    }
    for batch in sockets.chunks(BATCH_MAX) {
        let users: Vec<UserId> =
            batch.iter().map(|socket| socket.user).collect::<HashSet<_>>().into_iter().collect();
        let credentials: HashSet<_> = batch.iter().map(|socket| socket.credential).collect();
        let (embedded, others): (Vec<_>, Vec<_>) =
            credentials.into_iter().partition(|credential| credential.access == Access::Embed);
        let (sessions, tokens): (Vec<_>, Vec<_>) =
            others.into_iter().partition(|credential| credential.access == Access::Session);
        let hashes = |of: Vec<Credential>| -> Vec<TokenHash> {
            of.into_iter().map(|credential| credential.token_hash).collect()
        };
        let (sessions, tokens, embedded) = (hashes(sessions), hashes(tokens), hashes(embedded));
        let now = context.clock.now();
        let found = context.store.read(move |mut conn| {
            Box::pin(async move {
                let positions = positions::of(&mut conn, &users).await?;
                let mut ranks = sessions::valid(&mut conn, sessions, now).await?;
                let of_tokens = api_tokens::valid(&mut conn, tokens, now).await?;
                ranks.extend(of_tokens.into_iter().map(|(hash, rank)| (hash, Some(rank))));
                ranks.extend(embed_sessions::valid(&mut conn, embedded, now).await?);
                Ok((positions, ranks))
            })
        });
        let Ok((positions, ranks)) = found.await else { return };
        let positions: HashMap<_, _> = positions.into_iter().collect();
        for socket in batch {
            match ranks.get(&socket.credential.token_hash) {
                None => socket.close(close::SIGNED_OUT),
                Some(None) => socket.close(close::SUSPENDED),
                // Its client reconnects and gets the rights and notifications of the new rank.
                Some(Some(rank)) if *rank != socket.rank => socket.close(close::GOING_AWAY),
                Some(Some(_)) => wake_if_behind(socket, positions.get(&socket.user).copied()),
            }
        }
    }
}

fn wake_if_behind(socket: &Socket, position: Option<SyncSeq>) {
    let Some(position) = position.filter(|position| *position > socket.cursor.load(Ordering::Relaxed)) else {
        return;
    };
    if faults::is("lost_hints_without_sweep") {
        return;
    }
    metrics().reconciliation_finds.increment(1);
    if faults::is("sweep_against_hinted") {
        // Planted fault: treats the wake-up as if the updates had been sent.
        socket.cursor.store(position, Ordering::Relaxed);
    }
    if !faults::is_wake_up_lost() {
        socket.request_resync();
    }
}
