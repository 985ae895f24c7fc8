//! Who may be away, for pushes: in memory alone, like those who wait for a mail. As long as nobody wants pushes, a message
//! costs nothing at all.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::server::store::mail::away::Waiting;

/// Those with a new message, who are looked at again when their time has come.
#[derive(Default)]
pub struct PushAway {
    /// Users with a socket: they may be about to read.
    pub with_socket: Waiting,
    /// Users without one, who are told at once.
    pub without_socket: Waiting,
    has_subscriptions: AtomicBool,
}

impl PushAway {
    /// Whether anybody wants pushes, as far as this node knows. Another node's first subscription is known by the next sweep,
    /// which finds what was missed.
    pub fn has_subscriptions(&self) -> bool {
        self.has_subscriptions.load(Ordering::Relaxed)
    }

    pub fn set_has_subscriptions(&self, has_subscriptions: bool) {
        self.has_subscriptions.store(has_subscriptions, Ordering::Relaxed);
    }

    pub fn is_empty(&self) -> bool {
        self.with_socket.is_empty() && self.without_socket.is_empty()
    }
}
