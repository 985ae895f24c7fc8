//! Moderation pages (E9): operators search all conversations, and read the transcript of one without taking
//! part.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::layout::{
    ListQuery, OperatorLayout, PaginationLinks, SearchForm, href_with_query, use_list_query,
};
use crate::{
    api::operators::moderation::{find_conversations, read_conversation},
    shared::{
        conversations::participant::ActorName,
        conversations::system_messages::SystemMessage,
        errors::{ApiError, Missing},
        ids::ConversationId,
        messages::{Message, MessageKind},
        operators::moderation::{ModerationPage, ModerationRow, Transcript},
        page::payload::PagePayload,
        positions::Seq,
        users::Person,
        words,
    },
    ui::components::{
        Avatar, EmptyState, LocalTime, ResourceView, Skeleton, TimeStyle, not_found::LoadError, page_resource,
    },
};

const PATH: &str = "/operator/conversations";

#[component]
pub fn ConversationSearchPage() -> impl IntoView {
    let list_query = use_list_query();
    let payload = page_resource(
        Signal::derive(move || list_query.with(|list_query| list_query.href(PATH))),
        move || {
            let list_query = list_query.get_untracked();
            Box::pin(async move {
                PagePayload::new(find_conversations(list_query.search(), list_query.after).await)
            })
        },
    );
    view! {
        <OperatorLayout title=words::operator_conversations_title()>
            <header class="page__head">
                <div>
                    <h1>{words::operator_conversations_title()}</h1>
                    <p>{words::moderation_intro()}</p>
                </div>
                <SearchForm
                    path=PATH
                    label=words::moderation_search_label()
                    placeholder=words::moderation_search_placeholder()
                    search=Signal::derive(move || list_query.with(|list_query| list_query.search.clone()))
                />
            </header>
            <ResourceView
                from=payload
                fallback=|| view! { <Skeleton count=6/> }
                show=Box::new(move |payload| match payload.take::<ModerationPage>() {
                    Ok(page) => view! { <Conversations list_query=list_query.get_untracked() page/> }.into_any(),
                    Err(error) => view! { <LoadError error/> }.into_any(),
                })
            />
        </OperatorLayout>
    }
    .into_any()
}

#[component]
fn Conversations(list_query: ListQuery, page: ModerationPage) -> impl IntoView {
    let rows =
        page.rows.into_iter().map(|row| view! { <ConversationRow row/> }.into_any()).collect::<Vec<_>>();
    if rows.is_empty() {
        return view! {
            <EmptyState title=words::moderation_empty_title() text=words::moderation_empty_text() art="search"/>
        }
        .into_any();
    }
    view! {
        <ul class="entries card">{rows}</ul>
        <PaginationLinks list_query path=PATH next=page.next/>
    }
    .into_any()
}

#[component]
fn ConversationRow(row: ModerationRow) -> impl IntoView {
    let total = words::operator_message_count(row.total.unsigned_abs());
    view! {
        <li>
            {row.people.first().map(|person| view! { <Avatar person=person.clone() size=40/> }.into_any())}
            <div class="entries__text">
                <p class="cut"><a href=format!("{PATH}/{}", row.id) dir="auto"><b>{title_of(&row)}</b></a></p>
                <p class="muted cut" dir="auto">{names_of(&row)}</p>
                <p class="muted">{row.order.map(|code| format!("{code} · "))}{total}</p>
            </div>
            <p class="muted"><LocalTime at=row.active_at style=TimeStyle::List/></p>
        </li>
    }
}

fn title_of(row: &ModerationRow) -> String {
    if row.title.is_empty() { words::moderation_conversation_title().to_owned() } else { row.title.clone() }
}

/// The names of the people in it, such as "Noor, Tomas and 3 more": the row holds only the first few.
fn names_of(row: &ModerationRow) -> String {
    let names = row.people.iter().map(|person| person.name.as_str()).collect::<Vec<_>>().join(", ");
    match row.people_count - row.people.len() as i64 {
        ..=0 => names,
        more => words::moderation_names_and_more(more.unsigned_abs(), &names),
    }
}

