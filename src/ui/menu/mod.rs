//! Menu: a list of actions in a popover beside the button that opened it, by the menu pattern of WAI-ARIA: arrow keys,
//! Home, End and letters move through its items, Escape and Tab close it and return the focus, and so does a click
//! beside it. A scroll closes it, since its button moves away. On a phone it is a sheet at the lower edge.
//!
//! Without script the browser opens and closes it by `popovertarget`.

pub mod long_press;
pub mod swipe;

use leptos::{ev, html, prelude::*};
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use web_sys::{Element, HtmlElement};

use crate::{shared::words, ui::components::Icon};

/// The distance between the button and the menu, and between the menu and the edge of the window.
const GAP_PX: f64 = 4.0;
const ITEMS: &str = ":is([role=menuitem], [role=menuitemcheckbox]):not([hidden])";

/// Opens and closes a menu. One menu may serve many buttons.
#[derive(Clone, Copy)]
pub struct Menu {
    pub node: NodeRef<html::Div>,
    /// The button that it was opened by. It has the focus again once the menu is closed.
    opener: StoredValue<Option<HtmlElement>, LocalStorage>,
}

impl Default for Menu {
    fn default() -> Self {
        Self { node: NodeRef::new(), opener: StoredValue::new_local(None) }
    }
}

impl Menu {
    /// A click on a button whose `popovertarget` is this menu, which the browser then opens or closes.
    pub fn press(self, event: &ev::MouseEvent) {
        if let Some(button) = event.current_target().and_then(|target| target.dyn_into().ok()) {
            self.press_on(button, event);
        }
    }

    /// The same for an event that was caught further up.
    pub fn press_on(self, button: HtmlElement, event: &ev::MouseEvent) {
        let before = self.opener.get_value();
        let is_other = before.as_ref() != Some(&button);
        self.opener.set_value(Some(button.clone()));
        if self.is_open()
            && is_other
            && let Some(node) = self.node.get_untracked()
        {
            // It moves to the other button, to which the browser then returns the focus.
            event.prevent_default();
            set_expanded(before.as_ref(), false);
            drop(node.hide_popover());
            focus(Some(&button));
            drop(node.show_popover());
        }
    }

    /// Opens it beside `opener` after a long press. The finger is still down: what it does next counts for the menu, so
    /// that lifting it is no press beside the menu.
    pub fn open_by_touch(self, opener: HtmlElement, pointer: i32) {
        self.opener.set_value(Some(opener));
        if let Some(node) = self.node.get_untracked() {
            drop(node.show_popover());
            drop(node.set_pointer_capture(pointer));
        }
    }

    pub fn close(self) {
        if let Some(node) = self.node.try_get_untracked().flatten() {
            drop(node.hide_popover());
        }
    }

    fn is_open(self) -> bool {
        self.node.get_untracked().is_some_and(|node| node.matches(":popover-open") == Ok(true))
    }

    /// Moves the focus to the first item: the menu has opened, or has other items now.
    pub fn focus_first(self) {
        request_animation_frame(move || {
            let node = self.node.try_get_untracked().flatten();
            focus(node.and_then(|node| items(&node).into_iter().next()).as_ref());
        });
    }

    /// Moves the focus to the menu itself, which reads its label: its items answer a question.
    pub fn focus_itself(self) {
        if let Some(node) = self.node.get_untracked() {
            node.set_tab_index(-1);
            focus(Some(&node));
        }
    }

    /// Moves a lost focus to the element beside the menu that the selector finds, once what was done shows.
    pub fn focus_if_lost(self, selector: &'static str) {
        request_animation_frame(move || {
            let is_lost = document().active_element().is_none_or(|active| active.tag_name() == "BODY");
            let beside = self.node.try_get_untracked().flatten().and_then(|node| node.parent_element());
            let found = beside.and_then(|beside| beside.query_selector(selector).ok().flatten());
            focus(found.filter(|_| is_lost).and_then(|found| found.dyn_into().ok()).as_ref());
        });
    }

    /// Follows what the browser did: places the open menu, or returns the focus from a closed one.
    fn update(self) {
        let Some(node) = self.node.try_get_untracked().flatten() else { return };
        let opener = self.opener.try_get_value().flatten();
        let is_open = self.is_open();
        set_expanded(opener.as_ref(), is_open);
        if is_open {
            if let Some(opener) = &opener {
                place(&node, opener);
            }
            focus(items(&node).first());
            self.close_on_scroll();
        } else if document().active_element().is_none_or(|active| active.tag_name() == "BODY") {
            focus(opener.as_ref());
        }
    }

    fn close_on_scroll(self) {
        let close = Closure::once_into_js(move |_: JsValue| self.close());
        let options = web_sys::AddEventListenerOptions::new();
        options.set_capture(true);
        options.set_once(true);
        let is_listening = document().add_event_listener_with_callback_and_add_event_listener_options(
            "scroll",
            close.unchecked_ref(),
            &options,
        );
        debug_assert!(is_listening.is_ok());
    }

