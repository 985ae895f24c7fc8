//! How webhooks are sent.

use clap::Args;

/// How webhooks are sent.
#[derive(Args, Clone)]
pub struct Webhooks {
    /// Lets admins name endpoints of webhooks that are not on the internet, and by http: programs in the same network. Admins
    /// may then have this server ask any address that it reaches. The same goes for the addresses of public keys (JWKS).
    #[arg(long, env = "STOA_ALLOW_PRIVATE_WEBHOOK_HOSTS")]
    pub allow_private_webhook_hosts: bool,
}
