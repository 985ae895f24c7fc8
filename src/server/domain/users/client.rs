//! The client of a request: its IP, and the browser that it says it is.

use chrono_tz::Tz;

use crate::{server::auth::client_ip::ClientIp, shared::words};

/// The client of a request, for rate limits and for the list of sessions.
#[derive(Clone, Debug, Default)]
pub struct Client {
    pub client_ip: ClientIp,
    pub user_agent: String,
    /// Kept by a browser that has signed in before, see [`device_token`](crate::server::auth::session_tokens::device_token).
    pub device_token: Option<String>,
    /// The browser's time zone, if it is a name of the IANA database.
    pub time_zone: Option<Tz>,
}

/// The name of a browser by its user agent, such as "Firefox on Linux". The order matters: a user agent also
/// names the browsers that it claims compatibility with.
pub(super) fn browser_name(user_agent: &str) -> String {
    let browsers = [
        ("Edg/", "Edge"),
        ("EdgA/", "Edge"),
        ("EdgiOS/", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser/", "Samsung Internet"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("CriOS/", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("AppleWebKit/", words::client_a_browser()),
    ];
    const DEVICES: [(&str, &str); 7] = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("CrOS", "ChromeOS"),
        ("Mac OS X", "Mac"),
        ("Linux", "Linux"),
    ];
    let first = |names: &[(&str, &'static str)]| {
        names.iter().find(|(part, _)| user_agent.contains(part)).map(|(_, name)| *name)
    };
    match (first(&browsers), first(&DEVICES)) {
        (Some(browser), Some(device)) => words::client_browser_on_device(browser, device),
        (Some(browser), None) => browser.to_owned(),
        (None, Some(device)) => words::client_on_device(device),
        (None, None) => words::client_unknown().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e7_a_browser_is_named_as_people_know_it() {
        for (client, name) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
                "Chrome on Android",
            ),
            ("curl/8.5.0", "An unknown browser"),
            ("", "An unknown browser"),
        ] {
            assert_eq!(browser_name(client), name, "{client}");
        }
    }
}
