//! Concurrency limits by key: how many of something one client IP or one user may hold at the same time. A rate
//! limit counts what has begun (`limits`), this counts what has not ended.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

pub struct ConcurrencyLimit<K> {
    held: Arc<Mutex<Counts<K>>>,
    max_per_key: usize,
}

struct Counts<K> {
    all: usize,
    by_key: HashMap<K, usize>,
}

/// One of those that a key holds, until it is dropped.
pub struct Held<K: Eq + Hash> {
    counts: Arc<Mutex<Counts<K>>>,
    key: K,
}

impl<K: Eq + Hash + Clone> ConcurrencyLimit<K> {
    pub fn new(max_per_key: usize) -> Self {
        let counts = Counts { all: 0, by_key: HashMap::new() };
        Self { held: Arc::new(Mutex::new(counts)), max_per_key }
    }

    /// None if the key holds as many as it may.
    pub fn take(&self, key: K) -> Option<Held<K>> {
        self.take_within(key, usize::MAX)
    }

    /// None if the key holds as many as it may, or all keys together `max` or more.
    pub fn take_within(&self, key: K, max: usize) -> Option<Held<K>> {
        self.take_if(key, |all, _| all < max)
    }

    /// As `take`. Once all keys together hold `half` or more, a key gets only up to `few`, so that a few keys can't take
    /// what is left from all others.
    pub fn take_fairly(&self, key: K, half: usize, few: usize) -> Option<Held<K>> {
        self.take_if(key, |all, of_key| all < half || of_key < few)
    }

    fn take_if(&self, key: K, may: impl Fn(usize, usize) -> bool) -> Option<Held<K>> {
        let mut counts = locked(&self.held);
        let of_key = counts.by_key.get(&key).copied().unwrap_or_default();
        if of_key >= self.max_per_key || !may(counts.all, of_key) {
            return None;
        }
        counts.all += 1;
        counts.by_key.insert(key.clone(), of_key + 1);
        Some(Held { counts: self.held.clone(), key })
    }
}

impl<K: Eq + Hash> Drop for Held<K> {
    fn drop(&mut self) {
        let mut counts = locked(&self.counts);
        counts.all -= 1;
        match counts.by_key.get_mut(&self.key) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(counts.by_key.remove(&self.key)),
        }
    }
}

fn locked<K>(counts: &Mutex<Counts<K>>) -> MutexGuard<'_, Counts<K>> {
    counts.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e7_a_key_holds_no_more_than_it_may_and_leaves_nothing_behind() {
        let limit = ConcurrencyLimit::new(10);
        let mut held: Vec<_> = (0..100).map_while(|_| limit.take("noor")).collect();
        assert_eq!(held.len(), 10);
        assert!(limit.take("ana").is_some(), "another one is not concerned");
        assert!(limit.take_within("ana", 10).is_none(), "nor are there more than in all");
        held.pop();
        assert!(limit.take("noor").is_some());
        held.clear();
        let counts = locked(&limit.held);
        assert!(counts.by_key.is_empty() && counts.all == 0);
    }
}
