//! Keeps the reader's place in a thread. The frame is laid out from its end upwards
//! (`column-reverse`), so at the end it stays at the end by itself; anywhere else the message at
//! the top edge is the anchor, and after every change of size the frame is moved so that the
//! anchor stands where it stood, within the same frame of animation.

use std::{cell::RefCell, rc::Rc};

use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::{Element, HtmlElement, NodeList, ResizeObserver};

/// Nearer to the end than this counts as at the end.
const AT_END_PX: i32 = 24;

/// Where the reader is, in px.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub from_end: i32,
    pub from_start: i32,
}

impl Place {
    pub fn is_at_end(self) -> bool {
        self.from_end <= AT_END_PX
    }

    fn of(frame: &HtmlElement) -> Self {
        // Counted from the end, scroll_top is zero or negative.
        let from_end = -frame.scroll_top();
        Self { from_end, from_start: frame.scroll_height() - frame.client_height() - from_end }
    }
}

/// Watches a frame until it is dropped.
pub struct Keeper {
    frame: HtmlElement,
    sizes: ResizeObserver,
    on_scroll: Closure<dyn Fn()>,
    _on_size: Closure<dyn Fn()>,
}

/// The first message in view, and how far below the frame's upper edge it starts.
struct Anchor {
    message: Element,
    key: String,
    top: f64,
}

impl Keeper {
    /// `content` is the one child of `frame`; messages in it carry `data-message`. `on_move` is
    /// told the place after each scroll and each change of size.
    pub fn new(frame: HtmlElement, content: &HtmlElement, on_move: impl Fn(Place) + 'static) -> Option<Self> {
        let on_move = Rc::new(on_move);
        let anchor = Rc::new(RefCell::new(Anchor::of(&frame)));
        let on_scroll = {
            let (frame, anchor, on_move) = (frame.clone(), anchor.clone(), on_move.clone());
            Closure::<dyn Fn()>::new(move || {
                *anchor.borrow_mut() = Anchor::of(&frame);
                on_move(Place::of(&frame));
            })
        };
        let on_size = {
            let frame = frame.clone();
            Closure::<dyn Fn()>::new(move || {
                match anchor.borrow().as_ref() {
                    Some(anchor) => anchor.hold(&frame),
                    None => frame.set_scroll_top(0),
                }
                let now = Anchor::of(&frame);
                *anchor.borrow_mut() = now;
                on_move(Place::of(&frame));
            })
        };
        let sizes = ResizeObserver::new(on_size.as_ref().unchecked_ref()).ok()?;
        sizes.observe(&frame);
        sizes.observe(content);
        frame.add_event_listener_with_callback("scroll", on_scroll.as_ref().unchecked_ref()).ok()?;
        Some(Self { frame, sizes, on_scroll, _on_size: on_size })
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.sizes.disconnect();
        // Fails only if it was never added.
        drop(
            self.frame.remove_event_listener_with_callback("scroll", self.on_scroll.as_ref().unchecked_ref()),
        );
    }
}

impl Anchor {
    /// None at the end, which holds by itself.
    fn of(frame: &HtmlElement) -> Option<Self> {
        if Place::of(frame).is_at_end() {
            return None;
        }
        let messages = frame.query_selector_all("[data-message]").ok()?;
        let edge = frame.get_bounding_client_rect().top();
        let message = first_below(&messages, edge)?;
        let key = message.get_attribute("data-message")?;
        let top = message.get_bounding_client_rect().top() - edge;
        Some(Self { message, key, top })
    }

    fn hold(&self, frame: &HtmlElement) {
        // Groups may have been joined, and the message drawn anew.
        let message = if self.message.is_connected() {
            Some(self.message.clone())
        } else {
            frame.query_selector(&format!("[data-message='{}']", self.key)).ok().flatten()
        };
        let Some(message) = message else { return };
        let top = message.get_bounding_client_rect().top() - frame.get_bounding_client_rect().top();
        let moved = (top - self.top).round() as i32;
        if moved != 0 {
            frame.set_scroll_top(frame.scroll_top() + moved);
        }
    }
}

/// The first message whose lower edge is below `edge`. Messages stand one below the other, so
/// halving finds it without measuring them all.
fn first_below(messages: &NodeList, edge: f64) -> Option<Element> {
    let at = |index| messages.item(index).and_then(|node| node.dyn_into::<Element>().ok());
    let (mut low, mut high) = (0, messages.length());
    while low < high {
        let middle = (low + high) / 2;
        if at(middle)?.get_bounding_client_rect().bottom() > edge {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    at(low)
}
