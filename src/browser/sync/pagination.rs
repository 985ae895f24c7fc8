//! Pagination of inbox and threads, and search in the inbox.

use leptos::{prelude::*, task::spawn_local};

use crate::browser::{Live, ThreadSlot};
use crate::{
    api::{
        conversations::{
            get_conversation, get_conversation_of_listing, get_conversations, start_conversation,
        },
        messages::get_messages,
    },
    shared::{
        conversations::Conversation,
        errors::{ApiError, Result},
        ids::{ConversationId, ListingId, MessageId},
        messages::Range,
        positions::{ListedCursor, Seq},
        sync::pages::{ConversationPage, MessagePage},
    },
};

/// Pages of a search that found nothing before the browser gives up.
const SEARCH_PAGES_MAX: usize = 10;

/// Messages on a page of history.
const HISTORY_PAGE: i64 = 100;

impl Live {
    /// The first page of the inbox, unless it is loaded already.
    pub async fn fetch_first_inbox_page(self) -> Result<Option<ConversationPage>> {
        // On the server the request may have ended and disposed of the signals.
        if self.inbox.try_with_untracked(|inbox| inbox.is_loaded()) != Some(false) {
            return Ok(None);
        }
        self.fetch_inbox_page(None).await.map(Some)
    }

    /// Loads the first page of the inbox in the background.
    pub fn load_inbox(self) {
        self.inbox_error.set(None);
        spawn_local(async move {
            let answer = self.fetch_first_inbox_page().await;
            self.add_first_inbox_page(answer);
        });
    }

    /// Adds the first page, or shows why it could not be loaded.
    pub fn add_first_inbox_page(self, answer: Result<Option<ConversationPage>>) {
        match answer {
            Ok(Some(page)) => self.add_inbox_page(page),
            Ok(None) => {}
            Err(error) => self.inbox_error.set(Some(error)),
        }
    }

    fn add_inbox_page(self, page: ConversationPage) {
        let is_ahead = self.inbox.with_untracked(|inbox| page.head > inbox.head);
        self.inbox.update(|inbox| inbox.add_page(page));
        self.save_cache_soon(None);
        if is_ahead && self.is_hydrated.get_untracked() {
            self.refresh();
        }
    }

    pub(crate) async fn fetch_inbox_page(self, after: Option<ListedCursor>) -> Result<ConversationPage> {
        get_conversations(None, false, after).await
    }

    /// Loads the next page of the inbox. Returns whether more pages follow.
    pub async fn load_next_inbox_page(self) -> Result<bool> {
        let Some(next) = self.inbox.with_untracked(|inbox| inbox.next()) else { return Ok(false) };
        let page = self.fetch_inbox_page(Some(next)).await?;
        // Pages of different epochs don't match, and another call may have added this page.
        if self.inbox.with_untracked(|inbox| inbox.epoch == page.epoch && inbox.next() == Some(next)) {
            self.add_inbox_page(page);
        }
        Ok(self.inbox.with_untracked(|inbox| inbox.next().is_some()))
    }

    /// Conversations that match the search and the unread filter, best first. Their rows are added to the
    /// inbox, where updates keep them current.
    pub async fn search_inbox(self, search: String, is_unread_only: bool) -> Result<Vec<ConversationId>> {
        let search = Some(search.trim().to_owned()).filter(|search| !search.is_empty());
        let mut page = get_conversations(search.clone(), is_unread_only, None).await?;
        // Each page looks at a bounded number of conversations, and may have found nothing among them.
        for _ in 1..SEARCH_PAGES_MAX {
            if page.next.is_none() || !page.conversations.is_empty() {
                break;
            }
            page = get_conversations(search.clone(), is_unread_only, page.next).await?;
        }
        let found = page.conversations.iter().map(|row| row.id).collect();
        self.inbox.update(|inbox| page.conversations.into_iter().for_each(|row| inbox.put(row)));
        Ok(found)
    }

    /// Adds the conversations of orders to the inbox, where updates keep them current.
    pub fn add_order_conversations(self, orders: Vec<Conversation>) -> Vec<ConversationId> {
        let ids = orders.iter().map(|row| row.id).collect();
        self.inbox.update(|inbox| orders.into_iter().for_each(|row| inbox.put(row)));
        ids
    }

    /// Position of the newest message of a conversation.
    pub fn last_seq(self, id: ConversationId) -> Seq {
        self.inbox.with(|inbox| inbox.get(id).map_or(0, |row| row.last_seq))
    }

    /// Loads a conversation's inbox row in the background, if the viewer is a participant.
    pub fn load_conversation(self, id: ConversationId) {
        if self.inbox.with_untracked(|inbox| inbox.get(id).is_some()) {
            return;
        }
        spawn_local(async move {
            if let Ok(conversation) = get_conversation(id).await {
                self.inbox.update(|inbox| inbox.put(conversation));
            }
        });
    }

    /// The newest page of a thread, unless the thread is loaded already: then the poll after opening it
    /// brings the rest.
    pub async fn fetch_first_thread_page(self, id: ConversationId) -> Result<Option<MessagePage>> {
        if self.has_thread(id) {
            return Ok(None);
        }
        get_messages(id, None, None).await.map(Some)
    }

    /// Loads a thread in the background, from the cache if possible.
    pub fn load_thread(self, id: ConversationId) {
        let thread = self.thread(id);
        if thread.with_untracked(|slot| matches!(slot, ThreadSlot::Failed(_))) {
            thread.set(ThreadSlot::Loading);
        }
        spawn_local(async move {
            // A cached thread is shown at once; its version lets the server send the changes since.
            if !self.has_thread(id) && self.restore_thread(id).await {
                self.refresh();
                return;
            }
            match self.fetch_first_thread_page(id).await {
                Ok(Some(page)) => self.add_thread_page(page),
                Ok(None) => {}
                Err(error) => self.refuse(id, error),
            }
        });
    }

    pub(crate) fn refetch(self, id: ConversationId) {
        spawn_local(async move {
            match get_messages(id, None, None).await {
                Ok(page) => self.add_thread_page(page),
                Err(error) => self.refuse(id, error),
            }
        });
    }

    /// A page of a thread's history.
    pub async fn fetch_history_page(self, id: ConversationId, range: Range) -> Result<MessagePage> {
        get_messages(id, Some(range), Some(HISTORY_PAGE)).await
    }

    /// Adds a page of history. The thread keeps the messages near the lines `from` to `to`, which the
    /// reader sees.
    pub fn add_history_page(self, page: MessagePage, from: Seq, to: Seq) {
        self.change_thread(page.conversation.id, |thread| {
            // A page that is too old is not added, so it is fetched again.
            thread.add_page(page);
            thread.evict_far_from(from, to);
        });
    }

    /// The viewer's conversation with the host of a listing, if there is one.
    pub async fn find_conversation(self, listing: ListingId) -> Result<Option<Conversation>> {
        let conversation = get_conversation_of_listing(listing).await?;
        if let Some(conversation) = &conversation {
            self.inbox.update(|inbox| inbox.put(conversation.clone()));
        }
        Ok(conversation)
    }

    /// Sends a message to the host of a listing. The conversation is stored with it if there is none.
    pub async fn start_conversation(
        self,
        listing: ListingId,
        id: MessageId,
        body: String,
    ) -> Result<Conversation> {
        let conversation = start_conversation(listing, id, body).await?;
        self.inbox.update(|inbox| inbox.put(conversation.clone()));
        Ok(conversation)
    }

    fn refuse(self, id: ConversationId, error: ApiError) {
        if error.code.ends_session() {
            self.session_refused(error.code);
        }
        self.fail_thread(id, error);
    }
}
