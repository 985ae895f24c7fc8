//! Pages: of the inbox, of a thread, and of what a search finds.

use leptos::{prelude::*, task::spawn_local};

use crate::browser::{Live, Slot};
use crate::shared::{
    positions::{ListedCursor, Seq},
    sync::pages::{ConversationPage, MessagePage},
};
use crate::{
    api::{
        conversations::{get_conversation, get_conversations, get_or_create_conversation},
        messages::get_messages,
        rooms::{get_readers, get_room_people},
    },
    shared::{
        conversations::Conversation,
        errors::{ApiError, ErrorCode, Result},
        ids::{ConversationId, ListingId, UserId},
        messages::Range,
        users::Person,
    },
};

/// Messages on a page of history: what is drawn at once.
const HISTORY_PAGE: i64 = 100;

/// Who is in a room, and who was.
#[derive(Clone, Debug, Default)]
pub struct RoomPersons {
    there: Vec<Person>,
    former: Vec<Person>,
}

impl Live {
    /// The first page of the inbox, unless one is held already.
    pub async fn first_list(self) -> Result<Option<ConversationPage>> {
        // On the server the page may be gone by now, with whoever asked for it.
        if self.inbox.try_with_untracked(|inbox| inbox.is_loaded()) != Some(false) {
            return Ok(None);
        }
        self.fetch_list(None).await.map(Some)
    }

    /// Sees to it that the first page of the inbox is there, in the background.
    pub fn load_list(self) {
        self.list_error.set(None);
        spawn_local(async move {
            let answer = self.first_list().await;
            self.take_first_list(answer);
        });
    }

    pub fn take_first_list(self, answer: Result<Option<ConversationPage>>) {
        match answer {
            Ok(Some(page)) => self.take_list(page),
            Ok(None) => {}
            Err(error) => self.list_error.set(Some(error)),
        }
    }

    fn take_list(self, page: ConversationPage) {
        let is_ahead = self.inbox.with_untracked(|inbox| page.head > inbox.head);
        self.inbox.update(|inbox| inbox.add_page(page));
        self.keep_soon(None);
        if is_ahead && self.is_awake.get_untracked() {
            self.refresh();
        }
    }

    pub(crate) async fn fetch_list(self, after: Option<ListedCursor>) -> Result<ConversationPage> {
        get_conversations(None, false, after).await
    }

    /// The next page of the inbox. Says whether there is more after it.
    pub async fn more_of_list(self) -> Result<bool> {
        let Some(next) = self.inbox.with_untracked(|inbox| inbox.next()) else { return Ok(false) };
        let page = self.fetch_list(Some(next)).await?;
        // Two pages of different histories don't fit together.
        if self.inbox.with_untracked(|inbox| inbox.epoch == page.epoch && inbox.next() == Some(next)) {
            self.take_list(page);
        }
        Ok(self.inbox.with_untracked(|inbox| inbox.next().is_some()))
    }

    /// The conversations that a search or the unread filter finds, best first. Their summaries
    /// go into the inbox, where news keep them current.
    pub async fn find(self, search: String, is_unread_only: bool) -> Result<Vec<ConversationId>> {
        let search = Some(search.trim().to_owned()).filter(|search| !search.is_empty());
        let page = get_conversations(search, is_unread_only, None).await?;
        let found = page.conversations.iter().map(|row| row.id).collect();
        self.inbox.update(|inbox| page.conversations.into_iter().for_each(|row| inbox.put(row)));
        Ok(found)
    }

    /// The conversations of orders, which news then keep current.
    pub fn take_orders(self, orders: Vec<Conversation>) -> Vec<ConversationId> {
        let ids = orders.iter().map(|row| row.id).collect();
        self.inbox.update(|inbox| orders.into_iter().for_each(|row| inbox.put(row)));
        ids
    }

    /// Asks who has read a message, and puts their names there.
    pub fn ask_readers(self, id: ConversationId, seq: Seq, names: RwSignal<Option<Vec<String>>>) {
        spawn_local(async move {
            if let Ok(readers) = get_readers(id, seq).await {
                names.try_set(Some(readers.into_iter().map(|reader| reader.person.name).collect()));
            }
        });
    }

