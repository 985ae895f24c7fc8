//! Row menu: what can be done with a conversation without opening it. One menu serves all rows of the inbox; it comes
//! with a chunk. On a phone a long press opens it.

use std::sync::Arc;

use leptos::{ev, html, prelude::*, task::spawn_local};
use leptos_router::hooks::use_navigate;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use crate::{
    api::{
        conversations::{archive_conversation, mark_as_unread, star_conversation},
        notifications::set_notification_level,
    },
    browser::{Live, use_live},
    shared::{
        conversations::Conversation, ids::ConversationId, notifications::level::NotificationLevel, words,
    },
    ui::{
        components::{Icon, Toasts, use_toasts},
        menu::{Menu, MenuPopover, long_press::LongPress, swipe::Swipe},
        route::use_path,
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
    // A row that is drawn aside is archived.
    let swipe = Swipe::new(".rows > li > .row:not(.row--parked)", move |row| {
        let id = row.get_attribute("href").and_then(|href| href.rsplit('/').next()?.parse().ok());
        if let Some(id) = id {
            archive(id, live, toasts);
        }
    });
    let listeners = [
        click,
        focus,
        window_event_listener(ev::pointerdown, move |event| {
            long_press.start(&event);
            swipe.start(&event);
        }),
        window_event_listener(ev::pointermove, move |event| {
            long_press.follow(&event);
            swipe.follow(&event);
        }),
        window_event_listener(ev::pointerup, move |_| {
            long_press.end();
            swipe.end(true);
        }),
        window_event_listener(ev::touchend, move |event| long_press.keep_click_away(&event)),
        window_event_listener(ev::pointercancel, move |_| {
            long_press.end();
            swipe.end(false);
        }),
        window_event_listener(ev::contextmenu, move |event| long_press.keep_native_menu_away(&event)),
    ];
    on_cleanup(move || listeners.into_iter().for_each(|listener| listener.remove()));
    let row = Memo::new(move |_| {
        let id = target.get()?;
        live.inbox.with(|inbox| {
            let row = inbox.get(id)?;
            Some(Marks {
                is_unread: row.unread > 0 || row.is_marked,
                is_archived: row.is_archived,
                is_starred: row.is_starred,
                is_muted: row.is_muted,
                order: row.subject.order().map(|order| order.code.to_string()),
            })
        })
    });
    let has = move |mark: fn(&Marks) -> bool| row.with(|row| row.as_ref().is_some_and(mark));
    let is_unread = move || has(|marks| marks.is_unread);
    let order = move || row.with(|row| row.as_ref().and_then(|marks| marks.order.clone()));
    let do_to_target = move |action: fn(ConversationId, Live, Toasts)| {
        menu.close();
        if let Some(id) = target.get_untracked() {
            action(id, live, toasts);
        }
    };
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
                hidden=is_unread
                on:click=move |_| do_to_target(|id, live, toasts| mark(id, true, live, toasts))
            >
                <Icon name="eye" class="icon--16"/>{words::row_menu_mark_as_unread()}
            </button>
            <button class="menu__item" role="menuitem" type="button" on:click=move |_| do_to_target(archive)>
                <Icon name="archive" class="icon--16"/>
                {move || if has(|marks| marks.is_archived) { words::row_menu_bring_back() } else { words::row_menu_archive() }}
            </button>
            <button class="menu__item" role="menuitem" type="button" on:click=move |_| do_to_target(star)>
                <Icon name="star" class="icon--16"/>
                {move || if has(|marks| marks.is_starred) { words::row_menu_unstar() } else { words::row_menu_star() }}
            </button>
            {spans().map(|(action, label)| view! {
                <button
                    class="menu__item"
                    role="menuitem"
                    type="button"
                    hidden=move || has(|marks| marks.is_muted)
                    on:click=move |_| do_to_target(action)
                >
                    <Icon name="belloff" class="icon--16"/>{label}
                </button>
            }.into_any()).collect_view()}
            <button
                class="menu__item"
                role="menuitem"
                type="button"
                hidden=move || !has(|marks| marks.is_muted)
                on:click=move |_| do_to_target(|id, _, toasts| set_level(id, toasts, NotificationLevel::All, None))
            >
                <Icon name="bell" class="icon--16"/>{words::row_menu_unmute()}
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
        <ShelfLinks/>
    }
}

/// What the menu asks of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Marks {
    is_unread: bool,
    is_archived: bool,
    is_starred: bool,
    is_muted: bool,
    order: Option<String>,
}

type RowAction = fn(ConversationId, Live, Toasts);

