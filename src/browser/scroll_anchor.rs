//! Keeps the reader's place in a thread. The frame is laid out from its end upwards
//! (`column-reverse`), so at the end it stays at the end by itself; anywhere else the message at
//! the top edge is the anchor, and after every change of size the frame is moved so that the
//! anchor stands where it stood, within the same frame of animation.
//!
//! Only some lines of a long thread are drawn. Where the reader is among the others is reckoned
//! from the height of a line.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::{Element, HtmlElement, NodeList, ResizeObserver};

use crate::shared::positions::Seq;

/// Nearer to the end than this counts as at the end.
const AT_END_PX: i32 = 24;
/// The height of a line until there is something to measure.
pub const LINE_PX: f64 = 56.0;
/// A mean of fewer lines says little.
const MEASURED_MIN: f64 = 10.0;

/// Where the reader is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// px between the view and the end.
    pub from_end: i32,
    /// The lines at the upper and the lower edge of the view; nothing where there are none.
    pub sight: Option<(Seq, Seq)>,
    /// The height of a line that is not drawn.
    pub line_px: f64,
}

impl Place {
    pub fn is_at_end(self) -> bool {
        self.from_end <= AT_END_PX
    }
}

/// Watches a frame until it is dropped.
pub struct Keeper {
    view: Rc<View>,
    sizes: ResizeObserver,
    on_scroll: Closure<dyn Fn()>,
    _on_size: Closure<dyn Fn()>,
}

impl Keeper {
    /// `content` is the one child of `frame`; messages in it carry `data-message`, and whatever
    /// stands for stored ones, `data-seq` (and `data-count`, if for more than one). `on_move` is
    /// told the place after each scroll and each change of size.
    pub fn new(frame: HtmlElement, content: &HtmlElement, on_move: Box<dyn Fn(Place)>) -> Option<Self> {
        let view = Rc::new(View {
            frame,
            line_px: Cell::new(None),
            anchor: RefCell::new(None),
            seen: Cell::new((0, 0)),
            on_move,
        });
        view.look();
        let on_scroll = {
            let view = view.clone();
            Closure::<dyn Fn()>::new(move || view.scrolled())
        };
        let on_size = {
            let view = view.clone();
            Closure::<dyn Fn()>::new(move || {
                view.hold();
                view.look();
            })
        };
        let sizes = ResizeObserver::new(on_size.as_ref().unchecked_ref()).ok()?;
        sizes.observe(&view.frame);
        sizes.observe(content);
        view.frame.add_event_listener_with_callback("scroll", on_scroll.as_ref().unchecked_ref()).ok()?;
        Some(Self { view, sizes, on_scroll, _on_size: on_size })
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.sizes.disconnect();
        let on_scroll = self.on_scroll.as_ref().unchecked_ref();
        // Fails only if it was never added.
        drop(self.view.frame.remove_event_listener_with_callback("scroll", on_scroll));
    }
}

struct View {
    frame: HtmlElement,
    /// Measured once: a height that changed would move the scrollbar under the reader's hand.
    line_px: Cell<Option<f64>>,
    anchor: RefCell<Option<Anchor>>,
    /// The height of what is scrolled and how far, when the anchor was taken.
    seen: Cell<(i32, i32)>,
    on_move: Box<dyn Fn(Place)>,
}

/// What has to stay where it is.
enum Anchor {
    /// The first message in view, and how far below the frame's upper edge it starts.
    Message { message: Element, key: String, top: f64 },
    /// No message is in view, but this line, with so much of it above the upper edge.
    Line(f64),
}

impl View {
    /// The browser tells of scrolling before it tells of new sizes: what was added meanwhile has
    /// moved the anchor already, and only the rest is the reader's.
    fn scrolled(&self) {
        let (height, scrolled) = self.seen.get();
        let has_moved = self.frame.scroll_height() != height;
        if has_moved && self.follow(f64::from(self.frame.scroll_top() - scrolled)) {
            self.hold();
        }
        self.look();
    }

    /// Moves the anchor along with the reader. False where no message is the anchor.
    fn follow(&self, by_reader: f64) -> bool {
        match self.anchor.borrow_mut().as_mut() {
            Some(Anchor::Message { top, .. }) => {
                *top -= by_reader;
                true
            }
            _ => false,
        }
    }

    /// Takes note of where the reader is.
    fn look(&self) {
        let lines = self.lines();
        if let Some(lines) = &lines
            && self.line_px.get().is_none()
        {
            self.line_px.set(lines.mean_px());
        }
        let area = self.frame.get_bounding_client_rect();
        let at = |edge| lines.as_ref().map(|lines| lines.at(edge).floor() as Seq);
        let sight = at(area.top()).zip(at(area.bottom()));
        *self.anchor.borrow_mut() = self.anchor(lines.as_ref(), area.top(), area.bottom());
        self.seen.set((self.frame.scroll_height(), self.frame.scroll_top()));
        (self.on_move)(Place { from_end: self.to_end(), sight, line_px: self.line_px() });
    }

