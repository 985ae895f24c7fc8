//! The messages of a thread, and the reader's place among them.

use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;

use super::{
    group::GroupView,
    history::{History, HistoryLine},
    layout::{Key, Layout, Opening, Piece},
    menu::{Menu, MessageMenu},
    typing::TypingLine,
    window::Window,
};
use crate::shared::positions::Seq;
use crate::{
    browser::{
        Slot, environment,
        scroll_anchor::{Keeper, LINE_PX, Place},
        use_live,
    },
    shared::{
        ids::{ConversationId, MessageId, UserId},
        system_messages::SystemMessage,
        values::time::{DAY, Timestamp},
    },
    ui::{
        components::{Icon, Moment, MomentStyle, changing},
        orders::{
            actions::{Offer, OrderActions},
            status::StatusBadge,
        },
    },
};

/// The jump button shows further from the end than this.
const JUMP_PX: i32 = 200;

/// What the parts of a thread know about where they are.
#[derive(Clone, Copy)]
pub struct LogContext {
    pub conversation: ConversationId,
    pub viewer: Option<UserId>,
    /// The last message when the thread was opened: later ones come in with a movement.
    pub opened_at: Seq,
    pub is_at_end: RwSignal<bool>,
}

#[component]
pub fn MessageLog(conversation: ConversationId) -> impl IntoView {
    let live = use_live();
    let thread = live.thread(conversation);
    let opening = live.inbox.with_untracked(|inbox| {
        inbox.get(conversation).map(|row| Opening { read_seq: row.read_seq, unread: row.unread })
    });
    let opened_at = thread.with_untracked(Slot::last_loaded);
    let log = LogContext { conversation, viewer: live.viewer, opened_at, is_at_end: RwSignal::new(true) };
    provide_context(log);
    let history = History::new(live, conversation);
    let menu = Menu::new(live, conversation);
    provide_context(menu);

    let layout = {
        let thread = thread.clone();
        Memo::new(move |_| {
            let items = live.outbox.of(conversation);
            let is_awake = live.is_awake.get();
            // The first render has to equal the server's, which knows no zone.
            let day_of =
                |at: Timestamp| if is_awake { environment::local_day(at) } else { at.0.div_euclid(DAY) };
            thread.with(|slot| {
                slot.thread()
                    .map(|thread| {
                        Layout::of(thread, history.window.get(), &items, live.viewer, opening, day_of)
                    })
                    .unwrap_or_default()
            })
        })
    };

    // How far the reader has come: what is below is counted by the jump button.
    let seen = RwSignal::new(opened_at);
    let last = {
        let thread = thread.clone();
        Memo::new(move |_| thread.with(Slot::last_loaded))
    };
    Effect::new(move |_| {
        let span = history.span.get();
        let is_at_end = log.is_at_end.get_untracked();
        history.turn_to(history.window.get_untracked().follow(span, is_at_end));
    });
    Effect::new(move |_| {
        if log.is_at_end.get() {
            seen.set(last.get());
        }
    });
    let unread =
        Memo::new(move |_| live.inbox.with(|inbox| inbox.get(conversation).map_or(0, |row| row.unread)));
    Effect::new(move |_| {
        last.track();
        let is_before_eyes =
            live.is_attended.get() && log.is_at_end.get() && live.shown() == Some(conversation);
        if is_before_eyes && unread.get() > 0 {
            live.mark_seen(conversation);
        }
    });
    Effect::new(move |_| live.show(conversation));

    let frame = NodeRef::<html::Div>::new();
    let is_far = RwSignal::new(false);
    let line_px = RwSignal::new(LINE_PX);
    watch_place(frame, log, is_far, line_px, history);
    let jump = move || {
        if let Some(frame) = frame.get_untracked() {
            let span = history.span.get_untracked();
            let is_near = history.window.get_untracked().is_at_end(span);
            history.turn_to(Window::at_end(span));
            glide_to_end(&frame, is_near);
        }
    };
    // The browser would glide, and stop where the first lines are drawn anew.
    let press = move |event: ev::KeyboardEvent| {
        let Some(frame) = frame.get_untracked() else { return };
        let span = history.span.get_untracked();
        let (window, top) = match event.key().as_str() {
            "Home" => (Window::at_start(span), -frame.scroll_height()),
            "End" => (Window::at_end(span), 0),
            _ => return,
        };
        event.prevent_default();
        history.turn_to(window);
        frame.set_scroll_top(top);
    };
    // One's own message is always shown, wherever one was.
    let sent = Memo::new(move |_| live.outbox.of(conversation).last().map(|item| item.id));
    Effect::new(move |before: Option<Option<_>>| {
        let sent = sent.get();
        if before.is_some_and(|before| sent.is_some() && before != sent)
            && let Some(frame) = frame.get_untracked()
        {
            history.turn_to(Window::at_end(history.span.get_untracked()));
            frame.set_scroll_top(0);
        }
        sent
    });

    let below = {
        let thread = thread.clone();
        Memo::new(move |_| {
            thread.with(|slot| slot.thread().map_or(0, |thread| thread.others_after(live.viewer, seen.get())))
        })
    };

    view! {
        <div class="thread">
            <div
                class="thread__frame"
                node_ref=frame
                tabindex="0"
                role="log"
                aria-label="Messages"
                aria-live=move || if history.is_turning.get() { "off" } else { "polite" }
                aria-relevant="additions"
                on:keydown=press
            >
                <div class="thread__content">
                    <Room px=move || {
                        (history.window.get().from - history.span.get().first).max(0) as f64 * line_px.get()
                    }/>
                    <For each=move || layout.with(Layout::keys) key=|key| *key let:key>
                        <PieceView layout key line_px/>
                    </For>
                    <Room px=move || {
                        (history.span.get().last - history.window.get().to).max(0) as f64 * line_px.get()
                    }/>
                    <EmptyLine layout/>
                </div>
            </div>
            {move || log.is_at_end.get().then(|| view! { <TypingLine conversation/> })}
            <HistoryLine history/>
            <MessageMenu menu/>
            <JumpButton below is_far jump/>
        </div>
    }
}

