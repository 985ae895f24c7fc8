//! Actions of an order: a button for each transition that the state machine allows the viewer. Each button is
//! a form, so it works before hydration and without script.

use leptos::{ev::SubmitEvent, prelude::*};
use wasm_bindgen::JsCast;

use super::{quote_form::QuoteForm, transition_form::TransitionForm};
use crate::{
    shared::{
        orders::{
            card::OrderCard,
            workflow::{OrderKind, Status, TRANSITIONS, Transition},
        },
        page::session::PageSession,
        users::rank::Rank,
    },
    ui::components::{Icon, reactive_view},
};

/// The actions to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionSet {
    All,
    /// All but the answers to a quote, which are below the quote.
    ExceptQuoteAnswers,
    /// The answers to a quote.
    QuoteAnswers,
    /// The answers to a request or a quote.
    RequestAnswers,
    /// Those on the happy path, and the others in a menu: for a row of a table.
    NextFirst,
}

impl ActionSet {
    fn includes(self, transition: Transition) -> bool {
        let is_answer = matches!(transition, Transition::AcceptQuote | Transition::DeclineQuote);
        match self {
            Self::All | Self::NextFirst => true,
            Self::ExceptQuoteAnswers => !is_answer,
            Self::QuoteAnswers => is_answer,
            Self::RequestAnswers => {
                is_answer || matches!(transition, Transition::Accept | Transition::Decline)
            }
        }
    }
}

/// Whether a transition leads along the happy path, in contrast to one that ends an order.
fn is_on_happy_path(transition: Transition) -> bool {
    Status::HAPPY_PATH[1..]
        .iter()
        .any(|to| TRANSITIONS.iter().any(|rule| rule.transition == transition && rule.to == *to))
}

/// Renders nothing if the viewer may do nothing. `done` is called after each attempt: participants receive
/// the change as an update, others must fetch it.
#[component]
pub fn OrderActions(
    order: Memo<Option<OrderCard>>,
    offer: ActionSet,
    #[prop(optional, into)] done: Option<Callback<()>>,
) -> impl IntoView {
    let viewer = expect_context::<PageSession>().viewer;
    reactive_view(move || {
        let order = order.get()?;
        let viewer = viewer.as_ref()?;
        let transitions: Vec<_> =
            order.transitions(viewer).into_iter().filter(|transition| offer.includes(*transition)).collect();
        let may_quote = !matches!(offer, ActionSet::QuoteAnswers | ActionSet::RequestAnswers)
            && order.kind == OrderKind::Custom
            && order.status == Status::Pending
            && viewer.rank != Rank::Member
            && viewer.id != order.guest;
        if transitions.is_empty() && !may_quote {
            return None;
        }
        let (next, ending): (Vec<_>, Vec<_>) =
            transitions.into_iter().partition(|transition| is_on_happy_path(*transition));
        let buttons = |transitions: Vec<Transition>| {
            transitions
                .into_iter()
                .map(|transition| view! { <TransitionForm order=order.clone() transition done/> }.into_any())
                .collect_view()
        };
        let quote = may_quote.then(|| view! { <QuoteForm order=order.clone() done/> }.into_any());
        let has_rest = quote.is_some() || !ending.is_empty();
        let view = if offer == ActionSet::NextFirst {
            let rest = has_rest.then(|| {
                view! {
                    <details class="steps__more" on:submit=close_menu>
                        <summary class="button button--icon" aria-label="More"><Icon name="more"/></summary>
                        <div class="steps__rest">{quote} {buttons(ending)}</div>
                    </details>
                }
                .into_any()
            });
            view! { <div class="steps">{buttons(next)} {rest}</div> }.into_any()
        } else {
            view! { <div class="steps">{quote} {buttons(ending)} {buttons(next)}</div> }.into_any()
        };
        Some(view)
    })
}

/// Closes the menu after an action was chosen from it.
fn close_menu(event: SubmitEvent) {
    let form = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    if let Some(menu) = form.and_then(|form| form.closest("details").ok().flatten()) {
        let closed = menu.remove_attribute("open");
        debug_assert!(closed.is_ok());
    }
}
