//! Opens a thread at its first unread message where that is above the view. Until then nothing counts as read:
//! the end is on screen only for a moment.

use leptos::{html, prelude::*};

use crate::ui::thread::{
    history::History,
    layout::{Layout, UnreadSnapshot},
    window::Window,
};

/// The part of the frame above the divider: some of what was read before stays in view.
const ABOVE: f64 = 0.2;

/// Scrolls to the first unread message once it is rendered. `is_opening` is true until then; whoever scrolls
/// or writes meanwhile sets it to false.
pub fn open_at_first_unread(
    frame: NodeRef<html::Div>,
    layout: Memo<Layout>,
    history: History,
    unread: Option<UnreadSnapshot>,
    is_opening: RwSignal<bool>,
) {
    let Some(unread) = unread else { return };
    Effect::new(move |_| {
        layout.track();
        let Some(frame) = frame.get().filter(|_| is_opening.get()) else { return };
        request_animation_frame(move || {
            if is_opening.try_get_untracked() == Some(true) && place(&frame, history, unread.read_seq + 1) {
                is_opening.set(false);
            }
        });
    });
}

/// Returns whether the reader is where they begin; otherwise the first unread message is being loaded.
fn place(frame: &web_sys::HtmlElement, history: History, first_unread: i64) -> bool {
    let divider = frame.query_selector(".thread__fresh").ok().flatten();
    if let Some(divider) = divider {
        let area = frame.get_bounding_client_rect();
        let above_view = divider.get_bounding_client_rect().top() - area.top();
        if above_view < 0.0 {
            let by = above_view - ABOVE * area.height();
            frame.set_scroll_top(frame.scroll_top() + by as i32);
        }
        return true;
    }
    let span = history.span.get_untracked();
    let first = first_unread.max(span.first);
    if history.window.get_untracked().from > first {
        history.move_window(Window::around(first, span));
        return false;
    }
    // All that was unread may be deleted, or be the viewer's own.
    !history.is_loading()
}
