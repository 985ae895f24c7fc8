//! The client's IP: the peer of the connection, or behind trusted proxies the IP in `X-Forwarded-For`. Rate
//! limits are counted by it, so a client must not be able to make it up.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::ConnectInfo,
    http::{Extensions, HeaderMap},
};

use crate::server::config::Serve;

/// The client's IP as rate limits count it, see [`network`]. Empty if the peer is unknown.
pub fn of_request(extensions: &Extensions, headers: &HeaderMap, config: &Serve) -> String {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    peer.map(|peer| network(forwarded_for(peer, headers, &config.trusted_proxies))).unwrap_or_default()
}

/// The IP that a trusted proxy forwards for: the last hop that is not itself a trusted proxy. A client can
/// make up all hops before that one.
fn forwarded_for(peer: IpAddr, headers: &HeaderMap, proxies: &[IpAddr]) -> IpAddr {
    let forwarded = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let hops: Vec<IpAddr> =
        forwarded.flat_map(|hops| hops.split(',')).map_while(|hop| hop.trim().parse().ok()).collect();
    let mut client = peer;
    for hop in hops.into_iter().rev() {
        if !proxies.contains(&client) {
            break;
        }
        client = hop;
    }
    client
}

/// The unit that network providers assign to one customer: an IPv4 address, or an IPv6 /64 prefix.
fn network(ip: IpAddr) -> String {
    match ip.to_canonical() {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => {
            let [a, b, c, d, ..] = ip.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn only_a_trusted_proxy_says_for_whom_it_asks() {
        let [client, proxy, inner]: [IpAddr; 3] =
            ["203.0.113.7", "198.51.100.1", "10.0.0.1"].map(|text| text.parse().unwrap());
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", HeaderValue::from_static("1.2.3.4, 203.0.113.7, 198.51.100.1"));
        assert_eq!(forwarded_for(inner, &headers, &[]), inner);
        assert_eq!(forwarded_for(inner, &headers, &[inner]), proxy);
        assert_eq!(forwarded_for(inner, &headers, &[inner, proxy]), client);
        assert_eq!(forwarded_for(client, &headers, &[inner, proxy]), client);
        assert_eq!(network("2001:db8:1:2:3::4".parse().unwrap()), "2001:db8:1:2::/64");
        assert_eq!(network("::ffff:203.0.113.7".parse().unwrap()), "203.0.113.7");
    }
}
