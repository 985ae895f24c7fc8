//! Presence on other nodes, and the failure detector for them. Each node numbers the changes of its presence
//! (revisions); if one is missing, its snapshot is requested. A node that is silent while this node receives
//! its own heartbeats has failed. If this node receives nothing at all, it is cut off itself and assumes no
//! change.

use std::collections::{HashMap, HashSet};

use crate::{
    server::bus::NodeId,
    shared::{ids::UserId, values::time::Timestamp},
};

/// A node has failed after more own heartbeats than this without a message from it.
const MISSED_HEARTBEATS_MAX: u32 = 5;

#[derive(Default)]
pub struct RemotePresence {
    nodes: HashMap<NodeId, RemoteNode>,
    /// The number of nodes on which a user is online.
    node_counts: HashMap<UserId, usize>,
}

#[derive(Default)]
struct RemoteNode {
    /// The revision of `users`. None until a snapshot has arrived.
    revision: Option<u64>,
    users: HashSet<UserId>,
    missed_heartbeats: u32,
}

impl RemotePresence {
    pub fn is_online(&self, user: &UserId) -> bool {
        self.node_counts.contains_key(user)
    }

    /// Whether this is the revision that is known of a node. If not, its snapshot must be requested.
    pub fn is_current(&mut self, node: NodeId, revision: u64) -> bool {
        self.nodes.entry(node).or_default().revision == Some(revision)
    }

    /// Applies the changes of a node if they follow on the known revision; ignores older ones. False if a
    /// revision in between is missing.
    pub fn apply_changes(
        &mut self,
        node: NodeId,
        revision: u64,
        came: &[UserId],
        gone: &[(UserId, Timestamp)],
    ) -> bool {
        let remote = self.nodes.entry(node).or_default();
        if remote.revision.is_none_or(|current| current + 1 != revision) {
            return remote.revision.is_some_and(|current| revision <= current);
        }
        remote.revision = Some(revision);
        for user in came {
            if remote.users.insert(*user) {
                *self.node_counts.entry(*user).or_default() += 1;
            }
        }
        for (user, _) in gone {
            if remote.users.remove(user) {
                decrement(&mut self.node_counts, user);
            }
        }
        true
    }

    /// Replaces the users of a node by its snapshot, unless that is older. Returns the users who were not
    /// known to be online there, and those who are no longer.
    pub fn apply_snapshot(
        &mut self,
        node: NodeId,
        revision: u64,
        users: Vec<UserId>,
    ) -> (Vec<UserId>, Vec<UserId>) {
        let remote = self.nodes.entry(node).or_default();
        if remote.revision.is_some_and(|current| current > revision) {
            return Default::default();
        }
        remote.revision = Some(revision);
        let users: HashSet<_> = users.into_iter().collect();
        let came: Vec<_> = users.difference(&remote.users).copied().collect();
        let gone: Vec<_> = remote.users.difference(&users).copied().collect();
        remote.users = users;
        for user in &came {
            *self.node_counts.entry(*user).or_default() += 1;
        }
        gone.iter().for_each(|user| decrement(&mut self.node_counts, user));
        (came, gone)
    }

    /// Records a message of another node: it is alive.
    pub fn record_message(&mut self, node: NodeId) {
        self.nodes.entry(node).or_default().missed_heartbeats = 0;
    }

    /// Records a heartbeat of this node, and removes the nodes that have failed. Returns the users who were
    /// online on those only.
    pub fn record_own_heartbeat(&mut self) -> Vec<UserId> {
        self.nodes.values_mut().for_each(|remote| remote.missed_heartbeats += 1);
        let has_failed = |remote: &RemoteNode| remote.missed_heartbeats > MISSED_HEARTBEATS_MAX;
        let failed: Vec<_> =
            self.nodes.iter().filter(|(_, remote)| has_failed(remote)).map(|(id, _)| *id).collect();
        failed.into_iter().flat_map(|node| self.remove_node(node)).collect()
    }

    /// Removes a node that has stopped or failed. Returns the users who were online on it only.
    pub fn remove_node(&mut self, node: NodeId) -> Vec<UserId> {
        let Some(remote) = self.nodes.remove(&node) else { return Vec::new() };
        remote.users.iter().for_each(|user| decrement(&mut self.node_counts, user));
        remote.users.into_iter().filter(|user| !self.node_counts.contains_key(user)).collect()
    }
}

fn decrement(node_counts: &mut HashMap<UserId, usize>, user: &UserId) {
    if let Some(nodes) = node_counts.get_mut(user) {
        *nodes -= 1;
        if *nodes == 0 {
            node_counts.remove(user);
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn e3_what_does_not_follow_on_what_is_known_is_asked_for() {
        let (mut remote, node) = (RemotePresence::default(), Uuid::new_v4());
        let [ana, ben] = [UserId::new(), UserId::new()];
        assert!(!remote.is_current(node, 0), "an unknown node");
        assert!(!remote.apply_changes(node, 3, &[ana], &[]), "changes before any snapshot");
        assert!(!remote.is_online(&ana));
        assert_eq!(remote.apply_snapshot(node, 3, vec![ana]), (vec![ana], vec![]));
        assert!(remote.is_current(node, 3) && remote.is_online(&ana));
        assert!(remote.apply_changes(node, 4, &[ben], &[(ana, Timestamp(0))]));
        assert!(remote.is_online(&ben) && !remote.is_online(&ana));
        assert!(remote.apply_changes(node, 4, &[ana], &[]), "a repeated revision changes nothing");
        assert!(!remote.apply_changes(node, 6, &[ana], &[]), "a revision was lost");
        assert!(!remote.is_online(&ana));
        assert_eq!(remote.apply_snapshot(node, 3, vec![ana]), (vec![], vec![]), "an older snapshot");
        assert_eq!(remote.apply_snapshot(node, 6, vec![ana]), (vec![ana], vec![ben]));
    }

    #[test]
    fn e3_a_node_that_says_nothing_is_gone_and_who_is_on_another_is_not() {
        let mut remote = RemotePresence::default();
        let [first, second] = [Uuid::new_v4(), Uuid::new_v4()];
        let [ana, ben] = [UserId::new(), UserId::new()];
        remote.apply_snapshot(first, 0, vec![ana, ben]);
        remote.apply_snapshot(second, 0, vec![ben]);
        for _ in 0..MISSED_HEARTBEATS_MAX {
            assert_eq!(remote.record_own_heartbeat(), []);
            remote.record_message(second);
        }
        assert_eq!(remote.record_own_heartbeat(), [ana]);
        assert!(remote.is_online(&ben) && !remote.is_online(&ana));
        assert!(!remote.is_current(first, 0), "if it comes back, its snapshot is requested");
        assert_eq!(remote.remove_node(second), [ben]);
        assert!(!remote.is_online(&ben));
    }
}
