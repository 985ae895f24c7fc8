//! Audit log page (E7): the actions of operators, newest first. Read-only.

use leptos::prelude::*;

use super::{
    layout::{ListQuery, OperatorLayout, PaginationLinks, SearchForm, use_list_query},
    security_events::EventTools,
};
use crate::{
    api::operators::{audit::get_audit, security_events::find_security_events},
    shared::{
        operators::audit::{AuditKind, AuditPage, AuditRow},
        page::{payload::PagePayload, session::PageSession},
        users::rank::Rank,
        words,
    },
    ui::components::{
        Avatar, EmptyState, LocalTime, ResourceView, Skeleton, TimeStyle, not_found::LoadError, page_resource,
    },
};

const PATH: &str = "/operator/audit";

#[component]
pub fn AuditLogPage() -> impl IntoView {
    let list_query = use_list_query();
    let payload = page_resource(
        Signal::derive(move || list_query.with(|list_query| list_query.href(PATH))),
        move || {
            let list_query = list_query.get_untracked();
            Box::pin(async move {
                let kind = AuditKind::parse(&list_query.show);
                PagePayload::new(if kind == Some(AuditKind::Security) {
                    let [event, result, from, to] =
                        ["event", "result", "from", "to"].map(|name| list_query.more(name));
                    find_security_events(list_query.search, event, result, from, to, list_query.after).await
                } else {
                    get_audit(kind, list_query.search(), list_query.after).await
                })
            })
        },
    );
    view! {
        <OperatorLayout title=words::operator_audit_title()>
            <header class="page__head"><h1>{words::operator_audit_title()}</h1></header>
            <ResourceView
                from=payload
                fallback=|| view! { <Skeleton count=6/> }
                show=Box::new(move |answer| match answer.take::<AuditPage>() {
                    Ok(page) => view! { <AuditLog list_query=list_query.get_untracked() page/> }.into_any(),
                    Err(error) => view! { <LoadError error payload/> }.into_any(),
                })
            />
        </OperatorLayout>
    }
    .into_any()
}

#[component]
fn AuditLog(list_query: ListQuery, page: AuditPage) -> impl IntoView {
    let chip = |(show, word): (&'static str, &'static str)| {
        let href = ListQuery { show: show.to_owned(), after: None, more: Vec::new(), ..list_query.clone() }
            .href(PATH);
        view! { <a class="chip" href=href aria-current=(list_query.show == show).then_some("true")>{word}</a> }
            .into_any()
    };
    let is_admin = expect_context::<PageSession>().viewer.is_some_and(|viewer| viewer.rank == Rank::Admin);
    let kinds =
        AuditKind::ALL.into_iter().filter(|kind| is_admin || *kind != AuditKind::Security).map(|kind| {
            let word = match kind {
                AuditKind::Order => words::audit_filter_orders(),
                AuditKind::User => words::audit_filter_people(),
                AuditKind::Conversation => words::audit_filter_conversations(),
                AuditKind::Settings => words::audit_filter_settings(),
                AuditKind::Case => words::audit_filter_cases(),
                AuditKind::Security => words::audit_filter_security(),
            };
            (kind.as_str(), word)
        });
    let rows = page.entries.into_iter().map(|row| view! { <Entry row/> }.into_any()).collect::<Vec<_>>();
    let is_security = list_query.show == AuditKind::Security.as_str();
    let events = is_security.then(|| view! { <EventTools list_query=list_query.clone()/> }.into_any());
    let list = if rows.is_empty() {
        view! { <EmptyState title=words::audit_empty_title() text=words::audit_empty_text() art="search"/> }
            .into_any()
    } else {
        view! { <ol class="entries card">{rows}</ol> }.into_any()
    };
    view! {
        <div class="desk__bar">
            <nav class="chips" aria-label=words::audit_filter_label()>
                {chip(("", words::audit_filter_all()))}{kinds.map(chip).collect_view()}
            </nav>
            {(!is_security).then(|| view! {
                <SearchForm
                    path=PATH
                    label=words::audit_search_label()
                    placeholder=words::audit_search_placeholder()
                    search=Signal::stored(list_query.search.clone())
                    other_params=vec![("show", list_query.show.clone())]
                />
            }.into_any())}
        </div>
        {events}
        {list}
        <PaginationLinks list_query=list_query.clone() path=PATH next=page.next/>
    }
}

#[component]
fn Entry(row: AuditRow) -> impl IntoView {
    let sentence = row.sentence();
    let title = row.title.clone().unwrap_or_default();
    let about = match (row.order.filter(|_| row.action.starts_with("order_")), row.conversation) {
        (Some(code), _) => Some((format!("/orders/{code}"), format!("{code} · {title}"))),
        (None, Some(id)) => {
            let title = if title.is_empty() { words::audit_conversation().to_owned() } else { title };
            Some((format!("/operator/conversations/{id}"), title))
        }
        (None, None) => None,
    };
    view! {
        <li>
            <Avatar person=row.person.clone() size=36/>
            <div class="entries__text">
                <p dir="auto">{sentence}</p>
                {about.map(|(href, word)| view! { <p class="cut"><a class="link" href=href dir="auto">{word}</a></p> }.into_any())}
            </div>
            <p class="muted"><LocalTime at=row.at style=TimeStyle::List/></p>
        </li>
    }
}
