//! How pushes are sent.

use clap::Args;

/// How pushes are sent.
#[derive(Args, Clone)]
pub struct Push {
    /// Sends pushes also to push services that are not on the internet, and by http: for UnifiedPush in a LAN. Any user may
    /// then have this server ask any address that it reaches.
    #[arg(long, env = "STOA_ALLOW_PRIVATE_PUSH_HOSTS")]
    pub allow_private_push_hosts: bool,
}
