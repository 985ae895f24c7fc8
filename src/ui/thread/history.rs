//! Fetches what the reader is about to see of a thread's history, one page at a time.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};

use super::window::{Span, Window};
use crate::{
    browser::Live,
    shared::ids::ConversationId,
    ui::components::{Icon, changing},
};

/// Whoever drags the scrollbar past a page does not want it.
const STILL: Duration = Duration::from_millis(60);

/// Which lines are drawn, and the fetching of those that are not held.
#[derive(Clone, Copy)]
pub struct History {
    live: Live,
    conversation: ConversationId,
    pub span: Memo<Span>,
    pub window: RwSignal<Window>,
    /// Lines are coming and going that are no news: announcements stay off.
    pub is_turning: RwSignal<bool>,
    has_failed: RwSignal<bool>,
    is_fetching: StoredValue<bool>,
}

impl History {
    /// Begins with the newest messages that are held.
    pub fn new(live: Live, conversation: ConversationId) -> Self {
        let thread = live.thread(conversation);
        let window = thread.with_untracked(|slot| {
            slot.thread().map_or(Window::default(), |thread| {
                let end = Window::at_end(Span::of(thread));
                // Fewer may be held, and only they can be drawn at once.
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
            is_turning: RwSignal::new(false),
            has_failed: RwSignal::new(false),
            is_fetching: StoredValue::new(false),
        };
        Effect::new(move |_| {
            // What could not be had is asked for again once the server is there again.
            if live.status().get().is_fine() {
                history.has_failed.set(false);
            }
            history.fetch();
        });
        history
    }

    /// Draws other lines.
    pub fn turn_to(self, window: Window) {
        if self.window.try_get_untracked().is_none_or(|held| held == window) {
            return;
        }
        self.is_turning.set(true);
        self.window.set(window);
        self.fetch();
        self.settle();
    }

    /// Fetches a page that the window lacks, if any; then the next one.
    fn fetch(self) {
        let is_wanted = self.lacks().is_some()
            && self.has_failed.try_get_untracked() == Some(false)
            && self.is_fetching.try_get_value() == Some(false);
        if !is_wanted {
            return;
        }
        self.is_fetching.set_value(true);
        self.is_turning.set(true);
        set_timeout(
            move || {
                spawn_local(async move {
                    // What is wanted may be something else by now.
                    if let Some(range) = self.lacks() {
                        match self.live.fetch_page(self.conversation, range).await {
                            Ok(page) => {
                                let window = self.window.try_get_untracked().unwrap_or_default();
                                self.live.take_page(page, window.from, window.to);
                            }
                            Err(_) => drop(self.has_failed.try_set(true)),
                        }
                    }
                    self.is_fetching.try_update_value(|is_fetching| *is_fetching = false);
                    self.fetch();
                    self.settle();
                });
            },
            STILL,
        );
    }

    fn lacks(self) -> Option<crate::shared::messages::Range> {
        let window = self.window.try_get_untracked()?;
        self.live
            .thread(self.conversation)
            .with_untracked(|slot| slot.thread().and_then(|thread| thread.missing(window.from, window.to)))
    }

    /// Announcements come back once what has changed is drawn.
    fn settle(self) {
        request_animation_frame(move || {
            request_animation_frame(move || {
                if self.is_fetching.try_get_value() == Some(false) {
                    self.is_turning.try_set(false);
                }
            });
        });
    }

    fn try_again(self) {
        self.has_failed.set(false);
        self.fetch();
    }
}

/// Says that messages could not be had.
#[component]
pub fn HistoryLine(history: History) -> impl IntoView {
    changing(move || {
        history.has_failed.get().then(|| {
            view! {
                <p class="thread__missed" role="status">
                    <Icon name="alert" class="icon--16"/>
                    "Earlier messages did not load."
                    <button type="button" on:click=move |_| history.try_again()>"Try again"</button>
                </p>
            }
            .into_any()
        })
    })
}
