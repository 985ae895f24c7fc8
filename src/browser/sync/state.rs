//! `Live`: the signals that components read.

use std::collections::HashMap;

use leptos::prelude::*;

use super::{
    people::RoomPeople, presence::Presences, receipts::PendingReceipts, thread_slot::ThreadSignal,
    typing::Typing,
};
use crate::browser::{
    connection::{leader::Leadership, link::Link, polling::PollingState, status::ConnectionStatus},
    notifications::Alert,
    sending::{delivery::DeliveryQueues, drafts::Drafts, outbox::Outbox},
    storage::cache::UnsavedCache,
};
use crate::shared::{
    conversations::Conversation,
    errors::ApiError,
    ids::{ConversationId, UserId},
    notifications::preferences::Preferences,
    page::session::PageSession,
    positions::SyncSeq,
    sync::inbox::Inbox,
    values::time::Timestamp,
};

/// Everything that a tab knows and does about messages. One for the whole app; cheap to copy.
#[derive(Clone, Copy)]
pub struct Live {
    /// Without a viewer nothing is fetched or sent.
    pub viewer: Option<UserId>,
    pub inbox: RwSignal<Inbox>,
    /// Why the first page of the inbox could not be loaded.
    pub inbox_error: RwSignal<Option<ApiError>>,
    /// False on the server and in the first render, which must equal the server's; true once local time,
    /// storage and the window may be used.
    pub is_hydrated: RwSignal<bool>,
    /// Whether stored data has been restored as far as possible. Until then nothing is fetched that may be
    /// stored.
    pub is_restored: RwSignal<bool>,
    /// Members of rooms whose summaries don't name them all.
    pub(crate) people: RwSignal<HashMap<ConversationId, RoomPeople>>,
    /// New alerts, to be shown as toasts.
    pub alerts: RwSignal<Vec<Alert>>,
    /// The viewer's notification preferences.
    pub preferences: RwSignal<Preferences>,
    /// The server's clock minus the browser's, in microseconds.
    pub(crate) clock_offset: RwSignal<i64>,
    /// When the server rendered the page.
    pub(crate) rendered_at: Timestamp,
    /// Sync position of the page: updates up to it raise no alert.
    pub(crate) page_head: SyncSeq,
    /// Counts wake-ups of operators: there may be changes to the operator pages.
    pub operator_wake_ups: RwSignal<u32>,
    /// For operators: orders on their board with messages that none of them has read.
    pub unread_orders: RwSignal<i64>,
    pub outbox: Outbox,
    pub drafts: Drafts,
    /// The edits under way, one per conversation, each with the message that it changes.
    pub edits: Drafts,
    /// Whether the viewer is looking at this tab.
    pub is_attended: RwSignal<bool>,
    /// The server has another build of the site than this page.
    pub is_outdated: RwSignal<bool>,
    pub(crate) status: RwSignal<ConnectionStatus>,
    pub(crate) leadership: StoredValue<Leadership>,
    pub(crate) unsaved_cache: StoredValue<UnsavedCache>,
    /// When the sound was played last.
    pub(crate) sound_played_at: StoredValue<Option<Timestamp>>,
    pub(crate) link: StoredValue<Link>,
    pub(crate) polling: StoredValue<PollingState>,
    pub(crate) receipts: StoredValue<PendingReceipts>,
    pub(crate) delivery_queues: StoredValue<DeliveryQueues>,
    pub(crate) typing: Typing,
    pub(crate) presences: Presences,
    pub(super) threads: StoredValue<HashMap<ConversationId, ThreadSignal>>,
    /// Open conversations, the top one last (a dialog lies above the page).
    pub(crate) open_conversations: RwSignal<Vec<ConversationId>>,
}

impl Live {
    pub(crate) fn new(session: &PageSession) -> Self {
        // A page that the server has not rendered needs no hydration.
        let is_mounted = Owner::current_shared_context().is_none();
        Self {
            viewer: session.viewer.as_ref().map(|viewer| viewer.id),
            inbox: RwSignal::new(Inbox::empty_at(
                session.epoch.clone(),
                session.head,
                session.unread,
                session.totals.clone(),
            )),
            inbox_error: RwSignal::new(None),
            is_hydrated: RwSignal::new(is_mounted),
            is_restored: RwSignal::new(false),
            people: RwSignal::new(HashMap::new()),
            alerts: RwSignal::new(Vec::new()),
            preferences: RwSignal::new(session.choices),
            clock_offset: RwSignal::new(0),
            rendered_at: session.now,
            page_head: session.head,
            operator_wake_ups: RwSignal::new(0),
            unread_orders: RwSignal::new(session.unread_orders),
            outbox: Outbox::new(),
            drafts: Drafts::new("draft"),
            edits: Drafts::new("edit"),
            is_attended: RwSignal::new(false),
            is_outdated: RwSignal::new(false),
            status: RwSignal::new(ConnectionStatus::Connecting),
            leadership: StoredValue::new(Leadership::default()),
            unsaved_cache: StoredValue::new(UnsavedCache::default()),
            sound_played_at: StoredValue::new(None),
            link: StoredValue::new(Link::default()),
            polling: StoredValue::new(PollingState::default()),
            receipts: StoredValue::new(PendingReceipts::default()),
            delivery_queues: StoredValue::new(DeliveryQueues::default()),
            typing: Typing::new(),
            presences: Presences::new(),
            threads: StoredValue::new(HashMap::new()),
            open_conversations: RwSignal::new(Vec::new()),
        }
    }

    /// Number of unread messages in all conversations.
    pub fn unread_total(self) -> Signal<i64> {
        Memo::new(move |_| self.inbox.with(|inbox| inbox.unread)).into()
    }

    /// Prefix of a page's title: `(2) ` with two unread messages. Tracks the signal.
    pub fn title_prefix(self) -> String {
        // The server renders titles outside of any effect, where tracking would log a warning.
        let unread = if is_server() {
            self.inbox.try_with_untracked(|inbox| inbox.unread)
        } else {
            self.inbox.try_with(|inbox| inbox.unread)
        };
        match unread.unwrap_or(0) {
            ..=0 => String::new(),
            unread @ 1..=99 => format!("({unread}) "),
            _ => "(99+) ".to_owned(),
        }
    }

    /// A conversation's inbox row, as a signal.
    pub fn conversation(self, id: ConversationId) -> Memo<Option<Conversation>> {
        Memo::new(move |_| self.inbox.with(|inbox| inbox.get(id).cloned()))
    }
}
