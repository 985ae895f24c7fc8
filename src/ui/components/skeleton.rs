//! The boxes that hold the place of rows while they load. They appear after 150 ms (in the
//! style sheet), so a quick answer never flashes them.

use leptos::prelude::*;

/// `class` says whose shape it has: `skeleton--rows` (default), `skeleton--cards` or
/// `skeleton--listing`.
#[component]
pub fn Skeleton(
    #[prop(default = 6)] count: u8,
    #[prop(default = "skeleton--rows")] class: &'static str,
) -> impl IntoView {
    view! {
        <div class=format!("skeleton {class}") aria-busy="true">
            <span class="visually-hidden">"Loading"</span>
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
