//! Open connections, bounded in all and for each client IP, so that one machine can't hold them all.

use std::{net::IpAddr, sync::Arc};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::server::{
    auth::{
        client_ip,
        concurrency::{ConcurrencyLimit, Held},
    },
    config::{CONNECTIONS_MAX, trusted_proxies::TrustedProxy},
};

/// Connections from one client IP that serve HTTP; open sockets are counted elsewhere. A crowd behind one
/// IP has six for each browser.
pub const CONNECTIONS_PER_IP_MAX: usize = 4_000;

pub struct Connections {
    permits: Arc<Semaphore>,
    by_network: ConcurrencyLimit<String>,
    trusted_proxies: Vec<TrustedProxy>,
}

/// One open connection, until it is dropped.
pub struct Permit {
    _of_all: OwnedSemaphorePermit,
    _of_network: Option<Held<String>>,
}

impl Connections {
    /// Trusted proxies have no bound of their own: theirs are the connections of many clients.
    pub fn new(trusted_proxies: Vec<TrustedProxy>) -> Self {
        let permits = Arc::new(Semaphore::new(CONNECTIONS_MAX as usize));
        Self { permits, by_network: ConcurrencyLimit::new(CONNECTIONS_PER_IP_MAX), trusted_proxies }
    }

    /// Waits until another connection may be accepted.
    pub async fn permit(&self) -> Option<OwnedSemaphorePermit> {
        self.permits.clone().acquire_owned().await.ok()
    }

    /// The permit of an accepted connection; None if its client IP has as many as it may.
    pub fn admit(&self, of_all: OwnedSemaphorePermit, peer: IpAddr) -> Option<Permit> {
        let Some(network) = client_ip::network_of_peer(peer, &self.trusted_proxies) else {
            return Some(Permit { _of_all: of_all, _of_network: None });
        };
        let of_network = self.by_network.take(network)?;
        Some(Permit { _of_all: of_all, _of_network: Some(of_network) })
    }

    /// Waits until no connection is open.
    pub async fn all_closed(&self) {
        let _ = self.permits.acquire_many(CONNECTIONS_MAX).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn e7_one_ip_cannot_hold_all_connections_and_a_trusted_proxy_may() {
        let connections = Connections::new(vec![TrustedProxy::parse("10.0.0.1").unwrap()]);
        let admit = async |ip: [u8; 4]| connections.admit(connections.permit().await.unwrap(), ip.into());
        let mut held = Vec::new();
        while let Some(permit) = admit([203, 0, 113, 7]).await {
            held.push(permit);
        }
        assert_eq!(held.len(), CONNECTIONS_PER_IP_MAX);
        assert!(admit([203, 0, 113, 8]).await.is_some(), "others come in");
        for _ in 0..2 * CONNECTIONS_PER_IP_MAX {
            held.push(admit([10, 0, 0, 1]).await.unwrap());
        }
        held.clear();
        assert!(admit([203, 0, 113, 7]).await.is_some(), "permits come back");
    }
}
