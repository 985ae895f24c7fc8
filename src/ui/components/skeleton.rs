//! Skeleton: placeholder boxes for rows that are loading. The style sheet shows them after 150 ms, so that a
//! fast answer never flashes them.

use leptos::prelude::*;

use crate::shared::words;

/// `class` sets the shape: `skeleton--rows` (default), `skeleton--cards`, `skeleton--listing` or `skeleton--orders`.
#[component]
pub fn Skeleton(
    #[prop(default = 6)] count: u8,
    #[prop(default = "skeleton--rows")] class: &'static str,
) -> impl IntoView {
    view! {
        <div class=format!("skeleton {class}") aria-busy="true">
            <span class="visually-hidden">{words::skeleton_loading()}</span>
            {(0..count)
                .map(|_| {
                    view! {
                        <div class="skeleton__item" aria-hidden="true">
                            <span class="skeleton__picture"></span>
                            <span class="skeleton__lines">
                                <span class="skeleton__line"></span>
                                <span class="skeleton__line"></span>
                            </span>
                        </div>
                    }.into_any()
                })
                .collect_view()}
        </div>
    }
}
