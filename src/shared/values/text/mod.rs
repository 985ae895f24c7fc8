//! Text that users type: the one place where names, titles, e-mail addresses, messages and search terms are
//! normalised and checked. The stored form is NFC, has no invisible characters where they don't belong, and
//! bounds the marks on a character. The server decides; the browser has only the light checks.

#[cfg(not(feature = "ssr"))]
#[path = "light.rs"]
mod unicode;
#[cfg(feature = "ssr")]
mod unicode;

use crate::shared::{
    errors::{ApiError, Result},
    words,
};
use unicode::Place;
#[cfg(feature = "ssr")]
pub use unicode::is_mark;

/// Normalises a single line (a name, a title): NFC, trimmed, white space collapsed; and checks its length in
/// characters. Refuses control and invisible characters and stacked marks: the line is shown next to other
/// users' texts, and could reorder or cover them, or look like one of them.
pub fn line(field: &str, label: &str, text: &str, min_chars: usize, max_chars: usize) -> Result<String> {
    check_size(field, label, text, max_chars)?;
    let tidy = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let tidy = if tidy.chars().all(is_invisible) { String::new() } else { composed(&tidy) };
    let is_shown = !tidy.chars().any(|c| is_forbidden_control(c) || is_bidi_control(c))
        && unicode::clean(&tidy, Place::Line) == tidy
        && !tidy.starts_with(unicode::is_mark);
    if !is_shown {
        return Err(cannot_be_shown(field, label));
    }
    check_length(field, label, tidy.chars().count(), min_chars, max_chars)?;
    Ok(tidy)
}

/// Normalises a text of several lines: NFC, unified line ends, trimmed; and checks its length in characters.
/// Invisible characters that don't belong are left out, and marks beyond the bound. Direction marks stay,
/// because right-to-left writers need them; pages isolate them.
pub fn block(field: &str, label: &str, text: &str, min_chars: usize, max_chars: usize) -> Result<String> {
    check_size(field, label, text, max_chars)?;
    if text.chars().any(|c| c != '\r' && is_forbidden_control(c)) {
        return Err(cannot_be_shown(field, label));
    }
    let text = unified_line_ends(text);
    let text = unicode::clean(&text, Place::Block);
    let text = text.trim();
    let text = if text.chars().all(is_invisible) { "" } else { text };
    check_length(field, label, text.chars().count(), min_chars, max_chars)?;
    Ok(text.to_owned())
}

/// Normalises what is typed into a search: like [`line`], but invisible characters are left out, since they
/// often come along with pasted text.
pub fn search(field: &str, text: &str, max_chars: usize) -> Result<String> {
    check_size(field, words::text_check_search(), text, max_chars)?;
    line(field, words::text_check_search(), &unicode::clean(text, Place::Line), 0, max_chars)
}

/// Normalises an e-mail address: trimmed, folded, the domain in its ASCII form (IDNA). None if it is none, or
/// has characters that can't be seen.
pub fn address(text: &str) -> Option<String> {
    let text = text.trim();
    let is_hidden = |c: char| is_invisible(c) || c.is_control();
    if text.chars().any(is_hidden) || unicode::clean(text, Place::Line) != composed(text) {
        return None;
    }
    let (local, domain) = text.split_once('@')?;
    let domain = unicode::ascii_domain(domain)?;
    (!local.starts_with(unicode::is_mark)).then(|| format!("{}@{domain}", unicode::folded(local)))
}

/// A part of an address as it is searched: a domain that is typed in its own script is stored in ASCII.
pub fn address_part(text: &str) -> String {
    let (local, domain) = text.rsplit_once('@').map_or(("", text), |(local, domain)| (local, domain));
    match unicode::ascii_domain(domain) {
        Some(ascii) if !domain.is_ascii() && local.is_empty() => ascii,
        Some(ascii) if !domain.is_ascii() => format!("{local}@{ascii}"),
        _ => text.to_owned(),
    }
}

/// The text without the control characters that `block` refuses. The browser applies it to pasted text.
pub fn without_controls(text: &str) -> String {
    text.chars().filter(|c| *c == '\r' || !is_forbidden_control(*c)).collect()
}

