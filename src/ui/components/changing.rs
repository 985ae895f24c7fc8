//! A view that follows the signals it reads. Boxed here, since every closure that gets to Leptos
//! as it is brings 2 kB of machinery of its own; `{move || …}` inside `view!` is boxed by itself.

use std::sync::{Arc, Mutex};

use leptos::prelude::*;

pub fn changing(view: impl FnMut() -> Option<AnyView> + Send + 'static) -> AnyView {
    let view: Arc<Mutex<dyn FnMut() -> Option<AnyView> + Send>> = Arc::new(Mutex::new(view));
    view.into_any()
}
