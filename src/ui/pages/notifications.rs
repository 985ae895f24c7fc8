//! All notifications (E4), by kind, with what is unread on request.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use crate::shared::notifications::kinds::NotificationKind;
use crate::ui::components::{guard::SignedIn, not_found::Failed};
use crate::{
    api::notifications::get_notifications,
    browser::use_live,
    shared::{notifications::NotificationFilter, page::payload::PagePayload},
    ui::{
        components::{Fetched, Icon, Skeleton, changing, fetched},
        notifications::{
            bell::PATH,
            icon_of,
            list::{MarkRead, NotificationList, Which},
        },
    },
};

#[component]
pub fn NotificationsPage() -> impl IntoView {
    view! {
        <SignedIn>
            <Title text="Notifications"/>
            <main class="page" id="main" tabindex="-1"><Notifications/></main>
        </SignedIn>
    }
    .into_any()
}

#[component]
fn Notifications() -> impl IntoView {
    let query = use_query_map();
    let filter = Memo::new(move |_| {
        query.with(|query| NotificationFilter {
            kind: query.get_str("show").and_then(NotificationKind::parse),
            is_unread_only: query.get_str("unread").is_some(),
        })
    });
    let found = fetched(Signal::derive(move || href(filter.get())), move || {
        let filter = filter.get_untracked();
        Box::pin(
            async move { PagePayload::Notifications(get_notifications(filter, None).await.map(Box::new)) },
        )
    });
    view! {
        <header class="page__head">
            <h1>"Notifications"</h1>
            <div class="told__heads">
                <a
                    class="chip"
                    href=move || {
                        let filter = filter.get();
                        href(NotificationFilter { is_unread_only: !filter.is_unread_only, ..filter })
                    }
                    aria-current=move || filter.get().is_unread_only.then_some("true")
                >
                    "Unread"
                </a>
                <MarkRead filter=filter.into() class=""/>
                <a class="button button--icon not-phone" href="/settings#notifications" aria-label="How you are told">
                    <Icon name="gear"/>
                </a>
            </div>
        </header>
        <div class="settings">
            <Rail filter/>
            <div class="told__lists">
                <Fetched
                    from=found
                    fallback=|| view! { <Skeleton count=5/> }
                    show=Box::new(move |found| match found.notifications() {
                        Ok(page) => view! {
                            <NotificationList filter=filter.get_untracked() page=*page is_panel=false/>
                        }.into_any(),
                        Err(error) => view! { <Failed error/> }.into_any(),
                    })
                />
            </div>
        </div>
    }
}

fn href(filter: NotificationFilter) -> String {
    let kind = filter.kind.map(|kind| format!("show={}", kind.as_str()));
    let unread = filter.is_unread_only.then(|| "unread=1".to_owned());
    let query = kind.into_iter().chain(unread).collect::<Vec<_>>().join("&");
    if query.is_empty() { PATH.to_owned() } else { format!("{PATH}?{query}") }
}

#[component]
fn Rail(filter: Memo<NotificationFilter>) -> impl IntoView {
    let live = use_live();
    let link = move |which: Which| {
        let count = Memo::new(move |_| live.inbox.with(|inbox| which.unread(inbox, live)));
        view! {
            <a
                href=move || href(NotificationFilter { kind: which.kind(), ..filter.get() })
                aria-current=move || (filter.get().kind == which.kind()).then_some("true")
            >
                <Icon name=which.kind().map_or("bell", icon_of)/>
                {which.word()}
                {changing(move || Some(count.get()).filter(|count| *count > 0).map(|count| view! {
                    <span class="told__count">{count.to_string()}<span class="visually-hidden">" unread"</span></span>
                }.into_any()))}
            </a>
        }
        .into_any()
    };
    view! {
        <nav class="settings__rail told__rail" aria-label="Which notifications">
            {Which::shown(live).into_iter().map(link).collect_view()}
        </nav>
    }
}
