//! The panel below the bell: the latest notifications, and the way to all.

use leptos::{html, prelude::*};

use super::{
    bell::PATH,
    list::{MarkRead, NotificationList, Which},
};
use crate::{
    api::notifications::get_notifications,
    browser::{environment::focus_soon, use_live},
    shared::{notifications::NotificationFilter, page::payload::PagePayload},
    ui::components::{Fetched, Icon, Skeleton, changing, fetched, not_found::Failed},
};

#[component]
pub fn Panel() -> impl IntoView {
    let live = use_live();
    let filter = RwSignal::new(NotificationFilter::default());
    let title = NodeRef::<html::H2>::new();
    let found = fetched(Signal::derive(move || format!("{:?}", filter.get())), move || {
        let filter = filter.get_untracked();
        Box::pin(
            async move { PagePayload::Notifications(get_notifications(filter, None).await.map(Box::new)) },
        )
    });
    Effect::new(move |_| {
        if let Some(title) = title.get() {
            focus_soon(title.into());
        }
    });
    let chip = move |which: Which| {
        let is_here = move || filter.get().kind == which.kind();
        let count = Memo::new(move |_| live.inbox.with(|inbox| which.unread(inbox, live)));
        view! {
            <button
                class="chip"
                type="button"
                aria-pressed=move || is_here().to_string()
                on:click=move |_| filter.update(|filter| filter.kind = which.kind())
            >
                {which.word()}
                {changing(move || Some(count.get()).filter(|count| *count > 0).map(|count| view! { <span>{count.to_string()}</span> }.into_any()))}
            </button>
        }
        .into_any()
    };
    view! {
        <div class="panel__head">
            <h2 id="panel-title" tabindex="-1" node_ref=title>"Notifications"</h2>
            <MarkRead filter=filter.into() class="button--ghost button--small"/>
            <a class="button button--icon" href="/settings#notifications" aria-label="How you are told">
                <Icon name="gear"/>
            </a>
        </div>
        <div class="chips panel__chips" role="group" aria-label="Which notifications">
            {Which::shown(live).into_iter().map(chip).collect_view()}
        </div>
        <div class="panel__list">
            <Fetched
                from=found
                fallback=|| view! { <Skeleton count=4/> }
                show=Box::new(move |found| match found.notifications() {
                    Ok(page) => view! {
                        <NotificationList filter=filter.get_untracked() page=*page is_panel=true/>
                    }.into_any(),
                    Err(error) => view! { <Failed error/> }.into_any(),
                })
            />
        </div>
        <p class="panel__foot"><a class="link" href=PATH>"See all notifications"</a></p>
    }
    .into_any()
}
