//! Order page, by the order's code or id (D3).

use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    api::orders::get_order,
    browser::use_live,
    shared::{
        errors::ApiError,
        orders::{Order, code::OrderKey},
        page::payload::PagePayload,
        sync::pages::OrderDetails,
    },
    ui::{
        components::{
            Icon, ResourceView, Skeleton, guard::SignedIn, not_found::LoadError, page_resource, reactive_view,
        },
        orders::{
            actions::{ActionSet, OrderActions},
            card::{OrderCardView, OrderHead},
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
                None => Err(ApiError::not_found("order")),
            })
        })
    });
    let refetch = Callback::new(move |()| payload.refetch());
    view! {
        <SignedIn>
            <main class="page form-page" id="main" tabindex="-1">
                <ResourceView
                    from=payload
                    fallback=|| view! { <Skeleton count=1/> }
                    show=Box::new(move |payload| match payload.take::<OrderDetails>() {
                            Ok(details) => view! { <OrderDetailView details refetch/> }.into_any(),
                            Err(error) => view! {
                                <Title text="Order"/>
                                <h1 class="visually-hidden">"Order"</h1>
                                <LoadError error/>
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
    let OrderDetails { order, conversation } = details;
    if let Some(conversation) = conversation {
        live.inbox.update(|inbox| inbox.put(conversation));
    }
    let id = order.conversation;
    let row = live.conversation(id);
    let is_mine = Memo::new(move |_| row.with(Option::is_some));
    let shown = order.clone();
    let card = move || {
        if is_mine.get() {
            view! { <OrderCardView id/> }.into_any()
        } else {
            view! { <OperatorCard order=shown.clone() refetch/> }.into_any()
        }
    };
    view! {
        <Title text=order.card.code.to_string()/>
        <h1>{order.card.code.to_string()}</h1>
        <ul class="orders">{reactive_view(move || Some(card()))}</ul>
        {(!order.note.is_empty()).then(|| view! {
            <section class="card order__note">
                <h2>"What was asked for"</h2>
                <p dir="auto">{order.note.clone()}</p>
            </section>
        })}
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
    let way_in = if order.card.host.is_none() {
        view! { <TakeOrderForm order=order.clone() done=refetch/> }.into_any()
    } else {
        let href = format!("/operator/conversations/{}", order.conversation);
        view! { <a class="button" href=href><Icon name="chat"/>"Look into the conversation"</a> }.into_any()
    };
    let hint = match &order.operator {
        Some(operator) => format!("{} looks after this order.", operator.name),
        None if order.card.host.is_none() => "Nobody looks after this order yet.".to_owned(),
        None => "The guest and the host talk about this themselves.".to_owned(),
    };
    view! {
        <li class="card order">
            <OrderHead order=order.card.clone() with=order.guest.name.clone()/>
            <Stepper order=order.card.clone()/>
            <div class="order__foot">
                <p class="order__last">{hint}</p>
                <OrderActions order=shown offer=ActionSet::All done=refetch/>
                {way_in}
            </div>
        </li>
    }
}
