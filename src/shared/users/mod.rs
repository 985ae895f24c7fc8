//! Users: their public profile (`Person`), the signed-in user (`Viewer`), and the validation of profiles.

pub mod api_tokens;
pub mod blocks;
pub mod credentials;
pub mod identities;
pub mod mail;
pub mod presence;
pub mod push;
pub mod quiet_hours;
pub mod rank;
pub mod second_factor;
pub mod security_events;
pub mod sessions;

use serde::Serialize;

use super::{
    errors::{ApiError, Result},
    ids::UserId,
    json::{read_by_serde, read_fields},
    values::text,
    words,
};
use rank::Rank;

pub const NAME_MAX_CHARS: usize = 60;

/// Number of avatar colours: the classes `hue-0` to `hue-7` in the style sheet.
pub const HUES: i64 = 8;

/// A user as other users see them.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Person {
    pub id: UserId,
    pub name: String,
    /// The avatar’s colour, 0 to 7.
    pub hue: i64,
    /// Whether the person belongs to the marketplace’s staff. Absent for members.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "ssr", schema(required = false))]
    pub is_staff: bool,
}

impl Person {
    /// A member.
    pub fn new(id: UserId, name: String, hue: i64) -> Self {
        Self { id, name, hue, is_staff: false }
    }

    /// The person, marked as staff if the rank says so.
    pub fn with_rank(self, rank: Rank) -> Self {
        Self { is_staff: rank != Rank::Member, ..self }
    }

    /// One or two letters for the avatar: the initials of the first and the last word of the name.
    pub fn initials(&self) -> String {
        initials(&self.name)
    }

    /// The first word of the name, for texts such as "Message Tomas".
    pub fn first_name(&self) -> &str {
        self.name.split(' ').next().unwrap_or_default()
    }
}

pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let first = words.next();
    first.into_iter().chain(words.next_back()).flat_map(char::to_uppercase).collect()
}

/// The signed-in user, as they see themselves.
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
        Person::new(self.id, self.name.clone(), self.hue).with_rank(self.rank)
    }
}

pub fn check_name(name: &str) -> Result<String> {
    text::line("name", words::text_check_your_name(), name, 1, NAME_MAX_CHARS)
}

pub fn check_hue(hue: i64) -> Result<i64> {
    if (0..HUES).contains(&hue) {
        Ok(hue)
    } else {
        Err(ApiError::invalid("hue", words::accounts_check_hue()))
    }
}

read_fields! {
    Viewer { id, name, email, hue, rank }
}

// An older server does not send `is_staff`.
read_fields! { Person { id, name, hue; is_staff } }

read_by_serde! { Person }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_come_from_the_first_and_last_word() {
        assert_eq!(initials("Noor Haddad"), "NH");
        assert_eq!(initials("Kite & Wood"), "KW");
        assert_eq!(initials("Ana"), "A");
        assert_eq!(initials("østen van der berg"), "ØB");
        assert_eq!(initials("…"), "");
    }
}
