//! Events of security as admins look for them: the filter, and the files that they are exported in.

use serde::{Deserialize, Serialize};

/// The longest name of an event.
pub const EVENT_MAX_CHARS: usize = 40;

/// A filter as a form and a URL have it. What is empty filters nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EventFilter {
    /// Part of a user's name.
    pub q: String,
    /// The name of an event.
    pub event: String,
    /// `refused` or `done`.
    pub result: String,
    /// Days, of which both are within.
    pub from: String,
    pub to: String,
}

impl EventFilter {
    /// Its parameters by name, for a URL or hidden fields.
    pub fn params(&self) -> [(&'static str, &str); 5] {
        [
            ("q", &self.q),
            ("event", &self.event),
            ("result", &self.result),
            ("from", &self.from),
            ("to", &self.to),
        ]
    }

    /// Those that filter something: `event=sign_in, from=2026-11-01`.
    pub fn summary(&self) -> String {
        let set = self.params().into_iter().filter(|(_, value)| !value.is_empty());
        set.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(", ")
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventsFormat {
    Csv,
    Ndjson,
}

impl EventsFormat {
    pub const ALL: [Self; 2] = [Self::Csv, Self::Ndjson];

    /// Its name, which is the end of the file's name, too.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == text)
    }

    pub fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Ndjson => "application/x-ndjson",
        }
    }
}
