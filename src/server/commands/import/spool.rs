//! Lines of an import in the order of their places: sorted in memory in parts of bounded size, which are written to temporary files and
//! merged. However large an export is, memory is not.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, binary_heap::PeekMut},
    env,
    fs::{File, OpenOptions, remove_file},
    io::{self, BufReader, BufWriter, Read, Seek, Write},
    os::unix::fs::OpenOptionsExt,
    process,
};

use uuid::Uuid;

use crate::server::domain::operators::external::history::Place;

/// Bytes of lines that are sorted in memory.
const PART_BYTES: usize = 32 * 1024 * 1024;
/// Bytes that a line takes besides its text, about.
const LINE_BYTES: usize = 128;

/// A line with its place, its number in what was read, and its JSON.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spooled {
    pub place: Place,
    pub number: u64,
    pub json: String,
}

/// Takes lines in any order.
pub struct Spool {
    part_bytes: usize,
    part: Vec<Spooled>,
    bytes: usize,
    files: Vec<File>,
}

impl Default for Spool {
    fn default() -> Self {
        Self::with_parts_of(PART_BYTES)
    }
}

impl Spool {
    /// With parts of so many bytes.
    pub fn with_parts_of(part_bytes: usize) -> Self {
        Self { part_bytes, part: Vec::new(), bytes: 0, files: Vec::new() }
    }

    pub fn push(&mut self, line: Spooled) -> io::Result<()> {
        self.bytes += line.json.len() + line.place.group.len() + LINE_BYTES;
        self.part.push(line);
        if self.bytes >= self.part_bytes { self.write_part() } else { Ok(()) }
    }

    fn write_part(&mut self) -> io::Result<()> {
        self.part.sort();
        let mut writer = BufWriter::new(temporary_file()?);
        for line in self.part.drain(..) {
            line.write(&mut writer)?;
        }
        let mut file = writer.into_inner().map_err(|error| error.into_error())?;
        file.rewind()?;
        self.files.push(file);
        self.bytes = 0;
        Ok(())
    }

    /// The lines in their order.
    pub fn into_sorted(mut self) -> io::Result<Sorted> {
        if !self.files.is_empty() {
            self.write_part()?;
        }
        self.part.sort();
        self.part.reverse();
        let mut sorted = Sorted { part: self.part, files: Vec::new(), heads: BinaryHeap::new() };
        for (index, file) in self.files.into_iter().enumerate() {
            let mut reader = BufReader::new(file);
            if let Some(line) = Spooled::read(&mut reader)? {
                sorted.heads.push(Reverse((line, index)));
            }
            sorted.files.push(reader);
        }
        Ok(sorted)
    }
}

/// Readable for its owner only, and gone with the process, however that ends.
fn temporary_file() -> io::Result<File> {
    let path = env::temp_dir().join(format!("stoa-import-{}-{}", process::id(), Uuid::now_v7()));
    let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path)?;
    remove_file(&path)?;
    Ok(file)
}

/// Gives lines in their order.
pub struct Sorted {
    /// If all of them are in memory: the last one first.
    part: Vec<Spooled>,
    files: Vec<BufReader<File>>,
    /// The next line of each file.
    heads: BinaryHeap<Reverse<(Spooled, usize)>>,
}

impl Sorted {
    pub fn next(&mut self) -> io::Result<Option<Spooled>> {
        if self.files.is_empty() {
            return Ok(self.part.pop());
        }
        let Some(mut head) = self.heads.peek_mut() else { return Ok(None) };
        let index = head.0.1;
        Ok(Some(match Spooled::read(&mut self.files[index])? {
            Some(next) => std::mem::replace(&mut *head, Reverse((next, index))).0.0,
            None => PeekMut::pop(head).0.0,
        }))
    }
}

impl Spooled {
    fn write(&self, to: &mut impl Write) -> io::Result<()> {
        let place = &self.place;
        to.write_all(&[place.class, u8::from(place.is_message)])?;
        to.write_all(&place.at.to_le_bytes())?;
        to.write_all(&self.number.to_le_bytes())?;
        for text in [&place.group, &self.json] {
            to.write_all(&(text.len() as u64).to_le_bytes())?;
            to.write_all(text.as_bytes())?;
        }
        Ok(())
    }

    /// `None` at the end.
    fn read(from: &mut impl Read) -> io::Result<Option<Self>> {
        let mut head = [0; 2];
        if from.read(&mut head[..1])? == 0 {
            return Ok(None);
        }
        from.read_exact(&mut head[1..])?;
        let [class, is_message] = head;
        let at = i64::from_le_bytes(eight(from)?);
        let number = u64::from_le_bytes(eight(from)?);
        let (group, json) = (text(from)?, text(from)?);
        let place = Place { class, group, is_message: is_message != 0, at };
        Ok(Some(Self { place, number, json }))
    }
}

fn eight(from: &mut impl Read) -> io::Result<[u8; 8]> {
    let mut bytes = [0; 8];
    from.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn text(from: &mut impl Read) -> io::Result<String> {
    let length = u64::from_le_bytes(eight(from)?);
    let mut text = String::new();
    from.take(length).read_to_string(&mut text)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(class: u8, group: &str, is_message: bool, at: i64, number: u64) -> Spooled {
        let place = Place { class, group: group.to_owned(), is_message, at };
        Spooled { place, number, json: format!("{{\"é\":{number}}}") }
    }

    #[test]
    fn lines_come_sorted_whether_they_fit_into_memory_or_not() {
        let lines: Vec<_> = (0..500_u64)
            .map(|n| {
                line((n % 4) as u8, &format!("c{}", n * 7 % 11), n % 3 == 0, (n * 31 % 17) as i64 - 8, n)
            })
            .collect();
        let mut expected = lines.clone();
        expected.sort();
        for part_bytes in [usize::MAX, 4_096, 1] {
            let mut spool = Spool::with_parts_of(part_bytes);
            for line in &lines {
                spool.push(line.clone()).unwrap();
            }
            let (mut sorted, mut got) = (spool.into_sorted().unwrap(), Vec::new());
            while let Some(line) = sorted.next().unwrap() {
                got.push(line);
            }
            assert_eq!(got, expected, "parts of {part_bytes}");
        }
        assert!(Spool::default().into_sorted().unwrap().next().unwrap().is_none());
    }
}
