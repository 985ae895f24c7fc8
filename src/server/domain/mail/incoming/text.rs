//! The text of a mail: of its HTML where it has one, since programs break the lines of plain text where they like.

use html2text::config;
use mail_parser::{Message, MessagePart, MimeHeaders, PartType};

/// Longer HTML, or HTML of more or deeper elements, is not looked at; the plain text beside it is.
const HTML_MAX_BYTES: usize = 1024 * 1024;
const ELEMENTS_MAX: usize = 20_000;
const DEPTH_MAX: usize = 250;
/// Lines are not wrapped; this is above any that a person writes.
const WIDTH: usize = 20_000;
/// Elements that have no end tag.
const VOID: [&str; 9] = ["br", "img", "hr", "meta", "link", "input", "wbr", "col", "area"];

/// The whole text, with what it quotes marked by `>` as in plain text. Empty if the mail has none.
pub fn of_mail(mail: &Message<'_>) -> String {
    let html = mail.html_part(0).and_then(|part| match &part.body {
        PartType::Html(html) => from_html(html),
        _ => None,
    });
    html.or_else(|| mail.text_part(0).and_then(from_plain)).unwrap_or_default()
}

fn from_html(html: &str) -> Option<String> {
    if html.len() > HTML_MAX_BYTES || !is_shallow(html) {
        return None;
    }
    // Outlook's paragraphs are lines: it draws no space between them.
    let html = if html.contains("MsoNormal") {
        html.replace("<p class=MsoNormal", "<div class=MsoNormal")
            .replace("<p class=\"MsoNormal\"", "<div class=\"MsoNormal\"")
            .replace("</p>", "</div>")
    } else {
        html.to_owned()
    };
    let text = config::plain_no_decorate()
        .raw_mode(true)
        .no_table_borders()
        .link_footnotes(false)
        .allow_width_overflow()
        .string_from_read(html.as_bytes(), WIDTH)
        .ok()?;
    // A non-breaking space is how programs keep an empty line.
    let text = text.replace('\u{a0}', " ");
    (!text.trim().is_empty()).then_some(text)
}

/// Whether its elements are few and not deeply nested, by a look at the tags alone.
fn is_shallow(html: &str) -> bool {
    let (mut depth, mut count) = (0_usize, 0_usize);
    for tag in html.split('<').skip(1) {
        count += 1;
        let name: String = tag.chars().take_while(|c| c.is_ascii_alphanumeric()).collect();
        if tag.starts_with('/') {
            depth = depth.saturating_sub(1);
        } else if !name.is_empty() && !VOID.contains(&name.to_ascii_lowercase().as_str()) {
            depth += 1;
        }
        if depth > DEPTH_MAX || count > ELEMENTS_MAX {
            return false;
        }
    }
    true
}

fn from_plain(part: &MessagePart<'_>) -> Option<String> {
    let PartType::Text(text) = &part.body else { return None };
    let format = |name: &str| part.content_type().and_then(|kind| kind.attribute(name)).unwrap_or_default();
    if format("format").eq_ignore_ascii_case("flowed") {
        return Some(unflowed(text, format("delsp").eq_ignore_ascii_case("yes")));
    }
    Some(text.to_string())
}

/// Undoes the line breaks of RFC 3676: a line that ends in a space goes on in the next one of the same quote depth.
fn unflowed(text: &str, delete_space: bool) -> String {
    let mut whole = String::with_capacity(text.len());
    let mut open: Option<usize> = None;
    for line in text.lines() {
        let depth = line.chars().take_while(|c| *c == '>').count();
        let content = &line[depth..];
        let content = content.strip_prefix(' ').unwrap_or(content);
        if open != Some(depth) {
            if open.is_some() {
                whole.push('\n');
            }
            (0..depth).for_each(|_| whole.push('>'));
            if depth > 0 {
                whole.push(' ');
            }
        }
        let is_flowed = content.ends_with(' ') && content != "-- ";
        let content = if is_flowed && delete_space { &content[..content.len() - 1] } else { content };
        whole.push_str(content);
        if is_flowed {
            open = Some(depth);
        } else {
            whole.push('\n');
            open = None;
        }
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flowed_lines_are_joined_within_their_depth() {
        let flowed = "This goes \non here.\n\nNew one \n> quoted \n> too\n-- \nAna";
        assert_eq!(unflowed(flowed, false), "This goes on here.\n\nNew one \n> quoted too\n-- \nAna\n");
        assert_eq!(unflowed("日本 \n語\n", true), "日本語\n");
        assert_eq!(unflowed(" > not quoted\n", false), "> not quoted\n");
    }

    #[test]
    fn html_becomes_lines_as_they_are_seen() {
        let html = "<html><head><style>p{}</style></head><body><div>First line</div><div>Second &amp; last<br></div>\
                    <div><br></div><p>A long one.</p><blockquote>Quoted <b>text</b></blockquote><script>alert(1)</script></body></html>";
        let text = from_html(html).unwrap();
        let lines: Vec<_> = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
        assert_eq!(lines, ["First line", "Second & last", "A long one.", "> Quoted text"]);
    }

    #[test]
    fn html_that_would_cost_too_much_is_left_aside() {
        assert_eq!(from_html(&"<div>".repeat(100_000)), None);
        assert_eq!(from_html(&"<p>x</p>".repeat(100_000)), None);
        assert_eq!(from_html(&format!("<p>{}</p>", "x".repeat(HTML_MAX_BYTES))), None);
        assert!(from_html(&"<br>".repeat(5_000)).is_none(), "nothing is in it");
        assert!(from_html(&format!("x{}", "<br>y".repeat(5_000))).is_some());
    }
}
