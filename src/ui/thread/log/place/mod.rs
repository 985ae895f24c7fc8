//! Way to a message of the thread, as to the one that another replies to, and the way back.

pub mod found;

use std::time::Duration;

use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::context::LogContext;
use crate::{
    browser::environment,
    shared::{positions::Seq, words},
    ui::{
        components::Icon,
        thread::{history::History, layout::Layout, window::Window},
    },
};

/// The part of the frame above the message: some of what was said before it stays in view.
const ABOVE: f64 = 0.3;
/// How long the message is marked.
const MARKED: Duration = Duration::from_millis(2_500);

#[derive(Clone, Copy)]
pub struct WayToMessage {
    log: LogContext,
    history: History,
    /// The message that the reader was led to, for a moment.
    pub found: RwSignal<Option<Seq>>,
    /// The message that they came from.
    back: RwSignal<Option<Seq>>,
}

impl WayToMessage {
    pub fn new(frame: NodeRef<html::Div>, layout: Memo<Layout>, log: LogContext, history: History) -> Self {
        let way = Self { log, history, found: RwSignal::new(None), back: RwSignal::new(None) };
        Effect::new(move |_| {
            layout.track();
            let target = log.target.get().filter(|_| log.is_opening.get());
            let (Some(seq), Some(frame)) = (target, frame.get()) else { return };
            // One frame later the scroll anchor has seen the new size.
            request_animation_frame(move || {
                request_animation_frame(move || way.place(&frame, seq));
            });
        });
        way
    }

    /// Leads the reader to a message. `from` is the one to go back to.
    pub fn go(self, seq: Seq, from: Option<Seq>) {
        self.back.set(from);
        self.log.target.set(Some(seq));
        self.log.is_opening.set(true);
        let (window, span) = (self.history.window.get_untracked(), self.history.span.get_untracked());
        if !(window.from..=window.to).contains(&seq) || self.history.is_loading() {
            self.history.move_window(Window::around(seq.clamp(span.first, span.last.max(span.first)), span));
        }
    }

    /// The reader goes elsewhere.
    pub fn end(self) {
        self.log.is_opening.set(false);
        self.log.target.set(None);
        self.back.set(None);
    }

    fn place(self, frame: &HtmlElement, seq: Seq) {
        if self.log.target.try_get_untracked().flatten() != Some(seq)
            || !self.log.is_opening.get_untracked()
            || self.history.is_loading()
        {
            return;
        }
        self.log.target.set(None);
        if let Some(message) = frame.query_selector(&format!("[data-seq='{seq}']")).ok().flatten() {
            let area = frame.get_bounding_client_rect();
            let by = message.get_bounding_client_rect().top() - area.top() - ABOVE * area.height();
            frame.set_scroll_top(frame.scroll_top() + by as i32);
            // Before the browser says so: what is at the end is not on screen.
            self.log.is_at_end.set(frame.scroll_top() >= 0);
            self.log.visible.set(None);
            let button = message.query_selector(".bubble__more").ok().flatten();
            if let Some(button) = button.and_then(|button| button.dyn_into::<HtmlElement>().ok()) {
                environment::focus_soon(button);
            }
            self.found.set(Some(seq));
            set_timeout(
                move || {
                    if self.found.try_get_untracked().flatten() == Some(seq) {
                        self.found.set(None);
                    }
                },
                MARKED,
            );
        }
        self.log.is_opening.set(false);
    }
}

/// Leads back to the message from which the reader came.
#[component]
pub fn BackButton(way: WayToMessage) -> impl IntoView {
    view! {
        <Show when=move || way.back.get().is_some()>
            <button
                class="thread__jump thread__jump--back"
                type="button"
                on:click=move |_| {
                    if let Some(seq) = way.back.get_untracked() {
                        way.go(seq, None);
                    }
                }
            >
                <Icon name="back" class="icon--16 icon--directional"/>
                <span>{words::log_back_to_reply()}</span>
            </button>
        </Show>
    }
}