/// Reports where the reader is, and has those lines drawn that he is about to see.
fn watch_place(
    frame: NodeRef<html::Div>,
    log: LogContext,
    is_far: RwSignal<bool>,
    line_px: RwSignal<f64>,
    history: History,
) {
    // The effect keeps what it gives until it runs again or ends.
    Effect::new(move |_| {
        let frame = frame.get()?;
        let content = frame.first_element_child()?.dyn_into().ok()?;
        let moved = move |place: Place| {
            put(log.is_at_end, place.is_at_end());
            put(is_far, place.from_end > JUMP_PX);
            put(line_px, place.line_px);
            if let Some((top, bottom)) = place.sight
                && let Some(window) = history.window.try_get_untracked()
            {
                history.turn_to(window.for_sight(top, bottom, history.span.get_untracked()));
            }
        };
        Keeper::new(frame.into(), &content, Box::new(moved))
    });
}

/// Sets what has changed only: this is called with every scroll.
fn put<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.try_with_untracked(|held| *held != value) == Some(true) {
        signal.set(value);
    }
}

/// Moves to the end, in one go where that is far: what comes in on the way would stop it.
fn glide_to_end(frame: &web_sys::HtmlElement, is_drawn: bool) {
    let options = web_sys::ScrollToOptions::new();
    options.set_top(0.0);
    let is_near = is_drawn && -frame.scroll_top() < 2 * frame.client_height();
    if is_near && !environment::is_motion_reduced() {
        options.set_behavior(web_sys::ScrollBehavior::Smooth);
    }
    frame.scroll_to_with_scroll_to_options(&options);
}

/// Stands for lines that are not drawn. The server draws all that it knows.
#[component]
fn Room(px: impl Fn() -> f64 + Copy + Send + Sync + 'static) -> impl IntoView {
    let live = use_live();
    move || {
        live.is_awake.get().then(|| {
            view! { <div class="thread__room" aria-hidden="true" style:block-size=move || in_px(px())></div> }
        })
    }
}

fn in_px(px: f64) -> String {
    // Whole numbers need no float formatting, which is large.
    format!("{}px", px as i64)
}

