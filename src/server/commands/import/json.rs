//! JSON of exports, object by object: an export of any size is read without holding more than one of its objects.

use std::{
    cell::Cell,
    fmt,
    io::{self, BufRead, Read},
};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Bytes of one object.
const OBJECT_MAX_BYTES: u64 = 16 * 1024 * 1024;

/// An object, without what it has in lists.
pub struct Object<'a> {
    /// The field whose list it is in. Empty at the top.
    pub list: &'a str,
    pub fields: Map<String, Value>,
    /// Whether it had lists, whose objects came before it.
    pub had_lists: bool,
}

/// Called with each object. An error ends the reading.
pub type OnObject<'a> = &'a mut dyn FnMut(Object<'_>) -> Result<(), String>;

/// Reads JSON values that follow each other, objects or arrays of objects. What objects have in the fields of these names, and is an array
/// or an object, is given first, object by object.
pub fn each_object(reader: impl BufRead, lists: &[&str], on: OnObject<'_>) -> Result<(), String> {
    let left = Cell::new(OBJECT_MAX_BYTES);
    let mut reader = Limited { reader, left: &left };
    while !is_at_end(&mut reader.reader).map_err(|error| error.to_string())? {
        let mut deserializer = serde_json::Deserializer::from_reader(&mut reader);
        let walk = Walk { lists, list: "", left: &left, on };
        walk.deserialize(&mut deserializer).map_err(|error| error.to_string())?;
    }
    Ok(())
}

fn is_at_end(reader: &mut impl BufRead) -> io::Result<bool> {
    loop {
        let buffer = reader.fill_buf()?;
        // A mark of the byte order is no JSON, and some programs write one.
        let blank = |byte: &u8| byte.is_ascii_whitespace() || [0xef, 0xbb, 0xbf].contains(byte);
        match buffer.iter().position(|byte| !blank(byte)) {
            Some(blanks) => {
                reader.consume(blanks);
                return Ok(false);
            }
            None if buffer.is_empty() => return Ok(true),
            None => {
                let blanks = buffer.len();
                reader.consume(blanks);
            }
        }
    }
}

/// A reader from which one object takes no more than the bound.
struct Limited<'a, R> {
    reader: R,
    left: &'a Cell<u64>,
}

impl<R: BufRead> Read for Limited<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        match self.left.get().checked_sub(read as u64) {
            Some(left) => self.left.set(left),
            None => return Err(io::Error::other("one object is larger than 16 MiB")),
        }
        Ok(read)
    }
}

struct Walk<'a, 'b> {
    lists: &'a [&'a str],
    list: &'a str,
    left: &'a Cell<u64>,
    on: &'a mut (dyn FnMut(Object<'_>) -> Result<(), String> + 'b),
}

impl<'a, 'b> Walk<'a, 'b> {
    /// For what is in the list of this name.
    fn within<'c>(&'c mut self, list: &'c str) -> Walk<'c, 'b> {
        Walk { lists: self.lists, list, left: self.left, on: self.on }
    }
}

impl<'de> DeserializeSeed<'de> for Walk<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object, or an array of objects")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        let (mut fields, mut had_lists) = (Map::new(), false);
        while let Some(key) = map.next_key::<String>()? {
            if self.lists.contains(&key.as_str()) {
                had_lists = true;
                map.next_value_seed(self.within(&key))?;
            } else {
                fields.insert(key, map.next_value()?);
            }
        }
        self.left.set(OBJECT_MAX_BYTES);
        (self.on)(Object { list: self.list, fields, had_lists }).map_err(A::Error::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        let list = self.list;
        while seq.next_element_seed(self.within(list))?.is_some() {}
        Ok(())
    }

    /// A list may be null.
    fn visit_unit<E: Error>(self) -> Result<(), E> {
        if self.list.is_empty() { Err(E::custom("null in place of an object")) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, lists: &[&str]) -> Result<Vec<(String, String)>, String> {
        let mut got = Vec::new();
        each_object(text.as_bytes(), lists, &mut |object| {
            got.push((object.list.to_owned(), Value::Object(object.fields).to_string()));
            Ok(())
        })?;
        Ok(got)
    }

    #[test]
    fn objects_come_one_by_one_wherever_they_stand() {
        let text = "\u{feff} {\"a\":1}\n[{\"a\":2},{\"list\":[{\"b\":3},{\"list\":null,\"c\":4}],\"d\":{\"list\":[5]}}] {\"list\":{\"e\":6}}\n";
        let got = read(text, &["list"]).unwrap();
        let expected = [
            ("", "{\"a\":1}"),
            ("", "{\"a\":2}"),
            ("list", "{\"b\":3}"),
            ("list", "{\"c\":4}"),
            ("", "{\"d\":{\"list\":[5]}}"),
            ("list", "{\"e\":6}"),
            ("", "{}"),
        ];
        assert_eq!(got, expected.map(|(list, json)| (list.to_owned(), json.to_owned())));
        assert_eq!(read(" \n", &[]).unwrap(), []);
    }

    #[test]
    fn what_is_no_json_or_too_large_is_refused() {
        for wrong in ["7", "null", "{\"a\":", "[{]", "{\"list\":[7]}", "{} x", "[[1]]"] {
            assert!(read(wrong, &["list"]).is_err(), "{wrong}");
        }
        let large = format!("{{\"a\":\"{}\"}}", "x".repeat(17 * 1024 * 1024));
        assert!(read(&large, &[]).unwrap_err().contains("16 MiB"));
        let many = format!("[{}]", vec![format!("{{\"a\":\"{}\"}}", "x".repeat(1_000_000)); 40].join(","));
        assert_eq!(read(&many, &[]).unwrap().len(), 40);
    }
}
