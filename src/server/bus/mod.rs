//! The message bus between the nodes of a cluster: wake-ups for users with updates, typing, presence,
//! membership and spent rate limits. Messages on it may be lost: the database is the truth, and periodic
//! reconciliation and presence snapshots make up for a lost message.
//!
//! Without NATS there is a single node, and the bus carries nothing.
//!
//! Nodes of two versions talk to each other during an upgrade, so the names in the JSON stay as they are.

mod nats;

use std::sync::Mutex;

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::limits::SpentRate;
use crate::shared::{
    ids::{ConversationId, UserId},
    values::time::Timestamp,
};

/// Messages that wait to be published. Further ones are dropped.
const OUTGOING_QUEUE_MAX: usize = 4_096;

/// Identifies one run of one server process.
pub type NodeId = Uuid;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "word", rename_all = "snake_case")]
pub enum BusMessage {
    /// Wake-up for the sockets of these users: there may be updates for them.
    #[serde(rename = "news")]
    UserWakeUp { users: Vec<UserId> },
    /// Wake-up for the sockets of operators: the order board may have changed.
    #[serde(rename = "desk")]
    OperatorWakeUp,
    /// A user started or stopped typing; `to` are the users who see it.
    Typing { conversation: ConversationId, by: UserId, is_typing: bool, to: Vec<UserId> },
    /// Users who came online or went offline on the sender since its revision before this one. `gone` carries
    /// the time when the user's last socket closed.
    #[serde(rename = "moved")]
    PresenceChanges {
        #[serde(rename = "number")]
        revision: u64,
        came: Vec<UserId>,
        gone: Vec<(UserId, Timestamp)>,
    },
    /// Heartbeat of the sender, with the revision of its presence.
    #[serde(rename = "beat")]
    Heartbeat {
        #[serde(rename = "number")]
        revision: u64,
    },
    /// All users who are online on the sender at this revision.
    #[serde(rename = "here")]
    PresenceSnapshot {
        #[serde(rename = "number")]
        revision: u64,
        users: Vec<UserId>,
    },
    /// Asks this node for its presence snapshot, or every node if it names none.
    #[serde(rename = "tell")]
    SnapshotRequest { node: Option<NodeId> },
    /// Rate limits that were spent on the sender.
    #[serde(rename = "spent")]
    SpentRates { spent: Vec<SpentRate> },
    /// The sender stops; its users reconnect to other nodes.
    Stopping,
    /// A message that only a later version knows.
    #[serde(other)]
    Unknown,
}

/// Messages that a node publishes together.
#[derive(Serialize, Deserialize)]
pub struct BusEnvelope {
    pub from: NodeId,
    #[serde(rename = "words")]
    pub messages: Vec<BusMessage>,
}

pub struct Bus {
    /// This node.
    pub node: NodeId,
    /// None on a single node.
    outgoing: Option<mpsc::Sender<BusMessage>>,
    /// Until it is taken, see [`Bus::take_incoming`].
    incoming: Mutex<Option<mpsc::Receiver<BusEnvelope>>>,
}

impl Bus {
    /// The bus of a single node.
    pub fn single_node() -> Self {
        Self { node: Uuid::new_v4(), outgoing: None, incoming: Mutex::new(None) }
    }

    /// Joins the nodes on the same history of one database (`epoch`). NATS may be down: the connection is
    /// made as soon as it is up, and again after each interruption. An error is one line for the operator of
    /// the server.
    pub async fn on_nats(url: &str, epoch: &str) -> Result<Self, String> {
        let node = Uuid::new_v4();
        let (outgoing, queue) = mpsc::channel(OUTGOING_QUEUE_MAX);
        let incoming = nats::connect(url, epoch, node, queue).await?;
        Ok(Self { node, outgoing: Some(outgoing), incoming: Mutex::new(Some(incoming)) })
    }

    pub fn is_single_node(&self) -> bool {
        self.outgoing.is_none()
    }

    /// Queues a message for all nodes, including this one. At most once: it is dropped if the queue is full
    /// or NATS is down.
    pub fn publish(&self, message: BusMessage) {
        if let Some(outgoing) = &self.outgoing {
            let _ = outgoing.try_send(message);
        }
    }

    /// The messages of all nodes, including this one. There is one receiver: None if it has been taken, and
    /// on a single node.
    pub fn take_incoming(&self) -> Option<mpsc::Receiver<BusEnvelope>> {
        self.incoming.lock().ok()?.take()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{json, to_value};

    use super::*;

    #[test]
    fn e3_the_names_on_the_bus_stay_as_older_nodes_know_them() {
        let user = UserId(Uuid::nil());
        let id = json!(user);
        for (message, expected) in [
            (BusMessage::UserWakeUp { users: vec![user] }, json!({"word": "news", "users": [id]})),
            (BusMessage::OperatorWakeUp, json!({"word": "desk"})),
            (
                BusMessage::PresenceChanges {
                    revision: 2,
                    came: vec![user],
                    gone: vec![(user, Timestamp(1))],
                },
                json!({"word": "moved", "number": 2, "came": [id], "gone": [[id, 1]]}),
            ),
            (BusMessage::Heartbeat { revision: 2 }, json!({"word": "beat", "number": 2})),
            (
                BusMessage::PresenceSnapshot { revision: 2, users: vec![user] },
                json!({"word": "here", "number": 2, "users": [id]}),
            ),
            (BusMessage::SnapshotRequest { node: None }, json!({"word": "tell", "node": null})),
            (BusMessage::SpentRates { spent: vec![] }, json!({"word": "spent", "spent": []})),
            (BusMessage::Stopping, json!({"word": "stopping"})),
        ] {
            assert_eq!(to_value(&message).unwrap(), expected);
            assert_eq!(serde_json::from_value::<BusMessage>(expected).unwrap(), message);
        }
        let envelope = BusEnvelope { from: Uuid::nil(), messages: vec![BusMessage::Stopping] };
        assert_eq!(to_value(&envelope).unwrap(), json!({"from": id, "words": [{"word": "stopping"}]}));
    }
}
