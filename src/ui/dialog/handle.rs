//! The handle of the messages dialog: opens and closes it from anywhere, and says what it shows (A9).

use leptos::prelude::*;

use crate::shared::{errors::ApiError, ids::ConversationId, listings::ListingCard};

/// Opens and closes the dialog from anywhere (A9). Before it is opened [`Chunk::Thread`] must be there.
///
/// [`Chunk::Thread`]: crate::ui::chunks::registry::Chunk::Thread
#[derive(Clone, Copy)]
pub struct MessagesDialogHandle {
    pub shown: RwSignal<Option<Shown>>,
    pub sent: StoredValue<Option<Callback<ConversationId>>>,
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
