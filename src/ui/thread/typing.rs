//! Typing indicator (E2): the participants who are typing now.

use leptos::prelude::*;

use crate::{
    browser::use_live,
    shared::{ids::ConversationId, words},
    ui::components::fresh_view,
};

/// Rendered in space that is reserved at the end of the messages, so that nothing moves.
#[component]
pub fn TypingLine(conversation: ConversationId) -> impl IntoView {
    let live = use_live();
    let typing = live.typing(conversation);
    let text = Memo::new(move |_| {
        let users = typing.get();
        live.inbox.with(|inbox| {
            let row = inbox.get(conversation)?;
            let name = |user| row.participant(user).map(|other| other.person.first_name().to_owned());
            let names: Vec<String> = users.into_iter().filter_map(name).collect();
            typing_text(&names)
        })
    });
    fresh_view(move || {
        text.get().map(|text| {
            view! {
                <p class="typing">
                    <span class="typing__dots" aria-hidden="true"><i></i><i></i><i></i></span>
                    <span class="cut" dir="auto">{text}</span>
                </p>
            }
            .into_any()
        })
    })
}

fn typing_text(names: &[String]) -> Option<String> {
    match names {
        [] => None,
        [one] => Some(words::thread_typing_one(one)),
        [one, two] => Some(words::thread_typing_two(one, two)),
        more => Some(words::thread_typing_many(more.len() as u64)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e2_one_name_two_names_then_a_number() {
        let names = ["Ana", "Leo", "Mei"].map(str::to_owned);
        assert_eq!(typing_text(&names[..0]), None);
        assert_eq!(typing_text(&names[..1]).unwrap(), "Ana is typing");
        assert_eq!(typing_text(&names[..2]).unwrap(), "Ana and Leo are typing");
        assert_eq!(typing_text(&names).unwrap(), "3 people are typing");
    }
}
