//! Calendar: a date range picker for the nights of a stay. A dialog shows two months as grids of dates (WAI-ARIA) beside
//! the date fields of the booking form, which need no script and stay.

use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;

use crate::{
    shared::{
        listings::stays::Stay,
        orders::draft::ADVANCE_MAX_DAYS,
        values::{
            dates::{Day, weekday_names},
            months::Month,
        },
        words,
    },
    ui::components::{Icon, reactive_view},
};

const MONTHS_SHOWN: i64 = 2;

/// The day of arrival and the day of leaving, as far as they are chosen.
type Range = (Option<Day>, Option<Day>);

/// The state of the dialog.
#[derive(Clone, Copy)]
struct Picker {
    booked: StoredValue<Vec<Stay>>,
    today: RwSignal<Day>,
    range: RwSignal<Range>,
    /// The first month that is shown.
    shown: RwSignal<Month>,
    /// The day that Tab stops at. Arrow keys reach the others.
    focused: RwSignal<Day>,
    is_open: RwSignal<bool>,
    dialog: NodeRef<html::Dialog>,
}

/// `read` returns the days of the fields, and `write` puts the chosen ones there.
#[component]
pub fn Calendar(
    booked: Vec<Stay>,
    today: RwSignal<Day>,
    read: Box<dyn Fn() -> Range>,
    write: Box<dyn Fn(Range)>,
) -> impl IntoView {
    let first = today.get_untracked();
    let picker = Picker {
        booked: StoredValue::new(booked),
        today,
        range: RwSignal::new((None, None)),
        shown: RwSignal::new(Month::of(first)),
        focused: RwSignal::new(first),
        is_open: RwSignal::new(false),
        dialog: NodeRef::new(),
    };
    // It works only with script.
    let is_ready = RwSignal::new(false);
    Effect::new(move |_| is_ready.set(true));
    Effect::new(move |before: Option<Range>| {
        let range = picker.range.get();
        if before.is_some_and(|before| before != range) && picker.is_open.get_untracked() {
            write(range);
        }
        range
    });
    let open = move |_| picker.open(read());
    view! {
        <button class="button button--small booking__calendar" type="button" hidden=move || !is_ready.get() on:click=open>
            <Icon name="calendar" class="icon--16"/>
            {words::booking_calendar_open()}
        </button>
        <dialog
            class="ask calendar"
            aria-labelledby="calendar-title"
            node_ref=picker.dialog
            on:close=move |_| picker.is_open.set(false)
        >
            {reactive_view(move || picker.is_open.get().then(|| view! { <CalendarContent picker/> }.into_any()))}
        </dialog>
    }
}

#[component]
fn CalendarContent(picker: Picker) -> impl IntoView {
    let is_first = move || picker.shown.get() <= Month::of(picker.today.get());
    let is_last = move || picker.shown.get().plus(MONTHS_SHOWN) > Month::of(picker.last_day());
    view! {
        <header class="calendar__head">
            <h2 id="calendar-title">{words::booking_calendar_title()}</h2>
            <button
                class="button button--icon"
                type="button"
                aria-label=words::booking_calendar_earlier()
                disabled=is_first
                on:click=move |_| picker.turn(-1)
            >
                <Icon name="back" class="icon--directional"/>
            </button>
            <button
                class="button button--icon calendar__later"
                type="button"
                aria-label=words::booking_calendar_later()
                disabled=is_last
                on:click=move |_| picker.turn(1)
            >
                <Icon name="back"/>
            </button>
        </header>
        <p role="status">{move || picker.instruction()}</p>
        <div class="calendar__months" on:keydown=move |event| picker.handle_key(&event)>
            {reactive_view(move || {
                let shown = picker.shown.get();
                Some((0..MONTHS_SHOWN).map(|index| month_view(picker, shown.plus(index))).collect_view().into_any())
            })}
        </div>
        <p class="calendar__legend">{words::booking_calendar_legend()}</p>
        <div class="ask__acts">
            <button class="button button--main" type="button" on:click=move |_| picker.close()>
                {words::booking_calendar_done()}
            </button>
        </div>
    }
}

