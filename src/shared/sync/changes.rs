//! The one kind of news: what changed for a user between two heads. It comes by polling now and
//! by socket later, and is applied by the same two pure functions, `Inbox::apply` and `Thread::apply`.

use crate::shared::positions::SyncSeq;
use serde::{Deserialize, Serialize};

use crate::shared::conversations::update::ConversationUpdate;
use crate::shared::positions::Version;
use crate::shared::{
    conversations::Conversation,
    ids::ConversationId,
    json::{FromJson, Json, Wrong, read_by_serde, read_fields},
    messages::Message,
    notifications::NotificationUpdate,
};

/// Everything that is new for one user in the heads (from, to], as current state.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    pub from: SyncSeq,
    pub to: SyncSeq,
    pub conversations: Vec<ConversationUpdate>,
    pub messages: Vec<ThreadUpdate>,
    pub notifications: NotificationUpdate,
    /// My unread messages in all conversations, as of `to` or later.
    pub unread: i64,
}

impl Change {
    /// What it says of a conversation that I take part in.
    pub fn summary(&self, id: ConversationId) -> Option<&Conversation> {
        self.conversations.iter().find_map(|news| match news {
            ConversationUpdate::Active(conversation) if conversation.id == id => Some(&**conversation),
            _ => None,
        })
    }
}

/// Messages of one thread that changed after `base`.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ThreadUpdate {
    pub conversation: ConversationId,
    /// Holds for a thread at this version or later; one that is behind is fetched instead.
    pub base: Version,
    /// The thread's version after applying.
    pub version: Version,
    pub messages: Vec<Message>,
    /// Too much changed to send it: take the newest page instead.
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
        /// There is more: ask again at once.
        more: bool,
    },
    /// The cursor is of another history (a restored database): drop caches, keep what is unsent.
    Reset { epoch: String, head: SyncSeq },
}

/// A thread that is on screen, named in a poll to get its messages along.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenThread {
    pub conversation: ConversationId,
    pub version: Version,
}

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    Yes,
    /// It was known already.
    Known,
    /// Something before it is missing: ask the server for everything since the cursor.
    Behind,
}

read_fields! {
    Change { from, to, conversations, messages, notifications, unread }
    ThreadUpdate { conversation, base, version, messages, is_reload }
    OpenThread { conversation, version }
}
read_by_serde! { Change, Poll }

impl FromJson for Poll {
    fn from_json(mut json: Json) -> Result<Self, Wrong> {
        let epoch = json.take("epoch")?;
        match json.take::<String>("kind")?.as_str() {
            "news" => Ok(Self::News { epoch, more: json.take("more")?, change: Change::from_json(json)? }),
            "reset" => Ok(Self::Reset { epoch, head: json.take("head")? }),
            _ => Err(Wrong("kind")),
        }
    }
}
