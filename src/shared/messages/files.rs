//! Files in messages: pictures, sound and anything else.

use serde::{Deserialize, Serialize};

use crate::shared::{
    ids::FileId,
    json::{read_by_serde, read_fields, read_unit_enums},
};

/// Files in one message.
pub const FILES_MAX: usize = 10;
/// Bytes of one file.
pub const FILE_MAX_BYTES: i64 = 100 * 1024 * 1024;
/// Bytes of a picture or of sound.
pub const MEDIA_MAX_BYTES: i64 = 25 * 1024 * 1024;
/// Characters of a file's name.
pub const NAME_MAX_CHARS: usize = 200;
/// Characters of the text in place of a picture.
pub const ALT_MAX_CHARS: usize = 500;
/// Longest sound that is recorded, in milliseconds.
pub const DURATION_MAX: i64 = 5 * 60 * 1000;
/// Bars of a waveform, each a hexadecimal digit.
pub const WAVEFORM_MAX: usize = 64;

/// What a file is, as the server found it.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    /// A picture that the server has encoded anew: upright, and without place, camera or anything else that was hidden in
    /// it.
    Image,
    /// Sound, which is played where it stands.
    Audio,
    /// Anything else, byte for byte as it was sent. It is downloaded and never shown.
    #[serde(other)]
    File,
}

impl FileKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Audio => "audio",
            Self::File => "file",
        }
    }

    pub fn parse(text: &str) -> Self {
        match text {
            "image" => Self::Image,
            "audio" => Self::Audio,
            _ => Self::File,
        }
    }
}

/// A file of a message.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MessageFile {
    pub id: FileId,
    pub kind: FileKind,
    pub name: String,
    /// In bytes.
    pub size: i64,
    /// Of a picture, in pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<i64>,
    /// Of sound, in milliseconds, as its sender says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<i64>,
    /// How loud the sound is, from its beginning to its end: up to 64 hexadecimal digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waveform: Option<String>,
    /// What a picture shows, for who can't see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alt: Option<String>,
}

read_fields! { MessageFile { id, kind, name, size, width, height, duration, waveform, alt } }
read_by_serde! { MessageFile }
read_unit_enums! { FileKind }
