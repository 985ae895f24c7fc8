//! What nodes on one database tell each other: who has news, who came and went, who is typing. Hints,
//! never the record: what is lost here is found in the database, or asked for again.
//!
//! Without NATS a node is alone and nothing is said.

mod nats;

use std::sync::Mutex;

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::limits::Spent;
use crate::shared::{
    ids::{ConversationId, UserId},
    values::time::Timestamp,
};

/// Words that wait for the network; of more nobody hears.
const WAITING_MAX: usize = 4_096;

/// One run of one server.
pub type NodeId = Uuid;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "word", rename_all = "snake_case")]
pub enum BusMessage {
    /// These people have something to look for.
    News {
        users: Vec<UserId>,
    },
    /// There may be something new at the operators' desk.
    Desk,
    Typing {
        conversation: ConversationId,
        by: UserId,
        is_typing: bool,
        to: Vec<UserId>,
    },
    /// Who has come to this node and who has gone from it since its word with the number before.
    Moved {
        number: u64,
        came: Vec<UserId>,
        gone: Vec<(UserId, Timestamp)>,
    },
    /// Still there, and the number of the last `Moved`.
    Beat {
        number: u64,
    },
    /// Everybody who is here, after the `Moved` of this number.
    Here {
        number: u64,
        users: Vec<UserId>,
    },
    /// This node is asked who is there; all are, where none is named.
    Tell {
        node: Option<NodeId>,
    },
    /// What was spent of rates here.
    Spent {
        spent: Vec<Spent>,
    },
    /// This node stops; its people come to others.
    Stopping,
    /// What a later version says.
    #[serde(other)]
    Unknown,
}

/// What a node says at once.
#[derive(Serialize, Deserialize)]
pub struct BusEnvelope {
    pub from: NodeId,
    pub words: Vec<BusMessage>,
}

pub struct Bus {
    pub me: NodeId,
    /// None where this node is alone.
    waiting: Option<mpsc::Sender<BusMessage>>,
    heard: Mutex<Option<mpsc::Receiver<BusEnvelope>>>,
}

impl Bus {
    /// A node that is alone.
    pub fn alone() -> Self {
        Self { me: Uuid::new_v4(), waiting: None, heard: Mutex::new(None) }
    }

    /// Among the nodes on the same history of one database (`epoch`). NATS need not be there yet: it is
    /// connected to as soon as it is, and again whenever it was away.
    pub async fn on_nats(url: &str, epoch: &str) -> Result<Self, String> {
        let me = Uuid::new_v4();
        let (waiting, words) = mpsc::channel(WAITING_MAX);
        let heard = nats::open(url, epoch, me, words).await?;
        Ok(Self { me, waiting: Some(waiting), heard: Mutex::new(Some(heard)) })
    }

    pub fn is_alone(&self) -> bool {
        self.waiting.is_none()
    }

    /// Says it to all nodes, this one too. It may be lost.
    pub fn say(&self, word: BusMessage) {
        if let Some(waiting) = &self.waiting {
            let _ = waiting.try_send(word);
        }
    }

    /// What all nodes say, this one too; for the one who follows. None for a node that is alone.
    pub fn heard(&self) -> Option<mpsc::Receiver<BusEnvelope>> {
        self.heard.lock().ok()?.take()
    }
}
