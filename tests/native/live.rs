//! A client that lives through anything, as the browser does: it keeps what it sends until the
//! answer comes, connects again whenever the connection is gone, and goes on from its cursor. It
//! writes down what it saw, for the checker.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    time::Duration,
};

use futures::{SinkExt, StreamExt};
use stoa::{
    server::{
        auth::tokens::Token,
        domain::{conversations, messages},
    },
    shared::{
        changes::{Applied, Change, Head, OpenThread},
        conversations::Conversation,
        errors::{ApiError, ErrorCode},
        ids::{ConversationId, MessageId, UserId},
        inbox::Inbox,
        messages::{Message, MessagePage, Range, Seq},
        notifications::Totals,
        thread::Thread,
        time::Timestamp,
        users::Viewer,
        wire::{PROTOCOL, ToClient, ToServer},
    },
};
use tokio::time::{Interval, MissedTickBehavior, interval, sleep, timeout};
use tokio_tungstenite::tungstenite::Message as Frame;

use crate::{
    client::{Socket, connect_to},
    crowd::{Phase, Together},
    place::Place,
};

/// A server that says nothing for so long, not even to a ping, is gone.
const SILENT_FOR: Duration = Duration::from_secs(2);
/// Each so manieth answer is of a message that is then edited and sent again.
const EDITS_EACH: usize = 10;
pub const EDITED: &str = "on second thoughts";
/// Messages that wait for their answer.
const WAITING_MAX: usize = 10;
const AGAIN_AFTER: Duration = Duration::from_millis(30);

/// One text on its way.
#[derive(Clone, Debug)]
pub struct Outgoing {
    pub id: MessageId,
    pub conversation: ConversationId,
    pub body: String,
}

/// What a client has seen.
#[derive(Default)]
pub struct History {
    /// In the order in which they were written.
    pub made: Vec<Outgoing>,
    /// Each answer, repeated ones too.
    pub acks: Vec<Message>,
    /// Changed since, if the change got through.
    pub edited: HashSet<MessageId>,
    pub refused: Vec<(MessageId, ApiError)>,
    /// What may never be seen.
    pub wrong: Vec<String>,
    pub connections: usize,
    /// How far others had received and read, by conversation and user.
    positions: HashMap<(ConversationId, UserId), (Seq, Seq, Option<Timestamp>)>,
}

pub struct Live {
    pub viewer: Viewer,
    session: Token,
    /// Of the server, or of what stands before it.
    pub url: String,
    pub inbox: Inbox,
    pub thread: Thread,
    outbox: VecDeque<Outgoing>,
    /// What was sent on this connection and is not answered.
    in_flight: Option<MessageId>,
    pub history: History,
}

/// The connection is gone, or useless.
struct Cut;

impl Live {
    /// A device with the state of a page that was rendered now, and one conversation on screen.
    pub async fn new(place: &Place, viewer: &Viewer, conversation: ConversationId, url: &str) -> Self {
        let list = conversations::list(&place.node, viewer, None, false, None).await.unwrap();
        let page = messages::page(&place.node, viewer, conversation, Range::Newest, None).await.unwrap();
        Self {
            viewer: viewer.clone(),
            session: place.session(viewer).await,
            url: url.to_owned(),
            inbox: Inbox::from_page(list),
            thread: Thread::from_page(page),
            outbox: VecDeque::new(),
            in_flight: None,
            history: History::default(),
        }
    }

    /// Writes a message each `pace`, and comes to rest with the others.
    pub async fn run(mut self, pace: Duration, together: Together) -> Self {
        let mut writing = interval(pace);
        writing.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut over = together.phase.clone();
        let life = async {
            let mut done = Phase::Writing;
            loop {
                let _ = self.connect(&mut writing, &together, &mut done).await;
                sleep(AGAIN_AFTER).await;
            }
        };
        tokio::select! {
            () = life => {}
            _ = over.wait_for(|phase| *phase == Phase::Over) => {}
        }
        self
    }

