//! Row menu: what can be done with a conversation without opening it. One menu serves all rows of the inbox; it comes
//! with a chunk. On a phone a long press opens it.

use leptos::{ev, prelude::*};
use leptos_router::hooks::use_navigate;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use crate::{
    browser::{Live, use_live},
    shared::{ids::ConversationId, words},
    ui::{
        components::{Icon, Toasts, use_toasts},
        menu::{Menu, MenuPopover, long_press::LongPress},
    },
};

/// The element id of the popover, which each row's button names.
const ROW_MENU_ID: &str = "row-menu";

#[component]
pub fn RowMenu() -> impl IntoView {
    let (live, toasts, navigate) = (use_live(), use_toasts(), use_navigate());
    let menu = Menu::default();
    let target = RwSignal::new(None::<ConversationId>);
    // The buttons are part of the list, which does not wait for this code.
    let click = window_event_listener(ev::click, move |event| {
        let clicked = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let button = clicked.and_then(|clicked| clicked.closest(".row__more").ok().flatten());
        if let Some(button) = button.and_then(|button| button.dyn_into::<HtmlElement>().ok()) {
            target.set(conversation_of(&button));
            move_into_list(menu, &button);
            menu.press_on(button, &event);
        }
    });
    // Tab leads from a row to its button.
    let focus = window_event_listener(ev::focusin, move |event| {
        let focused = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let item = focused.and_then(|focused| focused.closest(".rows > li").ok().flatten());
        let before = document().query_selector(".row__more[tabindex='0']").ok().flatten();
        let button = item.and_then(|item| item.query_selector(".row__more").ok().flatten());
        for (button, tabindex) in [(before, "-1"), (button, "0")] {
            drop(button.map(|button| button.set_attribute("tabindex", tabindex)));
        }
    });
    let long_press = LongPress::new(".row", ".row--parked", move |row, pointer| {
        let button = row.parent_element().and_then(|item| item.query_selector(".row__more").ok().flatten());
        if let Some(button) = button.and_then(|button| button.dyn_into::<HtmlElement>().ok()) {
            target.set(conversation_of(&button));
            move_into_list(menu, &button);
            menu.open_by_touch(button, pointer);
        }
    });
    let listeners = [
        click,
        focus,
        window_event_listener(ev::pointerdown, move |event| long_press.start(&event)),
        window_event_listener(ev::pointermove, move |event| long_press.follow(&event)),
        window_event_listener(ev::pointerup, move |_| long_press.end()),
        window_event_listener(ev::touchend, move |event| long_press.keep_click_away(&event)),
        window_event_listener(ev::pointercancel, move |_| long_press.end()),
        window_event_listener(ev::contextmenu, move |event| long_press.keep_native_menu_away(&event)),
    ];
    on_cleanup(move || listeners.into_iter().for_each(|listener| listener.remove()));
    let row = Memo::new(move |_| {
        let id = target.get()?;
        live.inbox.with(|inbox| {
            let row = inbox.get(id)?;
            Some((row.unread > 0, row.subject.order().map(|order| order.code.to_string())))
        })
    });
    let is_unread = move || row.with(|row| matches!(row, Some((true, _))));
    let order = move || row.with(|row| row.as_ref().and_then(|(_, order)| order.clone()));
    let open = Callback::new(move |path: Option<String>| {
        menu.close();
        if let Some(path) = path {
            navigate(&path, Default::default());
        }
    });
    let mark_as_read = move |_| {
        menu.close();
        if let Some(id) = target.get_untracked() {
            mark_conversation_as_read(id, live, toasts);
        }
    };
    view! {
        <MenuPopover menu id=ROW_MENU_ID.to_owned() label=Signal::stored(words::row_menu_label().to_owned())>
            <button class="menu__item" role="menuitem" type="button" hidden=move || !is_unread() on:click=mark_as_read>
                <Icon name="checks" class="icon--16"/>{words::row_menu_mark_as_read()}
            </button>
            <button
                class="menu__item"
                role="menuitem"
                type="button"
                on:click=move |_| open.run(target.get_untracked().map(|id| format!("/messages/{id}")))
            >
                <Icon name="chat" class="icon--16"/>{words::row_menu_open_conversation()}
            </button>
            <button
                class="menu__item"
                role="menuitem"
                type="button"
                hidden=move || order().is_none()
                on:click=move |_| open.run(order().map(|code| format!("/orders/{code}")))
            >
                <Icon name="bag" class="icon--16"/>{words::row_menu_open_order()}
            </button>
        </MenuPopover>
    }
}

/// The menu is rendered outside of the page. Screen readers look for it near its button, in the same region.
fn move_into_list(menu: Menu, button: &Element) {
    let list = button.closest(".inbox").ok().flatten();
    if let (Some(list), Some(node)) = (list, menu.node.get_untracked())
        && !list.contains(Some(&node))
    {
        drop(list.append_child(&node));
    }
}

/// Marks a conversation as read and says so. Returns whether it was unread.
pub fn mark_conversation_as_read(id: ConversationId, live: Live, toasts: Toasts) -> bool {
    let is_unread = live.inbox.with_untracked(|inbox| inbox.get(id).is_some_and(|row| row.unread > 0));
    if is_unread {
        live.mark_read(id);
        toasts.show(words::row_menu_marked());
    }
    is_unread
}

/// The conversation of the row that a button stands beside.
fn conversation_of(button: &Element) -> Option<ConversationId> {
    let row = button.parent_element()?.query_selector(".row").ok()??;
    row.get_attribute("href")?.rsplit('/').next()?.parse().ok()
}
