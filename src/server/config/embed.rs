//! Options for frames on other sites.

use clap::Args;

use super::public_url;

/// Where frames may be shown, and from where pages may call the API.
#[derive(Args, Clone)]
pub struct Embed {
    /// A site on whose pages the chat may be embedded, like https://shop.example.com, without a path; once for each site.
    /// Its server signs who its visitors are (docs/embedding.md), and its pages may call the API by a token. Without one nothing can be embedded.
    #[arg(long = "embed-site", env = "STOA_EMBED_SITES", value_name = "URL,…", value_delimiter = ',', value_parser = parse, requires = "public_url")]
    pub sites: Vec<String>,
}

/// An origin. Plain http is for development alone, where the site is on this machine: elsewhere anybody on the way could
/// become a part of the page.
fn parse(text: &str) -> Result<String, String> {
    let origin = public_url::parse(text)?;
    // A policy would read a star as any name, and a comma or a semicolon as the beginning of another one.
    let is_plain = |char: char| char.is_ascii_alphanumeric() || ".-:/[]".contains(char);
    if !origin.chars().all(is_plain) {
        return Err("give each site by its name, without signs like * and ,".to_owned());
    }
    let host =
        origin.strip_prefix("http://").map(|host| host.rsplit_once(':').map_or(host, |(host, _)| host));
    match host {
        Some(host) if !["localhost", "127.0.0.1", "[::1]"].contains(&host) => {
            Err("give a site with https://".to_owned())
        }
        _ => Ok(origin),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r3_a_site_is_one_origin_with_https_but_for_this_machine() {
        for (given, origin) in [
            ("https://Shop.example.com/", "https://shop.example.com"),
            ("https://shop.example.com:8443", "https://shop.example.com:8443"),
            ("http://localhost:4000", "http://localhost:4000"),
            ("http://127.0.0.1", "http://127.0.0.1"),
            ("http://[::1]:4000", "http://[::1]:4000"),
        ] {
            assert_eq!(parse(given).as_deref(), Ok(origin), "{given}");
        }
        for wrong in [
            "*",
            "https://*",
            "https://*.example.com",
            "http://shop.example.com",
            "http://localhost.example.com",
            "shop.example.com",
            "https://shop.example.com/path",
            "'self'",
            "https://a; script-src *",
            "https://a,b",
            "null",
            "",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