    /// One connection, until it is cut.
    async fn connect(
        &mut self,
        writing: &mut Interval,
        together: &Together,
        done: &mut Phase,
    ) -> Result<(), Cut> {
        let opening = timeout(SILENT_FOR, connect_to(&self.url, Some(&self.session), &self.url));
        let mut socket = opening.await.map_err(|_| Cut)?.map_err(|_| Cut)?;
        self.history.connections += 1;
        self.in_flight = None;
        let (epoch, head) = (self.inbox.epoch.clone(), self.inbox.head);
        say(&mut socket, &ToServer::Hello { epoch, head, protocol: PROTOCOL }).await?;
        let open = OpenThread { conversation: self.thread.conversation, version: self.thread.version };
        say(&mut socket, &ToServer::JoinConversation(open)).await?;
        let mut phase = together.phase.clone();
        loop {
            self.send_next(&mut socket).await?;
            let now = together.now();
            if now == Phase::Writing {
                tokio::select! {
                    heard = timeout(SILENT_FOR, hear(&mut socket)) => {
                        self.take(heard.map_err(|_| Cut)??, &mut socket, now).await?;
                    }
                    _ = writing.tick() => self.write(),
                    _ = phase.changed() => {}
                }
                continue;
            }
            if !self.outbox.is_empty() {
                // Its answer comes by itself; to ask meanwhile would only keep the server from it.
                let heard = timeout(SILENT_FOR, hear(&mut socket)).await.map_err(|_| Cut)??;
                self.take(heard, &mut socket, now).await?;
                continue;
            }
            let before = self.inbox.head;
            let head = self.ask(&mut socket, now).await?;
            let is_done = match now {
                Phase::Sending => self.inbox.head >= head,
                Phase::Silent => true,
                // Looked at twice, in case a command of a connection that is gone was still on its way.
                _ => before == head && self.inbox.head == head,
            };
            if is_done && *done < now {
                *done = now;
                together.is_done_with(now);
            }
            sleep(if now == Phase::Resting { 5 * AGAIN_AFTER } else { AGAIN_AFTER }).await;
        }
    }

    async fn send_next(&mut self, socket: &mut Socket) -> Result<(), Cut> {
        if self.in_flight.is_none()
            && let Some(next) = self.outbox.front().cloned()
        {
            self.in_flight = Some(next.id);
            let Outgoing { id, conversation, body } = next;
            say(socket, &ToServer::SendMessage { id, conversation, body }).await?;
        }
        Ok(())
    }

    /// Asks for the server's head, and takes what comes until the answer.
    async fn ask(&mut self, socket: &mut Socket, now: Phase) -> Result<Head, Cut> {
        say(socket, &ToServer::Ping).await?;
        loop {
            match timeout(SILENT_FOR, hear(socket)).await.map_err(|_| Cut)?? {
                ToClient::Pong { head } => return Ok(head),
                frame => self.take(frame, socket, now).await?,
            }
        }
    }

    /// Changes what was just sent, and sends it again as it was first: a retry that comes late gets
    /// the first answer.
    async fn edit(&mut self, message: &Message, socket: &mut Socket) -> Result<(), Cut> {
        let Message { id, conversation, version, .. } = *message;
        let Some(made) = self.history.made.iter().rev().find(|made| made.id == id) else { return Ok(()) };
        let body = made.body.clone();
        self.history.edited.insert(id);
        let edit = ToServer::EditMessage { id, seen_version: version, body: EDITED.to_owned() };
        say(socket, &edit).await?;
        say(socket, &ToServer::SendMessage { id, conversation, body }).await
    }

    /// As somebody does who sees that what he wrote is still on its way: not without end.
    fn write(&mut self) {
        if self.outbox.len() >= WAITING_MAX {
            return;
        }
        let body = format!("{} writes number {}", self.viewer.name, self.history.made.len());
        let outgoing = Outgoing { id: MessageId::new(), conversation: self.thread.conversation, body };
        self.history.made.push(outgoing.clone());
        self.outbox.push_back(outgoing);
    }

    async fn take(&mut self, frame: ToClient, socket: &mut Socket, now: Phase) -> Result<(), Cut> {
        match frame {
            ToClient::Welcome { user, head, epoch, .. }
                if user != self.viewer.id || epoch != self.inbox.epoch || head < self.inbox.head =>
            {
                self.wrong("(10) a welcome to somebody else, or behind the cursor");
            }
            ToClient::Reset { epoch, head } => {
                let is_other = epoch != self.inbox.epoch || head < self.inbox.head;
                self.wrong(&format!("(18) the history is another one: {is_other}"));
                self.inbox = Inbox::at(epoch, head, 0, Totals::default());
                self.load().await?;
                return Err(Cut);
            }
            ToClient::Change(change) => {
                let is_read = self.apply(&change).await?;
                if is_read && now <= Phase::Sending {
                    // Every second person leaves the last message unread.
                    let left = i64::from(self.viewer.id.0.as_u128().is_multiple_of(2));
                    let (conversation, upto_seq) = (self.thread.conversation, self.thread.last_seq() - left);
                    say(socket, &ToServer::MarkRead { conversation, upto_seq }).await?;
                    // As a second device may that is behind: it changes nothing.
                    say(socket, &ToServer::MarkRead { conversation, upto_seq: upto_seq / 2 }).await?;
                    say(socket, &ToServer::Delivered { head: self.inbox.head }).await?;
                }
            }
            ToClient::Ack { id, message } => {
                if id != message.id {
                    self.wrong("(3) an answer names another message");
                }
                self.history.acks.push(message.clone());
                if now == Phase::Writing && self.history.acks.len().is_multiple_of(EDITS_EACH) {
                    self.edit(&message, socket).await?;
                }
                if self.outbox.front().is_some_and(|front| front.id == id) {
                    self.outbox.pop_front();
                    self.in_flight = None;
                }
                self.thread.put_sent(message);
            }
            ToClient::Refused { id: Some(id), error } => {
                self.in_flight = None;
                if self.history.acks.iter().any(|ack| ack.id == id) {
                    // With a clock that jumps, an edit may come too late; sending again never does.
                    if error.code != ErrorCode::Conflict || !error.message.contains("too late") {
                        self.wrong(&format!("(3) what was answered is refused: {error}"));
                    }
                } else if !error.code.may_pass() {
                    self.outbox.retain(|outgoing| outgoing.id != id);
                    self.history.refused.push((id, error));
                } else {
                    sleep(AGAIN_AFTER).await;
                }
            }
            ToClient::Refused { id: None, error } => self.wrong(&format!("refused without a name: {error}")),
            _ => {}
        }
        Ok(())
    }

