//! A client that lives through anything, as the browser does: it keeps what it sends until the
//! answer comes, connects again whenever the connection is gone, and goes on from its cursor. It
//! writes down what it saw, for the checker.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use futures::{SinkExt, StreamExt};
use stoa::shared::notifications::totals::UnreadTotals;
use stoa::shared::{
    positions::{Seq, SyncSeq},
    sync::pages::{ConversationPage, MessagePage},
};
use stoa::{
    server::{
        auth::session_tokens::Token,
        domain::{conversations, messages},
    },
    shared::{
        conversations::Conversation,
        errors::{ApiError, ErrorCode},
        ids::{ConversationId, MessageId, UserId},
        messages::{Message, Range},
        sync::{
            changes::{ApplyOutcome, Change, OpenThread, ThreadUpdate},
            deltas::MessageDelta,
            inbox::Inbox,
            thread::{Thread, cache::CachedThread},
            wire::{PROTOCOL, PROTOCOL_MIN, ToClient, ToServer},
        },
        users::Viewer,
        values::time::Timestamp,
    },
};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval, sleep, timeout};
use tokio_tungstenite::tungstenite::Message as Frame;

use crate::{
    client::{Socket, connect_to},
    crowd::{Phase, Together},
    frame_luck::FrameLuck,
    frame_schema,
    place::Place,
};

/// Each so manieth answer is of a message that is then edited and sent again.
const EDITS_EACH: usize = 10;
pub const EDITED: &str = "on second thoughts";
/// Messages that wait for their answer.
const WAITING_MAX: usize = 10;
const AGAIN_AFTER: Duration = Duration::from_millis(30);
/// Between the two looks of who rests: longer than delivery reports wait for their transaction.
const LOOKED_AGAIN_AFTER: Duration = Duration::from_millis(500);

/// How a client behaves.
#[derive(Clone, Copy)]
pub struct Manner {
    /// A server that says nothing for so long, not even to a ping, is gone.
    pub patience: Duration,
    /// Receipts are reported so often at most.
    pub receipts_every: Duration,
    /// Frames get lost, doubled and out of order between socket and state: by this seed, one in so many.
    pub frame_luck: Option<(u64, usize)>,
    /// The tab is loaded anew every so many changes, and begins from what it kept.
    pub reloads_each: Option<usize>,
    /// A fault of its own (`faults.rs`).
    pub fault: Fault,
}

/// Faults of a client, which the checker has to find.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    None,
    /// Sends what waits in the outbox without waiting for answers.
    PipelinedOutbox,
    /// Keeps its cursor first, and the rows that go with it not.
    CursorBeforeRows,
}

impl Default for Manner {
    fn default() -> Self {
        Self {
            patience: Duration::from_secs(2),
            receipts_every: Duration::ZERO,
            frame_luck: None,
            reloads_each: None,
            fault: Fault::None,
        }
    }
}

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
    /// Why the last connection ended.
    pub cut: &'static str,
    /// In both directions.
    pub frames: usize,
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
    /// What was sent on this connection and is not answered, and since when.
    in_flight: Option<(MessageId, Instant)>,
    /// Of the outbox, what was sent on this connection without an answer; one at most, but for a fault.
    sent: usize,
    receipted_at: Option<Instant>,
    is_welcome: bool,
    luck: FrameLuck,
    kept: Option<Kept>,
    changes: usize,
    manner: Manner,
    /// One half of the clients is of the oldest version of the protocol.
    protocol: u32,
    pub history: History,
}

/// What a tab finds when it is loaded anew.
struct Kept {
    page: ConversationPage,
    thread: CachedThread,
}

