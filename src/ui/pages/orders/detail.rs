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
    },
    ui::{
        components::{
            ResourceView, Skeleton, guard::SignedIn, not_found::LoadError, page_resource, reactive_view,
        },
        orders::{
            card::OrderCardView,
            status::{StatusBadge, Stepper},
        },
    },
};

#[component]
pub fn OrderPage(key: Option<OrderKey>) -> impl IntoView {
    let name = key.map(|key| key.to_string());
    let payload = page_resource(Signal::stored(String::new()), move || {
        let name = name.clone();
        Box::pin(async move {
            PagePayload::Order(match name {
                Some(name) => get_order(name).await.map(Box::new),
                None => Err(ApiError::not_found("order")),
            })
        })
    });
    view! {
        <SignedIn>
            <main class="page form-page" id="main" tabindex="-1">
                <ResourceView
                    from=payload
                    fallback=|| view! { <Skeleton count=1/> }
                    show=Box::new(move |payload| match payload.order() {
                            Ok(order) => view! { <OrderDetails order=*order/> }.into_any(),
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

/// A participant sees the card of the dashboards, with its actions; an operator who does not take part sees
/// the status only.
#[component]
fn OrderDetails(order: Order) -> impl IntoView {
    let live = use_live();
    let id = order.conversation;
    let row = live.conversation(id);
    Effect::new(move |_| live.load_conversation(id));
    let (card, guest) = (order.card.clone(), order.guest.name.clone());
    let status_only = move || {
        view! {
            <li class="card order">
                <header class="order__head">
                    <div class="order__text">
                        <h2 class="cut">{card.title.clone()}</h2>
                        <p class="cut"><bdi>{guest.clone()}</bdi>" · "{card.facts()}</p>
                    </div>
                    <StatusBadge status=card.status kind=card.kind/>
                </header>
                <Stepper order=card.clone()/>
            </li>
        }
        .into_any()
    };
    let is_mine = Memo::new(move |_| row.with(Option::is_some));
    view! {
        <Title text=order.card.code.to_string()/>
        <h1>{order.card.code.to_string()}</h1>
        <ul class="orders">
            {reactive_view(move || Some(if is_mine.get() { view! { <OrderCardView id/> }.into_any() } else { status_only() }))}
        </ul>
        {(!order.note.is_empty()).then(|| view! {
            <section class="card order__note">
                <h2>"What was asked for"</h2>
                <p dir="auto">{order.note.clone()}</p>
            </section>
        })}
    }
}
