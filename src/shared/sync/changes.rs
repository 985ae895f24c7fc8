//! Changes: all updates for one user between two sync positions. They arrive by polling and by socket, and
//! are applied by two pure functions, `Inbox::apply` and `Thread::apply`.

use serde::{Deserialize, Serialize};

use crate::shared::{
    conversations::{Conversation, update::ConversationUpdate},
    ids::ConversationId,
    json::{FromJson, Json, JsonError, read_by_serde, read_fields},
    messages::Message,
    notifications::NotificationUpdate,
    positions::{SyncSeq, Version},
};

/// All updates for one user after the sync position `from` up to `to`, as current state.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    pub from: SyncSeq,
    pub to: SyncSeq,
    pub conversations: Vec<ConversationUpdate>,
    pub messages: Vec<ThreadUpdate>,
    pub notifications: NotificationUpdate,
    /// The number of my unread messages in all conversations, as of `to` or later.
    pub unread: i64,
}

impl Change {
    /// The number of unread notifications that are new in this change, those of messages included.
    pub fn new_notifications(&self) -> usize {
        let read_upto = self.notifications.totals.read_upto;
        let items = self.notifications.items.iter();
        let items = items.filter(|item| item.raised > self.from && item.is_unread(read_upto));
        let rows = self.conversations.iter().filter(|update| match update {
            ConversationUpdate::Active(row) => {
                row.noted > self.from && row.has_unread_notification(read_upto)
            }
            ConversationUpdate::Left { .. } => false,
        });
        items.count() + rows.count()
    }

    /// The new summary of this conversation, if the change has one.
    pub fn summary(&self, id: ConversationId) -> Option<&Conversation> {
        self.conversations.iter().find_map(|update| match update {
            ConversationUpdate::Active(conversation) if conversation.id == id => Some(&**conversation),
            _ => None,
        })
    }
}

/// An update to one thread: its messages that changed after the version `base`.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema), schema(as = ThreadNews))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ThreadUpdate {
    pub conversation: ConversationId,
    /// The update applies to a thread at this version or later. A client whose thread is older fetches it
    /// instead.
    pub base: Version,
    /// The thread's version after the update.
    pub version: Version,
    pub messages: Vec<Message>,
    /// Too much changed to send it. The client fetches the newest page instead.
    pub is_reload: bool,
}

/// The answer to a poll.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Poll {
    News {
        epoch: String,
        #[serde(flatten)]
        change: Change,
        /// There are more updates: poll again at once.
        more: bool,
    },
    /// The cursor belongs to another epoch, such as before a restore of the database. The client drops its
    /// caches and keeps unsent messages.
    Reset { epoch: String, head: SyncSeq },
}

/// A thread that is open in the client. A poll that names it gets its messages too.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenThread {
    pub conversation: ConversationId,
    pub version: Version,
}

/// The outcome of applying a change or a page to client state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApplyOutcome {
    Applied,
    /// It was applied before.
    Duplicate,
    /// There is a gap before it: poll for all changes since the cursor. A page is older than the thread:
    /// fetch it again.
    Behind,
}

read_fields! {
    Change { from, to, conversations, messages, notifications, unread }
    ThreadUpdate { conversation, base, version, messages, is_reload }
    OpenThread { conversation, version }
}
read_by_serde! { Change, Poll }

impl FromJson for Poll {
    fn from_json(mut json: Json) -> Result<Self, JsonError> {
        let epoch = json.take("epoch")?;
        match json.take::<String>("kind")?.as_str() {
            "news" => Ok(Self::News { epoch, more: json.take("more")?, change: Change::from_json(json)? }),
            "reset" => Ok(Self::Reset { epoch, head: json.take("head")? }),
            _ => Err(JsonError("kind")),
        }
    }
}