fn month_view(picker: Picker, month: Month) -> AnyView {
    let weekdays = weekday_names()
        .into_iter()
        .zip(short_weekdays())
        .map(|(name, short)| view! { <th scope="col" abbr=name>{short}</th> }.into_any());
    let weeks = month.weeks().into_iter().map(|week| {
        let days = week.map(|day| match day {
            Some(day) => day_view(picker, day),
            None => view! { <td></td> }.into_any(),
        });
        view! { <tr>{days.collect_view()}</tr> }.into_any()
    });
    view! {
        <table class="calendar__month" role="grid" aria-label=month.text() aria-multiselectable="true">
            <caption>{month.text()}</caption>
            <thead><tr>{weekdays.collect_view()}</tr></thead>
            <tbody>{weeks.collect_view()}</tbody>
        </table>
    }
    .into_any()
}

/// The heads of the columns, from Monday.
fn short_weekdays() -> [&'static str; 7] {
    [
        words::booking_calendar_monday(),
        words::booking_calendar_tuesday(),
        words::booking_calendar_wednesday(),
        words::booking_calendar_thursday(),
        words::booking_calendar_friday(),
        words::booking_calendar_saturday(),
        words::booking_calendar_sunday(),
    ]
}

fn day_view(picker: Picker, day: Day) -> AnyView {
    let is_taken = picker.is_taken(day);
    let place = Memo::new(move |_| picker.place(day));
    let can_choose = Memo::new(move |_| picker.can_choose(day));
    let label = move || {
        let text = day.full_text();
        let text = match place.get() {
            Place::Arrival => words::booking_calendar_day_arriving(&text),
            Place::Leaving => words::booking_calendar_day_leaving(&text),
            Place::Between => words::booking_calendar_day_chosen(&text),
            Place::Outside => text,
        };
        if is_taken { words::booking_calendar_day_taken(&text) } else { text }
    };
    let is_today = picker.today.with_untracked(|today| *today == day);
    view! {
        <td aria-selected=move || (place.get() != Place::Outside).to_string()>
            <button
                class="calendar__day"
                class:calendar__day--end=move || matches!(place.get(), Place::Arrival | Place::Leaving)
                class:calendar__day--between=move || place.get() == Place::Between
                class:calendar__day--taken=is_taken
                type="button"
                data-day=day.to_string()
                tabindex=move || if picker.focused.get() == day { "0" } else { "-1" }
                aria-label=label
                aria-current=is_today.then_some("date")
                aria-disabled=move || (!can_choose.get()).then_some("true")
                on:click=move |_| picker.press(day)
            >
                {day.number().to_string()}
            </button>
        </td>
    }
    .into_any()
}

/// Where a day stands to the chosen range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Outside,
    Arrival,
    Between,
    Leaving,
}

impl Picker {
    fn open(self, range: Range) {
        let Some(dialog) = self.dialog.get_untracked() else { return };
        let today = self.today.get_untracked();
        let (arrival, leaving) = range;
        // Fields that contradict each other are chosen anew.
        let is_range = arrival.zip(leaving).is_some_and(|(arrival, leaving)| arrival < leaving);
        self.range.set(if is_range { (arrival, leaving) } else { (None, None) });
        self.focused.set(arrival.filter(|day| (today..=self.last_day()).contains(day)).unwrap_or(today));
        self.shown.set(Month::of(self.focused.get_untracked()));
        self.is_open.set(true);
        drop(dialog.show_modal());
        self.focus_day();
    }

    fn close(self) {
        if let Some(dialog) = self.dialog.get_untracked() {
            dialog.close();
        }
    }

    fn last_day(self) -> Day {
        self.today.get_untracked().plus(ADVANCE_MAX_DAYS)
    }

