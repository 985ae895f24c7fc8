//! Scenario `room`: fan-out of messages at a fixed rate to a room of 500 users on sockets.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use futures::{SinkExt, StreamExt, future::join_all};
use stoa::{
    server::{
        clock::Clock,
        store::{
            Store, StoreError,
            rooms::{self, command::CommandOutcome, create::NewRoom},
        },
    },
    shared::{
        conversations::rooms::History,
        ids::{ConversationId, MessageId},
        sync::{changes::OpenThread, wire::ToServer},
    },
};
use tokio::time::{interval, sleep};
use tokio_tungstenite::tungstenite::Message as Frame;

use super::live::ReceivedFrame;
use crate::{
    Result,
    marketplace::{Marketplace, SignedIn},
    report::{Measured, Report, Started},
    server::Server,
    socket::Socket,
};

const PEOPLE: usize = 500;
const BODY: &str = "The market opens at eight, and the ferry leaves at seven.";
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(10);

#[derive(Default)]
struct DeliveryLog {
    due: HashMap<MessageId, Instant>,
    latencies: Vec<Duration>,
}

pub async fn room(
    server: &Server,
    marketplace: &Marketplace,
    database: &str,
    rate: u32,
    lasts: Duration,
) -> Result<Report> {
    let store = Store::open(database).await?;
    let people = marketplace.crowd(&store, PEOPLE).await?;
    let room = create_room(&store, &people).await?;
    let log = Arc::new(Mutex::new(DeliveryLog::default()));
    let (mut sinks, mut tasks) = (Vec::new(), Vec::new());
    for person in &people {
        let mut socket = Socket::open(&server.address, person).await?;
        socket.send(&ToServer::JoinConversation(OpenThread { conversation: room, version: 1 })).await?;
        let (sink, mut stream) = socket.stream.split();
        sinks.push(sink);
        let (log, me) = (log.clone(), person.id);
        tasks.push(tokio::spawn(async move {
            while let Some(Ok(frame)) = stream.next().await {
                let Frame::Text(text) = frame else { continue };
                let now = Instant::now();
                let Ok(frame) = serde_json::from_str::<ReceivedFrame>(&text) else { return };
                let mut log = log.lock().expect("nobody panics");
                for message in frame.messages_of_others(me) {
                    if let Some(due) = log.due.get(&message.id).copied() {
                        log.latencies.push(now - due);
                    }
                }
            }
        }));
    }
    let started = Started::now(server);
    let count = lasts.as_secs() as usize * rate as usize;
    let mut ticks = interval(Duration::from_secs(1) / rate);
    for number in 0..count {
        let at = ticks.tick().await.into_std();
        let id = MessageId::new();
        log.lock().expect("nobody panics").due.insert(id, at);
        let frame = ToServer::SendMessage {
            id,
            conversation: room,
            body: BODY.to_owned(),
            attached: Default::default(),
        };
        let text = serde_json::to_string(&frame)?;
        // A different sender each time.
        sinks[number * 7 % PEOPLE].send(Frame::Text(text.into())).await?;
    }
    let (expected, until) = (count * (PEOPLE - 1), Instant::now() + DELIVERY_TIMEOUT);
    while log.lock().expect("nobody panics").latencies.len() < expected && Instant::now() < until {
        sleep(Duration::from_millis(20)).await;
    }
    let latencies = std::mem::take(&mut log.lock().expect("nobody panics").latencies);
    let missing = expected.saturating_sub(latencies.len());
    let measured: Measured =
        latencies.into_iter().map(Ok).chain(std::iter::repeat_n(Err(()), missing)).collect();
    let load = format!("{PEOPLE} people in one room, {rate} messages a second, each to all others");
    let report = Report::new("room", load, server, &started, measured);
    tasks.iter().for_each(|task| task.abort());
    join_all(tasks).await;
    Ok(report.with_check(format!("{count} messages came to each of the {} others", PEOPLE - 1), missing == 0))
}

async fn create_room(store: &Store, people: &[SignedIn]) -> Result<ConversationId> {
    let ids: Vec<_> = people.iter().map(|person| person.id).collect();
    let room = store
        .write(move |mut conn| {
            Box::pin(async move {
                let new = NewRoom {
                    id: ConversationId::new(),
                    by: ids[0],
                    name: "Harbour market".to_owned(),
                    history: History::Start,
                    people: ids[1..].to_vec(),
                    is_by_member: false,
                    is_for_confirmed: false,
                    first_hash: [0; 32],
                };
                match rooms::create::create_with_members(&mut conn, new, Clock::default().now()).await? {
                    CommandOutcome::Room(id) => Ok(id),
                    _ => Err(StoreError::Retry),
                }
            })
        })
        .await?;
    Ok(room)
}
