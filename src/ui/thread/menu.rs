//! Message menu: edits or deletes an own message. One menu serves all bubbles of a thread.

use leptos::{ev, html, prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use crate::{
    browser::{Live, environment, sending::edits::ChangeableMessage},
    shared::ids::{ConversationId, MessageId},
    ui::components::{Icon, toasts::use_toasts},
};

/// The distance between the button and the menu.
const GAP_PX: f64 = 4.0;
/// The space that the menu needs below the button.
const HEIGHT_PX: f64 = 150.0;

/// The message that is being edited in the composer, if any.
#[derive(Clone, Copy)]
pub struct Editing(pub RwSignal<Option<ChangeableMessage>>);

#[derive(Clone, Copy)]
pub struct Menu {
    live: Live,
    conversation: ConversationId,
    seen: RwSignal<Option<ChangeableMessage>>,
    /// Whether the menu asks to confirm the deletion.
    is_confirming: RwSignal<bool>,
    /// The message whose button Tab stops at: the viewer's last. Arrow keys reach the others.
    pub stop: Memo<Option<MessageId>>,
    node: NodeRef<html::Div>,
}

impl Menu {
    pub fn new(live: Live, conversation: ConversationId) -> Self {
        let thread = live.thread(conversation);
        let stop = Memo::new(move |_| {
            thread.with(|slot| slot.thread()?.last_of(live.viewer?).map(|message| message.id))
        });
        Self {
            live,
            conversation,
            stop,
            seen: RwSignal::new(None),
            is_confirming: RwSignal::new(false),
            node: NodeRef::new(),
        }
    }

    /// Opens the menu of a message beside the button that was pressed.
    pub fn open(self, id: MessageId, event: &ev::MouseEvent) {
        let seen = self.live.changeable(self.conversation, id);
        let (Some(node), Some(seen)) = (self.node.get_untracked(), seen) else { return };
        self.is_confirming.set(false);
        self.seen.set(Some(seen));
        if let Some(button) = event.current_target().and_then(|target| target.dyn_into::<Element>().ok()) {
            position_menu(&node, &button);
        }
        let shown = node.show_popover();
        debug_assert!(shown.is_ok());
    }

    fn close(self) {
        if let Some(node) = self.node.get_untracked() {
            drop(node.hide_popover());
        }
    }
}

/// Arrow keys move the focus from one message's button to the next. Returns whether it has moved.
pub fn move_focus(frame: &Element, key: &str) -> bool {
    let step: i32 = match key {
        "ArrowUp" => -1,
        "ArrowDown" => 1,
        _ => return false,
    };
    let Ok(buttons) = frame.query_selector_all(".bubble__more") else { return false };
    let buttons: Vec<_> = (0..buttons.length()).filter_map(|index| buttons.item(index)).collect();
    let focused = document().active_element();
    let at = buttons.iter().position(|button| Some(button) == focused.as_ref().map(AsRef::as_ref));
    let next = at.and_then(|at| buttons.get(at.checked_add_signed(step as isize)?).cloned());
    let Some(button) = next.and_then(|button| button.dyn_into::<HtmlElement>().ok()) else { return false };
    environment::focus_soon(button);
    true
}

/// Places the menu below the button, or above it if there is no space; their right edges align.
fn position_menu(menu: &HtmlElement, button: &Element) {
    let button = button.get_bounding_client_rect();
    let inner =
        |size: Result<wasm_bindgen::JsValue, _>| size.ok().and_then(|size| size.as_f64()).unwrap_or(0.0);
    let (width, height) = (inner(window().inner_width()), inner(window().inner_height()));
    let is_below = button.bottom() + HEIGHT_PX < height;
    let style = HtmlElement::style(menu);
    let set = |name: &str, px: f64| drop(style.set_property(name, &format!("{}px", px as i64)));
    drop(style.remove_property("top"));
    drop(style.remove_property("bottom"));
    set("right", width - button.right());
    if is_below {
        set("top", button.bottom() + GAP_PX);
    } else {
        set("bottom", height - button.top() + GAP_PX);
    }
}

#[component]
pub fn MessageMenu(menu: Menu) -> impl IntoView {
    let toasts = use_toasts();
    let editing = expect_context::<Editing>();
    let edit = move |_| {
        editing.0.set(menu.seen.get_untracked());
        menu.close();
    };
    let delete = move |_| {
        menu.close();
        let Some(seen) = menu.seen.get_untracked() else { return };
        spawn_local(async move {
            if let Err(error) = menu.live.delete(seen).await {
                toasts.error(error.message);
            }
        });
    };
    view! {
        <div class="menu" popover="auto" role="group" aria-label="Message" node_ref=menu.node>
            <Show when=move || menu.is_confirming.get() fallback=move || view! {
                <button
                    class="menu__item"
                    type="button"
                    hidden=move || menu.seen.with(|seen| seen.as_ref().is_none_or(|seen| !seen.can_edit))
                    on:click=edit
                >
                    <Icon name="edit" class="icon--16"/>"Edit"
                </button>
                <button class="menu__item menu__item--danger" type="button" on:click=move |_| menu.is_confirming.set(true)>
                    <Icon name="x" class="icon--16"/>"Delete"
                </button>
            }>
                <p class="menu__question">"Delete this message for everybody?"</p>
                <button class="menu__item menu__item--danger" type="button" on:click=delete>"Delete"</button>
                <button class="menu__item" type="button" on:click=move |_| menu.close()>"Keep it"</button>
            </Show>
        </div>
    }
}
