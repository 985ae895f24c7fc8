//! A search query: the terms that must all be in a message, and where they stand in a text.

use std::{collections::BTreeSet, ops::Range};

use super::tokens::{Kind, Token, Tokens, tokens};

/// Further terms are left out.
pub const TERMS_MAX: usize = 12;
/// A single letter is no beginning of a word, except in scripts where it may be a word.
const PREFIX_MIN_CHARS: usize = 2;

/// What a text must have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    pub terms: Vec<Term>,
}

/// A word or phrase that is sought; one of these is enough. Only what may be a typing error has more than one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    pub phrases: Vec<Phrase>,
}

/// Tokens that follow each other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Phrase {
    pub tokens: Vec<String>,
    /// The last token is the beginning of one.
    pub is_prefix: bool,
    /// It has characters of scripts that are cut into pairs.
    pub has_signs: bool,
}

impl Query {
    /// Reads what somebody has typed: terms between spaces, and phrases between quotation marks. The last term may be
    /// unfinished.
    pub fn parse(typed: &str) -> Self {
        let pieces = pieces(typed);
        let count = pieces.len();
        let mut terms: Vec<Term> = Vec::new();
        for (index, (piece, is_quoted)) in pieces.into_iter().enumerate() {
            let is_unfinished = index + 1 == count && !is_quoted;
            let Some(phrase) = Phrase::of(&piece, is_unfinished) else { continue };
            let term = Term { phrases: vec![phrase] };
            if !terms.contains(&term) && terms.len() < TERMS_MAX {
                terms.push(term);
            }
        }
        Self { terms }
    }

    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Where the terms stand in a text, in bytes, in order and without overlaps. `None` if one is not there.
    pub fn find(&self, text: &str) -> Option<Vec<Range<usize>>> {
        let tokens = tokens(text);
        let mut found: Vec<Range<usize>> = Vec::new();
        for term in &self.terms {
            let before = found.len();
            term.phrases.iter().for_each(|phrase| phrase.find(&tokens, &mut found));
            if found.len() == before {
                return None;
            }
        }
        found.sort_unstable_by_key(|range| (range.start, range.end));
        let mut merged: Vec<Range<usize>> = Vec::new();
        for range in found {
            match merged.last_mut() {
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                _ => merged.push(range),
            }
        }
        Some(merged)
    }
}

impl Term {
    /// The single word that it is, if a typing error in it can be looked for.
    pub fn word(&self) -> Option<&str> {
        match self.phrases.as_slice() {
            [Phrase { tokens, has_signs: false, .. }] if tokens.len() == 1 => Some(&tokens[0]),
            _ => None,
        }
    }
}

impl Phrase {
    pub fn word(word: String) -> Self {
        Self { tokens: vec![word], is_prefix: false, has_signs: false }
    }

    /// None for a text without words.
    fn of(piece: &str, is_unfinished: bool) -> Option<Self> {
        let mut found = tokens(piece).words;
        let last = found.last()?;
        let (is_sign, has_signs) =
            (last.kind != Kind::Word, found.iter().any(|token| token.kind != Kind::Word));
        let is_single = found.len() < 2 || !matches!(found[found.len() - 2].kind, Kind::Pair { .. });
        let is_prefix = if is_sign {
            // Of a run only its pairs are sought, since it may go on; a single character begins a pair.
            if !is_single {
                found.pop();
            }
            is_single || is_unfinished
        } else {
            is_unfinished && last.text.chars().count() >= PREFIX_MIN_CHARS
        };
        Some(Self { tokens: found.into_iter().map(|token| token.text).collect(), is_prefix, has_signs })
    }

    fn find(&self, tokens: &Tokens, found: &mut Vec<Range<usize>>) {
        let Some(last) = self.tokens.last() else { return };
        for place in tokens.words.windows(self.tokens.len()) {
            if let Some(end) = self.end_in(place, last) {
                found.push(place[0].start..end);
            }
        }
        if self.tokens.len() == 1 {
            let numbers = tokens.numbers.iter().filter(|number| self.is_last(&number.text, last));
            found.extend(numbers.map(|number| number.start..number.end));
        }
    }

    /// Where this phrase ends if it stands at these tokens.
    fn end_in(&self, place: &[Token], last: &str) -> Option<usize> {
        let (end, before) = place.split_last()?;
        let is_here = before.iter().zip(&self.tokens).all(|(token, sought)| token.text == *sought)
            && self.is_last(&end.text, last);
        is_here.then(|| match end.kind {
            // One character is sought, and a pair begins with it.
            Kind::Pair { middle } if end.text != last && self.is_first_of_pair(place, last, middle) => middle,
            _ => end.end,
        })
    }

    fn is_last(&self, text: &str, last: &str) -> bool {
        if self.is_prefix { text.starts_with(last) } else { text == last }
    }

    fn is_first_of_pair(&self, place: &[Token], last: &str, middle: usize) -> bool {
        place.last().is_some_and(|end| middle - end.start >= last.len() || last.chars().count() == 1)
    }
}

