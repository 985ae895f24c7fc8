//! Unread badge: the number of unread messages, for the navigation and the rows of the inbox.

use leptos::prelude::*;

use super::fresh_view;
use crate::shared::words;

/// Renders nothing at 0, and "99+" above 99.
#[component]
pub fn UnreadBadge(#[prop(into)] count: Signal<i64>) -> impl IntoView {
    fresh_view(move || {
        let count = count.get();
        (count > 0).then(|| {
            view! {
                <span class="badge">
                    {if count > 99 { "99+".to_owned() } else { count.to_string() }}
                    <span class="visually-hidden">" "{words::badge_unread_messages(count.unsigned_abs())}</span>
                </span>
            }.into_any()
        })
    })
}
