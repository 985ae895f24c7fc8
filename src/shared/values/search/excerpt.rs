//! Excerpts: the part of a message around what was found, and the marks in it.

use std::ops::Range;

/// Characters of an excerpt.
const EXCERPT_CHARS: usize = 160;
/// Those before the first mark.
const BEFORE_CHARS: usize = 48;
/// How far a cut goes to meet a space.
const CUT_CHARS: usize = 16;
const ELLIPSIS: char = '…';

/// The text around the first mark on one line, with its marks counted in characters.
pub fn excerpt(text: &str, found: &[Range<usize>]) -> (String, Vec<Range<usize>>) {
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let index = |byte: usize| chars.partition_point(|(at, _)| *at < byte);
    let first = found.first().map_or(0, |range| index(range.start));
    let mut from = first.saturating_sub(BEFORE_CHARS);
    if from > 0
        && let Some(space) = chars[from..first].iter().take(CUT_CHARS).position(|(_, c)| c.is_whitespace())
    {
        from += space + 1;
    }
    let mut to = (from + EXCERPT_CHARS).min(chars.len());
    if to < chars.len()
        && let Some(space) = chars[from..to].iter().rev().take(CUT_CHARS).position(|(_, c)| c.is_whitespace())
    {
        to -= space + 1;
    }
    let offset = usize::from(from > 0);
    let mut shown = String::new();
    shown.extend((from > 0).then_some(ELLIPSIS));
    shown.extend(chars[from..to].iter().map(|(_, c)| if c.is_whitespace() { ' ' } else { *c }));
    shown.extend((to < chars.len()).then_some(ELLIPSIS));
    let marks = found.iter().map(|range| (index(range.start).max(from), index(range.end).min(to)));
    let marks = marks.filter(|(start, end)| start < end);
    (shown, marks.map(|(start, end)| start - from + offset..end - from + offset).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::values::search::query::Query;

    fn marked(query: &str, text: &str) -> (String, Vec<String>) {
        let (shown, marks) = excerpt(text, &Query::parse(query).find(text).unwrap());
        let chars: Vec<char> = shown.chars().collect();
        let marked = marks.iter().map(|mark| chars[mark.clone()].iter().collect());
        (shown, marked.collect())
    }

    #[test]
    fn f8_an_excerpt_shows_the_words_around_the_first_mark() {
        assert_eq!(marked("code", "The code\nis 12"), ("The code is 12".into(), vec!["code".into()]));
        let long = format!("{}the door code is 12 {}", "früher ".repeat(40), "und danach ".repeat(40));
        let (shown, marks) = marked("code door", &long);
        assert!(shown.starts_with('…') && shown.ends_with('…'), "{shown}");
        assert!(shown.chars().count() <= EXCERPT_CHARS + 2, "{shown}");
        assert_eq!(marks, ["door", "code"]);
        let one = "あ".repeat(500) + "予約" + &"い".repeat(500);
        assert_eq!(marked("予約", &one).1, ["予約"]);
    }
}
