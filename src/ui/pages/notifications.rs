//! Notifications page (E4): all notifications, filtered by kind and by unread.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use crate::{
    api::notifications::get_notifications,
    browser::use_live,
    shared::{
        notifications::{NotificationFilter, kinds::NotificationKind},
        page::payload::PagePayload,
        sync::pages::NotificationPage,
        words,
    },
    ui::{
        components::{
            Icon, ResourceView, Skeleton, guard::SignedIn, not_found::LoadError, page_resource, reactive_view,
        },
        notifications::{
            bell::NOTIFICATIONS_PATH, kind_filter::KindFilter, kind_icon, list::NotificationList,
            mark_read::MarkRead,
        },
    },
};

#[component]
pub fn NotificationsPage() -> impl IntoView {
    view! {
        <SignedIn>
            <Title text=words::notifications_page_title()/>
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
    let payload = page_resource(Signal::derive(move || href(filter.get())), move || {
        let filter = filter.get_untracked();
        Box::pin(async move { PagePayload::new(get_notifications(filter, None).await) })
    });
    view! {
        <header class="page__head">
            <h1>{words::notifications_page_title()}</h1>
            <div class="told__heads">
                <a
                    class="chip"
                    href=move || {
                        let filter = filter.get();
                        href(NotificationFilter { is_unread_only: !filter.is_unread_only, ..filter })
                    }
                    aria-current=move || filter.get().is_unread_only.then_some("true")
                >
                    {words::common_unread()}
                </a>
                <MarkRead filter=filter.into() class=""/>
                <a
                    class="button button--icon not-phone"
                    href="/settings#notifications"
                    aria-label=words::notification_panel_settings()
                >
                    <Icon name="gear"/>
                </a>
            </div>
        </header>
        <div class="settings">
            <KindNav filter/>
            <div class="told__lists">
                <ResourceView
                    from=payload
                    fallback=|| view! { <Skeleton count=5/> }
                    show=Box::new(move |payload| match payload.take::<NotificationPage>() {
                        Ok(page) => view! {
                            <NotificationList filter=filter.get_untracked() page is_panel=false/>
                        }.into_any(),
                        Err(error) => view! { <LoadError error/> }.into_any(),
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
    if query.is_empty() { NOTIFICATIONS_PATH.to_owned() } else { format!("{NOTIFICATIONS_PATH}?{query}") }
}

#[component]
fn KindNav(filter: Memo<NotificationFilter>) -> impl IntoView {
    let live = use_live();
    let link = move |which: KindFilter| {
        let count = Memo::new(move |_| live.inbox.with(|inbox| which.unread(inbox, live)));
        view! {
            <a
                href=move || href(NotificationFilter { kind: which.kind(), ..filter.get() })
                aria-current=move || (filter.get().kind == which.kind()).then_some("true")
            >
                <Icon name=which.kind().map_or("bell", kind_icon)/>
                {which.label()}
                {reactive_view(move || Some(count.get()).filter(|count| *count > 0).map(|count| view! {
                    <span class="told__count">
                        <span aria-hidden="true">{count.to_string()}</span>
                        <span class="visually-hidden">
                            {words::notifications_page_unread_count(count.unsigned_abs())}
                        </span>
                    </span>
                }.into_any()))}
            </a>
        }
        .into_any()
    };
    view! {
        <nav class="settings__rail told__rail" aria-label=words::notification_panel_filter()>
            {KindFilter::offered(live).into_iter().map(link).collect_view()}
        </nav>
    }
}
