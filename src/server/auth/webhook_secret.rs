//! Secrets of webhooks, and the signatures that they make: Standard Webhooks 1.0, HMAC-SHA256 over id, time and body.

use base64::{Engine, prelude::BASE64_STANDARD};
use ring::{
    hmac,
    rand::{SecureRandom, SystemRandom},
};

use crate::shared::values::time::{SECOND, Timestamp};

/// By which receivers and secret scanners recognise one.
const PREFIX: &str = "whsec_";
const SECRET_BYTES: usize = 32;

/// A new secret, in clear text. `None` if the system has no random numbers.
pub fn generate() -> Option<String> {
    let mut bytes = [0; SECRET_BYTES];
    SystemRandom::new().fill(&mut bytes).ok()?;
    Some(format!("{PREFIX}{}", BASE64_STANDARD.encode(bytes)))
}

/// The header `webhook-timestamp`: seconds since 1970.
pub fn timestamp(at: Timestamp) -> i64 {
    at.0.div_euclid(SECOND)
}

/// The header `webhook-signature`: one signature for each of these secrets. Empty for a secret that is none.
pub fn signatures<'a>(
    secrets: impl IntoIterator<Item = &'a str>,
    id: &str,
    timestamp: i64,
    body: &str,
) -> String {
    let signed = format!("{id}.{timestamp}.{body}");
    let sign = |secret: &str| {
        let key = BASE64_STANDARD.decode(secret.strip_prefix(PREFIX)?).ok()?;
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), signed.as_bytes());
        Some(format!("v1,{}", BASE64_STANDARD.encode(tag)))
    };
    secrets.into_iter().filter_map(sign).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's libraries.
    #[test]
    fn r4_a_signature_is_as_the_specification_has_it() {
        let signed = signatures(
            ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            r#"{"test": 2432232314}"#,
        );
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn r4_two_secrets_sign_while_one_follows_the_other() {
        let (one, other) = (generate().expect("a secret"), generate().expect("a secret"));
        assert_ne!(one, other);
        let both = signatures([one.as_str(), other.as_str()], "id", 1, "{}");
        let [first, second] = [&one, &other].map(|secret| signatures([secret.as_str()], "id", 1, "{}"));
        assert_eq!(both, format!("{first} {second}"));
        assert_eq!(signatures(["nonsense"], "id", 1, "{}"), "");
    }
}
