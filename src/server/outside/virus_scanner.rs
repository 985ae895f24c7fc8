//! The virus scanner: the daemon of ClamAV, where one is configured. A file goes through it before anybody can read it.

use std::{future::Future, io, path::PathBuf, time::Duration};

use axum::body::Bytes;
use clamav_client::tokio::{Socket, Tcp, ping, scan_stream};
use futures::Stream;
use tokio::time::timeout;

/// For a file of 100 MiB on a busy machine.
const SCAN_WITHIN: Duration = Duration::from_secs(120);
const PING_WITHIN: Duration = Duration::from_secs(5);
/// Of what it found, for the log.
const NAME_MAX_CHARS: usize = 100;

/// Where the daemon listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VirusScanner {
    Tcp(String),
    Socket(PathBuf),
}

/// What the scanner says of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Clean,
    /// It found what it calls so.
    Found(String),
    /// It takes no file of this size.
    TooLarge,
}

impl VirusScanner {
    /// Reads `HOST:PORT`, or the path of a socket, which begins with `/`.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.starts_with('/') {
            return Ok(Self::Socket(PathBuf::from(text)));
        }
        let port = text.rsplit_once(':').filter(|(host, _)| !host.is_empty());
        match port.and_then(|(_, port)| port.parse::<u16>().ok()) {
            Some(_) => Ok(Self::Tcp(text.to_owned())),
            None => Err(format!(
                "can't use the virus scanner {text:?}: write HOST:PORT, or the path of its socket, after --virus-scanner"
            )),
        }
    }

    /// Scans a file. An error says why there is no verdict: the daemon does not answer, or can't scan.
    pub async fn scan(&self, bytes: impl Stream<Item = io::Result<Bytes>>) -> Result<Verdict, String> {
        let answer = match self {
            Self::Tcp(address) => {
                within(SCAN_WITHIN, scan_stream(bytes, Tcp { host_address: address }, None)).await
            }
            Self::Socket(path) => {
                within(SCAN_WITHIN, scan_stream(bytes, Socket { socket_path: path }, None)).await
            }
        };
        verdict(&answer?)
    }

    /// Whether the daemon answers.
    pub async fn test(&self) -> Result<(), String> {
        let answer = match self {
            Self::Tcp(address) => within(PING_WITHIN, ping(Tcp { host_address: address })).await,
            Self::Socket(path) => within(PING_WITHIN, ping(Socket { socket_path: path })).await,
        };
        match clean(&answer?).as_str() {
            "PONG" => Ok(()),
            other => Err(format!("it answers {other:?}")),
        }
    }
}

async fn within(
    limit: Duration,
    answer: impl Future<Output = io::Result<Vec<u8>>>,
) -> Result<Vec<u8>, String> {
    match timeout(limit, answer).await {
        Ok(answer) => answer.map_err(|error| error.to_string()),
        Err(_) => Err(format!("no answer in {} s", limit.as_secs())),
    }
}

/// An answer as a line.
fn clean(answer: &[u8]) -> String {
    String::from_utf8_lossy(answer).trim_end_matches(['\0', '\n']).trim().to_owned()
}

/// Reads the answer to a scan: `stream: OK`, `stream: NAME FOUND`, or something that ends in `ERROR`.
fn verdict(answer: &[u8]) -> Result<Verdict, String> {
    let line = clean(answer);
    if line == "INSTREAM size limit exceeded. ERROR" {
        return Ok(Verdict::TooLarge);
    }
    match line.strip_prefix("stream: ") {
        Some("OK") => Ok(Verdict::Clean),
        Some(found) if found.ends_with(" FOUND") => {
            let name = found.trim_end_matches(" FOUND").chars().filter(|char| !char.is_control());
            Ok(Verdict::Found(name.take(NAME_MAX_CHARS).collect()))
        }
        _ => Err(format!("it answers {line:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f4_what_the_scanner_says_is_read_word_by_word() {
        assert_eq!(verdict(b"stream: OK\0"), Ok(Verdict::Clean));
        let named = b"stream: OK.Eicar-Test-Signature FOUND\0";
        assert_eq!(verdict(named), Ok(Verdict::Found("OK.Eicar-Test-Signature".into())));
        assert_eq!(verdict(b"INSTREAM size limit exceeded. ERROR\0"), Ok(Verdict::TooLarge));
        for no_verdict in [&b""[..], b"stream: ", b"OK", b"stream: OK FOUND ERROR", b"stream: x ERROR\0"] {
            assert!(verdict(no_verdict).is_err());
        }
    }

    #[test]
    fn f4_where_the_scanner_listens_is_checked() {
        let tcp = VirusScanner::Tcp("scan.example:3310".into());
        assert_eq!(VirusScanner::parse("scan.example:3310"), Ok(tcp));
        let socket = VirusScanner::Socket("/run/clamav/clamd.ctl".into());
        assert_eq!(VirusScanner::parse("/run/clamav/clamd.ctl"), Ok(socket));
        for wrong in ["", "scan.example", ":3310", "scan.example:x", "scan.example:99999"] {
            assert!(VirusScanner::parse(wrong).is_err(), "{wrong}");
        }
    }
}
