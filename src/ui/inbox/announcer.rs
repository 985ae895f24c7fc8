//! Announcer: a live region that announces new messages to a screen reader, throttled to one in five seconds.
//! It skips the conversation on screen, whose thread is a live region itself.

use std::collections::HashMap;

use leptos::prelude::*;

use crate::shared::positions::Seq;
use crate::{
    browser::{environment, use_live},
    shared::{
        ids::ConversationId,
        values::time::{SECOND, Timestamp},
        words,
    },
    ui::components::fresh_view,
};

const ANNOUNCEMENT_INTERVAL: i64 = 5 * SECOND;

#[component]
pub fn Announcer() -> impl IntoView {
    let live = use_live();
    let announcement = RwSignal::new(String::new());
    let announced_at = StoredValue::new(Timestamp::default());
    let last_seqs = StoredValue::new(HashMap::<ConversationId, Seq>::new());
    Effect::new(move |_| {
        let shown = live.front_conversation();
        let mut new_from = None;
        live.inbox.with(|inbox| {
            last_seqs.update_value(|last_seqs| {
                for row in inbox.all().values() {
                    let before = last_seqs.insert(row.id, row.last_seq);
                    let is_new = before.is_some_and(|before| row.last_seq > before);
                    if is_new && row.unread > 0 && shown != Some(row.id) {
                        new_from = Some(row.names());
                    }
                }
            });
        });
        let now = if live.is_hydrated.get_untracked() { environment::now() } else { return };
        if let Some(names) = new_from
            && now.0 - announced_at.get_value().0 >= ANNOUNCEMENT_INTERVAL
        {
            announced_at.set_value(now);
            announcement.set(words::inbox_announce_new(&names));
        }
    });
    view! { <p class="visually-hidden" role="status">{fresh_view(move || Some(view! { <span>{announcement.get()}</span> }.into_any()))}</p> }
}
