//! Booking form on the page of a listing (B6).

use leptos::prelude::*;

use super::create::{open_conversation_when_created, submit_order};
use crate::{
    shared::{
        ids::OrderId,
        listings::{ListingCard, kind::ListingKind},
        orders::draft::{ORDER_NOTE_MAX_CHARS, QUANTITY_MAX},
        page::session::{PageSession, sign_in_path},
    },
    ui::components::{
        Attempt, CommandForm, SubmitButton,
        forms::field::{FieldNotes, FormError, FormErrorLine, focus_on_error, message_for},
    },
};

/// Shown to everybody but the host, while the listing is not paused. Signed-out visitors get a link to sign
/// in and return.
#[component]
pub fn BookingForm(listing: ListingCard, id: OrderId) -> impl IntoView {
    let session = expect_context::<PageSession>();
    if session.viewer.is_none() {
        let href = sign_in_path(&format!("/listings/{}", listing.id));
        return view! { <a class="button button--main button--wide" href=href>{booking_verb(listing.kind)}</a> }
            .into_any();
    }
    let attempt = Attempt::at("/rpc/create_order");
    let form = NodeRef::new();
    let error = attempt.error();
    focus_on_error(form, error);
    open_conversation_when_created(attempt);
    let kind = listing.kind;
    let (first, quantity) = match kind {
        ListingKind::Stay => ("Arrive", "Guests"),
        ListingKind::Tour => ("Day", "People"),
        ListingKind::Service => ("Day", "Hours"),
        ListingKind::Item => ("", "How many"),
    };
    view! {
        <CommandForm
            attempt
            node_ref=form
            class="booking__form"
            send=Box::new(move |fields| submit_order(id, Some(listing.id), &fields))
        >
            <input type="hidden" name="order_id" value=id.to_string()/>
            <input type="hidden" name="listing_id" value=listing.id.to_string()/>
            <input type="hidden" name="draft[seen_price_cents]" value=listing.price_cents.to_string()/>
            <div class="booking__box">
                {(kind != ListingKind::Item).then(|| view! {
                    <SmallField name="draft[starts_on]" field="starts_on" label=first kind="date" error/>
                }.into_any())}
                {(kind == ListingKind::Stay).then(|| view! {
                    <SmallField name="draft[ends_on]" field="ends_on" label="Leave" kind="date" error/>
                }.into_any())}
                <SmallField name="draft[quantity]" field="quantity" label=quantity kind="number" error/>
            </div>
            <details class="booking__more">
                <summary>"Add a note"</summary>
                <label class="visually-hidden" for="note-input">"Note"</label>
                <textarea
                    class="input input--area"
                    id="note-input"
                    name="draft[note]"
                    rows="3"
                    maxlength=ORDER_NOTE_MAX_CHARS.to_string()
                    placeholder="When you come, what you need…"
                ></textarea>
            </details>
            <FormErrorLine error fields=&["starts_on", "ends_on", "quantity"]/>
            <SubmitButton pending=attempt.is_pending class="button--main button--wide">{booking_verb(kind)}</SubmitButton>
        </CommandForm>
    }
    .into_any()
}

/// Label of the button that orders a listing of this kind.
pub fn booking_verb(kind: ListingKind) -> &'static str {
    match kind {
        ListingKind::Item => "Order",
        _ => "Ask to book",
    }
}

#[component]
fn SmallField(
    name: &'static str,
    field: &'static str,
    label: &'static str,
    kind: &'static str,
    error: FormError,
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
                required
                min=is_number.then_some("1")
                max=is_number.then(|| QUANTITY_MAX.to_string())
                value=is_number.then_some("1")
                aria-invalid=move || message.get().is_some().then_some("true")
                aria-describedby=move || message.get().map(|_| format!("{field}-error"))
            />
            <FieldNotes field message/>
        </div>
    }
}
