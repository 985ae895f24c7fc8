//! Webhooks to endpoints of other programs: one signed POST for an event (Standard Webhooks 1.0). Redirects are not followed, and what
//! is answered is read at its beginning.

use std::time::Duration;

use axum::{
    body::Bytes,
    http::{HeaderMap, Request, Uri, header},
};
use http_body_util::Full;

use super::http::{HttpClient, Reach};
use crate::{
    server::auth::webhook_secret::{signatures, timestamp},
    shared::{operators::webhooks::WEBHOOK_URL_MAX_BYTES, values::time::Timestamp},
};

/// What is read of an answer, in bytes.
const ANSWER_MAX_BYTES: usize = 1_024;
/// The longest pause that an endpoint may ask for.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(3_600);
const USER_AGENT: &str = concat!("Stoa/", env!("CARGO_PKG_VERSION"));

/// An event for one endpoint.
#[derive(Clone, Debug)]
pub struct Call {
    pub url: String,
    /// The event's id, the same at each attempt.
    pub id: String,
    pub body: String,
    /// All that sign it.
    pub secrets: Vec<String>,
}

/// What an endpoint has answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallAnswer {
    /// `None` if there was no answer.
    pub status: Option<u16>,
    /// The beginning of the answer, or why there is none.
    pub text: String,
    /// The pause that it asks for.
    pub retry_after: Option<Duration>,
}

pub struct Webhooks {
    http: HttpClient,
}

impl Webhooks {
    pub fn new(reach: Reach) -> Self {
        Self { http: HttpClient::with_beginnings(reach, ANSWER_MAX_BYTES) }
    }

    /// Whether this is a URL that may be told of events.
    pub fn takes(&self, url: &str) -> bool {
        url.len() <= WEBHOOK_URL_MAX_BYTES
            && url.is_ascii()
            && !url.contains('#')
            && url.parse::<Uri>().is_ok_and(|url| self.http.takes(&url))
    }

    pub async fn send(&self, call: &Call, now: Timestamp) -> CallAnswer {
        let unsent = |text: String| CallAnswer { status: None, text, retry_after: None };
        let at = timestamp(now);
        let signature = signatures(call.secrets.iter().map(String::as_str), &call.id, at, &call.body);
        let request = Request::post(&call.url)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::USER_AGENT, USER_AGENT)
            .header("webhook-id", &call.id)
            .header("webhook-timestamp", at)
            .header("webhook-signature", signature)
            .body(Full::from(Bytes::from(call.body.clone())));
        let Ok(request) = request else { return unsent("it can't be written as a request".to_owned()) };
        match self.http.send(request).await {
            Ok(answer) => CallAnswer {
                status: Some(answer.status.as_u16()),
                text: readable(&answer.body),
                retry_after: retry_after(&answer.headers),
            },
            Err(reason) => unsent(reason),
        }
    }
}

/// Without what no text has, and what the databases don't take.
fn readable(body: &[u8]) -> String {
    String::from_utf8_lossy(body)
        .chars()
        .filter(|char| !char.is_control() || "\n\t".contains(*char))
        .collect()
}

/// In seconds. A date is rare, and the usual pause serves as well.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds: u64 = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(RETRY_AFTER_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r4_only_public_urls_with_https_are_taken() {
        let webhooks = Webhooks::new(Reach::Public);
        for url in ["https://shop.example/hooks", "https://shop.example:8443/hooks?key=1", "https://1.1.1.1/"]
        {
            assert!(webhooks.takes(url), "{url}");
        }
        for url in [
            "http://shop.example/",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://10.0.0.1:8443/hooks",
            "https://169.254.169.254/latest",
            "https://user:secret@shop.example/",
            "https://shop.example/#part",
            "ftp://shop.example/",
            "shop.example",
            "/hooks",
            "https://",
            "",
            "https://shop.example/a b",
        ] {
            assert!(!webhooks.takes(url), "{url}");
        }
        assert!(!webhooks.takes(&format!("https://shop.example/{}", "x".repeat(WEBHOOK_URL_MAX_BYTES))));
    }

    #[test]
    fn r4_an_answer_of_any_bytes_is_kept_as_text() {
        assert_eq!(readable(b"a\0b\r\nc\xff"), "ab\nc\u{fffd}");
    }
}
