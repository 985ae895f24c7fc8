//! A listing's picture, drawn by the server from the listing itself.

use leptos::prelude::*;

use crate::shared::ids::ListingId;

/// 4:3. The picture is drawn from `title`, which always stands beside it, so it has no words.
#[component]
pub fn Cover(
    listing: ListingId,
    #[prop(optional)] class: &'static str,
    /// Above the fold: load it at once.
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
