//! View of one message: its text with links, and the button of its menu.

use leptos::prelude::*;

use super::{
    context::LogContext, files::FilesView, place::WayToMessage, quote::QuoteView, reactions::Reactions,
};
use crate::{
    browser::use_live,
    shared::{
        conversations::rooms::MENTION_PREFIX,
        ids::MessageId,
        values::links::{self, Segment},
        words,
    },
    ui::{
        components::{Icon, fresh_view},
        thread::{
            layout::{
                Layout,
                items::{Bubble, BubbleState, LogItemKey},
            },
            menu::MessageMenu,
        },
    },
};

#[component]
pub fn BubbleView(
    layout: Memo<Layout>,
    key: LogItemKey,
    id: MessageId,
    /// Whether browser APIs may be used.
    is_ready: RwSignal<bool>,
) -> impl IntoView {
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
    let is_animated = is_new && log.is_at_end.get_untracked();
    let is_edited = Memo::new(move |_| {
        bubble.with(|bubble| bubble.as_ref().is_some_and(|bubble| bubble.is_edited && !bubble.is_deleted))
    });
    let menu = expect_context::<MessageMenu>();
    let seq = Memo::new(move |_| bubble.with(|bubble| bubble.as_ref().and_then(|bubble| bubble.seq)));
    let is_deleted =
        Memo::new(move |_| bubble.with(|bubble| bubble.as_ref().is_some_and(|bubble| bubble.is_deleted)));
    let has_menu = Memo::new(move |_| {
        is_ready.try_get().unwrap_or_default() && !is_deleted.get() && seq.get().is_some()
    });
    let reply = Memo::new(move |_| bubble.with(|bubble| bubble.as_ref()?.attached.reply));
    let reactions = Memo::new(move |_| {
        bubble.with(|bubble| bubble.as_ref().map(|bubble| bubble.reactions.clone()).unwrap_or_default())
    });
    let way = expect_context::<WayToMessage>();
    let is_found = move || way.found.get().is_some_and(|found| seq.get() == Some(found));
    let content =
        Memo::new(move |_| bubble.with(|bubble| bubble.as_ref().map(BubbleContent::of).unwrap_or_default()));
    let files = Memo::new(move |_| {
        bubble.with(|bubble| match bubble {
            Some(bubble) if !bubble.is_deleted => (bubble.attached.files.clone(), bubble.seq.is_some()),
            _ => Default::default(),
        })
    });
    let is_unfolded = RwSignal::new(false);
    // Without script all of a long message is shown.
    let is_folded = Memo::new(move |_| {
        let is_long = content.with(|content| matches!(content, BubbleContent::Text(text) if is_long(text)));
        is_long && !is_unfolded.get() && is_ready.try_get().unwrap_or_default()
    });
    let state = Memo::new(move |_| {
        bubble.with(|bubble| bubble.as_ref().map_or(BubbleState::Plain, |bubble| bubble.state))
    });
    let names = Memo::new(move |_| {
        let has_mention = content
            .with(|content| matches!(content, BubbleContent::Text(text) if text.contains(MENTION_PREFIX)));
        if has_mention && is_ready.try_get().unwrap_or_default() {
            live.room_names(log.conversation)
        } else {
            Vec::new()
        }
    });
    view! {
        <div
            class="bubble"
            class:bubble--new=is_animated
            class:bubble--waiting=move || state.get() == BubbleState::Waiting
            class:bubble--folded=move || is_folded.get()
            class:bubble--failed=move || state.get() == BubbleState::Failed
            class:bubble--deleted=move || content.with(|content| *content == BubbleContent::Deleted)
            class:bubble--emoji=move || content.with(|content| matches!(content, BubbleContent::Emoji(_)))
            data-message=id.to_string()
            class:bubble--found=is_found
            data-seq=move || seq.get().map(|seq| seq.to_string())
        >
            {move || reply.get().map(|place| {
                view! { <QuoteView conversation=log.conversation seq=place from=seq/> }.into_any()
            })}
            {fresh_view(move || {
                let (files, is_stored) = files.get();
                (!files.is_empty()).then(|| view! { <FilesView files is_stored/> }.into_any())
            })}
            {fresh_view(move || Some(content.get().view(&names.get())))}
            {move || is_folded.get().then(|| view! {
                <button class="bubble__all" type="button" on:click=move |_| is_unfolded.set(true)>{words::log_show_all()}</button>
            })}
            {move || is_edited.get().then(|| view! { <span class="bubble__edited">{words::common_edited()}</span> })}
            {move || has_menu.get().then(|| view! {
                <button
                    class="bubble__more"
                    type="button"
                    tabindex=move || (menu.stop.get() != Some(id)).then_some("-1")
                    aria-label=move || bubble.with(|bubble| {
                        let text = bubble.as_ref().map_or("", |bubble| &bubble.text);
                        words::menu_more_about(&text.chars().take(NAMED_CHARS).collect::<String>())
                    })
                    aria-haspopup="menu"
                    aria-expanded="false"
                    popovertarget=menu.id()
                    on:click=move |event| menu.press(id, &event)
                >
                    <Icon name="more" class="icon--16"/>
                </button>
            })}
            <Reactions id reactions/>
        </div>
    }
}

