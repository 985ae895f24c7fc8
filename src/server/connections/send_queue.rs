//! What one socket's pump has been told of and has not looked at yet.

use std::{
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

use crate::server::store::sync::updates::Step;

/// Messages and receipts that wait for a slow socket; of more it is only told to look.
const STEPS_MAX: usize = 64;

#[derive(Default)]
pub struct SendQueue {
    held: Mutex<Hint>,
    /// There is something to take.
    pub wake: Notify,
}

pub enum Hint {
    /// What happened, in the order of the commits. Perhaps not all: some may be known.
    Steps(Vec<Arc<Step>>),
    /// There may be news, whatever it is; with that, all that came before is found as well.
    Look,
}

impl Default for Hint {
    fn default() -> Self {
        Self::Steps(Vec::new())
    }
}

impl SendQueue {
    pub fn look(&self) {
        *self.held() = Hint::Look;
        self.wake.notify_one();
    }

    pub fn push(&self, step: &Arc<Step>) {
        let mut held = self.held();
        if let Hint::Steps(steps) = &mut *held {
            if steps.len() < STEPS_MAX {
                steps.push(step.clone());
            } else {
                *held = Hint::Look;
            }
        }
        drop(held);
        self.wake.notify_one();
    }

    pub fn take(&self) -> Hint {
        mem::take(&mut *self.held())
    }

    fn held(&self) -> MutexGuard<'_, Hint> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
