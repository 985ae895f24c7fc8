//! Order page, by the order's code or id (D3).

use leptos::{prelude::*, task::spawn_local};
use leptos_meta::Title;

use crate::{
    api::orders::get_order,
    browser::use_live,
    shared::{
        errors::{ApiError, Missing},
        orders::{Order, OrderEvent, card::OrderCard, code::OrderKey, workflow::Status},
        page::payload::PagePayload,
        sync::pages::OrderDetails,
        words,
    },
    ui::{
        components::{
            Icon, LocalTime, ResourceView, Skeleton, TimeStyle, guard::SignedIn, not_found::LoadError,
            page_resource, reactive_view,
        },
        orders::{
            actions::{ActionSet, OrderActions},
            card::{OrderCardView, OrderHead},
            facts::order_facts,
            status::Stepper,
            take_form::TakeOrderForm,
        },
    },
};

#[component]
pub fn OrderPage(key: Option<OrderKey>) -> impl IntoView {
    let name = key.map(|key| key.to_string());
    let payload = page_resource(Signal::stored(String::new()), move || {
        let name = name.clone();
        Box::pin(async move {
            PagePayload::new(match name {
                Some(name) => get_order(name).await,
                None => Err(ApiError::not_found(Missing::Order)),
            })
        })
    });
    let refetch = Callback::new(move |()| payload.refetch());
    view! {
        <SignedIn>
            <main class="page form-page" id="main" tabindex="-1">
                <ResourceView
                    from=payload
                    fallback=|| view! { <Skeleton count=1 class="skeleton--orders"/> }
                    show=Box::new(move |answer| match answer.take::<OrderDetails>() {
                            Ok(details) => view! { <OrderDetailView details refetch/> }.into_any(),
                            Err(error) => view! {
                                <Title text=words::orders_order_title()/>
                                <h1 class="visually-hidden">{words::orders_order_title()}</h1>
                                <LoadError error payload way_out=("/orders", words::orders_heading())/>
                            }
                            .into_any(),
                    })
                />
            </main>
        </SignedIn>
    }
    .into_any()
}

/// A participant sees the card of the dashboards, which updates keep in sync. An operator who does not take part
/// sees the same facts, with what they may do; `refetch` shows what has changed.
#[component]
fn OrderDetailView(details: OrderDetails, refetch: Callback<()>) -> impl IntoView {
    let live = use_live();
    let OrderDetails { order, conversation, history } = details;
    let takes_part = conversation.is_some();
    if let Some(conversation) = conversation {
        live.inbox.update(|inbox| inbox.put(conversation));
    }
    let id = order.conversation;
    let row = live.conversation(id);
    let is_mine = Memo::new(move |_| row.with(Option::is_some));
    let (title, code, note) = (order.card.title.clone(), order.card.code, order.note.clone());
    let order = RwSignal::new(order);
    let history = RwSignal::new(history);
    let card = move || {
        if is_mine.get() {
            let past = Signal::derive(move || {
                history.with(|history| history.iter().filter_map(|event| event.status).collect::<Vec<_>>())
            });
            view! { <OrderCardView id is_page=true past/> }.into_any()
        } else {
            view! { <OperatorCard order=order.get() refetch/> }.into_any()
        }
    };
    // Updates bring the order as its card shows it. The rest is fetched.
    Effect::new(move |before: Option<Option<OrderCard>>| {
        let now = row.with(|row| row.as_ref()?.subject.order().cloned());
        if before.flatten().is_some_and(|before| now.as_ref().is_some_and(|now| *now != before)) {
            spawn_local(async move {
                if let Ok(fresh) = get_order(code.to_string()).await {
                    order.try_set(fresh.order);
                    history.try_set(fresh.history);
                }
            });
        }
        now
    });
    view! {
        <Title text=format!("{title} · {code}")/>
        <h1 dir="auto">{title.clone()}</h1>
        <ul class="orders">{reactive_view(move || Some(card()))}</ul>
        {(!note.is_empty()).then(|| view! {
            <section class="card order__note">
                <h2>{words::orders_order_note()}</h2>
                <p dir="auto">{note.clone()}</p>
            </section>
        })}
        {reactive_view(move || Some(view! { <OrderFacts order=order.get() takes_part/> }.into_any()))}
        {reactive_view(move || {
            let history = history.get();
            (!history.is_empty()).then(|| view! { <OrderHistory history/> }.into_any())
        })}
    }
}

