//! Errors of plain forms: a redirect brings the error back to the form's page in the URL (`__err`). A cookie
//! with the error's hash proves that the redirect was ours; without it, any link could put its own text on
//! our pages (E7).

use axum::http::{HeaderMap, HeaderValue, Uri, header};
use percent_encoding::percent_decode_str;
use sha2::{Digest, Sha256};

use crate::server::{auth::cookies::FORM_ERROR, context::Context};

const MAX_AGE_S: i64 = 60;

/// Sets the cookie with the hash of the error in this redirect, if there is one. It lasts a minute.
pub fn set_cookie(context: &Context, headers: &mut HeaderMap) {
    let location = headers.get(header::LOCATION).and_then(|location| location.to_str().ok());
    let error = location.and_then(|location| location.split_once('?')).and_then(|(_, query)| error_in(query));
    let cookie = error.map(|error| FORM_ERROR.to_header(&context.config, &hash_of(&error), MAX_AGE_S));
    if let Some(cookie) = cookie.and_then(|cookie| HeaderValue::from_str(&cookie).ok()) {
        headers.append(header::SET_COOKIE, cookie);
    }
}

/// Whether this URL carries an error that is not the last one sent to this browser.
pub fn is_forged(context: &Context, uri: &Uri, headers: &HeaderMap) -> bool {
    let error = uri.query().and_then(error_in);
    error.is_some_and(|error| FORM_ERROR.read(headers, &context.config) != Some(&*hash_of(&error)))
}

/// The decoded value of `__err`; several are joined. Names are decoded before comparison, as Leptos does, so
/// that no encoding bypasses the check.
fn error_in(query: &str) -> Option<Vec<u8>> {
    let decoded = |text: &str| percent_decode_str(text).collect::<Vec<u8>>();
    let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let errors: Vec<_> =
        pairs.filter(|(name, _)| decoded(name) == b"__err").map(|(_, error)| decoded(error)).collect();
    (!errors.is_empty()).then(|| errors.join(&b'&'))
}

fn hash_of(error: &[u8]) -> String {
    Sha256::digest(error).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e7_words_are_found_however_they_are_written() {
        for query in ["__err=a%3D", "x=1&%5F%5Ferr=a=", "__err=%61%3d&__path=/x"] {
            assert_eq!(error_in(query), Some(b"a=".to_vec()), "{query}");
        }
        assert_eq!(error_in("__error=1&err=2"), None);
        assert_eq!(error_in("__err=1&x=3&__err=2"), Some(b"1&2".to_vec()));
    }
}
