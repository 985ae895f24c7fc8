//! The browser's light stand-in for the server's Unicode tables: it leaves the text as it was typed, since the
//! server normalises it.

use std::borrow::Cow;

#[derive(Clone, Copy)]
pub enum Place {
    Line,
    Block,
}

pub fn clean(text: &str, _: Place) -> Cow<'_, str> {
    Cow::Borrowed(text)
}

pub fn folded(text: &str) -> String {
    text.to_lowercase()
}

pub fn ascii_domain(domain: &str) -> Option<String> {
    Some(domain.to_lowercase())
}

pub fn is_mark(_: char) -> bool {
    false
}
