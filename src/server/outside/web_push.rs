//! Web push (RFC 8030): encrypts for one browser (RFC 8291), proves who sends (VAPID, RFC 8292) and hands the push to the
//! browser's push service, whose URL the browser has given.

use std::{fmt, time::Duration};

use axum::{
    body::Bytes,
    http::{Request, StatusCode, Uri, header},
};
use http_body_util::Full;
use web_push_native::{Auth, encrypt, p256::PublicKey};

use super::http::{Answer, HttpClient, Reach};
use crate::{server::auth::vapid::VapidKey, shared::values::time::Timestamp};

/// The longest text of one push, in bytes: its record is 4,096 with the header and the tag.
pub const PAYLOAD_MAX_BYTES: usize = 3_993;
/// The longest URL of a push service that is taken, in bytes.
pub const ENDPOINT_MAX_BYTES: usize = 1_000;
pub const AUTH_BYTES: usize = 16;
/// A push service keeps a push for a browser that is off for so long, in seconds.
const TTL_S: &str = "14400";
/// The longest pause that a push service may ask for.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(3_600);

/// The keys of a browser, which alone can read what is pushed to it.
#[derive(Clone)]
pub struct BrowserKeys {
    public: PublicKey,
    auth: [u8; AUTH_BYTES],
}

impl fmt::Debug for BrowserKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BrowserKeys")
    }
}

impl BrowserKeys {
    /// `None` if the first is no point of P-256, or the second too short or too long.
    pub fn new(p256dh: &[u8], auth: &[u8]) -> Option<Self> {
        Some(Self { public: PublicKey::from_sec1_bytes(p256dh).ok()?, auth: auth.try_into().ok()? })
    }
}

/// A push to one browser.
pub struct Push {
    pub endpoint: String,
    pub keys: BrowserKeys,
    /// At most [`PAYLOAD_MAX_BYTES`].
    pub payload: Vec<u8>,
    /// A push service that holds one of the same topic back replaces it: at most 32 characters of base64url.
    pub topic: String,
    pub is_urgent: bool,
}

/// What a push service has answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PushAnswer {
    Taken,
    /// The browser wants no pushes any more.
    Gone,
    /// It will not take this one, nor the same again.
    Refused(String),
    /// It may take it later, after this time if it says so.
    Later {
        reason: String,
        after: Option<Duration>,
    },
}

impl PushAnswer {
    /// The label in the metrics.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::Gone => "gone",
            Self::Refused(_) => "refused",
            Self::Later { .. } => "later",
        }
    }

    /// By the status alone: what services say in words differs and changes.
    fn of(answer: &Answer) -> Self {
        let reason = || format!("the push service answers {}", answer.status.as_u16());
        match answer.status {
            status if status.is_success() => Self::Taken,
            StatusCode::NOT_FOUND | StatusCode::GONE => Self::Gone,
            StatusCode::TOO_MANY_REQUESTS => Self::Later { reason: reason(), after: retry_after(answer) },
            status if status.is_server_error() => {
                Self::Later { reason: reason(), after: retry_after(answer) }
            }
            _ => Self::Refused(reason()),
        }
    }
}

/// `Retry-After` in seconds. A date is rare, and the usual pause serves as well.
fn retry_after(answer: &Answer) -> Option<Duration> {
    let seconds: u64 = answer.headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(RETRY_AFTER_MAX))
}

/// Sends pushes in the name of this marketplace.
pub struct WebPush {
    http: HttpClient,
    key: VapidKey,
    /// Whom a push service may turn to: our URL.
    subject: String,
}

impl WebPush {
    pub fn new(reach: Reach, key: VapidKey, subject: String) -> Self {
        Self { http: HttpClient::new(reach), key, subject }
    }

    /// The key by which browsers and push services know us, as base64url.
    pub fn public_key(&self) -> &str {
        self.key.public()
    }

    /// Whether pushes may be sent to a URL that a browser names.
    pub fn takes(&self, endpoint: &str) -> bool {
        endpoint.len() <= ENDPOINT_MAX_BYTES && endpoint.parse().is_ok_and(|url| self.http.takes(&url))
    }

    pub async fn send(&self, push: Push, now: Timestamp) -> PushAnswer {
        let request = match self.request(push, now) {
            Ok(request) => request,
            Err(reason) => return PushAnswer::Refused(reason.to_owned()),
        };
        match self.http.send(request).await {
            Ok(answer) => PushAnswer::of(&answer),
            Err(reason) => PushAnswer::Later { reason, after: None },
        }
    }

