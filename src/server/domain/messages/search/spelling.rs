//! Typing errors: where nothing was found, words that the viewer's own messages do not have are replaced by words that they
//! have. Nothing of other people's messages is looked at, so nothing of them can be guessed from what is suggested.

use std::{collections::BTreeSet, ops::Range};

use crate::{
    server::store::{
        Conn, Result,
        messages::search::{
            find::{self, Hit},
            statement::Scope,
            vocabulary,
        },
    },
    shared::values::search::{
        distance::{allowed, within},
        query::{Phrase, Query, Term},
    },
};

/// Entries whose words are looked at, for each word that is not found.
const ENTRIES: i64 = 1_000;
/// Words that may stand for one.
const NEIGHBOURS_MAX: usize = 20;
/// Letters that a typing error rarely changes.
const BEGINNING_CHARS: usize = 2;

/// The query with other words for those that are nowhere. `None` if there are none, or no others.
pub async fn corrected(conn: &mut Conn<'_>, scope: &Scope, query: &Query) -> Result<Option<Query>> {
    let mut corrected = query.clone();
    let mut is_other = false;
    for term in &mut corrected.terms {
        let Some(word) = term.word() else { continue };
        let errors = allowed(word.chars().count());
        if errors == 0 || has_any(conn, scope, term).await? {
            continue;
        }
        let neighbours = neighbours(conn, scope, word, errors).await?;
        if neighbours.is_empty() {
            return Ok(None);
        }
        term.phrases = neighbours.into_iter().map(Phrase::word).collect();
        is_other = true;
    }
    Ok(is_other.then_some(corrected))
}

async fn has_any(conn: &mut Conn<'_>, scope: &Scope, term: &Term) -> Result<bool> {
    let query = Query { terms: vec![term.clone()] };
    Ok(!find::entries(conn, scope, &query, i64::MAX, 1).await?.ids.is_empty())
}

/// Words of the viewer's messages that differ by so few errors, the nearest first.
async fn neighbours(conn: &mut Conn<'_>, scope: &Scope, word: &str, errors: usize) -> Result<Vec<String>> {
    let beginning: String = word.chars().take(BEGINNING_CHARS).collect();
    let alike = Phrase { tokens: vec![beginning], is_prefix: true, has_signs: false };
    let alike = Query { terms: vec![Term { phrases: vec![alike] }] };
    let mut words = vocabulary::words(conn, scope, &alike, ENTRIES).await?;
    words.extend(vocabulary::words(conn, scope, &Query::default(), ENTRIES).await?);
    let near = words.into_iter().filter_map(|other| Some((within(word, &other, errors)?, other)));
    let near: BTreeSet<(usize, String)> = near.collect();
    Ok(near.into_iter().take(NEIGHBOURS_MAX).map(|(_, word)| word).collect())
}

/// What was sought instead, in the words of the first message that was found.
pub fn instead(query: &Query, hits: &[(Hit, Vec<Range<usize>>)]) -> Option<String> {
    let (hit, _) = hits.first()?;
    let words = query.terms.iter().filter_map(|term| {
        let stands = term.phrases.iter().find(|phrase| {
            Query { terms: vec![Term { phrases: vec![(*phrase).clone()] }] }.find(&hit.text).is_some()
        });
        stands.map(|phrase| phrase.tokens.join(" "))
    });
    Some(words.collect::<Vec<_>>().join(" "))
}
