//! Inbox (A8): the list of conversations, sorted by last message, with search and filter, kept in sync.

pub mod announcer;
pub mod banner;
pub mod empty;
pub mod filter;
pub mod keyboard;
pub mod next_page;
pub mod preview;
pub mod row;
pub mod row_menu;
pub mod rows;

use leptos::prelude::*;

use super::components::Icon;
use crate::{
    browser::use_live,
    shared::{ids::ConversationId, page::session::PageSession, words},
};
use filter::{Filter, FilterBar};
use next_page::NextPage;
use rows::Rows;

/// The inbox with its heading. `active` is the conversation that is open beside it.
#[component]
pub fn MessagesInbox(active: Memo<Option<ConversationId>>) -> impl IntoView {
    let live = use_live();
    let filter = Filter::default();
    let next_page = NextPage::default();
    let can_make_rooms = expect_context::<PageSession>().can_make_rooms;
    view! {
        <section
            class="inbox"
            aria-label=words::inbox_label()
            // Scrolling does not bubble.
            on:scroll:capture=move |event| next_page.prefetch(&event_target(&event), filter, live)
        >
            <header class="inbox__head">
                <div class="inbox__title">
                    <h2>{words::inbox_title()}</h2>
                    <ConnectionState/>
                    {can_make_rooms
                        .then(|| {
                            view! {
                                <a class="button button--small" href="/rooms/new">
                                    <Icon name="compose" class="icon--16"/>
                                    {words::inbox_new_room()}
                                </a>
                            }
                                .into_any()
                        })}
                </div>
                <FilterBar filter/>
            </header>
            <Rows filter next_page active/>
        </section>
    }
    .into_any()
}

/// The state of the connection, for screen readers. Others see the banner, and that only without a connection.
#[component]
fn ConnectionState() -> impl IntoView {
    let live = use_live();
    let status = live.status();
    // Empty before hydration and without script, where nothing keeps the page in sync.
    let word = move || if live.is_hydrated.get() { status.get().label() } else { "" };
    view! { <span class="inbox__status visually-hidden" role="status">{word}</span> }
}