    fn request(&self, push: Push, now: Timestamp) -> Result<Request<Full<Bytes>>, &'static str> {
        let url: Uri = push.endpoint.parse().map_err(|_| "the URL can't be read")?;
        let origin = origin(&url).ok_or("the URL has no host")?;
        let BrowserKeys { public, auth } = push.keys;
        let body = encrypt(push.payload, &public, &Auth::from(auth)).map_err(|_| "it can't be encrypted")?;
        Request::post(url)
            .header(header::AUTHORIZATION, self.key.authorization(&origin, &self.subject, now))
            .header(header::CONTENT_ENCODING, "aes128gcm")
            .header(header::CONTENT_TYPE, "application/octet-stream")
            .header("ttl", TTL_S)
            .header("urgency", if push.is_urgent { "high" } else { "normal" })
            .header("topic", push.topic)
            .body(Full::from(body))
            .map_err(|_| "it can't be written as a request")
    }
}

/// The origin of a URL: its scheme, host and port.
fn origin(url: &Uri) -> Option<String> {
    Some(format!("{}://{}", url.scheme_str()?, url.authority()?))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
    use web_push_native::{decrypt, p256::SecretKey};

    use super::*;

    fn bytes(text: &str) -> Vec<u8> {
        BASE64_URL_SAFE_NO_PAD.decode(text).expect("base64url")
    }

    const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";
    const PRIVATE: &str = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94";
    const PUBLIC: &str =
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";

    /// The example of RFC 8291, appendix A: written by others, and read by the library that writes ours.
    #[test]
    fn what_others_have_encrypted_is_read() {
        let body = bytes(
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
        );
        let secret = SecretKey::from_slice(&bytes(PRIVATE)).expect("a key");
        let auth: [u8; AUTH_BYTES] = bytes(AUTH).try_into().expect("16 bytes");
        let text = decrypt(body, &secret, &Auth::from(auth)).expect("a text");
        assert_eq!(text, b"When I grow up, I want to be a watermelon");
    }

    #[test]
    fn what_is_encrypted_is_read_by_its_browser_alone_and_differs_each_time() {
        let keys = BrowserKeys::new(&bytes(PUBLIC), &bytes(AUTH)).expect("keys");
        let secret = SecretKey::from_slice(&bytes(PRIVATE)).expect("a key");
        let written =
            || encrypt(vec![b'x'; PAYLOAD_MAX_BYTES], &keys.public, &Auth::from(keys.auth)).unwrap();
        let (one, other) = (written(), written());
        assert_ne!(one, other);
        assert!(one.len() <= 4_096, "{}", one.len());
        assert_eq!(decrypt(one.clone(), &secret, &Auth::from(keys.auth)).unwrap(), vec![b'x'; 3_993]);
        assert!(decrypt(one, &secret, &Auth::from([0; AUTH_BYTES])).is_err(), "another secret");
    }

    #[test]
    fn keys_that_are_none_are_refused() {
        let (public, auth) = (bytes(PUBLIC), bytes(AUTH));
        assert!(BrowserKeys::new(&public, &auth[1..]).is_none());
        assert!(BrowserKeys::new(&public[1..], &auth).is_none());
        let mut elsewhere = public.clone();
        elsewhere[10] ^= 1;
        assert!(BrowserKeys::new(&elsewhere, &auth).is_none(), "a point beside the curve");
    }

    #[test]
    fn an_answer_is_told_by_its_status_alone() {
        let of = |status: u16, after: Option<&str>| {
            let mut headers = HeaderMap::new();
            if let Some(after) = after {
                headers.insert(header::RETRY_AFTER, after.parse().unwrap());
            }
            let status = StatusCode::from_u16(status).unwrap();
            PushAnswer::of(&Answer { status, headers, body: Bytes::new() })
        };
        assert_eq!([200, 201, 202].map(|status| of(status, None)), [const { PushAnswer::Taken }; 3]);
        assert_eq!([404, 410].map(|status| of(status, None)), [const { PushAnswer::Gone }; 2]);
        for status in [301, 400, 401, 403, 413] {
            assert!(matches!(of(status, None), PushAnswer::Refused(_)), "{status}");
        }
        for (status, header, expected) in [
            (429, Some("120"), Some(120)),
            (503, Some("999999"), Some(3_600)),
            (503, Some("Fri, 31 Dec 1999 23:59:59 GMT"), None),
            (500, None, None),
        ] {
            let PushAnswer::Later { after, .. } = of(status, header) else { panic!("{status}") };
            assert_eq!(after, expected.map(Duration::from_secs));
        }
    }
}
