//! What came of the lines of an import: counts for the end, and each refusal at once.

use std::{collections::BTreeMap, path::PathBuf};

use super::super::output::{note, print};
use crate::{
    server::{
        config::CommandResult,
        domain::operators::external::{history::Outcome, lines::LineKind},
    },
    shared::errors::ApiError,
};

/// Refusals that are printed. Further ones are only counted.
const PRINTED_MAX: u64 = 1_000;
/// Numbers of lines of one file.
const NUMBERS: u64 = 1 << 40;

/// The number of a line, or of an object of an export, with that of its file.
pub fn number(file: usize, line: u64) -> u64 {
    file as u64 * NUMBERS + line
}

#[derive(Clone, Copy, Default)]
struct Of {
    read: u64,
    stored: u64,
    late: u64,
    known: u64,
    refused: u64,
}

pub struct Counts {
    files: Vec<PathBuf>,
    of: [Of; LineKind::ALL.len()],
    /// Lines that are about nothing that is known.
    unreadable: u64,
    /// Lines that were refused.
    refusals: u64,
    /// What a converter left out, and how often.
    pub left_out: BTreeMap<&'static str, u64>,
}

impl Counts {
    pub fn new(files: &[PathBuf]) -> Self {
        Self {
            files: files.to_vec(),
            of: [Of::default(); LineKind::ALL.len()],
            unreadable: 0,
            refusals: 0,
            left_out: BTreeMap::new(),
        }
    }

    pub fn add_read(&mut self, kind: LineKind) {
        self.of(kind).read += 1;
    }

    /// What came of a line that was read.
    pub fn add(&mut self, number: u64, kind: LineKind, id: &str, outcome: Outcome) {
        let of = self.of(kind);
        match outcome {
            Outcome::Stored => of.stored += 1,
            Outcome::StoredLate => (of.stored, of.late) = (of.stored + 1, of.late + 1),
            Outcome::Known => of.known += 1,
            Outcome::Refused(refused) => {
                of.refused += 1;
                let what = kind.plural().trim_end_matches('s');
                self.say(number, &format!(" ({what} {})", shown(id)), &refused);
            }
        }
    }

    /// A line that can't be read.
    pub fn add_unreadable(&mut self, number: u64, refused: &ApiError) {
        self.unreadable += 1;
        self.say(number, "", refused);
    }

    fn of(&mut self, kind: LineKind) -> &mut Of {
        let index = LineKind::ALL.iter().position(|one| *one == kind).unwrap_or_default();
        &mut self.of[index]
    }

    fn say(&mut self, number: u64, what: &str, refused: &ApiError) {
        self.refusals += 1;
        if self.refusals > PRINTED_MAX {
            return;
        }
        let file = (number / NUMBERS) as usize;
        let place = match self.files.get(file).filter(|_| self.files.len() > 1) {
            Some(path) => format!("{}, {}", path.display(), number % NUMBERS),
            None => format!("{}", number % NUMBERS),
        };
        let field = refused.field.as_deref().map(|field| format!("{field}: ")).unwrap_or_default();
        note(format!("refused {place}{what}: {field}{}", refused.message));
    }

    /// Prints the counts. An error if anything was refused.
    pub fn end(&self) -> CommandResult {
        print(format!("{:13} {:>10} {:>10} {:>12} {:>10}", "", "read", "stored", "there before", "refused"))?;
        for (kind, of) in LineKind::ALL.into_iter().zip(self.of) {
            let Of { read, stored, known, refused, .. } = of;
            print(format!("{:13} {read:>10} {stored:>10} {known:>12} {refused:>10}", kind.plural()))?;
        }
        if self.unreadable > 0 {
            print(format!(
                "{:13} {:>10} {:>10} {:>12} {:>10}",
                "unreadable", self.unreadable, 0, 0, self.unreadable
            ))?;
        }
        let late: u64 = self.of.iter().map(|of| of.late).sum();
        if late > 0 {
            print(format!("{late} messages have the time of a later one that was there before."))?;
        }
        self.left_out().try_for_each(print)?;
        self.verdict("stored")
    }

    /// The same where lines were printed: standard output is theirs.
    pub fn end_printed(&self) -> CommandResult {
        self.left_out().for_each(note);
        self.verdict("printed")
    }

    fn left_out(&self) -> impl Iterator<Item = String> {
        self.left_out.iter().map(|(what, count)| format!("Left out: {count} {what}."))
    }

    fn verdict(&self, done: &str) -> CommandResult {
        if self.refusals > PRINTED_MAX {
            note(format!("… and {} more", self.refusals - PRINTED_MAX));
        }
        match self.refusals {
            0 => Ok(()),
            1 => Err(format!("one line was refused; the others are {done}")),
            refused => Err(format!("{refused} lines were refused; the others are {done}")),
        }
    }
}

/// An id as it can be printed: somebody else chose it.
fn shown(id: &str) -> String {
    let cut: String = id.chars().take(80).collect();
    cut.escape_debug().to_string()
}
