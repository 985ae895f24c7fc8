//! Converters: how the exports of each system become lines.

use super::{
    chatwoot,
    convert::{Converted, Lines},
    json::Object,
    sendbird, stream, talkjs,
};
use crate::server::config::ImportSource;

/// How the exports of a system are read.
pub struct Converter {
    /// The fields in which they have lists of objects.
    pub lists: &'static [&'static str],
    pub convert: fn(&Object<'_>, &mut Lines<'_>) -> Converted,
}

impl Converter {
    pub fn of(source: ImportSource) -> Self {
        match source {
            ImportSource::Talkjs => Self { lists: talkjs::LISTS, convert: talkjs::convert },
            ImportSource::Stream => Self { lists: stream::LISTS, convert: stream::convert },
            ImportSource::Sendbird => Self { lists: sendbird::LISTS, convert: sendbird::convert },
            ImportSource::Chatwoot => Self { lists: chatwoot::LISTS, convert: chatwoot::convert },
        }
    }
}
