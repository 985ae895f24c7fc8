//! Notification level of a conversation: a menu in the header of its thread, by which it is muted for a while or for good.
//! The browser asks for the level when the menu opens.

use leptos::{ev, prelude::*, task::spawn_local};

use crate::{
    api::notifications::{get_notification_level, set_notification_level},
    browser::use_live,
    shared::{
        ids::ConversationId,
        notifications::level::{ConversationLevel, NotificationLevel},
        words,
    },
    ui::{
        components::{Icon, LocalTime, TimeStyle, fresh_view, reactive_view, use_toasts},
        menu::{Menu, MenuPopover},
    },
};

/// The hours for which one can mute, with their label.
fn spans() -> [(i64, &'static str); 3] {
    [(1, words::level_mute_hour()), (8, words::level_mute_hours()), (168, words::level_mute_week())]
}

/// The button and its menu. Rendered after hydration, since it needs the script.
#[component]
pub fn LevelMenu(conversation: ConversationId, is_room: bool) -> impl IntoView {
    let live = use_live();
    reactive_view(move || {
        live.is_hydrated.get().then(|| view! { <HydratedMenu conversation is_room/> }.into_any())
    })
}

#[component]
fn HydratedMenu(conversation: ConversationId, is_room: bool) -> impl IntoView {
    let menu = Menu::default();
    let toasts = use_toasts();
    let known = RwSignal::new(None::<ConversationLevel>);
    let press = move |event: ev::MouseEvent| {
        menu.press(&event);
        spawn_local(async move {
            if let Ok(level) = get_notification_level(conversation).await {
                known.try_set(Some(level));
            }
        });
    };
    let choose = move |level: NotificationLevel, hours: Option<i64>, done: &'static str| {
        menu.close();
        spawn_local(async move {
            let saved = set_notification_level(conversation, level, hours).await;
            if toasts.settle("level", saved).is_some() {
                toasts.show(done);
            }
        });
    };
    let level = move || known.get().unwrap_or_default().level;
    let is_muted = move || level() != NotificationLevel::All;
    let state = move || {
        let level = known.get()?;
        let word = match level.level {
            NotificationLevel::All => words::level_is_all(),
            NotificationLevel::Mentions => words::level_is_mentions(),
            NotificationLevel::Nothing => words::level_is_nothing(),
        };
        let Some(at) = level.until else {
            return Some(view! { <p class="menu__question">{word}</p> }.into_any());
        };
        let [before, after] = words::around(&words::level_until(word, words::HOLE));
        Some(
            view! { <p class="menu__question">{before}<LocalTime at style=TimeStyle::Exact/>{after}</p> }
                .into_any(),
        )
    };
    let row = use_live().conversation(conversation);
    let is_muted_here = Memo::new(move |_| row.with(|row| row.as_ref().is_some_and(|row| row.is_muted)));
    let nothing = NotificationLevel::Nothing;
    view! {
        <button
            class="button button--icon button--ghost"
            type="button"
            aria-label=words::level_label()
            aria-haspopup="menu"
            aria-expanded="false"
            popovertarget=format!("level-{conversation}")
            on:click=press
        >
            {fresh_view(move || Some(view! { <Icon name=if is_muted_here.get() { "belloff" } else { "bell" }/> }.into_any()))}
        </button>
        <MenuPopover menu id=format!("level-{conversation}") label=Signal::stored(words::level_label().to_owned())>
            {reactive_view(state)}
            <button
                class="menu__item"
                role="menuitem"
                type="button"
                hidden=move || !is_muted()
                on:click=move |_| choose(NotificationLevel::All, None, words::level_all_done())
            >
                <Icon name="bell" class="icon--16"/>{words::level_all()}
            </button>
            {is_room.then(|| view! {
                <button
                    class="menu__item"
                    role="menuitem"
                    type="button"
                    hidden=move || level() == NotificationLevel::Mentions
                    on:click=move |_| choose(NotificationLevel::Mentions, None, words::level_mentions_done())
                >
                    <Icon name="user" class="icon--16"/>{words::level_mentions()}
                </button>
            }.into_any())}
            {spans().map(|(hours, label)| view! {
                <button
                    class="menu__item"
                    role="menuitem"
                    type="button"
                    on:click=move |_| choose(nothing, Some(hours), words::level_mute_done())
                >
                    <Icon name="pause" class="icon--16"/>{label}
                </button>
            }.into_any()).collect_view()}
            <button class="menu__item" role="menuitem" type="button" on:click=move |_| choose(nothing, None, words::level_mute_done())>
                <Icon name="pause" class="icon--16"/>{words::level_mute()}
            </button>
        </MenuPopover>
    }
}
