//! Formatting of times in the reader's language and zone, by the browser's `Intl`. Call these functions in
//! effects and event handlers only: the server has no `Intl`, and the first render must equal the server's.

use js_sys::{Array, Date, Function, Intl, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use crate::shared::{
    values::{text::capitalised, time::Timestamp},
    words,
};

thread_local! {
    static CLOCK: Function = format_with(&[("timeStyle", "short")]);
    static WEEKDAY: Function = format_with(&[("weekday", "short")]);
    static DATE: Function = format_with(&[("day", "numeric"), ("month", "short")]);
    static DATE_AND_YEAR: Function =
        format_with(&[("day", "numeric"), ("month", "short"), ("year", "numeric")]);
    static DAY: Function = format_with(&[("weekday", "long"), ("day", "numeric"), ("month", "long")]);
    static FULL: Function = format_with(&[("dateStyle", "full"), ("timeStyle", "short")]);
    static RELATIVE: Intl::RelativeTimeFormat = Intl::RelativeTimeFormat::new(
        &Array::new(),
        &options(&[("numeric", "auto"), ("style", "short")]),
    );
}

/// `14:06`.
pub fn clock(at: Timestamp) -> String {
    CLOCK.with(|format| formatted(format, at))
}

/// `Monday 8 June 2026 at 14:06`, for a `title`.
pub fn full(at: Timestamp) -> String {
    FULL.with(|format| formatted(format, at))
}

/// For lists: `2 min ago` within an hour, then `14:06`, `Yesterday`, `Sat`, `5 May`, `5 May 2025`.
pub fn in_list(at: Timestamp) -> String {
    let minutes = (Date::now() as i64 - at.as_millis()) / 60_000;
    match days_ago(at) {
        _ if minutes < 60 => ago(at),
        ..=0 => clock(at),
        1 => yesterday(),
        2..=6 => WEEKDAY.with(|format| formatted(format, at)),
        _ => date(at),
    }
}

/// For the day dividers of a thread: `Today`, `Yesterday`, `Monday 8 June`, `5 May 2025`.
pub fn day(at: Timestamp) -> String {
    match days_ago(at) {
        ..=0 => capitalised(&relative(0, "day")),
        1 => yesterday(),
        _ if is_this_year(at) => DAY.with(|format| formatted(format, at)),
        _ => date(at),
    }
}

/// Whether that was less than a minute ago.
pub fn is_now(at: Timestamp) -> bool {
    seconds_ago(at) < 60
}

/// For sentences: `now`, `2 min ago`, `3 hr ago`, `yesterday`, `5 May`.
pub fn ago(at: Timestamp) -> String {
    let seconds = seconds_ago(at);
    match (seconds, days_ago(at)) {
        (..60, _) => relative(0, "second"),
        (..3_600, _) => relative(-seconds / 60, "minute"),
        (..86_400, ..=0) => relative(-seconds / 3_600, "hour"),
        (_, days @ ..=6) => relative(-days, "day"),
        _ => date(at),
    }
}

/// For what is kept or printed: `5 May, 14:06`, `5 May 2025, 14:06`.
pub fn exact(at: Timestamp) -> String {
    words::time_exact(&date(at), &clock(at))
}

/// Number of midnights between `at` and now in the reader's zone.
pub fn days_ago(at: Timestamp) -> i64 {
    day_number(&Date::new_0()) - day_number(&js_date(at))
}

fn seconds_ago(at: Timestamp) -> i64 {
    (Date::now() as i64 - at.as_millis()) / 1_000
}

fn yesterday() -> String {
    capitalised(&relative(-1, "day"))
}

fn date(at: Timestamp) -> String {
    let format = if is_this_year(at) { &DATE } else { &DATE_AND_YEAR };
    format.with(|format| formatted(format, at))
}

fn is_this_year(at: Timestamp) -> bool {
    js_date(at).get_full_year() == Date::new_0().get_full_year()
}

fn day_number(date: &Date) -> i64 {
    let midnight = Date::utc(f64::from(date.get_full_year()), f64::from(date.get_month()));
    midnight as i64 / 86_400_000 + i64::from(date.get_date())
}

fn js_date(at: Timestamp) -> Date {
    Date::new(&JsValue::from_f64(at.as_millis() as f64))
}

fn relative(value: i64, unit: &str) -> String {
    RELATIVE.with(|format| format.format(value as f64, unit).into())
}

fn formatted(format: &Function, at: Timestamp) -> String {
    format.call1(&JsValue::UNDEFINED, &js_date(at)).ok().and_then(|text| text.as_string()).unwrap_or_default()
}

/// Creating a formatter costs far more than using it, so each is created once per thread.
fn format_with(fields: &[(&str, &str)]) -> Function {
    Intl::DateTimeFormat::new(&Array::new(), &options(fields)).format()
}

fn options(fields: &[(&str, &str)]) -> Object {
    let options = Object::new();
    for (name, value) in fields {
        let is_set = Reflect::set(&options, &JsValue::from_str(name), &JsValue::from_str(value));
        debug_assert!(is_set.is_ok());
    }
    options.unchecked_into()
}
