//! Timers of this tab. One kind of callback serves them all, since each kind of its own would
//! weigh a little in the page's code.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use leptos::prelude::*;

/// Calls back once. In a hidden tab it may come up to a minute late.
pub fn after(ms: i32, then: impl FnOnce() + 'static) {
    boxed(ms, Box::new(then));
}

fn boxed(ms: i32, then: Box<dyn FnOnce()>) {
    set_timeout(then, Duration::from_millis(ms.max(0).unsigned_abs().into()));
}

/// Of several things that were wanted later, only the last one comes. It counts instead of taking
/// its callbacks back, which a page's own clock may not do (its numbers need not fit 32 bits).
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
