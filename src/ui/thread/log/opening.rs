//! Opens a thread at its first unread message where that is above the view. Until then nothing counts as read:
//! the end is on screen only for a moment.

use leptos::{html, prelude::*};

use super::context::LogContext;
use crate::{
    shared::positions::Seq,
    ui::thread::{
        history::History,
        layout::{Layout, UnreadSnapshot},
        window::Window,
    },
};

/// The part of the frame above the divider: some of what was read before stays in view.
const ABOVE: f64 = 0.2;

/// Scrolls to the first unread message once it is rendered. `LogContext::is_opening` is true until then; whoever
/// scrolls or writes meanwhile sets it to false.
pub fn open_at_first_unread(
    frame: NodeRef<html::Div>,
    layout: Memo<Layout>,
    log: LogContext,
    history: History,
    unread: Option<UnreadSnapshot>,
) {
    let is_opening = log.is_opening;
    let Some(unread) = unread else { return };
    Effect::new(move |_| {
        layout.track();
        let Some(frame) = frame.get().filter(|_| is_opening.get() && log.target.get().is_none()) else {
            return;
        };
        // One frame later the scroll anchor has seen the new size, and no longer moves the frame back to its end.
        request_animation_frame(move || {
            request_animation_frame(move || {
                if is_opening.try_get_untracked() == Some(true)
                    && place(&frame, log, history, unread.read_seq + 1)
                {
                    is_opening.set(false);
                }
            });
        });
    });
}

/// Returns whether the reader is where they begin; otherwise the first unread message is being loaded.
fn place(frame: &web_sys::HtmlElement, log: LogContext, history: History, first_unread: Seq) -> bool {
    let span = history.span.get_untracked();
    let first = first_unread.max(span.first);
    if history.window.get_untracked().from > first {
        history.move_window(Window::around(first, span));
        return false;
    }
    // While messages are missing the divider stands before the first unread one that is loaded.
    if history.is_loading() {
        return false;
    }
    // There is none if all that was unread is deleted.
    if let Some(divider) = frame.query_selector(".thread__fresh").ok().flatten() {
        let area = frame.get_bounding_client_rect();
        let above_view = divider.get_bounding_client_rect().top() - area.top();
        if above_view < 0.0 {
            let by = above_view - ABOVE * area.height();
            frame.set_scroll_top(frame.scroll_top() + by as i32);
            // Before the browser says so: what is at the end is not on screen.
            log.is_at_end.set(false);
            log.visible.set(None);
        }
    }
    true
}