/// The pieces of what was typed: between spaces, or between quotation marks that begin and end at spaces.
fn pieces(typed: &str) -> Vec<(String, bool)> {
    let mut pieces = Vec::new();
    let mut rest = typed.trim_start();
    while let Some(first) = rest.chars().next() {
        let (piece, is_quoted, after) = match closing(first).and_then(|closing| quoted(rest, first, closing))
        {
            Some((piece, after)) => (piece, true, after),
            None => {
                let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
                (&rest[..end], false, &rest[end..])
            }
        };
        pieces.push((piece.to_owned(), is_quoted));
        rest = after.trim_start();
    }
    pieces
}

/// The text between quotation marks at the start, and what follows.
fn quoted<'a>(text: &'a str, opening: char, closing: &[char]) -> Option<(&'a str, &'a str)> {
    let inner = &text[opening.len_utf8()..];
    let is_end =
        |(at, mark): &(usize, &str)| inner[at + mark.len()..].chars().next().is_none_or(char::is_whitespace);
    let (at, mark) = inner.match_indices(closing).find(is_end)?;
    Some((&inner[..at], &inner[at + mark.len()..]))
}

fn closing(opening: char) -> Option<&'static [char]> {
    Some(match opening {
        '"' => &['"'],
        '“' => &['”', '"'],
        '„' => &['“', '”', '"'],
        '«' => &['»'],
        '»' => &['«'],
        '「' => &['」'],
        '『' => &['』'],
        _ => return None,
    })
}

/// The words of a text that may stand for one with typing errors.
pub fn plain_words(text: &str) -> BTreeSet<String> {
    let words = tokens(text).words.into_iter().filter(|token| token.kind == Kind::Word);
    words.map(|token| token.text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(query: &str, text: &str) -> Option<Vec<String>> {
        let found = Query::parse(query).find(text)?;
        Some(found.into_iter().map(|range| text[range].to_owned()).collect())
    }

    #[test]
    fn f8_all_words_must_be_there_and_the_last_may_be_unfinished() {
        for (query, text, expected) in [
            ("door co", "The code of the DOOR is 12", Some(vec!["code", "DOOR"])),
            ("co door", "The code of the door", None),
            ("jose", "Señor José", Some(vec!["José"])),
            ("d", "The door", None),
            ("a", "Plan a", Some(vec!["a"])),
            ("REQ-7F3", "See REQ-7F3K2M.", Some(vec!["REQ-7F3K2M"])),
            ("1200", "It is 1,200 a month", Some(vec!["1,200"])),
            ("12", "It is 1,200 a month", Some(vec!["1,200"])),
            ("\"front door\"", "The front door", Some(vec!["front door"])),
            ("\"front door\"", "The door in front", None),
            ("\"front doo\"", "The front door", None),
            ("“front door” ke", "front door, key", Some(vec!["front door", "key"])),
            ("6\" pipe", "A 6\" pipe", Some(vec!["6", "pipe"])),
            ("AND OR NOT *", "and or not", Some(vec!["and", "or", "not"])),
        ] {
            let expected: Option<Vec<String>> =
                expected.map(|expected| expected.into_iter().map(str::to_owned).collect());
            assert_eq!(marked(query, text), expected, "{query:?} in {text:?}");
        }
    }

    #[test]
    fn f8_any_part_of_a_text_without_spaces_is_found() {
        for (query, text, expected) in [
            ("予約", "明日の予約を", Some(vec!["予約"])),
            ("予", "明日の予約を", Some(vec!["予"])),
            ("を", "明日の予約を", Some(vec!["を"])),
            ("日の予", "明日の予約を", Some(vec!["日の予"])),
            ("予約 明日", "明日の予約を", Some(vec!["明日", "予約"])),
            ("約予", "明日の予約を", None),
            ("上海", "我在上海等你", Some(vec!["上海"])),
            ("จอง", "ผมจองห้องแล้ว", Some(vec!["จอง"])),
            ("예약", "예약을 확인", Some(vec!["예약"])),
            ("iPhone用", "新しいiPhone用ケース", Some(vec!["iPhone用"])),
            ("用iPhone", "利用iPhone", Some(vec!["用iPhone"])),
        ] {
            let expected: Option<Vec<String>> =
                expected.map(|expected| expected.into_iter().map(str::to_owned).collect());
            assert_eq!(marked(query, text), expected, "{query:?} in {text:?}");
        }
    }

    #[test]
    fn f8_a_query_without_words_is_empty_and_a_long_one_is_bounded() {
        assert!(Query::parse(" .,!? \"\" ").is_empty());
        let many: Vec<String> = (0..50).map(|number| format!("word{number}")).collect();
        assert_eq!(Query::parse(&many.join(" ")).terms.len(), TERMS_MAX);
        assert_eq!(Query::parse("one one one").terms.len(), 2, "the last may go on");
    }
}