#[component]
pub fn TranscriptPage(id: Option<ConversationId>) -> impl IntoView {
    let query = use_query_map();
    let before = Memo::new(move |_| {
        query.with(|query| query.get_str("before").and_then(|before| before.parse::<Seq>().ok()))
    });
    let key = move || format!("{id:?} {:?}", before.get());
    let payload = page_resource(Signal::derive(key), move || {
        let before = before.get_untracked();
        Box::pin(async move {
            let transcript = match id {
                Some(id) => read_conversation(id, before).await,
                None => Err(ApiError::not_found(Missing::Conversation)),
            };
            PagePayload::new(transcript)
        })
    });
    view! {
        <OperatorLayout title=words::moderation_conversation_title()>
            <ResourceView
                from=payload
                fallback=|| view! { <Skeleton count=6/> }
                show=Box::new(move |payload| match payload.take::<Transcript>() {
                    Ok(transcript) => {
                        let is_newest = before.get_untracked().is_none();
                        view! { <TranscriptView transcript is_newest/> }.into_any()
                    }
                    Err(error) => view! { <LoadError error/> }.into_any(),
                })
            />
        </OperatorLayout>
    }
    .into_any()
}

#[component]
fn TranscriptView(transcript: Transcript, is_newest: bool) -> impl IntoView {
    let Transcript { conversation, messages, senders, before } = transcript;
    let path = format!("{PATH}/{}", conversation.id);
    let earlier = before.map(|before| href_with_query(&path, &[("before", &before.to_string())]));
    let newest = (!is_newest).then_some(path);
    let lines = messages.into_iter().map(|message| {
        let sender = senders.iter().find(|person| Some(person.id) == message.sender).cloned();
        view! { <TranscriptMessage message sender/> }.into_any()
    });
    let lines = lines.collect::<Vec<_>>();
    view! {
        <header class="page__head">
            <div>
                <h1 dir="auto">{title_of(&conversation)}</h1>
                <p dir="auto">{names_of(&conversation)}</p>
                {conversation.order.map(|code| view! {
                    <p><a class="link" href=format!("/orders/{code}")>{code.to_string()}</a></p>
                }.into_any())}
            </div>
        </header>
        {earlier.map(|href| view! { <p class="transcript__way"><a class="button" href=href>{words::moderation_earlier_messages()}</a></p> }.into_any())}
        <ol class="entries card transcript" aria-label=words::moderation_messages_label()>{lines}</ol>
        {newest.map(|href| view! { <p class="transcript__way"><a class="button" href=href>{words::moderation_newest_messages()}</a></p> }.into_any())}
    }
}

/// One message as plain text: links and mentions in it are not clickable.
#[component]
fn TranscriptMessage(message: Message, sender: Option<Person>) -> impl IntoView {
    let name = sender.as_ref().map(|sender| sender.name.clone());
    let at = message.created_at;
    if message.kind == MessageKind::System {
        let sentence = match SystemMessage::from_body(&message.body) {
            SystemMessage::Talked { .. } => words::moderation_talked_before().to_owned(),
            event => event.text(name.map(ActorName::Other).as_ref(), None).sentence,
        };
        return view! {
            <li class="transcript__event">
                <p class="entries__text" dir="auto">{sentence}</p>
                <p class="muted"><LocalTime at style=TimeStyle::List/></p>
            </li>
        }
        .into_any();
    }
    let text = if message.deleted_at.is_some() {
        view! { <p class="muted">{words::common_message_deleted()}</p> }.into_any()
    } else {
        view! { <p class="transcript__text" dir="auto">{message.body}</p> }.into_any()
    };
    view! {
        <li>
            {sender.map(|person| view! { <Avatar person size=36/> }.into_any())}
            <div class="entries__text">
                <p><b class="cut" dir="auto">{name.unwrap_or_else(|| words::moderation_no_sender().to_owned())}</b></p>
                {text}
                {(message.edited_at.is_some() && message.deleted_at.is_none())
                    .then(|| view! { <p class="muted">{words::common_edited()}</p> }.into_any())}
            </div>
            <p class="muted"><LocalTime at style=TimeStyle::List/></p>
        </li>
    }
    .into_any()
}
