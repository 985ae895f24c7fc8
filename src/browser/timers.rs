//! Timers of this tab. One kind of callback serves them all, since each kind of its own would
//! weigh a little in the page's code.

use std::time::Duration;

use leptos::prelude::*;

/// Calls back once. In a hidden tab it may come up to a minute late.
pub fn after(ms: i32, then: impl FnOnce() + 'static) -> Option<TimeoutHandle> {
    boxed(ms, Box::new(then))
}

fn boxed(ms: i32, then: Box<dyn FnOnce()>) -> Option<TimeoutHandle> {
    set_timeout_with_handle(then, Duration::from_millis(ms.max(0).unsigned_abs().into())).ok()
}

/// Of several things that were wanted later, only the last one comes.
#[derive(Default)]
pub struct Timer(Option<TimeoutHandle>);

impl Timer {
    pub fn set(&mut self, ms: i32, then: impl FnOnce() + 'static) {
        self.clear();
        self.0 = after(ms, then);
    }

    pub fn clear(&mut self) {
        if let Some(handle) = self.0.take() {
            handle.clear();
        }
    }
}
