//! The signals that components read, and the one way in which news get into them.

use std::collections::HashMap;

use leptos::prelude::*;

use super::{pagination::RoomPersons, presence::Presences, receipts::Marks, typing::Typing};
use crate::browser::{
    connection::{
        Link, backoff_ms, leader::Leadership, polling::Pace, status::ConnectionStatus, tabs::TabMessage,
    },
    environment,
    notifications::Heard,
    sending::{delivery::Flights, drafts::Drafts, outbox::Outbox},
    storage::{cache::Unkept, database},
    timers::after,
};
use crate::shared::{
    conversations::Conversation,
    errors::ApiError,
    ids::{ConversationId, UserId},
    page::session::PageSession,
    sync::{
        changes::{Applied, Change},
        inbox::Inbox,
        thread::Thread,
    },
    values::time::Timestamp,
};
use crate::shared::{conversations::update::ConversationUpdate, notifications::preferences::Preferences};
use crate::shared::{
    positions::{Seq, SyncSeq},
    sync::pages::MessagePage,
};

/// What is held of one thread.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Slot {
    /// Not asked for yet, or on its way.
    #[default]
    Loading,
    Ready(Thread),
    /// The first page could not be had.
    Failed(ApiError),
}

impl Slot {
    pub fn thread(&self) -> Option<&Thread> {
        match self {
            Self::Ready(thread) => Some(thread),
            _ => None,
        }
    }

    /// The newest message that is held; 0 where none is.
    pub fn last_loaded(&self) -> Seq {
        self.thread().and_then(Thread::last).map_or(0, |message| message.seq)
    }
}

/// Outlives the component that first asked for it, unlike a signal owned by that component.
pub type ThreadSignal = ArcRwSignal<Slot>;

/// All that a tab knows and does about messages; one for the whole app, cheap to copy.
#[derive(Clone, Copy)]
pub struct Live {
    /// Nobody: nothing is fetched, and nothing can be sent.
    pub viewer: Option<UserId>,
    pub inbox: RwSignal<Inbox>,
    /// Why the first page of the inbox could not be had.
    pub list_error: RwSignal<Option<ApiError>>,
    /// False on the server and for the first render, which has to equal the server's; true once
    /// local time, storage and the window may be used.
    pub is_awake: RwSignal<bool>,
    /// Whether what this browser has kept has been taken up, as far as it can be had. Until then
    /// nothing is fetched that may be there already.
    pub is_restored: RwSignal<bool>,
    /// Who is in rooms that are too large for their summaries to say.
    pub(crate) people: RwSignal<HashMap<ConversationId, RoomPersons>>,
    /// What has just come and is to be told.
    pub heard: RwSignal<Vec<Heard>>,
    /// How the viewer wants to be told.
    pub choices: RwSignal<Preferences>,
    /// What came before the page is part of it, and not told.
    pub(crate) first_head: SyncSeq,
    /// Counts what the desk was told: there may be something new.
    pub desk: RwSignal<u32>,
    pub outbox: Outbox,
    pub drafts: Drafts,
    /// Whether somebody is looking at this tab.
    pub is_attended: RwSignal<bool>,
    /// The server has another build of the site than this page came with.
    pub is_outdated: RwSignal<bool>,
    pub(crate) status: RwSignal<ConnectionStatus>,
    pub(crate) lead: StoredValue<Leadership>,
    pub(crate) unkept: StoredValue<Unkept>,
    /// When a sound told of new messages last.
    pub(crate) rung_at: StoredValue<Option<Timestamp>>,
    pub(crate) link: StoredValue<Link>,
    pub(crate) pace: StoredValue<Pace>,
    pub(crate) marks: StoredValue<Marks>,
    pub(crate) flights: StoredValue<Flights>,
    pub(crate) typing: Typing,
    pub(crate) presences: Presences,
    threads: StoredValue<HashMap<ConversationId, ThreadSignal>>,
    /// Conversations that are mounted, the one in front last (a dialog lies above the page).
    pub(crate) screens: RwSignal<Vec<ConversationId>>,
}

