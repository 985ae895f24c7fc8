//! A list of notifications, newest first, kept current by news: what was fetched, and what has come
//! since.

use std::cmp::Reverse;

use leptos::{prelude::*, task::spawn_local};

use super::row::Row;
use crate::shared::notifications::kinds::NotificationKind;
use crate::shared::{positions::SyncSeq, sync::pages::NotificationPage};
use crate::{
    api::notifications::{get_notifications, read_all_notifications, read_notifications},
    browser::{Live, environment as browser_page, use_live},
    shared::{
        ids::{ConversationId, NotificationId},
        notifications::{NOTIFICATIONS_PAGE, NotificationCursor, NotificationFilter},
        page::session::PageSession,
        sync::inbox::Inbox,
        values::time::{DAY, Timestamp},
    },
    ui::components::{
        Attempt, CommandForm, EmptyState, Icon, SubmitButton, changing, forms::form::Sending,
        time::relative_time::use_minute, use_toasts,
    },
};

/// All of them, or those of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    All,
    Kind(NotificationKind),
}

impl Which {
    /// Those that this person wants to be told of.
    pub fn shown(live: Live) -> Vec<Self> {
        let kinds = live.choices.get_untracked().app;
        let kinds = NotificationKind::ALL.into_iter().filter(|kind| kinds.has(*kind));
        [Self::All].into_iter().chain(kinds.map(Self::Kind)).collect()
    }

    pub fn kind(self) -> Option<NotificationKind> {
        match self {
            Self::All => None,
            Self::Kind(kind) => Some(kind),
        }
    }

    pub fn word(self) -> &'static str {
        self.kind().map_or("All", NotificationKind::word)
    }

    pub fn unread(self, inbox: &Inbox, live: Live) -> i64 {
        match self {
            Self::All => inbox.bell.unread(live.choices.get().app),
            Self::Kind(kind) => inbox.bell.totals().of(kind),
        }
    }
}

/// One line of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Entry {
    Own(NotificationId),
    /// New messages of a conversation.
    Messages(ConversationId),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Line {
    entry: Entry,
    at: Timestamp,
    is_unread: bool,
}

/// A list that is complete down to `next`, newest first.
fn lines(
    inbox: &Inbox,
    live: Live,
    filter: NotificationFilter,
    next: Option<NotificationCursor>,
) -> Vec<Line> {
    let (upto, kinds) = (inbox.bell.read_upto(), live.choices.get().app);
    let own = inbox.bell.rows(filter, next).into_iter().filter(|one| kinds.has(one.kind)).map(|one| {
        let line = Line { entry: Entry::Own(one.id), at: one.created_at, is_unread: one.is_unread(upto) };
        ((one.raised, one.id.0), line)
    });
    let has_messages = filter.kind.is_none_or(|kind| kind == NotificationKind::Message)
        && kinds.has(NotificationKind::Message);
    let rows = if has_messages { inbox.noted(next) } else { Vec::new() };
    let rows = rows.into_iter().map(|row| {
        let at = row.last_message.as_ref().map_or(Timestamp::default(), |last| last.created_at);
        let line = Line { entry: Entry::Messages(row.id), at, is_unread: row.is_noted(upto) };
        ((row.noted, row.id.0), line)
    });
    let rows = rows.filter(|(_, line)| line.is_unread || !filter.is_unread_only);
    let mut all: Vec<((SyncSeq, uuid::Uuid), Line)> = own.chain(rows).collect();
    all.sort_by_key(|(position, _)| Reverse(*position));
    all.into_iter().map(|(_, line)| line).collect()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Group {
    All,
    Today,
    Yesterday,
    Earlier,
}

impl Group {
    fn of(at: Timestamp, now: Timestamp, is_awake: bool) -> Self {
        // The server does not know the reader's zone.
        let day = |at: Timestamp| if is_awake { browser_page::local_day(at) } else { at.0.div_euclid(DAY) };
        match day(now) - day(at) {
            ..=0 => Self::Today,
            1 => Self::Yesterday,
            _ => Self::Earlier,
        }
    }

    fn word(self) -> Option<&'static str> {
        match self {
            Self::All => None,
            Self::Today => Some("Today"),
            Self::Yesterday => Some("Yesterday"),
            Self::Earlier => Some("Earlier"),
        }
    }
}

