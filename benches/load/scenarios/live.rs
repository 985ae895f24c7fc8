//! 200 people in pairs, connected by sockets. At a fixed rate, whether or not answers come, latency
//! counts from the moment at which a message should have left; then as many as go. Afterwards
//! exactly what was acknowledged must be stored and have been delivered.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex},
    time::Duration,
};

use futures::{SinkExt, StreamExt, future::join_all};
use stoa::shared::{
    changes::OpenThread,
    ids::{ConversationId, MessageId, UserId},
    messages::Seq,
    wire::{ToClient, ToServer},
};
use tokio::{
    sync::mpsc,
    task::JoinHandle,
    time::{Instant, sleep, sleep_until},
};
use tokio_tungstenite::tungstenite::Message as Frame;

use super::send::stored;
use crate::{
    Result,
    client::Connection,
    marketplace::{Marketplace, SignedIn},
    report::{Measured, Report, Started},
    server::Server,
    socket::Socket,
};

const RATES: [u64; 3] = [500, 1_000, 2_000];
/// Messages that one person has under way when as many as possible are sent.
const WINDOW: usize = 8;
const BODY: &str = "Lovely. We would come on Tuesday with the last ferry, if that is not too late.";
/// What has not come by then never comes.
const COMES_WITHIN: Duration = Duration::from_secs(10);

/// When each message should have left, and what became of it.
#[derive(Default)]
struct Log {
    left: HashMap<MessageId, Instant>,
    acked: HashMap<MessageId, Duration>,
    delivered: HashMap<MessageId, Duration>,
    refused: usize,
}

type Shared = Arc<Mutex<Log>>;

struct Person {
    user: SignedIn,
    conversation: ConversationId,
    last_seq_before: Seq,
    send: mpsc::UnboundedSender<MessageId>,
    task: JoinHandle<()>,
}

pub async fn live(server: &Server, marketplace: &Marketplace, lasts: Duration) -> Result<Vec<Report>> {
    let mut reports = Vec::new();
    for rate in RATES {
        reports.extend(at_rate(server, marketplace, rate, lasts, "").await?);
    }
    Ok(reports)
}

/// `beside` says what else goes on.
pub async fn at_rate(
    server: &Server,
    marketplace: &Marketplace,
    rate: u64,
    lasts: Duration,
    beside: &str,
) -> Result<Vec<Report>> {
    let log = Shared::default();
    let people = connect(server, marketplace, &log, None).await?;
    let started = Started::now(server);
    let (begin, step) = (Instant::now(), Duration::from_secs(1).div_f64(rate as f64));
    let count = (lasts.as_secs_f64() * rate as f64) as u32;
    for number in 0..count {
        let due = begin + step * number;
        sleep_until(due).await;
        let id = MessageId::new();
        log.lock().expect("nobody panics").left.insert(id, due);
        let _ = people[number as usize % people.len()].send.send(id);
    }
    wait_for_the_last(&log).await;
    let load = format!("{rate} messages a second, {} connected{beside}", people.len());
    finish(["ack", "news"], load, server, &started, people, log).await
}

pub async fn most(server: &Server, marketplace: &Marketplace, lasts: Duration) -> Result<Vec<Report>> {
    let log = Shared::default();
    let started = Started::now(server);
    let people = connect(server, marketplace, &log, Some(Instant::now() + lasts)).await?;
    for person in &people {
        for _ in 0..WINDOW {
            let id = MessageId::new();
            log.lock().expect("nobody panics").left.insert(id, Instant::now());
            let _ = person.send.send(id);
        }
    }
    sleep(lasts).await;
    wait_for_the_last(&log).await;
    let load = format!("{} connected, each {WINDOW} messages under way", people.len());
    finish(["most", "news"], load, server, &started, people, log).await
}

async fn wait_for_the_last(log: &Shared) {
    let until = Instant::now() + COMES_WITHIN;
    loop {
        {
            let log = log.lock().expect("nobody panics");
            let is_all =
                log.acked.len() + log.refused >= log.left.len() && log.delivered.len() >= log.acked.len();
            if is_all || Instant::now() > until {
                return;
            }
        }
        sleep(Duration::from_millis(20)).await;
    }
}