/// The connection is gone, or useless, and why.
struct Cut(&'static str);

const SILENT: Cut = Cut("the server is silent");

impl Live {
    /// A device with the state of a page that was rendered now, and one conversation on screen.
    pub async fn new(place: &Place, viewer: &Viewer, conversation: ConversationId, url: &str) -> Self {
        let list = conversations::list(&place.context, viewer, None, false, None).await.unwrap();
        let is_old = viewer.id.0.as_u128() & 2 == 0;
        let page = messages::page(&place.context, viewer, conversation, Range::Newest, None).await.unwrap();
        Self {
            viewer: viewer.clone(),
            session: place.session(viewer).await,
            url: url.to_owned(),
            inbox: Inbox::from_page(list),
            thread: Thread::from_page(page),
            outbox: VecDeque::new(),
            in_flight: None,
            sent: 0,
            receipted_at: None,
            is_welcome: false,
            luck: FrameLuck::default(),
            kept: None,
            changes: 0,
            manner: Manner::default(),
            protocol: if is_old { PROTOCOL_MIN } else { PROTOCOL },
            history: History::default(),
        }
    }

    /// The same, behaving otherwise.
    pub fn with(mut self, manner: Manner) -> Self {
        if let Some((seed, one_in)) = manner.frame_luck {
            // Of each client its own.
            self.luck = FrameLuck::of(seed ^ self.viewer.id.0.as_u128() as u64, one_in);
        }
        self.manner = manner;
        self
    }

    /// Writes a message each `pace`, and comes to rest with the others.
    pub async fn run(mut self, pace: Duration, together: Together) -> Self {
        let mut writing = interval(pace);
        writing.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut over = together.phase.clone();
        let life = async {
            let mut done = Phase::Writing;
            loop {
                // A connection that was cut ends what its luck had to do with it.
                self.luck.begin();
                if let Err(Cut(why)) = self.connect(&mut writing, &together, &mut done).await {
                    self.history.cut = why;
                }
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
        let patience = self.manner.patience;
        let opening = timeout(patience, connect_to(&self.url, Some(&self.session), &self.url));
        let mut socket =
            opening.await.map_err(|_| Cut("not opened in time"))?.map_err(|_| Cut("not opened"))?;
        self.history.connections += 1;
        (self.in_flight, self.sent) = (None, 0);
        let (epoch, head) = (self.inbox.epoch.clone(), self.inbox.head);
        self.say(&mut socket, &ToServer::Hello { epoch, head, protocol: self.protocol }).await?;
        let open = OpenThread { conversation: self.thread.conversation, version: self.thread.version };
        self.say(&mut socket, &ToServer::JoinConversation(open)).await?;
        let mut phase = together.phase.clone();
        loop {
            if std::mem::take(&mut self.is_welcome) {
                together.is_welcome();
            }
            let now = together.now();
            if now > Phase::Writing {
                self.luck.end();
            }
            self.send_next(&mut socket).await?;
            if now == Phase::Writing {
                tokio::select! {
                    heard = timeout(patience, hear(&mut socket)) => {
                        self.receive(heard.map_err(|_| SILENT)??, &mut socket, now).await?;
                    }
                    _ = writing.tick() => self.write(),
                    _ = phase.changed() => {}
                }
                continue;
            }
            if !self.outbox.is_empty() {
                // Its answer comes by itself; to ask meanwhile would only keep the server from it.
                let heard = timeout(patience, hear(&mut socket)).await.map_err(|_| SILENT)??;
                self.receive(heard, &mut socket, now).await?;
                continue;
            }
            let before = self.inbox.head;
            let head = self.ask(&mut socket, now).await?;
            if self.luck.is_spoiled && head > self.inbox.head {
                // What was lost does not come by itself: it is asked for, from the cursor.
                return Err(Cut("a frame was lost"));
            }
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
            let pause = AGAIN_AFTER.max(together.pause());
            sleep(if now == Phase::Resting { LOOKED_AGAIN_AFTER.max(5 * pause) } else { pause }).await;
        }
    }

    async fn send_next(&mut self, socket: &mut Socket) -> Result<(), Cut> {
        if self.in_flight.is_some_and(|(_, since)| since.elapsed() > self.manner.patience) {
            return Err(Cut("no answer to a message"));
        }
        let at_once = if self.manner.fault == Fault::PipelinedOutbox { usize::MAX } else { 1 };
        while self.sent < at_once
            && let Some(next) = self.outbox.get(self.sent).cloned()
        {
            self.in_flight = Some((next.id, Instant::now()));
            self.sent += 1;
            let Outgoing { id, conversation, body } = next;
            self.say(socket, &ToServer::SendMessage { id, conversation, body, attached: Default::default() })
                .await?;
        }
        Ok(())
    }

    async fn say(&mut self, socket: &mut Socket, frame: &ToServer) -> Result<(), Cut> {
        // These make the connection what it is.
        let is_opening = matches!(frame, ToServer::Hello { .. } | ToServer::JoinConversation(_));
        let times = if is_opening { 1 } else { self.luck.send() };
        for _ in 0..times {
            self.history.frames += 1;
            say(socket, frame, self.manner.patience).await?;
        }
        Ok(())
    }

    /// One that comes by way of its luck.
    async fn receive(&mut self, frame: ToClient, socket: &mut Socket, now: Phase) -> Result<(), Cut> {
        self.history.frames += 1;
        for frame in self.luck.receive(frame) {
            self.take(frame, socket, now).await?;
        }
        Ok(())
    }

    /// Asks for the server's head, and takes what comes until the answer.
    async fn ask(&mut self, socket: &mut Socket, now: Phase) -> Result<SyncSeq, Cut> {
        if now == Phase::Resting {
            // Changes nothing, and is carried out after all that waits to be written, the delivery reports of
            // connections that are gone included: no answer tells when those are stored.
            let conversation = self.thread.conversation;
            self.say(socket, &ToServer::MarkRead { conversation, upto_seq: 0 }).await?;
        }
        self.say(socket, &ToServer::Ping).await?;
        loop {
            match timeout(self.manner.patience, hear(socket)).await.map_err(|_| SILENT)?? {
                ToClient::Pong { head } => return Ok(head),
                frame => self.receive(frame, socket, now).await?,
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
        self.say(socket, &edit).await?;
        self.say(socket, &ToServer::SendMessage { id, conversation, body, attached: Default::default() })
            .await
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
            ToClient::Welcome { .. } => self.is_welcome = true,
            ToClient::Reset { epoch, head } => {
                let is_other = epoch != self.inbox.epoch || head < self.inbox.head;
                self.wrong(&format!("(18) the history is another one: {is_other}"));
                self.inbox = Inbox::empty_at(epoch, head, 0, UnreadTotals::default());
                self.load().await?;
                return Err(Cut("another history"));
            }
            ToClient::Change(change) => self.take_change(change, socket, now).await?,
            ToClient::Message(delta) => {
                let change = self.change_by_message(*delta);
                self.take_delta(change, socket, now).await?;
            }
            ToClient::Receipt(delta) => {
                let change = self.inbox.change_by_receipt(&delta, self.viewer.id);
                self.take_delta(change, socket, now).await?;
            }
            ToClient::Stored(stored) => {
                // One that came twice is no longer held.
                let made = self.history.made.iter().find(|made| made.id == stored.id).cloned();
                let Some(Outgoing { conversation, body, .. }) = made else {
                    self.wrong("(3) an answer to what was not sent");
                    return Ok(());
                };
                let delta = stored.with_body(conversation, self.viewer.id, body);
                let message = delta.message.clone();
                let change = self.change_by_message(delta);
                let taken = self.take_delta(change, socket, now).await;
                // An answer holds also if what came before it is missing.
                self.take_ack(message, socket, now).await?;
                taken?;
            }
            ToClient::Ack { id, message } => {
                if id != message.id {
                    self.wrong("(3) an answer names another message");
                }
                self.take_ack(message, socket, now).await?;
            }
            ToClient::Refused { id: Some(id), error, .. } => {
                let id = id.parse().expect("the id of a message");
                if self.in_flight.take().is_some() {
                    self.sent -= 1;
                }
                if self.history.acks.iter().any(|ack| ack.id == id) {
                    // With a clock that jumps, an edit may come too late; sending again never does.
                    let is_late = error.code == ErrorCode::Conflict && error.message.contains("too late");
                    // A full disk takes no edit either, and a retry not before there is space again.
                    if !is_late && !error.code.is_retryable() {
                        self.wrong(&format!("(3) what was answered is refused: {error}"));
                    }
                } else if !error.code.is_retryable() {
                    self.outbox.retain(|outgoing| outgoing.id != id);
                    self.history.refused.push((id, error));
                } else {
                    sleep(AGAIN_AFTER).await;
                }
            }
            // A receipt that can't be stored just now.
            ToClient::Refused { id: None, error, .. } if error.code.is_retryable() => {}
            ToClient::Refused { id: None, error, .. } => {
                self.wrong(&format!("refused without a name: {error}"))
            }
            _ => {}
        }
        Ok(())
    }

    async fn take_change(&mut self, change: Change, socket: &mut Socket, now: Phase) -> Result<(), Cut> {
        let is_read = self.apply(&change).await?;
        let is_due = self.receipted_at.is_none_or(|at| at.elapsed() >= self.manner.receipts_every);
        if is_read && is_due && now <= Phase::Sending {
            self.receipted_at = Some(Instant::now());
            // Every second person leaves the last message unread.
            let left = i64::from(self.viewer.id.0.as_u128().is_multiple_of(2));
            let (conversation, upto_seq) = (self.thread.conversation, self.thread.last_seq() - left);
            self.say(socket, &ToServer::MarkRead { conversation, upto_seq }).await?;
            // As a second device may that is behind: it changes nothing.
            self.say(socket, &ToServer::MarkRead { conversation, upto_seq: upto_seq / 2 }).await?;
            self.say(socket, &ToServer::Delivered { head: self.inbox.head }).await?;
        }
        Ok(())
    }

    fn change_by_message(&self, delta: MessageDelta) -> Option<Change> {
        let is_held = delta.message.conversation == self.thread.conversation;
        self.inbox.change_by_message(delta, self.viewer.id, is_held.then_some(self.thread.version))
    }

    /// A delta that could be made a change of, or none.
    async fn take_delta(
        &mut self,
        change: Option<Change>,
        socket: &mut Socket,
        now: Phase,
    ) -> Result<(), Cut> {
        match change {
            Some(change) => self.take_change(change, socket, now).await,
            // Of a conversation whose first message this is, or whose page is newer than the cursor. The next connection
            // brings it, as a poll would.
            None => Err(Cut("a delta of what is not held")),
        }
    }

    async fn take_ack(&mut self, message: Message, socket: &mut Socket, now: Phase) -> Result<(), Cut> {
        let id = message.id;
        self.history.acks.push(message.clone());
        if now == Phase::Writing && self.history.acks.len().is_multiple_of(EDITS_EACH) {
            self.edit(&message, socket).await?;
        }
        if self.take_from_outbox(id) {
            self.in_flight = None;
        }
        self.thread.put_sent(message);
        Ok(())
    }

    /// Applies a change as the browser does. True if it brought messages to read.
    async fn apply(&mut self, change: &Change) -> Result<bool, Cut> {
        let before = self.inbox.head;
        if change.to > before && self.inbox.apply(change) != ApplyOutcome::Applied {
            if !self.luck.is_spoiled {
                self.wrong("(10) a change begins above the cursor");
            }
            return Err(Cut("a change begins above the cursor"));
        }
        if self.inbox.head < before {
            self.wrong("(10) the cursor fell");
        }
        let mut is_news = false;
        for news in &change.messages {
            if let Some(row) = change.summary(news.conversation) {
                self.thread.apply_bounds(row);
            }
            let (was_stale, version, last_seq) =
                (self.thread.is_stale(), self.thread.version, self.thread.last_seq());
            let applied = self.thread.apply(news);
            is_news |= applied == ApplyOutcome::Applied;
            if applied == ApplyOutcome::Behind || self.thread.is_stale() {
                if !news.is_reload && !was_stale && !self.luck.is_spoiled {
                    let ThreadUpdate { base, version: to, .. } = news;
                    self.wrong(&format!(
                        "(11) messages from {base} to {to} do not follow what is held: version {version}, up to {last_seq}"
                    ));
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
        self.changes += 1;
        self.keep();
        if self.manner.reloads_each.is_some_and(|each| self.changes.is_multiple_of(each)) {
            self.reload();
            return Err(Cut("loaded anew"));
        }
        Ok(is_news)
    }

    /// Keeps cursor and rows for the next time that the tab is loaded, together.
    fn keep(&mut self) {
        if self.manner.reloads_each.is_none() {
            return;
        }
        let (Some(mut page), Some(thread)) = (self.inbox.to_page(), self.thread.to_cache()) else { return };
        if self.manner.fault == Fault::CursorBeforeRows
            && let Some(before) = self.kept.take()
        {
            // The tab is gone before the rows are kept.
            page.conversations = before.page.conversations;
            self.kept = Some(Kept { page, thread: before.thread });
            return;
        }
        self.kept = Some(Kept { page, thread });
    }

    fn reload(&mut self) {
        let Some(Kept { page, thread }) = self.kept.take() else { return };
        let mut inbox = Inbox::empty_at(page.epoch.clone(), page.head, page.unread, page.totals.clone());
        inbox.restore(page);
        let Some(row) = inbox.get(self.thread.conversation) else { return };
        self.thread = Thread::from_cache(thread, row);
        self.inbox = inbox;
    }

    /// True if it was what is waited for.
    fn take_from_outbox(&mut self, id: MessageId) -> bool {
        let waiting = self.outbox.iter().position(|outgoing| outgoing.id == id);
        // Without a fault only the first has been sent.
        let Some(place) = waiting.filter(|place| *place < self.sent) else { return false };
        self.outbox.remove(place);
        self.sent -= 1;
        self.sent == 0
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
        // Its body too: a network that falls silent does so anywhere.
        let asked = async {
            let answer = reqwest::Client::new().get(url).header("cookie", cookie).send().await?;
            answer.json::<MessagePage>().await
        };
        let page = timeout(self.manner.patience, asked).await.map_err(|_| Cut("no page in time"))?;
        self.thread = Thread::from_page(page.map_err(|_| Cut("no page"))?);
        Ok(())
    }

    fn wrong(&mut self, what: &str) {
        self.history.wrong.push(format!("{}: {what}", self.viewer.name));
    }

    /// Frames that were lost, doubled or late on their way into this client.
    #[cfg(feature = "chaos")]
    pub fn odd_frames(&self) -> usize {
        self.luck.count
    }

    pub fn head(&self) -> SyncSeq {
        self.inbox.head
    }

    /// What was written and never answered.
    pub fn unsent(&self) -> HashSet<MessageId> {
        self.outbox.iter().map(|outgoing| outgoing.id).collect()
    }
}

async fn say(socket: &mut Socket, frame: &ToServer, patience: Duration) -> Result<(), Cut> {
    let text = serde_json::to_string(frame).expect("a frame");
    let sent = timeout(patience, socket.send(Frame::Text(text.into()))).await;
    sent.map_err(|_| Cut("can't be written in time"))?.map_err(|_| Cut("can't be written"))
}

/// Many clients hear many frames: each so manieth is held against the schema.
const CHECKED_EACH: usize = 20;
static CHECKED: AtomicUsize = AtomicUsize::new(0);

async fn hear(socket: &mut Socket) -> Result<ToClient, Cut> {
    loop {
        match socket.next().await {
            Some(Ok(Frame::Text(text))) => {
                if CHECKED.fetch_add(1, Ordering::Relaxed).is_multiple_of(CHECKED_EACH) {
                    frame_schema::check(&text);
                }
                return serde_json::from_str(&text).map_err(|_| Cut("a frame that can't be read"));
            }
            Some(Ok(Frame::Ping(_) | Frame::Pong(_))) => {}
            _ => return Err(Cut("closed")),
        }
    }
}
