//! Handle of the messages dialog: opens and closes it from any page (A9), and holds its content.

use leptos::prelude::*;

use crate::shared::{errors::ApiError, ids::ConversationId, listings::ListingCard};

/// Opens and closes the dialog from any page (A9). Load [`Chunk::Thread`] before you open it.
///
/// [`Chunk::Thread`]: crate::ui::chunks::registry::Chunk::Thread
#[derive(Clone, Copy)]
pub struct MessagesDialogHandle {
    pub content: RwSignal<Option<DialogContent>>,
    /// Called when a message that was sent in the dialog is stored.
    pub on_sent: StoredValue<Option<Callback<ConversationId>>>,
}

/// The content of the open dialog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DialogContent {
    Conversation(ConversationId),
    /// The conversation about this listing is being looked for.
    Listing(ListingCard),
    /// There is no conversation about this listing yet: the form for its first message.
    First(ListingCard),
    /// The conversation about this listing could not be opened; a retry may succeed.
    Failed(ListingCard, ApiError),
}

impl MessagesDialogHandle {
    pub fn open(self, conversation: ConversationId) {
        self.content.set(Some(DialogContent::Conversation(conversation)));
    }

    /// Finds the viewer's conversation about a listing and shows it, or the form for its first message.
    pub fn open_for_listing(self, listing: ListingCard) {
        self.content.set(Some(DialogContent::Listing(listing)));
    }

    /// Calls `callback` when a message that was sent in the dialog is stored (B3), until the owner of the
    /// calling scope is disposed.
    pub fn on_message_sent(self, callback: Callback<ConversationId>) {
        self.on_sent.set_value(Some(callback));
        on_cleanup(move || {
            // Fails where the app itself is disposed.
            let _ = self.on_sent.try_set_value(None);
        });
    }

    pub fn close(self) {
        self.content.set(None);
    }

    pub fn is_open(self) -> Signal<bool> {
        let content = self.content;
        Signal::derive(move || content.with(Option::is_some))
    }
}

/// Call it once, in `App`, where [`MessagesDialog`] is mounted.
pub fn provide_messages_dialog() -> MessagesDialogHandle {
    let dialog = MessagesDialogHandle { content: RwSignal::new(None), on_sent: StoredValue::new(None) };
    provide_context(dialog);
    dialog
}

pub fn use_messages_dialog() -> MessagesDialogHandle {
    expect_context()
}
