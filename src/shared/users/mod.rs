//! People: who is signed in, who one talks to, and what a name, address and password may be.

pub mod api_tokens;
pub mod presence;
pub mod sessions;

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{
    errors::{ApiError, Result},
    ids::UserId,
    json::{read_by_serde, read_fields, read_words},
    values::text,
};

pub const NAME_MAX_CHARS: usize = 60;
pub const EMAIL_MAX_CHARS: usize = 254;
pub const PASSWORD_MIN_CHARS: usize = 10;
pub const PASSWORD_MAX_CHARS: usize = 128;
/// Avatar colours, as classes `hue-0` to `hue-7` in the style sheet.
pub const HUES: i64 = 8;

/// What an account may do beyond talking: an operator is the marketplace's staff, an admin is an
/// operator who may also make operators and change settings.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rank {
    #[default]
    Member,
    Operator,
    Admin,
}

impl Rank {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Operator => "operator",
            Self::Admin => "admin",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Member, Self::Operator, Self::Admin].into_iter().find(|rank| rank.as_str() == text)
    }
}

/// What others see of somebody.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Person {
    pub id: UserId,
    pub name: String,
    /// The avatar’s colour, 0 to 7.
    pub hue: i64,
}

impl Person {
    /// One or two letters for the avatar: of the first and the last word.
    pub fn initials(&self) -> String {
        initials(&self.name)
    }

    /// The first word of the name, for sentences like "Message Tomas".
    pub fn first_name(&self) -> &str {
        self.name.split(' ').next().unwrap_or_default()
    }
}

pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let first = words.next();
    first.into_iter().chain(words.next_back()).flat_map(char::to_uppercase).collect()
}

/// The person who is signed in, as he sees himself.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Viewer {
    pub id: UserId,
    pub name: String,
    pub email: String,
    pub hue: i64,
    pub rank: Rank,
}

impl Viewer {
    pub fn person(&self) -> Person {
        Person { id: self.id, name: self.name.clone(), hue: self.hue }
    }
}

/// The password of every demo account.
pub const DEMO_PASSWORD: &str = "stoa-demo-2026";

/// An account offered on the sign-in page in demo mode.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DemoAccount {
    pub name: String,
    pub email: String,
    pub hue: i64,
    /// Who this is in the demo, in a few words.
    pub about: String,
}

/// An e-mail address as it identifies an account: trimmed, lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    pub fn parse(text: &str) -> Result<Self> {
        let email = text::folded(text);
        let wrong = || ApiError::invalid("email", "Enter an e-mail address like name@example.com.");
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

pub fn check_name(name: &str) -> Result<String> {
    text::line("name", "Your name", name, 1, NAME_MAX_CHARS)
}

pub fn check_password(password: &str) -> Result<()> {
    let chars = password.chars().count();
    if chars < PASSWORD_MIN_CHARS {
        return Err(ApiError::invalid("password", format!("Use at least {PASSWORD_MIN_CHARS} characters.")));
    }
    if chars > PASSWORD_MAX_CHARS {
        return Err(ApiError::invalid("password", format!("Use {PASSWORD_MAX_CHARS} characters at most.")));
    }
    Ok(())
}

pub fn check_hue(hue: i64) -> Result<i64> {
    if (0..HUES).contains(&hue) {
        Ok(hue)
    } else {
        Err(ApiError::invalid("hue", "Choose one of the colours."))
    }
}

read_fields! {
    Person { id, name, hue }
    Viewer { id, name, email, hue, rank }
    DemoAccount { name, email, hue, about }
}
read_by_serde! { Person }
read_words! { Rank }

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

    #[test]
    fn initials_come_from_the_first_and_last_word() {
        assert_eq!(initials("Noor Haddad"), "NH");
        assert_eq!(initials("Kite & Wood"), "KW");
        assert_eq!(initials("Ana"), "A");
        assert_eq!(initials("østen van der berg"), "ØB");
        assert_eq!(initials("…"), "");
    }
}
