//! Fan-out of the store's updates: straight from the thread that has committed them to the sockets on this node,
//! and as wake-ups to other nodes.

use crate::server::{
    bus::BusMessage,
    context::{Context, ContextInner},
    faults,
    store::sync::updates::Updates,
};

/// Subscribes to the updates of each commit on this node.
pub fn subscribe(context: &Context) {
    let context_of_server = context.downgrade();
    context.store.subscribe(move |updates| {
        if let Some(context) = context_of_server.upgrade() {
            publish(&context, updates);
        }
    });
}

fn publish(context: &ContextInner, updates: &Updates) {
    if updates.has_order {
        context.board_wake_up.notify_one();
    }
    if !faults::are_updates_lost() {
        context.sockets.publish(updates);
        wake_other_nodes(context, updates);
    }
}

/// Wakes the users of these updates on other nodes. If one has just connected there and is not known here
/// yet, the other node's reconciliation finds the update.
fn wake_other_nodes(context: &ContextInner, updates: &Updates) {
    if context.bus.is_single_node() {
        return;
    }
    let notified = updates.deltas.iter().flat_map(|delta| delta.users());
    let users = context.sockets.on_other_nodes(updates.raised.iter().chain(notified));
    if !users.is_empty() {
        context.bus.publish(BusMessage::UserWakeUp { users });
    }
}