    /// None at the end, which holds by itself.
    fn anchor(&self, lines: Option<&Lines>, top: f64, bottom: f64) -> Option<Anchor> {
        if self.to_end() <= AT_END_PX {
            return None;
        }
        let messages = self.frame.query_selector_all("[data-message]").ok()?;
        if let Some(message) = first_below(&messages, top) {
            let start = message.get_bounding_client_rect().top();
            if start < bottom {
                let key = message.get_attribute("data-message")?;
                return Some(Anchor::Message { message, key, top: start - top });
            }
        }
        Some(Anchor::Line(lines?.at(top)))
    }

    /// Puts the anchor back to where it was.
    fn hold(&self) {
        let edge = self.frame.get_bounding_client_rect().top();
        let moved = match self.anchor.borrow().as_ref() {
            None => {
                self.frame.set_scroll_top(0);
                return;
            }
            Some(Anchor::Message { message, key, top }) => {
                // Groups may have been joined, and the message drawn anew.
                let message = if message.is_connected() {
                    Some(message.clone())
                } else {
                    self.frame.query_selector(&format!("[data-message='{key}']")).ok().flatten()
                };
                message.map(|message| message.get_bounding_client_rect().top() - edge - top)
            }
            Some(Anchor::Line(line)) => self.lines().map(|lines| lines.top_of(*line) - edge),
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

    /// Counted from the end, `scroll_top` is zero or negative.
    fn to_end(&self) -> i32 {
        -self.frame.scroll_top()
    }
}

/// What stands for stored messages, by which the place of any other is reckoned.
struct Lines {
    drawn: NodeList,
    first: Element,
    last: Element,
    line_px: f64,
}

impl Lines {
    fn of(frame: &HtmlElement, line_px: f64) -> Option<Self> {
        let drawn = frame.query_selector_all("[data-seq]").ok()?;
        let (first, last) = (element(&drawn, 0)?, element(&drawn, drawn.length().checked_sub(1)?)?);
        Some(Self { drawn, first, last, line_px })
    }

    /// The line at this height, with how much of it is above.
    fn at(&self, edge: f64) -> f64 {
        let (element, is_passed) = match first_below(&self.drawn, edge) {
            Some(element) => (element, false),
            None => (self.last.clone(), true),
        };
        let (area, first, count) = (element.get_bounding_client_rect(), seq(&element), count(&element));
        if is_passed {
            first + count + (edge - area.bottom()) / self.line_px
        } else if edge >= area.top() {
            first + count * (edge - area.top()) / area.height().max(1.0)
        } else {
            first + (edge - area.top()) / self.line_px
        }
    }

    /// Where this line begins, drawn or not.
    fn top_of(&self, line: f64) -> f64 {
        let drawn =
            (0..self.drawn.length()).filter_map(|index| element(&self.drawn, index)).find(|element| {
                let first = seq(element);
                (first..first + count(element)).contains(&line)
            });
        match drawn {
            Some(element) => {
                let area = element.get_bounding_client_rect();
                area.top() + (line - seq(&element)) / count(&element) * area.height()
            }
            None => self.first.get_bounding_client_rect().top() + (line - seq(&self.first)) * self.line_px,
        }
    }

    /// Nothing where too little is drawn to say.
    fn mean_px(&self) -> Option<f64> {
        let lines = seq(&self.last) + count(&self.last) - seq(&self.first);
        let height =
            self.last.get_bounding_client_rect().bottom() - self.first.get_bounding_client_rect().top();
        let is_all_drawn = lines == f64::from(self.drawn.length());
        (is_all_drawn && lines >= MEASURED_MIN && height > 0.0).then(|| height / lines)
    }
}

fn element(nodes: &NodeList, index: u32) -> Option<Element> {
    nodes.item(index)?.dyn_into().ok()
}

fn seq(element: &Element) -> f64 {
    number(element, "data-seq")
}

fn count(element: &Element) -> f64 {
    number(element, "data-count").max(1.0)
}

fn number(element: &Element, name: &str) -> f64 {
    element.get_attribute(name).and_then(|text| text.parse::<u32>().ok()).map_or(0.0, f64::from)
}

/// The first element whose lower edge is below `edge`. They stand one below the other, so halving
/// finds it without measuring them all.
fn first_below(messages: &NodeList, edge: f64) -> Option<Element> {
    let (mut low, mut high) = (0, messages.length());
    while low < high {
        let middle = (low + high) / 2;
        if element(messages, middle)?.get_bounding_client_rect().bottom() > edge {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    element(messages, low)
}
