//! Progress of long commands on standard error: a bar on a terminal, elsewhere a line now and then, as a service
//! manager's log wants it.

use std::{
    cell::RefCell,
    io::{IsTerminal, stderr},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};

use super::output;

/// Between two lines where there is no terminal.
const LINE_INTERVAL: Duration = Duration::from_secs(10);
const BAR: &str = "{msg} {wide_bar} {percent:>3} % {eta:>4}";

/// One command's progress, in steps that follow each other.
pub struct Progress {
    bar: Option<ProgressBar>,
    line: RefCell<Line>,
}

struct Line {
    step: String,
    printed: Instant,
}

impl Progress {
    pub fn new() -> Self {
        let bar = stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template(BAR).unwrap_or_else(|_| ProgressStyle::default_bar());
            ProgressBar::new(0).with_style(style)
        });
        Self { bar, line: RefCell::new(Line { step: String::new(), printed: Instant::now() }) }
    }

    /// So much of this step is done. What has been estimated too low ends at the total.
    pub fn update(&self, step: &str, done: u64, total: u64) {
        let done = done.min(total);
        let mut line = self.line.borrow_mut();
        let is_new = line.step != step;
        if is_new {
            step.clone_into(&mut line.step);
        }
        match &self.bar {
            Some(bar) => {
                if is_new {
                    bar.reset();
                    bar.set_message(step.to_owned());
                }
                bar.set_length(total);
                bar.set_position(done);
            }
            None if line.printed.elapsed() >= LINE_INTERVAL => {
                line.printed = Instant::now();
                output::note(format!("{step}: {} %", (done * 100).checked_div(total).unwrap_or(100)));
            }
            None => {}
        }
    }

    /// Prints a line of the result, above the bar.
    pub fn print(&self, line: impl std::fmt::Display) -> Result<(), String> {
        match &self.bar {
            Some(bar) => bar.suspend(|| output::print(line)),
            None => output::print(line),
        }
    }
}

impl Default for Progress {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
