//! Who is on other nodes, as they say it. A node that says nothing while this one hears itself is gone;
//! where nothing at all is heard, nothing is known to have changed.

use std::collections::{HashMap, HashSet};

use crate::{
    server::bus::NodeId,
    shared::{ids::UserId, values::time::Timestamp},
};

/// So often this node hears itself, and nothing of another, until that one counts as gone.
const MISSED_MAX: u32 = 5;

#[derive(Default)]
pub struct RemotePresence {
    nodes: HashMap<NodeId, Other>,
    /// On how many nodes somebody is.
    users: HashMap<UserId, usize>,
}

#[derive(Default)]
struct Other {
    /// The last word about its people that is known; none before all of them are.
    number: Option<u64>,
    users: HashSet<UserId>,
    missed: u32,
}

impl RemotePresence {
    pub fn has(&self, user: &UserId) -> bool {
        self.users.contains_key(user)
    }

    /// Whether what is known of a node is its latest; if not, it has to be asked.
    pub fn is_up_to(&mut self, node: NodeId, number: u64) -> bool {
        self.nodes.entry(node).or_default().number == Some(number)
    }

    /// Hears of who came to a node and went from it. Whether that follows on what is known.
    pub fn moved(
        &mut self,
        node: NodeId,
        number: u64,
        came: &[UserId],
        gone: &[(UserId, Timestamp)],
    ) -> bool {
        let other = self.nodes.entry(node).or_default();
        if other.number.is_none_or(|known| known + 1 != number) {
            return other.number.is_some_and(|known| number <= known);
        }
        other.number = Some(number);
        for user in came {
            if other.users.insert(*user) {
                *self.users.entry(*user).or_default() += 1;
            }
        }
        for (user, _) in gone {
            if other.users.remove(user) {
                leave(&mut self.users, user);
            }
        }
        true
    }

    /// Hears of everybody who is on a node; answers who is new there and who is there no more.
    pub fn here(&mut self, node: NodeId, number: u64, users: Vec<UserId>) -> (Vec<UserId>, Vec<UserId>) {
        let other = self.nodes.entry(node).or_default();
        if other.number.is_some_and(|known| known > number) {
            return Default::default();
        }
        other.number = Some(number);
        let users: HashSet<_> = users.into_iter().collect();
        let came: Vec<_> = users.difference(&other.users).copied().collect();
        let gone: Vec<_> = other.users.difference(&users).copied().collect();
        other.users = users;
        for user in &came {
            *self.users.entry(*user).or_default() += 1;
        }
        gone.iter().for_each(|user| leave(&mut self.users, user));
        (came, gone)
    }

    /// A node has said something.
    pub fn heard(&mut self, node: NodeId) {
        self.nodes.entry(node).or_default().missed = 0;
    }

    /// This node has heard itself; answers who is nowhere else any more, since their nodes are gone.
    pub fn heard_myself(&mut self) -> Vec<UserId> {
        self.nodes.values_mut().for_each(|other| other.missed += 1);
        let gone: Vec<_> =
            self.nodes.iter().filter(|(_, other)| other.missed > MISSED_MAX).map(|(id, _)| *id).collect();
        gone.into_iter().flat_map(|node| self.forget(node)).collect()
    }

    /// A node is gone; answers who is nowhere else any more.
    pub fn forget(&mut self, node: NodeId) -> Vec<UserId> {
        let Some(other) = self.nodes.remove(&node) else { return Vec::new() };
        other.users.iter().for_each(|user| leave(&mut self.users, user));
        other.users.into_iter().filter(|user| !self.users.contains_key(user)).collect()
    }
}

fn leave(users: &mut HashMap<UserId, usize>, user: &UserId) {
    if let Some(nodes) = users.get_mut(user) {
        *nodes -= 1;
        if *nodes == 0 {
            users.remove(user);
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn e3_what_does_not_follow_on_what_is_known_is_asked_for() {
        let (mut elsewhere, node) = (RemotePresence::default(), Uuid::new_v4());
        let [ana, ben] = [UserId::new(), UserId::new()];
        assert!(!elsewhere.is_up_to(node, 0), "a node that was not known");
        assert!(!elsewhere.moved(node, 3, &[ana], &[]), "nor who was there before");
        assert!(!elsewhere.has(&ana));
        assert_eq!(elsewhere.here(node, 3, vec![ana]), (vec![ana], vec![]));
        assert!(elsewhere.is_up_to(node, 3) && elsewhere.has(&ana));
        assert!(elsewhere.moved(node, 4, &[ben], &[(ana, Timestamp(0))]));
        assert!(elsewhere.has(&ben) && !elsewhere.has(&ana));
        assert!(elsewhere.moved(node, 4, &[ana], &[]), "what is known already changes nothing");
        assert!(!elsewhere.moved(node, 6, &[ana], &[]), "one was lost");
        assert!(!elsewhere.has(&ana));
        assert_eq!(elsewhere.here(node, 3, vec![ana]), (vec![], vec![]), "an answer from before");
        assert_eq!(elsewhere.here(node, 6, vec![ana]), (vec![ana], vec![ben]));
    }

    #[test]
    fn e3_a_node_that_says_nothing_is_gone_and_who_is_on_another_is_not() {
        let mut elsewhere = RemotePresence::default();
        let [first, second] = [Uuid::new_v4(), Uuid::new_v4()];
        let [ana, ben] = [UserId::new(), UserId::new()];
        elsewhere.here(first, 0, vec![ana, ben]);
        elsewhere.here(second, 0, vec![ben]);
        for _ in 0..MISSED_MAX {
            assert_eq!(elsewhere.heard_myself(), []);
            elsewhere.heard(second);
        }
        assert_eq!(elsewhere.heard_myself(), [ana]);
        assert!(elsewhere.has(&ben) && !elsewhere.has(&ana));
        assert!(!elsewhere.is_up_to(first, 0), "should it come back it is asked");
        assert_eq!(elsewhere.forget(second), [ben]);
        assert!(!elsewhere.has(&ben));
    }
}
