//! E-mail addresses and passwords: bounds and validation.

use std::fmt;

use serde::Serialize;

use crate::shared::{
    errors::{ApiError, Result},
    json::read_fields,
    values::text,
    words,
};

pub const EMAIL_MAX_CHARS: usize = 254;
/// As typed, in UTF-8 and with white space around it.
const EMAIL_MAX_BYTES: usize = 4 * EMAIL_MAX_CHARS + 64;

pub const PASSWORD_MIN_CHARS: usize = 10;

pub const PASSWORD_MAX_CHARS: usize = 128;

/// The end of every demo account's address.
pub const DEMO_DOMAIN: &str = "@demo.stoa.example";

/// The password of every demo account.
pub const DEMO_PASSWORD: &str = "stoa-demo-2026";

/// An account offered on the sign-in page in demo mode.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DemoAccount {
    pub name: String,
    pub email: String,
    pub hue: i64,
    /// The account's role in the demo, in a few words.
    pub about: String,
}

/// A normalised e-mail address: trimmed, case folded, its domain in ASCII (IDNA). It identifies an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    pub fn parse(text: &str) -> Result<Self> {
        let wrong = || ApiError::invalid("email", words::accounts_check_email());
        let email = Some(text).filter(|text| text.len() <= EMAIL_MAX_BYTES).and_then(text::address);
        let email = email.ok_or_else(wrong)?;
        let (local, domain) = email.split_once('@').ok_or_else(wrong)?;
        let is_plain = |c: char| !c.is_whitespace() && !c.is_control() && c != '@';
        let is_domain = domain.contains('.') && domain.split('.').all(|label| !label.is_empty());
        if local.is_empty()
            || !is_domain
            || !email.chars().filter(|c| *c != '@').all(is_plain)
            || domain.contains('@')
            || email.chars().count() > EMAIL_MAX_CHARS
        {
            return Err(wrong());
        }
        Ok(Self(email))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

pub fn check_password(password: &str) -> Result<()> {
    let chars = password.chars().count();
    if chars < PASSWORD_MIN_CHARS {
        return Err(ApiError::invalid(
            "password",
            words::accounts_check_password_short(&PASSWORD_MIN_CHARS.to_string()),
        ));
    }
    if chars > PASSWORD_MAX_CHARS {
        return Err(ApiError::invalid(
            "password",
            words::accounts_check_password_long(&PASSWORD_MAX_CHARS.to_string()),
        ));
    }
    Ok(())
}

read_fields! {
    DemoAccount { name, email, hue, about }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_trimmed_and_lower_case() {
        assert_eq!(Email::parse("  Noor@Example.COM ").unwrap().as_str(), "noor@example.com");
        for wrong in
            ["", "noor", "@example.com", "noor@", "noor@example", "a b@c.de", "a@b@c.de", "a@.de", "a@b..de"]
        {
            assert!(Email::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[cfg(feature = "ssr")]
    #[test]
    fn an_address_has_one_form_and_nothing_hidden() {
        for typed in ["ana@bücher.example", "ANA@BU\u{308}CHER.example", "ana@xn--bcher-kva.example"] {
            assert_eq!(Email::parse(typed).unwrap().as_str(), "ana@xn--bcher-kva.example");
        }
        assert_eq!(
            Email::parse("Jose\u{301}@example.com").unwrap(),
            Email::parse("josé@example.com").unwrap()
        );
        for hidden in [
            "ana@example.com\u{200B}",
            "\u{FEFF}ana@example.com",
            "\u{202A}ana@example.com\u{202C}",
            "a\u{AD}na@example.com",
            "ana@exa\u{200B}mple.com",
            "ana\u{310}\u{310}\u{310}@example.com",
        ] {
            assert!(Email::parse(hidden).is_err(), "{hidden:?}");
        }
    }
}
