//! What I have ordered (B1): a card for each order, kept current by news, and the way to its chat.

use leptos::{prelude::*, task::spawn_local};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use crate::shared::sync::pages::OrderPage;
use crate::shared::{
    conversations::role::Role,
    orders::{
        filter::{OrderFilter, OrderView},
        workflow::Status,
    },
};
use crate::ui::components::{guard::SignedIn, not_found::Failed};
use crate::{
    api::orders::get_orders,
    browser::use_live,
    shared::{ids::ConversationId, page::payload::PagePayload},
    ui::{
        components::{EmptyState, Fetched, Icon, Skeleton, changing, fetched, use_toasts},
        orders::card::OrderCardView,
    },
};

#[component]
pub fn OrdersPage() -> impl IntoView {
    view! {
        <SignedIn>
            <Title text="Orders"/>
            <main class="page" id="main" tabindex="-1">
                <header class="page__head">
                    <h1>"Your orders"</h1>
                    <a class="button" href="/orders/new">
                        <Icon name="plus"/>
                        "Ask for something"
                    </a>
                </header>
                <Orders view=OrderView::Mine path="/orders"/>
            </main>
        </SignedIn>
    }
    .into_any()
}

/// Which orders of a dashboard are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Active,
    Finished,
    Ended,
}

impl Part {
    const ALL: [Self; 3] = [Self::Active, Self::Finished, Self::Ended];

    /// Its name in the address.
    fn key(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Finished => "finished",
            Self::Ended => "ended",
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Finished => "Finished",
            Self::Ended => "Cancelled",
        }
    }

    fn statuses(self) -> Vec<Status> {
        match self {
            Self::Active => vec![Status::Pending, Status::Accepted, Status::InProgress],
            Self::Finished => vec![Status::Completed],
            Self::Ended => vec![Status::Declined, Status::Cancelled],
        }
    }
}

/// The orders of one side: those that I made, or those for my listings. `path` is the page's address.
#[component]
pub fn Orders(view: OrderView, path: &'static str) -> impl IntoView {
    let query = use_query_map();
    let part = Memo::new(move |_| {
        query.with(|query| {
            let key = query.get_str("show").unwrap_or_default();
            Part::ALL.into_iter().find(|part| part.key() == key).unwrap_or(Part::Active)
        })
    });
    let found = fetched(Signal::derive(move || part.get().key().to_owned()), move || {
        let filter = OrderFilter { statuses: part.get_untracked().statuses(), ..OrderFilter::default() };
        Box::pin(async move { PagePayload::Orders(get_orders(view, filter, None).await) })
    });
    view! {
        <nav class="chips" aria-label="Which orders">
            {Part::ALL.into_iter().map(|one| view! {
                <a
                    class="chip"
                    href=format!("{path}?show={}", one.key())
                    aria-current=move || (part.get() == one).then_some("true")
                >
                    {one.word()}
                </a>
            }.into_any()).collect_view()}
        </nav>
        <Fetched
            from=found
            fallback=|| view! { <Skeleton count=3/> }
            show=Box::new(move |found| match found.orders() {
                    Ok(page) => view! { <OrderList view part=part.get_untracked() page/> }.into_any(),
                    Err(error) => view! { <Failed error/> }.into_any(),
            })
        />
    }
}

/// The cards, with what comes in meanwhile on top.
#[component]
fn OrderList(view: OrderView, part: Part, page: OrderPage) -> impl IntoView {
    let live = use_live();
    let toasts = use_toasts();
    let next = RwSignal::new(page.next);
    let ids = RwSignal::new(take_up(page));
    let role = match view {
        OrderView::Mine => Role::Guest,
        OrderView::Hosting => Role::Host,
    };
    // An order that is made while the page is open.
    let is_new = move |status: Status| part.statuses().contains(&status);
    Effect::new(move |before: Option<()>| {
        let fresh = live.inbox.with(|inbox| {
            let held = ids.read_untracked();
            let rows = inbox.rows().into_iter().filter(|row| row.role == role && !held.contains(&row.id));
            rows.filter(|row| row.subject.order().is_some_and(|order| is_new(order.status)))
                .filter(|row| next.read_untracked().is_none_or(|next| row.listed > next.listed))
                .map(|row| row.id)
                .collect::<Vec<_>>()
        });
        if !fresh.is_empty() && before.is_some() {
            ids.update(|ids| drop(ids.splice(0..0, fresh)));
        }
    });
    let more = move |_| {
        let Some(after) = next.get_untracked() else { return };
        let filter = OrderFilter { statuses: part.statuses(), ..OrderFilter::default() };
        spawn_local(async move {
            match get_orders(view, filter, Some(after)).await {
                Ok(page) => {
                    next.try_set(page.next);
                    let older = live.take_orders(page.orders);
                    ids.try_update(|ids| {
                        ids.extend(older.into_iter().filter(|id| !ids.contains(id)).collect::<Vec<_>>())
                    });
                }
                Err(error) => toasts.error(error.message),
            }
        });
    };
    view! {
        <ul class="orders">
            <For each=move || ids.get() key=|id| *id let:id>
                <OrderCardView id/>
            </For>
        </ul>
        {changing(move || ids.with(Vec::is_empty).then(|| view! { <NoOrders view part/> }.into_any()))}
        {changing(move || next.get().map(|_| view! {
            <button class="button" type="button" on:click=more>"Show more"</button>
        }.into_any()))}
    }
}

/// Their conversations go where news keep them current.
fn take_up(page: OrderPage) -> Vec<ConversationId> {
    use_live().take_orders(page.orders)
}

#[component]
fn NoOrders(view: OrderView, part: Part) -> impl IntoView {
    let (title, text) = match (view, part) {
        (OrderView::Mine, Part::Active) => (
            "Nothing on the go",
            "Book a stay, order something made by hand, or ask for what nobody offers yet.",
        ),
        (OrderView::Mine, Part::Finished) => ("Nothing finished yet", "Orders that are done are kept here."),
        (OrderView::Hosting, Part::Active) => {
            ("No requests yet", "When somebody books one of your listings, it shows here at once.")
        }
        (OrderView::Hosting, Part::Finished) => {
            ("Nothing finished yet", "Orders that are done are kept here.")
        }
        (_, Part::Ended) => ("Nothing here", "What was declined or cancelled is kept here."),
    };
    view! {
        <EmptyState title text art="offer">
            {(view == OrderView::Mine && part == Part::Active).then(|| view! {
                <a class="button button--main" href="/">"Explore listings"</a>
            })}
        </EmptyState>
    }
}
