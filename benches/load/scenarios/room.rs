//! A room of 500 on sockets, into which 20 messages a second are written: until each has each.

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
            rooms::{self, Done, NewRoom},
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

use super::live::Heard;
use crate::{
    Result,
    marketplace::{Marketplace, SignedIn},
    report::{Measured, Report, Started},
    server::Server,
    socket::Socket,
};

const PEOPLE: usize = 500;
const RATE: u32 = 20;
const BODY: &str = "The market opens at eight, and the ferry leaves at seven.";
const COMES_WITHIN: Duration = Duration::from_secs(10);

#[derive(Default)]
struct Log {
    left: HashMap<MessageId, Instant>,
    came: Vec<Duration>,
}

pub async fn room(
    server: &Server,
    marketplace: &Marketplace,
    database: &str,
    lasts: Duration,
) -> Result<Report> {
    let store = Store::open(database).await?;
    let people = marketplace.crowd(&store, PEOPLE).await?;
    let room = gather(&store, &people).await?;
    let log = Arc::new(Mutex::new(Log::default()));
    let (mut sinks, mut tasks) = (Vec::new(), Vec::new());
    for person in &people {
        let mut socket = Socket::open(&server.address, person).await?;
        socket.say(&ToServer::JoinConversation(OpenThread { conversation: room, version: 1 })).await?;
        let (sink, mut stream) = socket.stream.split();
        sinks.push(sink);
        let (log, me) = (log.clone(), person.id);
        tasks.push(tokio::spawn(async move {
            while let Some(Ok(frame)) = stream.next().await {
                let Frame::Text(text) = frame else { continue };
                let now = Instant::now();
                let Ok(frame) = serde_json::from_str::<Heard>(&text) else { return };
                let mut log = log.lock().expect("nobody panics");
                for message in frame.messages_of_others(me) {
                    if let Some(left) = log.left.get(&message.id).copied() {
                        log.came.push(now - left);
                    }
                }
            }
        }));
    }
    let started = Started::now(server);
    let count = lasts.as_secs() as usize * RATE as usize;
    let mut due = interval(Duration::from_secs(1) / RATE);
    for number in 0..count {
        let at = due.tick().await.into_std();
        let id = MessageId::new();
        log.lock().expect("nobody panics").left.insert(id, at);
        let frame = ToServer::SendMessage { id, conversation: room, body: BODY.to_owned() };
        let text = serde_json::to_string(&frame)?;
        // Another writes each time.
        sinks[number * 7 % PEOPLE].send(Frame::Text(text.into())).await?;
    }
    let (expected, until) = (count * (PEOPLE - 1), Instant::now() + COMES_WITHIN);
    while log.lock().expect("nobody panics").came.len() < expected && Instant::now() < until {
        sleep(Duration::from_millis(20)).await;
    }
    let came = std::mem::take(&mut log.lock().expect("nobody panics").came);
    let missing = expected.saturating_sub(came.len());
    let measured: Measured = came.into_iter().map(Ok).chain(std::iter::repeat_n(Err(()), missing)).collect();
    let load = format!("{PEOPLE} people in one room, {RATE} messages a second, each to all others");
    let report = Report::new("room", load, server, &started, measured);
    tasks.iter().for_each(|task| task.abort());
    join_all(tasks).await;
    Ok(report.with_check(format!("{count} messages came to each of the {} others", PEOPLE - 1), missing == 0))
}

async fn gather(store: &Store, people: &[SignedIn]) -> Result<ConversationId> {
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
                    first_hash: [0; 32],
                };
                match rooms::create(&mut conn, new, Clock::default().now()).await? {
                    Done::Room(id) => Ok(id),
                    _ => Err(StoreError::Retry),
                }
            })
        })
        .await?;
    Ok(room)
}
