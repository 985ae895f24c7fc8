//! Back-channel logout: a provider ends the sessions that it has opened, without their browsers. Sockets follow as they do when
//! any session ends.

use crate::{
    server::{
        auth::pending_sign_ins::once_hash,
        context::ContextInner,
        domain::{
            failed,
            users::{
                Client,
                security_events::{self, SecurityEvent},
            },
        },
        outside::openid_connect::{LogoutToken, ProviderError},
        store::users::identities::{self, EndedAtProvider},
    },
    shared::errors::{ApiError, Result},
};

/// Ends the sessions that a logout token names. One that was taken before is refused; the provider is told so.
pub async fn sign_out(context: &ContextInner, provider: &str, token: &str, client: &Client) -> Result<()> {
    let provider = super::provider_of(context, provider)?;
    context.limits.provider_logout(&client.client_ip)?;
    let now = context.clock.now();
    let logout = match provider.verify_logout(token, now).await {
        Ok(logout) => logout,
        Err(ProviderError::Unreachable(_)) => return Err(super::not_reached(provider)),
        Err(ProviderError::Refused(reason)) => {
            let detail = format!("{}: {reason}", provider.name());
            let event = SecurityEvent::LogoutRefused;
            security_events::add_refusal(context, event, None, client, &detail).await;
            return Err(refused());
        }
    };
    let LogoutToken { id, expires_at, subject, sid } = logout;
    let hash = once_hash("logout token", &[provider.issuer().as_bytes(), id.as_bytes()]);
    let ended = match (sid, subject) {
        (Some(sid), subject) => EndedAtProvider::Session { sid, subject },
        (None, Some(subject)) => EndedAtProvider::Subject(subject),
        (None, None) => return Err(refused()),
    };
    let issuer = provider.issuer().to_owned();
    let event = SecurityEvent::ProviderSignedOut.to_row(None, client, provider.name());
    let is_first = context
        .store
        .write(move |mut conn| {
            Box::pin(async move {
                if !identities::use_once(&mut conn, &hash, expires_at, now).await? {
                    return Ok(false);
                }
                for user in identities::end_sessions(&mut conn, &issuer, &ended).await? {
                    security_events::add(&mut conn, security_events::of(event.clone(), user), now).await?;
                }
                Ok(true)
            })
        })
        .await
        .map_err(failed)?;
    if is_first { Ok(()) } else { Err(refused()) }
}

/// For the provider's log: whoever sends a token is a program.
fn refused() -> ApiError {
    ApiError::invalid("logout_token", "This logout token is not accepted.")
}