#[component]
pub fn NotificationList(filter: NotificationFilter, page: NotificationPage, is_panel: bool) -> impl IntoView {
    let live = use_live();
    let toasts = use_toasts();
    let rendered_at = expect_context::<PageSession>().now;
    let minute = use_minute();
    let next = RwSignal::new(page.next);
    live.inbox.update(|inbox| inbox.add_notifications(page));
    let groups = Memo::new(move |_| {
        minute.track();
        let is_awake = live.is_awake.get();
        let now = if is_awake { browser_page::now() } else { rendered_at };
        let lines = live.inbox.with(|inbox| lines(inbox, live, filter, next.get()));
        let mut groups: Vec<(Group, Vec<Entry>)> = Vec::new();
        for line in lines {
            let group = if is_panel { Group::All } else { Group::of(line.at, now, is_awake) };
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
            match get_notifications(filter, Some(after)).await {
                Ok(page) => {
                    let then = page.next;
                    live.inbox.update(|inbox| inbox.add_notifications(page));
                    next.try_set(then);
                }
                Err(error) => toasts.error(error.message),
            }
        });
    };
    let is_empty = Memo::new(move |_| groups.with(Vec::is_empty));
    view! {
        <For each=move || groups.with(|groups| groups.iter().map(|(group, _)| *group).collect::<Vec<_>>()) key=|group| *group let:group>
            <section class="tolds">
                {group.word().map(|word| view! { <h2>{word}</h2> }.into_any())}
                <ul>
                    <For each=move || entries_of(groups, group) key=|entry| *entry let:entry>
                        <Row entry/>
                    </For>
                </ul>
            </section>
        </For>
        {changing(move || is_empty.get().then(|| view! { <Nothing filter/> }.into_any()))}
        {changing(move || next.get().filter(|_| !is_panel).map(|_| view! {
            <button class="button" type="button" on:click=more>"Show more"</button>
        }.into_any()))}
    }
    .into_any()
}

fn entries_of(groups: Memo<Vec<(Group, Vec<Entry>)>>, group: Group) -> Vec<Entry> {
    groups.with(|groups| {
        groups.iter().filter(|(one, _)| *one == group).flat_map(|(_, entries)| entries.clone()).collect()
    })
}

#[component]
fn Nothing(filter: NotificationFilter) -> impl IntoView {
    let (title, text) = match filter {
        NotificationFilter { is_unread_only: true, .. } => ("All read", "Nothing here waits for you."),
        NotificationFilter { kind: Some(_), .. } => {
            ("Nothing here", "What you are told of this kind is kept here.")
        }
        _ => {
            ("Nothing yet", "When something happens to your bookings or somebody writes, you are told here.")
        }
    };
    view! { <EmptyState title text art="talk"/> }
}

/// Marks everything as read, or what a list of one kind shows.
#[component]
pub fn MarkRead(filter: Signal<NotificationFilter>, class: &'static str) -> impl IntoView {
    let live = use_live();
    let toasts = use_toasts();
    let attempt = Attempt::at("/rpc/read_all_notifications");
    let is_all = move || filter.get().kind.is_none();
    Effect::new(move |_| {
        if let Some(Err(error)) = attempt.answer.get() {
            toasts.error(error.message);
        }
    });
    let send = move |_| -> Sending {
        let filter = filter.get_untracked();
        let (epoch, head, ids) = live.inbox.with_untracked(|inbox| {
            let unread = lines(inbox, live, filter, None).into_iter().filter(|line| line.is_unread);
            let ids: Vec<_> = unread
                .map(|line| match line.entry {
                    Entry::Own(id) => id,
                    Entry::Messages(id) => NotificationId(id.0),
                })
                .collect();
            (inbox.epoch.clone(), inbox.head, ids)
        });
        Box::pin(async move {
            if filter.kind.is_none() {
                read_all_notifications(epoch, head).await?;
            } else {
                for some in ids.chunks(NOTIFICATIONS_PAGE as usize) {
                    read_notifications(some.to_vec()).await?;
                }
            }
            live.refresh();
            Ok(String::new())
        })
    };
    let unread = Memo::new(move |_| {
        let which = filter.get().kind.map_or(Which::All, Which::Kind);
        live.inbox.with(|inbox| which.unread(inbox, live))
    });
    view! {
        {changing(move || (unread.get() > 0).then(|| view! {
            <CommandForm attempt send=Box::new(send)>
                <input type="hidden" name="epoch" value=move || live.inbox.with(|inbox| inbox.epoch.clone())/>
                <input type="hidden" name="upto" value=move || live.inbox.with(|inbox| inbox.head.to_string())/>
                <SubmitButton pending=attempt.is_pending class>
                    <Icon name="checks"/>
                    {move || if is_all() { "Mark all read" } else { "Mark these read" }}
                </SubmitButton>
            </CommandForm>
        }.into_any()))}
    }
}
