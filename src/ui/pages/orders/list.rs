//! Orders page (B1): a card for each order of the viewer, kept current by updates, with a link to its
//! conversation.

use leptos::{prelude::*, task::spawn_local};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use crate::{
    api::{listings::get_my_listings, orders::get_orders},
    browser::{
        storage::database::{self, ObjectStore, Write},
        use_live,
    },
    shared::{
        conversations::role::Role,
        errors::{ApiError, ErrorCode},
        ids::ConversationId,
        orders::{
            filter::{OrderFilter, OrderView},
            workflow::Status,
        },
        page::payload::PagePayload,
        sync::pages::OrderPage,
        words,
    },
    ui::{
        components::{
            EmptyState, Icon, ResourceView, Skeleton, guard::SignedIn, not_found::LoadError, page_resource,
            reactive_view, use_toasts,
        },
        orders::card::OrderCardView,
    },
};

#[component]
pub fn OrdersPage() -> impl IntoView {
    view! {
        <SignedIn>
            <Title text=words::orders_title()/>
            <main class="page" id="main" tabindex="-1">
                <header class="page__head">
                    <h1>{words::orders_heading()}</h1>
                    <a class="button" href="/orders/new">
                        <Icon name="plus"/>
                        {words::orders_ask()}
                    </a>
                </header>
                <Orders view=OrderView::Mine path="/orders"/>
            </main>
        </SignedIn>
    }
    .into_any()
}

/// The filter of a dashboard by status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum StatusGroup {
    Active,
    Finished,
    Ended,
}

impl StatusGroup {
    const ALL: [Self; 3] = [Self::Active, Self::Finished, Self::Ended];

