//! JSON deserialization with a small wasm footprint. A JSON text is parsed into values once, and each type
//! takes its fields out of them by name. A derived serde deserializer costs 3 kB of wasm for each struct;
//! this costs a tenth. Native code uses the same path, so the tests read exactly what the browser reads.

use std::{fmt, marker::PhantomData};

use serde::{
    Serialize, Serializer,
    de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor, value::StrDeserializer},
};

/// One JSON value. Numbers with a fraction are an error: no wire type has any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Json {
    #[default]
    Null,
    Bool(bool),
    Int(i64),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// A part of a value that is read where it is shown: until then it is kept as it came, so the main wasm has none of the code
/// that reads it. Null where there is nothing.
#[derive(Clone, Debug)]
pub struct Unread<T> {
    json: Json,
    of: PhantomData<fn() -> T>,
}

/// The name of the field or type that is missing or has the wrong form.
#[derive(Debug)]
pub struct JsonError(pub &'static str);

/// Builds a value from parsed JSON. The macros below implement it.
pub trait FromJson: Sized {
    fn from_json(json: Json) -> Result<Self, JsonError>;
}

/// Implements [`FromJson`] for structs, field by field. Unknown fields are ignored: a newer server may send
/// more. Those after a semicolon may be absent, which is their default.
macro_rules! read_fields {
    ($($name:ident { $($field:ident),* $(,)? $(; $($absent:ident),+)? })+) => {$(
        impl $crate::shared::json::FromJson for $name {
            fn from_json(
                json: $crate::shared::json::Json,
            ) -> std::result::Result<Self, $crate::shared::json::JsonError> {
                let mut json = json;
                Ok(Self {
                    $($field: json.take(stringify!($field))?,)*
                    $($($absent: json.take::<Option<_>>(stringify!($absent))?.unwrap_or_default(),)*)?
                })
            }
        }
    )+};
}

/// Implements serde's `Deserialize` by way of [`FromJson`], for types that stand inside serde's own (a
/// `Result`, an answer).
macro_rules! read_by_serde {
    ($($name:ty),+ $(,)?) => {$(
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
                let json = $crate::shared::json::Json::deserialize(deserializer)?;
                $crate::shared::json::FromJson::from_json(json).map_err(serde::de::Error::custom)
            }
        }
    )+};
}

/// Implements [`FromJson`] for enums without fields, by the variant names that serde derives.
macro_rules! read_unit_enums {
    ($($name:ident),+ $(,)?) => {$(
        impl $crate::shared::json::FromJson for $name {
            fn from_json(
                json: $crate::shared::json::Json,
            ) -> std::result::Result<Self, $crate::shared::json::JsonError> {
                $crate::shared::json::unit_variant(json, stringify!($name))
            }
        }
    )+};
}

pub(crate) use {read_by_serde, read_fields, read_unit_enums};

impl Json {
    /// Takes a field out of an object. A missing field reads as null.
    pub fn take<T: FromJson>(&mut self, field: &'static str) -> Result<T, JsonError> {
        T::from_json(self.take_json(field))
            .map_err(|JsonError(what)| JsonError(if what.is_empty() { field } else { what }))
    }

    fn take_json(&mut self, field: &str) -> Self {
        let Self::Object(fields) = self else { return Self::Null };
        let at = fields.iter().position(|(name, _)| name == field);
        at.map_or(Self::Null, |at| fields.swap_remove(at).1)
    }
}

/// The value has the wrong type. [`Json::take`] fills in the name of the field.
pub const WRONG_TYPE: JsonError = JsonError("");

/// Reads an enum without fields. `what` names the enum in the error.
pub fn unit_variant<T: for<'de> Deserialize<'de>>(json: Json, what: &'static str) -> Result<T, JsonError> {
    let unit_variant = String::from_json(json)?;
    T::deserialize(StrDeserializer::<serde::de::value::Error>::new(&unit_variant))
        .map_err(|_| JsonError(what))
}

impl<T> Unread<T> {
    pub fn is_empty(&self) -> bool {
        self.json == Json::Null
    }
}

impl<T: FromJson + Default> Unread<T> {
    /// Reads it. What can't be read, of a newer version, is as good as nothing.
    pub fn read(&self) -> T {
        if self.is_empty() { T::default() } else { T::from_json(self.json.clone()).unwrap_or_default() }
    }
}

impl<T: FromJson> Unread<T> {
    /// Reads it, or says what is wrong with it.
    pub fn try_read(self) -> Result<T, JsonError> {
        T::from_json(self.json)
    }
}

