//! 200 people in pairs, connected by sockets. At a fixed rate, whether or not answers come, latency
//! counts from the moment at which a message should have left; then as many as go. Afterwards
//! exactly what was acknowledged must be stored and have been delivered.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use futures::{FutureExt, SinkExt, StreamExt, future::join_all, stream::SplitSink};
use serde::Deserialize;
use stoa::shared::positions::{Seq, SyncSeq};
use stoa::shared::{
    ids::{ConversationId, MessageId, UserId},
    sync::{changes::OpenThread, wire::ToServer},
};
use tokio::{
    sync::mpsc,
    task::{JoinHandle, spawn_blocking},
    time::{MissedTickBehavior, interval_at, sleep},
};
use tokio_tungstenite::tungstenite::Message as Frame;

use super::send::stored;
use crate::{
    Result,
    client::Connection,
    marketplace::{Marketplace, SignedIn},
    report::{Measured, Report, Started},
    server::Server,
    socket::{Socket, Stream},
};

const RATES: [u64; 6] = [500, 1_000, 2_000, 4_000, 6_000, 8_000];
/// Messages that one person has under way when as many as possible are sent.
const WINDOW: usize = 8;
const BODY: &str = "Lovely. We would come on Tuesday with the last ferry, if that is not too late.";
/// What has not come by then never comes.
const COMES_WITHIN: Duration = Duration::from_secs(10);
/// As often a browser says what has come and what was read.
const RECEIPTS_EVERY: Duration = Duration::from_secs(1);
/// Frames that are taken together when they are there.
const TOGETHER: usize = 64;

/// What people say of what they got.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Receipts {
    Delivered,
    DeliveredAndRead,
}

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
    for receipts in [Receipts::Delivered, Receipts::DeliveredAndRead] {
        for rate in RATES {
            let found = at_rate(server, marketplace, rate, lasts, receipts, "").await?;
            let is_enough = found
                .iter()
                .any(|report| !report.is_right() || report.is_saturated() || report.has_refused());
            reports.extend(found);
            if is_enough {
                break;
            }
        }
    }
    Ok(reports)
}

/// `beside` says what else goes on.
pub async fn at_rate(
    server: &Server,
    marketplace: &Marketplace,
    rate: u64,
    lasts: Duration,
    receipts: Receipts,
    beside: &str,
) -> Result<Vec<Report>> {
    let log = Shared::default();
    let people = connect(server, marketplace, &log, receipts, None).await?;
    let started = Started::now(server);
    let senders: Vec<_> = people.iter().map(|person| person.send.clone()).collect();
    let due = log.clone();
    // In a thread of its own, because the runtime's clock has a step of a millisecond.
    spawn_blocking(move || {
        let (begin, step) = (Instant::now(), Duration::from_secs(1).div_f64(rate as f64));
        let count = (lasts.as_secs_f64() * rate as f64) as u32;
        for (number, sender) in (0..count).zip(senders.iter().cycle()) {
            let at = begin + step * number;
            thread::sleep(at.saturating_duration_since(Instant::now()));
            let id = MessageId::new();
            due.lock().expect("nobody panics").left.insert(id, at);
            let _ = sender.send(id);
        }
    })
    .await?;
    wait_for_the_last(&log).await;
    let load = format!("{rate} messages a second, {} connected, {}{beside}", people.len(), receipts.as_str());
    let reports = finish(["ack", "news"], load, server, &started, people, log).await?;
    // What was delivered is what is drawn.
    let with_rate = |report: Report| match report.scenario {
        "news" => report.at_rate(rate, receipts.as_str()),
        _ => report,
    };
    Ok(reports.into_iter().map(with_rate).collect())
}

pub async fn most(server: &Server, marketplace: &Marketplace, lasts: Duration) -> Result<Vec<Report>> {
    let mut reports = Vec::new();
    for receipts in [Receipts::Delivered, Receipts::DeliveredAndRead] {
        reports.extend(most_with(server, marketplace, lasts, receipts, "").await?);
    }
    Ok(reports)
}

