//! What the index is asked: the words and tags of a search, as FTS5 and PostgreSQL read them. Everything is quoted, so nothing
//! that somebody types is taken for an operator.

use super::tags;
use crate::shared::{
    ids::{ConversationId, ListingId, UserId},
    messages::search::Has,
    values::search::query::{Phrase, Query},
};

/// Characters of the beginnings that PostgreSQL has tags for: a single one of scripts that are cut into pairs, and these.
pub(super) const PREFIX_CHARS: [usize; 2] = [2, 4];
/// Tags of audiences in one statement on PostgreSQL.
const TAGS_MAX: usize = 1_024;
/// Periods of the first statement on PostgreSQL. Each further one looks at four times as many.
const PERIODS_MIN: i64 = 2;

/// Where a search looks.
#[derive(Clone, Debug)]
pub struct Scope {
    pub user: UserId,
    /// The rooms that the user is in, or those of them that are asked for.
    pub rooms: Vec<ConversationId>,
    /// Only this conversation.
    pub conversation: Option<ConversationId>,
    /// Only conversations with this person.
    pub with: Option<UserId>,
    pub listing: Option<ListingId>,
    pub sender: Option<UserId>,
    pub has: Option<Has>,
    /// Times in microseconds, both ends included.
    pub since: i64,
    pub until: i64,
}

impl Scope {
    /// Tags of which an entry has one, and tags of which it has all.
    fn audience(&self) -> Vec<Vec<String>> {
        if let Some(conversation) = self.conversation {
            return vec![vec![tags::conversation(conversation)]];
        }
        let mut own = vec![tags::person(self.user)];
        own.extend(self.with.map(tags::person));
        let rooms = self.rooms.iter().map(|room| vec![tags::conversation(*room)]);
        std::iter::once(own).chain(rooms).collect()
    }

    fn required(&self) -> Vec<String> {
        let listing = self.listing.map(tags::listing);
        let sender = self.sender.map(tags::sender);
        listing.into_iter().chain(sender).chain(self.has.map(tags::has)).collect()
    }

    /// The expression of FTS5.
    pub(super) fn fts5(&self, query: &Query) -> String {
        let tags = |tags: &[String]| {
            let quoted: Vec<_> = tags.iter().map(|tag| format!("\"{tag}\"")).collect();
            if quoted.len() == 1 { quoted.concat() } else { format!("({})", quoted.join(" AND ")) }
        };
        let audience: Vec<_> = self.audience().iter().map(|all| tags(all)).collect();
        let mut parts = vec![format!("({})", audience.join(" OR "))];
        parts.extend(self.required().iter().map(|tag| format!("\"{tag}\"")));
        for term in &query.terms {
            let phrases: Vec<_> = term.phrases.iter().map(fts5_phrase).collect();
            parts.push(format!("({})", phrases.join(" OR ")));
        }
        parts.join(" AND ")
    }

    /// The tags and words for PostgreSQL's index, of entries in these periods. It finds too many: phrases and long beginnings
    /// are for [`exact`].
    pub(super) fn coarse(&self, query: &Query, periods: std::ops::RangeInclusive<i64>) -> String {
        let audience: Vec<_> = self
            .audience()
            .iter()
            .flat_map(|all| periods.clone().map(move |period| (all, period)))
            .map(|(all, period)| {
                let tags: Vec<_> = all.iter().map(|tag| lexeme(&tags::in_period(tag, period))).collect();
                format!("({})", tags.join(" & "))
            })
            .collect();
        let mut parts = vec![format!("({})", audience.join(" | "))];
        parts.extend(self.required().iter().map(|tag| lexeme(tag)));
        for term in &query.terms {
            let phrases: Vec<_> = term.phrases.iter().map(coarse_phrase).collect();
            parts.push(format!("({})", phrases.join(" | ")));
        }
        parts.join(" & ")
    }

    /// How many periods a statement looks at after one that looked at `before`.
    pub(super) fn next_periods(&self, before: Option<i64>) -> i64 {
        let max = (TAGS_MAX / self.audience().len().max(1)).max(1) as i64;
        before.map_or(PERIODS_MIN, |before| before * 4).min(max)
    }
}

/// The terms as PostgreSQL compares them with a single entry. The same as FTS5 finds.
pub(super) fn exact(query: &Query) -> String {
    let terms = query.terms.iter().map(|term| {
        let phrases = term.phrases.iter().map(|phrase| {
            let (last, before) =
                phrase.tokens.split_last().map_or(("", &[][..]), |(last, before)| (last, before));
            let mut tokens: Vec<_> = before.iter().map(|token| lexeme(token)).collect();
            tokens.push(lexeme(last) + if phrase.is_prefix { ":*" } else { "" });
            format!("({})", tokens.join(" <-> "))
        });
        format!("({})", phrases.collect::<Vec<_>>().join(" | "))
    });
    terms.collect::<Vec<_>>().join(" & ")
}

fn fts5_phrase(phrase: &Phrase) -> String {
    let prefix = if phrase.is_prefix { " *" } else { "" };
    format!("\"{}\"{prefix}", phrase.tokens.join(" ").replace('"', ""))
}

fn coarse_phrase(phrase: &Phrase) -> String {
    let (last, before) = phrase.tokens.split_last().map_or(("", &[][..]), |(last, before)| (last, before));
    let mut tokens: Vec<_> = before.iter().map(|token| lexeme(token)).collect();
    tokens.push(if phrase.is_prefix { lexeme(&tags::prefix(longest_prefix(last))) } else { lexeme(last) });
    format!("({})", tokens.join(" & "))
}

/// The longest beginning of this that has a tag.
fn longest_prefix(chars: &str) -> &str {
    let count = chars.chars().count();
    let length = PREFIX_CHARS.into_iter().rev().find(|length| *length <= count).unwrap_or(1);
    chars.char_indices().nth(length).map_or(chars, |(end, _)| &chars[..end])
}

/// A word as PostgreSQL reads it in texts of `tsquery` and `tsvector`.
pub(super) fn lexeme(word: &str) -> String {
    format!("'{}'", word.replace('\\', "\\\\").replace('\'', "''"))
}