    fn is_taken(self, day: Day) -> bool {
        self.booked.with_value(|booked| !Stay::night(day).is_free(booked))
    }

    /// Whether the next press on a day ends the range that is begun.
    fn ends_range(self, day: Day) -> bool {
        matches!(self.range.get(), (Some(arrival), None) if day > arrival)
    }

    fn can_choose(self, day: Day) -> bool {
        match self.range.get() {
            (Some(starts_on), None) if day > starts_on => {
                let stay = Stay { starts_on, ends_on: day };
                self.booked.with_value(|booked| stay.is_free(booked))
            }
            _ => day >= self.today.get() && !self.is_taken(day),
        }
    }

    fn place(self, day: Day) -> Place {
        match self.range.get() {
            (Some(arrival), _) if day == arrival => Place::Arrival,
            (_, Some(leaving)) if day == leaving => Place::Leaving,
            (Some(arrival), Some(leaving)) if arrival < day && day < leaving => Place::Between,
            _ => Place::Outside,
        }
    }

    fn press(self, day: Day) {
        self.focused.set(day);
        if untrack(|| self.can_choose(day)) {
            let ends_range = untrack(|| self.ends_range(day));
            self.range
                .update(|range| *range = if ends_range { (range.0, Some(day)) } else { (Some(day), None) });
        }
    }

    fn instruction(self) -> String {
        match self.range.get() {
            (Some(starts_on), Some(ends_on)) => {
                let nights = (ends_on.0 - starts_on.0).unsigned_abs();
                words::booking_calendar_chosen(nights, &Stay { starts_on, ends_on }.text())
            }
            (Some(arrival), None) => words::booking_calendar_choose_leaving(&arrival.full_text()),
            _ => words::booking_calendar_choose_arrival().to_owned(),
        }
    }

    /// Shows earlier or later months.
    fn turn(self, months: i64) {
        let shown = self.shown.get_untracked().plus(months);
        self.shown.set(shown);
        let focused = self.focused.get_untracked();
        if !(shown..shown.plus(MONTHS_SHOWN)).contains(&Month::of(focused)) {
            self.focused.set(self.bounded(shown.day_like(focused)));
        }
    }

    fn handle_key(self, event: &ev::KeyboardEvent) {
        let day = self.focused.get_untracked();
        let in_month = |months: i64| Month::of(day).plus(months).day_like(day);
        let forward = if document().dir() == "rtl" { -1 } else { 1 };
        let months = if event.shift_key() { 12 } else { 1 };
        let next = match event.key().as_str() {
            "ArrowLeft" => day.plus(-forward),
            "ArrowRight" => day.plus(forward),
            "ArrowUp" => day.plus(-7),
            "ArrowDown" => day.plus(7),
            "Home" => day.plus(-day.weekday()),
            "End" => day.plus(6 - day.weekday()),
            "PageUp" => in_month(-months),
            "PageDown" => in_month(months),
            _ => return,
        };
        event.prevent_default();
        let next = self.bounded(next);
        self.focused.set(next);
        let (month, shown) = (Month::of(next), self.shown.get_untracked());
        if month < shown {
            self.shown.set(month);
        } else if month >= shown.plus(MONTHS_SHOWN) {
            self.shown.set(month.plus(1 - MONTHS_SHOWN));
        }
        self.focus_day();
    }

    fn bounded(self, day: Day) -> Day {
        day.clamp(self.today.get_untracked(), self.last_day())
    }

    /// Moves the focus to the focused day once it is rendered.
    fn focus_day(self) {
        request_animation_frame(move || {
            let Some(dialog) = self.dialog.get_untracked() else { return };
            let day = format!("[data-day='{}']", self.focused.get_untracked());
            let button = dialog.query_selector(&day).ok().flatten();
            if let Some(button) = button.and_then(|button| button.dyn_into::<web_sys::HtmlElement>().ok()) {
                let is_focused = button.focus();
                debug_assert!(is_focused.is_ok());
            }
        });
    }
}
