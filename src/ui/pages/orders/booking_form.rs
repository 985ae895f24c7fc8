//! Booking form on the page of a listing (B6).

use leptos::{html, prelude::*};
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};

use super::{
    calendar::Calendar,
    create::{open_conversation_when_created, sign_in_first, submit_order},
};
use crate::{
    browser::environment,
    shared::{
        ids::{ListingId, OrderId},
        listings::{ListingCard, kind::ListingKind, stays::Stay},
        orders::draft::{ORDER_NOTE_MAX_CHARS, OrderDraft, QUANTITY_MAX},
        page::session::{PageSession, booking_path},
        values::dates::Day,
        words,
    },
    ui::components::{
        Attempt, CommandForm, SubmitButton,
        forms::field::{FieldNotes, FormError, FormErrorLine, focus_on_error, message_for},
    },
};

/// Shown to everybody but the host, while the listing is not paused. Who is signed out is led to sign-in and back, with
/// the days that they chose.
#[component]
pub fn BookingForm(
    listing: ListingCard,
    /// Its next stays that are booked.
    booked: Vec<Stay>,
    id: OrderId,
    /// Gets the total of what is chosen.
    total: RwSignal<Option<String>>,
) -> impl IntoView {
    let session = expect_context::<PageSession>();
    let attempt = Attempt::at("/rpc/create_order");
    let form = NodeRef::new();
    let error = attempt.error();
    focus_on_error(form, error);
    open_conversation_when_created(attempt);
    let kind = listing.kind;
    let (first, quantity) = match kind {
        ListingKind::Stay => (words::order_facts_arrive(), words::order_facts_guests()),
        ListingKind::Tour => (words::order_facts_day(), words::order_facts_people()),
        ListingKind::Service => (words::order_facts_day(), words::order_facts_hours()),
        ListingKind::Item => ("", words::booking_quantity()),
    };
    let (price_cents, host) = (listing.price_cents, listing.host.name.clone());
    // The server takes the day before as well, which has not ended everywhere; the browser knows its own.
    let today = RwSignal::new(Day::of(session.now).plus(-1));
    Effect::new(move |_| today.set(Day(environment::local_day(environment::now()))));
    let is_signed_in = session.viewer.is_some();
    let chosen = use_query_map().with_untracked(|query| {
        let text = |name| query.get(name).unwrap_or_default();
        let quantity = query.get("quantity").unwrap_or_else(|| "1".to_owned());
        OrderDraft {
            starts_on: text("starts_on"),
            ends_on: text("ends_on"),
            quantity,
            ..OrderDraft::default()
        }
    });
    let typed = RwSignal::new(chosen.clone());
    keep_in_url(listing.id, typed);
    Effect::new(move |_| total.set(typed.with(|draft| draft.price_text(kind, price_cents))));
    let (arrival, leave) = (NodeRef::<html::Input>::new(), NodeRef::<html::Input>::new());
    let arrive = move |day: String| {
        typed.update(|draft| draft.starts_on = day);
        // The first day to leave on, until another one is chosen.
        let Some(next) = typed.with_untracked(|draft| Some(draft.starts_on.parse::<Day>().ok()?.plus(1)))
        else {
            return;
        };
        let is_behind =
            typed.with_untracked(|draft| draft.ends_on.parse().map_or(true, |ends_on: Day| ends_on < next));
        if let Some(input) = leave.get_untracked().filter(|_| is_behind) {
            input.set_value(&next.to_string());
            typed.update(|draft| draft.ends_on = next.to_string());
        }
    };
    let read_days = move || {
        typed.with_untracked(|draft| (draft.starts_on.parse::<Day>().ok(), draft.ends_on.parse::<Day>().ok()))
    };
    let write_days = move |(starts_on, ends_on): (Option<Day>, Option<Day>)| {
        if let (Some(day), Some(input)) = (starts_on, arrival.get_untracked()) {
            input.set_value(&day.to_string());
            arrive(day.to_string());
        }
        if let (Some(day), Some(input)) = (ends_on, leave.get_untracked()) {
            input.set_value(&day.to_string());
            typed.update(|draft| draft.ends_on = day.to_string());
        }
    };
    let taken = booked.iter().map(|stay| stay.text()).collect::<Vec<_>>().join(", ");
    let forget_error = move || {
        if error.with_untracked(Option::is_some) {
            attempt.answer.set(None);
        }
    };
    let calendar = (kind == ListingKind::Stay).then(|| {
        let booked = booked.clone();
        let write = move |range| {
            forget_error();
            write_days(range);
        };
        view! { <Calendar booked today read=Box::new(read_days) write=Box::new(write)/> }.into_any()
    });
    // Nights that are chosen and taken. The host may have a reason to accept both.
    let clash = move || {
        let chosen = typed.with(|draft| {
            Some(Stay { starts_on: draft.starts_on.parse().ok()?, ends_on: draft.ends_on.parse().ok()? })
        })?;
        let stay = booked.iter().find(|stay| stay.overlaps(chosen))?;
        Some(words::booking_clash(&stay.text()))
    };
    let first_leave = Signal::derive(move || {
        let after_arrival = typed.with(|draft| Some(draft.starts_on.parse::<Day>().ok()?.plus(1)));
        after_arrival.unwrap_or_else(|| today.get().plus(1)).to_string()
    });
    view! {
        <CommandForm
            attempt
            node_ref=form
            class="booking__form"
            send=Box::new(move |fields| match is_signed_in {
                true => submit_order(id, Some(listing.id), &fields),
                false => sign_in_first(listing.id, &fields),
            })
        >
            <input type="hidden" name="order_id" value=id.to_string()/>
            <input type="hidden" name="listing_id" value=listing.id.to_string()/>
            <input type="hidden" name="draft[seen_price_cents]" value=listing.price_cents.to_string()/>
            <div class="booking__box" on:input=move |_| forget_error()>
                {(kind != ListingKind::Item).then(|| view! {
                    <SmallField
                        name="draft[starts_on]"
                        value=chosen.starts_on.clone()
                        field="starts_on"
                        label=first
                        kind="date"
                        min=Signal::derive(move || today.get().to_string())
                        error
                        input=arrival
                        changed=Box::new(arrive)
                    />
                }.into_any())}
                {(kind == ListingKind::Stay).then(|| view! {
                    <SmallField
                        name="draft[ends_on]"
                        value=chosen.ends_on.clone()
                        field="ends_on"
                        label=words::order_facts_leave()
                        kind="date"
                        min=first_leave
                        error
                        input=leave
                        changed=Box::new(move |day| typed.update(|draft| draft.ends_on = day))
                    />
                }.into_any())}
                <SmallField
                    name="draft[quantity]"
                    value=chosen.quantity.clone()
                    field="quantity"
                    label=quantity
                    kind="number"
                    min="1".to_owned()
                    error
                    changed=Box::new(move |number| typed.update(|draft| draft.quantity = number))
                />
            </div>
            {calendar}
            <div class="booking__price">
                <p class="booking__total" role="status">
                    {move || typed.with(|draft| draft.price_text(kind, price_cents))}
                </p>
                <p class="booking__clash" role="status">{clash}</p>
                <p>{words::booking_answer_first(&host)}</p>
                {(!taken.is_empty()).then(|| view! { <p>{words::booking_taken(&taken)}</p> }.into_any())}
            </div>
            {is_signed_in.then(|| view! { <Note/> }.into_any())}
            <FormErrorLine error fields=&["starts_on", "ends_on", "quantity"]/>
            <SubmitButton pending=attempt.is_pending class="button--main button--wide">{booking_verb(kind)}</SubmitButton>
        </CommandForm>
    }
    .into_any()
}