/// `beside` says what else there is.
pub async fn most_with(
    server: &Server,
    marketplace: &Marketplace,
    lasts: Duration,
    receipts: Receipts,
    beside: &str,
) -> Result<Vec<Report>> {
    let log = Shared::default();
    let started = Started::now(server);
    let people = connect(server, marketplace, &log, receipts, Some(Instant::now() + lasts)).await?;
    for person in &people {
        for _ in 0..WINDOW {
            let id = MessageId::new();
            log.lock().expect("nobody panics").left.insert(id, Instant::now());
            let _ = person.send.send(id);
        }
    }
    sleep(lasts).await;
    wait_for_the_last(&log).await;
    let load = format!("{} connected, each {WINDOW} under way, {}{beside}", people.len(), receipts.as_str());
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
    receipts: Receipts,
    goes_on_until: Option<Instant>,
) -> Result<Vec<Person>> {
    let mut people = Vec::new();
    let mut connection = Connection::open(&server.address).await?;
    for side in 0..2 {
        for (place, pair) in marketplace.pairs.iter().enumerate() {
            // Spread over the time between two receipts, as people are who came at any time.
            let part = (2 * place + side) as f64 / (2 * marketplace.pairs.len()) as f64;
            let (user, conversation) = (pair.users[side].clone(), pair.conversation);
            let path = format!("/api/conversations/{conversation}");
            let answer = connection.ask(&server.get(&user, &path, "identity")).await?;
            let known: stoa::shared::conversations::Conversation = serde_json::from_slice(&answer.body)?;
            let mut socket = Socket::open(&server.address, &user).await?;
            let open = OpenThread { conversation, version: known.version };
            socket.say(&ToServer::JoinConversation(open)).await?;
            let (send, queue) = mpsc::unbounded_channel();
            let talking = Talking {
                me: user.id,
                conversation,
                receipts,
                receipts_in: RECEIPTS_EVERY.mul_f64(part),
                log: log.clone(),
                goes_on_until,
                head: 0,
                seq: known.last_seq,
                told: (0, known.last_seq),
            };
            let task = tokio::spawn(talking.run(socket, queue));
            people.push(Person { user, conversation, last_seq_before: known.last_seq, send, task });
        }
    }
    Ok(people)
}

/// One person's side of a socket.
struct Talking {
    me: UserId,
    conversation: ConversationId,
    receipts: Receipts,
    /// The first of them.
    receipts_in: Duration,
    log: Shared,
    goes_on_until: Option<Instant>,
    /// How far everything has come, and of that what the server has been told.
    head: SyncSeq,
    seq: Seq,
    told: (SyncSeq, Seq),
}

type Sink = SplitSink<Stream, Frame>;

