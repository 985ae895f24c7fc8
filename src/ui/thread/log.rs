//! The messages of a thread, and the reader's place among them.

use leptos::{html, prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;

use super::{
    group::GroupView,
    layout::{Key, Layout, Opening, Piece},
};
use crate::{
    browser::{
        Live, Slot, page,
        place::{Keeper, Place},
        use_live,
    },
    shared::{
        ids::{ConversationId, UserId},
        messages::Seq,
        time::{DAY, Timestamp},
    },
    ui::parts::{Icon, Moment, MomentStyle, changing},
};

/// The jump button shows further from the end than this.
const JUMP_PX: i32 = 200;
/// Older messages are fetched this far before the first loaded one comes into view.
const OLDER_PX: i32 = 800;

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
    let opened_at = last_seq(&thread.read_untracked());
    let log = LogContext { conversation, viewer: live.viewer, opened_at, is_at_end: RwSignal::new(true) };
    provide_context(log);

    let layout = {
        let thread = thread.clone();
        Memo::new(move |_| {
            let items = live.outbox.of(conversation);
            let is_awake = live.is_awake.get();
            // The first render has to equal the server's, which knows no zone.
            let day_of = |at: Timestamp| if is_awake { page::local_day(at) } else { at.0.div_euclid(DAY) };
            thread.with(|slot| {
                slot.thread()
                    .map(|thread| Layout::of(thread, &items, live.viewer, opening, day_of))
                    .unwrap_or_default()
            })
        })
    };

    // How far the reader has come: what is below is counted by the jump button.
    let seen = RwSignal::new(opened_at);
    let last = {
        let thread = thread.clone();
        Memo::new(move |_| last_seq(&thread.read()))
    };
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
    let older = Older::new(live, conversation);
    watch_place(frame, log, is_far, older);
    let jump = move || {
        if let Some(frame) = frame.get_untracked() {
            glide_to_end(&frame);
        }
    };
    // One's own message is always shown, wherever one was.
    let sent = Memo::new(move |_| live.outbox.of(conversation).last().map(|item| item.id));
    Effect::new(move |before: Option<Option<_>>| {
        let sent = sent.get();
        if before.is_some_and(|before| sent.is_some() && before != sent)
            && let Some(frame) = frame.get_untracked()
        {
            frame.set_scroll_top(0);
        }
        sent
    });

    view! {
        <div class="thread">
            <div
                class="thread__frame"
                node_ref=frame
                tabindex="0"
                role="log"
                aria-label="Messages"
                aria-live=move || if older.is_loading.get() { "off" } else { "polite" }
                aria-relevant="additions"
            >
                <div class="thread__content">
                    <OlderLine older/>
                    <For each=move || layout.with(Layout::keys) key=|key| *key let:key>
                        <PieceView layout key/>
                    </For>
                    <EmptyLine layout/>
                </div>
            </div>
            <JumpButton layout seen is_far jump/>
        </div>
    }
}

fn last_seq(slot: &Slot) -> Seq {
    slot.thread().and_then(|thread| thread.messages().last()).map_or(0, |message| message.seq)
}

/// Reports where the reader is, and asks for older messages when he nears the first one.
fn watch_place(frame: NodeRef<html::Div>, log: LogContext, is_far: RwSignal<bool>, older: Older) {
    // The effect keeps what it gives until it runs again or ends.
    Effect::new(move |_| {
        let frame = frame.get()?;
        let content = frame.first_element_child()?.dyn_into().ok()?;
        let moved = move |place: Place| {
            put(log.is_at_end, place.is_at_end());
            put(is_far, place.from_end > JUMP_PX);
            older.near(place.from_start);
        };
        Keeper::new(frame.into(), &content, moved)
    });
}

/// Sets what has changed only: this is called with every scroll.
fn put<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.try_with_untracked(|held| *held != value) == Some(true) {
        signal.set(value);
    }
}

/// Moves to the end, in one go where that is far: what comes in on the way would stop it.
fn glide_to_end(frame: &web_sys::HtmlElement) {
    let options = web_sys::ScrollToOptions::new();
    options.set_top(0.0);
    let is_near = -frame.scroll_top() < 2 * frame.client_height();
    if is_near && !page::is_motion_reduced() {
        options.set_behavior(web_sys::ScrollBehavior::Smooth);
    }
    frame.scroll_to_with_scroll_to_options(&options);
}

