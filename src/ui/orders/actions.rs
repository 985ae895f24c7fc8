//! Actions of an order: a button for each transition that the state machine allows the viewer. Each button is
//! a form, so it works before hydration and without script.

use leptos::prelude::*;

use super::{
    quote_form::{QuoteButton, QuoteDialog, QuoteForm},
    transition_form::TransitionForm,
};
use crate::{
    shared::{
        orders::{
            card::OrderCard,
            workflow::{OrderKind, Status, TRANSITIONS, Transition},
        },
        page::session::PageSession,
        users::rank::Rank,
        words,
    },
    ui::{
        components::reactive_view,
        menu::{Menu, MoreMenu, SubmitItem},
    },
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

    /// Part of element ids: an order may have actions in several places of a page.
    fn place(self) -> &'static str {
        match self {
            Self::All => "card",
            Self::ExceptQuoteAnswers => "subject",
            Self::QuoteAnswers => "quote",
            Self::RequestAnswers => "request",
            Self::NextFirst => "row",
        }
    }

    /// Whether a transition is an item of the menu: in a row of a table all that end an order are, and elsewhere "Cancel"
    /// where it would stand beside "Decline price".
    fn is_in_menu(self, transition: Transition, offered: &[Transition]) -> bool {
        match self {
            Self::NextFirst => !is_on_happy_path(transition),
            _ => transition == Transition::Cancel && offered.contains(&Transition::DeclineQuote),
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
/// the change as an update, others must fetch it. `takes_part` says whether the viewer can write to the order's
/// conversation.
#[component]
pub fn OrderActions(
    order: Memo<Option<OrderCard>>,
    offer: ActionSet,
    #[prop(optional, into)] done: Option<Callback<()>>,
    #[prop(optional)] takes_part: Option<Signal<bool>>,
) -> impl IntoView {
    let viewer = expect_context::<PageSession>().viewer;
    let takes_part = takes_part.unwrap_or_else(|| Signal::stored(true));
    reactive_view(move || {
        let order = order.get()?;
        let viewer = viewer.as_ref()?;
        if let Some(url) = order.url {
            let is_answer = matches!(offer, ActionSet::QuoteAnswers | ActionSet::RequestAnswers);
            return (!is_answer).then(|| view! { <OutsideLink url/> }.into_any());
        }
        let offered: Vec<_> =
            order.transitions(viewer).into_iter().filter(|transition| offer.includes(*transition)).collect();
        let may_quote = !matches!(offer, ActionSet::QuoteAnswers | ActionSet::RequestAnswers)
            && order.kind == OrderKind::Custom
            && order.status == Status::Pending
            && viewer.rank != Rank::Member
            && viewer.id != order.guest;
        if offered.is_empty() && !may_quote {
            return None;
        }
        let (in_menu, mut shown): (Vec<_>, Vec<_>) =
            offered.iter().copied().partition(|transition| offer.is_in_menu(*transition, &offered));
        shown.sort_by_key(|transition| is_on_happy_path(*transition));
        let place = offer.place();
        let (menu, dialog) = (Menu::default(), QuoteDialog::new());
        let is_quote_in_menu = may_quote && offer == ActionSet::NextFirst;
        let quote_form = may_quote
            .then(|| view! { <QuoteForm order=order.clone() place dialog takes_part done/> }.into_any());
        let quote_button = |menu: Option<Menu>| {
            let order = order.clone();
            match menu {
                Some(menu) => view! { <QuoteButton order place dialog menu/> }.into_any(),
                None => view! { <QuoteButton order place dialog/> }.into_any(),
            }
        };
        let form_id = |transition: Transition| format!("{}-{place}-{}", transition.as_str(), order.code);
        let more = (is_quote_in_menu || !in_menu.is_empty()).then(|| {
            let quote = is_quote_in_menu.then(|| quote_button(Some(menu)));
            let items = in_menu.iter().map(|transition| {
                let (form, label) = (form_id(*transition), menu_label(*transition));
                view! { <SubmitItem menu form label is_danger=true/> }.into_any()
            });
            let items = items.collect_view();
            let (id, label) = (format!("more-{place}-{}", order.code), order.title.clone());
            let forms = in_menu.iter().map(|transition| {
                let (order, id) = (order.clone(), form_id(*transition));
                view! { <TransitionForm order transition=*transition done takes_part id/> }.into_any()
            });
            view! {
                <MoreMenu menu id label>{quote} {items}</MoreMenu>
                // Sent by the items of the menu.
                <div class="steps__forms">{forms.collect_view()}</div>
            }
            .into_any()
        });
        let buttons = shown.into_iter().map(|transition| {
            view! { <TransitionForm order=order.clone() transition done takes_part/> }.into_any()
        });
        let buttons = buttons.collect_view();
        let quote = (may_quote && !is_quote_in_menu).then(|| quote_button(None));
        Some(view! { <div class="steps">{quote} {buttons} {more} {quote_form}</div> }.into_any())
    })
}

/// The way to the marketplace's page of an order that it owns, in place of steps.
#[component]
fn OutsideLink(url: String) -> impl IntoView {
    view! {
        <div class="steps">
            <a class="button" href=url target="_blank" rel="noopener noreferrer">{words::order_actions_outside()}</a>
        </div>
    }
}

/// In a menu a verb alone does not say what it ends.
fn menu_label(transition: Transition) -> &'static str {
    match transition {
        Transition::Cancel => words::order_actions_cancel_order(),
        Transition::Decline => words::order_actions_decline_request(),
        other => other.verb(),
    }
}
