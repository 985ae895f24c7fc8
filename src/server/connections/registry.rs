//! Which sockets are open and whose they are, and so who is online. Locks are held for a look-up
//! only, never across an await.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

use tokio::sync::Notify;

use super::{ephemeral::EphemeralQueue, remote_presence::RemotePresence, send_queue::SendQueue};
use crate::shared::positions::SyncSeq;
use crate::shared::users::rank::Rank;
use crate::{
    server::{
        bus::{BusMessage, NodeId},
        faults,
        store::{sync::updates::Updates, users::sessions::TokenHash},
    },
    shared::{
        ids::{ConversationId, UserId},
        sync::wire::close,
        users::{Viewer, presence::Presence},
        values::time::{SECOND, Timestamp},
    },
};

/// Somebody whose last socket is gone counts as online for this long: a reload does not blink.
pub const GRACE: i64 = 5 * SECOND;
/// Sockets of one user; the oldest is closed when there are more.
const SOCKETS_MAX: usize = 50;

/// Sockets of everybody; who comes then is told to try again. Below the usual limit of open files.
const ALL_MAX: usize = 16_000;

/// One open socket, as others reach it.
pub struct Socket {
    number: u64,
    pub user: UserId,
    pub session: TokenHash,
    /// As it was when the socket was opened; who is no member hears of the desk.
    pub rank: Rank,
    pub hints: SendQueue,
    /// It is to be closed, and why.
    end: Notify,
    code: OnceLock<u16>,
    /// The cursor up to which news has been put on the wire.
    pub cursor: AtomicI64,
    pub passing: EphemeralQueue,
}

impl Socket {
    /// Has it closed with this code; the first one counts.
    pub fn close(&self, code: u16) {
        let _ = self.code.set(code);
        self.end.notify_one();
    }

    /// Waits until it is to be closed.
    pub async fn ended(&self) -> u16 {
        self.end.notified().await;
        self.code.get().copied().unwrap_or(close::GOING_AWAY)
    }
}

#[derive(Default)]
pub struct Registry {
    numbers: AtomicU64,
    open: Mutex<Open>,
    /// Somebody came.
    pub came: Notify,
    /// The last socket is gone.
    emptied: Notify,
}

#[derive(Default)]
struct Open {
    by_user: HashMap<UserId, Vec<Arc<Socket>>>,
    count: usize,
    /// Those of operators.
    operators: Vec<Arc<Socket>>,
    /// Whose last socket is gone, and since when; dropped when the grace is over.
    leaving: HashMap<UserId, Timestamp>,
    /// Who has come and was not online before; nobody has been told yet.
    came: HashSet<UserId>,
    /// Counts the times that somebody came or went.
    number: u64,
    elsewhere: RemotePresence,
    /// Whose node is gone, and since when that is known; they have the same grace.
    lost: HashMap<UserId, Timestamp>,
}

/// Who has come and gone since the last time that was asked.
pub struct Moved {
    /// The number of this time, where anybody moved.
    pub number: Option<u64>,
    pub came: Vec<UserId>,
    /// With the time when the last socket ended.
    pub gone: Vec<(UserId, Timestamp)>,
    /// Whose node is gone, and who has not come back.
    pub lost: Vec<(UserId, Timestamp)>,
}

impl Registry {
    pub fn add(&self, viewer: &Viewer, session: TokenHash, cursor: SyncSeq) -> Arc<Socket> {
        let user = viewer.id;
        let socket = Arc::new(Socket {
            number: self.numbers.fetch_add(1, Ordering::Relaxed),
            user,
            session,
            rank: viewer.rank,
            hints: SendQueue::default(),
            end: Notify::new(),
            code: OnceLock::new(),
            cursor: AtomicI64::new(cursor),
            passing: EphemeralQueue::default(),
        });
        let mut open = self.open();
        if open.leaving.remove(&user).is_none() && !open.by_user.contains_key(&user) {
            open.came.insert(user);
            self.came.notify_one();
        }
        open.count += 1;
        if socket.rank != Rank::Member {
            open.operators.push(socket.clone());
        }
        let sockets = open.by_user.entry(user).or_default();
        sockets.push(socket.clone());
        if sockets.len() > SOCKETS_MAX {
            sockets.remove(0).close(close::TOO_MANY);
            open.count -= 1;
        }
        socket
    }

    /// Open sockets, and people who are online.
    pub fn count(&self) -> (usize, usize) {
        let open = self.open();
        (open.count, open.by_user.len() + open.leaving.len())
    }

    pub fn is_full(&self) -> bool {
        self.open().count >= ALL_MAX
    }

    pub fn remove(&self, socket: &Arc<Socket>, now: Timestamp) {
        let mut open = self.open();
        if socket.rank != Rank::Member {
            open.operators.retain(|other| other.number != socket.number);
        }
        let Some(sockets) = open.by_user.get_mut(&socket.user) else { return };
        let before = sockets.len();
        sockets.retain(|other| other.number != socket.number);
        let (is_last, removed) = (sockets.is_empty(), before - sockets.len());
        open.count -= removed;
        if is_last {
            open.by_user.remove(&socket.user);
            open.leaving.insert(socket.user, now);
            if open.by_user.is_empty() {
                self.emptied.notify_waiters();
            }
        }
    }

    /// Hands what a commit has to the sockets of those whom it concerns.
    pub fn tell_news(&self, news: &Updates) {
        let open = self.open();
        for socket in open.of(&news.raised) {
            socket.hints.look();
        }
        for step in &news.steps {
            for socket in open.of(step.users()) {
                socket.hints.push(step);
                faults::die("die_in_fan_out");
            }
        }
    }

    /// Has the sockets of these users look what is new.
    pub fn look(&self, users: &[UserId]) {
        self.open().of(users).for_each(|socket| socket.hints.look());
    }

