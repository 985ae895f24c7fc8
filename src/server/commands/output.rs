//! Standard output of commands. A pipe whose reader has gone (`stoa doctor | head -1`) is no failure; any other output
//! that can't be written is.

use std::{
    fmt::Display,
    io::{ErrorKind, Write, stderr, stdout},
};

use crate::server::config::CommandResult;

/// Prints a line of the result.
pub fn print(line: impl Display) -> CommandResult {
    let mut out = stdout().lock();
    match writeln!(out, "{line}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(format!("can't write the output: {error}"))
        }
        _ => Ok(()),
    }
}

/// Prints a line for the person at the terminal. That it can't be read is no reason to stop.
pub fn note(line: impl Display) {
    let _ = writeln!(stderr().lock(), "{line}");
}
