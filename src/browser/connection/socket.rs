//! The WebSocket: opens it, sends frames and passes on events. `link` and `lifecycle` decide when to
//! connect.

use std::cell::RefCell;

use js_sys::Function;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::{CloseEvent, Event, MessageEvent, WebSocket};

use super::tab_message::TabMessage;
use crate::browser::Live;
use crate::shared::sync::wire::{ToClient, ToServer};

thread_local! {
    /// Browser objects can't be part of [`Live`], which the server moves between threads.
    static SOCKET: RefCell<Option<WebSocket>> = const { RefCell::new(None) };
    /// One handler for all events of all sockets.
    static HANDLER: RefCell<Option<Function>> = const { RefCell::new(None) };
}

impl Live {
    /// Starts to open the WebSocket. Returns false if the browser refuses.
    pub(crate) fn open_socket(self) -> bool {
        let Ok(socket) = WebSocket::new(&socket_url()) else { return false };
        let handler =
            HANDLER.with_borrow_mut(|handler| handler.get_or_insert_with(|| self.socket_handler()).clone());
        socket.set_onopen(Some(&handler));
        socket.set_onmessage(Some(&handler));
        socket.set_onclose(Some(&handler));
        SOCKET.set(Some(socket));
        true
    }

    /// Sends a frame, which can still be lost. A follower sends it through the leader.
    pub(crate) fn send_frame(self, frame: &ToServer) {
        let Ok(frame) = serde_json::to_string(frame) else { return };
        if self.is_leader() {
            send_text(&frame);
        } else {
            self.send_to_tabs(&TabMessage::SendFrame { frame });
        }
    }

    /// Sends a frame for a follower.
    pub(crate) fn send_frame_for_tab(self, frame: &str) {
        if self.is_live() && self.is_leader() {
            send_text(frame);
        }
    }

    fn socket_handler(self) -> Function {
        let handler = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
            let is_current = SOCKET.with_borrow(|socket| {
                socket.as_ref().is_some_and(|socket| event.target().is_some_and(|target| target == **socket))
            });
            // Events of an earlier socket are ignored.
            if is_current {
                self.handle_socket_event(event);
            } else if event.type_() == "open"
                && let Some(target) = event.target()
            {
                drop(target.unchecked_into::<WebSocket>().close());
            }
        });
        handler.into_js_value().unchecked_into()
    }

    fn handle_socket_event(self, event: Event) {
        match event.type_().as_str() {
            "open" => self.send_hello(),
            "message" => {
                if let Some(text) = event.unchecked_into::<MessageEvent>().data().as_string() {
                    // A frame type that this version does not know becomes `Unknown`.
                    let frame = serde_json::from_str(&text).unwrap_or(ToClient::Unknown);
                    self.receive_frame(frame, &text);
                }
            }
            _ => {
                SOCKET.set(None);
                self.socket_ended(event.unchecked_into::<CloseEvent>().code());
            }
        }
    }
}

fn send_text(text: &str) {
    SOCKET.with_borrow(|socket| {
        if let Some(socket) = socket.as_ref().filter(|socket| socket.ready_state() == WebSocket::OPEN) {
            // A failure to send is followed by the close event.
            drop(socket.send_with_str(text));
        }
    });
}

/// Closes the WebSocket and ignores its later events.
pub(crate) fn close_socket() {
    let Some(socket) = SOCKET.take() else { return };
    // One that is still opening is closed in its open event: closing it earlier would log a warning in the
    // browser.
    if socket.ready_state() != WebSocket::CONNECTING {
        // It may already be closed.
        drop(socket.close());
    }
}

fn socket_url() -> String {
    let location = window().location();
    let is_secure = location.protocol().is_ok_and(|protocol| protocol == "https:");
    let scheme = if is_secure { "wss" } else { "ws" };
    format!("{scheme}://{}/ws", location.host().unwrap_or_default())
}
