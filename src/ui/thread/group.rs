//! Messages of one person in a row: bubbles, and once below them the time and how far the last
//! one has come.

use leptos::prelude::*;

use super::{
    layout::{Bubble, Group, Key, Layout, Look, Progress},
    log::LogContext,
    menu::Menu,
};
use crate::{
    browser::use_live,
    shared::{
        ids::MessageId,
        sync::thread::Delivery,
        users::Person,
        values::links::{self, Segment},
    },
    ui::components::{Avatar, Icon, Moment, MomentStyle, changing, time::local_time},
};

/// `first` is the group as it was when it came up; what follows is read from `layout`.
#[component]
pub fn GroupView(layout: Memo<Layout>, key: Key, first: Group) -> impl IntoView {
    let log = expect_context::<LogContext>();
    let live = use_live();
    let is_own = first.is_own;
    let is_room = live
        .inbox
        .with_untracked(|inbox| inbox.get(log.conversation).is_some_and(|row| row.subject.room().is_some()));
    let sender = Memo::new(move |_| {
        live.inbox
            .with(|inbox| {
                let row = inbox.get(log.conversation)?;
                row.participant(first.sender?).map(|participant| participant.person.clone())
            })
            // Of a large room the summary names only a few.
            .or_else(|| live.known_person(log.conversation, first.sender?))
    });
    let at = Memo::new({
        let first = first.at;
        move |_| layout.with(|layout| layout.group(key).map_or(first, |group| group.at))
    });
    let progress =
        Memo::new(move |_| layout.with(|layout| layout.group(key).and_then(|group| group.progress.clone())));
    let label = move || {
        let name = if is_own {
            "You".to_owned()
        } else {
            sender.with(|sender| {
                sender.as_ref().map_or_else(|| "Somebody".to_owned(), |person| person.name.clone())
            })
        };
        // The server knows no local time.
        if live.is_awake.get() { format!("{name}, {}", local_time::clock(at.get())) } else { name }
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
        // One's own messages are not read out to oneself.
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
                    </p>
                }.into_any())}
                <For each=bubbles key=|id| *id let:id>
                    <BubbleView layout key id is_own/>
                </For>
            </div>
            <p class="group__foot">
                <Moment at style=MomentStyle::Clock/>
                {is_own.then(|| view! { <ProgressView progress/> }.into_any())}
                {(is_own && is_room).then(|| view! { <Readers layout key/> }.into_any())}
            </p>
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

#[component]
fn BubbleView(layout: Memo<Layout>, key: Key, id: MessageId, is_own: bool) -> impl IntoView {
    let log = expect_context::<LogContext>();
    let live = use_live();
    let bubble = Memo::new(move |_| {
        layout.with(|layout| {
            layout.group(key).and_then(|group| group.bubbles.iter().find(|b| b.id == id).cloned())
        })
    });
    let is_new = bubble.with_untracked(|bubble| {
        bubble.as_ref().is_some_and(|bubble| bubble.seq.is_none_or(|seq| seq > log.opened_at))
    });
    let moves = is_new && log.is_at_end.get_untracked();
    let is_edited = Memo::new(move |_| {
        bubble.with(|bubble| bubble.as_ref().is_some_and(|bubble| bubble.is_edited && !bubble.is_deleted))
    });
    let menu = expect_context::<Menu>();
    // The bubble is read for its own sake: once stored or deleted it is another matter.
    let has_menu = Memo::new(move |_| {
        let seq = || bubble.with(|bubble| bubble.as_ref().filter(|bubble| !bubble.is_deleted)?.seq);
        is_own && live.is_awake.get() && seq().is_some_and(|seq| live.can_change(log.conversation, seq))
    });
    let said = Memo::new(move |_| bubble.with(|bubble| bubble.as_ref().map(Said::of).unwrap_or_default()));
    let look =
        Memo::new(move |_| bubble.with(|bubble| bubble.as_ref().map_or(Look::Plain, |bubble| bubble.look)));
    view! {
        <div
            class="bubble"
            class:bubble--new=moves
            class:bubble--waiting=move || look.get() == Look::Waiting
            class:bubble--failed=move || look.get() == Look::Failed
            class:bubble--deleted=move || said.with(|said| *said == Said::Deleted)
            class:bubble--emoji=move || said.with(|said| matches!(said, Said::Emoji(_)))
            data-message=id.to_string()
            data-seq=move || bubble.with(|bubble| bubble.as_ref().and_then(|bubble| bubble.seq)).map(|seq| seq.to_string())
        >
            {move || said.get().view()}
            {move || is_edited.get().then(|| view! { <span class="bubble__edited">"Edited"</span> })}
            {move || has_menu.get().then(|| view! {
                <button
                    class="bubble__more"
                    type="button"
                    aria-label="More"
                    aria-haspopup="true"
                    on:click=move |event| menu.open(id, &event)
                >
                    <Icon name="more" class="icon--16"/>
                </button>
            })}
        </div>
    }
}

