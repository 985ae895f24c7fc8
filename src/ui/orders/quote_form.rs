//! Form of a quote: the price of a custom order, in a dialog. Without script it is a popover.

use leptos::{ev, html, prelude::*};

use super::{
    focus::focus_status_after,
    transition_form::{PRICE_FIELD, report_outcome},
};
use crate::{
    api::orders::quote_order,
    browser::use_live,
    shared::{ids::MessageId, orders::card::OrderCard, words},
    ui::{
        components::{Attempt, CommandForm, Icon, SubmitButton, forms::confirm::REMARK, reactive_view},
        menu::Menu,
    },
};

const NOTE_MAX_CHARS: &str = "500";

/// Opens and closes the form of a quote.
#[derive(Clone, Copy)]
pub struct QuoteDialog(NodeRef<html::Dialog>);

impl QuoteDialog {
    pub fn new() -> Self {
        Self(NodeRef::new())
    }

    /// A click on a button whose `popovertarget` is the dialog: with script it is a modal one.
    fn open(self, event: &ev::MouseEvent) {
        if let Some(dialog) = self.0.get_untracked() {
            event.prevent_default();
            drop(dialog.show_modal());
        }
    }

    fn close(self) {
        if let Some(dialog) = self.0.try_get_untracked().flatten() {
            dialog.close();
        }
    }
}

/// The element id of the dialog. `place` tells apart several of one order on a page.
fn dialog_id(order: &OrderCard, place: &str) -> String {
    format!("quote-{place}-{}", order.code)
}

fn verb(order: &OrderCard) -> &'static str {
    if order.quote.is_some() {
        words::order_actions_change_price()
    } else {
        words::order_actions_propose_price()
    }
}

/// The button that opens the form; in a menu it is an item.
#[component]
pub fn QuoteButton(
    order: OrderCard,
    place: &'static str,
    dialog: QuoteDialog,
    #[prop(optional)] menu: Option<Menu>,
) -> impl IntoView {
    let press = move |event: ev::MouseEvent| {
        if let Some(menu) = menu {
            menu.close();
        }
        dialog.open(&event);
    };
    view! {
        <button
            class=if menu.is_some() { "menu__item" } else { "button" }
            type="button"
            role=menu.is_some().then_some("menuitem")
            popovertarget=dialog_id(&order, place)
            on:click=press
        >
            {verb(&order)}
        </button>
    }
}

/// The form of an operator who proposes a price for a custom order (B6). The note becomes a message of theirs, so only an
/// operator who takes part in the conversation can write one.
#[component]
pub fn QuoteForm(
    order: OrderCard,
    place: &'static str,
    dialog: QuoteDialog,
    takes_part: Signal<bool>,
    done: Option<Callback<()>>,
) -> impl IntoView {
    let attempt = Attempt::at("/rpc/quote_order");
    let live = use_live();
    let id = MessageId::new();
    let of_price = Memo::new(move |_| {
        let error = attempt.error().get().filter(|error| error.field.as_deref() == Some(PRICE_FIELD));
        error.map(|error| error.message)
    });
    let form = NodeRef::new();
    report_outcome(attempt, done);
    focus_status_after(attempt, form, order.code);
    Effect::new(move |_| {
        if attempt.answer.with(|answer| matches!(answer, Some(Ok(_)))) {
            dialog.close();
        }
    });
    let popover = dialog_id(&order, place);
    let hidden = popover.clone();
    let (key, title) = (order.id.to_string(), verb(&order));
    let sent = key.clone();
    let proposed = order.quote.map(|quote| quote.price.text()).unwrap_or_default();
    view! {
        <dialog class="ask" popover="auto" id=popover aria-label=title node_ref=dialog.0>
            <CommandForm
                attempt
                node_ref=form
                class="quote-form"
                send=Box::new(move |fields| {
                    let key = sent.clone();
                    Box::pin(async move {
                        let id = fields.text("message_id").parse().unwrap_or(id);
                        let done = quote_order(key, id, fields.text(PRICE_FIELD)).await?;
                        let note = fields.text(REMARK);
                        if !note.trim().is_empty() {
                            live.send(done.conversation, note, Default::default())?;
                        }
                        Ok(String::new())
                    })
                })
            >
                <h2>{title}</h2>
                <p>{order.title}</p>
                <input type="hidden" name="order" value=key/>
                <input type="hidden" name="message_id" value=id.to_string()/>
                <label class="ask__remark">
                    {words::order_actions_price()}
                    <input
                        class="input"
                        name=PRICE_FIELD
                        inputmode="decimal"
                        autocomplete="off"
                        required
                        maxlength="15"
                        placeholder=if proposed.is_empty() { "€".to_owned() } else { proposed }
                        aria-invalid=move || of_price.with(Option::is_some).then_some("true")
                    />
                </label>
                {reactive_view(move || {
                    let message = of_price.get()?;
                    Some(view! {
                        <p class="field__error" role="alert"><Icon name="alert" class="icon--16"/>{message}</p>
                    }.into_any())
                })}
                {move || (live.is_hydrated.get() && takes_part.get()).then(|| view! {
                    <label class="ask__remark">
                        {words::order_actions_note()}
                        <textarea class="input" name=REMARK rows="2" maxlength=NOTE_MAX_CHARS></textarea>
                    </label>
                })}
                <div class="ask__acts">
                    <button
                        type="button"
                        class="button"
                        popovertarget=hidden
                        popovertargetaction="hide"
                        on:click=move |event| {
                            event.prevent_default();
                            dialog.close();
                        }
                    >
                        {words::common_not_now()}
                    </button>
                    <SubmitButton pending=attempt.is_pending>{title}</SubmitButton>
                </div>
            </CommandForm>
        </dialog>
    }
}
