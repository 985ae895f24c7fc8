//! New-order page: a custom order, which describes something that no listing offers (B6).

use leptos::prelude::*;
use leptos_meta::Title;

use super::create::{open_conversation_when_created, submit_order};
use crate::{
    shared::{
        ids::OrderId,
        listings::draft::{TITLE_MAX_CHARS, TITLE_MIN_CHARS},
        orders::draft::ORDER_NOTE_MAX_CHARS,
        words,
    },
    ui::components::{
        AreaField, Attempt, CommandForm, SubmitButton, TextField,
        forms::field::{FormErrorLine, focus_on_error},
        guard::SignedIn,
    },
};

const FIELDS: &[&str] = &["starts_on", "ends_on", "quantity", "note", "title"];

#[component]
pub fn NewOrderPage() -> impl IntoView {
    // Server and browser use one id, so that a post before and one after hydration are idempotent.
    let id = SharedValue::new(OrderId::new).into_inner();
    view! {
        <SignedIn>
            <Title text=words::orders_ask()/>
            <main class="page form-page" id="main" tabindex="-1">
                <h1>{words::orders_ask()}</h1>
                <p class="muted">{words::orders_form_text()}</p>
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
    open_conversation_when_created(attempt);
    view! {
        <CommandForm attempt node_ref=form class="card form" send=Box::new(move |fields| submit_order(id, None, &fields))>
            <input type="hidden" name="order_id" value=id.to_string()/>
            <TextField
                name="draft[title]"
                field="title"
                label=words::orders_form_title()
                hint=words::orders_form_title_hint()
                error
                min=TITLE_MIN_CHARS
                max=TITLE_MAX_CHARS
            />
            <AreaField
                name="draft[note]"
                field="note"
                label=words::orders_form_description()
                hint=words::orders_form_description_hint()
                error
                max=ORDER_NOTE_MAX_CHARS
            />
            <FormErrorLine error fields=FIELDS/>
            <div class="form__acts">
                <SubmitButton pending=attempt.is_pending>{words::orders_form_submit()}</SubmitButton>
                <a class="button" href="/orders">{words::common_cancel()}</a>
            </div>
        </CommandForm>
    }
}
