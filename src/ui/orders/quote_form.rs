//! Form of a quote: the price of a custom order.

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement};

use super::transition_form::report_outcome;
use crate::{
    api::orders::quote_order,
    shared::{ids::MessageId, orders::card::OrderCard},
    ui::components::{Attempt, CommandForm, SubmitButton},
};

/// The form of an operator who asks a price for a custom order (B6).
#[component]
pub fn QuoteForm(order: OrderCard, done: Option<Callback<()>>) -> impl IntoView {
    let attempt = Attempt::at("/rpc/quote_order");
    let id = MessageId::new();
    report_outcome(attempt, done);
    // The first press on the button leads to the empty field, without a complaint about it.
    let submit = move |event: ev::SubmitEvent| {
        // By its form: the listener may outlive what this form was rendered from.
        let form = event.target().and_then(|form| form.dyn_into::<Element>().ok());
        let price = form.and_then(|form| form.query_selector("input[name=price]").ok().flatten());
        if let Some(price) = price.and_then(|price| price.dyn_into::<HtmlInputElement>().ok())
            && price.value().trim().is_empty()
        {
            event.prevent_default();
            drop(price.focus());
        }
    };
    let key = order.id.to_string();
    let sent = key.clone();
    let asked = order.quote.map(|quote| quote.price.text()).unwrap_or_default();
    view! {
        <CommandForm
            attempt
            class="quote"
            on:submit:capture=submit
            send=Box::new(move |fields| {
                let key = sent.clone();
                Box::pin(async move {
                    let id = fields.text("message_id").parse().unwrap_or(id);
                    quote_order(key, id, fields.text("price")).await.map(|_| String::new())
                })
            })
        >
            <input type="hidden" name="order" value=key/>
            <input type="hidden" name="message_id" value=id.to_string()/>
            <input
                class="input quote__price"
                name="price"
                aria-label="Price in euros"
                inputmode="decimal"
                autocomplete="off"
                maxlength="12"
                placeholder=if asked.is_empty() { "€".to_owned() } else { asked }
            />
            <SubmitButton pending=attempt.is_pending class="">
                {if order.quote.is_some() { "Change price" } else { "Ask price" }}
            </SubmitButton>
        </CommandForm>
    }
}