    /// Applies a change as the browser does. True if it brought messages to read.
    async fn apply(&mut self, change: &Change) -> Result<bool, Cut> {
        let before = self.inbox.head;
        if change.to > before && self.inbox.apply(change) != Applied::Yes {
            self.wrong("(10) a change begins above the cursor");
            return Err(Cut);
        }
        if self.inbox.head < before {
            self.wrong("(10) the cursor fell");
        }
        let mut is_news = false;
        for news in &change.messages {
            if let Some(row) = change.summary(news.conversation) {
                self.thread.apply_bounds(row);
            }
            let applied = self.thread.apply(news);
            is_news |= applied == Applied::Yes;
            if applied == Applied::Behind || self.thread.is_stale() {
                if !news.is_reload {
                    self.wrong("(11) messages that do not follow what is held");
                }
                self.load().await?;
            }
        }
        for news in &change.conversations {
            let held = self.inbox.get(news.id()).cloned();
            if let Some(held) = held {
                self.watch_receipts(&held);
                if held.id == self.thread.conversation {
                    self.thread.apply_summary(&held);
                }
            }
        }
        Ok(is_news)
    }

    /// (12) Positions never fall, never exceed the last message, and a read time never changes.
    fn watch_receipts(&mut self, conversation: &Conversation) {
        let mut wrong = Vec::new();
        for person in &conversation.people {
            let key = (conversation.id, person.person.id);
            let now = (person.delivered_seq, person.read_seq, person.read_at);
            if now.0 > conversation.last_seq || now.1 > conversation.last_seq {
                wrong.push("(12) a position past the last message");
            }
            if let Some(before) = self.history.positions.insert(key, now) {
                if now.0 < before.0 || now.1 < before.1 {
                    wrong.push("(12) a receipt went back");
                }
                if now.1 == before.1 && now.2 != before.2 {
                    wrong.push("(12) a read time changed");
                }
            }
        }
        for what in wrong {
            self.wrong(what);
        }
    }

    /// The newest page of the conversation on screen, over HTTP.
    async fn load(&mut self) -> Result<(), Cut> {
        let url = format!("{}/api/conversations/{}/messages?limit=200", self.url, self.thread.conversation);
        let cookie = format!("stoa_session={}", self.session.as_str());
        let asked = reqwest::Client::new().get(url).header("cookie", cookie).send();
        let answer = timeout(SILENT_FOR, asked).await.map_err(|_| Cut)?.map_err(|_| Cut)?;
        let page: MessagePage = answer.json().await.map_err(|_| Cut)?;
        self.thread = Thread::from_page(page);
        Ok(())
    }

    fn wrong(&mut self, what: &str) {
        self.history.wrong.push(format!("{}: {what}", self.viewer.name));
    }

    pub fn head(&self) -> Head {
        self.inbox.head
    }

    /// What was written and never answered.
    pub fn unsent(&self) -> HashSet<MessageId> {
        self.outbox.iter().map(|outgoing| outgoing.id).collect()
    }
}

async fn say(socket: &mut Socket, frame: &ToServer) -> Result<(), Cut> {
    let text = serde_json::to_string(frame).expect("a frame");
    let sent = timeout(SILENT_FOR, socket.send(Frame::Text(text.into()))).await;
    sent.map_err(|_| Cut)?.map_err(|_| Cut)
}

async fn hear(socket: &mut Socket) -> Result<ToClient, Cut> {
    loop {
        match socket.next().await {
            Some(Ok(Frame::Text(text))) => return serde_json::from_str(&text).map_err(|_| Cut),
            Some(Ok(Frame::Ping(_) | Frame::Pong(_))) => {}
            _ => return Err(Cut),
        }
    }
}