/// What stands in a bubble.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Said {
    #[default]
    Deleted,
    Emoji(String),
    Text(String),
}

impl Said {
    fn of(bubble: &Bubble) -> Self {
        if bubble.is_deleted {
            Self::Deleted
        } else if links::is_emoji_only(&bubble.text) {
            Self::Emoji(bubble.text.clone())
        } else {
            Self::Text(bubble.text.clone())
        }
    }

    fn view(self) -> AnyView {
        match self {
            Self::Deleted => view! { <p>"Message deleted"</p> }.into_any(),
            Self::Emoji(text) => view! { <p>{text}</p> }.into_any(),
            Self::Text(text) => {
                let parts = links::segments(&text).into_iter().map(segment).collect_view();
                view! { <p dir="auto">{parts}</p> }.into_any()
            }
        }
    }
}

fn segment(segment: Segment) -> AnyView {
    match segment {
        Segment::Text(text) => text.into_any(),
        Segment::Link(address) => {
            let href = address.clone();
            view! { <a href=href dir="ltr" target="_blank" rel="noopener noreferrer nofollow">{address}</a> }
                .into_any()
        }
    }
}

/// How far my last message of a group has come (D5): an icon and a word.
#[component]
fn ProgressView(progress: Memo<Option<Progress>>) -> impl IntoView {
    changing(move || {
        let (class, icon, words) = match progress.get()? {
            Progress::Quick => return None,
            Progress::Sending => ("progress", "clock", "Sending…".into_any()),
            Progress::Waiting => ("progress", "clock", "Waiting to send".into_any()),
            Progress::Failed { id, reason } => {
                ("progress progress--failed", "alert", view! { <Failure id reason/> }.into_any())
            }
            Progress::Stored(Delivery::Sent) => ("progress", "check", "Sent".into_any()),
            Progress::Stored(Delivery::Delivered) => ("progress", "checks", "Delivered".into_any()),
            Progress::Stored(Delivery::Read(at)) => {
                let time = at.map(|at| view! { " " <Moment at style=MomentStyle::Clock/> }.into_any());
                ("progress progress--read", "checks", view! { <span>"Read" {time}</span> }.into_any())
            }
        };
        Some(
            view! {
                <span class="group__dot" aria-hidden="true">"·"</span>
                <span class=class><Icon name=icon class="icon--16"/>{words}</span>
            }
            .into_any(),
        )
    })
}

/// Who in a room has read my last message of a group: asked for when somebody wants to know, and by
/// itself below the newest.
#[component]
fn Readers(layout: Memo<Layout>, key: Key) -> impl IntoView {
    let log = expect_context::<LogContext>();
    let live = use_live();
    let seq = Memo::new(move |_| {
        layout.with(|layout| layout.group(key).and_then(|group| group.bubbles.last()?.seq))
    });
    let readers = RwSignal::new(None::<Vec<String>>);
    let is_long = RwSignal::new(false);
    let ask = move || {
        if let Some(seq) = seq.get_untracked() {
            live.ask_readers(log.conversation, seq, readers);
        }
    };
    Effect::new(move |_| {
        let is_newest = seq.get().is_some_and(|seq| seq + 1 > live.last_seq(log.conversation));
        if is_newest && live.is_awake.get() {
            ask();
        }
    });
    let words = move || {
        readers.with(|readers| match readers.as_deref() {
            None | Some([]) => "Read by…".to_owned(),
            Some(names) if is_long.get() => format!("Read by {}", names.join(", ")),
            Some(names) => format!("Read by {}", names.len()),
        })
    };
    changing(move || {
        seq.get().map(|_| {
            view! {
                <span class="group__dot" aria-hidden="true">"·"</span>
                <button
                    class="group__readers"
                    type="button"
                    on:click=move |_| {
                        is_long.update(|is_long| *is_long = !*is_long);
                        ask();
                    }
                >
                    {words}
                </button>
            }
            .into_any()
        })
    })
}

#[component]
fn Failure(id: MessageId, reason: String) -> impl IntoView {
    let live = use_live();
    view! {
        <span role="alert">"Not sent. " <span class="progress__reason">{reason}</span></span>
        <button type="button" on:click=move |_| live.send_again(id)>"Try again"</button>
        <button type="button" on:click=move |_| live.discard(id)>"Discard"</button>
    }
}
