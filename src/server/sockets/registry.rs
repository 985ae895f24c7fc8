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

use super::{hints::Hints, passing::Passing};
use crate::{
    server::store::{news::News, sessions::TokenHash},
    shared::{
        changes::Head,
        ids::{ConversationId, UserId},
        presence::Presence,
        time::{SECOND, Timestamp},
        users::{Rank, Viewer},
        wire::close,
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
    /// Hears of the desk.
    is_operator: bool,
    pub hints: Hints,
    /// It is to be closed, and why.
    end: Notify,
    code: OnceLock<u16>,
    /// The cursor up to which news has been put on the wire.
    pub cursor: AtomicI64,
    pub passing: Passing,
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
}

/// Who has come and gone since the last time that was asked.
pub struct Moved {
    pub came: HashSet<UserId>,
    /// With the time when the last socket ended.
    pub gone: Vec<(UserId, Timestamp)>,
}

impl Registry {
    pub fn add(&self, viewer: &Viewer, session: TokenHash, cursor: Head) -> Arc<Socket> {
        let user = viewer.id;
        let socket = Arc::new(Socket {
            number: self.numbers.fetch_add(1, Ordering::Relaxed),
            user,
            session,
            is_operator: viewer.rank != Rank::Member,
            hints: Hints::default(),
            end: Notify::new(),
            code: OnceLock::new(),
            cursor: AtomicI64::new(cursor),
            passing: Passing::default(),
        });
        let mut open = self.open();
        if open.leaving.remove(&user).is_none() && !open.by_user.contains_key(&user) {
            open.came.insert(user);
            self.came.notify_one();
        }
        open.count += 1;
        if socket.is_operator {
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

    pub fn is_full(&self) -> bool {
        self.open().count >= ALL_MAX
    }

    pub fn remove(&self, socket: &Arc<Socket>, now: Timestamp) {
        let mut open = self.open();
        if socket.is_operator {
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
    pub fn tell_news(&self, news: &News) {
        let open = self.open();
        for socket in open.of(&news.raised) {
            socket.hints.look();
        }
        for append in &news.appended {
            for socket in open.of(append.told.iter().map(|told| &told.user)) {
                socket.hints.push(append);
            }
        }
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
        Moved { came: std::mem::take(&mut open.came), gone }
    }

    /// Everybody who is online, those in their grace too.
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
        let is_online = self.by_user.contains_key(&user) || self.leaving.contains_key(&user);
        Presence { user, is_online, last_seen: last_seen.filter(|_| !is_online) }
    }
}
