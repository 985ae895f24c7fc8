//! What a message carries besides its text.

use serde::Serialize;

use crate::shared::{
    json::{FromJson, Json, JsonError, read_by_serde},
    positions::Seq,
};

/// What is attached to a message. It refers to its place and copies nothing, so edits, deletions and retention of what it
/// refers to hold for it as well.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Attached {
    /// The message of the same conversation that this one replies to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schema(nullable = false))]
    pub reply: Option<Seq>,
}

impl Attached {
    pub fn is_empty(&self) -> bool {
        self.reply.is_none()
    }
}

// An absent one reads as null.
impl FromJson for Attached {
    fn from_json(mut json: Json) -> Result<Self, JsonError> {
        Ok(Self { reply: json.take("reply")? })
    }
}

read_by_serde! { Attached }

#[cfg(feature = "ssr")]
impl Attached {
    /// As a column of the message: `None` where nothing is attached.
    pub fn to_column(&self) -> Option<String> {
        if self.is_empty() { None } else { serde_json::to_string(self).ok() }
    }

    /// A column that can't be read, of a newer version, is as good as none.
    pub fn from_column(column: Option<&str>) -> Self {
        column.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f7_what_is_attached_is_left_out_where_there_is_none_and_read_as_it_was_written() {
        let reply = Attached { reply: Some(7) };
        assert_eq!(serde_json::to_string(&reply).unwrap(), r#"{"reply":7}"#);
        for (text, read) in [(r#"{"reply":7,"more":1}"#, reply), ("{}", Attached::default())] {
            assert_eq!(serde_json::from_str::<Attached>(text).unwrap(), read);
        }
        assert!(serde_json::from_str::<Attached>(r#"{"reply":"7"}"#).is_err());
    }
}
