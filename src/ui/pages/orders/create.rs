//! Command of both order forms: creates the order, then opens its conversation.

use leptos::prelude::*;

use crate::{
    api::orders::create_order,
    browser::environment,
    shared::{
        ids::{ListingId, OrderId},
        orders::draft::OrderDraft,
        page::session::{booking_form_path, sign_in_path, writing_path},
    },
    ui::components::{
        Attempt,
        forms::form::{CommandFuture, Fields},
    },
};

/// Leads to sign-in and back to the listing, where the form has what was chosen.
pub fn sign_in_first(listing: ListingId, fields: &Fields) -> CommandFuture {
    environment::load(&sign_in_path(&booking_form_path(listing, &draft_of(fields))));
    Box::pin(std::future::pending())
}

/// Creates the order that the form describes, a custom order where there is no listing. Answers with the id
/// of the order's conversation.
pub fn submit_order(id: OrderId, listing: Option<ListingId>, fields: &Fields) -> CommandFuture {
    let draft = draft_of(fields);
    // Idempotent: the page's own id wins, which a post before hydration has sent too.
    let id = fields.text("order_id").parse().unwrap_or(id);
    Box::pin(
        async move { create_order(id, listing, draft).await.map(|order| order.conversation.to_string()) },
    )
}

fn draft_of(fields: &Fields) -> OrderDraft {
    OrderDraft {
        starts_on: fields.text("draft[starts_on]"),
        ends_on: fields.text("draft[ends_on]"),
        quantity: fields.text("draft[quantity]"),
        note: fields.text("draft[note]"),
        title: fields.text("draft[title]"),
        seen_price_cents: fields.text("draft[seen_price_cents]").parse().ok(),
    }
}

/// Opens the conversation of the order once it is created.
pub fn open_conversation_when_created(attempt: Attempt) {
    Effect::new(move |_| {
        if let Some(Ok(conversation)) = attempt.answer.get() {
            environment::load(&writing_path(&conversation));
        }
    });
}
