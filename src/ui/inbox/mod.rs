//! Inbox (A8): the list of conversations, sorted by last message, with search and filter, kept in sync.

pub mod announcer;
pub mod banner;
pub mod empty;
pub mod filter;
pub mod keyboard;
pub mod next_page;
pub mod preview;
pub mod row;
pub mod rows;

use leptos::prelude::*;

use super::components::Icon;
use crate::{
    browser::{hydration::deferred, use_live},
    shared::{ids::ConversationId, page::session::PageSession},
};
use filter::{Filter, FilterBar};
use rows::Rows;

/// The inbox with its heading. `active` is the conversation that is open beside it.
#[component]
pub fn MessagesInbox(active: Memo<Option<ConversationId>>) -> impl IntoView {
    let filter = Filter::default();
    let can_make_rooms = expect_context::<PageSession>().can_make_rooms;
    view! {
        <section class="inbox" aria-label="Conversations">
            <header class="inbox__head">
                <div class="inbox__title">
                    <h2>"Messages"</h2>
                    <StatusDot/>
                    {can_make_rooms
                        .then(|| {
                            view! {
                                <a class="button button--icon inbox__new" href="/rooms/new" aria-label="New room" title="New room">
                                    <Icon name="users"/>
                                </a>
                            }
                                .into_any()
                        })}
                </div>
                <FilterBar filter/>
            </header>
            {deferred(move || view! { <Rows filter active/> }.into_any())}
        </section>
    }
    .into_any()
}

/// The state of the connection, as a dot and a word.
#[component]
fn StatusDot() -> impl IntoView {
    let live = use_live();
    let status = live.status();
    // Empty before hydration and without script, where nothing keeps the page in sync.
    let word = move || if live.is_hydrated.get() { status.get().label() } else { "" };
    view! {
        <span class="inbox__status" class:inbox__status--off=move || !status.get().is_fine() role="status">{word}</span>
    }
}
