//! What was wrong with a plain form comes back to its page in the address (`__err`), by a redirect of ours.
//! A cookie with its hash comes along, so that no link can put words of its own on our pages that way.

use axum::http::{HeaderMap, HeaderValue, Uri, header};
use percent_encoding::percent_decode_str;
use sha2::{Digest, Sha256};

use crate::server::{auth::cookies::FORM_ERROR, context::Context};

const MAX_AGE_S: i64 = 60;

/// Has the browser know the words again that this redirect brings to a page.
pub fn remember(context: &Context, headers: &mut HeaderMap) {
    let location = headers.get(header::LOCATION).and_then(|location| location.to_str().ok());
    let words = location.and_then(|location| location.split_once('?')).and_then(|(_, query)| words_in(query));
    let cookie = words.map(|words| FORM_ERROR.to_header(&context.config, &hash_of(&words), MAX_AGE_S));
    if let Some(cookie) = cookie.and_then(|cookie| HeaderValue::from_str(&cookie).ok()) {
        headers.append(header::SET_COOKIE, cookie);
    }
}

/// Whether this address brings words that no form of this browser has just been answered with.
pub fn are_foreign(context: &Context, uri: &Uri, headers: &HeaderMap) -> bool {
    let words = uri.query().and_then(words_in);
    words.is_some_and(|words| FORM_ERROR.read(headers, &context.config) != Some(&*hash_of(&words)))
}

/// Names are decoded before they are looked at, as who reads them later does. Of several, all count.
fn words_in(query: &str) -> Option<Vec<u8>> {
    let decoded = |text: &str| percent_decode_str(text).collect::<Vec<u8>>();
    let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let words: Vec<_> =
        pairs.filter(|(name, _)| decoded(name) == b"__err").map(|(_, words)| decoded(words)).collect();
    (!words.is_empty()).then(|| words.join(&b'&'))
}

fn hash_of(words: &[u8]) -> String {
    Sha256::digest(words).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e7_words_are_found_however_they_are_written() {
        for query in ["__err=a%3D", "x=1&%5F%5Ferr=a=", "__err=%61%3d&__path=/x"] {
            assert_eq!(words_in(query), Some(b"a=".to_vec()), "{query}");
        }
        assert_eq!(words_in("__error=1&err=2"), None);
        assert_eq!(words_in("__err=1&x=3&__err=2"), Some(b"1&2".to_vec()));
    }
}
