//! `stoa doctor`: checks the options, the database and the machine before `stoa serve`. It changes nothing,
//! and reports findings with their remedy.

mod database;
mod files;
mod machine;
mod mail;
mod openid_connect;
mod settings;

use std::fmt;

use super::output::print;
use crate::server::config::{CommandResult, Serve};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Grade {
    Ok,
    /// It works, but should be corrected.
    Warning,
    /// `stoa serve` would not start, or could lose data.
    Error,
}

/// The result of one check, printed as one line.
struct Finding {
    grade: Grade,
    about: &'static str,
    /// The observation and its remedy.
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

/// Prints a line for each check. An error if any finding has the grade error.
pub async fn examine(config: &Serve) -> CommandResult {
    let mut findings = settings::examine(config);
    findings.extend(database::examine(&config.database.database, config.demo).await);
    findings.push(files::examine(config).await);
    findings.extend(files::examine_scanner(config).await);
    findings.push(mail::examine(&config.mail).await);
    findings.extend(openid_connect::examine(config).await);
    findings.extend(machine::examine(&config.database.database));
    for finding in &findings {
        print(finding)?;
    }
    match findings.iter().filter(|finding| finding.grade == Grade::Error).count() {
        0 => Ok(()),
        1 => Err("one thing has to be put right first".to_owned()),
        count => Err(format!("{count} things have to be put right first")),
    }
}
