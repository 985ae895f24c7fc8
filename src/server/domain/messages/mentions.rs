//! Mentions: which members of a room a message names after an `@`.

use linkify::LinkFinder;

use crate::{
    server::{context::ContextInner, domain::failed, store::rooms},
    shared::{
        conversations::rooms::{MENTION_PREFIX, MENTIONS_MAX},
        errors::Result,
        ids::{ConversationId, UserId},
        users::{Person, Viewer},
        values::text,
    },
};

/// Stands for a link or an e-mail address, in which nobody is mentioned. Part of a word.
const LINK: &str = "x";

/// The present members of a room whom a text mentions, at most [`MENTIONS_MAX`]. Empty for other conversations.
pub async fn mentioned(
    context: &ContextInner,
    viewer: &Viewer,
    conversation: ConversationId,
    body: &str,
) -> Result<Vec<UserId>> {
    if !body.contains(MENTION_PREFIX) {
        return Ok(Vec::new());
    }
    let (user, now) = (viewer.id, context.clock.now());
    let found = context
        .store
        .read(move |mut conn| {
            Box::pin(async move { rooms::people::people(&mut conn, user, conversation, now).await })
        })
        .await
        .map_err(failed)?;
    let people = found.map_or_else(Vec::new, |found| found.people);
    let others: Vec<_> =
        people.into_iter().map(|other| other.person).filter(|person| person.id != user).collect();
    Ok(mentions(body, &others))
}

/// A member's name with case folded.
struct Name {
    user: UserId,
    whole: String,
    /// The first word.
    first: String,
}

/// The people whom the text mentions by the whole name or by its first word: `@Ana`, `@ana ruiz`. Where several
/// names fit, the longest wins; people of the same name are all mentioned.
fn mentions(body: &str, people: &[Person]) -> Vec<UserId> {
    let names: Vec<Name> = people
        .iter()
        .map(|person| {
            let whole = text::folded(&person.name);
            let first = whole.split(' ').next().unwrap_or_default().to_owned();
            Name { user: person.id, whole, first }
        })
        .collect();
    let body = text::folded(&without_links(body));
    let mut mentioned = Vec::new();
    for (at, _) in body.match_indices(MENTION_PREFIX) {
        let rest = &body[at + MENTION_PREFIX.len_utf8()..];
        if begins_word(&body[..at]) {
            for user in named_at(rest, &names) {
                if mentioned.len() < MENTIONS_MAX && !mentioned.contains(&user) {
                    mentioned.push(user);
                }
            }
        }
    }
    mentioned
}

/// The people whose names the text starts with.
fn named_at(rest: &str, names: &[Name]) -> Vec<UserId> {
    let ends = |name: &str| rest.strip_prefix(name).filter(|_| !name.is_empty()).map(ends_word);
    // A longer name than that of anybody here: `@Ana Ruiz-Gomez` is not Ana Ruiz.
    let goes_on = |name: &Name| name.whole != name.first && ends(&name.whole) == Some(false);
    let whole =
        names.iter().filter(|name| ends(&name.whole) == Some(true)).map(|name| name.whole.len()).max();
    match whole {
        Some(longest) => {
            let is_it = |name: &&Name| name.whole.len() == longest && rest.starts_with(&name.whole);
            names.iter().filter(is_it).map(|name| name.user).collect()
        }
        None if names.iter().any(goes_on) => Vec::new(),
        None => names.iter().filter(|name| ends(&name.first) == Some(true)).map(|name| name.user).collect(),
    }
}

/// Whether a mention may follow this text: not within a word, a path or an address.
fn begins_word(before: &str) -> bool {
    before.chars().next_back().is_none_or(|c| !c.is_alphanumeric() && !"/._-+@:=&#%~\\".contains(c))
}

/// Whether a name that stands before this text ends there.
fn ends_word(after: &str) -> bool {
    let mut chars = after.chars();
    match chars.next() {
        None => true,
        Some(c) if "-_.@/".contains(c) => !chars.next().is_some_and(char::is_alphanumeric),
        Some(c) => !c.is_alphanumeric(),
    }
}

fn without_links(body: &str) -> String {
    let mut finder = LinkFinder::new();
    finder.url_must_have_scheme(false);
    finder.spans(body).map(|span| if span.kind().is_some() { LINK } else { span.as_str() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e1_a_mention_names_who_is_meant_and_nobody_else() {
        let person = |name: &str| Person::new(UserId::new(), name.into(), 0);
        let people = ["Ana Ruiz", "Ana Silva", "José", "Bo", "Ana Silva Costa"].map(person);
        for (body, expected) in [
            ("@Ana can you?", &["Ana Ruiz", "Ana Silva", "Ana Silva Costa"][..]),
            ("@Ana Silva can you?", &["Ana Silva"]),
            ("@ana silva costa!", &["Ana Silva Costa"]),
            ("hello @ANA RUIZ!", &["Ana Ruiz"]),
            ("(@Ana Ruiz), “@bo”", &["Ana Ruiz", "Bo"]),
            ("@Bo's place", &["Bo"]),
            ("@jose\u{301}: yes", &["José"]),
            ("@Ana Ruiz-Gomez hi", &[]),
            ("@Bobby @ Bo @Ruiz", &[]),
            ("write to host@ana.com", &[]),
            ("https://medium.com/@ana/my-post medium.com/@ana", &[]),
            ("mail me at x@ana or bo@bo.example", &[]),
            ("a.@ana _@ana +@ana", &[]),
        ] {
            let found = mentions(body, &people);
            let names: Vec<_> = people.iter().filter(|p| found.contains(&p.id)).map(|p| &*p.name).collect();
            assert_eq!(names, expected, "{body}");
        }
        let crowd: Vec<_> = (0..30).map(|_| person("Ana")).collect();
        assert_eq!(mentions("@ana", &crowd).len(), MENTIONS_MAX);
    }
}
