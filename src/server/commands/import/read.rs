//! Reading the files of an import: lines of JSON as they are, and exports of other systems through their converter.

use std::{
    cell::{Cell, RefCell},
    fs::File,
    io::{self, BufRead, BufReader, Read, stdin},
    path::Path,
};

use serde_json::Value;

use super::{
    super::output::print,
    convert::{Converted, Lines},
    converter::Converter,
    counts::{Counts, number},
    json::each_object,
    spool::{Spool, Spooled},
};
use crate::{
    server::{
        config::{CommandResult, Import},
        domain::operators::external::{history::Place, lines::Line},
    },
    shared::errors::{ApiError, Result as ApiResult},
};

/// Bytes of one line.
const LINE_MAX_BYTES: u64 = 1024 * 1024;
/// Standard input.
const DASH: &str = "-";

/// What is read, and what counts it.
pub struct Input<'a> {
    pub import: &'a Import,
    pub counts: &'a mut Counts,
}

impl Input<'_> {
    /// Reads all files, and returns how many lines are to be stored.
    pub fn into_spool(self, spool: &mut Spool) -> Result<u64, String> {
        let Self { import, counts } = self;
        let mut spooled = 0;
        let mut push = |number: u64, json: &str, counts: &mut Counts| -> CommandResult {
            let line = match Line::parse(json) {
                Ok(line) => line,
                Err(refused) => {
                    counts.add_unreadable(number, &refused);
                    return Ok(());
                }
            };
            counts.add_read(line.kind());
            spooled += 1;
            let line = Spooled { place: Place::of(&line), number, json: json.to_owned() };
            spool.push(line).map_err(|error| {
                format!("can't keep what was read in a temporary file: {error}; choose a folder with TMPDIR")
            })
        };
        match import.from {
            Some(_) => converted(import, counts, &mut push)?,
            None => lines(import, counts, &mut push)?,
        }
        Ok(spooled)
    }
}

/// Prints the lines that an export becomes.
pub fn print_lines(import: &Import, counts: &mut Counts) -> CommandResult {
    converted(import, counts, &mut |_, json, _| print(json))
}

type Push<'a> = &'a mut dyn FnMut(u64, &str, &mut Counts) -> CommandResult;

fn lines(import: &Import, counts: &mut Counts, push: Push<'_>) -> CommandResult {
    for (file, path) in import.files.iter().enumerate() {
        let mut reader = open(path)?;
        let mut line = 0;
        while let Some(read) = next_line(&mut reader).map_err(|error| unreadable(path, &error))? {
            line += 1;
            match read {
                Ok(text) if text.trim().is_empty() => {}
                Ok(text) => push(number(file, line), &text, counts)?,
                Err(refused) => counts.add_unreadable(number(file, line), &refused),
            }
        }
    }
    Ok(())
}

fn converted(import: &Import, counts: &mut Counts, push: Push<'_>) -> CommandResult {
    let Some(converter) = import.from.map(Converter::of) else { return Ok(()) };
    let (counts, object, failed) = (RefCell::new(counts), Cell::new(0), RefCell::new(None));
    let mut sink = |line: Value| -> Converted {
        push(object.get(), &line.to_string(), &mut counts.borrow_mut()).inspect_err(|error| {
            *failed.borrow_mut() = Some(error.clone());
        })
    };
    // Of all files, so that each user is told of once.
    let mut lines = Lines::new(import.listing_field.clone(), &mut sink);
    for (file, path) in import.files.iter().enumerate() {
        object.set(number(file, 0));
        let read = each_object(open(path)?, converter.lists, &mut |read| {
            object.set(object.get() + 1);
            let Err(message) = (converter.convert)(&read, &mut lines) else { return Ok(()) };
            if failed.borrow().is_some() {
                return Err(message);
            }
            counts.borrow_mut().add_unreadable(object.get(), &ApiError::invalid("object", message));
            Ok(())
        });
        if let Some(error) = failed.take() {
            return Err(error);
        }
        read.map_err(|error| format!("can't read {}: {error}; nothing was stored", path.display()))?;
    }
    let left_out = std::mem::take(&mut lines.left_out);
    counts.borrow_mut().left_out = left_out;
    Ok(())
}

fn open(path: &Path) -> Result<Box<dyn BufRead>, String> {
    if path == Path::new(DASH) {
        return Ok(Box::new(BufReader::new(stdin())));
    }
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    Ok(Box::new(BufReader::with_capacity(256 * 1024, file)))
}

fn unreadable(path: &Path, error: &io::Error) -> String {
    format!("can't read {}: {error}", path.display())
}

/// The next line, without its end. The inner error is of one that is no text or too long, which is passed over.
fn next_line(reader: &mut impl BufRead) -> io::Result<Option<ApiResult<String>>> {
    let mut bytes = Vec::new();
    if reader.by_ref().take(LINE_MAX_BYTES).read_until(b'\n', &mut bytes)? == 0 {
        return Ok(None);
    }
    if bytes.len() as u64 == LINE_MAX_BYTES && bytes.last() != Some(&b'\n') {
        while bytes.last() != Some(&b'\n') {
            bytes.clear();
            if reader.by_ref().take(LINE_MAX_BYTES).read_until(b'\n', &mut bytes)? == 0 {
                break;
            }
        }
        return Ok(Some(Err(ApiError::invalid("line", "A line has at most 1 MiB."))));
    }
    let text = String::from_utf8(bytes);
    Ok(Some(text.map_err(|_| ApiError::invalid("line", "This line is no text in UTF-8."))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_are_too_long_or_no_text_are_passed_over() {
        let long = "x".repeat(3 * 1024 * 1024);
        let input = [b"one\n".as_slice(), long.as_bytes(), b"\ntwo\r\n\xff\n", b"three"].concat();
        let mut reader = BufReader::new(input.as_slice());
        let mut got = Vec::new();
        while let Some(line) = next_line(&mut reader).unwrap() {
            got.push(line.map(|line| line.trim().to_owned()).map_err(|error| error.message));
        }
        let refused = |text: &str| Err(text.to_owned());
        let taken = |text: &str| Ok(text.to_owned());
        assert_eq!(
            got,
            [
                taken("one"),
                refused("A line has at most 1 MiB."),
                taken("two"),
                refused("This line is no text in UTF-8."),
                taken("three")
            ]
        );
    }
}
