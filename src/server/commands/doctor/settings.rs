//! Checks of the options: public URL, trusted proxies, demo mode, and whether the listen addresses are free.

use std::{
    io::{ErrorKind, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    time::Duration,
};

use super::{Finding, error, ok, warning};
use crate::server::config::{LIVENESS_PATH, LIVENESS_TEXT, METRICS_PATH, Serve};

const RESPONSE_TIMEOUT: Duration = Duration::from_secs(2);

pub fn examine(config: &Serve) -> Vec<Finding> {
    let mut findings = vec![public_url(config), proxies(config)];
    if let Err(text) = config.check_demo() {
        findings.push(error("demo", text));
    } else if config.demo && config.is_https() {
        findings.push(warning("demo", "anybody may sign in as a demo account; leave --demo out"));
    }
    findings.push(listen_address("listen", config.listen, "--listen", LIVENESS_PATH, LIVENESS_TEXT));
    if let Some(metrics) = config.metrics {
        findings.push(listen_address("metrics", metrics, "--metrics", METRICS_PATH, "stoa_"));
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
        None if config.check_listen().is_err() => {
            error("public url", config.check_listen().err().unwrap_or_default())
        }
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
        _ => {
            let proxies: Vec<_> = config.trusted_proxies.iter().map(ToString::to_string).collect();
            ok("trusted proxies", proxies.join(", "))
        }
    }
}

/// A listen address is fine if it is free, or if a running Stoa has it.
fn listen_address(
    about: &'static str,
    listen: SocketAddr,
    option: &str,
    path: &str,
    expected: &str,
) -> Finding {
    match TcpListener::bind(listen) {
        Ok(_) => ok(about, format!("{listen} is free")),
        Err(failed)
            if failed.kind() == ErrorKind::AddrInUse
                && responds_with(listen, path, expected).unwrap_or(false) =>
        {
            ok(about, format!("{listen}: Stoa runs there"))
        }
        Err(failed) => {
            error(about, format!("can't listen on {listen}: {failed}; choose another with {option}"))
        }
    }
}

/// Whether the first 4 KiB of the response to `GET path` contain the expected text.
fn responds_with(listen: SocketAddr, path: &str, expected: &str) -> std::io::Result<bool> {
    let mut stream = TcpStream::connect_timeout(&listen, RESPONSE_TIMEOUT)?;
    stream.set_read_timeout(Some(RESPONSE_TIMEOUT))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {listen}\r\nConnection: close\r\n\r\n")?;
    let mut response = Vec::new();
    stream.take(4 * 1024).read_to_end(&mut response)?;
    Ok(String::from_utf8_lossy(&response).contains(expected))
}
