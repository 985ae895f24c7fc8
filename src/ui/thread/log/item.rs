//! View of one item of the message log.

use leptos::prelude::*;

use super::{group::GroupView, spacer::in_px, system_message::SystemMessageView};
use crate::{
    shared::words,
    ui::{
        components::{LocalTime, TimeStyle},
        thread::layout::{
            Layout,
            items::{LogItem, LogItemKey},
        },
    },
};

#[component]
pub fn LogItemView(layout: Memo<Layout>, key: LogItemKey, line_px: RwSignal<f64>) -> impl IntoView {
    match layout.with_untracked(|layout| layout.get(key).cloned()) {
        None => ().into_any(),
        Some(LogItem::Day { at, .. }) => {
            view! { <p class="thread__day"><LocalTime at style=TimeStyle::Day/></p> }.into_any()
        }
        Some(LogItem::UnreadDivider { count }) => {
            view! { <p class="thread__fresh"><span>{words::log_new_messages(count.unsigned_abs())}</span></p> }.into_any()
        }
        Some(LogItem::Gap { from, count }) => view! {
            <div
                class="thread__gap"
                aria-hidden="true"
                data-seq=from.to_string()
                data-count=count.to_string()
                style:block-size=in_px(count as f64 * line_px.get_untracked())
            ></div>
        }
        .into_any(),
        Some(LogItem::System { id, seq, sender, event, at }) => {
            view! { <SystemMessageView id seq sender event at/> }.into_any()
        }
        Some(LogItem::Group(group)) => view! { <GroupView layout key first=group/> }.into_any(),
    }
}
