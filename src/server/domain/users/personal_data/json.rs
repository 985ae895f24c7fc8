//! The export as JSON: one object, written piece by piece.

use serde_json::{Value, json};

use crate::{
    server::store::users::personal_data::{export::ExportRow, sections::MESSAGE},
    shared::values::time::Timestamp,
};

/// Raised with each change that a program that reads it has to know of.
const FORMAT_VERSION: i64 = 1;
/// Parts that are one object and not a list.
const SINGLE: [&str; 2] = ["profile", "settings"];

pub(super) struct JsonWriter {
    site: String,
    is_first: bool,
    is_single: bool,
    is_first_conversation: bool,
}

impl JsonWriter {
    pub(super) fn new(site: String) -> Self {
        Self { site, is_first: true, is_single: false, is_first_conversation: true }
    }

    pub(super) fn start(&mut self, made_at: Timestamp) -> String {
        let head = [
            ("format", json!("stoa-personal-data")),
            ("version", json!(FORMAT_VERSION)),
            ("made_at", json!(made_at.to_rfc3339())),
            ("site", json!(self.site)),
        ];
        let fields: Vec<_> = head.iter().map(|(key, value)| format!("{}: {value}", json!(key))).collect();
        format!("{{\n{}", fields.join(",\n"))
    }

    pub(super) fn part(&mut self, key: &'static str) -> String {
        (self.is_first, self.is_single) = (true, SINGLE.contains(&key));
        format!(",\n{}: {}", json!(key), if self.is_single { "" } else { "[" })
    }

    pub(super) fn row(&mut self, row: ExportRow) -> String {
        format!("{}{}", self.comma(), Value::Object(row))
    }

    pub(super) fn conversation(&mut self, row: ExportRow) -> String {
        let comma = if std::mem::take(&mut self.is_first_conversation) { "\n" } else { ",\n" };
        let object = Value::Object(row).to_string();
        self.is_first = true;
        format!("{comma}{},\"{}\": [", object.strip_suffix('}').unwrap_or(&object), MESSAGE.0)
    }

    pub(super) fn end_conversation(&mut self) -> String {
        "]}".to_owned()
    }

    pub(super) fn end_part(&mut self) -> String {
        if self.is_single { String::new() } else { "\n]".to_owned() }
    }

    pub(super) fn end(&mut self) -> String {
        ",\n\"is_complete\": true\n}\n".to_owned()
    }

    fn comma(&mut self) -> &'static str {
        match (std::mem::take(&mut self.is_first), self.is_single) {
            (true, true) => "",
            (true, false) => "\n",
            (false, _) => ",\n",
        }
    }
}
