//! Notifications panel below the bell: the latest notifications, and a link to all.

use leptos::{html, prelude::*};

use super::{bell::NOTIFICATIONS_PATH, kind_filter::KindFilter, list::NotificationList, mark_read::MarkRead};
use crate::{
    api::notifications::get_notifications,
    browser::{environment::focus_soon, use_live},
    shared::{
        notifications::NotificationFilter, page::payload::PagePayload, sync::pages::NotificationPage, words,
    },
    ui::components::{Icon, ResourceView, Skeleton, not_found::LoadError, page_resource, reactive_view},
};

#[component]
pub fn Panel() -> impl IntoView {
    let live = use_live();
    let filter = RwSignal::new(NotificationFilter::default());
    let title = NodeRef::<html::H2>::new();
    let first_page = page_resource(Signal::derive(move || format!("{:?}", filter.get())), move || {
        let filter = filter.get_untracked();
        Box::pin(async move { PagePayload::new(get_notifications(filter, None).await) })
    });
    Effect::new(move |_| {
        if let Some(title) = title.get() {
            focus_soon(title.into());
        }
    });
    let chip = move |kind_filter: KindFilter| {
        let is_active = move || filter.get().kind == kind_filter.kind();
        let count = Memo::new(move |_| live.inbox.with(|inbox| kind_filter.unread(inbox, live)));
        view! {
            <button
                class="chip"
                type="button"
                aria-pressed=move || is_active().to_string()
                on:click=move |_| filter.update(|filter| filter.kind = kind_filter.kind())
            >
                {kind_filter.label()}
                {reactive_view(move || Some(count.get()).filter(|count| *count > 0).map(|count| view! { <span>{count.to_string()}</span> }.into_any()))}
            </button>
        }
        .into_any()
    };
    view! {
        <div class="panel__head">
            <h2 id="panel-title" tabindex="-1" node_ref=title>{words::notification_panel_title()}</h2>
            <MarkRead filter=filter.into() class="button--ghost button--small"/>
            <a class="button button--icon" href="/settings#notifications" aria-label=words::notification_panel_settings()>
                <Icon name="gear"/>
            </a>
        </div>
        <div class="chips panel__chips" role="group" aria-label=words::notification_panel_filter()>
            {KindFilter::offered(live).into_iter().map(chip).collect_view()}
        </div>
        <div class="panel__list">
            <ResourceView
                from=first_page
                fallback=|| view! { <Skeleton count=4/> }
                show=Box::new(move |payload| match payload.take::<NotificationPage>() {
                    Ok(page) => view! {
                        <NotificationList filter=filter.get_untracked() page is_panel=true/>
                    }.into_any(),
                    Err(error) => view! { <LoadError error/> }.into_any(),
                })
            />
        </div>
        <p class="panel__foot"><a class="link" href=NOTIFICATIONS_PATH>{words::notification_panel_see_all()}</a></p>
    }
    .into_any()
}
