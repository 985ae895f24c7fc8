//! Content of the messages dialog: a conversation, or the host of a listing while its conversation is opened.

use leptos::{prelude::*, task::spawn_local};

use super::{
    HEADING, contact_sign_in_path,
    first_message::FirstMessage,
    handle::{DialogContent, use_messages_dialog},
};
use crate::{
    browser::{sending::outbox::DeliveryState, use_live},
    shared::{errors::ApiError, ids::ConversationId, listings::ListingCard, words},
    ui::{
        components::{Avatar, EmptyState, Icon, Skeleton, use_toasts},
        thread::{ThreadPane, subject::ListingSubject},
    },
};

/// Renders the content. Only the split point may call it.
pub fn render(content: DialogContent) -> AnyView {
    match content {
        DialogContent::Conversation(id) => view! { <DialogChat id/> }.into_any(),
        DialogContent::Listing(listing) => view! { <OpeningConversation listing/> }.into_any(),
        DialogContent::First(listing) => view! { <NewConversation listing/> }.into_any(),
        DialogContent::Failed(listing, error) => view! { <OpeningFailed listing error/> }.into_any(),
    }
}

#[component]
fn DialogChat(id: ConversationId) -> impl IntoView {
    let ends = move || {
        view! {
            <a
                class="button button--icon"
                href=format!("/messages/{id}")
                aria-label=words::dialog_open_in_messages()
                title=words::dialog_open_in_messages()
            >
                <Icon name="expand"/>
            </a>
            <CloseButton/>
        }
    };
    notify_when_stored(id);
    view! { <ThreadPane conversation=id heading=HEADING after=ends takes_focus=true/> }
}

/// Calls the page's callback when a message is stored. Before that the server has nothing new for the page to
/// fetch.
fn notify_when_stored(id: ConversationId) {
    let live = use_live();
    let dialog = use_messages_dialog();
    let sent = Memo::new(move |_| {
        let items = live.outbox.of(id);
        (items.len(), items.iter().filter(|item| matches!(item.state, DeliveryState::Stored(_))).count())
    });
    Effect::new(move |before: Option<(usize, usize)>| {
        let now = sent.get();
        let is_stored = before.is_some_and(|(count, stored)| now.1 > stored || now.0 < count);
        if is_stored && let Some(callback) = dialog.on_sent.try_get_value().flatten() {
            callback.run(id);
        }
        now
    });
}

#[component]
fn CloseButton() -> impl IntoView {
    let dialog = use_messages_dialog();
    view! {
        <button class="button button--icon dialog__close" type="button" aria-label=words::common_close() on:click=move |_| dialog.close()>
            <Icon name="x"/>
        </button>
    }
}

/// Shows the host, whom the listing names, while the messages load.
#[component]
fn OpeningConversation(listing: ListingCard) -> impl IntoView {
    open_conversation(listing.clone());
    view! {
        <section class="chat" aria-labelledby=HEADING aria-busy="true">
            <HostHead listing/>
            <div class="thread"><Skeleton count=2/></div>
        </section>
    }
}

/// Finds the conversation about a listing and shows it in the dialog, or the form for its first message. An error that a
/// retry can't fix closes the dialog and shows a toast (C12).
fn open_conversation(listing: ListingCard) {
    let live = use_live();
    let toasts = use_toasts();
    let dialog = use_messages_dialog();
    spawn_local(async move {
        let answer = live.find_conversation(listing.id).await;
        // The dialog was closed meanwhile, or opened for other content.
        if dialog.content.get_untracked() != Some(DialogContent::Listing(listing.clone())) {
            return;
        }
        match answer {
            Ok(Some(conversation)) => dialog.open(conversation.id),
            Ok(None) => dialog.content.set(Some(DialogContent::First(listing))),
            Err(error) if error.code.ends_session() => {
                let query = location().search().unwrap_or_default();
                let query = query.trim_start_matches('?').to_owned();
                let gone = location().set_href(&contact_sign_in_path(&listing, &query));
                debug_assert!(gone.is_ok());
            }
            Err(error) if error.code.is_retryable() => {
                dialog.content.set(Some(DialogContent::Failed(listing, error)))
            }
            Err(error) => {
                dialog.close();
                toasts.error(error.message);
            }
        }
    });
}

#[component]
fn OpeningFailed(listing: ListingCard, error: ApiError) -> impl IntoView {
    let dialog = use_messages_dialog();
    let again = listing.clone();
    view! {
        <section class="chat" aria-labelledby=HEADING>
            <HostHead listing/>
            <EmptyState title=words::dialog_failed_title() text=error.message>
                <button
                    class="button button--main"
                    type="button"
                    on:click=move |_| dialog.open_for_listing(again.clone())
                >
                    {words::common_try_again()}
                </button>
            </EmptyState>
        </section>
    }
}

/// Nothing is stored before the first message is.
#[component]
fn NewConversation(listing: ListingCard) -> impl IntoView {
    let dialog = use_messages_dialog();
    let title = words::dialog_first_title(&listing.title);
    let text = words::dialog_first_text(listing.host.first_name());
    let started = move |conversation| {
        dialog.open(conversation);
        if let Some(callback) = dialog.on_sent.try_get_value().flatten() {
            callback.run(conversation);
        }
    };
    view! {
        <section class="chat" aria-labelledby=HEADING>
            <HostHead listing=listing.clone()/>
            <ListingSubject listing=listing.clone()/>
            <div class="thread">
                <EmptyState title text/>
            </div>
            <div class="chat__foot">
                <FirstMessage listing on_started=Box::new(started) takes_focus=true/>
            </div>
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
                <p class="cut">{words::common_host()}</p>
            </div>
            <CloseButton/>
        </header>
    }
}
