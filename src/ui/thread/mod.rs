//! Thread of a conversation: header, subject, message log and composer. It is the page `/messages/:id` and
//! the content of the messages dialog.

pub mod composer;
mod details;
pub mod header;
pub mod history;
pub mod layout;
mod level;
pub mod log;
mod menu;
mod next_step;
mod parked_texts;
mod push_offer;
pub mod subject;
pub mod typing;
pub mod unsent_messages;
pub mod window;

use leptos::{prelude::*, task::spawn_local};

use super::components::EmptyState;
use crate::{
    api::conversations::mark_as_unread,
    browser::{Live, ThreadSlot, use_live},
    shared::{
        conversations::Conversation,
        errors::{ApiError, ErrorCode},
        ids::ConversationId,
        words,
    },
};
use composer::{Composer, reply::Replying};
use details::{
    DetailsPane,
    contact::{ContactDialog, ShownPerson},
    safety::ClosedNote,
};
use header::ThreadHeader;
use log::{
    MessageLog,
    files::viewer::{PictureViewer, provide_viewer},
};
use menu::Editing;
use next_step::NextStep;
use parked_texts::ParkedTexts;
use push_offer::PushOffer;
use subject::SubjectCard;
use unsent_messages::UnsentMessages;

/// Shows a conversation and keeps it in sync. `before` and `after` are the ends of its header (such as a back
/// or close button); `heading` is the element id of its heading.
#[component]
pub fn ThreadPane(
    conversation: ConversationId,
    heading: &'static str,
    #[prop(optional, into)] before: ViewFn,
    #[prop(optional, into)] after: ViewFn,
    /// Takes the focus once shown: for a conversation that the viewer opened on a page that was already
    /// loaded.
    #[prop(optional)]
    takes_focus: bool,
    /// Shows details beside the thread where there is room.
    #[prop(optional)]
    has_details: bool,
) -> impl IntoView {
    let live = use_live();
    let row = live.conversation(conversation);
    let thread = live.thread(conversation);
    let is_loaded_with_page = !live.is_hydrated.get_untracked();
    let stage = Memo::new(move |_| thread.with(LoadStage::of));
    Effect::new(move |_| {
        // Messages that are kept from an earlier visit are shown at once, and refreshed.
        if !is_loaded_with_page && live.is_restored.get() {
            live.load_thread(conversation);
        }
    });
    end_mark(live, conversation, row);
    provide_context(Editing(RwSignal::new(None)));
    let viewer = provide_viewer();
    provide_context(Replying::new(live, conversation));
    provide_context(ShownPerson(RwSignal::new(None)));
    let is_closed = Memo::new(move |_| row.with(|row| row.as_ref().is_some_and(Conversation::is_closed)));
    let is_open = Memo::new(move |_| !matches!(stage.get(), LoadStage::Failed(_)));
    view! {
        <section class="chat" aria-labelledby=heading>
            <ThreadHeader row is_open heading before after takes_focus/>
            <SubjectCard row/>
            {move || match stage.get() {
                LoadStage::Loading => view! { <LogSkeleton/> }.into_any(),
                LoadStage::Ready => view! { <MessageLog conversation/> }.into_any(),
                LoadStage::Failed(error) => view! {
                    <div class="chat__ended">
                        <ThreadError conversation error/>
                        <ParkedTexts conversation/>
                    </div>
                }
                .into_any(),
            }}
            <Show when=move || is_open.get()>
                <div class="chat__foot">
                    <NextStep row/>
                    <UnsentMessages conversation/>
                    <PushOffer conversation/>
                    {move || if is_closed.get() {
                        view! { <ClosedNote conversation row/> }.into_any()
                    } else {
                        view! { <Composer conversation row takes_focus/> }.into_any()
                    }}
                </div>
            </Show>
            <ContactDialog/>
            <PictureViewer viewer conversation/>
        </section>
        {has_details.then(|| view! { <DetailsPane row/> })}
    }
    .into_any()
}

/// Opening a conversation ends its mark as unread. One that is set while it is open stays.
fn end_mark(live: Live, conversation: ConversationId, row: Memo<Option<Conversation>>) {
    let is_marked = Memo::new(move |_| row.with(|row| row.as_ref().map(|row| row.is_marked)));
    Effect::new(move |before: Option<Option<bool>>| {
        let marked = is_marked.get();
        if before.flatten().is_none() && marked == Some(true) {
            spawn_local(async move {
                if let Ok(row) = mark_as_unread(conversation, false).await {
                    live.inbox.update(|inbox| inbox.put(row));
                }
            });
        }
        marked
    });
}

/// A [`ThreadSlot`] without its messages, which change far more often.
#[derive(Clone, Debug, PartialEq, Eq)]
enum LoadStage {
    Loading,
    Ready,
    Failed(ApiError),
}

impl LoadStage {
    fn of(slot: &ThreadSlot) -> Self {
        match slot {
            ThreadSlot::Loading => Self::Loading,
            ThreadSlot::Ready(_) => Self::Ready,
            ThreadSlot::Failed(error) => Self::Failed(error.clone()),
        }
    }
}

#[component]
fn LogSkeleton() -> impl IntoView {
    const SIDES: [&str; 6] = ["other", "other", "own", "other tall", "own", "own wide"];
    view! {
        <div class="thread" aria-busy="true">
            <span class="visually-hidden">{words::thread_loading()}</span>
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
        let text = if error.code == ErrorCode::Forbidden {
            words::thread_left_text()
        } else {
            words::thread_missing_text()
        };
        view! {
            <EmptyState art="search" title=error.title() text>
                <a class="button button--main" href="/messages">{words::common_open_messages()}</a>
            </EmptyState>
        }
        .into_any()
    } else {
        live.on_reconnect(move || live.load_thread(conversation));
        view! {
            <EmptyState title=words::thread_failed_title() text=error.message>
                <button class="button button--main" type="button" on:click=move |_| live.load_thread(conversation)>
                    {words::common_try_again()}
                </button>
            </EmptyState>
        }
        .into_any()
    }
}
