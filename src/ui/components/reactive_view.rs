//! A reactive view: renders again when a signal that it reads changes. It boxes the closure, since every
//! closure type that reaches Leptos adds 2 kB to the wasm. `{move || …}` inside `view!` is boxed already.

use std::sync::{Arc, Mutex};

use leptos::prelude::*;

/// Renders `view` now and after each change of the signals that it reads; `None` renders nothing.
pub fn reactive_view(view: impl FnMut() -> Option<AnyView> + Send + 'static) -> AnyView {
    let view: Arc<Mutex<dyn FnMut() -> Option<AnyView> + Send>> = Arc::new(Mutex::new(view));
    view.into_any()
}
