//! After hydration: the start of the app, and then what views add because browser APIs may be used. All at once that took
//! as long as hydration itself on a slow phone, so it comes in steps. The start script calls [`hydrate_next`] until nothing
//! is left, with pauses.

use std::{cell::RefCell, collections::VecDeque};

use leptos::prelude::*;

use super::use_live;

type Step = Box<dyn FnOnce()>;

thread_local! {
    static STEPS: RefCell<VecDeque<Step>> = const { RefCell::new(VecDeque::new()) };
}

/// Does the next step. Returns false if nothing is left.
pub fn hydrate_next() -> bool {
    let next = STEPS.with_borrow_mut(VecDeque::pop_front);
    next.map(|next| next()).is_some()
}

/// Sets what starts the app, before all other steps.
pub fn on_start(start: impl FnOnce() + 'static) {
    STEPS.with_borrow_mut(|steps| steps.push_front(Box::new(start)));
}

/// Whether browser APIs may be used: a signal that turns true after the start, for one view after the other.
pub fn use_is_ready() -> RwSignal<bool> {
    let is_ready = RwSignal::new(use_live().is_hydrated.get_untracked());
    if !is_server() && !is_ready.get_untracked() {
        let step = Box::new(move || {
            is_ready.try_set(true);
        });
        STEPS.with_borrow_mut(|steps| steps.push_back(step));
    }
    is_ready
}
