//! Subject of a conversation in the details pane: an order with its facts and actions, a listing, or a room.

use leptos::prelude::*;

use crate::{
    shared::{
        conversations::{Conversation, subject::Subject},
        ids::ConversationId,
        listings::ListingCard,
        orders::card::OrderCard,
        values::price::format_price,
        words,
    },
    ui::{
        components::{Cover, fresh_view},
        orders::{
            actions::{ActionSet, OrderActions},
            facts::order_facts,
            status::{StatusBadge, Stepper},
        },
    },
};

#[component]
pub fn SubjectDetails(row: Memo<Option<Conversation>>) -> impl IntoView {
    let subject = Memo::new(move |_| row.with(|row| row.as_ref().map(|row| (row.id, row.subject.clone()))));
    fresh_view(move || {
        let (id, subject) = subject.get()?;
        let view = match subject {
            Subject::Listing { listing } => view! { <ListingDetails listing/> }.into_any(),
            Subject::Order { order } => view! { <OrderDetails order=*order/> }.into_any(),
            Subject::Room { room } => view! { <RoomDetails id people=room.people/> }.into_any(),
            Subject::Unknown => return None,
        };
        Some(view! { <section class="details__part">{view}</section> }.into_any())
    })
}

#[component]
fn OrderDetails(order: OrderCard) -> impl IntoView {
    let facts = order_facts(&order)
        .into_iter()
        .map(|(name, text)| view! { <div><dt>{name}</dt><dd>{text}</dd></div> }.into_any());
    let steps = Memo::new({
        let order = order.clone();
        move |_| Some(order.clone())
    });
    view! {
        <h2><a href=format!("/orders/{}", order.code)><bdi>{order.title.clone()}</bdi></a></h2>
        <p><StatusBadge status=order.status kind=order.kind/></p>
        <Stepper order=order.clone()/>
        <dl class="details__facts">{facts.collect_view()}</dl>
        <OrderActions order=steps offer=ActionSet::ExceptQuoteAnswers/>
        {order.listing.map(|listing| view! { <ListingLink listing/> }.into_any())}
    }
}

#[component]
fn ListingDetails(listing: ListingCard) -> impl IntoView {
    let (title, place, is_paused) = (listing.title.clone(), listing.place.clone(), listing.is_paused);
    view! {
        <Cover listing=listing.id class="details__cover"/>
        <h2><a href=format!("/listings/{}", listing.id)><bdi>{title}</bdi></a></h2>
        <p>{price_text(&listing)}{(!place.is_empty()).then_some(" · ")}<bdi>{place}</bdi></p>
        {is_paused.then(|| view! { <p><span class="status">{words::thread_listing_paused()}</span></p> }.into_any())}
    }
}

#[component]
fn RoomDetails(id: ConversationId, people: i64) -> impl IntoView {
    let text = words::details_room_link(people.unsigned_abs());
    view! {
        <h2>{words::details_room()}</h2>
        <p><a class="link" href=format!("/rooms/{id}")>{text}</a></p>
    }
}

/// A listing in one line, with its picture and price.
#[component]
pub fn ListingLink(listing: ListingCard) -> impl IntoView {
    let price = price_text(&listing);
    view! {
        <a class="details__link" href=format!("/listings/{}", listing.id)>
            <Cover listing=listing.id/>
            <span class="details__text">
                <b class="cut" title=listing.title.clone()><bdi>{listing.title.clone()}</bdi></b>
                <span class="number">{price}</span>
            </span>
        </a>
    }
}

fn price_text(listing: &ListingCard) -> String {
    format!("{} {}", format_price(listing.price_cents), listing.kind.price_unit()).trim_end().to_owned()
}
