//! Follows what the other nodes say, and tells them what they have to know of this one.

use std::time::Duration;

use tokio::time::MissedTickBehavior;

use super::presence;
use crate::server::{
    bus::{BusEnvelope, BusMessage},
    context::Context,
};

const BEAT_EVERY: Duration = Duration::from_secs(1);
/// What somebody spends of his rates on one node counts on the others after this time.
const SPENT_EVERY: Duration = Duration::from_millis(200);

/// Runs as long as the node does.
pub async fn follow_nodes(context: Context) {
    let Some(mut heard) = context.bus.heard() else { return };
    context.bus.say(BusMessage::Tell { node: None });
    let mut beats = tokio::time::interval(BEAT_EVERY);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut spending = tokio::time::interval(SPENT_EVERY);
    spending.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = context.stopped() => return context.bus.say(BusMessage::Stopping),
            _ = beats.tick() => context.bus.say(BusMessage::Beat { number: context.sockets.number() }),
            _ = spending.tick() => tell_spent(&context),
            said = heard.recv() => match said {
                Some(said) if said.from == context.bus.me => hear_myself(&context, &said),
                Some(said) => hear(&context, said).await,
                None => return,
            },
        }
    }
}

fn tell_spent(context: &Context) {
    let spent = context.limits.untold();
    if !spent.is_empty() {
        context.bus.say(BusMessage::Spent { spent });
    }
}

/// One's own word means that the others' would have come too.
fn hear_myself(context: &Context, said: &BusEnvelope) {
    if said.words.iter().any(|word| matches!(word, BusMessage::Beat { .. })) {
        context.sockets.heard_myself(context.clock.now());
    }
}

async fn hear(context: &Context, BusEnvelope { from, words }: BusEnvelope) {
    let ask = || context.bus.say(BusMessage::Tell { node: Some(from) });
    context.sockets.heard(from);
    for word in words {
        match word {
            BusMessage::News { users } => context.sockets.look(&users),
            BusMessage::Desk => context.sockets.tell_desk(),
            BusMessage::Typing { conversation, by, is_typing, to } => {
                context.sockets.tell_typing(&to, conversation, by, is_typing);
            }
            BusMessage::Moved { number, came, gone } => {
                if context.sockets.moved_elsewhere(from, number, &came, &gone) {
                    presence::tell_of(context, came, gone).await;
                } else {
                    ask();
                }
            }
            BusMessage::Beat { number } => {
                if !context.sockets.is_up_to(from, number) {
                    ask();
                }
            }
            BusMessage::Here { number, users } => {
                let came = context.sockets.here_elsewhere(from, number, users, context.clock.now());
                presence::tell_of(context, came, Vec::new()).await;
            }
            BusMessage::Tell { node: asked } if asked.is_none_or(|asked| asked == context.bus.me) => {
                context.bus.say(context.sockets.here());
            }
            BusMessage::Spent { spent } => {
                spent.iter().for_each(|spent| context.limits.spent_elsewhere(spent))
            }
            BusMessage::Stopping => context.sockets.stopped_elsewhere(from, context.clock.now()),
            BusMessage::Tell { .. } | BusMessage::Unknown => {}
        }
    }
}
