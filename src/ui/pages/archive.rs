//! Archive page (F9): the conversations that the viewer has archived, and those that are starred.

use leptos::{prelude::*, task::spawn_local};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use crate::{
    api::conversations::{archive_conversation, get_shelf, star_conversation},
    browser::use_live,
    shared::{
        conversations::Conversation, ids::ConversationId, page::payload::PagePayload,
        sync::pages::ConversationPage, words,
    },
    ui::{
        components::{
            Attempt, CommandForm, EmptyState, LocalTime, ResourceView, Skeleton, SubmitButton, TimeStyle,
            forms::form::{CommandFuture, Fields},
            guard::SignedIn,
            not_found::LoadError,
            page_resource, reactive_view, use_toasts,
        },
        inbox::row::subject_text,
    },
};

#[component]
pub fn ArchivePage() -> impl IntoView {
    view! {
        <SignedIn>
            <Title text=words::archive_title()/>
            <main class="page" id="main" tabindex="-1"><Archive/></main>
        </SignedIn>
    }
    .into_any()
}

fn href(is_starred: bool) -> &'static str {
    if is_starred { "/archive?view=starred" } else { "/archive" }
}

#[component]
fn Archive() -> impl IntoView {
    let query = use_query_map();
    let is_starred = Memo::new(move |_| query.with(|query| query.get_str("view") == Some("starred")));
    let payload = page_resource(Signal::derive(move || href(is_starred.get()).to_owned()), move || {
        let is_starred = is_starred.get_untracked();
        Box::pin(async move { PagePayload::new(get_shelf(is_starred, None).await) })
    });
    let link = move |of: bool, label: &'static str| {
        view! {
            <a class="chip" href=href(of) aria-current=move || (is_starred.get() == of).then_some("true")>{label}</a>
        }
        .into_any()
    };
    view! {
        <header class="page__head">
            <h1>{words::archive_title()}</h1>
            <nav class="archive__views" aria-label=words::archive_views()>
                {link(false, words::archive_archived())}
                {link(true, words::archive_starred())}
            </nav>
        </header>
        <ResourceView
            from=payload
            fallback=|| view! { <Skeleton count=5/> }
            show=Box::new(move |payload| match payload.take::<ConversationPage>() {
                Ok(page) => view! { <Shelf is_starred=is_starred.get_untracked() page/> }.into_any(),
                Err(error) => view! { <LoadError error/> }.into_any(),
            })
        />
    }
}

/// The rows follow the inbox: what a new message brings back, or another tab, is gone from here.
#[component]
fn Shelf(is_starred: bool, page: ConversationPage) -> impl IntoView {
    let (live, toasts) = (use_live(), use_toasts());
    let next = RwSignal::new(page.next);
    let ids = RwSignal::new(Vec::<ConversationId>::new());
    let add = move |page: ConversationPage| {
        ids.update(|ids| ids.extend(page.conversations.iter().map(|row| row.id)));
        live.inbox.update(|inbox| page.conversations.into_iter().for_each(|row| inbox.put(row)));
    };
    add(page);
    let shown = Memo::new(move |_| {
        live.inbox.with(|inbox| {
            let is_there = |row: &Conversation| if is_starred { row.is_starred } else { row.is_archived };
            ids.with(|ids| {
                ids.iter().copied().filter(|id| inbox.get(*id).is_some_and(is_there)).collect::<Vec<_>>()
            })
        })
    });
    let more = move |_| {
        let Some(after) = next.get_untracked() else { return };
        spawn_local(async move {
            if let Some(page) = toasts.settle("more-archive", get_shelf(is_starred, Some(after)).await) {
                next.try_set(page.next);
                add(page);
            }
        });
    };
    let is_empty = Memo::new(move |_| shown.with(Vec::is_empty));
    let (title, text) = if is_starred {
        (words::archive_no_starred_title(), words::archive_no_starred_text())
    } else {
        (words::archive_none_title(), words::archive_none_text())
    };
    view! {
        <ul class="archive">
            <For each=move || shown.get() key=|id| *id let:id><ShelfRow id is_starred/></For>
        </ul>
        {reactive_view(move || is_empty.get().then(|| view! { <EmptyState title text art="talk"/> }.into_any()))}
        {reactive_view(move || next.get().map(|_| view! {
            <button class="button" type="button" on:click=more>{words::common_show_more()}</button>
        }.into_any()))}
    }
}

#[component]
fn ShelfRow(id: ConversationId, is_starred: bool) -> impl IntoView {
    let live = use_live();
    let row = live.conversation(id);
    let names = Memo::new(move |_| row.with(|row| row.as_ref().map(Conversation::names).unwrap_or_default()));
    let subject = move || row.with(|row| row.as_ref().map(subject_text).unwrap_or_default());
    let at =
        Memo::new(move |_| row.with(|row| row.as_ref()?.last_message.as_ref().map(|last| last.created_at)));
    let attempt =
        Attempt::one_of_many(if is_starred { "/rpc/star_conversation" } else { "/rpc/archive_conversation" });
    let send = move |_: Fields| -> CommandFuture {
        Box::pin(async move {
            let done = if is_starred {
                star_conversation(id, false).await?
            } else {
                archive_conversation(id, false).await?
            };
            live.inbox.update(|inbox| inbox.put(done));
            Ok(String::new())
        })
    };
    view! {
        <li class="archive__row">
            <a href=format!("/messages/{id}")>
                <b class="cut" dir="auto">{move || names.get()}</b>
                <span class="cut muted" dir="auto">{subject}</span>
            </a>
            <span class="archive__time muted">
                {move || at.get().map(|at| view! { <LocalTime at style=TimeStyle::List/> }.into_any())}
            </span>
            <CommandForm attempt send=Box::new(send)>
                <input type="hidden" name="conversation_id" value=id.to_string()/>
                <input type="hidden" name="is_on" value="false"/>
                <SubmitButton pending=attempt.is_pending class="button--small">
                    {if is_starred { words::archive_unstar() } else { words::archive_bring_back() }}
                    <span class="visually-hidden">" "{move || names.get()}</span>
                </SubmitButton>
            </CommandForm>
        </li>
    }
}
