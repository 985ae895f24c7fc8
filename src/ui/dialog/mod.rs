//! The chat over any page (A7): one dialog, mounted once, opened from anywhere for a conversation
//! or for a listing, whose conversation it finds or begins.

pub mod chat;
pub mod contact_host;

use leptos::{ev, html, prelude::*};
use leptos_router::hooks::use_location;
use wasm_bindgen::JsCast;

use super::chunks;
use crate::{
    browser::page,
    shared::{errors::ApiError, ids::ConversationId, listings::ListingCard, session::sign_in_path},
};

/// The id of what names the dialog.
const HEADING: &str = "dialog-heading";

/// Opens and closes the dialog from anywhere (A9). Before it is opened [`Chunk::Thread`] must be there.
///
/// [`Chunk::Thread`]: chunks::Chunk::Thread
#[derive(Clone, Copy)]
pub struct MessagesDialogHandle {
    shown: RwSignal<Option<Shown>>,
    sent: StoredValue<Option<Callback<ConversationId>>>,
}

/// What the dialog shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
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

    /// Tells the page that opens it when a message is sent in it (B3), as long as that page lives.
    pub fn on_message_sent(self, tell: Callback<ConversationId>) {
        self.sent.set_value(Some(tell));
        on_cleanup(move || {
            // Nothing where the app itself is gone.
            let _ = self.sent.try_set_value(None);
        });
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
    let dialog = MessagesDialogHandle { shown: RwSignal::new(None), sent: StoredValue::new(None) };
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
            {move || dialog.shown.get().map(chunks::dialog)}
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

/// Sign-in, and back to the listing with the dialog open (A1).
fn contact_sign_in_path(listing: &ListingCard) -> String {
    sign_in_path(&format!("/listings/{}?contact=1", listing.id))
}
