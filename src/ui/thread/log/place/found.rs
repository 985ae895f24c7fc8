//! Leads to the message that the URL names (`?at=12`), as a search found it: the thread opens around it.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::WayToMessage;
use crate::{browser::Live, shared::positions::Seq};

/// The message that the URL names.
pub fn seq_in_url() -> Memo<Option<Seq>> {
    let query = use_query_map();
    Memo::new(move |_| query.with(|query| query.get_str("at").and_then(|seq| seq.parse().ok())))
}

/// Leads to it, and to the next one that the URL names.
pub fn lead_to_found(way: WayToMessage, live: Live, found: Memo<Option<Seq>>) {
    Effect::new(move |_| {
        if let Some(seq) = found.get().filter(|_| live.is_hydrated.get()) {
            way.go(seq, None);
        }
    });
}
