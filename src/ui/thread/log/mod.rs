//! Message log: the messages of a thread in a virtualised list, and the position of the reader in it.

mod bubble;
mod context;
pub mod files;
mod group;
mod item;
mod jump_button;
mod opening;
mod place;
mod progress;
pub mod quote;
pub mod reactions;
mod readers;
mod scroll;
mod spacer;
mod system_message;

use leptos::{ev, html, prelude::*};

use super::{
    history::{History, HistoryError},
    layout::{Layout, UnreadSnapshot},
    menu::{MessageMenu, MessageMenuPopover, move_focus},
    typing::TypingLine,
    window::Window,
};
use crate::{
    browser::{Live, ThreadSlot, environment, scroll_anchor::LINE_PX, use_live},
    shared::{
        ids::ConversationId,
        positions::Seq,
        values::time::{DAY, Timestamp},
        words,
    },
    ui::{
        components::reactive_view,
        menu::{long_press::LongPress, swipe::Swipe},
    },
};
use context::LogContext;
use item::LogItemView;
use jump_button::JumpButton;
use opening::open_at_first_unread;
use place::found::{lead_to_found, seq_in_url};
use place::{BackButton, WayToMessage};
use quote::load_missing_quotes;
use scroll::{scroll_to_end, track_scroll_position};
use spacer::Spacer;

#[component]
pub fn MessageLog(conversation: ConversationId) -> impl IntoView {
    let live = use_live();
    let thread = live.thread(conversation);
    let unread_at_open = live.inbox.with_untracked(|inbox| {
        inbox.get(conversation).map(|row| UnreadSnapshot { read_seq: row.read_seq, unread: row.unread })
    });
    let opened_at = thread.with_untracked(ThreadSlot::last_loaded);
    // Whoever has answered since has seen them, by another program if not here.
    let has_answered = |unread: &UnreadSnapshot| {
        thread.with_untracked(|slot| {
            slot.thread().is_some_and(|thread| thread.has_own_after(live.viewer, unread.read_seq))
        })
    };
    let found = seq_in_url();
    let first_unread = unread_at_open
        .filter(|unread| unread.unread > 0 && !has_answered(unread) && found.get_untracked().is_none());
    let log = LogContext {
        conversation,
        opened_at,
        is_opening: RwSignal::new(first_unread.is_some()),
        target: RwSignal::new(None),
        is_at_end: RwSignal::new(true),
        visible: RwSignal::new(None),
    };
    provide_context(log);
    let history = History::new(live, conversation);
    history.show_all_in_print();
    let menu = MessageMenu::new(live, conversation);
    let long_press = LongPress::new(".bubble", "a, button", move |bubble, pointer| {
        menu.open_by_touch(&bubble, pointer);
    });
    let swipe = Swipe::new(".bubble:has(> .bubble__more)", move |bubble| menu.reply_to(&bubble));
    provide_context(menu);

    let layout = layout_memo(live, history, conversation, unread_at_open);
    // The last message that the reader has seen; the jump button counts those below it.
    let first_seen = first_unread.map_or(opened_at, |unread| unread.read_seq);
    let seen = RwSignal::new(first_seen);
    let last = {
        let thread = thread.clone();
        Memo::new(move |_| thread.with(ThreadSlot::last_loaded))
    };
    Effect::new(move |_| {
        let span = history.span.get();
        let is_at_end = log.is_at_end.get_untracked();
        history.move_window(history.window.get_untracked().follow(span, is_at_end));
    });
    Effect::new(move |_| {
        if log.is_opening.get() {
            return;
        }
        if log.is_at_end.get() {
            seen.set(last.get());
        } else if let Some((_, bottom)) = log.visible.get() {
            seen.update(|seen| *seen = bottom.max(*seen));
        }
    });
    mark_read_while_visible(live, log, last);
    Effect::new(move |_| live.show(conversation));

    let frame = NodeRef::<html::Div>::new();
    let is_far = RwSignal::new(false);
    let line_px = RwSignal::new(LINE_PX);
    track_scroll_position(frame, log, is_far, line_px, history);
    open_at_first_unread(frame, layout, log, history, first_unread);
    let way = WayToMessage::new(frame, layout, log, history);
    provide_context(way);
    lead_to_found(way, live, found);
    load_missing_quotes(live, conversation, layout, history);
    let jump = move || {
        way.end();
        if let Some(frame) = frame.get_untracked() {
            let span = history.span.get_untracked();
            let is_at_end = history.window.get_untracked().is_at_end(span);
            history.move_window(Window::at_end(span));
            scroll_to_end(&frame, is_at_end);
        }
    };
    // The browser would scroll smoothly, and stop where the new window starts.
    let keydown = move |event: ev::KeyboardEvent| {
        let Some(frame) = frame.get_untracked() else { return };
        if move_focus(&frame, &event.key()) || menu.handle_key(&frame, &event) {
            event.prevent_default();
            return;
        }
        let span = history.span.get_untracked();
        let (window, top) = match event.key().as_str() {
            "Home" => (Window::at_start(span), -frame.scroll_height()),
            "End" => (Window::at_end(span), 0),
            _ => return,
        };
        event.prevent_default();
        log.is_opening.set(false);
        history.move_window(window);
        frame.set_scroll_top(top);
    };
    scroll_to_own_messages(live, log, frame, history);

    let below = Memo::new(move |_| {
        if log.is_opening.get() {
            return 0;
        }
        thread.with(|slot| slot.thread().map_or(0, |thread| thread.others_after(live.viewer, seen.get())))
    });

    view! {
        <div class="thread">
            <div
                class="thread__frame"
                node_ref=frame
                tabindex="0"
                role="log"
                aria-label=words::log_label()
                aria-live=move || if history.is_silent.get() { "off" } else { "polite" }
                aria-relevant="additions"
                on:keydown=keydown
                on:wheel=move |_| log.is_opening.set(false)
                on:touchmove=move |_| log.is_opening.set(false)
                on:pointerdown=move |event| {
                    long_press.start(&event);
                    swipe.start(&event);
                }
                on:pointermove=move |event| {
                    long_press.follow(&event);
                    swipe.follow(&event);
                }
                on:pointerup=move |_| {
                    long_press.end();
                    swipe.end(true);
                }
                on:pointercancel=move |_| {
                    long_press.end();
                    swipe.end(false);
                }
                on:touchend=move |event| long_press.keep_click_away(&event)
                on:contextmenu=move |event| long_press.keep_native_menu_away(&event)
            >
                <div class="thread__content">
                    <Spacer px=move || {
                        (history.window.get().from - history.span.get().first).max(0) as f64 * line_px.get()
                    }/>
                    <For each=move || layout.with(Layout::keys) key=|key| *key let:key>
                        <LogItemView layout key line_px/>
                    </For>
                    <Spacer px=move || {
                        (history.span.get().last - history.window.get().to).max(0) as f64 * line_px.get()
                    }/>
                    <EmptyLine conversation layout/>
                </div>
            </div>
            {move || log.is_at_end.get().then(|| view! { <TypingLine conversation/> })}
            <HistoryError history/>
            <MessageMenuPopover menu/>
            <JumpButton below is_far jump/>
            <BackButton way/>
        </div>
    }
}