    fn keydown(self, event: ev::KeyboardEvent) {
        let Some(node) = self.node.get_untracked() else { return };
        let items = items(&node);
        let focused = document().active_element();
        let at = items.iter().position(|item| Some(item.as_ref()) == focused.as_ref());
        let (count, key) = (items.len(), event.key());
        let to = match key.as_str() {
            "ArrowDown" | "ArrowRight" => at.map_or(0, |at| (at + 1) % count.max(1)),
            "ArrowUp" | "ArrowLeft" => at.unwrap_or(0).checked_sub(1).unwrap_or(count.saturating_sub(1)),
            "Home" => 0,
            "End" => count.saturating_sub(1),
            "Tab" => {
                event.prevent_default();
                return self.close();
            }
            _ => {
                let from = at.map_or(0, |at| at + 1);
                let is_wanted = |index: &usize| starts_with(&items[*index], &key);
                match (from..count).chain(0..from.min(count)).find(is_wanted) {
                    Some(index) if !event.ctrl_key() && !event.meta_key() && key != " " => index,
                    _ => return,
                }
            }
        };
        event.prevent_default();
        event.stop_propagation();
        focus(items.get(to));
    }
}

/// Whether the text of an item starts with this letter. Before it there may be space, or characters that are not seen.
fn starts_with(item: &HtmlElement, letter: &str) -> bool {
    let text = item.text_content().unwrap_or_default().to_lowercase();
    let text = text.trim_start_matches(|character: char| !character.is_alphanumeric());
    letter.chars().count() == 1 && text.starts_with(&letter.to_lowercase())
}

fn items(node: &Element) -> Vec<HtmlElement> {
    let Ok(found) = node.query_selector_all(ITEMS) else { return Vec::new() };
    (0..found.length()).filter_map(|index| found.item(index)?.dyn_into().ok()).collect()
}

fn set_expanded(opener: Option<&HtmlElement>, is_expanded: bool) {
    if let Some(opener) = opener {
        drop(opener.set_attribute("aria-expanded", if is_expanded { "true" } else { "false" }));
    }
}

fn focus(element: Option<&HtmlElement>) {
    if let Some(element) = element {
        let options = web_sys::FocusOptions::new();
        options.set_prevent_scroll(true);
        drop(element.focus_with_options(&options));
    }
}

/// Places the menu below the button, or above it if there is no space; their right edges align if there is space for
/// that. The style sheet decides whether this place counts.
fn place(menu: &HtmlElement, opener: &Element) {
    let (from, size) = (opener.get_bounding_client_rect(), menu.get_bounding_client_rect());
    let length = |length: Result<JsValue, _>| length.ok().and_then(|px| px.as_f64()).unwrap_or(0.0);
    let (width, height) = (length(window().inner_width()), length(window().inner_height()));
    let (right, below) = (from.right() - size.width(), from.bottom() + GAP_PX);
    let x = if right >= GAP_PX { right } else { from.left() };
    let y =
        if below + size.height() + GAP_PX <= height { below } else { from.top() - GAP_PX - size.height() };
    let set = |name: &str, px: f64, length: f64, end: f64| {
        let px = px.min(end - length - GAP_PX).max(GAP_PX);
        drop(HtmlElement::style(menu).set_property(name, &format!("{px}px")));
    };
    set("--menu-x", x, size.width(), width);
    set("--menu-y", y, size.height(), height);
}

/// The popover of a menu. Its children are the items: elements of the role `menuitem`.
#[component]
pub fn MenuPopover(
    menu: Menu,
    id: String,
    #[prop(into)] label: Signal<String>,
    children: Children,
) -> impl IntoView {
    view! {
        <div
            class="menu"
            popover="auto"
            role="menu"
            id=id
            aria-label=move || label.get()
            node_ref=menu.node
            // The browser opens or closes it after this event, and paints after the frame's callbacks.
            on:beforetoggle=move |_: ev::Event| request_animation_frame(move || menu.update())
            on:keydown=move |event| menu.keydown(event)
        >
            {children()}
        </div>
    }
}

/// A button with three dots and the menu that it opens. `label` names what the actions are about.
#[component]
pub fn MoreMenu(menu: Menu, id: String, label: String, children: Children) -> impl IntoView {
    let name = words::menu_more_about(&label);
    view! {
        <button
            class="button button--icon"
            type="button"
            popovertarget=id.clone()
            aria-haspopup="menu"
            aria-label=name.clone()
            title=words::menu_more()
            on:click=move |event| menu.press(&event)
        >
            <Icon name="more"/>
        </button>
        <MenuPopover menu id label=name>{children()}</MenuPopover>
    }
}

/// An item that sends the form `form`, which stands beside the menu, by the form's own button: that may ask first.
#[component]
pub fn SubmitItem(
    menu: Menu,
    form: String,
    #[prop(into)] label: String,
    #[prop(optional)] icon: Option<&'static str>,
    #[prop(optional)] is_danger: bool,
) -> impl IntoView {
    let selector = format!("[id='{form}'] > button[type=submit]");
    let press = move |event: ev::MouseEvent| {
        event.prevent_default();
        menu.close();
        let button = document().query_selector(&selector).ok().flatten();
        if let Some(button) = button.and_then(|button| button.dyn_into::<HtmlElement>().ok()) {
            button.click();
        }
    };
    view! {
        <button
            class="menu__item"
            class:menu__item--danger=is_danger
            role="menuitem"
            type="submit"
            form=form
            on:click=press
        >
            {icon.map(|name| view! { <Icon name class="icon--16"/> })}
            {label}
        </button>
    }
}
