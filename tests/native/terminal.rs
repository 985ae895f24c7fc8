//! A pseudoterminal, for what commands do only for a person at a terminal.

use std::{
    fs::File,
    io::{Read, Write},
    os::fd::OwnedFd,
    process::{Child, Command, Stdio},
};

use rustix::{
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
    termios::{LocalModes, tcgetattr},
};

/// A command at a terminal of its own.
pub struct Terminal {
    file: File,
    process: Child,
    shown: String,
}

impl Terminal {
    pub fn run(arguments: &[&str]) -> Self {
        let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&terminal).unwrap();
        unlockpt(&terminal).unwrap();
        let name = ptsname(&terminal, Vec::new()).unwrap();
        let other: OwnedFd =
            File::options().read(true).write(true).open(name.to_str().unwrap()).unwrap().into();
        let stdio = || Stdio::from(other.try_clone().unwrap());
        let mut command = Command::new("setsid");
        command.args(["--ctty", "--wait", env!("CARGO_BIN_EXE_stoa")]).args(arguments);
        let process = command.stdin(stdio()).stdout(stdio()).stderr(stdio()).spawn().unwrap();
        Self { file: File::from(terminal), process, shown: String::new() }
    }

    /// Reads until this is shown.
    pub fn until(&mut self, words: &str) {
        let mut buffer = [0; 1024];
        while !self.shown.contains(words) {
            let read = self.file.read(&mut buffer).unwrap_or(0);
            assert!(read > 0, "{words} is not in {}", self.shown);
            self.shown.push_str(&String::from_utf8_lossy(&buffer[..read]));
        }
    }

    /// Waits until what is typed is not shown.
    pub fn until_hidden(&self) {
        while tcgetattr(&self.file).unwrap().local_modes.contains(LocalModes::ECHO) {
            std::thread::yield_now();
        }
    }

    pub fn answer(&mut self, line: &str) {
        self.file.write_all(format!("{line}\n").as_bytes()).unwrap();
    }

    /// All that was shown, and whether it went well.
    pub fn end(mut self) -> (String, bool) {
        let mut buffer = [0; 1024];
        while let Ok(read @ 1..) = self.file.read(&mut buffer) {
            self.shown.push_str(&String::from_utf8_lossy(&buffer[..read]));
        }
        (self.shown, self.process.wait().unwrap().success())
    }
}
