//! What a conversation is about, above its messages, with the way to it.

use leptos::prelude::*;

use crate::{
    shared::{
        conversations::{Conversation, Subject},
        listings::{ListingCard, format_price},
    },
    ui::parts::{Cover, changing},
};

#[component]
pub fn SubjectCard(row: Memo<Option<Conversation>>) -> impl IntoView {
    let subject = Memo::new(move |_| row.with(|row| row.as_ref().map(|row| row.subject.clone())));
    changing(move || {
        subject.get().and_then(|subject| match subject {
            Subject::Listing { listing } => Some(view! { <ListingSubject listing/> }.into_any()),
            Subject::Order { .. } | Subject::Unknown => None,
        })
    })
}

#[component]
fn ListingSubject(listing: ListingCard) -> impl IntoView {
    let ListingCard { id, kind, title, place, price_cents, is_paused, .. } = listing;
    let unit = kind.price_unit();
    let price = format!("{} {unit}", format_price(price_cents)).trim_end().to_owned();
    view! {
        <a class="subject" href=format!("/listings/{id}")>
            <Cover listing=id/>
            <span class="subject__text">
                <b class="cut" dir="auto" title=title.clone()>{title.clone()}</b>
                <span class="cut">{format!("{price} · ")}<bdi>{place}</bdi></span>
            </span>
            <span aria-live="polite">{is_paused.then(|| view! { <span class="status">"Paused"</span> }.into_any())}</span>
        </a>
    }
}
