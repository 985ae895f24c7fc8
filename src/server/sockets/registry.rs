//! Which sockets are open, whose they are, and what is on their screens. Locks are held for a
//! look-up only, never across an await.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

use tokio::sync::{Notify, mpsc};

use crate::{
    server::store::sessions::TokenHash,
    shared::{
        changes::Head,
        ids::{ConversationId, UserId},
        wire::ToClient,
    },
};

/// One open socket, as others reach it.
pub struct Socket {
    number: u64,
    pub user: UserId,
    pub session: TokenHash,
    /// There may be news: look. Kept until the pump looks, however often it is said.
    pub wake: Notify,
    /// Its session has ended.
    pub end: Notify,
    /// The cursor up to which news has been put on the wire.
    pub cursor: AtomicI64,
    /// What is worth nothing later (typing); dropped if the socket is slow.
    pub passing: mpsc::Sender<ToClient>,
}

#[derive(Default)]
pub struct Registry {
    numbers: AtomicU64,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    by_user: HashMap<UserId, Vec<Arc<Socket>>>,
    /// Sockets that have this conversation on screen.
    on_screen: HashMap<ConversationId, Vec<Arc<Socket>>>,
}

impl Registry {
    pub fn add(
        &self,
        user: UserId,
        session: TokenHash,
        cursor: Head,
        passing: mpsc::Sender<ToClient>,
    ) -> Arc<Socket> {
        let socket = Arc::new(Socket {
            number: self.numbers.fetch_add(1, Ordering::Relaxed),
            user,
            session,
            wake: Notify::new(),
            end: Notify::new(),
            cursor: AtomicI64::new(cursor),
            passing,
        });
        self.open().by_user.entry(user).or_default().push(socket.clone());
        socket
    }

    pub fn remove(&self, socket: &Arc<Socket>) {
        let mut open = self.open();
        take_out(&mut open.by_user, &socket.user, socket);
        open.on_screen.retain(|_, sockets| {
            sockets.retain(|other| other.number != socket.number);
            !sockets.is_empty()
        });
    }

    pub fn show(&self, socket: &Arc<Socket>, conversation: ConversationId) {
        let mut open = self.open();
        let sockets = open.on_screen.entry(conversation).or_default();
        if !sockets.iter().any(|other| other.number == socket.number) {
            sockets.push(socket.clone());
        }
    }

    pub fn hide(&self, socket: &Arc<Socket>, conversation: ConversationId) {
        take_out(&mut self.open().on_screen, &conversation, socket);
    }

    pub fn shows(&self, socket: &Arc<Socket>, conversation: ConversationId) -> bool {
        let open = self.open();
        let sockets = open.on_screen.get(&conversation);
        sockets.is_some_and(|sockets| sockets.iter().any(|other| other.number == socket.number))
    }

    /// Says to all sockets of these users that there may be news.
    pub fn wake(&self, users: &[UserId]) {
        let open = self.open();
        for socket in users.iter().filter_map(|user| open.by_user.get(user)).flatten() {
            socket.wake.notify_one();
        }
    }

    /// Passes something on to whoever has this conversation on screen, but not to its author.
    pub fn pass(&self, conversation: ConversationId, from: UserId, frame: &ToClient) {
        let open = self.open();
        for socket in
            open.on_screen.get(&conversation).into_iter().flatten().filter(|socket| socket.user != from)
        {
            let _ = socket.passing.try_send(frame.clone());
        }
    }

    pub fn is_online(&self, user: UserId) -> bool {
        self.open().by_user.contains_key(&user)
    }

    pub fn all(&self) -> Vec<Arc<Socket>> {
        self.open().by_user.values().flatten().cloned().collect()
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn take_out<K: std::hash::Hash + Eq>(map: &mut HashMap<K, Vec<Arc<Socket>>>, key: &K, socket: &Arc<Socket>) {
    if let Some(sockets) = map.get_mut(key) {
        sockets.retain(|other| other.number != socket.number);
        if sockets.is_empty() {
            map.remove(key);
        }
    }
}