impl Live {
    pub(crate) fn new(session: &PageSession) -> Self {
        // A page that the server has not drawn has nothing to be equal to.
        let is_mounted = Owner::current_shared_context().is_none();
        Self {
            viewer: session.viewer.as_ref().map(|viewer| viewer.id),
            inbox: RwSignal::new(Inbox::at(
                session.epoch.clone(),
                session.head,
                session.unread,
                session.totals.clone(),
            )),
            list_error: RwSignal::new(None),
            is_awake: RwSignal::new(is_mounted),
            is_restored: RwSignal::new(false),
            people: RwSignal::new(HashMap::new()),
            heard: RwSignal::new(Vec::new()),
            choices: RwSignal::new(session.choices),
            first_head: session.head,
            desk: RwSignal::new(0),
            outbox: Outbox::new(),
            drafts: Drafts::new(),
            is_attended: RwSignal::new(false),
            is_outdated: RwSignal::new(false),
            status: RwSignal::new(ConnectionStatus::Connecting),
            lead: StoredValue::new(Leadership::default()),
            unkept: StoredValue::new(Unkept::default()),
            rung_at: StoredValue::new(None),
            link: StoredValue::new(Link::default()),
            pace: StoredValue::new(Pace::default()),
            marks: StoredValue::new(Marks::default()),
            flights: StoredValue::new(Flights::default()),
            typing: Typing::new(),
            presences: Presences::new(),
            threads: StoredValue::new(HashMap::new()),
            screens: RwSignal::new(Vec::new()),
        }
    }

    /// From here on the browser may be used.
    pub(crate) fn start(self) {
        self.is_awake.set(true);
        self.is_attended.set(environment::is_attended());
        if let Some(viewer) = self.viewer {
            self.stamp_viewer(viewer);
            self.open_channel(viewer);
            self.drafts.restore(viewer);
            self.take_up(viewer);
        }
    }

    /// Takes up what this browser has kept, and then connects.
    fn take_up(self, viewer: UserId) {
        // A browser that does not answer keeps nobody waiting.
        after(DATABASE_MS, move || self.start_connection());
        leptos::task::spawn_local(async move {
            if database::open(viewer).await.is_err() {
                self.lose_storage();
            }
            self.restore_outbox().await;
            self.restore_inbox().await;
            self.start_connection();
            self.keep_page();
            self.wake_outbox();
        });
    }

    /// Unread messages in all conversations.
    pub fn unread_total(self) -> Signal<i64> {
        Memo::new(move |_| self.inbox.with(|inbox| inbox.unread)).into()
    }

