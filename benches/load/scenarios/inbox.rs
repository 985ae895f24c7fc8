//! Scenario `inbox`: a user with 10,000 conversations. Requests the first page at a fixed rate, then all
//! pages in turn, as the inbox does while it is scrolled.

use std::{collections::HashSet, time::Duration};

use stoa::{server::store::Store, shared::sync::pages::ConversationPage};
use tokio::time::Instant;

use super::page::visits;
use crate::{
    Result,
    client::Connection,
    marketplace::{Marketplace, SignedIn},
    report::{Measured, Report, Started},
    server::Server,
};

const CONVERSATIONS: usize = 10_000;
const RATE: u64 = 100;
const PATH: &str = "/api/conversations";

pub async fn inbox(
    server: &Server,
    marketplace: &Marketplace,
    database: &str,
    lasts: Duration,
) -> Result<Vec<Report>> {
    let store = Store::open(database).await?;
    let host = marketplace.busy_host(&store, CONVERSATIONS).await?;
    Ok(vec![first_page(server, &host, lasts).await?, all_pages(server, &host).await?])
}

/// The first page at a fixed rate; latency counts from the time at which each request is due.
async fn first_page(server: &Server, host: &SignedIn, lasts: Duration) -> Result<Report> {
    let request = server.get(host, PATH, "gzip, deflate, br");
    let started = Started::now(server);
    let measured = visits(server, &request, RATE, lasts, 1).await;
    let load = format!("{RATE} first pages a second, of {CONVERSATIONS} conversations");
    Ok(Report::new("inbox", load, server, &started, measured))
}

/// All pages in turn. Checks that each conversation appears exactly once.
async fn all_pages(server: &Server, host: &SignedIn) -> Result<Report> {
    let mut connection = Connection::open(&server.address).await?;
    let started = Started::now(server);
    let (mut ids, mut count, mut latencies, mut path) = (HashSet::new(), 0, Vec::new(), PATH.to_owned());
    loop {
        let request = server.get(host, &path, "identity");
        let start = Instant::now();
        let answer = connection.ask(&request).await?;
        latencies.push(Ok::<_, ()>(start.elapsed()));
        let page: ConversationPage = serde_json::from_slice(&answer.body)?;
        count += page.conversations.len();
        ids.extend(page.conversations.iter().map(|conversation| conversation.id));
        let Some(next) = page.next else { break };
        path = format!("{PATH}?after_listed={}&after_id={}", next.listed, next.id);
    }
    let measured: Measured = latencies.into_iter().collect();
    let load = format!("all pages of {CONVERSATIONS} conversations, one after the other");
    let check = format!("{} conversations, {} of them twice", ids.len(), count - ids.len());
    let is_right = ids.len() == CONVERSATIONS && count == CONVERSATIONS;
    Ok(Report::new("leaf", load, server, &started, measured).with_check(check, is_right))
}
