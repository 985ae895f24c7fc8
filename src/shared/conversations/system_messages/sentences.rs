//! The sentences of system messages: each of the reader and of anybody else, since languages bend the verb.

use super::{NamedUser, SystemMessage, marked};
use crate::shared::{
    conversations::role::Role,
    ids::UserId,
    orders::workflow::{OrderKind, Transition},
    values::dates::Day,
    words,
};

impl SystemMessage {
    /// What the reader did.
    pub(super) fn sentence_of_reader(&self, viewer: Option<UserId>) -> String {
        let sentence = match self {
            Self::Requested { kind, starts_on, ends_on } => match (days(*starts_on, *ends_on), kind) {
                (Some(days), _) => return words::system_message_you_asked_for_days(&days),
                (None, OrderKind::Custom) => words::system_message_you_asked_for_custom(),
                (None, _) => words::system_message_you_asked(),
            },
            Self::Stepped { step, .. } => match step {
                Transition::Accept => words::system_message_you_accepted(),
                Transition::AcceptQuote => words::system_message_you_accepted_price(),
                Transition::Decline => words::system_message_you_declined(),
                Transition::DeclineQuote => words::system_message_you_declined_price(),
                Transition::Start => words::system_message_you_started(),
                Transition::Complete => words::system_message_you_completed(),
                Transition::Cancel => words::system_message_you_cancelled(),
            },
            Self::Quoted { price } => return words::system_message_you_quoted(&price.text()),
            Self::QuoteDeclined { price } => return words::system_message_you_declined_quote(&price.text()),
            Self::Taken => words::system_message_you_look_after(),
            Self::Ordered { order_code, .. } => {
                return words::system_message_you_ordered(&order_code.to_string());
            }
            Self::RoomMade { name } => return words::system_message_you_made_room(&marked(name)),
            Self::Renamed { name } => return words::system_message_you_renamed_room(&marked(name)),
            Self::Invited { people, more } => {
                return words::system_message_you_invited(&invited(people, *more, viewer));
            }
            Self::Joined { .. } => words::system_message_you_joined(),
            Self::Left { .. } => words::system_message_you_left(),
            Self::Removed { person } => return words::system_message_you_removed(&person.name_for(viewer)),
            Self::Promoted { person, role: Role::Moderator } => {
                return words::system_message_you_made_moderator(&person.name_for(viewer));
            }
            Self::Promoted { person, .. } => {
                return words::system_message_you_made_member(&person.name_for(viewer));
            }
            // Whoever did these is not told.
            _ => return self.sentence_of(words::common_the_team(), viewer),
        };
        sentence.to_owned()
    }

    /// What somebody else did.
    pub(super) fn sentence_of(&self, name: &str, viewer: Option<UserId>) -> String {
        match self {
            Self::Requested { kind, starts_on, ends_on } => match (days(*starts_on, *ends_on), kind) {
                (Some(days), _) => words::system_message_asked_for_days(&days, name),
                (None, OrderKind::Custom) => words::system_message_asked_for_custom(name),
                (None, _) => words::system_message_asked(name),
            },
            Self::Stepped { step, .. } => match step {
                Transition::Accept => words::system_message_accepted(name),
                Transition::AcceptQuote => words::system_message_accepted_price(name),
                Transition::Decline => words::system_message_declined(name),
                Transition::DeclineQuote => words::system_message_declined_price(name),
                Transition::Start => words::system_message_started(name),
                Transition::Complete => words::system_message_completed(name),
                Transition::Cancel => words::system_message_cancelled(name),
            },
            Self::Quoted { price } => words::system_message_quoted(name, &price.text()),
            Self::QuoteDeclined { price } => words::system_message_declined_quote(name, &price.text()),
            Self::Taken => words::system_message_looks_after(name),
            Self::Ordered { order_code, .. } => words::system_message_ordered(&order_code.to_string(), name),
            Self::Talked { .. } => words::system_message_talked().to_owned(),
            Self::RoomMade { name: room } => words::system_message_made_room(name, &marked(room)),
            Self::Renamed { name: room } => words::system_message_renamed_room(name, &marked(room)),
            Self::Invited { people, more } => {
                words::system_message_invited(name, &invited(people, *more, viewer))
            }
            Self::Joined { .. } => words::system_message_joined(name),
            Self::Left { .. } => words::system_message_left(name),
            Self::Removed { person } => words::system_message_removed(name, &person.name_for(viewer)),
            Self::Promoted { person, role: Role::Moderator } => {
                words::system_message_made_moderator(name, &person.name_for(viewer))
            }
            Self::Promoted { person, .. } => {
                words::system_message_made_member(name, &person.name_for(viewer))
            }
            Self::Mentioned => words::system_message_mentioned_you(name),
            Self::Notice { title, .. } => title.clone(),
            Self::Note { text } => text.clone(),
            Self::Unknown => words::system_message_unknown().to_owned(),
        }
    }
}

/// `12–15 June`, `12 June`.
fn days(starts_on: Option<Day>, ends_on: Option<Day>) -> Option<String> {
    let from = starts_on?;
    Some(ends_on.map_or_else(|| from.text(), |to| from.span_text(to)))
}

/// `Ana`, `Ana and Leo`, `Ana, Leo and 3 more`.
fn invited(people: &[NamedUser], more: i64, viewer: Option<UserId>) -> String {
    let mut names: Vec<_> = people.iter().map(|person| person.name_for(viewer)).collect();
    if more > 0 {
        names.push(words::system_message_more(more.unsigned_abs()));
    }
    match &names[..] {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => words::system_message_list(&first.join(", "), last),
    }
}
