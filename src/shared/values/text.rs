//! Validation and normalisation of text that users type, for server and browser alike.

use crate::shared::errors::{ApiError, Result};

/// Normalises a single line (a name, a title): trims it, collapses white space, and checks its length in
/// characters. Refuses control characters and bidirectional controls: the line is shown next to other users'
/// texts and could reorder them.
pub fn line(field: &str, label: &str, text: &str, min_chars: usize, max_chars: usize) -> Result<String> {
    let tidy = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let tidy = if tidy.chars().all(is_invisible) { String::new() } else { tidy };
    let chars = tidy.chars().count();
    if tidy.chars().any(|c| is_forbidden_control(c) || is_bidi_control(c)) {
        return Err(ApiError::invalid(field, format!("{label} has characters that can’t be shown.")));
    }
    check_length(field, label, chars, min_chars, max_chars)?;
    Ok(tidy)
}

/// Normalises a text of several lines: unifies line ends, trims, and checks its length in characters.
/// Bidirectional marks stay, because right-to-left writers need them; pages isolate them.
pub fn block(field: &str, label: &str, text: &str, min_chars: usize, max_chars: usize) -> Result<String> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let text = text.trim();
    let text = if text.chars().all(is_invisible) { "" } else { text };
    if text.chars().any(is_forbidden_control) {
        return Err(ApiError::invalid(field, format!("{label} has characters that can’t be shown.")));
    }
    check_length(field, label, text.chars().count(), min_chars, max_chars)?;
    Ok(text.to_owned())
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

/// The text trimmed and in lower case, for comparisons that ignore case.
pub fn folded(text: &str) -> String {
    text.trim().to_lowercase()
}

fn check_length(field: &str, label: &str, chars: usize, min: usize, max: usize) -> Result<()> {
    if chars == 0 && min > 0 {
        return Err(ApiError::invalid(field, format!("{label} is empty.")));
    }
    if chars < min {
        return Err(ApiError::invalid(field, format!("{label} needs at least {min} characters.")));
    }
    if chars > max {
        return Err(ApiError::invalid(
            field,
            format!("{label} is too long: {chars} characters, {max} at most."),
        ));
    }
    Ok(())
}

fn is_forbidden_control(c: char) -> bool {
    c.is_control() && c != '\n' && c != '\t'
}

/// Characters without a visible glyph. A text of nothing else is blank.
fn is_invisible(c: char) -> bool {
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
