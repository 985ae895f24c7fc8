//! What the tabs of one browser tell each other. One of them, the leader, holds the connection
//! and passes on what the server says; only tabs of the same person share a channel.

use std::cell::RefCell;

use serde::Serialize;
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use web_sys::{BroadcastChannel, Event, MessageEvent};

use super::leader::Tab;
use crate::browser::{ConnectionStatus, Live};
use crate::shared::positions::{Seq, SyncSeq};
use crate::shared::{
    ids::{ConversationId, MessageId, UserId},
    json::{FromJson, Json, Wrong},
    messages::outbox::StoredItem,
    sync::{changes::OpenThread, wire::ToClient},
};

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "word", rename_all = "snake_case")]
pub enum TabMessage {
    /// Everything up to this message was on screen here; `count` messages of it were unread.
    Read {
        conversation: ConversationId,
        upto: Seq,
        count: i64,
    },
    /// The server has news: ask for them now.
    News,
    /// Is there a leader?
    Ping,
    /// I lead, and this is how the connection stands.
    Leader {
        tab: Tab,
        status: ConnectionStatus,
        head: SyncSeq,
    },
    /// What is on this tab's screen, and whether somebody looks at it.
    Screens {
        tab: Tab,
        screens: Vec<OpenThread>,
        is_attended: bool,
    },
    /// This tab is being closed.
    Closed {
        tab: Tab,
    },
    /// For the leader to say to the server.
    Say {
        frame: String,
    },
    /// For the leader: do not wait any longer.
    TryNow,
    /// In the outbox from now on, or refused for good.
    Item {
        item: StoredItem,
    },
    /// What waits to be sent, in one conversation or in all, can't be sent for now.
    Hold {
        conversation: Option<ConversationId>,
    },
    /// The server has it.
    Sent {
        id: MessageId,
        conversation: ConversationId,
    },
    Discarded {
        id: MessageId,
    },
    /// The viewer signs out: nothing of him may stay.
    Forget,
}

thread_local! {
    /// There is one per tab, and nothing of the browser may be part of [`Live`], which the server
    /// moves from thread to thread.
    static CHANNEL: RefCell<Option<BroadcastChannel>> = const { RefCell::new(None) };
}

impl Live {
    pub(crate) fn open_channel(self, viewer: UserId) {
        let Ok(channel) = BroadcastChannel::new(&format!("stoa-{viewer}")) else { return };
        let on_message = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
            let text = event.unchecked_into::<MessageEvent>().data().as_string();
            if let Some(json) = text.and_then(|text| serde_json::from_str(&text).ok()) {
                self.hear_tab(json);
            }
        });
        channel.set_onmessage(Some(on_message.into_js_value().unchecked_ref()));
        CHANNEL.set(Some(channel));
    }

    pub(crate) fn tell_tabs(self, word: &TabMessage) {
        if let Ok(text) = serde_json::to_string(word) {
            relay(&text);
        }
    }

    /// Either a word, or what the server says and the leader passes on.
    fn hear_tab(self, mut json: Json) {
        let Ok(kind) = json.take::<Option<String>>("word") else { return };
        match kind {
            Some(kind) => {
                // A word of another version of the page counts as unsaid.
                if let Ok(word) = TabMessage::read(&kind, json) {
                    self.take_word(word);
                }
            }
            None if !self.leads() => {
                if let Ok(frame) = ToClient::from_json(json) {
                    self.take_in(frame);
                }
            }
            None => {}
        }
    }

    fn take_word(self, word: TabMessage) {
        match word {
            TabMessage::Read { conversation, upto, count } => self.seen_elsewhere(conversation, upto, count),
            TabMessage::News => self.refresh(),
            TabMessage::Ping => self.announce(),
            TabMessage::Leader { tab, status, head } => self.hear_leader(tab, status, head),
            TabMessage::Screens { tab, screens, is_attended } => self.take_screens(tab, screens, is_attended),
            TabMessage::Closed { tab } => self.take_screens(tab, Vec::new(), false),
            TabMessage::Say { frame } => self.say_for_tab(&frame),
            TabMessage::TryNow if self.leads() => self.try_now(),
            TabMessage::TryNow => {}
            TabMessage::Item { item } => self.take_item(item),
            TabMessage::Hold { conversation } => self.hold_here(conversation),
            TabMessage::Sent { id, conversation } => self.sent_elsewhere(id, conversation),
            TabMessage::Discarded { id } => self.outbox.remove(id),
            TabMessage::Forget => self.forget_here(),
        }
    }
}

/// To all other tabs; one that can't be told learns it by its next poll.
pub(crate) fn relay(text: &str) {
    CHANNEL.with_borrow(|channel| {
        if let Some(channel) = channel {
            drop(channel.post_message(&JsValue::from_str(text)));
        }
    });
}

impl TabMessage {
    fn read(kind: &str, mut json: Json) -> Result<Self, Wrong> {
        Ok(match kind {
            "read" => Self::Read {
                conversation: json.take("conversation")?,
                upto: json.take("upto")?,
                count: json.take("count")?,
            },
            "news" => Self::News,
            "ping" => Self::Ping,
            "leader" => Self::Leader {
                tab: json.take("tab")?,
                status: json.take("status")?,
                head: json.take("head")?,
            },
            "screens" => Self::Screens {
                tab: json.take("tab")?,
                screens: json.take("screens")?,
                is_attended: json.take("is_attended")?,
            },
            "closed" => Self::Closed { tab: json.take("tab")? },
            "say" => Self::Say { frame: json.take("frame")? },
            "try_now" => Self::TryNow,
            "item" => Self::Item { item: json.take("item")? },
            "hold" => Self::Hold { conversation: json.take("conversation")? },
            "sent" => Self::Sent { id: json.take("id")?, conversation: json.take("conversation")? },
            "discarded" => Self::Discarded { id: json.take("id")? },
            "forget" => Self::Forget,
            _ => return Err(Wrong("word")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c3_what_one_tab_says_is_what_another_hears() {
        let (id, conversation) = (MessageId::new(), ConversationId::new());
        let item = StoredItem {
            id,
            conversation,
            body: "Hello \"you\"".into(),
            at: crate::shared::values::time::Timestamp(7),
            after_seq: 3,
            order: Some(4),
            failed: None,
        };
        let screens = vec![OpenThread { conversation, version: 9 }];
        let status = ConnectionStatus::Reconnecting { seconds: 5 };
        for word in [
            TabMessage::Read { conversation, upto: 4, count: 2 },
            TabMessage::News,
            TabMessage::Ping,
            TabMessage::Leader { tab: 1, status, head: 12 },
            TabMessage::Leader { tab: 1, status: ConnectionStatus::Live, head: 12 },
            TabMessage::Screens { tab: 2, screens, is_attended: true },
            TabMessage::Closed { tab: 2 },
            TabMessage::Say { frame: r#"{"type":"ping"}"#.into() },
            TabMessage::TryNow,
            TabMessage::Item { item },
            TabMessage::Hold { conversation: None },
            TabMessage::Hold { conversation: Some(conversation) },
            TabMessage::Sent { id, conversation },
            TabMessage::Discarded { id },
            TabMessage::Forget,
        ] {
            let mut json: Json = serde_json::from_str(&serde_json::to_string(&word).unwrap()).unwrap();
            let kind = json.take::<String>("word").unwrap();
            assert_eq!(TabMessage::read(&kind, json).unwrap(), word);
        }
    }
}
