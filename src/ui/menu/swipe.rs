//! Swipe: a finger draws an element aside, towards the end of the line, which does something with it.

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// A finger that moves less than this does not swipe yet.
const SLOP_PX: i32 = 12;
/// How far the element is drawn for the swipe to count, and at most.
const COUNTS_PX: i32 = 56;
const DRAWN_MAX_PX: i32 = 72;

#[derive(Clone, Copy)]
pub struct Swipe {
    /// What can be swiped, as a selector.
    on: &'static str,
    done: Callback<HtmlElement>,
    drawn: StoredValue<Option<Drawn>, LocalStorage>,
}

#[derive(Clone)]
struct Drawn {
    element: HtmlElement,
    x: i32,
    y: i32,
    /// Towards the end of the line.
    by: i32,
}

impl Swipe {
    pub fn new(on: &'static str, done: impl Fn(HtmlElement) + Send + Sync + 'static) -> Self {
        Self { on, done: Callback::new(done), drawn: StoredValue::new_local(None) }
    }

    /// A finger touches the screen.
    pub fn start(self, event: &ev::PointerEvent) {
        self.end(false);
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let element = target
            .filter(|_| event.pointer_type() == "touch" && event.is_primary())
            .and_then(|target| target.closest(self.on).ok().flatten())
            .and_then(|element| element.dyn_into().ok());
        if let Some(element) = element {
            self.drawn.set_value(Some(Drawn { element, x: event.client_x(), y: event.client_y(), by: 0 }));
        }
    }

    pub fn follow(self, event: &ev::PointerEvent) {
        let Some(mut drawn) = self.drawn.get_value() else { return };
        let (across, along) = (event.client_x() - drawn.x, event.client_y() - drawn.y);
        let towards_end = if is_mirrored() { -across } else { across };
        if drawn.by == 0 && along.abs() > SLOP_PX && along.abs() > across.abs() {
            // The finger scrolls.
            return self.end(false);
        }
        drawn.by = if towards_end > SLOP_PX { towards_end - SLOP_PX } else { 0 };
        let shown = drawn.by.min(DRAWN_MAX_PX);
        let shown = if is_mirrored() { -shown } else { shown };
        let style = HtmlElement::style(&drawn.element);
        drop(style.set_property("translate", &format!("{shown}px 0")));
        drop(drawn.element.toggle_attribute_with_force("data-swiped", drawn.by >= COUNTS_PX));
        self.drawn.set_value(Some(drawn));
    }

    /// The finger is lifted, or the browser has taken the gesture over.
    pub fn end(self, is_lifted: bool) {
        let Some(drawn) = self.drawn.try_update_value(Option::take).flatten() else { return };
        drop(HtmlElement::style(&drawn.element).remove_property("translate"));
        drop(drawn.element.remove_attribute("data-swiped"));
        if is_lifted && drawn.by >= COUNTS_PX {
            self.done.run(drawn.element);
        }
    }
}

fn is_mirrored() -> bool {
    document().document_element().is_some_and(|root| root.get_attribute("dir").as_deref() == Some("rtl"))
}
