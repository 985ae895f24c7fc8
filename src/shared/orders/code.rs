//! Order codes: `REQ-` and six characters that can't be mistaken for each other; and the key by which every entry point finds an order (D3).

use std::{
    fmt::{self, Write},
    str::FromStr,
};

use serde::{Serialize, Serializer};

use crate::shared::{
    errors::{ApiError, Result},
    ids::OrderId,
    json::{FromJson, Json, WRONG, Wrong},
};

/// What people call an order by: `REQ-` and six characters that can't be mistaken for each other.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema), schema(value_type = String, example = "REQ-7F3K2M"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OrderCode([u8; LETTERS]);

/// How many characters stand after [`START`].
const LETTERS: usize = 6;

const START: &str = "REQ-";

/// No 0, O, 1, I or L.
const ALPHABET: &[u8] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";

impl OrderCode {
    /// A code from random bits, of which 30 count.
    pub fn from_random(mut bits: u64) -> Self {
        let count = ALPHABET.len() as u64;
        Self([(); LETTERS].map(|()| {
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

/// It does not look like a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoCode;

impl FromStr for OrderCode {
    type Err = NoCode;

    /// In any case, with or without space around it.
    fn from_str(text: &str) -> std::result::Result<Self, NoCode> {
        let code = text.trim().to_ascii_uppercase();
        let letters = code.strip_prefix(START).ok_or(NoCode)?;
        let letters: [u8; LETTERS] = letters.as_bytes().try_into().map_err(|_| NoCode)?;
        if letters.iter().all(|letter| ALPHABET.contains(letter)) { Ok(Self(letters)) } else { Err(NoCode) }
    }
}

impl fmt::Display for OrderCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(START)?;
        self.0.iter().try_for_each(|letter| f.write_char(char::from(*letter)))
    }
}

impl FromJson for OrderCode {
    fn from_json(json: Json) -> std::result::Result<Self, Wrong> {
        String::from_json(json)?.parse().map_err(|NoCode| WRONG)
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
    /// What looks like neither names no order.
    pub fn parse(text: &str) -> Result<Self> {
        let code = || text.parse().map(Self::Code);
        text.parse().map(Self::Id).or_else(|_| code()).map_err(|NoCode| ApiError::not_found("order"))
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
