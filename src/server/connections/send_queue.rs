//! The send queue of a socket: deltas that its session has not sent yet. It is bounded. On overflow it
//! coalesces to a resync, for which the session reads everything since its cursor from the database.

use std::{
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::server::store::sync::updates::Delta;

/// Deltas that wait for a slow socket.
const SEND_QUEUE_MAX: usize = 64;

#[derive(Default)]
pub struct SendQueue {
    pending: Mutex<Pending>,
}

pub enum Pending {
    /// In the order of their commits. Some may have been sent already, and some may be missing.
    Deltas(Vec<Arc<Delta>>),
    /// There may be updates, and the queue does not have them. A read from the database finds all earlier
    /// ones too.
    Resync,
}

impl Default for Pending {
    fn default() -> Self {
        Self::Deltas(Vec::new())
    }
}

impl SendQueue {
    /// Replaces everything that is pending by a resync.
    pub fn request_resync(&self) {
        *self.pending() = Pending::Resync;
    }

    pub fn push(&self, delta: &Arc<Delta>) {
        let mut pending = self.pending();
        if let Pending::Deltas(deltas) = &mut *pending {
            if deltas.len() < SEND_QUEUE_MAX {
                deltas.push(delta.clone());
            } else {
                *pending = Pending::Resync;
            }
        }
    }

    /// Takes everything that is pending.
    pub fn take(&self) -> Pending {
        mem::take(&mut *self.pending())
    }

    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
