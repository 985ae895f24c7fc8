//! Sockets between their upgrade and `hello`. They count, so that nobody can open them without end.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::shared::ids::UserId;

/// Sockets of one user that may wait for their `hello`.
const WAITING_PER_USER_MAX: usize = 10;

#[derive(Clone, Default)]
pub(super) struct Waiting(Arc<Mutex<Counts>>);

#[derive(Default)]
struct Counts {
    all: usize,
    by_user: HashMap<UserId, usize>,
}

/// A socket that waits, until it is dropped.
pub struct Admission {
    waiting: Waiting,
    user: UserId,
}

impl Waiting {
    pub fn admit(&self, user: UserId, free: usize) -> Option<Admission> {
        let mut counts = self.counts();
        let of_user = counts.by_user.get(&user).copied().unwrap_or_default();
        if counts.all >= free || of_user >= WAITING_PER_USER_MAX {
            return None;
        }
        counts.all += 1;
        counts.by_user.insert(user, of_user + 1);
        Some(Admission { waiting: self.clone(), user })
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Admission {
    fn drop(&mut self) {
        let mut counts = self.waiting.counts();
        counts.all -= 1;
        match counts.by_user.get_mut(&self.user) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(counts.by_user.remove(&self.user)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e7_sockets_that_say_nothing_count() {
        let (waiting, noor) = (Waiting::default(), UserId::new());
        let mut held: Vec<_> = (0..100).map_while(|_| waiting.admit(noor, 1_000)).collect();
        assert_eq!(held.len(), WAITING_PER_USER_MAX);
        assert!(waiting.admit(UserId::new(), 1_000).is_some(), "another user is not concerned");
        assert!(
            waiting.admit(UserId::new(), WAITING_PER_USER_MAX).is_none(),
            "nor are there more than in all"
        );
        held.pop();
        assert!(waiting.admit(noor, 1_000).is_some());
        held.clear();
        let counts = waiting.counts();
        assert!(counts.by_user.is_empty() && counts.all == 0);
    }
}
