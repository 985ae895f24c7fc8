//! Preview of a conversation in one line: typing, unsent messages, a draft or the last message.

use leptos::prelude::*;

use crate::{
    browser::{
        Live,
        sending::{edits::kept_text, outbox::DeliveryState},
        use_live,
    },
    shared::{
        conversations::Conversation,
        conversations::system_messages::SystemMessage,
        ids::{ConversationId, UserId},
        messages::{MessageKind, preview::LastMessage},
        words,
    },
    ui::components::fresh_view,
};

/// The preview line. The variants are in order of priority.
#[derive(Clone, Debug, PartialEq, Eq)]
enum PreviewLine {
    Typing,
    NotSent(String),
    /// A text that the viewer has not sent, after a word that says why.
    Unsent(&'static str, String),
    Last(String),
    Nothing,
}

impl PreviewLine {
    fn of(live: Live, row: &Conversation, is_active: bool, is_typing: bool) -> Self {
        if is_typing {
            return Self::Typing;
        }
        if let Some(item) = live.outbox.unsent(row.id) {
            return match item.state {
                DeliveryState::Failed { .. } => Self::NotSent(item.body),
                _ => Self::Unsent(words::inbox_preview_waiting(), item.body),
            };
        }
        // What is written in the open conversation is in its composer.
        let edit =
            live.edits.get(row.id).map(|kept| (words::inbox_preview_editing(), kept_text(&kept).to_owned()));
        let written = edit.or_else(|| Some((words::inbox_preview_draft(), live.drafts.get(row.id)?)));
        match written.filter(|_| !is_active) {
            Some((word, text)) => Self::Unsent(word, text),
            None => match &row.last_message {
                Some(last) => Self::Last(last_message_text(row, last, live.viewer)),
                None if row.last_seq > 0 => Self::Last(words::inbox_preview_older_deleted().to_owned()),
                None => Self::Nothing,
            },
        }
    }
}

fn last_message_text(row: &Conversation, last: &LastMessage, viewer: Option<UserId>) -> String {
    if last.kind == MessageKind::System {
        return SystemMessage::from_body(&last.text)
            .text(row.actor_name(last.sender, viewer).as_ref(), viewer)
            .sentence;
    }
    if last.is_deleted {
        return words::common_message_deleted().to_owned();
    }
    if row.subject.room().is_some()
        && let Some(name) =
            last.sender.and_then(|sender| row.participant(sender)).map(|other| other.person.first_name())
    {
        return words::inbox_preview_said(name, &last.text);
    }
    let is_others = last.sender.is_none_or(|sender| row.participant(sender).is_some());
    if is_others { last.text.clone() } else { words::common_your_message(&last.text) }
}

/// The last message of a conversation, or a more urgent state: typing, unsent messages or a draft.
#[component]
pub fn Preview(id: ConversationId, row: Memo<Option<Conversation>>, is_active: Memo<bool>) -> impl IntoView {
    let live = use_live();
    let typing = live.typing(id);
    let line = Memo::new(move |_| {
        let is_typing = typing.with(|typing| !typing.is_empty());
        row.with(|row| {
            row.as_ref()
                .map_or(PreviewLine::Nothing, |row| PreviewLine::of(live, row, is_active.get(), is_typing))
        })
    });
    view! {
        <span class="row__preview cut" dir="auto" class:row__preview--failed=move || matches!(line.get(), PreviewLine::NotSent(_))>
            {fresh_view(move || Some(match line.get() {
                PreviewLine::Typing => view! { <span class="row__typing">{words::inbox_preview_typing()}</span> }.into_any(),
                PreviewLine::NotSent(text) => view! { <span>{words::inbox_preview_not_sent(&text)}</span> }.into_any(),
                PreviewLine::Unsent(word, text) => view! { <span><b>{word}" "</b> {text}</span> }.into_any(),
                PreviewLine::Last(text) => view! { <span>{text}</span> }.into_any(),
                PreviewLine::Nothing => view! { <span>{words::inbox_preview_none()}</span> }.into_any(),
            }))}
        </span>
    }
}
