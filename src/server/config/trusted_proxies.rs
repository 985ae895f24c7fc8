//! The proxies that are believed for whom they ask, and the header in which they say it.

use std::{fmt, net::IpAddr};

use axum::http::{HeaderName, header};
use clap::ValueEnum;
use ipnet::{IpNet, Ipv4Net};

/// The header in which trusted proxies name the client. Only this one is read: a proxy passes others on as
/// the client wrote them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ForwardingHeader {
    XForwardedFor,
    /// RFC 7239.
    Forwarded,
}

impl ForwardingHeader {
    pub fn name(self) -> HeaderName {
        match self {
            Self::XForwardedFor => HeaderName::from_static("x-forwarded-for"),
            Self::Forwarded => header::FORWARDED,
        }
    }
}

/// An IP or a network of proxies that tell the truth about their clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrustedProxy(IpNet);

impl TrustedProxy {
    /// Whether the proxy may have this canonical IP.
    pub fn contains(self, ip: IpAddr) -> bool {
        self.0.contains(&ip)
    }

    /// Reads an IP or a CIDR range. The error is one line that says what is expected.
    pub fn parse(text: &str) -> Result<Self, String> {
        let net = text.trim().parse::<IpNet>().or_else(|_| text.trim().parse::<IpAddr>().map(IpNet::from));
        let net = net.map_err(|_| "give an IP, like 10.0.0.5, or a network, like 10.0.0.0/8".to_owned())?;
        Ok(Self(canonical(net)))
    }
}

impl fmt::Display for TrustedProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A network of IPv4 in the notation of IPv6 becomes one of IPv4.
fn canonical(net: IpNet) -> IpNet {
    const MAPPED_BITS: u8 = 96;
    match net {
        IpNet::V6(v6) if v6.prefix_len() >= MAPPED_BITS => v6
            .addr()
            .to_ipv4_mapped()
            .and_then(|ip| Ipv4Net::new(ip, v6.prefix_len() - MAPPED_BITS).ok())
            .map_or(net, IpNet::V4),
        _ => net,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trusted_proxy_is_an_ip_or_a_network() {
        for (text, shown) in
            [("10.0.0.5", "10.0.0.5/32"), (" 10.0.0.0/8 ", "10.0.0.0/8"), ("::ffff:10.0.0.5", "10.0.0.5/32")]
        {
            assert_eq!(TrustedProxy::parse(text).unwrap().to_string(), shown);
        }
        for wrong in ["", "nginx", "10.0.0.0/33", "10.0.0.1:80", "10.0.0.1-10.0.0.9"] {
            assert!(TrustedProxy::parse(wrong).is_err(), "{wrong}");
        }
    }
}
