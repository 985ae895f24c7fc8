//! What a message carries besides its text.

use serde::{Deserialize, Serialize};

use super::files::{FileKind, MessageFile};
use crate::shared::{
    ids::FileId,
    json::{FromJson, Json, JsonError, Unread, read_by_serde},
    positions::Seq,
};

/// What is attached to a message. A reply refers to a place and copies nothing, so edits, deletions and retention of what it
/// refers to hold for it as well.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Attached {
    /// The message of the same conversation that this one replies to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schema(nullable = false))]
    pub reply: Option<Seq>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ssr", schema(required = false))]
    pub files: Vec<MessageFile>,
}

/// What a client attaches to a new message.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewAttached {
    /// The message of the same conversation that it replies to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schema(nullable = false))]
    pub reply: Option<Seq>,
    /// Files of the sender that are ready, 10 at most.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileId>,
}

impl Attached {
    pub fn is_empty(&self) -> bool {
        self.reply.is_none() && self.files.is_empty()
    }

    /// The text of a message that has files and no words, for whoever sees no files: lists, mails, and older clients.
    pub fn label(&self) -> String {
        let mark = |file: &MessageFile| match file.kind {
            FileKind::Image => "📷 ",
            FileKind::Audio => "🎤 ",
            FileKind::File => "📎 ",
        };
        let labels: Vec<_> = self.files.iter().map(|file| [mark(file), &file.name].concat()).collect();
        labels.join(", ")
    }
}

impl NewAttached {
    pub fn is_empty(&self) -> bool {
        self.reply.is_none() && self.files.is_empty()
    }

    /// As a frame carries it: nothing where nothing is attached.
    pub fn unread(&self) -> Unread<Self> {
        if self.is_empty() { Unread::default() } else { Unread::of(self) }
    }
}

// An absent one reads as null.
impl FromJson for Attached {
    fn from_json(mut json: Json) -> Result<Self, JsonError> {
        Ok(Self { reply: json.take("reply")?, files: json.take::<Option<_>>("files")?.unwrap_or_default() })
    }
}

// Each of its fields may be absent, so that it is an object has to be asked.
impl FromJson for NewAttached {
    fn from_json(mut json: Json) -> Result<Self, JsonError> {
        match json {
            Json::Null => return Ok(Self::default()),
            Json::Object(_) => {}
            _ => return Err(JsonError("attached")),
        }
        Ok(Self { reply: json.take("reply")?, files: json.take::<Option<_>>("files")?.unwrap_or_default() })
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

    /// A column as a message carries it.
    pub fn unread(column: Option<&str>) -> Unread<Self> {
        column
            .and_then(|text| serde_json::from_str(text).ok())
            .map_or_else(Default::default, crate::shared::json::Json::into)
    }
}

#[cfg(feature = "ssr")]
impl NewAttached {
    /// Takes an object alone: what serde derives would take a list of its fields as well.
    pub fn of_object<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = serde_json::Map::deserialize(deserializer)?;
        Self::deserialize(serde_json::Value::Object(fields)).map_err(serde::de::Error::custom)
    }

    /// What counts in the hash of a message, by which it is known when it comes again: `None` where nothing is attached.
    pub fn to_hashed(&self) -> Option<String> {
        if self.is_empty() { None } else { serde_json::to_string(self).ok() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f7_what_is_attached_is_left_out_where_there_is_none_and_read_as_it_was_written() {
        let reply = Attached { reply: Some(7), files: Vec::new() };
        assert_eq!(serde_json::to_string(&reply).unwrap(), r#"{"reply":7}"#);
        for (text, read) in [(r#"{"reply":7,"more":1}"#, reply), ("{}", Attached::default())] {
            assert_eq!(serde_json::from_str::<Attached>(text).unwrap(), read);
        }
        assert!(serde_json::from_str::<Attached>(r#"{"reply":"7"}"#).is_err());
    }

    #[test]
    fn f4_files_without_words_have_a_text_for_who_sees_no_files() {
        let file = |kind, name: &str| MessageFile {
            id: FileId::new(),
            kind,
            name: name.into(),
            size: 1,
            width: None,
            height: None,
            duration: None,
            waveform: None,
            alt: None,
        };
        let files = vec![file(FileKind::Image, "tap.jpg"), file(FileKind::File, "rules.pdf")];
        let attached = Attached { reply: None, files };
        assert_eq!(attached.label(), "📷 tap.jpg, 📎 rules.pdf");
        let read: Attached = serde_json::from_str(&serde_json::to_string(&attached).unwrap()).unwrap();
        assert_eq!(read, attached);
    }
}