#[component]
fn PieceView(layout: Memo<Layout>, key: Key, line_px: RwSignal<f64>) -> impl IntoView {
    match layout.with_untracked(|layout| layout.get(key).cloned()) {
        None => ().into_any(),
        Some(Piece::Day { at, .. }) => {
            view! { <p class="thread__day"><Moment at style=MomentStyle::Day/></p> }.into_any()
        }
        Some(Piece::Fresh { count }) => {
            view! { <p class="thread__fresh"><span>{new_messages(count)}</span></p> }.into_any()
        }
        Some(Piece::Gap { from, count }) => view! {
            <div
                class="thread__gap"
                aria-hidden="true"
                data-seq=from.to_string()
                data-count=count.to_string()
                style:block-size=in_px(count as f64 * line_px.get_untracked())
            ></div>
        }
        .into_any(),
        Some(Piece::Notice { id, seq, sender, event, at }) => {
            view! { <Notice id seq sender event at/> }.into_any()
        }
        Some(Piece::Group(group)) => view! { <GroupView layout key first=group/> }.into_any(),
    }
}

/// What happened, in the reader's words; below a quote that waits, its answers (B6).
#[component]
fn Notice(
    id: MessageId,
    seq: Option<Seq>,
    sender: Option<UserId>,
    event: SystemMessage,
    at: Timestamp,
) -> impl IntoView {
    let live = use_live();
    let conversation = expect_context::<LogContext>().conversation;
    let row = live.conversation(conversation);
    let who = Memo::new(move |_| {
        let named = row.with(|row| row.as_ref()?.actor(sender, live.viewer).map(str::to_owned));
        // Who has left a room is named by it alone.
        named.or_else(|| live.known_person(conversation, sender?).map(|person| person.name))
    });
    let told = event.tell(None, live.viewer);
    let status = told.status.map(|(status, kind)| view! { <StatusBadge status kind/> }.into_any());
    let link = told
        .link
        .map(|talk| view! { <a class="thread__link" href=format!("/messages/{talk}")>"Open"</a> }.into_any());
    let quoted = match event {
        SystemMessage::Quoted { price } => Some(price),
        _ => None,
    };
    // Only the quote that stands can be answered.
    let order = Memo::new(move |_| {
        let order = row.with(|row| row.as_ref()?.subject.order().cloned())?;
        (order.quote.map(|quote| quote.price) == quoted && quoted.is_some()).then_some(order)
    });
    view! {
        <div class="thread__notice" data-message=id.to_string() data-seq=seq.map(|seq| seq.to_string())>
            <p class="thread__pill">
                {status}
                <span dir="auto">{move || who.with(|who| event.tell(who.as_deref(), live.viewer).sentence)}</span>
                {link}
                <Moment at style=MomentStyle::Clock/>
            </p>
            <OrderActions order offer=Offer::Answers/>
        </div>
    }
}

/// Stands where nothing was said yet.
#[component]
fn EmptyLine(layout: Memo<Layout>) -> impl IntoView {
    let is_empty = Memo::new(move |_| layout.with(|layout| layout.keys().is_empty()));
    changing(move || {
        is_empty.get().then(|| {
            view! { <p class="thread__nothing">"No messages yet. Write the first one."</p> }.into_any()
        })
    })
}

/// The way back to the end, with the number of messages that came meanwhile (C10).
#[component]
fn JumpButton(
    below: Memo<usize>,
    is_far: RwSignal<bool>,
    jump: impl Fn() + Clone + Send + Sync + 'static,
) -> impl IntoView {
    let is_shown = Memo::new(move |_| is_far.get() || below.get() > 0);
    view! {
        <Show when=move || is_shown.get()>
            {
                let jump = jump.clone();
                view! {
                    <button class="thread__jump" type="button" on:click=move |_| jump()>
                        <Icon name="arrowdown" class="icon--16"/>
                        {move || match below.get() {
                            0 => "Latest".to_owned(),
                            count => new_messages(count as i64),
                        }}
                    </button>
                }
            }
        </Show>
    }
}

fn new_messages(count: i64) -> String {
    if count == 1 { "1 new message".to_owned() } else { format!("{count} new messages") }
}
