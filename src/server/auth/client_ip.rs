//! The client's IP: the peer of the connection, or behind trusted proxies the one that they forward for. Rate
//! limits are counted by it, so a client must be able neither to make it up nor to move into another's count.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::{
    extract::ConnectInfo,
    http::{Extensions, HeaderMap, HeaderValue},
};

use crate::server::config::{
    Serve,
    trusted_proxies::{ForwardingHeader, TrustedProxy},
};

/// A client as rate limits count it: by the unit that a network provider assigns to one customer, which is an
/// IPv4 address or an IPv6 /64 prefix.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ClientIp {
    network: String,
    /// The /48 prefix of an IPv6 address. A customer may have as much, which is 65,536 times the unit.
    site: Option<String>,
}

impl ClientIp {
    /// The customer that has this IP.
    pub fn from_ip(ip: IpAddr) -> Self {
        match ip.to_canonical() {
            IpAddr::V4(ip) => Self { network: ip.to_string(), site: None },
            IpAddr::V6(ip) => Self { network: prefix(ip, 64), site: Some(prefix(ip, 48)) },
        }
    }

    /// What stands for the client in rate limits.
    pub fn network(&self) -> &str {
        &self.network
    }

    /// The /48 prefix; None for IPv4.
    pub fn site(&self) -> Option<&str> {
        self.site.as_deref()
    }
}

impl From<String> for ClientIp {
    /// A client that has no IP, such as one of the command line or of a test.
    fn from(name: String) -> Self {
        Self { network: name, site: None }
    }
}

/// The client of a request. Empty if the peer of the connection is unknown.
pub fn of_request(extensions: &Extensions, headers: &HeaderMap, config: &Serve) -> ClientIp {
    let Some(peer) = peer(extensions) else { return ClientIp::default() };
    match forwarded_for(peer, headers, config.forwarding_header, &config.trusted_proxies) {
        Forwarded::For(ip) => ClientIp::from_ip(ip),
        Forwarded::Unreadable { by } => ClientIp::from(format!("unreadable, by {by}")),
    }
}

/// The peer of the request's connection, in its canonical form.
pub fn peer(extensions: &Extensions) -> Option<IpAddr> {
    extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip().to_canonical())
}

/// The network of connections from this peer; None for a trusted proxy, whose connections are those of many
/// clients.
pub fn network_of_peer(peer: IpAddr, proxies: &[TrustedProxy]) -> Option<String> {
    (!is_trusted(peer.to_canonical(), proxies)).then(|| ClientIp::from_ip(peer).network)
}

/// Whether a canonical IP is that of a trusted proxy.
pub fn is_trusted(ip: IpAddr, proxies: &[TrustedProxy]) -> bool {
    proxies.iter().any(|proxy| proxy.contains(ip))
}

/// For whom a request was forwarded.
#[derive(Debug, PartialEq, Eq)]
enum Forwarded {
    For(IpAddr),
    /// A trusted proxy named something that is no IP. All such clients of the proxy count as one, apart from
    /// the proxy and from everybody who is known.
    Unreadable {
        by: IpAddr,
    },
}

/// Walks the hops from the right, where the nearest proxy wrote, as long as the last one is trusted. The
/// client can make up everything further left.
fn forwarded_for(
    peer: IpAddr,
    headers: &HeaderMap,
    header: ForwardingHeader,
    proxies: &[TrustedProxy],
) -> Forwarded {
    let mut client = peer;
    let values = headers.get_all(header.name()).iter().rev();
    for hop in values.flat_map(|value: &HeaderValue| value.as_bytes().rsplit(|byte| *byte == b',')) {
        if !is_trusted(client, proxies) {
            break;
        }
        match parse_hop(hop, header) {
            Some(ip) => client = ip.to_canonical(),
            None => return Forwarded::Unreadable { by: client },
        }
    }
    Forwarded::For(client)
}

/// The IP of one hop: `203.0.113.7`, `203.0.113.7:4711`, `2001:db8::1`, `[2001:db8::1]:4711`, and in
/// `Forwarded` the same as the value of `for`, quoted or not.
fn parse_hop(hop: &[u8], header: ForwardingHeader) -> Option<IpAddr> {
    let hop = std::str::from_utf8(hop).ok()?.trim();
    let node = match header {
        ForwardingHeader::XForwardedFor => hop,
        ForwardingHeader::Forwarded => {
            let mut pairs = hop.split(';').filter_map(|pair| pair.trim().split_once('='));
            pairs.find(|(name, _)| name.eq_ignore_ascii_case("for"))?.1.trim_matches('"')
        }
    };
    let in_brackets = || node.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let with_port = || node.parse::<SocketAddr>().ok().map(|address| address.ip());
    node.parse().ok().or_else(with_port).or_else(in_brackets)
}

