//! What a server function knows about the request that it answers.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::ConnectInfo,
    http::{Extensions, HeaderMap, HeaderName, HeaderValue, header, request::Parts},
};
use leptos::prelude::{expect_context, use_context};
use leptos_axum::ResponseOptions;

use super::tokens::Token;
use crate::{
    server::{
        domain::users::{Client, Opened, SESSION_LASTS},
        node::Node,
    },
    shared::{
        errors::{ApiError, Result},
        session::sign_in_path,
        time::{DAY, SECOND},
        users::Viewer,
    },
};

/// The cookie that holds the session's token.
const COOKIE: &str = "stoa_session";
/// Over https its name binds it to this host alone.
const SECURE_COOKIE: &str = "__Host-stoa_session";
/// Holds a token that a plain form has made, until the settings page has shown it.
const MADE_COOKIE: &str = "stoa_made";
const SECURE_MADE_COOKIE: &str = "__Host-stoa_made";
const MADE_LASTS_S: i64 = 60;
/// By it a browser that has signed in before is known again; it opens nothing.
const DEVICE_COOKIE: &str = "stoa_device";
const SECURE_DEVICE_COOKIE: &str = "__Host-stoa_device";
const DEVICE_LASTS_S: i64 = 365 * DAY / SECOND;
const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");
const NEXT_MAX_CHARS: usize = 500;

pub fn node() -> Node {
    expect_context::<Node>()
}

/// The signed-in person, if there is one. The session was looked up once, before the handler.
pub fn session_viewer() -> Option<Viewer> {
    use_context::<Parts>().and_then(|parts| parts.extensions.get::<Viewer>().cloned())
}

/// The node and the signed-in person, or the answer that nobody is signed in.
pub fn viewer() -> Result<(Node, Viewer)> {
    session_viewer().map(|viewer| (node(), viewer)).ok_or_else(ApiError::signed_out)
}

/// Like [`viewer`]; a plain form post is led to sign-in and back to `page`.
pub fn viewer_or_sign_in(page: &str) -> Result<(Node, Viewer)> {
    let found = viewer();
    if found.is_err() {
        lead_form_to(&sign_in_path(page));
    }
    found
}

/// Leads a plain form post on to a page; a script gets the answer itself and decides.
pub fn lead_form_to(path: &str) {
    if is_form_post() {
        leptos_axum::redirect(path);
    }
}

/// Sets the session cookie and gives the page to go on to, to which a form post is led.
pub fn signed_in(node: &Node, opened: &Opened, next: Option<String>) -> String {
    set_cookie(node, cookie_name(node), opened.token.as_str(), SESSION_LASTS / SECOND);
    known_device(node, &opened.device);
    let next = own_path(next);
    lead_form_to(&next);
    next
}

/// Has the browser known again when somebody signs in, see [`Client::device`].
pub fn known_device(node: &Node, device: &str) {
    set_cookie(node, device_cookie_name(node), device, DEVICE_LASTS_S);
}

/// Takes the cookie away.
pub fn signed_out(node: &Node) {
    set_cookie(node, cookie_name(node), "", 0);
    // Where no script does it, the browser drops what it keeps of this person. A script asks first about text
    // that is not sent yet, and then does it itself.
    if let Some(response) = use_context::<ResponseOptions>().filter(|_| is_form_post()) {
        response.insert_header(CLEAR_SITE_DATA, HeaderValue::from_static("\"storage\""));
    }
    lead_form_to("/");
}

/// A plain form is answered with a page to go on to, whose address must not hold a token: a cookie
/// that only the server reads takes it there.
pub fn hand_made_token(node: &Node, token: &Token) {
    if is_form_post() {
        set_cookie(node, made_cookie_name(node), token.as_str(), MADE_LASTS_S);
        leptos_axum::redirect("/settings#tokens");
    }
}

/// What was handed over, taken away with this answer.
pub fn take_made_token(node: &Node) -> Option<String> {
    let parts = use_context::<Parts>()?;
    let token = cookie(&parts.headers, made_cookie_name(node)).map(str::to_owned);
    if token.is_some() {
        set_cookie(node, made_cookie_name(node), "", 0);
    }
    token
}

/// The session's token as the request carries it.
pub fn token(node: &Node) -> Option<String> {
    use_context::<Parts>().and_then(|parts| token_of(&parts.headers, node).map(str::to_owned))
}

/// The session's token in these headers. Over https only the cookie that is bound to this host
/// counts, since a neighbouring host could plant the other.
pub fn token_of<'h>(headers: &'h HeaderMap, node: &Node) -> Option<&'h str> {
    cookie(headers, cookie_name(node))
}

/// The value of a cookie in these headers. Other cookies may hold any bytes.
pub fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b';'))
        .find_map(|pair| pair.trim_ascii().strip_prefix(name.as_bytes())?.strip_prefix(b"="))
        .and_then(|value| std::str::from_utf8(value).ok())
        .filter(|value| !value.is_empty())
}

fn cookie_name(node: &Node) -> &'static str {
    if node.config.is_https() { SECURE_COOKIE } else { COOKIE }
}

