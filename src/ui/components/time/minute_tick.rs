//! Minute tick: one timer of the app on which all relative times render again.

use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen::{JsCast, prelude::Closure};

/// Changes on every full minute and when the tab becomes visible again.
#[derive(Clone, Copy)]
struct MinuteTick(RwSignal<i64>);

/// Call it once, in `App`.
pub fn provide_minute_tick() {
    let minute = RwSignal::new(0);
    provide_context(MinuteTick(minute));
    Effect::new(move |_| {
        tick_each_minute(minute);
        // The browser throttles the timers of a hidden tab. The listener is never removed: the app lives as
        // long as the page.
        let on_visible = Closure::<dyn Fn()>::new(move || minute.update(|n| *n += 1));
        let listens = document()
            .add_event_listener_with_callback("visibilitychange", on_visible.as_ref().unchecked_ref());
        debug_assert!(listens.is_ok());
        on_visible.forget();
    });
}

/// A signal to track in views that render a relative time themselves.
pub fn use_minute_tick() -> Signal<i64> {
    use_context::<MinuteTick>().map_or_else(|| Signal::stored(0), |minute| minute.0.into())
}

fn tick_each_minute(minute: RwSignal<i64>) {
    let to_next_ms = 60_000 - (js_sys::Date::now() as u64 % 60_000);
    set_timeout(
        move || {
            minute.update(|n| *n += 1);
            tick_each_minute(minute);
        },
        Duration::from_millis(to_next_ms),
    );
}
