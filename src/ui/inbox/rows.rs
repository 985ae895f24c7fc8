//! Rows of the inbox: the conversations that the filter shows, with infinite scrolling.

use leptos::{html, prelude::*};

use super::{
    empty::NoRows,
    filter::Filter,
    keyboard::{focus_closed_row, keep_row_focus, move_focus, open_with_alt_arrows},
    next_page::{NextPage, NextPageLine},
    row::Row,
};
use crate::{
    browser::{Live, use_live},
    shared::{conversations::Conversation, ids::ConversationId, words},
    ui::components::Icon,
};

#[component]
pub fn Rows(filter: Filter, next_page: NextPage, active: Memo<Option<ConversationId>>) -> impl IntoView {
    let live = use_live();
    let shown = Memo::new(move |_| {
        keep_row_focus();
        live.inbox.with(|inbox| match filter.results.get() {
            Some(Ok(results)) if filter.is_on() => {
                let mut shown = results.clone();
                // Conversations that became unread after the request belong to the results too.
                if filter.search.with(String::is_empty) {
                    let new =
                        inbox.rows().into_iter().filter(|row| row.unread > 0 && !results.contains(&row.id));
                    shown.splice(0..0, new.map(|row| row.id).collect::<Vec<_>>());
                }
                shown.retain(|id| inbox.get(*id).is_some());
                shown
            }
            // Before its first page is loaded nobody knows the top of the inbox: other pages of the site have brought
            // some conversations, and the others would push in above them.
            _ if !inbox.is_loaded() => Vec::new(),
            _ => {
                inbox.rows().into_iter().filter(|row| is_shown(row, active.get())).map(|row| row.id).collect()
            }
        })
    });
    // The list is one stop of Tab: at the open conversation, or at the first.
    let stop = Memo::new(move |_| {
        let is_there = |id: &ConversationId| shown.with(|shown| shown.contains(id));
        active.get().filter(is_there).or_else(|| shown.with(|shown| shown.first().copied()))
    });
    let parked = Memo::new(move |_| parked_texts(live));
    let list = NodeRef::<html::Div>::new();
    open_with_alt_arrows(shown, active);
    focus_closed_row(list, active);
    view! {
        <div class="inbox__list" node_ref=list on:keydown=move_focus>
            <ul class="rows">
                {move || parked.get().into_iter().map(|parked| parked_row(parked, active)).collect_view()}
                <For each=move || shown.get() key=|id| *id let:id>
                    <Row id active stop/>
                </For>
            </ul>
            <NextPageLine filter next_page/>
            <NoRows filter shown/>
        </div>
    }
}

fn parked_row((id, text): (ConversationId, String), active: Memo<Option<ConversationId>>) -> AnyView {
    view! {
        <li>
            <a
                class="row row--parked"
                href=format!("/messages/{id}")
                aria-current=move || (active.get() == Some(id)).then_some("true")
            >
                <Icon name="alert"/>
                <span class="row__body">
                    <span class="row__name">{words::inbox_parked()}</span>
                    <span class="row__preview row__preview--failed cut" dir="auto">{text}</span>
                </span>
            </a>
        </li>
    }
    .into_any()
}

/// Conversations that have no row, such as one that the viewer has left, with the last text that they wrote there
/// and that was not sent. A draft counts once all rows are loaded: before that its row may be on a later page.
fn parked_texts(live: Live) -> Vec<(ConversationId, String)> {
    live.inbox.with(|inbox| {
        if !inbox.is_loaded() {
            return Vec::new();
        }
        let failed = live.outbox.failed().into_iter().map(|item| (item.conversation, item.body));
        let drafts = inbox.next().is_none().then(|| live.drafts.all()).into_iter().flatten();
        let mut parked: Vec<(ConversationId, String)> = Vec::new();
        for (id, text) in failed.chain(drafts) {
            if inbox.get(id).is_none() && parked.iter().all(|(other, _)| *other != id) {
                parked.push((id, text));
            }
        }
        parked
    })
}

/// A conversation without messages, which an integration has created, is shown only while it is open.
fn is_shown(row: &Conversation, active: Option<ConversationId>) -> bool {
    row.last_seq > 0 || active == Some(row.id)
}
