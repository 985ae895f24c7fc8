//! Keyset pagination cursor of long lists, newest first: the next page starts after the row with this time
//! and id. As text it is a query parameter, so that each page has its own URL.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use uuid::Uuid;

use super::time::Timestamp;
use crate::shared::json::{FromJson, Json, JsonError, WRONG_TYPE};

/// The last row of a page. Its text form is `time.id`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageCursor {
    pub at: Timestamp,
    pub id: Uuid,
}

impl PageCursor {
    /// The cursor of the first page: before the newest row.
    pub const START: Self = Self { at: Timestamp(i64::MAX), id: Uuid::max() };
}

/// The text is not a cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidPageCursor;

impl fmt::Display for PageCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.at.0, self.id)
    }
}

impl FromStr for PageCursor {
    type Err = InvalidPageCursor;

    fn from_str(text: &str) -> Result<Self, InvalidPageCursor> {
        let (at, id) = text.split_once('.').ok_or(InvalidPageCursor)?;
        let at = at.parse().map(Timestamp).map_err(|_| InvalidPageCursor)?;
        Ok(Self { at, id: Uuid::parse_str(id).map_err(|_| InvalidPageCursor)? })
    }
}

impl Serialize for PageCursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PageCursor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(|InvalidPageCursor| D::Error::custom("not a cursor"))
    }
}

impl FromJson for PageCursor {
    fn from_json(json: Json) -> Result<Self, JsonError> {
        String::from_json(json)?.parse().map_err(|InvalidPageCursor| WRONG_TYPE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back_from_an_address() {
        let cursor = PageCursor { at: Timestamp(1_780_000_000_000_001), id: Uuid::now_v7() };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        for wrong in ["", "1", "1.", ".", "a.b", "1.2.3"] {
            assert_eq!(wrong.parse::<PageCursor>(), Err(InvalidPageCursor), "{wrong}");
        }
    }
}
