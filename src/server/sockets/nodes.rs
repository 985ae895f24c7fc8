//! Follows what the other nodes say, and tells them what they have to know of this one.

use std::time::Duration;

use tokio::time::MissedTickBehavior;

use super::presence;
use crate::server::{
    bus::{Said, Word},
    node::Node,
};

const BEAT_EVERY: Duration = Duration::from_secs(1);
/// What somebody spends of his rates on one node counts on the others after this time.
const SPENT_EVERY: Duration = Duration::from_millis(200);

/// Runs as long as the node does.
pub async fn follow_nodes(node: Node) {
    let Some(mut heard) = node.bus.heard() else { return };
    node.bus.say(Word::Tell { node: None });
    let mut beats = tokio::time::interval(BEAT_EVERY);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut spending = tokio::time::interval(SPENT_EVERY);
    spending.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = node.stopped() => return node.bus.say(Word::Stopping),
            _ = beats.tick() => node.bus.say(Word::Beat { number: node.sockets.number() }),
            _ = spending.tick() => tell_spent(&node),
            said = heard.recv() => match said {
                Some(said) if said.from == node.bus.me => hear_myself(&node, &said),
                Some(said) => hear(&node, said).await,
                None => return,
            },
        }
    }
}

fn tell_spent(node: &Node) {
    let spent = node.limits.untold();
    if !spent.is_empty() {
        node.bus.say(Word::Spent { spent });
    }
}

/// One's own word means that the others' would have come too.
fn hear_myself(node: &Node, said: &Said) {
    if said.words.iter().any(|word| matches!(word, Word::Beat { .. })) {
        node.sockets.heard_myself(node.clock.now());
    }
}

async fn hear(node: &Node, Said { from, words }: Said) {
    let ask = || node.bus.say(Word::Tell { node: Some(from) });
    node.sockets.heard(from);
    for word in words {
        match word {
            Word::News { users } => node.sockets.look(&users),
            Word::Desk => node.sockets.tell_desk(),
            Word::Typing { conversation, by, is_typing, to } => {
                node.sockets.tell_typing(&to, conversation, by, is_typing);
            }
            Word::Moved { number, came, gone } => {
                if node.sockets.moved_elsewhere(from, number, &came, &gone) {
                    presence::tell_of(node, came, gone).await;
                } else {
                    ask();
                }
            }
            Word::Beat { number } => {
                if !node.sockets.is_up_to(from, number) {
                    ask();
                }
            }
            Word::Here { number, users } => {
                let came = node.sockets.here_elsewhere(from, number, users, node.clock.now());
                presence::tell_of(node, came, Vec::new()).await;
            }
            Word::Tell { node: asked } if asked.is_none_or(|asked| asked == node.bus.me) => {
                node.bus.say(node.sockets.here());
            }
            Word::Spent { spent } => spent.iter().for_each(|spent| node.limits.spent_elsewhere(spent)),
            Word::Stopping => node.sockets.stopped_elsewhere(from, node.clock.now()),
            Word::Tell { .. } | Word::Unknown => {}
        }
    }
}
