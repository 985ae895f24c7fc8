//! What can be done about an order by whoever looks at it: a button for each step that the table of
//! the status machine leaves open. Each is a form, so it works before the script is there.

use leptos::{ev::SubmitEvent, prelude::*};
use wasm_bindgen::JsCast;

use crate::shared::{
    orders::{
        card::OrderCard,
        workflow::{OrderKind, Status, TRANSITIONS, Transition},
    },
    users::rank::Rank,
};
use crate::{
    api::orders::{quote_order, step_order},
    browser::use_live,
    shared::{ids::MessageId, page::session::PageSession},
    ui::components::{Attempt, CommandForm, Icon, SubmitButton, changing, use_toasts},
};

/// Which steps are offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    All,
    /// All but the answers to a quote, which stand below the quote.
    Steps,
    /// The answers to a quote.
    Answers,
    /// What answers a request: yes or no.
    Replies,
    /// The one that goes on, and the others behind a button: for a row of a table.
    Next,
}

impl Offer {
    fn holds(self, step: Transition) -> bool {
        let is_answer = matches!(step, Transition::AcceptQuote | Transition::DeclineQuote);
        match self {
            Self::All | Self::Next => true,
            Self::Steps => !is_answer,
            Self::Answers => is_answer,
            Self::Replies => is_answer || matches!(step, Transition::Accept | Transition::Decline),
        }
    }
}

/// What leads on, in contrast to what ends an order.
fn leads_on(step: Transition) -> bool {
    Status::WAY[1..].iter().any(|to| TRANSITIONS.iter().any(|rule| rule.step == step && rule.to == *to))
}

/// `done` is told once a step is taken; what it changed comes by itself where one takes part.
#[component]
pub fn OrderActions(
    order: Memo<Option<OrderCard>>,
    offer: Offer,
    #[prop(optional, into)] done: Option<Callback<()>>,
) -> impl IntoView {
    let viewer = expect_context::<PageSession>().viewer;
    changing(move || {
        let order = order.get()?;
        let viewer = viewer.as_ref()?;
        let steps: Vec<_> = order.steps(viewer).into_iter().filter(|step| offer.holds(*step)).collect();
        let may_quote = !matches!(offer, Offer::Answers | Offer::Replies)
            && order.kind == OrderKind::Custom
            && order.status == Status::Pending
            && viewer.rank != Rank::Member
            && viewer.id != order.guest;
        if steps.is_empty() && !may_quote {
            return None;
        }
        let (on, ends): (Vec<_>, Vec<_>) = steps.into_iter().partition(|step| leads_on(*step));
        let buttons = |steps: Vec<Transition>| {
            steps
                .into_iter()
                .map(|step| view! { <StepForm order=order.clone() step done/> }.into_any())
                .collect_view()
        };
        let quote = may_quote.then(|| view! { <QuoteForm order=order.clone() done/> }.into_any());
        let has_rest = quote.is_some() || !ends.is_empty();
        let view = if offer == Offer::Next {
            let rest = has_rest.then(|| {
                view! {
                    <details class="steps__more" on:submit=close_menu>
                        <summary class="button button--icon" aria-label="More"><Icon name="more"/></summary>
                        <div class="steps__rest">{quote} {buttons(ends)}</div>
                    </details>
                }
                .into_any()
            });
            view! { <div class="steps">{buttons(on)} {rest}</div> }.into_any()
        } else {
            view! { <div class="steps">{quote} {buttons(ends)} {buttons(on)}</div> }.into_any()
        };
        Some(view)
    })
}

/// What was chosen from a menu closes it.
fn close_menu(event: SubmitEvent) {
    let form = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    if let Some(menu) = form.and_then(|form| form.closest("details").ok().flatten()) {
        let closed = menu.remove_attribute("open");
        debug_assert!(closed.is_ok());
    }
}

#[component]
fn StepForm(order: OrderCard, step: Transition, done: Option<Callback<()>>) -> impl IntoView {
    let attempt = Attempt::at("/rpc/step_order");
    // One id for all attempts at this step: an answer that was lost is found again.
    let id = MessageId::new();
    follow(attempt, done);
    let ask = move |event: SubmitEvent| {
        let is_sure =
            step.question().is_none_or(|question| window().confirm_with_message(question).unwrap_or(true));
        if !is_sure {
            event.prevent_default();
        }
    };
    let (key, expected) = (order.id.to_string(), order.status);
    let class = match step {
        // Only what is new asks for attention.
        Transition::Accept | Transition::AcceptQuote => "button--main",
        Transition::Decline
        | Transition::DeclineQuote
        | Transition::Start
        | Transition::Complete
        | Transition::Cancel => "",
    };
    let sent = key.clone();
    view! {
        <CommandForm
            attempt
            on:submit:capture=ask
            send=Box::new(move |fields| {
                let key = sent.clone();
                Box::pin(async move {
                    let id = fields.text("message_id").parse().unwrap_or(id);
                    step_order(key, id, expected, step).await.map(|_| String::new())
                })
            })
        >
            <input type="hidden" name="order" value=key/>
            <input type="hidden" name="message_id" value=id.to_string()/>
            <input type="hidden" name="expected" value=expected.as_str()/>
            <input type="hidden" name="step" value=step.as_str()/>
            <SubmitButton pending=attempt.is_pending class>{step.verb()}</SubmitButton>
        </CommandForm>
    }
}

/// The price that an operator asks for a custom order (B6).
#[component]
fn QuoteForm(order: OrderCard, done: Option<Callback<()>>) -> impl IntoView {
    let attempt = Attempt::at("/rpc/quote_order");
    let id = MessageId::new();
    follow(attempt, done);
    let key = order.id.to_string();
    let sent = key.clone();
    let shown = order.quote.map(|quote| quote.price.text()).unwrap_or_default();
    view! {
        <CommandForm
            attempt
            class="quote"
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
                required
                placeholder=if shown.is_empty() { "€".to_owned() } else { shown }
            />
            <SubmitButton pending=attempt.is_pending class="">
                {if order.quote.is_some() { "Change price" } else { "Ask price" }}
            </SubmitButton>
        </CommandForm>
    }
}

/// Says what went wrong, and sees to it that what is shown is how it stands now.
fn follow(attempt: Attempt, done: Option<Callback<()>>) {
    let live = use_live();
    let toasts = use_toasts();
    Effect::new(move |_| {
        let Some(answer) = attempt.answer.get() else { return };
        if let Err(error) = answer {
            toasts.error(error.message);
        }
        live.refresh();
        if let Some(done) = done {
            done.run(());
        }
    });
}
