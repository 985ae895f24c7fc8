//! What the converters of exports share: the lines that they make, and how times, ids and names are read.

use std::{
    collections::{BTreeMap, HashSet},
    hash::{DefaultHasher, Hash, Hasher},
};

use chrono::{DateTime, SecondsFormat};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::{
    server::auth::signed_identity::is_id,
    shared::users::{NAME_MAX_CHARS, check_name},
};

/// Users who are remembered as told of. Others are told of again, which changes nothing.
const SEEN_MAX: usize = 1_000_000;
/// For what has no time: anything that is sent later is newer.
const NO_TIME: &str = "1970-01-01T00:00:00Z";
/// Below it a number is a time in seconds; from it on, in milliseconds.
const MILLIS_FROM: f64 = 1e11;

/// What comes of an object that is converted. The error is one sentence for a person.
pub type Converted = Result<(), String>;

/// Where a converter puts its lines.
pub struct Lines<'a> {
    pub sink: &'a mut dyn FnMut(Value) -> Converted,
    /// In which field conversations have the id of their listing.
    pub listing_field: Option<String>,
    seen: HashSet<u64>,
    /// What was left out, and how often.
    pub left_out: BTreeMap<&'static str, u64>,
}

impl<'a> Lines<'a> {
    pub fn new(listing_field: Option<String>, sink: &'a mut dyn FnMut(Value) -> Converted) -> Self {
        Self { sink, listing_field, seen: HashSet::new(), left_out: BTreeMap::new() }
    }

    /// A user, unless there was a line about them.
    pub fn user(&mut self, id: &str, name: Option<&str>, changed_at: Option<String>) -> Converted {
        let mut hasher = DefaultHasher::new();
        id.hash(&mut hasher);
        let is_known = if self.seen.len() < SEEN_MAX {
            !self.seen.insert(hasher.finish())
        } else {
            self.seen.contains(&hasher.finish())
        };
        if is_known {
            return Ok(());
        }
        let changed_at = changed_at.unwrap_or_else(|| NO_TIME.to_owned());
        self.line(json!({ "type": "user", "id": id, "name": name_of(name, id), "changed_at": changed_at }))
    }

    pub fn line(&mut self, line: Value) -> Converted {
        (self.sink)(line)
    }

    pub fn leave_out(&mut self, what: &'static str) -> Converted {
        *self.left_out.entry(what).or_default() += 1;
        Ok(())
    }

    /// The listing that a conversation is about, by the fields that it has elsewhere.
    pub fn listing(&self, fields: Option<&Value>) -> Option<String> {
        id_in(fields?.get(self.listing_field.as_ref()?)?)
    }
}

/// A name that is cut, or the id in place of one that can't be shown.
fn name_of(name: Option<&str>, id: &str) -> String {
    let cut = |text: &str| text.trim().chars().take(NAME_MAX_CHARS).collect::<String>();
    name.map(cut).and_then(|name| check_name(&name).ok()).unwrap_or_else(|| cut(id))
}

/// An id that is a text or a number.
pub fn id_in(value: &Value) -> Option<String> {
    match value {
        Value::String(id) if !id.is_empty() => Some(id.clone()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    }
}

/// The id of a conversation or a message, which may be any text elsewhere.
pub fn key(id: &str) -> String {
    if is_id(id) {
        return id.to_owned();
    }
    let hex = |byte: &u8| format!("{byte:02x}");
    format!("sha256-{}", Sha256::digest(id).iter().map(hex).collect::<String>())
}

/// The field, if it is a text with something in it.
pub fn text<'a>(fields: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    fields.get(name).and_then(Value::as_str).filter(|text| !text.trim().is_empty())
}

/// The field as a time: RFC 3339, or a number of seconds or milliseconds since 1970. None for 0.
pub fn time(fields: &Map<String, Value>, name: &str) -> Option<String> {
    match fields.get(name)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => {
            let number = number.as_f64().filter(|number| *number > 0.0)?;
            let micros = if number < MILLIS_FROM { number * 1e6 } else { number * 1e3 };
            let at = DateTime::from_timestamp_micros(micros as i64)?;
            Some(at.to_rfc3339_opts(SecondsFormat::AutoSi, true))
        }
        _ => None,
    }
}

/// The field as a time if it is a number: texts of some systems are no RFC 3339.
pub fn number_time(fields: &Map<String, Value>, name: &str) -> Option<String> {
    fields.get(name).filter(|at| at.is_number()).and_then(|_| time(fields, name))
}

/// The line without fields that are null.
pub fn without_nulls(line: Value) -> Value {
    match line {
        Value::Object(fields) => fields.into_iter().filter(|(_, value)| !value.is_null()).collect(),
        line => line,
    }
}