/// Who is asking, for limits and for the list of sessions.
pub fn client(node: &Node) -> Client {
    use_context::<Parts>().map(|parts| client_of(&parts, node)).unwrap_or_default()
}

/// The address that limits count by; empty where there is none.
pub fn address_of(extensions: &Extensions, headers: &HeaderMap, node: &Node) -> String {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    peer.map(|peer| network(address_behind(peer, headers, &node.config.trusted_proxies))).unwrap_or_default()
}

fn client_of(parts: &Parts, node: &Node) -> Client {
    let name = parts.headers.get(header::USER_AGENT).and_then(|name| name.to_str().ok());
    Client {
        address: address_of(&parts.extensions, &parts.headers, node),
        name: name.unwrap_or_default().to_owned(),
        device: cookie(&parts.headers, device_cookie_name(node)).map(str::to_owned),
    }
}

/// The address that a trusted proxy forwards for: the last one that is not itself trusted. What
/// stands before it could be made up by the client.
fn address_behind(peer: IpAddr, headers: &HeaderMap, proxies: &[IpAddr]) -> IpAddr {
    let forwarded = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let hops: Vec<IpAddr> =
        forwarded.flat_map(|hops| hops.split(',')).map_while(|hop| hop.trim().parse().ok()).collect();
    let mut last = peer;
    for hop in hops.into_iter().rev() {
        if !proxies.contains(&last) {
            break;
        }
        last = hop;
    }
    last
}

/// What one customer of a network gets: one IPv4 address, or a /64 of IPv6.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

fn device_cookie_name(node: &Node) -> &'static str {
    if node.config.is_https() { SECURE_DEVICE_COOKIE } else { DEVICE_COOKIE }
}

fn made_cookie_name(node: &Node) -> &'static str {
    if node.config.is_https() { SECURE_MADE_COOKIE } else { MADE_COOKIE }
}

fn set_cookie(node: &Node, name: &str, value: &str, max_age_s: i64) {
    let cookie = set_cookie_text(node, name, value, max_age_s);
    if let (Some(response), Ok(cookie)) = (use_context::<ResponseOptions>(), HeaderValue::from_str(&cookie)) {
        response.append_header(header::SET_COOKIE, cookie);
    }
}

/// A cookie that no script reads, for this host alone.
pub fn set_cookie_text(node: &Node, name: &str, value: &str, max_age_s: i64) -> String {
    let secure = if node.config.is_https() { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age_s}{secure}")
}

/// A page of our own to go on to; anything that could lead elsewhere becomes the start page.
/// A path of ours, or the start page: what begins with two slashes is another site.
pub fn own_path(next: Option<String>) -> String {
    next.filter(|next| {
        next.starts_with('/')
            && !next.starts_with("//")
            && next.len() <= NEXT_MAX_CHARS
            && next.chars().all(|c| c.is_ascii_graphic() && c != '\\')
    })
    .unwrap_or_else(|| "/".to_owned())
}

fn is_form_post() -> bool {
    use_context::<Parts>().is_some_and(|parts| {
        let accept = parts.headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
        parts.method == axum::http::Method::POST && accept.is_some_and(|accept| accept.contains("text/html"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signing_in_leads_only_to_our_own_pages() {
        let next = |text: &str| own_path(Some(text.to_owned()));
        assert_eq!(next("/listings/1?contact=1"), "/listings/1?contact=1");
        for foreign in [
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "javascript:alert(1)",
            "/a b",
            "/a\r\nX: y",
        ] {
            assert_eq!(next(foreign), "/", "{foreign}");
        }
        assert_eq!(sign_in_path("/listings/1?contact=1"), "/sign-in?next=/listings/1%3Fcontact%3D1");
    }

    #[test]
    fn a_cookie_is_found_by_its_whole_name_among_any_others() {
        let mut headers = HeaderMap::new();
        let value =
            HeaderValue::from_bytes(b"x_stoa_session=1; a=\xff;stoa_session=abc; stoa_theme=dark").unwrap();
        headers.insert(header::COOKIE, value);
        assert_eq!(cookie(&headers, COOKIE), Some("abc"));
        assert_eq!(cookie(&headers, "stoa_theme"), Some("dark"));
        assert_eq!(cookie(&headers, "session"), None);
    }

    #[test]
    fn only_a_trusted_proxy_says_for_whom_it_asks() {
        let [client, proxy, inner]: [IpAddr; 3] =
            ["203.0.113.7", "198.51.100.1", "10.0.0.1"].map(|text| text.parse().unwrap());
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", HeaderValue::from_static("1.2.3.4, 203.0.113.7, 198.51.100.1"));
        assert_eq!(address_behind(inner, &headers, &[]), inner);
        assert_eq!(address_behind(inner, &headers, &[inner]), proxy);
        assert_eq!(address_behind(inner, &headers, &[inner, proxy]), client);
        assert_eq!(address_behind(client, &headers, &[inner, proxy]), client);
        assert_eq!(network("2001:db8:1:2:3::4".parse().unwrap()), "2001:db8:1:2::/64");
        assert_eq!(network("::ffff:203.0.113.7".parse().unwrap()), "203.0.113.7");
    }
}
