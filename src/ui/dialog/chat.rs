//! What stands in the dialog: a conversation, or a listing's host while its conversation is found.

use leptos::{prelude::*, task::spawn_local};

use super::{
    HEADING, contact_sign_in_path,
    handle::{Shown, use_messages_dialog},
};
use crate::{
    browser::{sending::outbox::DeliveryState, use_live},
    shared::{
        errors::{ApiError, ErrorCode},
        ids::ConversationId,
        listings::ListingCard,
    },
    ui::{
        components::{Avatar, EmptyState, Icon, Skeleton, use_toasts},
        thread::ThreadPane,
    },
};

pub fn show(shown: Shown) -> AnyView {
    match shown {
        Shown::Conversation(id) => view! { <DialogChat id/> }.into_any(),
        Shown::Listing(listing) => view! { <Beginning listing/> }.into_any(),
        Shown::Failed(listing, error) => view! { <NotBegun listing error/> }.into_any(),
    }
}

#[component]
fn DialogChat(id: ConversationId) -> impl IntoView {
    let ends = move || {
        view! {
            <a class="button button--icon" href=format!("/messages/{id}") aria-label="Open in Messages" title="Open in Messages">
                <Icon name="expand"/>
            </a>
            <CloseButton/>
        }
    };
    tell_of_sent(id);
    view! { <ThreadPane conversation=id heading=HEADING after=ends takes_focus=true/> }
}

/// Once a message is stored: until then there is nothing for a page to count.
fn tell_of_sent(id: ConversationId) {
    let live = use_live();
    let dialog = use_messages_dialog();
    let sent = Memo::new(move |_| {
        let items = live.outbox.of(id);
        (items.len(), items.iter().filter(|item| matches!(item.state, DeliveryState::Stored(_))).count())
    });
    Effect::new(move |before: Option<(usize, usize)>| {
        let now = sent.get();
        let is_stored = before.is_some_and(|(count, stored)| now.1 > stored || now.0 < count);
        if is_stored && let Some(tell) = dialog.sent.try_get_value().flatten() {
            tell.run(id);
        }
        now
    });
}

#[component]
fn CloseButton() -> impl IntoView {
    let dialog = use_messages_dialog();
    view! {
        <button class="button button--icon" type="button" aria-label="Close" on:click=move |_| dialog.close()>
            <Icon name="x"/>
        </button>
    }
}

/// The host is known already; the messages are on their way.
#[component]
fn Beginning(listing: ListingCard) -> impl IntoView {
    find_conversation(listing.clone());
    view! {
        <section class="chat" aria-labelledby=HEADING aria-busy="true">
            <HostHead listing/>
            <div class="thread"><Skeleton count=2/></div>
        </section>
    }
}

/// Turns a listing into its conversation. What can't be mended by trying again closes the dialog
/// and is said in a notice (C12).
fn find_conversation(listing: ListingCard) {
    let live = use_live();
    let toasts = use_toasts();
    let dialog = use_messages_dialog();
    spawn_local(async move {
        let answer = live.contact(listing.id).await;
        // Closed meanwhile, or opened for something else.
        if dialog.shown.get_untracked() != Some(Shown::Listing(listing.clone())) {
            return;
        }
        match answer {
            Ok(conversation) => dialog.open(conversation.id),
            Err(error) if error.code == ErrorCode::SignedOut => {
                let gone = location().set_href(&contact_sign_in_path(&listing));
                debug_assert!(gone.is_ok());
            }
            Err(error) if error.code.may_pass() => dialog.shown.set(Some(Shown::Failed(listing, error))),
            Err(error) => {
                dialog.close();
                toasts.error(error.message);
            }
        }
    });
}

#[component]
fn NotBegun(listing: ListingCard, error: ApiError) -> impl IntoView {
    let dialog = use_messages_dialog();
    let again = listing.clone();
    view! {
        <section class="chat" aria-labelledby=HEADING>
            <HostHead listing/>
            <EmptyState title="The conversation did not open" text=error.message>
                <button
                    class="button button--main"
                    type="button"
                    on:click=move |_| dialog.open_for_listing(again.clone())
                >
                    "Try again"
                </button>
            </EmptyState>
        </section>
    }
}

#[component]
fn HostHead(listing: ListingCard) -> impl IntoView {
    let host = listing.host;
    view! {
        <header class="chat__head">
            <Avatar person=host.clone() size=44/>
            <div class="chat__who">
                <h2 id=HEADING class="cut" tabindex="-1" dir="auto" title=host.name.clone()>{host.name.clone()}</h2>
                <p class="cut">"Host"</p>
            </div>
            <CloseButton/>
        </header>
    }
}
