//! The number of unread messages, as the navigation and the inbox rows show it.

use leptos::prelude::*;

use super::changing;

/// Nothing at 0, "99+" above 99.
#[component]
pub fn UnreadBadge(#[prop(into)] count: Signal<i64>) -> impl IntoView {
    changing(move || {
        let count = count.get();
        (count > 0).then(|| {
            view! {
                <span class="badge">
                    {if count > 99 { "99+".to_owned() } else { count.to_string() }}
                    <span class="visually-hidden">{if count == 1 { " unread message" } else { " unread messages" }}</span>
                </span>
            }.into_any()
        })
    })
}