impl Talking {
    /// Ends with the connection, or when nobody wants anything sent any more.
    async fn run(mut self, socket: Socket, mut queue: mpsc::UnboundedReceiver<MessageId>) {
        let (mut sink, mut stream) = socket.stream.split();
        let mut ids = Vec::new();
        let mut receipts = interval_at(tokio::time::Instant::now() + self.receipts_in, RECEIPTS_EVERY);
        receipts.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                count = queue.recv_many(&mut ids, TOGETHER) => if count == 0 { return },
                heard = stream.next() => {
                    let mut next = Some(heard);
                    while let Some(heard) = next.take() {
                        let Some(Ok(frame)) = heard else { return };
                        let Frame::Text(text) = frame else { continue };
                        let Ok(frame) = serde_json::from_str(&text) else { return };
                        if self.note(&frame) {
                            ids.extend(self.next());
                        }
                        if ids.len() < TOGETHER {
                            next = stream.next().now_or_never();
                        }
                    }
                }
                _ = receipts.tick() => if self.tell(&mut sink).await.is_err() { return },
            }
            for id in ids.drain(..) {
                let frame =
                    ToServer::SendMessage { id, conversation: self.conversation, body: BODY.to_owned() };
                if feed(&mut sink, &frame).await.is_err() {
                    return;
                }
            }
            if sink.flush().await.is_err() {
                return;
            }
        }
    }

    /// The message that follows an answer.
    fn next(&self) -> Option<MessageId> {
        let now = Instant::now();
        let id = self.goes_on_until.is_some_and(|until| now < until).then(MessageId::new)?;
        self.log.lock().expect("nobody panics").left.insert(id, now);
        Some(id)
    }

    /// Writes down what came. True for the answer to a message.
    fn note(&mut self, frame: &Heard) -> bool {
        let now = Instant::now();
        let mut log = self.log.lock().expect("nobody panics");
        match &*frame.kind {
            "ack" => {
                if let Some((id, left)) = frame.id.and_then(|id| Some((id, log.left.get(&id).copied()?))) {
                    log.acked.insert(id, now - left);
                }
                true
            }
            "refused" => {
                log.refused += 1;
                true
            }
            _ => {
                self.head = self.head.max(frame.to);
                for message in frame.messages_of_others(self.me) {
                    self.seq = self.seq.max(message.seq);
                    if let Some(left) = log.left.get(&message.id).copied() {
                        log.delivered.entry(message.id).or_insert(now - left);
                    }
                }
                false
            }
        }
    }

    /// Says what has come and what was read, if that is new.
    async fn tell(&mut self, sink: &mut Sink) -> Result<()> {
        let (head, seq) = (self.head, self.seq);
        if head > self.told.0 {
            feed(sink, &ToServer::Delivered { head }).await?;
        }
        if seq > self.told.1 && self.receipts == Receipts::DeliveredAndRead {
            let conversation = self.conversation;
            feed(sink, &ToServer::MarkRead { conversation, upto_seq: seq }).await?;
        }
        self.told = (head, seq);
        Ok(())
    }
}

impl Receipts {
    fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::DeliveredAndRead => "delivered and read",
        }
    }
}

async fn feed(sink: &mut Sink, frame: &ToServer) -> Result<()> {
    Ok(sink.feed(Frame::Text(serde_json::to_string(frame)?.into())).await?)
}

/// As much of a frame as is counted; to read all of each would take what the server could use.
#[derive(Deserialize)]
pub struct Heard<'t> {
    #[serde(rename = "type", borrow)]
    kind: std::borrow::Cow<'t, str>,
    id: Option<MessageId>,
    #[serde(default)]
    to: SyncSeq,
    #[serde(default)]
    messages: Vec<HeardThread>,
}

#[derive(Deserialize)]
struct HeardThread {
    messages: Vec<HeardMessage>,
}

#[derive(Deserialize)]
pub struct HeardMessage {
    pub id: MessageId,
    seq: Seq,
    sender: Option<UserId>,
}

impl Heard<'_> {
    /// The messages of a change that others have written.
    pub fn messages_of_others(&self, me: UserId) -> impl Iterator<Item = &HeardMessage> {
        let messages = self.messages.iter().flat_map(|news| &news.messages);
        messages.filter(move |message| message.sender != Some(me))
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
        // Where as many wait as may, more are told to come again, which is no fault.
        let missing = (log.left.len() - of.len()).saturating_sub(log.refused);
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
    // Whose answer did not come in time may be stored or not; nothing else may.
    let (unanswered, surplus): (Vec<&MessageId>, Vec<_>) =
        found.iter().filter(|id| !log.acked.contains_key(id)).partition(|id| log.left.contains_key(id));
    let unheard = log.acked.keys().filter(|id| !log.delivered.contains_key(id)).count();
    let check = format!(
        "{} messages acknowledged, {lost} of them lost, {unheard} not delivered, {} others stored, \
         {} stored without an answer in time, {} told to come again",
        log.acked.len(),
        surplus.len(),
        unanswered.len(),
        log.refused
    );
    join_all(people.into_iter().map(|person| {
        person.task.abort();
        person.task
    }))
    .await;
    let news =
        news.with_check(check, lost == 0 && surplus.is_empty() && unheard == 0).with_refused(log.refused);
    Ok(vec![acks, news])
}
