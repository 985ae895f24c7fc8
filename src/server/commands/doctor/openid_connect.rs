//! Check of the identity providers: reads their file, and what each of them says of itself and its keys.

use super::{Finding, error, ok, warning};
use crate::server::{config::Serve, outside::openid_connect::Providers};

const ABOUT: &str = "sign-in";

pub async fn examine(config: &Serve) -> Vec<Finding> {
    let providers = match Providers::new(config) {
        Ok(providers) => providers,
        Err(reason) => return vec![error(ABOUT, reason)],
    };
    let mut findings = Vec::new();
    for provider in providers.all() {
        let name = provider.name();
        findings.push(match provider.test().await {
            Ok(()) => ok(ABOUT, format!("{name} answers; it has to know {}", provider.redirect_url())),
            // It may be down just now, and the server starts all the same.
            Err(reason) => warning(
                ABOUT,
                format!("{name} can't be used: {reason}; look at its issuer in --oidc-providers"),
            ),
        });
    }
    if providers.are_only_way {
        findings.push(ok(ABOUT, "nobody signs in with a password (--oidc-only)"));
    }
    findings
}
