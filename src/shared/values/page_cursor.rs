//! Where the next page of a long list starts: after the row of this time and id, newest first. As a
//! text it goes into an address, so that each page has one.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use uuid::Uuid;

use super::time::Timestamp;
use crate::shared::json::{FromJson, Json, WRONG, Wrong};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub at: Timestamp,
    pub id: Uuid,
}

impl Cursor {
    /// Before the newest.
    pub const START: Self = Self { at: Timestamp(i64::MAX), id: Uuid::max() };
}

/// It does not look like a cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoCursor;

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.at.0, self.id)
    }
}

impl FromStr for Cursor {
    type Err = NoCursor;

    fn from_str(text: &str) -> Result<Self, NoCursor> {
        let (at, id) = text.split_once('.').ok_or(NoCursor)?;
        let at = at.parse().map(Timestamp).map_err(|_| NoCursor)?;
        Ok(Self { at, id: Uuid::parse_str(id).map_err(|_| NoCursor)? })
    }
}

impl Serialize for Cursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(|NoCursor| D::Error::custom("not a cursor"))
    }
}

impl FromJson for Cursor {
    fn from_json(json: Json) -> Result<Self, Wrong> {
        String::from_json(json)?.parse().map_err(|NoCursor| WRONG)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back_from_an_address() {
        let cursor = Cursor { at: Timestamp(1_780_000_000_000_001), id: Uuid::now_v7() };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        for wrong in ["", "1", "1.", ".", "a.b", "1.2.3"] {
            assert_eq!(wrong.parse::<Cursor>(), Err(NoCursor), "{wrong}");
        }
    }
}
