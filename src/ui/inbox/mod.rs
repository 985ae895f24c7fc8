//! The list of conversations (A8): sorted by last message, searched, filtered, kept current.

pub mod announcer;
pub mod banner;
pub mod filter;
pub mod row;
pub mod rows;

use leptos::prelude::*;

use super::components::Icon;
use crate::{
    browser::use_live,
    shared::{ids::ConversationId, page::session::PageSession},
};
use filter::{Filter, FilterBar};
use rows::Rows;

/// The whole list with its heading. `active` is the conversation that is open beside it.
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
            <Rows filter active/>
        </section>
    }
    .into_any()
}

/// Whether what one sees is current, as a dot and a word.
#[component]
fn StatusDot() -> impl IntoView {
    let live = use_live();
    let status = live.status();
    // Without script nothing is kept current, so nothing is claimed.
    let word = move || if live.is_awake.get() { status.get().word() } else { "" };
    view! {
        <span class="inbox__status" class:inbox__status--off=move || !status.get().is_fine() role="status">{word}</span>
    }
}
