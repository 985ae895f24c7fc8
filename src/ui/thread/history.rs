//! History of a thread: the window of rendered lines, and the pagination that loads its missing messages.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};

use super::window::{Span, Window};
use crate::{
    browser::Live,
    shared::{ids::ConversationId, messages::Range, words},
    ui::components::{Icon, reactive_view},
};

/// Delays each fetch: a reader who drags the scrollbar past a page does not need it.
const FETCH_DELAY: Duration = Duration::from_millis(60);

/// The window of the thread, and the loader of its missing messages.
#[derive(Clone, Copy)]
pub struct History {
    live: Live,
    conversation: ConversationId,
    pub span: Memo<Span>,
    pub window: RwSignal<Window>,
    /// Turns announcements off while the window moves or fills: those lines are no new messages.
    pub is_silent: RwSignal<bool>,
    has_failed: RwSignal<bool>,
    is_fetching: StoredValue<bool>,
}

impl History {
    /// Starts with the newest messages that are loaded.
    pub fn new(live: Live, conversation: ConversationId) -> Self {
        let thread = live.thread(conversation);
        let window = thread.with_untracked(|slot| {
            slot.thread().map_or(Window::default(), |thread| {
                let end = Window::at_end(Span::of(thread));
                // Only the messages that are loaded can be rendered at once.
                Window {
                    from: thread.tail().first().map_or(end.from, |first| first.seq.max(end.from)),
                    ..end
                }
            })
        });
        let history = Self {
            live,
            conversation,
            span: Memo::new(move |_| thread.with(|slot| slot.thread().map_or(Span::NONE, Span::of))),
            window: RwSignal::new(window),
            is_silent: RwSignal::new(false),
            has_failed: RwSignal::new(false),
            is_fetching: StoredValue::new(false),
        };
        Effect::new(move |_| {
            // Retries a failed page once the connection is back.
            if live.status().get().is_fine() {
                history.has_failed.set(false);
            }
            history.fetch_missing();
        });
        history
    }

    /// Whether messages of the window are missing and can be fetched.
    pub fn is_loading(self) -> bool {
        self.missing_range().is_some() && !self.has_failed.get_untracked()
    }

    /// Renders another window, and loads its missing messages.
    pub fn move_window(self, window: Window) {
        if self.window.try_get_untracked().is_none_or(|current| current == window) {
            return;
        }
        self.is_silent.set(true);
        self.window.set(window);
        self.fetch_missing();
        self.unmute_after_render();
    }

    /// Fetches the missing pages of the window, one after the other.
    fn fetch_missing(self) {
        let should_fetch = self.missing_range().is_some()
            && self.has_failed.try_get_untracked() == Some(false)
            && self.is_fetching.try_get_value() == Some(false);
        if !should_fetch {
            return;
        }
        self.is_fetching.set_value(true);
        self.is_silent.set(true);
        set_timeout(
            move || {
                spawn_local(async move {
                    // The window may have moved meanwhile.
                    if let Some(range) = self.missing_range() {
                        match self.live.fetch_history_page(self.conversation, range).await {
                            Ok(page) => {
                                let window = self.window.try_get_untracked().unwrap_or_default();
                                self.live.add_history_page(page, window.from, window.to);
                            }
                            Err(_) => drop(self.has_failed.try_set(true)),
                        }
                    }
                    self.is_fetching.try_update_value(|is_fetching| *is_fetching = false);
                    self.fetch_missing();
                    self.unmute_after_render();
                });
            },
            FETCH_DELAY,
        );
    }

    fn missing_range(self) -> Option<Range> {
        let window = self.window.try_get_untracked()?;
        self.live
            .thread(self.conversation)
            .with_untracked(|slot| slot.thread().and_then(|thread| thread.missing(window.from, window.to)))
    }

    /// Turns announcements on again once the changes are rendered.
    fn unmute_after_render(self) {
        request_animation_frame(move || {
            request_animation_frame(move || {
                if self.is_fetching.try_get_value() == Some(false) {
                    self.is_silent.try_set(false);
                }
            });
        });
    }

    /// Renders all loaded messages while the page is printed. It does not wait for those that are missing.
    pub fn show_all_in_print(self) {
        let before = StoredValue::new(None);
        let show = move |window: Window| {
            self.is_silent.set(true);
            self.window.set(window);
            self.unmute_after_render();
        };
        Effect::new(move |_| {
            let listeners = [
                window_event_listener_untyped("beforeprint", move |_| {
                    before.set_value(self.window.try_get_untracked());
                    show(Window::all(self.span.get_untracked()));
                }),
                window_event_listener_untyped("afterprint", move |_| {
                    if let Some(window) = before.try_update_value(Option::take).flatten() {
                        show(window);
                    }
                }),
            ];
            on_cleanup(move || listeners.into_iter().for_each(|listener| listener.remove()));
        });
    }

    fn retry(self) {
        self.has_failed.set(false);
        self.fetch_missing();
    }
}

/// Says that earlier messages did not load, and offers a retry.
#[component]
pub fn HistoryError(history: History) -> impl IntoView {
    reactive_view(move || {
        history.has_failed.get().then(|| {
            view! {
                <p class="thread__missed" role="status">
                    <Icon name="alert" class="icon--16"/>
                    {words::thread_earlier_failed()}
                    <button type="button" on:click=move |_| history.retry()>{words::common_try_again()}</button>
                </p>
            }
            .into_any()
        })
    })
}