    /// Says to operators that there may be something new at the desk.
    pub fn tell_desk(&self) {
        self.open().operators.iter().for_each(|socket| socket.passing.desk());
    }

    /// Says to these users that another is typing, or no longer.
    pub fn tell_typing(&self, users: &[UserId], conversation: ConversationId, by: UserId, is_typing: bool) {
        let open = self.open();
        for socket in open.of(users) {
            socket.passing.typing(conversation, by, is_typing);
        }
    }

    /// Says to these users whether another is online. The state is taken under the same lock under
    /// which it changes, so that what is said last is what holds.
    pub fn tell_presence(&self, users: &[UserId], about: UserId, last_seen: Option<Timestamp>) {
        let open = self.open();
        let presence = open.presence(about, last_seen);
        for socket in open.of(users) {
            socket.passing.presence(presence);
        }
    }

    /// Says to one socket whether somebody is online.
    pub fn show_presence(&self, socket: &Socket, about: UserId, last_seen: Option<Timestamp>) {
        let open = self.open();
        socket.passing.presence(open.presence(about, last_seen));
    }

    pub fn presence(&self, user: UserId, last_seen: Option<Timestamp>) -> Presence {
        self.open().presence(user, last_seen)
    }

    /// Who has come, and for whom the grace is over. A clock that was set back ends it as well.
    pub fn moved(&self, now: Timestamp) -> Moved {
        let mut open = self.open();
        let is_over = |at: &Timestamp| (now.0 - at.0).abs() >= GRACE;
        let gone: Vec<_> = open.leaving.extract_if(|_, at| is_over(at)).collect();
        let lost: Vec<_> = open.lost.extract_if(|_, at| is_over(at)).collect();
        let came: Vec<_> = open.came.drain().collect();
        let number = (!came.is_empty() || !gone.is_empty()).then(|| {
            open.number += 1;
            open.number
        });
        let lost = lost.into_iter().filter(|(user, _)| !open.is_online(user)).collect();
        Moved { number, came, gone, lost }
    }

    /// The number of the last time that somebody came or went.
    pub fn number(&self) -> u64 {
        self.open().number
    }

    /// Everybody who is here, for other nodes.
    pub fn here(&self) -> BusMessage {
        let open = self.open();
        let users = open.by_user.keys().chain(open.leaving.keys()).copied().collect();
        BusMessage::Here { number: open.number, users }
    }

    /// Which of these people are on other nodes, as far as is known.
    pub fn elsewhere<'a>(&self, users: impl IntoIterator<Item = &'a UserId>) -> Vec<UserId> {
        let open = self.open();
        let found: HashSet<_> = users.into_iter().filter(|user| open.elsewhere.has(user)).copied().collect();
        found.into_iter().collect()
    }

    /// Another node has said something.
    pub fn heard(&self, node: NodeId) {
        self.open().elsewhere.heard(node);
    }

    /// This node has heard itself, and so would have heard the others.
    pub fn heard_myself(&self, now: Timestamp) {
        let mut open = self.open();
        let lost = open.elsewhere.heard_myself();
        open.lose(lost, now);
    }

    /// Whether what is known of another node's people is the latest.
    pub fn is_up_to(&self, node: NodeId, number: u64) -> bool {
        self.open().elsewhere.is_up_to(node, number)
    }

    /// Who came to another node and went from it; whether that follows on what is known.
    pub fn moved_elsewhere(
        &self,
        node: NodeId,
        number: u64,
        came: &[UserId],
        gone: &[(UserId, Timestamp)],
    ) -> bool {
        self.open().elsewhere.moved(node, number, came, gone)
    }

    /// Everybody who is on another node. Answers who had not been known to be there; who is no longer
    /// there has the grace.
    pub fn here_elsewhere(
        &self,
        node: NodeId,
        number: u64,
        users: Vec<UserId>,
        now: Timestamp,
    ) -> Vec<UserId> {
        let mut open = self.open();
        let (came, gone) = open.elsewhere.here(node, number, users);
        open.lose(gone, now);
        came
    }

    /// Another node stops; its people have the grace to come back.
    pub fn stopped_elsewhere(&self, node: NodeId, now: Timestamp) {
        let mut open = self.open();
        let lost = open.elsewhere.forget(node);
        open.lose(lost, now);
    }

    /// Everybody who is online here, those in their grace too.
    pub fn online(&self) -> Vec<UserId> {
        let open = self.open();
        open.by_user.keys().chain(open.leaving.keys()).copied().collect()
    }

    pub fn all(&self) -> Vec<Arc<Socket>> {
        self.open().by_user.values().flatten().cloned().collect()
    }

    /// Waits until no socket is open.
    pub async fn emptied(&self) {
        loop {
            let emptied = self.emptied.notified();
            if self.open().by_user.is_empty() {
                return;
            }
            emptied.await;
        }
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    fn of<'a>(&self, users: impl IntoIterator<Item = &'a UserId>) -> impl Iterator<Item = &Arc<Socket>> {
        users.into_iter().filter_map(|user| self.by_user.get(user)).flatten()
    }

    fn presence(&self, user: UserId, last_seen: Option<Timestamp>) -> Presence {
        let is_online = self.is_online(&user);
        Presence { user, is_online, last_seen: last_seen.filter(|_| !is_online) }
    }

    fn is_online(&self, user: &UserId) -> bool {
        self.by_user.contains_key(user)
            || self.leaving.contains_key(user)
            || self.elsewhere.has(user)
            || self.lost.contains_key(user)
    }

    fn lose(&mut self, users: Vec<UserId>, now: Timestamp) {
        self.lost.extend(users.into_iter().map(|user| (user, now)));
    }
}
