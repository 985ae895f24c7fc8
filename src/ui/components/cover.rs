//! Listing cover: a picture that the server generates from the listing.

use leptos::prelude::*;

use crate::shared::ids::ListingId;

/// Aspect ratio 4:3. `alt` is empty, since the title always stands beside the picture.
#[component]
pub fn Cover(
    listing: ListingId,
    #[prop(optional)] class: &'static str,
    /// Loads at once instead of lazily: for covers above the fold.
    #[prop(optional)]
    eager: bool,
) -> impl IntoView {
    view! {
        <span class=format!("cover {class}")>
            <img
                src=format!("/covers/{listing}.svg")
                alt=""
                width="400"
                height="300"
                loading=if eager { "eager" } else { "lazy" }
                decoding="async"
            />
        </span>
    }
}
