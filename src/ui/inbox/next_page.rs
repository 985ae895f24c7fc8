//! Pagination of the inbox: the next page, and the button that loads it.

use leptos::{prelude::*, task::spawn_local};
use web_sys::Element;

use super::filter::Filter;
use crate::{
    browser::{Live, use_live},
    shared::words,
    ui::components::reactive_view,
};

/// The next page is prefetched when the end of the list is nearer than this.
const PREFETCH_PX: i32 = 600;

/// The loader of the next page.
#[derive(Clone, Copy)]
pub struct NextPage {
    is_loading: RwSignal<bool>,
    pub has_failed: RwSignal<bool>,
}

impl Default for NextPage {
    fn default() -> Self {
        Self { is_loading: RwSignal::new(false), has_failed: RwSignal::new(false) }
    }
}

impl NextPage {
    /// Loads the next page when what scrolls is near its end: the list, or in a short window the whole inbox.
    pub fn prefetch(self, scrolled: &Element, filter: Filter, live: Live) {
        let below = scrolled.scroll_height() - scrolled.client_height() - scrolled.scroll_top();
        if below < PREFETCH_PX && !filter.is_on() && !self.has_failed.get_untracked() {
            self.load(live);
        }
    }

    /// Loads the next page, unless there is none or one is loading.
    pub fn load(self, live: Live) {
        let has_next = live.inbox.with_untracked(|inbox| inbox.is_loaded() && inbox.next().is_some());
        if !has_next || self.is_loading.get_untracked() {
            return;
        }
        self.is_loading.set(true);
        self.has_failed.set(false);
        spawn_local(async move {
            let is_failed = live.load_next_inbox_page().await.is_err();
            self.has_failed.try_set(is_failed);
            self.is_loading.try_set(false);
        });
    }
}

#[component]
pub fn NextPageLine(filter: Filter, next_page: NextPage) -> impl IntoView {
    let live = use_live();
    let has_more = Memo::new(move |_| !filter.is_on() && live.inbox.with(|inbox| inbox.next().is_some()));
    reactive_view(move || {
        // Scrolling loads the next page too; the button is for the keyboard and to retry.
        (live.is_hydrated.get() && has_more.get()).then(|| {
            view! {
                <div class="inbox__more">
                    <button class="button button--text" type="button" on:click=move |_| next_page.load(live)>
                        {move || match (next_page.is_loading.get(), next_page.has_failed.get()) {
                            (true, _) => words::inbox_more_loading(),
                            (_, true) => words::inbox_more_failed(),
                            _ => words::common_show_more(),
                        }}
                    </button>
                </div>
            }
            .into_any()
        })
    })
}
