//! What the tabs of one browser tell each other, so that a badge drops in all of them at once and
//! a message sent in one shows in the others. Only tabs of the same person share a channel.

use std::cell::RefCell;

use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use web_sys::{BroadcastChannel, MessageEvent};

use super::Live;
use crate::shared::{
    ids::{ConversationId, UserId},
    messages::Seq,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "word", rename_all = "snake_case")]
pub enum Word {
    /// Everything up to this message was on screen here; `count` messages of it were unread.
    Read { conversation: ConversationId, upto: Seq, count: i64 },
    /// The server has news: ask for them now.
    News,
}

thread_local! {
    /// There is one per tab, and nothing of the browser may be part of [`Live`], which the server
    /// moves from thread to thread.
    static CHANNEL: RefCell<Option<Channel>> = const { RefCell::new(None) };
}

/// One end of the channel.
struct Channel {
    channel: BroadcastChannel,
    /// Lives as long as the channel that calls it.
    _on_message: Closure<dyn Fn(MessageEvent)>,
}

impl Live {
    pub(super) fn open_channel(self, viewer: UserId) {
        let Ok(channel) = BroadcastChannel::new(&format!("stoa-{viewer}")) else { return };
        let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            let word = event.data().as_string().and_then(|text| serde_json::from_str(&text).ok());
            if let Some(word) = word {
                self.hear_tab(word);
            }
        });
        channel.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        CHANNEL.set(Some(Channel { channel, _on_message: on_message }));
    }

    pub(super) fn tell_tabs(self, word: &Word) {
        let Ok(text) = serde_json::to_string(word) else { return };
        CHANNEL.with_borrow(|channel| {
            if let Some(channel) = channel {
                // A tab that can't be told learns it by its next poll.
                drop(channel.channel.post_message(&JsValue::from_str(&text)));
            }
        });
    }

    fn hear_tab(self, word: Word) {
        match word {
            Word::Read { conversation, upto, count } => self.seen_elsewhere(conversation, upto, count),
            Word::News => self.refresh(),
        }
    }
}