/// Keeps what is chosen in the URL, which leads through sign-in and is there on the way back.
fn keep_in_url(listing: ListingId, typed: RwSignal<OrderDraft>) {
    let navigate = use_navigate();
    Effect::new(move |before: Option<String>| {
        let path = typed.with(|draft| booking_path(listing, draft));
        if before.is_some_and(|before| before != path) {
            navigate(&path, NavigateOptions { replace: true, scroll: false, ..Default::default() });
        }
        path
    });
}

#[component]
fn Note() -> impl IntoView {
    view! {
        <details class="booking__more">
            <summary>{words::booking_note_add()}</summary>
            <label class="visually-hidden" for="note-input">{words::booking_note()}</label>
            <textarea
                class="input input--area"
                id="note-input"
                name="draft[note]"
                rows="3"
                maxlength=ORDER_NOTE_MAX_CHARS.to_string()
                placeholder=words::booking_note_placeholder()
            ></textarea>
        </details>
    }
}

/// Label of the button that orders a listing of this kind.
pub fn booking_verb(kind: ListingKind) -> &'static str {
    match kind {
        ListingKind::Item => words::booking_order(),
        _ => words::booking_ask(),
    }
}

#[component]
fn SmallField(
    name: &'static str,
    value: String,
    field: &'static str,
    label: &'static str,
    kind: &'static str,
    /// The least that can be chosen.
    #[prop(into)]
    min: Signal<String>,
    error: FormError,
    #[prop(optional)] input: NodeRef<html::Input>,
    /// Gets what is typed.
    changed: Box<dyn Fn(String)>,
) -> impl IntoView {
    let message = message_for(error, field);
    let is_number = kind == "number";
    let id = format!("{field}-input");
    view! {
        <div class="booking__field">
            <label for=id.clone()>{label}</label>
            <input
                id=id
                name=name
                type=kind
                node_ref=input
                required
                on:input=move |event| changed(event_target_value(&event))
                min=min
                max=is_number.then(|| QUANTITY_MAX.to_string())
                value=value
                aria-invalid=move || message.get().is_some().then_some("true")
                aria-describedby=move || message.get().map(|_| format!("{field}-error"))
            />
            <FieldNotes field message/>
        </div>
    }
}
