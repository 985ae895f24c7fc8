//! Presence: who is online on this node and on others. A user stays online for a grace period after their
//! last socket has closed or their node has failed.

use std::collections::HashSet;

use super::{Registry, State};
use crate::{
    server::bus::{BusMessage, NodeId},
    shared::{
        ids::UserId,
        users::presence::Presence,
        values::time::{SECOND, Timestamp},
    },
};

/// The presence grace period: a reload of the page within it is not seen by others.
pub const PRESENCE_GRACE_MICROS: i64 = 5 * SECOND;

/// Changes of presence since the last call of [`Registry::take_presence_changes`].
pub struct PresenceChanges {
    /// The revision with these changes. None if nobody came or went on this node.
    pub revision: Option<u64>,
    pub came: Vec<UserId>,
    /// Users whose grace period is over, and when their last socket closed.
    pub gone: Vec<(UserId, Timestamp)>,
    /// Users whose node stopped or failed, and who did not come back within the grace period.
    pub lost: Vec<(UserId, Timestamp)>,
}

impl Registry {
    /// The presence of a user. `last_seen` is left out while they are online.
    pub fn presence(&self, user: UserId, last_seen: Option<Timestamp>) -> Presence {
        self.state().presence(user, last_seen)
    }

    /// Users who are online on this node, those in their grace period included.
    pub fn online_users(&self) -> Vec<UserId> {
        self.state().online_users()
    }

    /// Takes the changes of presence. A clock that was set back ends grace periods as well.
    pub fn take_presence_changes(&self, now: Timestamp) -> PresenceChanges {
        let mut state = self.state();
        let is_over = |at: &Timestamp| (now.0 - at.0).abs() >= PRESENCE_GRACE_MICROS;
        let gone: Vec<_> = state.leaving.extract_if(|_, at| is_over(at)).collect();
        let lost: Vec<_> = state.lost.extract_if(|_, at| is_over(at)).collect();
        let came: Vec<_> = state.came.drain().collect();
        let revision = (!came.is_empty() || !gone.is_empty()).then(|| {
            state.revision += 1;
            state.revision
        });
        let lost = lost.into_iter().filter(|(user, _)| !state.is_online(user)).collect();
        PresenceChanges { revision, came, gone, lost }
    }

    /// The revision of this node's presence.
    pub fn revision(&self) -> u64 {
        self.state().revision
    }

    /// This node's presence, for other nodes.
    pub fn presence_snapshot(&self) -> BusMessage {
        let state = self.state();
        BusMessage::PresenceSnapshot { revision: state.revision, users: state.online_users() }
    }

    /// Those of `users` who are online on other nodes, as far as this node knows, each once.
    pub fn on_other_nodes<'a>(&self, users: impl IntoIterator<Item = &'a UserId>) -> Vec<UserId> {
        let state = self.state();
        let found: HashSet<_> =
            users.into_iter().filter(|user| state.remote.is_online(user)).copied().collect();
        found.into_iter().collect()
    }

    /// Records a message of another node.
    pub fn record_remote_message(&self, node: NodeId) {
        self.state().remote.record_message(node);
    }

    /// Records a heartbeat of this node, and begins the grace period of users whose nodes have failed.
    pub fn record_own_heartbeat(&self, now: Timestamp) {
        let mut state = self.state();
        let lost = state.remote.record_own_heartbeat();
        state.lose(lost, now);
    }

    /// Whether the known presence of another node is at this revision.
    pub fn is_remote_current(&self, node: NodeId, revision: u64) -> bool {
        self.state().remote.is_current(node, revision)
    }

    /// Applies the presence changes of another node. False if a revision in between is missing.
    pub fn apply_remote_changes(
        &self,
        node: NodeId,
        revision: u64,
        came: &[UserId],
        gone: &[(UserId, Timestamp)],
    ) -> bool {
        self.state().remote.apply_changes(node, revision, came, gone)
    }

    /// Applies the presence snapshot of another node. Returns the users who were not known to be online
    /// there; those who are no longer online there get the grace period.
    pub fn apply_remote_snapshot(
        &self,
        node: NodeId,
        revision: u64,
        users: Vec<UserId>,
        now: Timestamp,
    ) -> Vec<UserId> {
        let mut state = self.state();
        let (came, gone) = state.remote.apply_snapshot(node, revision, users);
        state.lose(gone, now);
        came
    }

    /// Removes another node that stops. Its users get the grace period to reconnect.
    pub fn remove_remote_node(&self, node: NodeId, now: Timestamp) {
        let mut state = self.state();
        let lost = state.remote.remove_node(node);
        state.lose(lost, now);
    }
}

impl State {
    pub(super) fn presence(&self, user: UserId, last_seen: Option<Timestamp>) -> Presence {
        let is_online = self.is_online(&user);
        Presence { user, is_online, last_seen: last_seen.filter(|_| !is_online) }
    }

    fn online_users(&self) -> Vec<UserId> {
        self.present.iter().chain(self.leaving.keys()).copied().collect()
    }

    fn is_online(&self, user: &UserId) -> bool {
        self.present.contains(user)
            || self.leaving.contains_key(user)
            || self.remote.is_online(user)
            || self.lost.contains_key(user)
    }

    fn lose(&mut self, users: Vec<UserId>, now: Timestamp) {
        self.lost.extend(users.into_iter().map(|user| (user, now)));
    }
}
