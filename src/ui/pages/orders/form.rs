//! Asking for something: of a listing on its page, or a custom order that describes what no listing
//! offers (B6).

use leptos::prelude::*;
use leptos_meta::Title;

use crate::shared::{
    listings::{
        draft::{TITLE_MAX_CHARS, TITLE_MIN_CHARS},
        kind::ListingKind,
    },
    orders::draft::{NOTE_MAX_CHARS, OrderDraft, QUANTITY_MAX},
};
use crate::ui::components::guard::SignedIn;
use crate::{
    api::orders::create_order,
    browser::environment,
    shared::{
        ids::{ListingId, OrderId},
        listings::ListingCard,
        page::session::{PageSession, sign_in_path},
    },
    ui::components::{
        AreaField, Attempt, CommandForm, SubmitButton, TextField,
        forms::{
            field::{FieldNotes, FormError, FormErrorLine, focus_on_error, message_for},
            form::{Fields, Sending},
        },
    },
};

const FIELDS: &[&str] = &["starts_on", "ends_on", "quantity", "note", "title"];

#[component]
pub fn NewOrderPage() -> impl IntoView {
    // The same id on both sides, so that a post before and one after hydration make one order.
    let id = SharedValue::new(OrderId::new).into_inner();
    view! {
        <SignedIn>
            <Title text="Ask for something"/>
            <main class="page form-page" id="main" tabindex="-1">
                <h1>"Ask for something"</h1>
                <p class="muted">"Describe what you want. Our team looks after it and asks you a price."</p>
                <CustomForm id/>
            </main>
        </SignedIn>
    }
    .into_any()
}

#[component]
fn CustomForm(id: OrderId) -> impl IntoView {
    let attempt = Attempt::at("/rpc/create_order");
    let form = NodeRef::new();
    let error = attempt.error();
    focus_on_error(form, error);
    go_to_chat(attempt);
    view! {
        <CommandForm attempt node_ref=form class="card form" send=Box::new(move |fields| order(id, None, &fields))>
            <input type="hidden" name="order_id" value=id.to_string()/>
            <TextField
                name="draft[title]"
                field="title"
                label="What is it?"
                hint="A few words, like “Oak table for eight”"
                error
                min=TITLE_MIN_CHARS
                max=TITLE_MAX_CHARS
            />
            <AreaField
                name="draft[note]"
                field="note"
                label="Description"
                hint="Size, material, colour, by when: all that matters to you."
                error
                max=NOTE_MAX_CHARS
            />
            <FormErrorLine error fields=FIELDS/>
            <div class="form__acts">
                <SubmitButton pending=attempt.is_pending>"Ask for it"</SubmitButton>
                <a class="button" href="/orders">"Cancel"</a>
            </div>
        </CommandForm>
    }
}

/// On the page of a listing that is open and somebody else's. Signed out it leads to sign-in and back.
#[component]
pub fn BookingForm(listing: ListingCard, id: OrderId) -> impl IntoView {
    let session = expect_context::<PageSession>();
    if session.viewer.is_none() {
        let href = sign_in_path(&format!("/listings/{}", listing.id));
        return view! { <a class="button button--main button--wide" href=href>{verb(listing.kind)}</a> }
            .into_any();
    }
    let attempt = Attempt::at("/rpc/create_order");
    let form = NodeRef::new();
    let error = attempt.error();
    focus_on_error(form, error);
    go_to_chat(attempt);
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
            send=Box::new(move |fields| order(id, Some(listing.id), &fields))
        >
            <input type="hidden" name="order_id" value=id.to_string()/>
            <input type="hidden" name="listing_id" value=listing.id.to_string()/>
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
                    maxlength=NOTE_MAX_CHARS.to_string()
                    placeholder="When you come, what you need…"
                ></textarea>
            </details>
            <FormErrorLine error fields=&["starts_on", "ends_on", "quantity"]/>
            <SubmitButton pending=attempt.is_pending class="button--main button--wide">{verb(kind)}</SubmitButton>
        </CommandForm>
    }
    .into_any()
}

pub fn verb(kind: ListingKind) -> &'static str {
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

fn order(id: OrderId, listing: Option<ListingId>, fields: &Fields) -> Sending {
    let draft = OrderDraft {
        starts_on: fields.text("draft[starts_on]"),
        ends_on: fields.text("draft[ends_on]"),
        quantity: fields.text("draft[quantity]"),
        note: fields.text("draft[note]"),
        title: fields.text("draft[title]"),
    };
    // The one that stands in the page, which a post before hydration would have sent too.
    let id = fields.text("order_id").parse().unwrap_or(id);
    Box::pin(
        async move { create_order(id, listing, draft).await.map(|order| order.conversation.to_string()) },
    )
}

/// The order has a conversation of its own, where it is told and where it goes on.
fn go_to_chat(attempt: Attempt) {
    Effect::new(move |_| {
        if let Some(Ok(conversation)) = attempt.answer.get() {
            environment::load(&format!("/messages/{conversation}"));
        }
    });
}
