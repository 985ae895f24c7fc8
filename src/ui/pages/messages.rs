//! Messages page (`/messages` and `/messages/:id`): the list beside the open conversation; on a phone only
//! one of them. One component serves both routes, so that the list keeps its state and scroll position.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    browser::use_live,
    shared::{
        errors::ErrorCode,
        ids::ConversationId,
        page::payload::{MessagesPayload, PagePayload},
        words,
    },
    ui::{
        chunks::registry,
        components::{
            EmptyState, Icon, ResourceView,
            guard::{SignedIn, set_status},
            page_resource,
        },
        inbox::MessagesInbox,
        route::{MessagesSelection, use_path},
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
    let opened = Memo::new(move |_| path.with(|path| MessagesSelection::from_path(path)));
    let active = Memo::new(move |_| match opened.get() {
        MessagesSelection::Conversation(id) => Some(id),
        _ => None,
    });
    let view = move || if opened.get() == MessagesSelection::None { "list" } else { "thread" };
    let payload = (!use_live().is_hydrated.get_untracked()).then(|| first_payload(opened.get_untracked()));
    view! {
        <main class="page--fixed messages" id="main" tabindex="-1" data-view=view>
            <Content opened active payload/>
        </main>
    }
    .into_any()
}

/// What a full page load shows. One resource holds both list and conversation: the open conversation is in the list too, and
/// hydration needs the server and the browser to render equal rows. It is read while the page is hydrated, not later.
fn first_payload(first: MessagesSelection) -> Resource<PagePayload> {
    let live = use_live();
    page_resource(Signal::stored(String::new()), move || {
        Box::pin(async move {
            let list = live.fetch_first_inbox_page().await;
            let thread = match first {
                MessagesSelection::Conversation(id) => live.fetch_first_thread_page(id).await,
                _ => Ok(None),
            };
            PagePayload::new(Ok(MessagesPayload { list, thread }))
        })
    })
}

/// On a full page load the server renders the list and the open conversation into the document; updates keep
/// them current from then on. After navigation from another page both are shown at once and load themselves.
#[component]
fn Content(
    opened: Memo<MessagesSelection>,
    active: Memo<Option<ConversationId>>,
    payload: Option<Resource<PagePayload>>,
) -> impl IntoView {
    let live = use_live();
    let content = move || {
        view! {
            <PageTitle active/>
            <MessagesInbox active/>
            {move || view! { <OpenedConversation opened=opened.get()/> }}
        }
    };
    let Some(payload) = payload else {
        Effect::new(move |_| {
            if live.is_restored.get() {
                live.load_inbox();
            }
        });
        return content().into_any();
    };
    let first = opened.get_untracked();
    view! {
        <ResourceView
            from=payload
            show=Box::new(move |payload| {
                let payload = payload.take::<MessagesPayload>();
                let MessagesPayload { list, thread } = payload
                    .unwrap_or_else(|error| MessagesPayload { list: Err(error.clone()), thread: Err(error) });
                live.add_first_inbox_page(list);
                match (thread, first) {
                    (Ok(Some(page)), _) => live.add_thread_page(page),
                    (Err(error), MessagesSelection::Conversation(id)) => {
                        if error.code == ErrorCode::NotFound {
                            set_status(404);
                        }
                        live.fail_thread(id, error);
                    }
                    (_, MessagesSelection::InvalidId) => set_status(404),
                    _ => {}
                }
                content().into_any()
            })
        />
    }
    .into_any()
}

/// The document's title, and the page's heading for screen readers.
#[component]
fn PageTitle(active: Memo<Option<ConversationId>>) -> impl IntoView {
    let live = use_live();
    let text = Memo::new(move |_| {
        let names = active.get().and_then(|id| live.inbox.with(|inbox| inbox.get(id).map(|row| row.names())));
        names.unwrap_or_else(|| words::messages_page_title().to_owned())
    });
    view! {
        <Title text=move || text.get()/>
        <h1 class="visually-hidden">{move || text.get()}</h1>
    }
}

#[component]
fn OpenedConversation(opened: MessagesSelection) -> impl IntoView {
    let live = use_live();
    match opened {
        MessagesSelection::None => view! { <NoConversationOpen/> }.into_any(),
        MessagesSelection::InvalidId => view! {
            <section class="chat">
                <EmptyState
                    art="search"
                    title=words::messages_page_invalid_title()
                    text=words::messages_page_invalid_text()
                >
                    <a class="button button--main" href="/messages">{words::common_open_messages()}</a>
                </EmptyState>
            </section>
        }
        .into_any(),
        MessagesSelection::Conversation(id) => {
            let back = || {
                view! {
                    <a class="button button--icon only-phone" href="/messages" aria-label=words::messages_page_back()>
                        <Icon name="back" class="icon--24 icon--directional"/>
                    </a>
                }
            };
            let is_opened = live.is_hydrated.get_untracked();
            let pane = ThreadPaneProps::builder().conversation(id).heading("thread-heading").before(back);
            registry::thread(pane.takes_focus(is_opened).has_details(true).build())
        }
    }
}

#[component]
fn NoConversationOpen() -> impl IntoView {
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
                (0, _) => view! { <p class="muted">{words::messages_page_none()}</p> }.into_any(),
                (_, unread) => view! {
                    <EmptyState
                        title=words::messages_page_pick_title()
                        text=words::messages_page_pick_text(unread as u64)
                    />
                }
                .into_any(),
            }}
        </section>
    }
}
