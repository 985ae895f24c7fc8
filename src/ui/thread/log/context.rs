//! Context of the message log: data that its groups and bubbles share.

use leptos::prelude::*;

use crate::shared::{ids::ConversationId, positions::Seq};

/// Provided by the message log to its parts.
#[derive(Clone, Copy)]
pub struct LogContext {
    pub conversation: ConversationId,
    /// The last message when the thread was opened; later ones are animated.
    pub opened_at: Seq,
    /// Whether the thread is about to scroll to its first unread message: nothing counts as read then.
    pub is_opening: RwSignal<bool>,
    /// The message that the reader is being led to.
    pub target: RwSignal<Option<Seq>>,
    /// Whether the reader sees the end of the thread.
    pub is_at_end: RwSignal<bool>,
    /// The first and the last line in view, once known.
    pub visible: RwSignal<Option<(Seq, Seq)>>,
}
