//! Fan-out: hands updates and ephemeral events to the sockets of users on this node.

use super::{Registry, Socket};
use crate::{
    server::{faults, store::sync::updates::Updates},
    shared::{
        ids::{ConversationId, UserId},
        values::time::Timestamp,
    },
};

impl Registry {
    /// Hands the updates of a commit to the sockets of the users they are for.
    pub fn publish(&self, updates: &Updates) {
        let state = self.state();
        for socket in state.sockets_of(&updates.raised) {
            socket.request_resync();
        }
        for delta in &updates.deltas {
            for socket in state.sockets_of(delta.users()) {
                socket.push(delta);
                faults::die("die_in_fan_out");
            }
        }
    }

    /// Wakes the sockets of these users: there may be updates in the database.
    pub fn wake(&self, users: &[UserId]) {
        self.state().sockets_of(users).for_each(|socket| socket.request_resync());
    }

    /// Asks all sockets to close, and those that are yet to be registered.
    pub fn close_all(&self, code: u16) {
        let mut state = self.state();
        state.close_code = Some(code);
        state.by_user.values().flatten().for_each(|socket| socket.close(code));
    }

    pub fn has_operators(&self) -> bool {
        !self.state().operators.is_empty()
    }

    /// Wakes the sockets of operators: the order board may have changed, and has this many unread orders.
    pub fn wake_operators(&self, unread: i64) {
        self.state().operators.iter().for_each(|socket| socket.push_board_wake_up(unread));
    }

    /// Tells these users that another one started or stopped typing.
    pub fn send_typing(&self, to: &[UserId], conversation: ConversationId, by: UserId, is_typing: bool) {
        let state = self.state();
        for socket in state.sockets_of(to) {
            socket.push_typing(conversation, by, is_typing);
        }
    }

    /// Tells these users whether `about` is online. The presence is read under the lock under which it
    /// changes, so that the last one sent is the current one.
    pub fn send_presence(&self, to: &[UserId], about: UserId, last_seen: Option<Timestamp>) {
        let state = self.state();
        let presence = state.presence(about, last_seen);
        for socket in state.sockets_of(to) {
            socket.push_presence(presence);
        }
    }

    /// Tells one socket whether `about` is online, under the same lock.
    pub fn send_presence_to_socket(&self, socket: &Socket, about: UserId, last_seen: Option<Timestamp>) {
        let state = self.state();
        socket.push_presence(state.presence(about, last_seen));
    }
}