/// The layout of the window, which follows the thread, the outbox and the window.
fn layout_memo(
    live: Live,
    history: History,
    conversation: ConversationId,
    unread_at_open: Option<UnreadSnapshot>,
) -> Memo<Layout> {
    let thread = live.thread(conversation);
    Memo::new(move |_| {
        let outbox = live.outbox.of(conversation);
        let is_hydrated = live.is_hydrated.get();
        // The first render must equal the server's, which does not know the reader's zone.
        let day_of =
            |at: Timestamp| if is_hydrated { environment::local_day(at) } else { at.0.div_euclid(DAY) };
        thread.with(|slot| {
            slot.thread()
                .map(|thread| {
                    Layout::of(thread, history.window.get(), &outbox, live.viewer, unread_at_open, day_of)
                })
                .unwrap_or_default()
        })
    })
}

/// Marks as read what is on screen in a tab that has the reader's attention: the whole conversation at its end,
/// and above that the lines that follow what was read before. A reader who jumps to the end has read everything.
fn mark_read_while_visible(live: Live, log: LogContext, last: Memo<Seq>) {
    let conversation = log.conversation;
    let unread = Memo::new(move |_| {
        live.inbox.with(|inbox| inbox.get(conversation).map(|row| (row.unread, row.read_seq)))
    });
    Effect::new(move |_| {
        last.track();
        let is_visible = !log.is_opening.get()
            && live.is_attended.get()
            && live.front_conversation() == Some(conversation);
        let Some((1.., read_seq)) = unread.get().filter(|_| is_visible) else { return };
        if log.is_at_end.get() {
            live.mark_seen(conversation);
        } else if let Some((top, bottom)) = log.visible.get()
            // The line at the lower edge is in view in part.
            && top <= read_seq + 1
            && bottom - 1 > read_seq
        {
            live.mark_seen_upto(conversation, bottom - 1);
        }
    });
}

/// Scrolls to the end when the viewer sends a message, wherever they were.
fn scroll_to_own_messages(live: Live, log: LogContext, frame: NodeRef<html::Div>, history: History) {
    let sent = Memo::new(move |_| live.outbox.of(log.conversation).last().map(|item| item.id));
    Effect::new(move |before: Option<Option<_>>| {
        let sent = sent.get();
        if before.is_some_and(|before| sent.is_some() && before != sent)
            && let Some(frame) = frame.get_untracked()
        {
            log.is_opening.set(false);
            history.move_window(Window::at_end(history.span.get_untracked()));
            frame.set_scroll_top(0);
        }
        sent
    });
}

/// Shown in a conversation without messages, or whose messages retention has deleted.
#[component]
fn EmptyLine(conversation: ConversationId, layout: Memo<Layout>) -> impl IntoView {
    let live = use_live();
    let had_messages = Memo::new(move |_| {
        live.inbox.with(|inbox| inbox.get(conversation).is_some_and(|row| row.last_seq > 0))
    });
    let is_empty = Memo::new(move |_| layout.with(|layout| layout.keys().is_empty()));
    reactive_view(move || {
        is_empty.get().then(|| {
            let text = if had_messages.get() { words::log_deleted() } else { words::log_empty() };
            view! { <p class="thread__nothing">{text}</p> }.into_any()
        })
    })
}
