//! Timers of this tab. All share one type of callback, since each further type adds to the size of the
//! wasm.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use leptos::prelude::*;

/// Calls back once after `ms` milliseconds; up to a minute later in a hidden tab.
pub fn after(ms: i32, then: impl FnOnce() + 'static) {
    boxed(ms, Box::new(then));
}

fn boxed(ms: i32, then: Box<dyn FnOnce()>) {
    set_timeout(then, Duration::from_millis(ms.max(0).unsigned_abs().into()));
}

/// A debounced timer: setting it again replaces the pending callback. It compares a counter instead of
/// cancelling, since the ids of a page's mocked clock may not fit 32 bits.
#[derive(Default)]
pub struct Timer(Arc<AtomicU32>);

impl Timer {
    pub fn set(&mut self, ms: i32, then: impl FnOnce() + 'static) {
        let number = self.next();
        let latest = self.0.clone();
        after(ms, move || {
            if latest.load(Ordering::Relaxed) == number {
                then();
            }
        });
    }

    pub fn clear(&mut self) {
        self.next();
    }

    fn next(&self) -> u32 {
        self.0.fetch_add(1, Ordering::Relaxed).wrapping_add(1)
    }
}
