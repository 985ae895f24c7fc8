//! Literal texts in views: what a person would read or hear belongs into `words/`, so the code has none of it. Read from the
//! tokens of `view!`: text nodes, and the attributes and props that are shown or spoken. Besides, whatever reads like a sentence.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Attributes and props whose value is shown or spoken.
const SHOWN: [&str; 12] = [
    "alt",
    "aria-description",
    "aria-label",
    "aria-roledescription",
    "hint",
    "keep",
    "label",
    "placeholder",
    "text",
    "title",
    "verb",
    "summary",
];

/// Texts that are no words: the name of the software, which is its logo as well.
const NO_WORDS: [&str; 1] = ["stoa"];

/// The literal texts in these Rust tokens.
pub fn literals(tokens: TokenStream) -> Vec<String> {
    let mut found = Vec::new();
    read_code(tokens, &mut found);
    found
}

fn read_code(tokens: TokenStream, found: &mut Vec<String>) {
    let tokens: Vec<_> = tokens.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) if is_named(&tokens[..at], "view") => read_view(group.stream(), found),
            TokenTree::Group(group) if !is_for_developers(&tokens[..at]) => read_code(group.stream(), found),
            TokenTree::Literal(literal) => {
                found.extend(text_of(&literal.to_string()).filter(|text| is_sentence(text)));
            }
            _ => {}
        }
    }
}

/// Whether these tokens end with the name of this macro and its `!`.
fn is_named(before: &[TokenTree], name: &str) -> bool {
    let [.., TokenTree::Ident(ident), TokenTree::Punct(punct)] = before else { return false };
    punct.as_char() == '!' && ident == name
}

/// Whether these tokens begin something whose texts only developers read: attributes, assertions, panics.
fn is_for_developers(before: &[TokenTree]) -> bool {
    match before {
        [.., TokenTree::Punct(hash)] if hash.as_char() == '#' => true,
        [.., TokenTree::Punct(hash), TokenTree::Punct(bang)]
            if hash.as_char() == '#' && bang.as_char() == '!' =>
        {
            true
        }
        [.., TokenTree::Ident(name), TokenTree::Punct(punct)] if punct.as_char() == '!' => {
            ["assert", "assert_eq", "debug_assert", "panic", "unreachable"]
                .iter()
                .any(|macro_| name == macro_)
        }
        [.., TokenTree::Ident(name)] => name == "expect",
        _ => false,
    }
}

fn read_view(tokens: TokenStream, found: &mut Vec<String>) {
    let tokens: Vec<_> = tokens.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                read_code(group.stream(), found);
            }
            TokenTree::Group(group) => read_code(group.stream(), found),
            TokenTree::Literal(literal) => {
                let is_value =
                    matches!(tokens[..at].last(), Some(TokenTree::Punct(punct)) if punct.as_char() == '=');
                let is_shown = !is_value || SHOWN.contains(&&*attribute(&tokens[..at]));
                let text = text_of(&literal.to_string());
                found.extend(text.filter(|text| is_shown && has_letter(text) || is_sentence(text)));
            }
            _ => {}
        }
    }
}

/// The name of the attribute that ends with an equals sign: `aria-label` is three tokens.
fn attribute(before: &[TokenTree]) -> String {
    let mut name = Vec::new();
    for token in before.iter().rev().skip(1) {
        match token {
            TokenTree::Ident(part) if name.last().is_none_or(|last| last == "-") => {
                name.push(part.to_string())
            }
            TokenTree::Punct(dash) if dash.as_char() == '-' => name.push("-".to_owned()),
            _ => break,
        }
    }
    name.reverse();
    name.concat()
}

/// What a literal says; `None` if it is no text, or none of words.
fn text_of(literal: &str) -> Option<String> {
    let text = literal.strip_prefix('"')?.strip_suffix('"')?;
    // What stands in braces is filled in, or is the code of a character.
    let mut plain = String::new();
    for (index, part) in text.split('{').enumerate() {
        plain.push_str(if index == 0 { part } else { part.split_once('}').map_or("", |(_, rest)| rest) });
    }
    let plain = plain.replace("\\u", " ").replace("\\n", " ");
    (!NO_WORDS.contains(&&*plain)).then_some(plain)
}

fn has_letter(text: &str) -> bool {
    text.chars().any(char::is_alphabetic)
}

/// Whether it begins like a sentence and has a space or a mark at its end.
fn is_sentence(text: &str) -> bool {
    let mut chars = text.trim_start().chars();
    let begins = chars.next().is_some_and(char::is_uppercase) && chars.next().is_some_and(char::is_lowercase);
    begins && (text.trim().contains(' ') || text.ends_with(['.', '…', '!', '?']))
}
