//! Scroll anchor of a thread: keeps the message at the top edge where it is while content above it is
//! loaded or resized.
//!
//! The frame is laid out from its end upwards (`column-reverse`), so it stays at the end by itself.
//! Anywhere else, each change of size moves the scroll position in the same animation frame, so that the
//! anchor does not move.
//!
//! Long threads are virtualised: only some lines are drawn, and the position among the others is estimated
//! from the height of a line.

mod lines;

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::{Element, HtmlElement, ResizeObserver};

use self::lines::{Lines, first_below};
use crate::shared::positions::Seq;

/// Within this distance the reader counts as at the end.
const AT_END_PX: i32 = 24;
/// Height of a line until one can be measured.
pub const LINE_PX: f64 = 56.0;

/// Where the reader is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScrollPosition {
    /// Distance from the view to the end, in pixels.
    pub from_end_px: i32,
    /// The lines at the upper and the lower edge of the view, if any are drawn.
    pub visible: Option<(Seq, Seq)>,
    /// Height of a line that is not drawn.
    pub line_px: f64,
}

impl ScrollPosition {
    pub fn is_at_end(self) -> bool {
        self.from_end_px <= AT_END_PX
    }
}

/// Tracks a frame until it is dropped.
pub struct ScrollAnchor {
    frame_state: Rc<Frame>,
    sizes: ResizeObserver,
    on_scroll: Closure<dyn Fn()>,
    _on_size: Closure<dyn Fn()>,
}

impl ScrollAnchor {
    /// `content` is the only child of `frame`. Its messages have the attribute `data-message`, and elements
    /// for stored messages `data-seq` (and `data-count` if they stand for several). `on_move` is called
    /// after each scroll and each change of size.
    pub fn new(
        frame: HtmlElement,
        content: &HtmlElement,
        on_move: Box<dyn Fn(ScrollPosition)>,
    ) -> Option<Self> {
        let frame_state = Rc::new(Frame {
            frame,
            line_px: Cell::new(None),
            anchor: RefCell::new(None),
            measured: Cell::new((0, 0)),
            on_move,
        });
        frame_state.measure();
        let on_scroll = {
            let frame_state = frame_state.clone();
            Closure::<dyn Fn()>::new(move || frame_state.scrolled())
        };
        let on_size = {
            let frame_state = frame_state.clone();
            Closure::<dyn Fn()>::new(move || {
                frame_state.restore();
                frame_state.measure();
            })
        };
        let sizes = ResizeObserver::new(on_size.as_ref().unchecked_ref()).ok()?;
        sizes.observe(&frame_state.frame);
        sizes.observe(content);
        frame_state
            .frame
            .add_event_listener_with_callback("scroll", on_scroll.as_ref().unchecked_ref())
            .ok()?;
        Some(Self { frame_state, sizes, on_scroll, _on_size: on_size })
    }
}

impl Drop for ScrollAnchor {
    fn drop(&mut self) {
        self.sizes.disconnect();
        let on_scroll = self.on_scroll.as_ref().unchecked_ref();
        // Fails only if it was never added.
        drop(self.frame_state.frame.remove_event_listener_with_callback("scroll", on_scroll));
    }
}

struct Frame {
    frame: HtmlElement,
    /// Measured once: a changing height would move the scrollbar while the reader drags it.
    line_px: Cell<Option<f64>>,
    anchor: RefCell<Option<AnchorPoint>>,
    /// Scroll height and scroll position when the anchor was taken.
    measured: Cell<(i32, i32)>,
    on_move: Box<dyn Fn(ScrollPosition)>,
}

/// The point that must not move.
enum AnchorPoint {
    /// The first message in view, and the distance of its top below the frame's upper edge.
    Message { message: Element, key: String, top: f64 },
    /// No message is in view: the line at the upper edge; its fraction is the part above the edge.
    Line(f64),
}

impl Frame {
    /// The scroll event comes before the resize event: content that was added meanwhile has moved the
    /// anchor already, and only the difference was scrolled by the reader.
    fn scrolled(&self) {
        let (height, scrolled) = self.measured.get();
        let has_moved = self.frame.scroll_height() != height;
        if has_moved && self.move_anchor(f64::from(self.frame.scroll_top() - scrolled)) {
            self.restore();
        }
        self.measure();
    }

    /// Moves the anchor by the reader's scrolling. Returns false if the anchor is no message.
    fn move_anchor(&self, by_reader: f64) -> bool {
        match self.anchor.borrow_mut().as_mut() {
            Some(AnchorPoint::Message { top, .. }) => {
                *top -= by_reader;
                true
            }
            _ => false,
        }
    }

    /// Takes the anchor and reports the position.
    fn measure(&self) {
        let lines = self.lines();
        if let Some(lines) = &lines
            && self.line_px.get().is_none()
        {
            self.line_px.set(lines.median_px());
        }
        let area = self.frame.get_bounding_client_rect();
        let at = |edge| lines.as_ref().map(|lines| lines.line_at(edge).floor() as Seq);
        let visible = at(area.top()).zip(at(area.bottom()));
        *self.anchor.borrow_mut() = self.anchor(lines.as_ref(), area.top(), area.bottom());
        self.measured.set((self.frame.scroll_height(), self.frame.scroll_top()));
        (self.on_move)(ScrollPosition { from_end_px: self.px_to_end(), visible, line_px: self.line_px() });
    }

    /// None at the end, where the layout keeps the position.
    fn anchor(&self, lines: Option<&Lines>, top: f64, bottom: f64) -> Option<AnchorPoint> {
        if self.px_to_end() <= AT_END_PX {
            return None;
        }
        let messages = self.frame.query_selector_all("[data-message]").ok()?;
        if let Some(message) = first_below(&messages, top) {
            let start = message.get_bounding_client_rect().top();
            if start < bottom {
                let key = message.get_attribute("data-message")?;
                return Some(AnchorPoint::Message { message, key, top: start - top });
            }
        }
        Some(AnchorPoint::Line(lines?.line_at(top)))
    }

    /// Scrolls the anchor back to where it was.
    fn restore(&self) {
        let edge = self.frame.get_bounding_client_rect().top();
        let moved = match self.anchor.borrow().as_ref() {
            None => {
                self.frame.set_scroll_top(0);
                return;
            }
            Some(AnchorPoint::Message { message, key, top }) => {
                // The message may have been drawn again, for example when groups merge.
                let message = if message.is_connected() {
                    Some(message.clone())
                } else {
                    self.frame.query_selector(&format!("[data-message='{key}']")).ok().flatten()
                };
                message.map(|message| message.get_bounding_client_rect().top() - edge - top)
            }
            Some(AnchorPoint::Line(line)) => self.lines().map(|lines| lines.top_of(*line) - edge),
        };
        let moved = moved.unwrap_or(0.0).round() as i32;
        if moved != 0 {
            self.frame.set_scroll_top(self.frame.scroll_top() + moved);
        }
    }

    fn lines(&self) -> Option<Lines> {
        Lines::of(&self.frame, self.line_px())
    }

    fn line_px(&self) -> f64 {
        self.line_px.get().unwrap_or(LINE_PX)
    }

    /// `scroll_top` counts from the end: zero or negative.
    fn px_to_end(&self) -> i32 {
        -self.frame.scroll_top()
    }
}
