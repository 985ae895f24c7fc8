//! The chat over any page (A7): one dialog, mounted once, opened from anywhere for a conversation
//! or for a listing, whose conversation it finds or begins.

pub mod contact_host;

use leptos::{ev, html, prelude::*, task::spawn_local};
use leptos_router::hooks::use_location;
use wasm_bindgen::JsCast;

use crate::{
    browser::{page, use_live},
    shared::{
        errors::{ApiError, ErrorCode},
        ids::ConversationId,
        listings::ListingCard,
        session::sign_in_path,
    },
    ui::{
        parts::{Avatar, EmptyState, Icon, Skeleton, use_toasts},
        thread::ThreadPane,
    },
};

const HEADING: &str = "dialog-heading";

/// Opens and closes the dialog from anywhere (A9).
#[derive(Clone, Copy)]
pub struct MessagesDialogHandle {
    shown: RwSignal<Option<Shown>>,
}

/// What the dialog shows.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Shown {
    Conversation(ConversationId),
    /// Its conversation is being looked for or begun.
    Listing(ListingCard),
    /// The server could not be reached.
    Failed(ListingCard, ApiError),
}

impl MessagesDialogHandle {
    pub fn open(self, conversation: ConversationId) {
        self.shown.set(Some(Shown::Conversation(conversation)));
    }

    /// Finds or begins the viewer's conversation about a listing and shows it.
    pub fn open_for_listing(self, listing: ListingCard) {
        self.shown.set(Some(Shown::Listing(listing)));
    }

    pub fn close(self) {
        self.shown.set(None);
    }

    pub fn is_open(self) -> Signal<bool> {
        let shown = self.shown;
        Signal::derive(move || shown.with(Option::is_some))
    }
}

/// Call it once, in `App`, where [`MessagesDialog`] is mounted.
pub fn provide_messages_dialog() -> MessagesDialogHandle {
    let dialog = MessagesDialogHandle { shown: RwSignal::new(None) };
    provide_context(dialog);
    dialog
}

pub fn use_messages_dialog() -> MessagesDialogHandle {
    expect_context()
}

#[component]
pub fn MessagesDialog() -> impl IntoView {
    let dialog = use_messages_dialog();
    let node = NodeRef::<html::Dialog>::new();
    let is_open = Memo::new(move |_| dialog.shown.with(Option::is_some));
    // The browser itself traps the focus in a modal dialog and gives it back to the opener.
    Effect::new(move |_| {
        let Some(node) = node.get() else { return };
        match (is_open.get(), node.open()) {
            (true, false) => {
                let is_shown = node.show_modal();
                debug_assert!(is_shown.is_ok());
            }
            (false, true) => node.close(),
            _ => {}
        }
    });
    find_conversation(dialog);
    // Going to another page leaves the dialog behind.
    let path = use_location().pathname;
    Effect::new(move |before: Option<String>| {
        let path = path.get();
        if before.is_some_and(|before| before != path) {
            dialog.close();
        }
        path
    });
    let closed = move |_| {
        dialog.close();
        request_animation_frame(keep_focus);
    };
    // A press beside the dialog lands on the dialog element itself, since its content fills it.
    let press = move |event: ev::MouseEvent| {
        let is_beside = match (event.target(), node.get_untracked()) {
            (Some(target), Some(node)) => js_sys::Object::is(target.as_ref(), node.as_ref()),
            _ => false,
        };
        if is_beside {
            dialog.close();
        }
    };
    view! {
        <dialog class="dialog" node_ref=node aria-labelledby=HEADING on:close=closed on:mousedown=press>
            {move || dialog.shown.get().map(|shown| match shown {
                Shown::Conversation(id) => view! { <DialogChat id/> }.into_any(),
                Shown::Listing(listing) => view! { <Beginning listing/> }.into_any(),
                Shown::Failed(listing, error) => view! { <NotBegun listing error/> }.into_any(),
            })}
        </dialog>
    }
}

/// A dialog that opened by itself has no opener to give the focus back to: it goes to what would
/// have opened it.
fn keep_focus() {
    let active = document().active_element();
    let is_lost = active.is_none_or(|active| active.tag_name() == "BODY");
    let Ok(buttons) = document().query_selector_all(".contact-host button") else { return };
    let buttons = (0..buttons.length())
        .filter_map(|index| buttons.item(index)?.dyn_into::<web_sys::HtmlElement>().ok());
    if let Some(button) = buttons.into_iter().find(|button| button.offset_parent().is_some())
        && is_lost
    {
        page::focus_soon(button);
    }
}

/// Turns a listing into its conversation. What can't be mended by trying again closes the dialog
/// and is said in a notice (C12).
fn find_conversation(dialog: MessagesDialogHandle) {
    let live = use_live();
    let toasts = use_toasts();
    Effect::new(move |_| {
        let Some(Shown::Listing(listing)) = dialog.shown.get() else { return };
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
    });
}

/// Sign-in, and back to the listing with the dialog open (A1).
fn contact_sign_in_path(listing: &ListingCard) -> String {
    sign_in_path(&format!("/listings/{}?contact=1", listing.id))
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
    view! { <ThreadPane conversation=id heading=HEADING after=ends takes_focus=true/> }
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
    view! {
        <section class="chat" aria-labelledby=HEADING aria-busy="true">
            <HostHead listing/>
            <div class="thread"><Skeleton count=2/></div>
        </section>
    }
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
