//! Listing card: one listing in a grid.

use leptos::prelude::*;

use super::{Avatar, Cover, StaffMark};
use crate::shared::listings::ListingCard;
use crate::shared::values::price::format_price;

/// One item of a `listing-grid`. `eager` loads the cover at once: for cards above the fold.
#[component]
pub fn ListingCardItem(listing: ListingCard, #[prop(optional)] eager: bool) -> impl IntoView {
    let ListingCard { id, kind, title, place, price_cents, host, .. } = listing;
    view! {
        <li class="listing-card">
            <Cover listing=id eager/>
            <div class="listing-card__text">
                <h2>
                    <a class="cut" href=format!("/listings/{id}") title=title.clone() dir="auto">{title.clone()}</a>
                </h2>
                <p class="listing-card__facts">
                    <span class="listing-card__place cut" dir="auto">{place}</span>
                    <span class="number">{format_price(price_cents)}</span>
                    " "
                    {kind.price_unit()}
                </p>
                <p class="listing-card__host">
                    <Avatar person=host.clone() size=24/>
                    <span class="cut" dir="auto">{host.name}</span>
                    <StaffMark is_staff=host.is_staff/>
                </p>
            </div>
        </li>
    }
}