/// Escapes text inside `<title>` and `<textarea>`, which the server's renderer writes unescaped.
pub fn escape_raw_element(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// The text with its first letter as a capital.
pub fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// The text trimmed, composed and with case folded, for comparisons that ignore case.
pub fn folded(text: &str) -> String {
    unicode::folded(text.trim())
}

/// The text as it is stored for searches, and as it is searched: without case and accents.
#[cfg(feature = "ssr")]
pub fn search_form(text: &str) -> String {
    unicode::search_form(text.trim())
}

/// What was typed before texts were normalised, as it is kept from now on: nothing visible changes.
#[cfg(feature = "ssr")]
pub fn visible_line(text: &str) -> String {
    unicode::clean(text, Place::Line).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A block as it was stored before texts were normalised. A client may still repeat a send from that time.
#[cfg(feature = "ssr")]
pub fn unnormalised_block(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").trim().to_owned()
}

fn unified_line_ends(text: &str) -> String {
    text.replace("\r\n", "\n").replace(['\r', '\u{2028}', '\u{2029}'], "\n")
}

/// The text in NFC, whatever it holds.
#[cfg(feature = "ssr")]
fn composed(text: &str) -> String {
    unicode_normalization::UnicodeNormalization::nfc(text).collect()
}

#[cfg(not(feature = "ssr"))]
fn composed(text: &str) -> String {
    text.to_owned()
}

fn cannot_be_shown(field: &str, label: &str) -> ApiError {
    ApiError::invalid(field, words::text_check_unshowable(label))
}

/// Refuses a text that is far too long before any work on it.
fn check_size(field: &str, label: &str, text: &str, max_chars: usize) -> Result<()> {
    const BYTES_PER_CHAR_MAX: usize = 64;
    if text.len() > max_chars.max(16) * BYTES_PER_CHAR_MAX {
        return Err(too_long(field, label, text.chars().count(), max_chars));
    }
    Ok(())
}

fn too_long(field: &str, label: &str, chars: usize, max: usize) -> ApiError {
    ApiError::invalid(field, words::text_check_too_long(&chars.to_string(), label, &max.to_string()))
}

fn check_length(field: &str, label: &str, chars: usize, min: usize, max: usize) -> Result<()> {
    if chars == 0 && min > 0 {
        return Err(ApiError::invalid(field, words::text_check_empty(label)));
    }
    if chars < min {
        return Err(ApiError::invalid(field, words::text_check_too_short(label, &min.to_string())));
    }
    if chars > max {
        return Err(too_long(field, label, chars, max));
    }
    Ok(())
}

fn is_forbidden_control(c: char) -> bool {
    c.is_control() && c != '\n' && c != '\t'
}

/// Characters without a visible glyph. A text of nothing else is blank.
pub(crate) fn is_invisible(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
            | '\u{180B}'..='\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{2800}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{E0000}'..='\u{E007F}')
}

/// Bidirectional controls, which can change the order in which text is shown.
pub(crate) fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}' | '\u{061C}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_tidied_and_can_not_reorder_its_neighbours() {
        assert_eq!(line("name", "Your name", "  Noor \n Haddad ", 1, 60).unwrap(), "Noor Haddad");
        assert_eq!(line("name", "Your name", "Jose\u{301}", 1, 60).unwrap(), "José");
        let stacked = format!("a{}", "\u{310}".repeat(3));
        for hidden in ["An\u{200B}a", "Aino\u{FEFF}", "A\u{3164}B", "a\u{AD}b", "\u{301}a", stacked.as_str()]
        {
            assert!(line("name", "Your name", hidden, 1, 60).is_err(), "{hidden:?}");
        }
        assert!(line("name", "Your name", "Ana 👩\u{200D}🍳", 1, 60).is_ok());
        assert!(line("name", "Your name", "evil\u{202E}gpj", 1, 60).is_err());
        assert!(line("name", "Your name", "bell\u{7}", 1, 60).is_err());
        assert!(line("name", "Your name", &"x".repeat(61), 1, 60).is_err());
        assert!(line("name", "Your name", &"x".repeat(60), 1, 60).is_ok());
    }

    #[test]
    fn a_text_of_nothing_but_invisible_characters_is_blank() {
        for blank in ["\u{200B}", "\u{3164}\u{2060}", "\u{FEFF} \u{2800}\n"] {
            assert!(block("body", "The message", blank, 1, 10).is_err());
            assert!(line("name", "Your name", blank, 1, 10).is_err());
        }
        assert!(block("body", "The message", "👩\u{200D}👧", 1, 10).is_ok());
    }

    #[test]
    fn text_can_not_leave_a_raw_element() {
        assert_eq!(escape_raw_element("</title> & more"), "&lt;/title> &amp; more");
    }

    #[test]
    fn a_block_keeps_lines_emoji_and_right_to_left_marks() {
        assert_eq!(block("body", "The message", " a\r\nb\t\u{200F}😀 ", 1, 10).unwrap(), "a\nb\t\u{200F}😀");
        assert!(block("body", "The message", "a\0b", 1, 10).is_err());
        assert!(block("body", "The message", " \n\t ", 1, 10).is_err());
        assert_eq!(without_controls("a\0b\u{b}c\r\nd"), "abc\r\nd");
    }
}
