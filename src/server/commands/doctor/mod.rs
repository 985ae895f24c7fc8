//! `stoa doctor`: looks at all that `stoa serve` would stand on, changes nothing, and says what to do.

mod database;
mod machine;
mod settings;

use std::fmt;

use crate::server::config::{Done, Serve};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Grade {
    Ok,
    /// It works, and had better be put right.
    Warning,
    /// `stoa serve` would not start, or could lose something.
    Error,
}

/// One line.
struct Finding {
    grade: Grade,
    about: &'static str,
    /// What is so, and what to do about it.
    text: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let grade = match self.grade {
            Grade::Ok => "ok",
            Grade::Warning => "warning",
            Grade::Error => "error",
        };
        write!(f, "{grade:<8} {:<16} {}", self.about, self.text)
    }
}

fn ok(about: &'static str, text: impl Into<String>) -> Finding {
    Finding { grade: Grade::Ok, about, text: text.into() }
}

fn warning(about: &'static str, text: impl Into<String>) -> Finding {
    Finding { grade: Grade::Warning, about, text: text.into() }
}

fn error(about: &'static str, text: impl Into<String>) -> Finding {
    Finding { grade: Grade::Error, about, text: text.into() }
}

/// Prints a line for each thing looked at; fails where there is an error among them.
pub async fn examine(config: &Serve) -> Done {
    let mut findings = settings::examine(config);
    findings.extend(database::examine(&config.database.database).await);
    findings.extend(machine::examine(&config.database.database));
    for finding in &findings {
        println!("{finding}");
    }
    match findings.iter().filter(|finding| finding.grade == Grade::Error).count() {
        0 => Ok(()),
        1 => Err("one thing has to be put right first".to_owned()),
        count => Err(format!("{count} things have to be put right first")),
    }
}
