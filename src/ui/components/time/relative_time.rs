//! A time as the reader's own clock and language say it. The server knows neither, so it sends a
//! blank slot of the same width, and the browser fills it after hydration.

use leptos::prelude::*;
use wasm_bindgen::{JsCast, prelude::Closure};

use super::local_time;
use crate::shared::values::time::Timestamp;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MomentStyle {
    /// 14:06, Yesterday, Sat, 5 May, 5 May 2025
    List,
    /// 14:06
    Clock,
    /// Today, Yesterday, Monday 8 June
    Day,
    /// now, 2 min ago, yesterday
    Relative,
}

impl MomentStyle {
    fn class(self) -> &'static str {
        match self {
            Self::List => "moment moment--list",
            Self::Clock => "moment moment--clock",
            Self::Day => "moment moment--day",
            Self::Relative => "moment moment--relative",
        }
    }

    fn text(self, at: Timestamp) -> String {
        match self {
            Self::List => local_time::in_list(at),
            Self::Clock => local_time::clock(at),
            Self::Day => local_time::day(at),
            Self::Relative => local_time::ago(at),
        }
    }

    /// A clock time never goes stale; the others do.
    fn is_relative(self) -> bool {
        self != Self::Clock
    }
}

#[component]
pub fn Moment(#[prop(into)] at: Signal<Timestamp>, style: MomentStyle) -> impl IntoView {
    let shown = RwSignal::new(None::<(String, String)>);
    let minute = use_minute();
    Effect::new(move |_| {
        if style.is_relative() {
            minute.track();
        }
        let at = at.get();
        let now_shown = Some((style.text(at), local_time::full(at)));
        if shown.with_untracked(|before| *before != now_shown) {
            shown.set(now_shown);
        }
    });
    view! {
        <time
            class=style.class()
            datetime=move || at.get().to_rfc3339()
            title=move || shown.with(|shown| shown.as_ref().map(|(_, full)| full.clone()))
        >
            {move || shown.with(|shown| shown.as_ref().map_or("\u{a0}".to_owned(), |(text, _)| text.clone()))}
        </time>
    }
}

/// Ticks on every full minute, and when the tab comes back to the front: one timer for all
/// relative times of the app.
#[derive(Clone, Copy)]
struct Minute(RwSignal<i64>);

pub fn provide_minute() {
    let minute = RwSignal::new(0);
    provide_context(Minute(minute));
    Effect::new(move |_| {
        tick_each_minute(minute);
        // Timers of a hidden tab come late; the app lives as long as the page, so does this.
        let on_visible = Closure::<dyn Fn()>::new(move || minute.update(|n| *n += 1));
        let listens = document()
            .add_event_listener_with_callback("visibilitychange", on_visible.as_ref().unchecked_ref());
        debug_assert!(listens.is_ok());
        on_visible.forget();
    });
}

/// For whatever shows a relative time of its own.
pub fn use_minute() -> Signal<i64> {
    use_context::<Minute>().map_or_else(|| Signal::stored(0), |minute| minute.0.into())
}

fn tick_each_minute(minute: RwSignal<i64>) {
    let to_next_ms = 60_000 - (js_sys::Date::now() as u64 % 60_000);
    set_timeout(
        move || {
            minute.update(|n| *n += 1);
            tick_each_minute(minute);
        },
        std::time::Duration::from_millis(to_next_ms),
    );
}
