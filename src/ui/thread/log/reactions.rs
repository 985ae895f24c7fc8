//! Reactions below the text of a message: an emoji with its number, which the reader adds or takes back.

use std::collections::BTreeSet;

use leptos::{prelude::*, task::spawn_local};

use super::context::LogContext;
use crate::{
    api::messages::react,
    browser::{Live, use_live},
    shared::{
        conversations::participant::ActorName,
        ids::{ConversationId, MessageId},
        messages::reactions::Reaction,
        words,
    },
    ui::components::{Toasts, toasts::use_toasts},
};

/// At hand in the menu of a message.
pub const QUICK: [&str; 8] = ["👍", "❤️", "😂", "😮", "😢", "🙏", "🎉", "✅"];

/// Adds a reaction or takes it back.
pub fn change_reaction(live: Live, toasts: Toasts, id: MessageId, emoji: String, is_on: bool) {
    spawn_local(async move {
        if let Some(stored) = toasts.settle("react", react(id, emoji, is_on).await) {
            live.handle_confirmed(stored.message);
        }
    });
}

/// Who chose an emoji, as far as the message names them.
fn names(live: Live, conversation: ConversationId, reaction: &Reaction) -> String {
    let name = |user: &_| {
        let named = live.inbox.with(|inbox| inbox.get(conversation)?.actor_name(Some(*user), live.viewer));
        match named {
            Some(ActorName::Reader) => Some(words::log_group_own().to_owned()),
            Some(ActorName::Other(name)) => Some(name),
            None => live.room_person(conversation, *user).map(|person| person.name),
        }
    };
    let mut names: Vec<_> = reaction.users.iter().filter_map(name).collect();
    if reaction.is_mine {
        names.push(words::log_group_own().to_owned());
    }
    let others = (reaction.count as u64).saturating_sub(names.len() as u64);
    if others > 0 {
        names.push(words::reactions_others(others));
    }
    names.join(", ")
}

#[component]
pub fn Reactions(id: MessageId, reactions: Memo<Vec<Reaction>>) -> impl IntoView {
    let (live, toasts) = (use_live(), use_toasts());
    let conversation = expect_context::<LogContext>().conversation;
    let pending = RwSignal::new(BTreeSet::<String>::new());
    let chip = move |emoji: String| {
        let of_emoji = {
            let emoji = emoji.clone();
            Memo::new(move |_| {
                reactions.with(|all| all.iter().find(|reaction| reaction.emoji == emoji).cloned())
            })
        };
        let is_own = Memo::new(move |_| {
            of_emoji.with(|reaction| reaction.as_ref().is_some_and(|reaction| reaction.is_of(live.viewer)))
        });
        let named = Memo::new(move |_| {
            of_emoji.with(|reaction| {
                reaction.as_ref().map(|reaction| names(live, conversation, reaction)).unwrap_or_default()
            })
        });
        let count = move || of_emoji.with(|reaction| reaction.as_ref().map_or(0, |reaction| reaction.count));
        let (pressed, shown) = (emoji.clone(), emoji.clone());
        let press = move |_| {
            let is_new = pending.try_update(|pending| pending.insert(pressed.clone()));
            if is_new != Some(true) {
                return;
            }
            let (emoji, is_on) = (pressed.clone(), !is_own.get_untracked());
            spawn_local(async move {
                let answer = react(id, emoji.clone(), is_on).await;
                pending.try_update(|pending| pending.remove(&emoji));
                if let Some(stored) = toasts.settle("react", answer) {
                    live.handle_confirmed(stored.message);
                }
            });
        };
        view! {
            <button
                class="reaction"
                type="button"
                aria-pressed=move || is_own.get().to_string()
                title=move || named.get()
                aria-label=move || words::reactions_chip(&emoji, &named.get())
                on:click=press
            >
                <span aria-hidden="true">{shown}</span>
                <span class="number" aria-hidden="true">{count}</span>
            </button>
        }
        .into_any()
    };
    let emoji =
        move || reactions.with(|all| all.iter().map(|reaction| reaction.emoji.clone()).collect::<Vec<_>>());
    let is_some = Memo::new(move |_| reactions.with(|all| !all.is_empty()));
    view! {
        <Show when=move || is_some.get()>
            <div class="reactions" role="group" aria-label=words::reactions_label()>
                <For each=emoji key=String::clone let:emoji>{chip(emoji)}</For>
            </div>
        </Show>
    }
}