fn prefix(ip: Ipv6Addr, bits: u32) -> String {
    let masked = Ipv6Addr::from(u128::from(ip) & (u128::MAX << (128 - bits)));
    format!("{masked}/{bits}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn walk(peer: &str, values: &[&'static str], header: ForwardingHeader, proxies: &[&str]) -> String {
        let proxies: Vec<_> = proxies.iter().map(|text| TrustedProxy::parse(text).unwrap()).collect();
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header.name(), HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        match forwarded_for(ip(peer), &headers, header, &proxies) {
            Forwarded::For(ip) => ip.to_string(),
            Forwarded::Unreadable { by } => format!("unreadable, by {by}"),
        }
    }

    #[test]
    fn e7_the_hops_are_walked_from_the_right_while_the_last_one_is_trusted() {
        use ForwardingHeader::XForwardedFor;
        let hops = ["1.2.3.4, 203.0.113.7, 198.51.100.1"];
        for (proxies, client) in [
            (&[][..], "10.0.0.1"),
            (&["10.0.0.1"], "198.51.100.1"),
            (&["10.0.0.1", "198.51.100.0/24"], "203.0.113.7"),
            (&["10.0.0.0/8", "0.0.0.0/0"], "1.2.3.4"),
            (&["::ffff:10.0.0.0/104"], "198.51.100.1"),
        ] {
            assert_eq!(walk("10.0.0.1", &hops, XForwardedFor, proxies), client, "{proxies:?}");
        }
        assert_eq!(walk("203.0.113.9", &hops, XForwardedFor, &["10.0.0.1"]), "203.0.113.9");
        let two = ["1.2.3.4", "203.0.113.7"];
        assert_eq!(
            walk("10.0.0.1", &two, XForwardedFor, &["10.0.0.1"]),
            "203.0.113.7",
            "two lines are one list"
        );
    }

    #[test]
    fn e7_what_a_client_wrote_before_the_proxy_moves_nobody() {
        use ForwardingHeader::XForwardedFor;
        for made_up in
            ["1.2.3.4, x, 203.0.113.7", "1.2.3.4,, 203.0.113.7", "x, 203.0.113.7", "é, 203.0.113.7"]
        {
            assert_eq!(
                walk("10.0.0.1", &[made_up], XForwardedFor, &["10.0.0.1"]),
                "203.0.113.7",
                "{made_up}"
            );
        }
        for unreadable in ["203.0.113.7, unknown", "203.0.113.7,", "", "203.0.113.7, 1.2.3.4.5"] {
            let client = walk("10.0.0.1", &[unreadable], XForwardedFor, &["10.0.0.1"]);
            assert_eq!(client, "unreadable, by 10.0.0.1", "{unreadable}");
        }
    }

    #[test]
    fn e7_a_port_and_brackets_are_cut_off() {
        use ForwardingHeader::{Forwarded, XForwardedFor};
        for (hop, client) in [
            ("203.0.113.7:51234", "203.0.113.7"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
        ] {
            assert_eq!(walk("10.0.0.1", &[hop], XForwardedFor, &["10.0.0.1"]), client, "{hop}");
        }
        for (hop, client) in [
            ("for=192.0.2.43, For=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17"),
            ("proto=https;for=203.0.113.7;by=10.0.0.1", "203.0.113.7"),
            ("for=1.2.3.4, for=_hidden", "unreadable, by 10.0.0.1"),
            ("for=\"1.2.3.4, for=203.0.113.7", "203.0.113.7"),
            ("by=203.0.113.7", "unreadable, by 10.0.0.1"),
        ] {
            assert_eq!(walk("10.0.0.1", &[hop], Forwarded, &["10.0.0.1"]), client, "{hop}");
        }
    }

    #[test]
    fn e7_a_customer_of_ipv6_is_a_prefix() {
        let one = ClientIp::from_ip(ip("2001:db8:1:2:3::4"));
        assert_eq!((one.network(), one.site()), ("2001:db8:1:2::/64", Some("2001:db8:1::/48")));
        assert_eq!(ClientIp::from_ip(ip("::ffff:203.0.113.7")).network(), "203.0.113.7");
    }
}
