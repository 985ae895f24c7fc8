//! Long press: opens the menu of what a finger rests on, where nothing hovers.

use std::time::Duration;

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::Element;

/// How long a finger rests before the menu opens.
const LONG_PRESS: Duration = Duration::from_millis(450);
/// A finger that moves further than this scrolls or selects.
const SLOP_PX: i32 = 10;

#[derive(Clone, Copy)]
pub struct LongPress {
    /// What has a menu, and what inside of it does not begin a long press, as selectors.
    on: &'static str,
    except: &'static str,
    /// Opens the menu of the element, with the id of the pointer.
    open: Callback<(Element, i32)>,
    press: StoredValue<Option<Press>>,
    /// Whether the last press has opened the menu.
    has_opened: StoredValue<bool>,
}

/// The finger that rests on the screen.
#[derive(Clone, Copy)]
struct Press {
    x: i32,
    y: i32,
    timer: Option<TimeoutHandle>,
}

impl LongPress {
    pub fn new(
        on: &'static str,
        except: &'static str,
        open: impl Fn(Element, i32) + Send + Sync + 'static,
    ) -> Self {
        Self {
            on,
            except,
            open: Callback::new(move |(element, pointer)| open(element, pointer)),
            press: StoredValue::new(None),
            has_opened: StoredValue::new(false),
        }
    }

    /// A finger touches the screen.
    pub fn start(self, event: &ev::PointerEvent) {
        self.end();
        self.has_opened.set_value(false);
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let element = target.and_then(|target| match target.closest(self.except) {
            Ok(None) => target.closest(self.on).ok().flatten(),
            _ => None,
        });
        let Some(element) = element.filter(|_| event.pointer_type() == "touch") else { return };
        let pointer = event.pointer_id();
        let open = move || {
            self.has_opened.set_value(true);
            self.open.run((element.clone(), pointer));
        };
        let timer = set_timeout_with_handle(open, LONG_PRESS).ok();
        self.press.set_value(Some(Press { x: event.client_x(), y: event.client_y(), timer }));
    }

    pub fn follow(self, event: &ev::PointerEvent) {
        let is_away = |press: Press| {
            (event.client_x() - press.x).abs().max((event.client_y() - press.y).abs()) > SLOP_PX
        };
        if self.press.get_value().is_some_and(is_away) {
            self.end();
        }
    }

    /// The finger was lifted, or the browser scrolls.
    pub fn end(self) {
        if let Some(timer) = self.press.try_update_value(Option::take).flatten().and_then(|press| press.timer)
        {
            timer.clear();
        }
    }

    /// The finger is lifted: where the press has opened the menu it is no click.
    pub fn keep_click_away(self, event: &ev::Event) {
        if self.has_opened.get_value() {
            event.prevent_default();
        }
    }

    /// The browser's own menu for the same press.
    pub fn keep_native_menu_away(self, event: &ev::MouseEvent) {
        if self.press.with_value(Option::is_some) {
            event.prevent_default();
        }
    }
}
