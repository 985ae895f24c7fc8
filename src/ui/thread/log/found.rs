//! Leads to the message that the URL names (`?at=12`), as a search found it: the thread opens around it, and it is marked for a
//! moment.

use std::time::Duration;

use leptos::{html, prelude::*};
use leptos_router::hooks::use_query_map;
use web_sys::{Element, HtmlElement};

use super::context::LogContext;
use crate::{
    browser::Live,
    shared::positions::Seq,
    ui::thread::{history::History, layout::Layout, window::Window},
};

/// The part of the frame above the message: some of what was said before it stays in view.
const ABOVE: f64 = 0.3;
/// How long the message is marked.
const MARKED: Duration = Duration::from_millis(2_400);

/// The message that the URL names.
pub fn seq_in_url() -> Memo<Option<Seq>> {
    let query = use_query_map();
    Memo::new(move |_| query.with(|query| query.get_str("at").and_then(|seq| seq.parse().ok())))
}

/// Leads to it, and to the next one that the URL names. `LogContext::is_opening` is true until the reader is there; whoever
/// scrolls or writes meanwhile sets it to false.
pub fn lead_to_found(
    frame: NodeRef<html::Div>,
    layout: Memo<Layout>,
    (log, history): (LogContext, History),
    live: Live,
    found: Memo<Option<Seq>>,
) {
    Effect::new(move |_| {
        let Some(seq) = found.get().filter(|_| live.is_hydrated.get()) else { return };
        log.target.set(Some(seq));
        log.is_opening.set(true);
        let (window, span) = (history.window.get_untracked(), history.span.get_untracked());
        if !(window.from..=window.to).contains(&seq) || history.is_loading() {
            history.move_window(Window::around(seq.clamp(span.first, span.last.max(span.first)), span));
        }
    });
    Effect::new(move |_| {
        layout.track();
        let seq = log.target.get().filter(|_| log.is_opening.get());
        let (Some(seq), Some(frame)) = (seq, frame.get()) else { return };
        // One frame later the scroll anchor has seen the new size.
        request_animation_frame(move || {
            request_animation_frame(move || {
                let is_meant = log.is_opening.try_get_untracked() == Some(true)
                    && log.target.try_get_untracked().flatten() == Some(seq);
                if is_meant && !history.is_loading() {
                    log.target.set(None);
                    if let Some(message) = element_of(&frame, live, log, seq) {
                        place(&frame, log, &message);
                    }
                    log.is_opening.set(false);
                }
            });
        });
    });
}

fn element_of(frame: &HtmlElement, live: Live, log: LogContext, seq: Seq) -> Option<Element> {
    let id = live
        .thread(log.conversation)
        .with_untracked(|slot| slot.thread().and_then(|thread| thread.at(seq).map(|message| message.id)))?;
    frame.query_selector(&format!("[data-message='{id}']")).ok().flatten()
}

fn place(frame: &HtmlElement, log: LogContext, message: &Element) {
    let area = frame.get_bounding_client_rect();
    let by = message.get_bounding_client_rect().top() - area.top() - ABOVE * area.height();
    frame.set_scroll_top(frame.scroll_top() + by as i32);
    // Before the browser says so: what is at the end is not on screen.
    log.is_at_end.set(frame.scroll_top() >= 0);
    log.visible.set(None);
    drop(message.set_attribute("data-found", ""));
    let marked = message.clone();
    set_timeout(move || drop(marked.remove_attribute("data-found")), MARKED);
}
