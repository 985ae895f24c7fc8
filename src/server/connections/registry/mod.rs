//! The registry of open sockets, by user. It fans updates and ephemeral events out to them (`fan_out`) and
//! knows who is online (`presence`). Its lock is held for a look-up only, never across an await.

mod fan_out;
mod presence;

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::sync::Notify;

use super::{remote_presence::RemotePresence, socket::Socket};
use crate::{
    server::{
        auth::{
            access::Credential,
            concurrency::{ConcurrencyLimit, Held},
        },
        config::CONNECTIONS_MAX,
    },
    shared::{ids::UserId, positions::SyncSeq, sync::wire::close, users::Viewer, values::time::Timestamp},
};

pub use presence::{PRESENCE_GRACE_MICROS, PresenceChanges};

/// Sockets of one user. A further one closes the oldest.
const SOCKETS_PER_USER_MAX: usize = 50;
/// Sockets of one user between their upgrade and `hello`.
const WAITING_PER_USER_MAX: usize = 10;
/// Sockets of all users. A further one is refused.
const SOCKETS_MAX: usize = CONNECTIONS_MAX as usize;

/// A socket that has not said `hello` yet, until it is dropped.
pub type Admission = Held<UserId>;

pub struct Registry {
    next_socket_id: AtomicU64,
    state: Mutex<State>,
    waiting: ConcurrencyLimit<UserId>,
    /// Wakes the presence task: a user has come online.
    pub came_online: Notify,
    /// The last socket was closed.
    all_closed: Notify,
}

#[derive(Default)]
struct State {
    by_user: HashMap<UserId, Vec<Arc<Socket>>>,
    count: usize,
    /// The server stops: sockets are closed with this code.
    close_code: Option<u16>,
    /// Users with a socket that shows their presence.
    present: HashSet<UserId>,
    /// The sockets of operators, which are in `by_user` as well.
    operators: Vec<Arc<Socket>>,
    /// Users in their presence grace period: when their last socket closed.
    leaving: HashMap<UserId, Timestamp>,
    /// Users who came online and whose contacts have not been notified yet.
    came: HashSet<UserId>,
    /// Counts the changes of presence on this node, see [`RemotePresence`].
    revision: u64,
    remote: RemotePresence,
    /// Users whose node stopped or failed, and when that was noticed. They have the same grace period.
    lost: HashMap<UserId, Timestamp>,
}

impl Default for Registry {
    fn default() -> Self {
        Self {
            next_socket_id: AtomicU64::default(),
            state: Mutex::default(),
            waiting: ConcurrencyLimit::new(WAITING_PER_USER_MAX),
            came_online: Notify::default(),
            all_closed: Notify::default(),
        }
    }
}

impl Registry {
    /// Registers a new socket of the viewer, whose client has everything up to `cursor`.
    pub fn add(&self, viewer: &Viewer, credential: Credential, cursor: SyncSeq) -> Arc<Socket> {
        let user = viewer.id;
        let id = self.next_socket_id.fetch_add(1, Ordering::Relaxed);
        let socket = Arc::new(Socket::new(id, viewer, credential, cursor));
        let mut state = self.state();
        if let Some(code) = state.close_code {
            socket.close(code);
        }
        if socket.shows_presence() && state.present.insert(user) && state.leaving.remove(&user).is_none() {
            state.came.insert(user);
            self.came_online.notify_one();
        }
        state.count += 1;
        if socket.is_operator() {
            state.operators.push(socket.clone());
        }
        let sockets = state.by_user.entry(user).or_default();
        sockets.push(socket.clone());
        if sockets.len() > SOCKETS_PER_USER_MAX {
            sockets.remove(0).close(close::TOO_MANY);
            state.count -= 1;
        }
        socket
    }

    /// Removes a closed socket. With the user's last one that shows their presence, the presence grace period
    /// begins.
    pub fn remove(&self, socket: &Arc<Socket>, now: Timestamp) {
        let mut state = self.state();
        if socket.is_operator() {
            state.operators.retain(|other| other.id != socket.id);
        }
        let (mut removed, mut is_present) = (0, false);
        if let Some(sockets) = state.by_user.get_mut(&socket.user) {
            let before = sockets.len();
            sockets.retain(|other| other.id != socket.id);
            removed = before - sockets.len();
            is_present = sockets.iter().any(|other| other.shows_presence());
            if sockets.is_empty() {
                state.by_user.remove(&socket.user);
                if state.by_user.is_empty() {
                    self.all_closed.notify_waiters();
                }
            }
        }
        state.count -= removed;
        if !is_present && state.present.remove(&socket.user) {
            state.leaving.insert(socket.user, now);
        }
    }

    /// The number of open sockets, and of users who are online on this node.
    pub fn count(&self) -> (usize, usize) {
        let state = self.state();
        (state.count, state.present.len() + state.leaving.len())
    }

    /// Admits a socket that has not said `hello` yet. It counts until it is registered or ends. None if the
    /// node has as many sockets as it may, or this user as many that wait.
    pub fn admit(&self, user: UserId) -> Option<Admission> {
        let open = self.state().count;
        self.waiting.take_within(user, SOCKETS_MAX.saturating_sub(open))
    }

    pub fn all(&self) -> Vec<Arc<Socket>> {
        self.state().by_user.values().flatten().cloned().collect()
    }

    /// Waits until no socket is open.
    pub async fn all_closed(&self) {
        loop {
            let all_closed = self.all_closed.notified();
            if self.state().by_user.is_empty() {
                return;
            }
            all_closed.await;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn sockets_of<'a>(
        &self,
        users: impl IntoIterator<Item = &'a UserId>,
    ) -> impl Iterator<Item = &Arc<Socket>> {
        users.into_iter().filter_map(|user| self.by_user.get(user)).flatten()
    }
}
