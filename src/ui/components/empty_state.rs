//! What stands where there is nothing: why it is empty, and the way on.

use leptos::prelude::*;

/// `art` is one of talk, search, offer. Give at most one button as children.
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
