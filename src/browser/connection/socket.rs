//! The socket to the server: opens it, puts frames on it, and hands over what comes in. When to
//! connect, and what to do when it breaks, is decided in `connection`.

use std::cell::RefCell;

use js_sys::Function;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::{CloseEvent, Event, MessageEvent, WebSocket};

use super::tabs::TabMessage;
use crate::browser::Live;
use crate::shared::sync::wire::{ToClient, ToServer};

thread_local! {
    /// Nothing of the browser may be part of [`Live`], which the server moves from thread to thread.
    static SOCKET: RefCell<Option<WebSocket>> = const { RefCell::new(None) };
    /// One handler for all events of all sockets.
    static HANDLER: RefCell<Option<Function>> = const { RefCell::new(None) };
}

impl Live {
    /// Says whether there is a socket now; whether it gets through comes later.
    pub(crate) fn open_socket(self) -> bool {
        let Ok(socket) = WebSocket::new(&address()) else { return false };
        let handler =
            HANDLER.with_borrow_mut(|handler| handler.get_or_insert_with(|| self.socket_handler()).clone());
        socket.set_onopen(Some(&handler));
        socket.set_onmessage(Some(&handler));
        socket.set_onclose(Some(&handler));
        SOCKET.set(Some(socket));
        true
    }

    /// Puts a frame on its way, which may still be lost; a tab that does not lead has it said.
    pub(crate) fn say(self, frame: &ToServer) {
        let Ok(frame) = serde_json::to_string(frame) else { return };
        if self.leads() {
            say_text(&frame);
        } else {
            self.tell_tabs(&TabMessage::Say { frame });
        }
    }

    pub(crate) fn say_for_tab(self, frame: &str) {
        if self.is_live() && self.leads() {
            say_text(frame);
        }
    }

    fn socket_handler(self) -> Function {
        let handler = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
            let is_current = SOCKET.with_borrow(|socket| {
                socket.as_ref().is_some_and(|socket| event.target().is_some_and(|target| target == **socket))
            });
            // What an earlier socket still has to say is void.
            if is_current {
                self.on_socket(event);
            } else if event.type_() == "open"
                && let Some(target) = event.target()
            {
                drop(target.unchecked_into::<WebSocket>().close());
            }
        });
        handler.into_js_value().unchecked_into()
    }

    fn on_socket(self, event: Event) {
        match event.type_().as_str() {
            "open" => self.greet(),
            "message" => {
                if let Some(text) = event.unchecked_into::<MessageEvent>().data().as_string() {
                    // A kind of frame that this version doesn't know is `Unknown`.
                    let frame = serde_json::from_str(&text).unwrap_or(ToClient::Unknown);
                    self.hear(frame, &text);
                }
            }
            _ => {
                SOCKET.set(None);
                self.lost(event.unchecked_into::<CloseEvent>().code());
            }
        }
    }
}

fn say_text(text: &str) {
    SOCKET.with_borrow(|socket| {
        if let Some(socket) = socket.as_ref().filter(|socket| socket.ready_state() == WebSocket::OPEN) {
            // If it can't be sent, the socket's end follows.
            drop(socket.send_with_str(text));
        }
    });
}

/// Nothing more comes from it.
pub(crate) fn close_socket() {
    let Some(socket) = SOCKET.take() else { return };
    // One that is still opening is closed when it is open: before, the browser would warn of it.
    if socket.ready_state() != WebSocket::CONNECTING {
        // It may have gone by itself.
        drop(socket.close());
    }
}

fn address() -> String {
    let location = window().location();
    let is_secure = location.protocol().is_ok_and(|protocol| protocol == "https:");
    let scheme = if is_secure { "wss" } else { "ws" };
    format!("{scheme}://{}/ws", location.host().unwrap_or_default())
}