/// For how long one can mute, with the label.
fn spans() -> [(RowAction, &'static str); 3] {
    const NOTHING: NotificationLevel = NotificationLevel::Nothing;
    [
        (|id, _, toasts| set_level(id, toasts, NOTHING, Some(1)), words::row_menu_mute_hour()),
        (|id, _, toasts| set_level(id, toasts, NOTHING, Some(24)), words::row_menu_mute_day()),
        (|id, _, toasts| set_level(id, toasts, NOTHING, None), words::row_menu_mute()),
    ]
}

fn set_level(id: ConversationId, toasts: Toasts, level: NotificationLevel, hours: Option<i64>) {
    spawn_local(async move {
        if toasts.settle("level", set_notification_level(id, level, hours).await).is_some() {
            let is_muted = level != NotificationLevel::All;
            toasts.show(if is_muted { words::row_menu_muted() } else { words::row_menu_unmuted() });
        }
    });
}

/// Archives a conversation, or brings it back. It can be undone.
pub fn archive(id: ConversationId, live: Live, toasts: Toasts) {
    let is_on = !is_marked(live, id, |row| row.is_archived);
    set_archived(id, is_on, live, toasts, true);
}

fn set_archived(id: ConversationId, is_on: bool, live: Live, toasts: Toasts, can_undo: bool) {
    spawn_local(async move {
        let Some(row) = toasts.settle("archive", archive_conversation(id, is_on).await) else { return };
        live.inbox.update(|inbox| inbox.put(row));
        if can_undo {
            let text = if is_on { words::row_menu_archived() } else { words::row_menu_brought_back() };
            toasts.undoable(text, Arc::new(move || set_archived(id, !is_on, live, toasts, false)));
        }
    });
}

/// Stars a conversation, or takes the star away.
pub fn star(id: ConversationId, live: Live, toasts: Toasts) {
    let is_on = !is_marked(live, id, |row| row.is_starred);
    spawn_local(async move {
        if let Some(row) = toasts.settle("star", star_conversation(id, is_on).await) {
            live.inbox.update(|inbox| inbox.put(row));
            toasts.show(if is_on { words::row_menu_starred() } else { words::row_menu_unstarred() });
        }
    });
}

fn is_marked(live: Live, id: ConversationId, mark: impl Fn(&Conversation) -> bool) -> bool {
    live.inbox.with_untracked(|inbox| inbox.get(id).is_some_and(mark))
}

/// The ways to what is archived and starred, beside the filters of the list. Like the menu they come with a chunk, and are
/// moved to the list whenever there is one.
#[component]
fn ShelfLinks() -> impl IntoView {
    let (live, path) = (use_live(), use_path());
    let node = NodeRef::<html::Span>::new();
    let place = move || {
        let chips = document().query_selector(".inbox .chips").ok().flatten();
        if let (Some(chips), Some(node)) = (chips, node.get_untracked())
            && !chips.contains(Some(&node))
        {
            drop(chips.append_child(&node));
        }
    };
    Effect::new(move |_| {
        path.track();
        // The list is rendered once its page is loaded.
        live.inbox.with(|inbox| inbox.is_loaded());
        request_animation_frame(move || request_animation_frame(place));
    });
    view! {
        <span class="chips__more" node_ref=node>
            <a class="chip inbox__chip" href="/archive?view=starred">{words::archive_starred()}</a>
            <a class="chip inbox__chip" href="/archive">{words::archive_archived()}</a>
        </span>
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
    let is_unread = is_marked(live, id, |row| row.unread > 0);
    if is_unread {
        live.mark_read(id);
        toasts.show(words::row_menu_marked());
        return true;
    }
    let is_marked = is_marked(live, id, |row| row.is_marked);
    if is_marked {
        mark(id, false, live, toasts);
    }
    is_marked
}

/// Marks a conversation as unread, or takes the mark away, and says so.
pub fn mark(id: ConversationId, is_on: bool, live: Live, toasts: Toasts) {
    spawn_local(async move {
        if let Some(row) = toasts.settle("mark", mark_as_unread(id, is_on).await) {
            live.inbox.update(|inbox| inbox.put(row));
            toasts.show(if is_on { words::row_menu_marked_unread() } else { words::row_menu_marked() });
        }
    });
}

/// The conversation of the row that a button stands beside.
fn conversation_of(button: &Element) -> Option<ConversationId> {
    let row = button.parent_element()?.query_selector(".row").ok()??;
    row.get_attribute("href")?.rsplit('/').next()?.parse().ok()
}
