//! Order codes (`REQ-7F3K2M`), which users read and type, and the key by which every entry point finds an
//! order (D3).

use std::{
    fmt::{self, Write},
    str::FromStr,
};

use serde::{Serialize, Serializer};

use crate::shared::{
    errors::{ApiError, Missing, Result},
    ids::OrderId,
    json::{FromJson, Json, JsonError, WRONG_TYPE},
};

/// An order's code: `REQ-` and six characters, none of which looks like another.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema), schema(value_type = String, example = "REQ-7F3K2M"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OrderCode([u8; CODE_CHARS]);

/// Number of characters after [`PREFIX`].
const CODE_CHARS: usize = 6;

const PREFIX: &str = "REQ-";

/// Digits and capitals without the ambiguous 0, O, 1, I and L.
const ALPHABET: &[u8] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";

impl OrderCode {
    /// A code from random bits, about 30 of which matter.
    pub fn from_random(mut bits: u64) -> Self {
        let count = ALPHABET.len() as u64;
        Self([(); CODE_CHARS].map(|()| {
            let letter = ALPHABET[(bits % count) as usize];
            bits /= count;
            letter
        }))
    }
}

impl Serialize for OrderCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The text is not an order code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidOrderCode;

impl FromStr for OrderCode {
    type Err = InvalidOrderCode;

    /// Ignores case and surrounding white space.
    fn from_str(text: &str) -> std::result::Result<Self, InvalidOrderCode> {
        let code = text.trim().to_ascii_uppercase();
        let letters = code.strip_prefix(PREFIX).ok_or(InvalidOrderCode)?;
        let letters: [u8; CODE_CHARS] = letters.as_bytes().try_into().map_err(|_| InvalidOrderCode)?;
        if letters.iter().all(|letter| ALPHABET.contains(letter)) {
            Ok(Self(letters))
        } else {
            Err(InvalidOrderCode)
        }
    }
}

impl fmt::Display for OrderCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(PREFIX)?;
        self.0.iter().try_for_each(|letter| f.write_char(char::from(*letter)))
    }
}

impl FromJson for OrderCode {
    fn from_json(json: Json) -> std::result::Result<Self, JsonError> {
        String::from_json(json)?.parse().map_err(|InvalidOrderCode| WRONG_TYPE)
    }
}

/// An order by its id or by its code: every entry point takes either (D3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderKey {
    Id(OrderId),
    Code(OrderCode),
}

impl fmt::Display for OrderKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Code(code) => code.fmt(f),
        }
    }
}

impl OrderKey {
    /// A text that is neither an id nor a code is answered with `not_found`.
    pub fn parse(text: &str) -> Result<Self> {
        let code = || text.parse().map(Self::Code);
        text.parse()
            .map(Self::Id)
            .or_else(|_| code())
            .map_err(|InvalidOrderCode| ApiError::not_found(Missing::Order))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d3_a_code_is_found_in_any_case_and_has_no_letter_that_could_be_another() {
        let code = OrderCode::from_random(12_345_678_901);
        assert_eq!(code.to_string().to_lowercase().parse(), Ok(code));
        assert_eq!(OrderKey::parse(&format!(" {code} ")), Ok(OrderKey::Code(code)));
        for wrong in
            ["", "REQ-", "REQ-7F3K2", "REQ-7F3K2MM", "REQ-7F3K20", "REQ-7F3K2I", "7F3K2M", "REQ_7F3K2M"]
        {
            assert!(OrderKey::parse(wrong).is_err(), "{wrong}");
        }
        for bits in [0, 1, u64::MAX] {
            assert!(OrderCode::from_random(bits).to_string().parse::<OrderCode>().is_ok());
        }
        let id = OrderId::new();
        assert_eq!(OrderKey::parse(&id.to_string()), Ok(OrderKey::Id(id)));
    }
}
