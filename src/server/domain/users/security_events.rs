//! Events of security: signing in and out, refusals, passwords and tokens. Each is a line of the log, and a row
//! with the client's IP that admins see beside the audit log, for 90 days.

use super::client::{Client, browser_name};
use crate::{
    server::{
        context::ContextInner,
        domain::failed,
        store::{
            Conn, Result as StoreResult,
            operators::security_events::{self, NewSecurityEvent},
        },
    },
    shared::{
        errors::Result,
        ids::UserId,
        values::time::{DAY, Timestamp},
    },
};

/// How long events are kept.
const KEPT_MICROS: i64 = 90 * DAY;
/// Events deleted in one transaction.
const BATCH_MAX: i64 = 500;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecurityEvent {
    SignedUp,
    SignedIn,
    SignInRefused,
    SignedOut,
    SessionEnded,
    OtherSessionsEnded,
    PasswordChanged,
    PasswordRefused,
    TokenCreated,
    TokenRevoked,
}

impl SecurityEvent {
    /// The name in the database and in the log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignedUp => "sign_up",
            Self::SignedIn => "sign_in",
            Self::SignInRefused => "sign_in_refused",
            Self::SignedOut => "sign_out",
            Self::SessionEnded => "session_end",
            Self::OtherSessionsEnded => "other_sessions_end",
            Self::PasswordChanged => "password_change",
            Self::PasswordRefused => "password_refused",
            Self::TokenCreated => "token_create",
            Self::TokenRevoked => "token_revoke",
        }
    }
}

/// Stores an event in the transaction of what happened.
pub async fn add(
    conn: &mut Conn<'_>,
    event: SecurityEvent,
    user: UserId,
    client: &Client,
    detail: &str,
    now: Timestamp,
) -> StoreResult<()> {
    security_events::add(conn, new(event, Some(user), client, detail), now).await
}

/// Stores a refusal, of which nothing else is stored. If many are refused only some are: the log has them all.
pub async fn add_refusal(
    context: &ContextInner,
    event: SecurityEvent,
    user: Option<UserId>,
    client: &Client,
    detail: &str,
) {
    let new = new(event, user, client, detail);
    if context.limits.stored_refusal().is_err() {
        return;
    }
    let now = context.clock.now();
    let stored = context
        .store
        .write(move |mut conn| Box::pin(async move { security_events::add(&mut conn, new, now).await }))
        .await;
    if let Err(error) = stored {
        tracing::warn!(%error, "a refusal was not stored");
    }
}

/// Deletes events that are too old. Returns how many.
pub async fn delete_old(context: &ContextInner, now: Timestamp) -> Result<u64> {
    let (before, mut all) = (now.plus(-KEPT_MICROS), 0);
    loop {
        let deleted = context
            .store
            .write(move |mut conn| {
                Box::pin(async move { security_events::delete_before(&mut conn, before, BATCH_MAX).await })
            })
            .await
            .map_err(failed)?;
        all += deleted;
        if deleted < BATCH_MAX as u64 {
            return Ok(all);
        }
    }
}

fn new(event: SecurityEvent, user: Option<UserId>, client: &Client, detail: &str) -> NewSecurityEvent {
    // Logs have no IPs, and no names of tokens.
    match user {
        Some(user) => tracing::info!(event = event.as_str(), %user, "security"),
        None => tracing::info!(event = event.as_str(), "security"),
    }
    let (client_ip, event) = (client.client_ip.network().to_owned(), event.as_str());
    let client = if client.user_agent.is_empty() { String::new() } else { browser_name(&client.user_agent) };
    NewSecurityEvent { event, user, client_ip, client, detail: detail.to_owned() }
}
