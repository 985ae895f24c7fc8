//! Personal access tokens (API tokens): programs authenticate with one in place of a session, within its
//! scopes.

use serde::{Deserialize, Serialize};

use super::rank::Rank;
use crate::shared::{
    errors::{ApiError, Result},
    ids::TokenId,
    json::{read_by_serde, read_fields},
    values::{text, time::Timestamp},
    words,
};

pub const TOKEN_NAME_MAX_CHARS: usize = 60;
/// Most tokens of one user.
pub const TOKENS_MAX: i64 = 20;

/// The scopes of a token: the actions that it allows. A token has at least one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Scopes {
    pub read: bool,
    pub write: bool,
    /// To write system messages. Operators only.
    pub system: bool,
    /// To send notifications. Operators only.
    pub notify: bool,
    /// To follow all events, and to manage webhooks. Admins only.
    pub events: bool,
    /// With the texts of messages in them. Admins only.
    pub event_texts: bool,
    /// To send users, listings and orders of a marketplace. Admins only.
    pub manage: bool,
}

impl Scopes {
    /// Names separated by spaces, such as `read write`, as they are stored and shown.
    pub fn to_words(self) -> String {
        let words = [
            (self.read, "read"),
            (self.write, "write"),
            (self.system, "system"),
            (self.notify, "notify"),
            (self.events, "events"),
            (self.event_texts, "event_texts"),
            (self.manage, "manage"),
        ];
        words.into_iter().filter_map(|(is_in, word)| is_in.then_some(word)).collect::<Vec<_>>().join(" ")
    }

    /// The inverse of [`to_words`](Self::to_words). Unknown names are ignored.
    pub fn from_words(words: &str) -> Self {
        let has = |wanted| words.split(' ').any(|word| word == wanted);
        Self {
            read: has("read"),
            write: has("write"),
            system: has("system"),
            notify: has("notify"),
            events: has("events"),
            event_texts: has("event_texts"),
            manage: has("manage"),
        }
    }

    /// These scopes without those that a user of this rank may not have.
    pub fn allowed_for(self, rank: Rank) -> Self {
        let (is_staff, is_admin) = (rank != Rank::Member, rank == Rank::Admin);
        Self {
            system: self.system && is_staff,
            notify: self.notify && is_staff,
            events: self.events && is_admin,
            event_texts: self.event_texts && is_admin,
            manage: self.manage && is_admin,
            ..self
        }
    }
}

/// A token as its owner sees it in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccessToken {
    pub id: TokenId,
    pub name: String,
    pub scopes: Scopes,
    pub created_at: Timestamp,
    /// Last use, to the minute; `None` if the token was never used.
    pub used_at: Option<Timestamp>,
    /// When it ends; `None` if only by being revoked, as those made before tokens had an end.
    pub expires_at: Option<Timestamp>,
}

/// How long a token is good.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum TokenLifetime {
    #[serde(rename = "30")]
    Month,
    #[default]
    #[serde(rename = "90")]
    Quarter,
    #[serde(rename = "365")]
    Year,
    #[serde(rename = "none")]
    UntilRevoked,
}

impl TokenLifetime {
    pub const ALL: [Self; 4] = [Self::Month, Self::Quarter, Self::Year, Self::UntilRevoked];

    /// `None`: until it is revoked.
    pub fn days(self) -> Option<i64> {
        match self {
            Self::Month => Some(30),
            Self::Quarter => Some(90),
            Self::Year => Some(365),
            Self::UntilRevoked => None,
        }
    }

    /// Its name in a form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Month => "30",
            Self::Quarter => "90",
            Self::Year => "365",
            Self::UntilRevoked => "none",
        }
    }

    /// The default for anything else.
    pub fn parse(text: &str) -> Self {
        Self::ALL.into_iter().find(|lifetime| lifetime.as_str() == text).unwrap_or_default()
    }
}

/// The viewer's tokens, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TokenList {
    pub tokens: Vec<AccessToken>,
    /// The secret of a token that a form without scripts has just created. It is shown only once.
    pub made: Option<String>,
}

pub fn check_token_name(name: &str) -> Result<String> {
    text::line("token_name", words::api_tokens_check_name(), name, 1, TOKEN_NAME_MAX_CHARS)
}

/// Checks that a user of this rank may give a token these scopes.
pub fn check_scopes(scopes: Scopes, rank: Rank) -> Result<Scopes> {
    if scopes == Scopes::default() {
        return Err(ApiError::invalid("scopes", words::api_tokens_check_scopes()));
    }
    if scopes != scopes.allowed_for(rank) {
        let refused = ApiError::forbidden(words::api_tokens_check_staff_only());
        return Err(ApiError { field: Some("scopes".to_owned()), ..refused });
    }
    Ok(scopes)
}

read_fields! {
    Scopes { read, write, system, notify; events, event_texts, manage }
    AccessToken { id, name, scopes, created_at, used_at, expires_at }
    TokenList { tokens, made }
}
read_by_serde! { TokenList }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_stored_as_words_and_read_back() {
        for words in [
            "read",
            "write",
            "read write",
            "system",
            "read write system",
            "notify",
            "events event_texts",
            "manage",
        ] {
            assert_eq!(Scopes::from_words(words).to_words(), words);
        }
        assert_eq!(Scopes::from_words("reader"), Scopes::default());
    }

    #[test]
    fn system_messages_are_for_staff_and_no_scope_at_all_is_refused() {
        let staff = Scopes { read: true, write: true, system: true, notify: true, ..Scopes::default() };
        let all = Scopes { events: true, event_texts: true, manage: true, ..staff };
        assert!(check_scopes(staff, Rank::Member).is_err());
        assert_eq!(check_scopes(staff, Rank::Operator).unwrap(), staff);
        assert!(check_scopes(all, Rank::Operator).is_err());
        assert_eq!(check_scopes(all, Rank::Admin).unwrap(), all);
        assert!(check_scopes(Scopes::default(), Rank::Admin).is_err());
        assert!(!all.allowed_for(Rank::Member).system && all.allowed_for(Rank::Member).write);
    }
}
