//! View of a message group: the bubbles of one sender, and below them once the time and the delivery progress
//! of the last message.

use leptos::prelude::*;

use super::{bubble::BubbleView, context::LogContext, progress::ProgressView, readers::Readers};
use crate::{
    browser::{hydration::use_is_ready, use_live},
    shared::{users::Person, words},
    ui::{
        components::{Avatar, LocalTime, StaffMark, TimeStyle, time::format},
        thread::layout::{
            Layout,
            items::{LogItemKey, MessageGroup, Progress},
        },
    },
};

/// `first` is the group when it was first rendered; later states are read from `layout`.
#[component]
pub fn GroupView(layout: Memo<Layout>, key: LogItemKey, first: MessageGroup) -> impl IntoView {
    let log = expect_context::<LogContext>();
    let live = use_live();
    let is_own = first.is_own;
    let is_ready = use_is_ready();
    let is_room = live
        .inbox
        .with_untracked(|inbox| inbox.get(log.conversation).is_some_and(|row| row.subject.room().is_some()));
    let sender = Memo::new(move |_| {
        live.inbox
            .with(|inbox| {
                let row = inbox.get(log.conversation)?;
                row.participant(first.sender?).map(|participant| participant.person.clone())
            })
            // The summary of a large room names only a few participants.
            .or_else(|| live.room_person(log.conversation, first.sender?))
    });
    let at = Memo::new({
        let first = first.at;
        move |_| layout.with(|layout| layout.group(key).map_or(first, |group| group.at))
    });
    let readers = RwSignal::new(None::<Vec<String>>);
    let progress = Memo::new(move |_| {
        let (progress, last) = layout.with(|layout| {
            let group = layout.group(key)?;
            Some((group.progress.clone()?, group.bubbles.last().cloned()?))
        })?;
        if !matches!(progress, Progress::Stored(_)) {
            return Some(progress);
        }
        // In a room "Sent" is what is known of the newest message until somebody has read it.
        let is_newest = || last.seq.is_some_and(|seq| seq >= live.last_seq(log.conversation));
        let is_read = || readers.with(|readers| readers.as_ref().is_some_and(|names| !names.is_empty()));
        let is_told = !last.is_deleted && (!is_room || is_newest() && !is_read());
        is_told.then_some(progress)
    });
    let label = move || {
        let name = if is_own {
            words::log_group_own().to_owned()
        } else {
            sender.with(|sender| match sender {
                Some(person) if person.is_staff => words::log_group_staff(&person.name),
                Some(person) => person.name.clone(),
                None => words::log_group_unknown().to_owned(),
            })
        };
        // The server does not know local time.
        if is_ready.try_get().unwrap_or_default() {
            words::log_group_label(&name, &format::clock(at.get()))
        } else {
            name
        }
    };
    let bubbles = move || {
        layout.with(|layout| {
            let group = layout.group(key);
            group
                .map(|group| group.bubbles.iter().map(|bubble| bubble.id).collect::<Vec<_>>())
                .unwrap_or_default()
        })
    };
    view! {
        // Screen readers do not announce own messages.
        <article
            class="group"
            class:group--own=is_own
            aria-label=label
            aria-live=is_own.then_some("off")
        >
            {(!is_own).then(|| view! { <GroupAvatar sender/> }.into_any())}
            <div class="group__bubbles">
                {(is_room && !is_own).then(|| view! {
                    <p class="group__name" aria-hidden="true" dir="auto">
                        {move || sender.with(|sender| sender.as_ref().map(|person| person.name.clone()))}
                        {move || {
                            let is_staff = sender.with(|sender| sender.as_ref().is_some_and(|person| person.is_staff));
                            view! { <StaffMark is_staff/> }
                        }}
                    </p>
                }.into_any())}
                <For each=bubbles key=|id| *id let:id>
                    <BubbleView layout key id is_ready/>
                </For>
            </div>
            <div class="group__foot">
                <LocalTime at style=TimeStyle::Clock/>
                {is_own.then(|| view! { <ProgressView progress/> }.into_any())}
                {(is_own && is_room).then(|| view! { <Readers layout key readers/> }.into_any())}
            </div>
        </article>
    }
}

#[component]
fn GroupAvatar(sender: Memo<Option<Person>>) -> impl IntoView {
    view! {
        <div class="group__avatar">
            {move || sender.get().map(|person| view! { <Avatar person size=32/> }.into_any())}
        </div>
    }
}