#[component]
fn PieceView(layout: Memo<Layout>, key: Key) -> impl IntoView {
    match layout.with_untracked(|layout| layout.get(key).cloned()) {
        None => ().into_any(),
        Some(Piece::Day { at, .. }) => {
            view! { <p class="thread__day"><Moment at style=MomentStyle::Day/></p> }.into_any()
        }
        Some(Piece::Fresh { count }) => {
            let text = if count == 1 { "1 new message".to_owned() } else { format!("{count} new messages") };
            view! { <p class="thread__fresh"><span>{text}</span></p> }.into_any()
        }
        Some(Piece::Notice { id, text, at }) => view! {
            <p class="thread__notice" data-message=id.to_string()>
                <span class="thread__pill">
                    <span dir="auto">{text}</span>
                    <Moment at style=MomentStyle::Clock/>
                </span>
            </p>
        }
        .into_any(),
        Some(Piece::Group(group)) => view! { <GroupView layout key first=group/> }.into_any(),
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
    layout: Memo<Layout>,
    seen: RwSignal<Seq>,
    is_far: RwSignal<bool>,
    jump: impl Fn() + Clone + Send + Sync + 'static,
) -> impl IntoView {
    let below = Memo::new(move |_| layout.with(|layout| layout.others_after(seen.get())));
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
                            1 => "1 new message".to_owned(),
                            count => format!("{count} new messages"),
                        }}
                    </button>
                }
            }
        </Show>
    }
}

/// Pages before the first loaded message.
#[derive(Clone, Copy)]
struct Older {
    live: Live,
    conversation: ConversationId,
    is_loading: RwSignal<bool>,
    has_failed: RwSignal<bool>,
    from_start: StoredValue<i32>,
}

impl Older {
    fn new(live: Live, conversation: ConversationId) -> Self {
        Self {
            live,
            conversation,
            is_loading: RwSignal::new(false),
            has_failed: RwSignal::new(false),
            from_start: StoredValue::new(i32::MAX),
        }
    }

    /// The reader is so far from the first loaded message.
    fn near(self, from_start: i32) {
        self.from_start.try_update_value(|held| *held = from_start);
        if from_start < OLDER_PX && self.has_failed.try_get_untracked() == Some(false) {
            self.load();
        }
    }

    fn load(self) {
        let Self { live, conversation, is_loading, has_failed, .. } = self;
        let has_older = live
            .thread(conversation)
            .with_untracked(|slot| slot.thread().is_some_and(|thread| thread.has_older()));
        if !has_older || is_loading.try_get_untracked() != Some(false) {
            return;
        }
        is_loading.set(true);
        has_failed.set(false);
        spawn_local(async move {
            match live.older_page(conversation).await {
                Ok(Some(page)) => live.take_older(page),
                Ok(None) => {}
                Err(_) => {
                    has_failed.try_set(true);
                }
            }
            // Announcements stay off until what was added has been drawn.
            request_animation_frame(move || request_animation_frame(move || self.loaded()));
        });
    }

    fn loaded(self) {
        if self.is_loading.try_set(false).is_none() {
            let from_start = self.from_start.try_get_value().unwrap_or(i32::MAX);
            self.near(from_start);
        }
    }
}

#[component]
fn OlderLine(older: Older) -> impl IntoView {
    let thread = older.live.thread(older.conversation);
    let has_older =
        Memo::new(move |_| thread.with(|slot| slot.thread().is_some_and(|thread| thread.has_older())));
    changing(move || {
        has_older.get().then(|| {
            let content = move || {
                if older.has_failed.get() {
                    view! {
                        <button class="button button--text" type="button" on:click=move |_| older.load()>
                            "Earlier messages did not load. Try again"
                        </button>
                    }
                    .into_any()
                } else {
                    view! { <span class="visually-hidden">"Earlier messages are loading"</span><Icon name="spinner"/> }.into_any()
                }
            };
            view! { <div class="thread__older">{content}</div> }.into_any()
        })
    })
}