    /// Somebody of a room whom its summary does not name. Asks once for all who are in it.
    pub fn known_person(self, id: ConversationId, user: UserId) -> Option<Person> {
        let is_room = self.inbox.with(|inbox| inbox.get(id).is_some_and(|row| row.subject.room().is_some()));
        if !is_room || !self.is_awake.get() {
            return None;
        }
        self.ask_people(id);
        self.people.with(|people| {
            let known = people.get(&id)?;
            known.there.iter().chain(&known.former).find(|person| person.id == user).cloned()
        })
    }

    /// All who are in a room, once they have been asked for.
    pub fn room_people(self, id: ConversationId) -> Vec<Person> {
        self.people.with(|people| people.get(&id).map(|known| known.there.clone()).unwrap_or_default())
    }

    /// Asks once who is in a room.
    pub fn ask_people(self, id: ConversationId) {
        if self.people.with_untracked(|people| people.contains_key(&id)) {
            return;
        }
        self.people.update_untracked(|people| drop(people.insert(id, RoomPersons::default())));
        spawn_local(async move {
            if let Ok(found) = get_room_people(id).await {
                let there = found.people.into_iter().map(|other| other.person).collect();
                let known = RoomPersons { there, former: found.former };
                self.people.update(|people| drop(people.insert(id, known)));
            }
        });
    }

    /// The newest message of a conversation.
    pub fn last_seq(self, id: ConversationId) -> Seq {
        self.inbox.with(|inbox| inbox.get(id).map_or(0, |row| row.last_seq))
    }

    /// Sees to it that the summary of one conversation is there, if the viewer takes part.
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

    /// The newest page of a thread, unless one is held already: then the poll that showing it
    /// causes brings the rest.
    pub async fn first_page(self, id: ConversationId) -> Result<Option<MessagePage>> {
        if self.has_thread(id) {
            return Ok(None);
        }
        get_messages(id, None, None).await.map(Some)
    }

    /// Sees to it that a thread is there, in the background.
    pub fn load_thread(self, id: ConversationId) {
        let thread = self.thread(id);
        if thread.with_untracked(|slot| matches!(slot, Slot::Failed(_))) {
            thread.set(Slot::Loading);
        }
        spawn_local(async move {
            // What is kept is shown at once; what has changed since comes by its version.
            if !self.has_thread(id) && self.restore_thread(id).await {
                self.refresh();
                return;
            }
            match self.first_page(id).await {
                Ok(Some(page)) => self.take_thread(page),
                Ok(None) => {}
                Err(error) => self.refuse(id, error),
            }
        });
    }

    pub(crate) fn refetch(self, id: ConversationId) {
        spawn_local(async move {
            match get_messages(id, None, None).await {
                Ok(page) => self.take_thread(page),
                Err(error) => self.refuse(id, error),
            }
        });
    }

    /// A page of a thread's history.
    pub async fn fetch_page(self, id: ConversationId, range: Range) -> Result<MessagePage> {
        get_messages(id, Some(range), Some(HISTORY_PAGE)).await
    }

    /// Takes up a page of history for a reader who sees the lines between these two.
    pub fn take_page(self, page: MessagePage, from: Seq, to: Seq) {
        self.change_thread(page.conversation.id, |thread| {
            // One that is too old is lacking still, and so is asked for again.
            thread.add_page(page);
            thread.keep_near(from, to);
        });
    }

    /// The viewer's conversation about a listing, made if there is none.
    pub async fn contact(self, listing: ListingId) -> Result<Conversation> {
        let conversation = get_or_create_conversation(listing).await?;
        self.inbox.update(|inbox| inbox.put(conversation.clone()));
        Ok(conversation)
    }

    fn refuse(self, id: ConversationId, error: ApiError) {
        if error.code == ErrorCode::SignedOut {
            self.signed_out();
        }
        self.fail_thread(id, error);
    }
}