    /// Its value in the URL's query.
    fn key(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Finished => "finished",
            Self::Ended => "ended",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Active => words::orders_group_active(),
            Self::Finished => words::orders_group_finished(),
            Self::Ended => words::orders_group_ended(),
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

/// The viewer's orders as guest, or those for the viewer's listings. `path` is the path of the page that
/// shows them.
#[component]
pub fn Orders(view: OrderView, path: &'static str) -> impl IntoView {
    let query = use_query_map();
    let group = Memo::new(move |_| {
        query.with(|query| {
            let key = query.get_str("show").unwrap_or_default();
            StatusGroup::ALL.into_iter().find(|group| group.key() == key).unwrap_or(StatusGroup::Active)
        })
    });
    let orders = page_resource(Signal::derive(move || group.get().key().to_owned()), move || {
        let filter = OrderFilter { statuses: group.get_untracked().statuses(), ..OrderFilter::default() };
        Box::pin(async move { PagePayload::new(get_orders(view, filter, None).await) })
    });
    view! {
        <nav class="chips" aria-label=words::orders_groups()>
            {StatusGroup::ALL.into_iter().map(|one| view! {
                <a
                    class="chip"
                    href=format!("{path}?show={}", one.key())
                    aria-current=move || (group.get() == one).then_some("true")
                >
                    {one.label()}
                </a>
            }.into_any()).collect_view()}
        </nav>
        <ResourceView
            from=orders
            fallback=|| view! { <Skeleton count=3 class="skeleton--orders"/> }
            show=Box::new(move |payload| {
                let group = group.get_untracked();
                let key = format!("orders-{path}-{}", group.key());
                match payload.take::<OrderPage>() {
                    Ok(page) => {
                        keep(key, page.clone());
                        view! { <OrderList view group page/> }.into_any()
                    }
                    Err(error) if error.code == ErrorCode::Unreachable => {
                        view! { <KeptOrders view group key error payload=orders/> }.into_any()
                    }
                    Err(error) => view! { <LoadError error/> }.into_any(),
                }
            })
        />
    }
}

/// Keeps the page in this browser, for when the server can't be reached.
fn keep(key: String, page: OrderPage) {
    let live = use_live();
    Effect::new(move |_| {
        if live.is_restored.get()
            && let Ok(text) = serde_json::to_string(&page)
        {
            database::write_later(ObjectStore::Cache, vec![Write::Put((&*key).into(), text)]);
        }
    });
}

/// The page as it was kept, until the server can be reached again; the error if none was.
#[component]
fn KeptOrders(
    view: OrderView,
    group: StatusGroup,
    key: String,
    error: ApiError,
    payload: Resource<PagePayload>,
) -> impl IntoView {
    let live = use_live();
    // The inner option is empty if nothing was kept.
    let kept = RwSignal::new(None::<Option<OrderPage>>);
    Effect::new(move |_| {
        if live.is_restored.get() {
            let key = key.clone();
            spawn_local(async move {
                let text = database::get(ObjectStore::Cache, &key.into()).await.ok().flatten();
                kept.try_set(Some(text.and_then(|text| serde_json::from_str(&text).ok())));
            });
        }
    });
    live.on_reconnect(move || payload.refetch());
    reactive_view(move || {
        Some(match kept.get() {
            None => view! { <Skeleton count=3 class="skeleton--orders"/> }.into_any(),
            Some(None) => view! { <LoadError error=error.clone()/> }.into_any(),
            Some(Some(page)) => view! {
                <p class="muted" role="status">{words::orders_kept()}</p>
                <OrderList view group page/>
            }
            .into_any(),
        })
    })
}

/// The cards, paginated. Orders created while the page is open are put on top.
#[component]
fn OrderList(view: OrderView, group: StatusGroup, page: OrderPage) -> impl IntoView {
    let live = use_live();
    let toasts = use_toasts();
    let next = RwSignal::new(page.next);
    let ids = RwSignal::new(add_order_conversations(page));
    let role = match view {
        OrderView::Mine => Role::Guest,
        OrderView::Hosting => Role::Host,
    };
    // The inbox holds orders of every status; the list shows only those of this group.
    let is_in_group = move |status: Status| group.statuses().contains(&status);
    Effect::new(move |before: Option<()>| {
        let fresh = live.inbox.with(|inbox| {
            let held = ids.read_untracked();
            let rows = inbox.rows().into_iter().filter(|row| row.role == role && !held.contains(&row.id));
            rows.filter(|row| row.subject.order().is_some_and(|order| is_in_group(order.status)))
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
        let filter = OrderFilter { statuses: group.statuses(), ..OrderFilter::default() };
        spawn_local(async move {
            let answer = get_orders(view, filter, Some(after)).await;
            if let Some(page) = toasts.settle("more-orders", answer) {
                next.try_set(page.next);
                let older = live.add_order_conversations(page.orders);
                ids.try_update(|ids| {
                    ids.extend(older.into_iter().filter(|id| !ids.contains(id)).collect::<Vec<_>>())
                });
            }
        });
    };
    view! {
        <ul class="orders">
            <For each=move || ids.get() key=|id| *id let:id>
                <OrderCardView id/>
            </For>
        </ul>
        {reactive_view(move || ids.with(Vec::is_empty).then(|| view! { <NoOrders view group/> }.into_any()))}
        {reactive_view(move || next.get().map(|_| view! {
            <button class="button" type="button" on:click=more>{words::common_show_more()}</button>
        }.into_any()))}
    }
}

/// Puts the orders' conversations into the client's state, where updates keep them current. Returns their
/// ids.
fn add_order_conversations(page: OrderPage) -> Vec<ConversationId> {
    use_live().add_order_conversations(page.orders)
}

#[component]
fn NoOrders(view: OrderView, group: StatusGroup) -> impl IntoView {
    let (title, text) = match (view, group) {
        (OrderView::Mine, StatusGroup::Active) => {
            (words::orders_none_active_title(), words::orders_none_active_text())
        }
        (OrderView::Hosting, StatusGroup::Active) => {
            (words::orders_none_hosting_title(), words::orders_none_hosting_text())
        }
        (_, StatusGroup::Finished) => {
            (words::orders_none_finished_title(), words::orders_none_finished_text())
        }
        (_, StatusGroup::Ended) => (words::orders_none_ended_title(), words::orders_none_ended_text()),
    };
    view! {
        <EmptyState title text art="offer">
            {(view == OrderView::Mine && group == StatusGroup::Active).then(|| view! {
                <a class="button button--main" href="/">{words::common_explore_listings()}</a>
            })}
        </EmptyState>
        {(view == OrderView::Mine).then(|| view! { <HostingHint/> })}
    }
}

/// Whoever offers something may look here for what others have asked for.
#[component]
fn HostingHint() -> impl IntoView {
    let is_host = RwSignal::new(false);
    Effect::new(move |_| {
        spawn_local(async move {
            if let Ok(mine) = get_my_listings().await {
                is_host.try_set(!mine.listings.is_empty());
            }
        });
    });
    reactive_view(move || {
        is_host.get().then(|| {
            let [before, after] = words::around(&words::orders_hosting_hint(words::HOLE));
            view! {
                <p class="muted">
                    {before}<a class="link" href="/hosting">{words::orders_hosting_hint_link()}</a>{after}
                </p>
            }
            .into_any()
        })
    })
}