/// What was ordered, when, and for what price.
#[component]
fn OrderFacts(order: Order, takes_part: bool) -> impl IntoView {
    let card = order.card;
    let facts = order_facts(&card);
    let fact =
        |name: &'static str, text: String| view! { <div><dt>{name}</dt><dd dir="auto">{text}</dd></div> };
    let host = card.listing.as_ref().map(|listing| listing.host.name.clone());
    let again = matches!(card.status, Status::Declined | Status::Cancelled).then(|| {
        card.listing
            .as_ref()
            .map_or_else(|| "/orders/new".to_owned(), |listing| format!("/listings/{}", listing.id))
    });
    view! {
        <section class="card order__facts" aria-labelledby="facts-title">
            <h2 id="facts-title">{words::orders_order_facts()}</h2>
            <dl>
                {facts.into_iter().map(|(name, text)| fact(name, text)).collect_view()}
                {fact(words::common_guest(), order.guest.name)}
                {host.map(|host| fact(words::common_host(), host))}
            </dl>
            <p class="order__ways">
                {card.listing.map(|listing| view! {
                    <a href=format!("/listings/{}", listing.id)>{words::orders_order_listing()}</a>
                })}
                {takes_part.then(|| view! {
                    <a href=format!("/messages/{}", order.conversation)>{words::orders_order_conversation()}</a>
                })}
                {again.map(|again| view! { <a href=again>{words::orders_order_again()}</a> })}
                <button type="button" class="order__print" on:click=move |_| drop(window().print())>
                    {words::orders_order_print()}
                </button>
            </p>
        </section>
    }
}

/// What happened to it, and when.
#[component]
fn OrderHistory(history: Vec<OrderEvent>) -> impl IntoView {
    let events = history.into_iter().map(|event| {
        view! {
            <li>
                <span dir="auto">{event.sentence}</span>
                <LocalTime at=event.at style=TimeStyle::Exact/>
            </li>
        }
    });
    view! {
        <section class="card order__facts" aria-labelledby="history-title">
            <h2 id="history-title">{words::orders_order_history()}</h2>
            <ol class="order__history">{events.collect_view()}</ol>
        </section>
    }
}

/// The order of an operator who does not take part in its conversation: one of the board can be taken up, and the
/// conversation between a guest and a host be looked into, which the audit log notes.
#[component]
fn OperatorCard(order: Order, refetch: Callback<()>) -> impl IntoView {
    let live = use_live();
    Effect::new(move |before: Option<u32>| {
        let wake_ups = live.operator_wake_ups.get();
        if before.is_some_and(|before| before != wake_ups) {
            refetch.run(());
        }
        wake_ups
    });
    let card = order.card.clone();
    let shown = Memo::new(move |_| Some(card.clone()));
    let way_in = if order.card.host.is_none() || order.is_with_desk {
        view! { <TakeOrderForm order=order.clone() done=refetch/> }.into_any()
    } else {
        let href = format!("/operator/conversations/{}", order.conversation);
        view! { <a class="button" href=href><Icon name="chat"/>{words::orders_operator_look()}</a> }
            .into_any()
    };
    let hint = match &order.operator {
        Some(operator) => words::orders_operator_by(&operator.name),
        None if order.card.host.is_none() => words::orders_operator_by_nobody().to_owned(),
        None => words::orders_operator_by_host().to_owned(),
    };
    view! {
        <li class="card order">
            <OrderHead order=order.card.clone() with=order.guest.name.clone() is_page=true/>
            <Stepper order=order.card.clone()/>
            <div class="order__foot">
                <p class="order__last">{hint}</p>
                <OrderActions order=shown offer=ActionSet::All done=refetch takes_part=Signal::stored(false)/>
                {way_in}
            </div>
        </li>
    }
}
