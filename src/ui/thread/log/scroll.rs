//! Scroll position of the message log: follows the reader and scrolls to the end.

use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;

use super::context::LogContext;
use crate::{
    browser::{
        environment,
        scroll_anchor::{ScrollAnchor, ScrollPosition},
    },
    ui::thread::history::History,
};

/// The jump button shows when the end is further away than this.
const JUMP_PX: i32 = 200;

/// Follows the scroll position: updates the signals, and moves the window to the lines that the reader is
/// about to see.
pub fn track_scroll_position(
    frame: NodeRef<html::Div>,
    log: LogContext,
    is_far: RwSignal<bool>,
    line_px: RwSignal<f64>,
    history: History,
) {
    // The effect holds the anchor, its return value, until it runs again or is disposed.
    Effect::new(move |_| {
        let frame = frame.get()?;
        let content = frame.first_element_child()?.dyn_into().ok()?;
        let moved = move |position: ScrollPosition| {
            set_if_changed(log.is_at_end, position.is_at_end());
            set_if_changed(is_far, position.from_end_px > JUMP_PX);
            set_if_changed(line_px, position.line_px);
            set_if_changed(log.visible, position.visible);
            if let Some((top, bottom)) = position.visible
                && log.is_opening.try_get_untracked() == Some(false)
                && let Some(window) = history.window.try_get_untracked()
            {
                history.move_window(window.for_visible(top, bottom, history.span.get_untracked()));
            }
        };
        ScrollAnchor::new(frame.into(), &content, Box::new(moved))
    });
}

/// Notifies only on a change: each scroll event calls it.
fn set_if_changed<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.try_with_untracked(|held| *held != value) == Some(true) {
        signal.set(value);
    }
}

/// Scrolls to the end: smoothly if that is near and rendered, otherwise at once, since a message that arrives
/// during a smooth scroll would stop it.
pub fn scroll_to_end(frame: &web_sys::HtmlElement, is_rendered: bool) {
    let options = web_sys::ScrollToOptions::new();
    options.set_top(0.0);
    let is_near = is_rendered && -frame.scroll_top() < 2 * frame.client_height();
    if is_near && !environment::is_motion_reduced() {
        options.set_behavior(web_sys::ScrollBehavior::Smooth);
    }
    frame.scroll_to_with_scroll_to_options(&options);
}
