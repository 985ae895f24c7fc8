//! `/messages` and `/messages/:id`: the list beside the open conversation; on a phone one of the
//! two. One component for both addresses, so that the list stays as it is from one to the other.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::ui::{
    components::guard::{SignedIn, set_status},
    route::{Opened, use_path},
};
use crate::{
    browser::use_live,
    shared::{errors::ErrorCode, ids::ConversationId, page::payload::PagePayload},
    ui::{
        chunks::registry,
        components::{EmptyState, Fetched, Icon, fetched},
        inbox::MessagesInbox,
        thread::ThreadPaneProps,
    },
};

#[component]
pub fn MessagesPage() -> impl IntoView {
    view! { <SignedIn><Messages/></SignedIn> }.into_any()
}

#[component]
fn Messages() -> impl IntoView {
    let path = use_path();
    let opened = Memo::new(move |_| path.with(|path| Opened::at(path)));
    let active = Memo::new(move |_| match opened.get() {
        Opened::Conversation(id) => Some(id),
        _ => None,
    });
    let view = move || if opened.get() == Opened::Nothing { "list" } else { "thread" };
    view! {
        <main class="page--fixed messages" id="main" tabindex="-1" data-view=view>
            <Content opened active/>
        </main>
    }
}

/// The list and the conversation that the page was loaded with come with the document; from then
/// on news keep them current. Where the page is opened from another one, both are there at once
/// and fill themselves.
#[component]
fn Content(opened: Memo<Opened>, active: Memo<Option<ConversationId>>) -> impl IntoView {
    let live = use_live();
    let content = move || {
        view! {
            <PageTitle active/>
            <MessagesInbox active/>
            {move || view! { <Side opened=opened.get()/> }}
        }
    };
    if live.is_awake.get_untracked() {
        Effect::new(move |_| {
            if live.is_restored.get() {
                live.load_list();
            }
        });
        return content().into_any();
    }
    let first = opened.get_untracked();
    // Both are there before either is drawn: the open conversation stands in the list too, and the
    // server draws the same rows as the browser, whichever came first.
    let found = fetched(Signal::stored(String::new()), move || {
        Box::pin(async move {
            let list = live.first_list().await;
            let thread = match first {
                Opened::Conversation(id) => live.first_page(id).await,
                _ => Ok(None),
            };
            PagePayload::Messages(Box::new((list, thread)))
        })
    });
    view! {
        <Fetched
            from=found
            show=Box::new(move |found| {
                let (list, thread) = found.messages();
                live.take_first_list(list);
                match (thread, first) {
                    (Ok(Some(page)), _) => live.take_thread(page),
                    (Err(error), Opened::Conversation(id)) => {
                        if error.code == ErrorCode::NotFound {
                            set_status(404);
                        }
                        live.fail_thread(id, error);
                    }
                    (_, Opened::Nonsense) => set_status(404),
                    _ => {}
                }
                content().into_any()
            })
        />
    }
    .into_any()
}

/// The document's title and, for those who don't see it, the page's heading.
#[component]
fn PageTitle(active: Memo<Option<ConversationId>>) -> impl IntoView {
    let live = use_live();
    let text = Memo::new(move |_| {
        let names = active.get().and_then(|id| live.inbox.with(|inbox| inbox.get(id).map(|row| row.names())));
        names.unwrap_or_else(|| "Messages".to_owned())
    });
    view! {
        <Title text=move || text.get()/>
        <h1 class="visually-hidden">{move || text.get()}</h1>
    }
}

#[component]
fn Side(opened: Opened) -> impl IntoView {
    let live = use_live();
    match opened {
        Opened::Nothing => view! { <NothingOpen/> }.into_any(),
        Opened::Nonsense => view! {
            <section class="chat">
                <EmptyState art="search" title="We can’t find this conversation" text="The link may be incomplete.">
                    <a class="button button--main" href="/messages">"Open Messages"</a>
                </EmptyState>
            </section>
        }
        .into_any(),
        Opened::Conversation(id) => {
            let back = || {
                view! {
                    <a class="button button--icon only-phone" href="/messages" aria-label="Back to all messages">
                        <Icon name="back" class="icon--24 icon--directional"/>
                    </a>
                }
            };
            let is_opened = live.is_awake.get_untracked();
            let pane = ThreadPaneProps::builder().conversation(id).heading("thread-heading").before(back);
            registry::thread(pane.takes_focus(is_opened).build())
        }
    }
}

#[component]
fn NothingOpen() -> impl IntoView {
    let live = use_live();
    let counts = Memo::new(move |_| {
        live.inbox.with(|inbox| {
            let rows = inbox.rows();
            (rows.len(), rows.iter().filter(|row| row.unread > 0).count())
        })
    });
    view! {
        <section class="chat chat--empty">
            {move || match counts.get() {
                (0, _) => view! { <p class="muted">"Your conversations will open here."</p> }.into_any(),
                (_, unread) => {
                    let news = match unread {
                        0 => String::new(),
                        1 => " 1 has new messages.".to_owned(),
                        count => format!(" {count} have new messages."),
                    };
                    view! {
                        <EmptyState
                            title="Pick a conversation"
                            text=format!("Choose one from the list to read and reply.{news}")
                        />
                    }
                    .into_any()
                }
            }}
        </section>
    }
}
