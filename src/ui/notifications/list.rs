//! List of notifications, newest first, grouped by day and kept in sync: the loaded pages and the updates
//! since.

use leptos::{prelude::*, task::spawn_local};

use super::{
    entries::{ListEntry, entry_lines},
    row::NotificationRow,
};
use crate::{
    api::notifications::get_notifications,
    browser::{environment, use_live},
    shared::{
        notifications::NotificationFilter,
        page::session::PageSession,
        sync::pages::NotificationPage,
        values::time::{DAY, Timestamp},
        words,
    },
    ui::components::{EmptyState, reactive_view, time::minute_tick::use_minute_tick, use_toasts},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum DayGroup {
    /// The panel has no day headings.
    All,
    Today,
    Yesterday,
    Earlier,
}

impl DayGroup {
    fn of(at: Timestamp, now: Timestamp, is_hydrated: bool) -> Self {
        // The server does not know the zone of the reader.
        let day = |at: Timestamp| if is_hydrated { environment::local_day(at) } else { at.0.div_euclid(DAY) };
        match day(now) - day(at) {
            ..=0 => Self::Today,
            1 => Self::Yesterday,
            _ => Self::Earlier,
        }
    }

    fn heading(self) -> Option<&'static str> {
        match self {
            Self::All => None,
            Self::Today => Some(words::notification_list_today()),
            Self::Yesterday => Some(words::notification_list_yesterday()),
            Self::Earlier => Some(words::notification_list_earlier()),
        }
    }
}

/// `page` is the first page; "Show more" loads the next one.
#[component]
pub fn NotificationList(filter: NotificationFilter, page: NotificationPage, is_panel: bool) -> impl IntoView {
    let live = use_live();
    let toasts = use_toasts();
    let rendered_at = expect_context::<PageSession>().now;
    let minute = use_minute_tick();
    let next = RwSignal::new(page.next);
    live.inbox.update(|inbox| inbox.add_notifications(page));
    let groups = Memo::new(move |_| {
        minute.track();
        let is_hydrated = live.is_hydrated.get();
        let now = if is_hydrated { environment::now() } else { rendered_at };
        let lines = live.inbox.with(|inbox| entry_lines(inbox, live, filter, next.get()));
        let mut groups: Vec<(DayGroup, Vec<ListEntry>)> = Vec::new();
        for line in lines {
            let group = if is_panel { DayGroup::All } else { DayGroup::of(line.at, now, is_hydrated) };
            match groups.last_mut() {
                Some((last, entries)) if *last == group => entries.push(line.entry),
                _ => groups.push((group, vec![line.entry])),
            }
        }
        groups
    });
    let more = move |_| {
        let Some(after) = next.get_untracked() else { return };
        spawn_local(async move {
            let answer = get_notifications(filter, Some(after)).await;
            if let Some(page) = toasts.settle("more-notifications", answer) {
                let following = page.next;
                live.inbox.update(|inbox| inbox.add_notifications(page));
                next.try_set(following);
            }
        });
    };
    let is_empty = Memo::new(move |_| groups.with(Vec::is_empty));
    view! {
        <For each=move || groups.with(|groups| groups.iter().map(|(group, _)| *group).collect::<Vec<_>>()) key=|group| *group let:group>
            <section class="tolds">
                {group.heading().map(|heading| view! { <h2>{heading}</h2> }.into_any())}
                <ul>
                    <For each=move || entries_of(groups, group) key=|entry| *entry let:entry>
                        <NotificationRow entry/>
                    </For>
                </ul>
            </section>
        </For>
        {reactive_view(move || is_empty.get().then(|| view! { <EmptyList filter/> }.into_any()))}
        {reactive_view(move || next.get().filter(|_| !is_panel).map(|_| view! {
            <button class="button" type="button" on:click=more>{words::common_show_more()}</button>
        }.into_any()))}
    }
    .into_any()
}

fn entries_of(groups: Memo<Vec<(DayGroup, Vec<ListEntry>)>>, group: DayGroup) -> Vec<ListEntry> {
    groups.with(|groups| {
        groups.iter().filter(|(one, _)| *one == group).flat_map(|(_, entries)| entries.clone()).collect()
    })
}

#[component]
fn EmptyList(filter: NotificationFilter) -> impl IntoView {
    let (title, text) = match filter {
        NotificationFilter { is_unread_only: true, .. } => {
            (words::notification_list_all_read_title(), words::notification_list_all_read_text())
        }
        NotificationFilter { kind: Some(_), .. } => {
            (words::notification_list_kind_empty_title(), words::notification_list_kind_empty_text())
        }
        _ => (words::notification_list_empty_title(), words::notification_list_empty_text()),
    };
    view! { <EmptyState title text art="talk"/> }
}
