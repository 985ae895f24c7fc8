//! Password policy: the prepared form of a password (PRECIS OpaqueString, RFC 8265), and the refusal of common
//! and guessable ones.

use std::{collections::HashSet, sync::LazyLock};

use precis_profiles::{OpaqueString, precis_core::profile::PrecisFastInvocation};
use zxcvbn::{Score, zxcvbn};

use crate::shared::{
    errors::{ApiError, Result},
    users::credentials::check_password,
    values::text::folded,
    words,
};

/// Characters that must remain of a password without the words that belong to its owner or to this site.
const OWN_CHARS_MIN: usize = 6;
/// Shorter words of a name are no help to who guesses.
const CONTEXT_WORD_MIN_CHARS: usize = 3;
const SITE: &str = "stoa";

/// Common passwords that the estimate takes for good ones, of the lists that come with Django (BSD-3-Clause) and
/// zxcvbn (MIT): 2,766 passwords of ten characters or more. It refuses all the others by itself.
static COMMON: LazyLock<HashSet<&str>> =
    LazyLock::new(|| include_str!("common_passwords.txt").lines().collect());

/// The prepared form, in which a password is hashed and compared: é is the same however a keyboard makes it. None
/// if it has characters that no password may have, such as control characters.
pub fn prepared(password: &str) -> Option<String> {
    OpaqueString::enforce(password).ok().map(Into::into)
}

/// Checks a new password and returns its prepared form. `about` are texts that others know about the owner: the
/// name, the e-mail address.
pub fn check_new(password: &str, about: &[&str]) -> Result<String> {
    check_password(password)?;
    let refused = |reason: &str| ApiError::invalid("password", reason);
    let prepared = prepared(password).ok_or_else(|| refused(words::password_refused_characters()))?;
    check_password(&prepared)?;
    let folded_password = folded(&prepared);
    let context = context_words(about);
    let context: Vec<_> = context.iter().map(String::as_str).collect();
    if own_chars(&folded_password, &context) < OWN_CHARS_MIN {
        return Err(refused(words::password_refused_close()));
    }
    if COMMON.contains(&*folded_password) || zxcvbn(&prepared, &context).score() < Score::Three {
        return Err(refused(words::password_refused_easy()));
    }
    Ok(prepared)
}

/// The words of texts about the owner, and of this site, with case folded.
fn context_words(about: &[&str]) -> Vec<String> {
    let mut words: Vec<String> = vec![SITE.to_owned()];
    for text in about.iter().map(|text| folded(text)) {
        let parts = text.split(|c: char| !c.is_alphanumeric());
        words.extend(parts.filter(|part| part.chars().count() >= CONTEXT_WORD_MIN_CHARS).map(str::to_owned));
        words.push(text);
    }
    words.sort_unstable_by_key(|word| std::cmp::Reverse(word.len()));
    words
}

/// Letters and digits of a password that are not part of a context word.
fn own_chars(password: &str, words: &[&str]) -> usize {
    let rest = words.iter().fold(password.to_owned(), |rest, word| rest.replace(word, " "));
    rest.chars().filter(|c| c.is_alphanumeric()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn m14_common_simple_and_personal_passwords_are_refused() {
        let about = ["Noor Haddad", "noor.h@example.com"];
        for password in [
            "1234567890",
            "aaaaaaaaaa",
            "abababababab",
            "password12",
            "Password123!",
            "qwertyuiop",
            "iloveyou12",
            "administrator1",
            "noor haddad",
            "NoorHaddad1",
            "Noor2026!!",
            "noor.h@example.com",
            "stoastoastoa",
            "Summer2026!",
            "azerbaycan",
        ] {
            let error = check_new(password, &about).unwrap_err();
            assert_eq!(error.field.as_deref(), Some("password"), "{password}");
        }
        for password in
            ["marmalade on toast", "correct horse battery staple", "xkq7vbn2lp", "ключ под ковриком"]
        {
            assert_eq!(check_new(password, &about).unwrap(), password);
        }
        assert!(COMMON.len() > 300);
    }

    #[test]
    fn b22_a_password_is_the_same_however_it_is_composed() {
        assert_eq!(prepared("cafe\u{301}\u{A0}au lait"), prepared("café au lait"));
        assert_eq!(prepared("a\0bcdefghijk"), None);
        assert!(check_new("marmalade\u{7} on toast", &[]).is_err());
    }
}
