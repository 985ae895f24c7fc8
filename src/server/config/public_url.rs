//! The public URL: the origin that people type. It is kept as browsers write it in the header `Origin`, so that both
//! can be compared.

use url::Url;

/// The origin as browsers write it: scheme and host in lower case, the host in ASCII (IDNA), and no default port. An
/// error for anything but an origin of http or https.
pub(super) fn parse(text: &str) -> Result<String, String> {
    let wrong = || "give scheme and host only, like https://chat.example.com".to_owned();
    // The parser also takes `https:host` and skips tabs; people who wrote that meant something else.
    if !text.contains("://") || text.chars().any(|c| c.is_whitespace() || c.is_control() || c == '\\') {
        return Err(wrong());
    }
    let url = Url::parse(text).map_err(|_| wrong())?;
    let is_origin = matches!(url.scheme(), "http" | "https")
        && url.username().is_empty()
        && url.password().is_none()
        && url.path().trim_end_matches('/').is_empty()
        && url.query().is_none()
        && url.fragment().is_none();
    if is_origin { Ok(url.origin().ascii_serialization()) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_public_url_is_kept_as_browsers_write_an_origin() {
        for (given, origin) in [
            ("https://chat.example.com", "https://chat.example.com"),
            ("https://Chat.Example.com/", "https://chat.example.com"),
            ("HTTPS://chat.example.com:443", "https://chat.example.com"),
            ("http://chat.example.com:80/", "http://chat.example.com"),
            ("https://chat.example.com:8443", "https://chat.example.com:8443"),
            ("http://chat.example.com:443", "http://chat.example.com:443"),
            ("https://bücher.example", "https://xn--bcher-kva.example"),
            ("https://BÜCHER.example", "https://xn--bcher-kva.example"),
            ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
            ("http://localhost:3000", "http://localhost:3000"),
            ("http://[2001:DB8:0:0::1]:80", "http://[2001:db8::1]"),
        ] {
            assert_eq!(parse(given).as_deref(), Ok(origin), "{given}");
        }
        for wrong in [
            "",
            "chat.example.com",
            "https:chat.example.com",
            "https://",
            "https://a/b",
            "https://a?b",
            "https://a#b",
            "https://u:p@a",
            "ftp://a",
            "https://a b",
            " https://a",
            "https://a\\b",
            "https://a:70000",
            "https://a\t.b",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
