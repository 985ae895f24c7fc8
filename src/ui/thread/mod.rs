//! One conversation on screen: who it is with, what it is about, what was said, and the field to
//! write in. The same parts make the page `/messages/:id` and the dialog over other pages.

pub mod composer;
pub mod group;
pub mod header;
pub mod history;
pub mod layout;
pub mod log;
pub mod mention;
mod menu;
pub mod queue;
pub mod subject;
pub mod typing;
pub mod window;

use leptos::prelude::*;

use super::components::EmptyState;
use crate::{
    browser::{Slot, use_live},
    shared::{
        errors::{ApiError, ErrorCode},
        ids::ConversationId,
    },
};
use composer::Composer;
use header::ThreadHeader;
use log::MessageLog;
use menu::Editing;
use queue::Queue;
use subject::SubjectCard;

/// Shows a conversation and keeps it current. `before` and `after` stand at the ends of its
/// header (a way back, a way to close); `heading` is the id of the element that names it.
#[component]
pub fn ThreadPane(
    conversation: ConversationId,
    heading: &'static str,
    #[prop(optional, into)] before: ViewFn,
    #[prop(optional, into)] after: ViewFn,
    /// Take the focus once shown: for a conversation that was opened, not loaded with the page.
    #[prop(optional)]
    takes_focus: bool,
) -> impl IntoView {
    let live = use_live();
    let row = live.conversation(conversation);
    let thread = live.thread(conversation);
    let is_loaded_with_page = !live.is_awake.get_untracked();
    let stage = Memo::new(move |_| thread.with(Stage::of));
    Effect::new(move |_| {
        // What is held since an earlier visit is shown at once and brought up to date.
        if !is_loaded_with_page && live.is_restored.get() {
            live.load_thread(conversation);
        }
    });
    provide_context(Editing(RwSignal::new(None)));
    let is_open = Memo::new(move |_| !matches!(stage.get(), Stage::Failed(_)));
    view! {
        <section class="chat" aria-labelledby=heading>
            <ThreadHeader row is_open heading before after takes_focus/>
            <SubjectCard row/>
            {move || match stage.get() {
                Stage::Loading => view! { <LogSkeleton/> }.into_any(),
                Stage::Ready => view! { <MessageLog conversation/> }.into_any(),
                Stage::Failed(error) => view! { <ThreadError conversation error/> }.into_any(),
            }}
            <Show when=move || is_open.get()>
                <div class="chat__foot">
                    <Queue conversation/>
                    <Composer conversation row takes_focus/>
                </div>
            </Show>
        </section>
    }
    .into_any()
}

/// A [`Slot`] without the messages, which change far more often.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Stage {
    Loading,
    Ready,
    Failed(ApiError),
}

impl Stage {
    fn of(slot: &Slot) -> Self {
        match slot {
            Slot::Loading => Self::Loading,
            Slot::Ready(_) => Self::Ready,
            Slot::Failed(error) => Self::Failed(error.clone()),
        }
    }
}

#[component]
fn LogSkeleton() -> impl IntoView {
    const SIDES: [&str; 6] = ["other", "other", "own", "other tall", "own", "own wide"];
    view! {
        <div class="thread" aria-busy="true">
            <span class="visually-hidden">"Loading messages"</span>
            <div class="thread__frame">
                <div class="thread__content thread__content--loading skeleton" aria-hidden="true">
                    {SIDES.map(|side| view! { <span class=format!("skeleton__line {side}")></span> }.into_any()).collect_view()}
                </div>
            </div>
        </div>
    }
}

#[component]
fn ThreadError(conversation: ConversationId, error: ApiError) -> impl IntoView {
    let live = use_live();
    let is_missing = matches!(error.code, ErrorCode::NotFound | ErrorCode::Forbidden | ErrorCode::Invalid);
    if is_missing {
        view! {
            <EmptyState art="search" title=error.message.trim_end_matches('.').to_owned() text="It may be somebody else’s, or the link is incomplete.">
                <a class="button button--main" href="/messages">"Open Messages"</a>
            </EmptyState>
        }
        .into_any()
    } else {
        view! {
            <EmptyState title="These messages did not load" text=error.message>
                <button class="button button--main" type="button" on:click=move |_| live.load_thread(conversation)>
                    "Try again"
                </button>
            </EmptyState>
        }
        .into_any()
    }
}
