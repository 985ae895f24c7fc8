//! What the options say, and whether their addresses can be had.

use std::{
    io::{ErrorKind, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    time::Duration,
};

use super::{Finding, error, ok, warning};
use crate::server::config::{LIVENESS_PATH, LIVENESS_TEXT, METRICS_PATH, Serve};

const ANSWERS_WITHIN: Duration = Duration::from_secs(2);

pub fn examine(config: &Serve) -> Vec<Finding> {
    let mut findings = vec![public_url(config), proxies(config)];
    if config.demo && config.is_https() {
        findings.push(warning("demo", "anybody may sign in as a demo account; leave --demo out"));
    }
    findings.push(address("listen", config.listen, "--listen", LIVENESS_PATH, LIVENESS_TEXT));
    if let Some(metrics) = config.metrics {
        findings.push(address("metrics", metrics, "--metrics", METRICS_PATH, "stoa_"));
    }
    findings
}

fn public_url(config: &Serve) -> Finding {
    match &config.public_url {
        Some(url) if config.is_https() => ok("public url", url),
        Some(url) => warning(
            "public url",
            format!("{url} is not encrypted: cookies and messages can be read on the way; use https"),
        ),
        None => warning(
            "public url",
            "not set, which is for development only; set --public-url to the address that people type",
        ),
    }
}

fn proxies(config: &Serve) -> Finding {
    match config.trusted_proxies.len() {
        // Stoa itself speaks no TLS.
        0 if config.is_https() => warning(
            "trusted proxies",
            "none, though something in front must do TLS: all people share one rate; name it with --trusted-proxies",
        ),
        0 => ok("trusted proxies", "none"),
        _ => ok("trusted proxies", format!("{:?}", config.trusted_proxies)),
    }
}

/// It is free, or it is a Stoa that has it.
fn address(about: &'static str, at: SocketAddr, option: &str, path: &str, word: &str) -> Finding {
    match TcpListener::bind(at) {
        Ok(_) => ok(about, format!("{at} is free")),
        Err(failed) if failed.kind() == ErrorKind::AddrInUse && says(at, path, word).unwrap_or(false) => {
            ok(about, format!("{at}: Stoa runs there"))
        }
        Err(failed) => error(about, format!("can't listen on {at}: {failed}; choose another with {option}")),
    }
}

fn says(at: SocketAddr, path: &str, word: &str) -> std::io::Result<bool> {
    let mut stream = TcpStream::connect_timeout(&at, ANSWERS_WITHIN)?;
    stream.set_read_timeout(Some(ANSWERS_WITHIN))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {at}\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.take(4 * 1024).read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).contains(word))
}
