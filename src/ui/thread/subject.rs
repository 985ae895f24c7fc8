//! Subject card: the listing or order of a conversation, above its messages, with a link to it.

use leptos::prelude::*;

use crate::shared::values::price::format_price;
use crate::shared::{conversations::subject::Subject, orders::card::OrderCard};
use crate::{
    shared::{conversations::Conversation, listings::ListingCard, words},
    ui::{
        components::{Cover, reactive_view},
        orders::{
            actions::{ActionSet, OrderActions},
            status::StatusBadge,
        },
    },
};

#[component]
pub fn SubjectCard(row: Memo<Option<Conversation>>) -> impl IntoView {
    let subject = Memo::new(move |_| row.with(|row| row.as_ref().map(|row| row.subject.clone())));
    reactive_view(move || {
        subject.get().and_then(|subject| match subject {
            Subject::Listing { listing } => Some(view! { <ListingSubject listing/> }.into_any()),
            Subject::Order { order } => Some(view! { <OrderSubject order=*order/> }.into_any()),
            // The header shows the participants of a room.
            Subject::Room { .. } | Subject::Unknown => None,
        })
    })
}

/// The order with its status, and buttons for the transitions that the viewer may make.
#[component]
fn OrderSubject(order: OrderCard) -> impl IntoView {
    let facts = order.facts();
    let price = order.price.map(|price| price.text());
    let line = [Some(facts), price].into_iter().flatten().filter(|part| !part.is_empty());
    let line = line.chain([order.code.to_string()]).collect::<Vec<_>>().join(" · ");
    let steps = Memo::new({
        let order = order.clone();
        move |_| Some(order.clone())
    });
    view! {
        <div class="subject-bar">
            <a class="subject" href=format!("/orders/{}", order.code)>
                {order.listing.as_ref().map(|listing| view! { <Cover listing=listing.id/> }.into_any())}
                <span class="subject__text">
                    <b class="cut" dir="auto" title=order.title.clone()>{order.title.clone()}</b>
                    <span class="cut">{line}</span>
                </span>
                <span aria-live="polite"><StatusBadge status=order.status kind=order.kind/></span>
            </a>
            <OrderActions order=steps offer=ActionSet::ExceptQuoteAnswers/>
        </div>
    }
}

/// The listing, with a link to its page.
#[component]
pub fn ListingSubject(listing: ListingCard) -> impl IntoView {
    let ListingCard { id, kind, title, place, price_cents, is_paused, .. } = listing;
    let unit = kind.price_unit();
    let price = format!("{} {unit}", format_price(price_cents)).trim_end().to_owned();
    let price = if place.is_empty() { price } else { format!("{price} · ") };
    view! {
        <a class="subject" href=format!("/listings/{id}")>
            <Cover listing=id/>
            <span class="subject__text">
                <b class="cut" dir="auto" title=title.clone()>{title.clone()}</b>
                <span class="cut">{price}<bdi>{place}</bdi></span>
            </span>
            <span aria-live="polite">
                {is_paused.then(|| view! { <span class="status">{words::thread_listing_paused()}</span> }.into_any())}
            </span>
        </a>
    }
}
