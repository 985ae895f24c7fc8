//! Test fixtures: messages, pages and updates of one thread.

use std::ops::RangeInclusive;

use uuid::Uuid;

use crate::shared::{
    conversations::Conversation,
    ids::{ConversationId, MessageId},
    messages::{Message, MessageKind},
    positions::{Seq, Version},
    sync::{changes::ThreadUpdate, pages::MessagePage},
    values::time::Timestamp,
};

pub fn message(seq: Seq, version: Version) -> Message {
    Message {
        id: MessageId(Uuid::from_u128(seq as u128)),
        conversation: ConversationId(Uuid::nil()),
        seq,
        version,
        sender: None,
        kind: MessageKind::Text,
        body: format!("m{seq} v{version}"),
        created_at: Timestamp(seq),
        edited_at: None,
        deleted_at: None,
        attached: Default::default(),
        reactions: Default::default(),
    }
}

pub fn page(seqs: RangeInclusive<Seq>, last_seq: Seq, version: Version) -> MessagePage {
    let conversation =
        Conversation { last_seq, version, changed: version, listed: version, ..Conversation::sample() };
    let messages = seqs.map(|seq| message(seq, seq)).collect();
    MessagePage { epoch: "e".into(), head: version, conversation, messages, reads: vec![] }
}

pub fn update(base: Version, messages: Vec<Message>) -> ThreadUpdate {
    let version = messages.iter().map(|message| message.version).max().unwrap_or(base);
    ThreadUpdate { conversation: ConversationId(Uuid::nil()), base, version, messages, is_reload: false }
}
