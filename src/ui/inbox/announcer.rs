//! Tells a screen reader of messages in conversations that are not on screen, at most one in five
//! seconds. What is on screen is told by the thread itself.

use std::collections::HashMap;

use leptos::prelude::*;

use crate::shared::positions::Seq;
use crate::{
    browser::{environment, use_live},
    shared::{
        ids::ConversationId,
        values::time::{SECOND, Timestamp},
    },
};

const PAUSE: i64 = 5 * SECOND;

#[component]
pub fn Announcer() -> impl IntoView {
    let live = use_live();
    let said = RwSignal::new(String::new());
    let said_at = StoredValue::new(Timestamp::default());
    let known = StoredValue::new(HashMap::<ConversationId, Seq>::new());
    Effect::new(move |_| {
        let shown = live.shown();
        let mut news = None;
        live.inbox.with(|inbox| {
            known.update_value(|known| {
                for row in inbox.all().values() {
                    let before = known.insert(row.id, row.last_seq);
                    let is_new = before.is_some_and(|before| row.last_seq > before);
                    if is_new && row.unread > 0 && shown != Some(row.id) {
                        news = Some(row.names());
                    }
                }
            });
        });
        let now = if live.is_awake.get_untracked() { environment::now() } else { return };
        if let Some(names) = news
            && now.0 - said_at.get_value().0 >= PAUSE
        {
            said_at.set_value(now);
            said.set(format!("New message from {names}"));
        }
    });
    view! { <p class="visually-hidden" role="status">{move || said.get()}</p> }
}