    /// What stands before a page's title: `(2) ` with two unread messages. Reads the signal, so a
    /// title made with it stays current.
    pub fn title_prefix(self) -> String {
        // The server makes titles outside of any effect, where tracking would only be warned of.
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

    /// One conversation's summary, kept current.
    pub fn conversation(self, id: ConversationId) -> Memo<Option<Conversation>> {
        Memo::new(move |_| self.inbox.with(|inbox| inbox.get(id).cloned()))
    }

    /// One thread, as far as it is loaded, kept current while it is on screen.
    pub fn thread(self, id: ConversationId) -> ThreadSignal {
        self.threads
            .try_update_value(|threads| {
                threads.entry(id).or_insert_with(|| ArcRwSignal::new(Slot::Loading)).clone()
            })
            .unwrap_or_else(|| ArcRwSignal::new(Slot::Loading))
    }

    pub fn has_thread(self, id: ConversationId) -> bool {
        self.thread(id).with_untracked(|slot| slot.thread().is_some_and(|thread| !thread.is_stale()))
    }

    pub(crate) fn last_loaded(self, id: ConversationId) -> Seq {
        self.thread(id).with_untracked(Slot::last_loaded)
    }

    /// Takes in news, for the list and for every thread that is held.
    pub fn apply(self, change: &Change) -> Applied {
        let mut applied = Applied::Known;
        let before = self.inbox.with_untracked(|inbox| inbox.head);
        let emptied = self.inbox.with_untracked(|inbox| inbox.emptied_by(change));
        self.inbox.update(|inbox| applied = inbox.apply(change));
        if applied == Applied::Yes {
            self.tell_viewer(change, before);
        }
        if applied == Applied::Behind {
            return applied;
        }
        for message in change.messages.iter().flat_map(|news| &news.messages) {
            self.landed(message);
        }
        for news in &change.messages {
            let take_in = |thread: &mut Thread| {
                if let Some(row) = change.summary(news.conversation) {
                    thread.apply_bounds(row);
                }
                thread.apply(news)
            };
            if self.change_thread(news.conversation, take_in).is_some() {
                self.mend(news.conversation);
                self.keep_soon(Some(news.conversation));
            }
            self.forget_arrived(news.conversation);
        }
        for news in &change.conversations {
            match news {
                ConversationUpdate::Active(conversation) => {
                    self.change_thread(conversation.id, |thread| thread.apply_summary(conversation));
                }
                ConversationUpdate::Left { id, .. } => {
                    self.forget(*id);
                    self.forget_kept(*id);
                    self.discard_all(*id);
                }
            }
        }
        // What is kept of them holds texts that are gone.
        for id in emptied {
            self.forget_kept(id);
            self.keep_soon(Some(id));
        }
        if applied == Applied::Yes {
            self.keep_soon(None);
        }
        applied
    }

    /// Takes up a page of messages; a thread that is held and as new stays as it is.
    pub fn take_thread(self, page: MessagePage) {
        let id = page.conversation.id;
        let is_ahead = self.inbox.with_untracked(|inbox| page.head > inbox.head);
        let row = self.inbox.with_untracked(|inbox| inbox.get(id).cloned());
        self.inbox.update(|inbox| inbox.put(page.conversation.clone()));
        self.thread(id).update(|slot| match slot {
            Slot::Ready(held) if !held.is_stale() && held.version >= page.conversation.version => {}
            _ => {
                let mut thread = Thread::from_page(page);
                // The list may know of deleted messages that the page still has.
                row.iter().for_each(|row| thread.apply_bounds(row));
                *slot = Slot::Ready(thread);
            }
        });
        self.forget_arrived(id);
        self.keep_soon(Some(id));
        // What has changed since the page was made comes along again.
        self.join(id);
        // The page knows more than the list: the totals have to follow.
        if is_ahead && self.is_awake.get_untracked() {
            self.refresh();
        }
    }

    /// Says why a thread could not be had.
    pub fn fail_thread(self, id: ConversationId, error: ApiError) {
        self.thread(id).update(|slot| {
            if slot.thread().is_none() {
                *slot = Slot::Failed(error);
            }
        });
    }

    /// The server's history is another one (a restored database): everything held is dropped and
    /// fetched anew, except what waits in the outbox.
    pub(crate) fn reset(self) {
        self.leave_socket();
        self.set_status(ConnectionStatus::Connecting);
        self.clear_cache();
        leptos::task::spawn_local(async move {
            let Ok(page) = self.fetch_list(None).await else {
                self.retry_in(backoff_ms(FAILED_RESET));
                return;
            };
            self.inbox.set(Inbox::from_page(page));
            let held = self.threads.with_value(|threads| threads.keys().copied().collect::<Vec<_>>());
            let shown = self.screens.get_untracked();
            for id in held {
                if shown.contains(&id) {
                    self.refetch(id);
                } else {
                    self.forget(id);
                }
            }
            self.connect();
            self.tell_tabs(&TabMessage::Ping);
        });
    }

    /// Fetches the newest page of a thread that can't be brought up to date by news.
    fn mend(self, id: ConversationId) {
        let is_stale = self.thread(id).with_untracked(|slot| slot.thread().is_some_and(Thread::is_stale));
        if is_stale && self.is_on_screen(id) {
            self.refetch(id);
        }
    }

    /// Changes what is held of a thread. Nothing where nothing is held.
    pub(crate) fn change_thread<T>(
        self,
        id: ConversationId,
        change: impl FnOnce(&mut Thread) -> T,
    ) -> Option<T> {
        self.held(id)?
            .try_update(|slot| match slot {
                Slot::Ready(thread) => Some(change(thread)),
                _ => None,
            })
            .flatten()
    }

    fn held(self, id: ConversationId) -> Option<ThreadSignal> {
        self.threads.with_value(|threads| threads.get(&id).cloned())
    }

    /// Drops what is held of a conversation that the viewer is no longer part of.
    fn forget(self, id: ConversationId) {
        if let Some(thread) = self.held(id) {
            thread.set(Slot::Loading);
        }
        self.threads.update_value(|threads| {
            threads.remove(&id);
        });
    }

    /// Cookies are shared by all tabs. If another person has signed in since, this tab must not
    /// send anything in his name, nor show him this page's news.
    pub(crate) fn is_still_viewer(self) -> bool {
        let stamp = environment::Area::Browser.read(VIEWER_KEY);
        match (self.viewer, stamp) {
            (Some(viewer), Some(stamp)) => viewer.to_string() == stamp,
            // Storage is refused: nothing is known against it.
            (viewer, None) => viewer.is_some(),
            (None, Some(_)) => false,
        }
    }

    fn stamp_viewer(self, viewer: UserId) {
        environment::Area::Browser.write(VIEWER_KEY, &viewer.to_string());
    }
}

/// What this browser keeps is waited for so long.
const DATABASE_MS: i32 = 2_000;
/// A history that can't be had is asked for again after as long as after so many failures.
const FAILED_RESET: usize = 3;
/// Who was signed in when a page of this browser was last taken up.
const VIEWER_KEY: &str = "stoa-viewer";
