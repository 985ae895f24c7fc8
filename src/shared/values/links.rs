//! Link detection in message texts. Messages hold no HTML; URLs in them are shown as links.

use linkify::{LinkFinder, LinkKind};

use super::text;

/// A part of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    Text(String),
    /// An `http` or `https` URL, and the text that is shown for it. One that could look like another stays text: with
    /// a user's name before the host, a host in another script, or invisible characters.
    Link(String),
    /// An e-mail address of plain letters, digits and `._+-`, which can carry no further headers.
    Email(String),
}

/// Splits the text into plain parts and links. Joined, they give the text again.
pub fn segments(text: &str) -> Vec<Segment> {
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url, LinkKind::Email]);
    finder
        .spans(text)
        .map(|span| {
            let part = span.as_str().to_owned();
            match span.kind() {
                Some(LinkKind::Url) if is_safe_url(&part) => Segment::Link(part),
                Some(LinkKind::Email) if is_plain_address(&part) => Segment::Email(part),
                _ => Segment::Text(part),
            }
        })
        .collect()
}

/// Whether the text is one to three emoji and nothing else. Such messages are shown large.
pub fn is_emoji_only(text: &str) -> bool {
    let mut shown = 0;
    let mut joins = false;
    for c in text.chars() {
        match c {
            '\u{200D}' => joins = true,
            '\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}' => {}
            '\u{2600}'..='\u{27BF}' | '\u{2B50}' | '\u{2B55}' | '\u{1F000}'..='\u{1FAFF}' => {
                shown += i32::from(!joins);
                joins = false;
            }
            _ => return false,
        }
    }
    (1..=3).contains(&shown)
}

fn is_safe_url(url: &str) -> bool {
    if url.chars().any(|c| text::is_invisible(c) || c.is_control()) {
        return false;
    }
    let Some((scheme, rest)) = url.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let is_web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    is_web && authority.is_ascii() && !authority.contains(['@', '%'])
}

fn is_plain_address(address: &str) -> bool {
    address.chars().all(|c| c.is_ascii_alphanumeric() || "@._+-".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_become_links() {
        use Segment::{Link, Text};
        assert_eq!(
            segments("see https://stoa.example/a?b=1, ok"),
            [Text("see ".into()), Link("https://stoa.example/a?b=1".into()), Text(", ok".into())]
        );
        for text in [
            "javascript:alert(1)",
            "javascript://x%0aalert(1)",
            "data:text/html,x",
            "<b>bold</b>",
            "https://stoa.example@evil.example/pay",
            "https://user:word@evil.example/",
            "https://stоa.example/x",
            "https://exa\u{200B}mple.com/a",
            "https://bücher.example/",
            "https:\\\\evil.example",
        ] {
            assert!(segments(text).iter().all(|part| matches!(part, Text(_))), "{text}");
        }
        assert!(matches!(&segments("https://de.example/wiki/München@home")[..], [Link(_)]));
        let turned = "https://stoa.example/\u{202E}gpj.exe";
        assert!(!segments(turned).iter().any(|part| matches!(part, Link(link) if link.contains('\u{202E}'))));
    }

    #[test]
    fn plain_email_addresses_become_links() {
        use Segment::{Email, Text};
        assert_eq!(
            segments("to ana.r+1@mail.example."),
            [Text("to ".into()), Email("ana.r+1@mail.example".into()), Text(".".into())]
        );
        for text in ["a%0abcc=x@b.example", "a@bücher.example", "@ana", "a&b@c.example", "ana@"] {
            assert!(
                !segments(text)
                    .iter()
                    .any(|part| matches!(part, Email(email) if email.contains(['%', '&', 'ü']))),
                "{text}"
            );
        }
    }

    #[test]
    fn up_to_three_emoji_are_shown_large() {
        assert!(is_emoji_only("😀"));
        assert!(is_emoji_only("👍🏽❤️🎉"));
        assert!(is_emoji_only("👩‍👩‍👧"));
        assert!(!is_emoji_only("😀😀😀😀"));
        assert!(!is_emoji_only("ok 😀"));
        assert!(!is_emoji_only(""));
    }
}
