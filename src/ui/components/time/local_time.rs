//! Local time: a `<time>` element in the language and zone of the reader. The server knows neither, so it
//! renders a blank of the same width and the browser fills it in after hydration. Where scripts are off the style
//! sheet shows the time in UTC instead.

use leptos::{html, prelude::*};

use super::{format, minute_tick::use_minute_tick};
use crate::shared::values::time::Timestamp;
#[cfg(feature = "ssr")]
use crate::shared::{
    values::{
        dates::Day,
        time::{DAY, MINUTE},
    },
    words,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeStyle {
    /// 2 min ago, 14:06, Yesterday, Sat, 5 May, 5 May 2025
    List,
    /// 14:06
    Clock,
    /// Today, Yesterday, Monday 8 June
    Day,
    /// now, 2 min ago, yesterday
    Relative,
    /// 5 May, 14:06
    Exact,
}

impl TimeStyle {
    fn class(self) -> &'static str {
        match self {
            Self::List => "moment moment--list",
            Self::Clock => "moment moment--clock",
            Self::Day => "moment moment--day",
            Self::Relative | Self::Exact => "moment moment--relative",
        }
    }

    fn text(self, at: Timestamp) -> String {
        match self {
            Self::List => format::in_list(at),
            Self::Clock => format::clock(at),
            Self::Day => format::day(at),
            Self::Relative => format::ago(at),
            Self::Exact => format::exact(at),
        }
    }

    /// Whether the text depends on the current time and must be rendered again as time passes.
    fn is_relative(self) -> bool {
        !matches!(self, Self::Clock | Self::Exact)
    }
}

/// Renders again on each minute tick, unless `style` does not depend on the time of reading. The `title` is the full date and time.
#[component]
pub fn LocalTime(#[prop(into)] at: Signal<Timestamp>, style: TimeStyle) -> impl IntoView {
    let minute = use_minute_tick();
    // Written by hand, since a thread has a hundred of them: one effect each, and only where something has changed. The
    // text is no text node of its own, which a browser that translates the page replaces.
    let element = NodeRef::<html::Time>::new();
    Effect::new(move |before: Option<Option<(Timestamp, String)>>| {
        if style.is_relative() {
            minute.track();
        }
        let at = at.get();
        let element = element.get()?;
        let text = style.text(at);
        let (at_before, text_before) = before.flatten().unzip();
        if text_before.as_ref() != Some(&text) {
            element.set_text_content(Some(&text));
        }
        if at_before != Some(at) {
            element.set_title(&format::full(at));
            let is_set = element.set_attribute("datetime", &at.to_rfc3339());
            debug_assert!(is_set.is_ok());
        }
        Some((at, text))
    });
    view! {
        <time class=style.class() node_ref=element data-utc=utc_text(at) datetime=server_datetime(at)>
            "\u{a0}"
        </time>
    }
}

/// `12 June, 14:06 UTC`, written by the server only: the browser keeps attributes as it finds them.
#[cfg(feature = "ssr")]
fn utc_text(at: Signal<Timestamp>) -> Option<String> {
    at.try_get_untracked().map(|at| {
        let minutes = at.0.rem_euclid(DAY) / MINUTE;
        words::time_utc(&Day::of(at).text(), &format!("{:02}:{:02}", minutes / 60, minutes % 60))
    })
}

#[cfg(feature = "ssr")]
fn server_datetime(at: Signal<Timestamp>) -> Option<String> {
    at.try_get_untracked().map(Timestamp::to_rfc3339)
}

#[cfg(not(feature = "ssr"))]
fn utc_text(_: Signal<Timestamp>) -> Option<String> {
    None
}

#[cfg(not(feature = "ssr"))]
fn server_datetime(_: Signal<Timestamp>) -> Option<String> {
    None
}