/// Characters of a message that tell its button from those of others.
const NAMED_CHARS: usize = 30;
/// Blank lines in a row that are shown.
const BLANK_LINES_MAX: usize = 2;
/// Messages with more lines or characters are folded.
const UNFOLDED_LINES_MAX: usize = 60;
const UNFOLDED_BYTES_MAX: usize = 4_000;

fn is_long(text: &str) -> bool {
    text.len() > UNFOLDED_BYTES_MAX || text.lines().nth(UNFOLDED_LINES_MAX).is_some()
}

/// The content of a bubble.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum BubbleContent {
    #[default]
    Deleted,
    /// Files without words.
    Empty,
    Emoji(String),
    Text(String),
}

impl BubbleContent {
    fn of(bubble: &Bubble) -> Self {
        if bubble.is_deleted {
            Self::Deleted
        } else if bubble.text.is_empty() {
            Self::Empty
        } else if links::is_emoji_only(&bubble.text) {
            Self::Emoji(bubble.text.clone())
        } else {
            Self::Text(fold_blank_lines(&bubble.text))
        }
    }

    /// `names` are the people who can be mentioned.
    fn view(self, names: &[String]) -> AnyView {
        match self {
            Self::Deleted => view! { <p>{words::common_message_deleted()}</p> }.into_any(),
            Self::Empty => ().into_any(),
            Self::Emoji(text) => view! { <p>{text}</p> }.into_any(),
            Self::Text(text) => {
                let parts = links::segments(&text);
                let parts = parts.into_iter().map(|part| segment_view(part, names)).collect_view();
                view! { <p dir="auto">{parts}</p> }.into_any()
            }
        }
    }
}

/// The text with at most two blank lines in a row.
fn fold_blank_lines(text: &str) -> String {
    let mut blank = 0;
    let is_shown = |line: &&str| {
        blank = if line.trim().is_empty() { blank + 1 } else { 0 };
        blank <= BLANK_LINES_MAX
    };
    text.split('\n').filter(is_shown).collect::<Vec<_>>().join("\n")
}

fn segment_view(segment: Segment, names: &[String]) -> AnyView {
    match segment {
        Segment::Text(text) => mention_views(&text, names),
        Segment::Link(url) => {
            let href = url.clone();
            view! { <a href=href dir="ltr" target="_blank" rel="noopener noreferrer nofollow">{url}</a> }
                .into_any()
        }
        Segment::Email(address) => {
            let href = format!("mailto:{address}");
            view! { <a href=href dir="ltr">{address}</a> }.into_any()
        }
    }
}

/// A text with its mentions marked.
fn mention_views(text: &str, names: &[String]) -> AnyView {
    let (mut views, mut plain, mut rest) = (Vec::new(), String::new(), text);
    while let Some(at) = rest.find(MENTION_PREFIX).filter(|_| !names.is_empty()) {
        let (before, mention) = rest.split_at(at);
        let is_start = !before.ends_with(char::is_alphanumeric);
        let len = mention_len(mention, names).filter(|_| is_start);
        plain.push_str(before);
        let (mention, after) = mention.split_at(len.unwrap_or(MENTION_PREFIX.len_utf8()));
        if len.is_some() {
            views.push(std::mem::take(&mut plain).into_any());
            views.push(view! { <mark class="bubble__mention">{mention.to_owned()}</mark> }.into_any());
        } else {
            plain.push_str(mention);
        }
        rest = after;
    }
    plain.push_str(rest);
    views.push(plain.into_any());
    views.collect_view().into_any()
}

/// The length of the longest name, or first word of one, that follows the prefix.
fn mention_len(mention: &str, names: &[String]) -> Option<usize> {
    let typed = &mention[MENTION_PREFIX.len_utf8()..];
    let first_words = names.iter().map(|name| name.split(' ').next().unwrap_or_default());
    let names = names.iter().map(String::as_str).chain(first_words);
    let len = names
        .filter(|name| {
            let start = typed.get(..name.len()).filter(|start| start.to_lowercase() == name.to_lowercase());
            let is_whole = start.is_some() && !typed[name.len()..].starts_with(char::is_alphanumeric);
            is_whole && !name.is_empty()
        })
        .map(str::len)
        .max()?;
    Some(MENTION_PREFIX.len_utf8() + len)
}

#[cfg(test)]
mod tests {
    use super::fold_blank_lines;

    #[test]
    fn more_than_two_blank_lines_fold_to_two() {
        assert_eq!(fold_blank_lines("a\n\n\n\n \n\nb\n\nc"), "a\n\n\nb\n\nc");
        assert_eq!(fold_blank_lines("  a\nb  "), "  a\nb  ");
    }
}
