//! A client of the `live` scenarios: sends messages over its socket, records when acknowledgements and
//! messages arrive, and sends receipts.

use std::time::{Duration, Instant};

use futures::{FutureExt, SinkExt, StreamExt, stream::SplitSink};
use stoa::shared::{
    ids::{ConversationId, MessageId, UserId},
    positions::{Seq, SyncSeq},
    sync::{changes::OpenThread, wire::ToServer},
};
use tokio::{
    sync::mpsc,
    task::JoinHandle,
    time::{MissedTickBehavior, interval_at},
};
use tokio_tungstenite::tungstenite::Message as Frame;

use super::{
    frames::ReceivedFrame,
    message_log::{Receipts, SharedLog},
};
use crate::{
    Result,
    client::Connection,
    marketplace::{Marketplace, SignedIn},
    server::Server,
    socket::{Socket, Stream},
};

/// The number of the message among those of its sender follows.
const BODY: &str = "Lovely. We would come on Tuesday with the last ferry, if that is not too late. Number";
/// The interval at which a browser sends receipts.
const RECEIPT_INTERVAL: Duration = Duration::from_secs(1);
/// Frames handled together if they have arrived.
const FRAME_BATCH_MAX: usize = 64;

/// A connected user and the task of their socket.
pub struct Client {
    pub user: SignedIn,
    pub conversation: ConversationId,
    pub last_seq_before: Seq,
    pub send: mpsc::UnboundedSender<MessageId>,
    pub task: JoinHandle<()>,
}

/// Connects every user of the pairs, each with their conversation open. Until `refill_until`, each client
/// sends another message for each acknowledged one.
pub async fn connect(
    server: &Server,
    marketplace: &Marketplace,
    log: &SharedLog,
    receipts: Receipts,
    refill_until: Option<Instant>,
) -> Result<Vec<Client>> {
    let mut clients = Vec::new();
    let mut connection = Connection::open(&server.address).await?;
    for side in 0..2 {
        for (index, pair) in marketplace.pairs.iter().enumerate() {
            // Spreads the receipts of all clients evenly over the interval.
            let offset = (2 * index + side) as f64 / (2 * marketplace.pairs.len()) as f64;
            let (user, conversation) = (pair.users[side].clone(), pair.conversation);
            let path = format!("/api/conversations/{conversation}");
            let answer = connection.ask(&server.get(&user, &path, "identity")).await?;
            let before: stoa::shared::conversations::Conversation = serde_json::from_slice(&answer.body)?;
            let mut socket = Socket::open(server.address_of_side(side), &user).await?;
            let open = OpenThread { conversation, version: before.version };
            socket.send(&ToServer::JoinConversation(open)).await?;
            let (send, queue) = mpsc::unbounded_channel();
            let client = SocketClient {
                me: user.id,
                conversation,
                receipts,
                first_receipts_in: RECEIPT_INTERVAL.mul_f64(offset),
                log: log.clone(),
                refill_until,
                head: 0,
                seq: before.last_seq,
                acknowledged: (0, before.last_seq),
                sent: 0,
                received: 0,
            };
            let task = tokio::spawn(client.run(socket, queue));
            clients.push(Client { user, conversation, last_seq_before: before.last_seq, send, task });
        }
    }
    Ok(clients)
}

/// The client's side of one socket.
struct SocketClient {
    me: UserId,
    conversation: ConversationId,
    receipts: Receipts,
    first_receipts_in: Duration,
    log: SharedLog,
    refill_until: Option<Instant>,
    /// The latest position and message received.
    head: SyncSeq,
    seq: Seq,
    /// The position and message of the last receipts.
    acknowledged: (SyncSeq, Seq),
    /// The number in the last text that was sent, and in the last one that was received.
    sent: u64,
    received: u64,
}

type Sink = SplitSink<Stream, Frame>;

impl SocketClient {
    /// Runs until the connection ends or the queue of messages is closed.
    async fn run(mut self, socket: Socket, mut queue: mpsc::UnboundedReceiver<MessageId>) {
        let (mut sink, mut stream) = socket.stream.split();
        let mut ids = Vec::new();
        let mut receipts =
            interval_at(tokio::time::Instant::now() + self.first_receipts_in, RECEIPT_INTERVAL);
        receipts.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                count = queue.recv_many(&mut ids, FRAME_BATCH_MAX) => if count == 0 { return },
                received = stream.next() => {
                    let mut next = Some(received);
                    while let Some(received) = next.take() {
                        let Some(Ok(frame)) = received else { return };
                        let Frame::Text(text) = frame else { continue };
                        let Ok(frame) = serde_json::from_str(&text) else { return };
                        if self.record(&frame) {
                            ids.extend(self.next_message());
                        }
                        if ids.len() < FRAME_BATCH_MAX {
                            next = stream.next().now_or_never();
                        }
                    }
                }
                _ = receipts.tick() => if self.send_receipts(&mut sink).await.is_err() { return },
            }
            for id in ids.drain(..) {
                self.sent += 1;
                let body = format!("{BODY} {}", self.sent);
                let frame = ToServer::SendMessage {
                    id,
                    conversation: self.conversation,
                    body,
                    attached: Default::default(),
                };
                if feed(&mut sink, &frame).await.is_err() {
                    return;
                }
            }
            if sink.flush().await.is_err() {
                return;
            }
        }
    }

    /// The message that follows an acknowledged one.
    fn next_message(&self) -> Option<MessageId> {
        let now = Instant::now();
        let id = self.refill_until.is_some_and(|until| now < until).then(MessageId::new)?;
        self.log.lock().expect("nobody panics").due.insert(id, now);
        Some(id)
    }

    /// Records the arrival of a frame. True if it answers a message of this client.
    fn record(&mut self, frame: &ReceivedFrame) -> bool {
        let now = Instant::now();
        let mut log = self.log.lock().expect("nobody panics");
        match &*frame.kind {
            kind @ ("ack" | "stored") => {
                if kind == "stored" {
                    self.head = self.head.max(frame.position());
                }
                if let Some((id, due)) = frame.id.and_then(|id| Some((id, log.due.get(&id).copied()?))) {
                    log.acked.insert(id, now - due);
                }
                true
            }
            "refused" => {
                log.refused += 1;
                true
            }
            _ => {
                self.head = self.head.max(frame.position());
                for message in frame.messages_of_others(self.me) {
                    self.seq = self.seq.max(message.seq);
                    let due = log.due.get(&message.id).copied();
                    let Some(due) = due.filter(|_| !log.delivered.contains_key(&message.id)) else {
                        continue;
                    };
                    log.delivered.insert(message.id, now - due);
                    let number = message.body.rsplit(' ').next().and_then(|number| number.parse().ok());
                    let number = number.unwrap_or_default();
                    log.out_of_order += usize::from(number <= self.received);
                    self.received = number;
                }
                false
            }
        }
    }

    /// Sends receipts of what has been delivered and read since the last ones.
    async fn send_receipts(&mut self, sink: &mut Sink) -> Result<()> {
        let (head, seq) = (self.head, self.seq);
        if head > self.acknowledged.0 {
            feed(sink, &ToServer::Delivered { head }).await?;
        }
        if seq > self.acknowledged.1 && self.receipts == Receipts::DeliveredAndRead {
            let conversation = self.conversation;
            feed(sink, &ToServer::MarkRead { conversation, upto_seq: seq }).await?;
        }
        self.acknowledged = (head, seq);
        Ok(())
    }
}

async fn feed(sink: &mut Sink, frame: &ToServer) -> Result<()> {
    Ok(sink.feed(Frame::Text(serde_json::to_string(frame)?.into())).await?)
}
