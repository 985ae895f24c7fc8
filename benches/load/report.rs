//! The report of a scenario, printed as a table row or a JSON line.

use std::time::Duration;

use serde_json::json;

use crate::server::Server;

/// The latencies of correct responses, and the number of errors.
#[derive(Default)]
pub struct Measured {
    latencies: Vec<Duration>,
    errors: usize,
}

impl<E> FromIterator<Result<Duration, E>> for Measured {
    fn from_iter<I: IntoIterator<Item = Result<Duration, E>>>(results: I) -> Self {
        results.into_iter().fold(Self::default(), |mut measured, result| {
            match result {
                Ok(latency) => measured.latencies.push(latency),
                Err(_) => measured.errors += 1,
            }
            measured
        })
    }
}

pub struct Report {
    pub scenario: &'static str,
    load: String,
    latencies: Vec<Duration>,
    errors: usize,
    lasted: Duration,
    /// The processor use of the server and of this process, in cores.
    processors: Option<(f64, f64)>,
    /// A check besides each response, and whether it passed.
    check: Option<(String, bool)>,
    /// The intended rate in messages a second, and the kind of receipts.
    intended: Option<(u64, &'static str)>,
    /// Messages that the server refused for now, because its queue was full.
    refused: usize,
}

/// The start of a measurement: the time, and the processor time used until then.
pub struct Started(tokio::time::Instant, Option<(f64, f64)>);

impl Started {
    pub fn now(server: &Server) -> Self {
        Self(tokio::time::Instant::now(), server.processor_seconds())
    }
}

impl Report {
    pub fn new(
        scenario: &'static str,
        load: String,
        server: &Server,
        started: &Started,
        measured: Measured,
    ) -> Self {
        let Started(at, used_before) = started;
        let (lasted, used) = (at.elapsed(), server.processor_seconds());
        let seconds = lasted.as_secs_f64();
        let processors = used
            .zip(*used_before)
            .map(|(after, before)| ((after.0 - before.0) / seconds, (after.1 - before.1) / seconds));
        let Measured { mut latencies, errors } = measured;
        latencies.sort_unstable();
        Self {
            scenario,
            load,
            latencies,
            errors,
            lasted,
            processors,
            check: None,
            intended: None,
            refused: 0,
        }
    }

    pub fn with_check(self, what: String, is_right: bool) -> Self {
        let check = match self.check {
            None => (what, is_right),
            Some((before, was_right)) => (format!("{before}; {what}"), was_right && is_right),
        };
        Self { check: Some(check), ..self }
    }

    pub fn at_rate(self, rate: u64, receipts: &'static str) -> Self {
        Self { intended: Some((rate, receipts)), ..self }
    }

    pub fn with_refused(self, refused: usize) -> Self {
        Self { refused, ..self }
    }

    pub fn has_refused(&self) -> bool {
        self.refused > 0
    }

    pub fn rate(&self) -> Option<u64> {
        self.intended.map(|(rate, _)| rate)
    }

    pub fn receipts(&self) -> Option<&'static str> {
        self.intended.map(|(_, receipts)| receipts)
    }

    /// Whether every response and every check was correct, whatever the latencies.
    pub fn is_right(&self) -> bool {
        self.errors == 0
            && !self.latencies.is_empty()
            && self.check.as_ref().is_none_or(|(_, is_right)| *is_right)
    }

    /// Whether the load exceeds the server's capacity: the median latency is over a second.
    pub fn is_saturated(&self) -> bool {
        self.millis(50) > 1_000.0
    }

    pub fn print(&self, is_json: bool, is_first: bool) {
        if is_json {
            return println!("{}", self.to_json());
        }
        if is_first {
            println!(
                "{:<6} {:>7} {:>7} {:>9} {:>8} {:>8} {:>8} {:>8}  {:>12}  load",
                "", "answers", "errors", "a second", "p50 ms", "p90 ms", "p99 ms", "max ms", "cores (+gen)"
            );
        }
        let (server, generator) = self.processors.unwrap_or_default();
        println!(
            "{:<6} {:>7} {:>7} {:>9.1} {:>8.2} {:>8.2} {:>8.2} {:>8.2}  {:>12}  {}",
            self.scenario,
            self.latencies.len(),
            self.errors,
            self.per_second(),
            self.millis(50),
            self.millis(90),
            self.millis(99),
            self.millis(100),
            format!("{server:.2} (+{generator:.2})"),
            self.load
        );
        if let Some((what, is_right)) = &self.check {
            println!("       {} {what}", if *is_right { "right:" } else { "WRONG:" });
        }
    }

    fn to_json(&self) -> serde_json::Value {
        json!({
            "scenario": self.scenario,
            "load": self.load,
            "answers": self.latencies.len(),
            "errors": self.errors,
            "refused": self.refused,
            "asked_per_second": self.rate(),
            "receipts": self.receipts(),
            "per_second": self.per_second(),
            "p50_ms": self.millis(50),
            "p90_ms": self.millis(90),
            "p99_ms": self.millis(99),
            "max_ms": self.millis(100),
            "server_cores": self.processors.map(|(server, _)| server),
            "generator_cores": self.processors.map(|(_, generator)| generator),
            "check": self.check.as_ref().map(|(what, _)| what),
            "is_right": self.is_right(),
        })
    }

    fn per_second(&self) -> f64 {
        self.latencies.len() as f64 / self.lasted.as_secs_f64()
    }

    /// A percentile of the latencies of correct responses, in milliseconds; 0 without any.
    pub fn millis(&self, percent: usize) -> f64 {
        let rank = (self.latencies.len() * percent).div_ceil(100).max(1);
        self.latencies.get(rank - 1).map_or(0.0, |latency| latency.as_secs_f64() * 1_000.0)
    }
}
