//! Cookies: their names, reading them from request headers and writing `Set-Cookie`. Over https each name
//! carries the `__Host-` prefix, which binds the cookie to this host: a neighbouring host could plant a
//! cookie without it.

use axum::http::{HeaderMap, header};

use crate::server::config::Serve;

/// A cookie: its name on plain http and its name over https.
pub struct Cookie {
    pub plain: &'static str,
    secure: &'static str,
}

/// Holds the session's token.
pub const SESSION: Cookie = Cookie { plain: "stoa_session", secure: "__Host-stoa_session" };
/// Holds an API token that a plain form has created, until the settings page has shown it.
pub const MADE_TOKEN: Cookie = Cookie { plain: "stoa_made", secure: "__Host-stoa_made" };
/// Holds recovery codes that a plain form has made, until the settings page has shown them.
pub const MADE_CODES: Cookie = Cookie { plain: "stoa_codes", secure: "__Host-stoa_codes" };
/// Holds the secret of a webhook that a plain form has made, until its page has shown it.
pub const MADE_WEBHOOK: Cookie = Cookie { plain: "stoa_webhook", secure: "__Host-stoa_webhook" };
/// Holds what lets a browser that knew the password send a code, for some minutes.
pub const SECOND_STEP: Cookie = Cookie { plain: "stoa_second_step", secure: "__Host-stoa_second_step" };
/// Holds the id of the challenge that a browser is answering with a passkey.
pub const PASSKEY_CEREMONY: Cookie = Cookie { plain: "stoa_passkey", secure: "__Host-stoa_passkey" };
/// Marks a browser that has signed in to an account before. It grants no access.
pub const DEVICE: Cookie = Cookie { plain: "stoa_device", secure: "__Host-stoa_device" };
/// Holds a sign-in by an identity provider until its answer comes.
pub const PENDING_SIGN_IN: Cookie = Cookie { plain: "stoa_pending", secure: "__Host-stoa_pending" };
/// Holds the hash of a plain form's error, until the form's page has shown it.
pub const FORM_ERROR: Cookie = Cookie { plain: "stoa_refusal", secure: "__Host-stoa_refusal" };

impl Cookie {
    pub fn name(&self, config: &Serve) -> &'static str {
        if config.is_https() { self.secure } else { self.plain }
    }

    /// The cookie's value in these headers. None if it is missing, empty or not UTF-8.
    pub fn read<'h>(&self, headers: &'h HeaderMap, config: &Serve) -> Option<&'h str> {
        read(headers, self.name(config))
    }

    /// The value of a `Set-Cookie` header for this host, which scripts can't read. A `max_age_s` of 0 removes
    /// the cookie.
    pub fn to_header(&self, config: &Serve, value: &str, max_age_s: i64) -> String {
        let secure = if config.is_https() { "; Secure" } else { "" };
        let name = self.name(config);
        format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age_s}{secure}")
    }
}

/// The session's token in these headers.
pub fn session_token<'h>(headers: &'h HeaderMap, config: &Serve) -> Option<&'h str> {
    SESSION.read(headers, config)
}

/// The value of the cookie with this name. Other cookies in the same header may hold any bytes.
pub fn read<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b';'))
        .find_map(|pair| pair.trim_ascii().strip_prefix(name.as_bytes())?.strip_prefix(b"="))
        .and_then(|value| std::str::from_utf8(value).ok())
        .filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_cookie_is_found_by_its_whole_name_among_any_others() {
        let mut headers = HeaderMap::new();
        let value =
            HeaderValue::from_bytes(b"x_stoa_session=1; a=\xff;stoa_session=abc; stoa_theme=dark").unwrap();
        headers.insert(header::COOKIE, value);
        assert_eq!(read(&headers, SESSION.plain), Some("abc"));
        assert_eq!(read(&headers, "stoa_theme"), Some("dark"));
        assert_eq!(read(&headers, "session"), None);
    }
}