impl<T: Serialize> Unread<T> {
    pub fn of(value: &T) -> Self {
        let json = serde_json::to_string(value).ok().and_then(|text| serde_json::from_str(&text).ok());
        Self { json: json.unwrap_or_default(), of: PhantomData }
    }
}

impl<T> From<Json> for Unread<T> {
    fn from(json: Json) -> Self {
        Self { json, of: PhantomData }
    }
}

impl<T> Default for Unread<T> {
    fn default() -> Self {
        Self { json: Json::Null, of: PhantomData }
    }
}

impl<T> PartialEq for Unread<T> {
    fn eq(&self, other: &Self) -> bool {
        self.json == other.json
    }
}

impl<T> Eq for Unread<T> {}

impl<T> FromJson for Unread<T> {
    fn from_json(json: Json) -> Result<Self, JsonError> {
        Ok(json.into())
    }
}

impl<'de, T> Deserialize<'de> for Unread<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Json::deserialize(deserializer).map(Self::from)
    }
}

impl<T> Serialize for Unread<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.json.serialize(serializer)
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(is) => serializer.serialize_bool(*is),
            Self::Int(int) => serializer.serialize_i64(*int),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(list) => serializer.collect_seq(list),
            Self::Object(fields) => serializer.collect_map(fields.iter().map(|(name, value)| (name, value))),
        }
    }
}

impl FromJson for Json {
    fn from_json(json: Json) -> Result<Self, JsonError> {
        Ok(json)
    }
}

impl FromJson for String {
    fn from_json(json: Json) -> Result<Self, JsonError> {
        if let Json::Text(text) = json { Ok(text) } else { Err(WRONG_TYPE) }
    }
}

impl FromJson for i64 {
    fn from_json(json: Json) -> Result<Self, JsonError> {
        if let Json::Int(int) = json { Ok(int) } else { Err(WRONG_TYPE) }
    }
}

impl FromJson for bool {
    fn from_json(json: Json) -> Result<Self, JsonError> {
        if let Json::Bool(is) = json { Ok(is) } else { Err(WRONG_TYPE) }
    }
}

impl<T: FromJson, E: FromJson> FromJson for Result<T, E> {
    fn from_json(mut json: Json) -> Result<Self, JsonError> {
        match &json {
            Json::Object(fields) if fields.iter().any(|(name, _)| name == "Ok") => json.take("Ok").map(Ok),
            _ => json.take("Err").map(Err),
        }
    }
}

impl<T: FromJson> FromJson for Option<T> {
    fn from_json(json: Json) -> Result<Self, JsonError> {
        if matches!(json, Json::Null) { Ok(None) } else { T::from_json(json).map(Some) }
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(json: Json) -> Result<Self, JsonError> {
        let Json::List(list) = json else { return Err(WRONG_TYPE) };
        list.into_iter().map(T::from_json).collect()
    }
}

impl<T: FromJson> FromJson for Box<T> {
    fn from_json(json: Json) -> Result<Self, JsonError> {
        T::from_json(json).map(Self::new)
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is missing or wrong", self.0)
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value without fractions")
    }

    fn visit_unit<E: Error>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E: Error>(self, is: bool) -> Result<Json, E> {
        Ok(Json::Bool(is))
    }

    fn visit_i64<E: Error>(self, int: i64) -> Result<Json, E> {
        Ok(Json::Int(int))
    }

    fn visit_u64<E: Error>(self, int: u64) -> Result<Json, E> {
        i64::try_from(int).map(Json::Int).map_err(|_| E::custom("a number is too great"))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = entries.next_entry()? {
            fields.push(field);
        }
        Ok(Json::Object(fields))
    }
}

#[cfg(test)]
mod tests {
    #[derive(Debug, PartialEq)]
    struct Row {
        name: String,
        count: i64,
        note: Option<String>,
    }

    read_fields! { Row { name, count, note } }
    read_by_serde! { Row }

    #[test]
    fn a_struct_is_read_by_the_names_of_its_fields() {
        let read = |text| serde_json::from_str::<Vec<Row>>(text);
        let row = Row { name: "a\u{e9}".into(), count: -3, note: None };
        assert_eq!(read(r#"[{"count":-3,"more":[{}],"name":"aé"}]"#).unwrap(), [row]);
        for (text, what) in [
            (r#"[{"name":"a"}]"#, "count is missing or wrong"),
            (r#"[{"name":1,"count":1}]"#, "name is missing or wrong"),
            (r#"[{"name":"a","count":1,"note":2}]"#, "note is missing or wrong"),
            (r#"[{"name":"a","count":99999999999999999999}]"#, "fractions"),
            (r#"[7]"#, "name is missing or wrong"),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(what), "{text}: {error}");
        }
    }
}
