//! Empty state: says why a list or page is empty, and offers a next step.

use leptos::prelude::*;

/// `art` names the picture: `talk`, `search` or `offer`. `children` is at most one button.
#[component]
pub fn EmptyState(
    #[prop(into)] title: String,
    #[prop(into)] text: String,
    #[prop(default = "talk")] art: &'static str,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <svg class="empty__art" viewBox="0 0 144 104" aria-hidden="true">
                <use href=format!("/icons.svg#art-{art}")></use>
            </svg>
            <h2>{title}</h2>
            <p>{text}</p>
            {children.map(|children| children())}
        </div>
    }
}
