//! A reactive view: renders again when a signal that it reads changes. It boxes the closure, since every
//! closure type that reaches Leptos adds 2 kB to the wasm. `{move || …}` inside `view!` is boxed already.

use std::sync::{Arc, Mutex};

use leptos::{either::Either, prelude::*};

/// Renders `view` now and after each change of the signals that it reads; `None` renders nothing.
pub fn reactive_view(view: impl FnMut() -> Option<AnyView> + Send + 'static) -> AnyView {
    let view: Arc<Mutex<dyn FnMut() -> Option<AnyView> + Send>> = Arc::new(Mutex::new(view));
    view.into_any()
}

/// Like [`reactive_view`], but makes new DOM nodes after each change, for text that changes while it is read. A browser
/// that translates the page puts its own nodes in the place of text nodes, and what is written to those is not seen. The
/// view must be an element: only that can still be found and removed.
pub fn fresh_view(mut view: impl FnMut() -> Option<AnyView> + Send + 'static) -> AnyView {
    let mut is_left = false;
    reactive_view(move || {
        is_left = !is_left;
        // A view of another type is built anew.
        Some(if is_left { Either::Left(view()) } else { Either::Right(view()) }.into_any())
    })
}
