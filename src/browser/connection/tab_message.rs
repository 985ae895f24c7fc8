//! Messages between the tabs of one browser. The variants' wire names must stay: tabs of two versions can
//! be open at once.

use serde::Serialize;

use super::status::ConnectionStatus;
use crate::shared::{
    ids::{ConversationId, MessageId},
    json::{Json, JsonError},
    messages::outbox::StoredItem,
    positions::{Seq, SyncSeq},
    sync::changes::OpenThread,
};

/// A random id of a tab.
pub type TabId = i64;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "word", rename_all = "snake_case")]
pub enum TabMessage {
    /// The viewer saw everything up to this message in this tab; `count` of those messages were unread.
    Read {
        conversation: ConversationId,
        upto: Seq,
        count: i64,
    },
    /// The server has updates: poll now.
    #[serde(rename = "news")]
    PollNow,
    /// Asks the leader to announce itself.
    Ping,
    /// The sender is the leader, and this is the status of its connection.
    Leader {
        tab: TabId,
        status: ConnectionStatus,
        head: SyncSeq,
    },
    /// Open threads of this tab, and whether the viewer is looking at it.
    #[serde(rename = "screens")]
    OpenThreads {
        tab: TabId,
        #[serde(rename = "screens")]
        threads: Vec<OpenThread>,
        is_attended: bool,
    },
    /// This tab is being closed.
    Closed {
        tab: TabId,
    },
    /// The leader must send this frame to the server.
    #[serde(rename = "say")]
    SendFrame {
        frame: String,
    },
    /// The leader must retry at once.
    TryNow,
    /// This message is in the outbox now, or was refused for good.
    Item {
        item: StoredItem,
    },
    /// Messages of one conversation, or of all, can't be sent for now.
    Hold {
        conversation: Option<ConversationId>,
    },
    /// The server has stored this message.
    Sent {
        id: MessageId,
        conversation: ConversationId,
    },
    Discarded {
        id: MessageId,
    },
    /// The viewer signs out: every tab deletes their data.
    #[serde(rename = "forget")]
    DeleteLocalData,
}

impl TabMessage {
    /// Reads the message with this tag. Errors if the tag is unknown or a field is missing.
    pub(super) fn read(kind: &str, mut json: Json) -> Result<Self, JsonError> {
        Ok(match kind {
            "read" => Self::Read {
                conversation: json.take("conversation")?,
                upto: json.take("upto")?,
                count: json.take("count")?,
            },
            "news" => Self::PollNow,
            "ping" => Self::Ping,
            "leader" => Self::Leader {
                tab: json.take("tab")?,
                status: json.take("status")?,
                head: json.take("head")?,
            },
            "screens" => Self::OpenThreads {
                tab: json.take("tab")?,
                threads: json.take("screens")?,
                is_attended: json.take("is_attended")?,
            },
            "closed" => Self::Closed { tab: json.take("tab")? },
            "say" => Self::SendFrame { frame: json.take("frame")? },
            "try_now" => Self::TryNow,
            "item" => Self::Item { item: json.take("item")? },
            "hold" => Self::Hold { conversation: json.take("conversation")? },
            "sent" => Self::Sent { id: json.take("id")?, conversation: json.take("conversation")? },
            "discarded" => Self::Discarded { id: json.take("id")? },
            "forget" => Self::DeleteLocalData,
            _ => return Err(JsonError("word")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c3_what_one_tab_says_is_what_another_hears() {
        let (id, conversation) = (MessageId::new(), ConversationId::new());
        let item = StoredItem {
            id,
            conversation,
            body: "Hello \"you\"".into(),
            attached: Default::default(),
            files: Default::default(),
            waits_for_files: false,
            at: crate::shared::values::time::Timestamp(7),
            after_seq: 3,
            order: Some(4),
            failed: None,
        };
        let threads = vec![OpenThread { conversation, version: 9 }];
        let status = ConnectionStatus::Reconnecting { seconds: 5 };
        for message in [
            TabMessage::Read { conversation, upto: 4, count: 2 },
            TabMessage::PollNow,
            TabMessage::Ping,
            TabMessage::Leader { tab: 1, status, head: 12 },
            TabMessage::Leader { tab: 1, status: ConnectionStatus::Live, head: 12 },
            TabMessage::OpenThreads { tab: 2, threads, is_attended: true },
            TabMessage::Closed { tab: 2 },
            TabMessage::SendFrame { frame: r#"{"type":"ping"}"#.into() },
            TabMessage::TryNow,
            TabMessage::Item { item },
            TabMessage::Hold { conversation: None },
            TabMessage::Hold { conversation: Some(conversation) },
            TabMessage::Sent { id, conversation },
            TabMessage::Discarded { id },
            TabMessage::DeleteLocalData,
        ] {
            let mut json: Json = serde_json::from_str(&serde_json::to_string(&message).unwrap()).unwrap();
            let kind = json.take::<String>("word").unwrap();
            assert_eq!(TabMessage::read(&kind, json).unwrap(), message);
        }
    }
}
