//! The audit log (E7), for operators: who did what to whom. There is nothing to change here.

use leptos::prelude::*;

use super::layout::{Asked, Find, OperatorFrame, Pages, use_asked};
use crate::ui::components::not_found::Failed;
use crate::{
    api::operators::audit::get_audit,
    shared::{
        operators::audit::{AuditKind, AuditPage, AuditRow},
        page::payload::PagePayload,
    },
    ui::components::{Avatar, EmptyState, Fetched, Moment, MomentStyle, Skeleton, fetched},
};

const PATH: &str = "/operator/audit";

#[component]
pub fn AuditPageView() -> impl IntoView {
    let asked = use_asked();
    let found = fetched(Signal::derive(move || asked.with(|asked| asked.href(PATH))), move || {
        let asked = asked.get_untracked();
        Box::pin(async move {
            PagePayload::Audit(get_audit(AuditKind::parse(&asked.show), asked.search(), asked.after).await)
        })
    });
    view! {
        <OperatorFrame title="Audit log">
            <header class="page__head"><h1>"Audit log"</h1></header>
            <Fetched
                from=found
                fallback=|| view! { <Skeleton count=6/> }
                show=Box::new(move |found| match found.audit() {
                    Ok(page) => view! { <Log asked=asked.get_untracked() page/> }.into_any(),
                    Err(error) => view! { <Failed error/> }.into_any(),
                })
            />
        </OperatorFrame>
    }
    .into_any()
}

#[component]
fn Log(asked: Asked, page: AuditPage) -> impl IntoView {
    let chip = |(show, word): (&'static str, &'static str)| {
        let href = Asked { show: show.to_owned(), after: None, ..asked.clone() }.href(PATH);
        view! { <a class="chip" href=href aria-current=(asked.show == show).then_some("true")>{word}</a> }
            .into_any()
    };
    let kinds = AuditKind::ALL.map(|kind| {
        let word = match kind {
            AuditKind::Order => "Orders",
            AuditKind::User => "People",
            AuditKind::Conversation => "Conversations",
            AuditKind::Settings => "Settings",
        };
        (kind.as_str(), word)
    });
    let rows = page.entries.into_iter().map(|row| view! { <Entry row/> }.into_any()).collect::<Vec<_>>();
    let list = if rows.is_empty() {
        view! { <EmptyState title="Nothing here" text="What operators do is written down here." art="search"/> }
            .into_any()
    } else {
        view! { <ol class="entries card">{rows}</ol> }.into_any()
    };
    view! {
        <div class="desk__bar">
            <nav class="chips" aria-label="Which entries">{chip(("", "All"))}{kinds.map(chip).collect_view()}</nav>
            <Find
                path=PATH
                label="Search the log by person"
                placeholder="Name"
                search=Signal::stored(asked.search.clone())
                kept=vec![("show", asked.show.clone())]
            />
        </div>
        {list}
        <Pages asked=asked.clone() path=PATH next=page.next/>
    }
}

#[component]
fn Entry(row: AuditRow) -> impl IntoView {
    let sentence = row.sentence();
    let title = row.title.clone().unwrap_or_default();
    let about = match (row.order.filter(|_| row.action.starts_with("order_")), row.conversation) {
        (Some(code), _) => Some((format!("/orders/{code}"), format!("{code} · {title}"))),
        (None, Some(id)) => {
            let title = if title.is_empty() { "The conversation".to_owned() } else { title };
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
            <p class="muted"><Moment at=row.at style=MomentStyle::List/></p>
        </li>
    }
}
