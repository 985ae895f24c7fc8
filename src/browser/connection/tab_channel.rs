//! BroadcastChannel between the tabs of one browser. Each user has their own channel.

use std::cell::RefCell;

use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use web_sys::{BroadcastChannel, Event, MessageEvent};

use super::tab_message::TabMessage;
use crate::browser::Live;
use crate::shared::{
    ids::UserId,
    json::{FromJson, Json},
    sync::wire::ToClient,
};

thread_local! {
    /// Browser objects can't be part of [`Live`], which the server moves between threads.
    static CHANNEL: RefCell<Option<BroadcastChannel>> = const { RefCell::new(None) };
}

impl Live {
    pub(crate) fn open_channel(self, viewer: UserId) {
        let Ok(channel) = BroadcastChannel::new(&format!("stoa-{viewer}")) else { return };
        let on_message = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
            let text = event.unchecked_into::<MessageEvent>().data().as_string();
            if let Some(json) = text.and_then(|text| serde_json::from_str(&text).ok()) {
                self.receive_from_tab(json);
            }
        });
        channel.set_onmessage(Some(on_message.into_js_value().unchecked_ref()));
        CHANNEL.set(Some(channel));
    }

    pub(crate) fn send_to_tabs(self, message: &TabMessage) {
        if let Ok(text) = serde_json::to_string(message) {
            post_to_tabs(&text);
        }
    }

    /// Handles either a [`TabMessage`] or a server frame that the leader relays.
    fn receive_from_tab(self, mut json: Json) {
        let Ok(kind) = json.take::<Option<String>>("word") else { return };
        match kind {
            Some(kind) => {
                // Messages of another version of the page are ignored.
                if let Ok(message) = TabMessage::read(&kind, json) {
                    self.handle_tab_message(message);
                }
            }
            None if !self.is_leader() => {
                if let Ok(frame) = ToClient::from_json(json) {
                    self.handle_frame(frame);
                }
            }
            None => {}
        }
    }

    fn handle_tab_message(self, message: TabMessage) {
        match message {
            TabMessage::Read { conversation, upto, count } => {
                self.mark_seen_in_other_tab(conversation, upto, count)
            }
            TabMessage::PollNow => self.refresh(),
            TabMessage::Ping => self.announce_leader(),
            TabMessage::Leader { tab, status, head } => self.handle_leader_status(tab, status, head),
            TabMessage::OpenThreads { tab, threads, is_attended } => {
                self.handle_open_threads(tab, threads, is_attended);
            }
            TabMessage::Closed { tab } => self.handle_open_threads(tab, Vec::new(), false),
            TabMessage::SendFrame { frame } => self.send_frame_for_tab(&frame),
            TabMessage::TryNow if self.is_leader() => self.try_now(),
            TabMessage::TryNow => {}
            TabMessage::Item { item } => self.receive_item(item),
            TabMessage::Hold { conversation } => self.hold_in_this_tab(conversation),
            TabMessage::Sent { id, conversation } => self.handle_sent_in_other_tab(id, conversation),
            TabMessage::Discarded { id } => self.outbox.remove(id),
            TabMessage::DeleteLocalData => self.clear_this_tab(),
        }
    }
}

/// Posts a text to all other tabs. A tab that misses it catches up with its next poll.
pub(crate) fn post_to_tabs(text: &str) {
    CHANNEL.with_borrow(|channel| {
        if let Some(channel) = channel {
            drop(channel.post_message(&JsValue::from_str(text)));
        }
    });
}
