//! Scenario `broadcast`: messages at a fixed rate, alone and during a broadcast to 10,000 users.

use std::time::Duration;

use stoa::{
    server::{
        clock::Clock,
        store::{Store, operators::broadcasts},
    },
    shared::{
        conversations::system_messages::SystemMessage,
        ids::BroadcastId,
        notifications::kinds::NotificationKind,
        operators::broadcasts::{Audience, Broadcast},
    },
};
use tokio::time::sleep;

use super::live::{Receipts, at_rate};
use crate::{Result, marketplace::Marketplace, report::Report, server::Server};

const PEOPLE: usize = 10_000;
const RATE: u64 = 500;

/// Creates the broadcast through a store of this process, on the server's database.
pub async fn broadcast(
    server: &Server,
    marketplace: &Marketplace,
    database: &str,
    lasts: Duration,
) -> Result<Vec<Report>> {
    let store = Store::open(database).await?;
    marketplace.crowd(&store, PEOPLE).await?;
    let mut reports = at_rate(server, marketplace, RATE, lasts, Receipts::Delivered, "").await?;
    let id = BroadcastId::new();
    let (by, now) = (marketplace.viewer().id, Clock::default().now());
    let event = SystemMessage::Notice {
        title: "We are moving".into(),
        text: "On Sunday morning.".into(),
        link: None,
    };
    let new = broadcasts::NewBroadcast {
        id,
        by,
        kind: NotificationKind::System,
        audience: Audience::Everybody,
        event,
        first_hash: [0; 32],
    };
    store
        .write(move |mut conn| {
            let new = new.clone();
            Box::pin(async move {
                crate::marketplace::make_operator(&mut conn, 0).await?;
                broadcasts::create(&mut conn, new, now).await.map(drop)
            })
        })
        .await?;
    // Measures from the time at which the server has started to send it.
    while broadcast_status(&store, id).await?.sent == 0 {
        sleep(Duration::from_millis(5)).await;
    }
    let start = Clock::default().now();
    reports.extend(
        at_rate(server, marketplace, RATE, lasts, Receipts::Delivered, ", while 10,000 people are told")
            .await?,
    );
    let done = loop {
        let Broadcast { sent, done_at, .. } = broadcast_status(&store, id).await?;
        if let Some(at) = done_at {
            break (sent, (at.0 - start.0) as f64 / 1e6);
        }
        sleep(Duration::from_millis(20)).await;
    };
    let check = format!("{} people were told within {:.1} s", done.0, done.1);
    let last = reports.pop().ok_or("no report")?;
    reports.push(last.with_check(check, done.0 >= PEOPLE as i64));
    Ok(reports)
}

async fn broadcast_status(store: &Store, id: BroadcastId) -> Result<Broadcast> {
    let list = store.read(move |mut conn| Box::pin(async move { broadcasts::list(&mut conn).await })).await?;
    list.broadcasts.into_iter().find(|one| one.id == id).ok_or_else(|| "no broadcast".into())
}