/// Everybody on a socket, with the conversation on screen. Until `goes_on_until` each answer is
/// followed by the next message.
async fn connect(
    server: &Server,
    marketplace: &Marketplace,
    log: &Shared,
    goes_on_until: Option<Instant>,
) -> Result<Vec<Person>> {
    let mut people = Vec::new();
    let mut connection = Connection::open(&server.address).await?;
    for side in 0..2 {
        for pair in &marketplace.pairs {
            let (user, conversation) = (pair.users[side].clone(), pair.conversation);
            let path = format!("/api/conversations/{conversation}");
            let answer = connection.ask(&server.get(&user, &path, "identity")).await?;
            let known: stoa::shared::conversations::Conversation = serde_json::from_slice(&answer.body)?;
            let mut socket = Socket::open(&server.address, &user).await?;
            let open = OpenThread { conversation, version: known.version };
            socket.say(&ToServer::JoinConversation(open)).await?;
            let (send, queue) = mpsc::unbounded_channel();
            let task = tokio::spawn(talk(socket, user.id, conversation, queue, log.clone(), goes_on_until));
            people.push(Person { user, conversation, last_seq_before: known.last_seq, send, task });
        }
    }
    Ok(people)
}

async fn talk(
    socket: Socket,
    me: UserId,
    conversation: ConversationId,
    mut queue: mpsc::UnboundedReceiver<MessageId>,
    log: Shared,
    goes_on_until: Option<Instant>,
) {
    let (mut sink, mut stream) = socket.stream.split();
    loop {
        tokio::select! {
            id = queue.recv() => {
                let Some(id) = id else { return };
                let frame = ToServer::SendMessage { id, conversation, body: BODY.to_owned() };
                let text = serde_json::to_string(&frame).expect("a frame");
                if sink.send(Frame::Text(text.into())).await.is_err() {
                    return;
                }
            }
            heard = stream.next() => {
                let Some(Ok(frame)) = heard else { return };
                let Frame::Text(text) = frame else { continue };
                let now = Instant::now();
                let Ok(frame) = serde_json::from_str(&text) else { return };
                let is_answer = note(frame, me, now, &log);
                if is_answer && goes_on_until.is_some_and(|until| now < until) {
                    let id = MessageId::new();
                    log.lock().expect("nobody panics").left.insert(id, now);
                    let frame = ToServer::SendMessage { id, conversation, body: BODY.to_owned() };
                    let text = serde_json::to_string(&frame).expect("a frame");
                    if sink.send(Frame::Text(text.into())).await.is_err() {
                        return;
                    }
                }
            }
        }
    }
}

/// Writes down what came. True for the answer to a message.
fn note(frame: ToClient, me: UserId, now: Instant, log: &Shared) -> bool {
    let mut log = log.lock().expect("nobody panics");
    match frame {
        ToClient::Ack { id, .. } => {
            if let Some(left) = log.left.get(&id).copied() {
                log.acked.insert(id, now - left);
            }
            true
        }
        ToClient::Refused { .. } => {
            log.refused += 1;
            true
        }
        ToClient::Change(change) => {
            let messages = change.messages.iter().flat_map(|news| &news.messages);
            for message in messages.filter(|message| message.sender != Some(me)) {
                if let Some(left) = log.left.get(&message.id).copied() {
                    log.delivered.entry(message.id).or_insert(now - left);
                }
            }
            false
        }
        _ => false,
    }
}

async fn finish(
    names: [&'static str; 2],
    load: String,
    server: &Server,
    started: &Started,
    people: Vec<Person>,
    log: Shared,
) -> Result<Vec<Report>> {
    let log = std::mem::take(&mut *log.lock().expect("nobody panics"));
    let measured = |of: &HashMap<MessageId, Duration>| -> Measured {
        let missing = log.left.len() - of.len();
        let missing = std::iter::repeat_n(Err(()), missing);
        of.values().copied().map(Ok).chain(missing).collect()
    };
    let acks = Report::new(names[0], load.clone(), server, started, measured(&log.acked));
    let news = Report::new(names[1], load, server, started, measured(&log.delivered));
    let mut found = HashSet::new();
    let mut connection = Connection::open(&server.address).await?;
    for person in &people[..people.len() / 2] {
        let Person { user, conversation, last_seq_before, .. } = person;
        found.extend(stored(&mut connection, server, user, *conversation, *last_seq_before).await?);
    }
    let lost = log.acked.keys().filter(|id| !found.contains(id)).count();
    let surplus = found.iter().filter(|id| !log.acked.contains_key(id)).count();
    let unheard = log.acked.keys().filter(|id| !log.delivered.contains_key(id)).count();
    let check = format!(
        "{} messages acknowledged, {lost} of them lost, {unheard} not delivered, {surplus} others stored",
        log.acked.len()
    );
    join_all(people.into_iter().map(|person| {
        person.task.abort();
        person.task
    }))
    .await;
    Ok(vec![acks, news.with_check(check, lost == 0 && surplus == 0 && unheard == 0)])
}
