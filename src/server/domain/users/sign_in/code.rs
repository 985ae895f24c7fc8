//! The second step of signing in: a code of the user's app, or a recovery code. Whoever got here knows the password.

use super::{Basis, SignedIn, open_session, refusal::SignInRefusal};
use crate::{
    server::{
        auth::{
            link_tokens::{self, Link, LinkPurpose},
            recovery_codes as codes, session_tokens,
            totp::TotpSecret,
        },
        context::ContextInner,
        domain::{
            failed,
            users::{
                client::{Client, browser_name},
                security_events::{self, SecurityEvent},
            },
        },
        store::users::{
            self, Credentials,
            second_factor::{recovery_codes, totp},
        },
    },
    shared::{
        errors::{ApiError, Result},
        ids::UserId,
        users::second_factor::CODE_MAX_CHARS,
        values::time::{DAY, MINUTE},
        words,
    },
};

/// How long after the password the code may come.
const PENDING_LIFETIME: i64 = 10 * MINUTE;
/// The owner is told once in this time that codes are guessed.
const WARNING_INTERVAL: i64 = DAY;

/// What lets the browser that knew the password send a code. Nothing is stored for it.
pub(super) fn pending_token(context: &ContextInner, user: UserId, password_hash: &str) -> String {
    let expires_at = context.clock.now().plus(PENDING_LIFETIME);
    let link = Link { purpose: LinkPurpose::CompleteSignIn, user, expires_at };
    context.link_key.sign(&link, &bound_to(password_hash))
}

/// A new password ends it.
fn bound_to(password_hash: &str) -> String {
    format!("sign-in\n{password_hash}")
}

/// Who knew the password in this browser, if it was of late.
pub(super) async fn pending_user(
    context: &ContextInner,
    pending: Option<&str>,
) -> Result<Option<(UserId, Credentials)>> {
    let Some(pending) = pending else { return Ok(None) };
    let Some(user) = link_tokens::claimed_user(pending) else { return Ok(None) };
    let found = context
        .store
        .read_one(move |mut conn| Box::pin(async move { users::credentials_of(&mut conn, user).await }))
        .await
        .map_err(failed)?;
    let is_theirs = |found: &Credentials| {
        let hash = found.password_hash.as_deref()?;
        let link = context.link_key.verify(pending, &bound_to(hash), context.clock.now())?;
        (link.purpose == LinkPurpose::CompleteSignIn).then_some(())
    };
    Ok(found.filter(|found| is_theirs(found).is_some()).map(|found| (user, found)))
}

fn over() -> ApiError {
    ApiError::conflict(words::account_refused_code_late())
}

/// Opens a session for whoever knew the password and has a code. Each code is good once.
pub async fn complete(
    context: &ContextInner,
    pending: Option<&str>,
    code: &str,
    client: &Client,
) -> Result<SignedIn> {
    let found = pending_user(context, pending).await?;
    let (user, Credentials { password_hash, is_suspended, rank, .. }) = found.ok_or_else(over)?;
    let hash = password_hash.ok_or_else(over)?;
    if is_suspended {
        return Err(SignInRefusal::Suspended.error());
    }
    let is_known_device = client.device_token.as_deref() == Some(&*session_tokens::device_token(&hash));
    let typed = TypedCode::parse(code)?;
    match typed {
        // Few can be tried of a million, but by whoever was here before. For the rest there are recovery codes, and a new password,
        // after which guesses count anew: nobody who learned the password keeps its owner out.
        TypedCode::App(_) => context.limits.app_code(user, &hash, is_known_device)?,
        TypedCode::Recovery(_) => context.limits.recovery_code(user, &client.client_ip)?,
    }
    let is_right = typed.use_up(context, user).await?;
    if !is_right {
        refuse(context, user, is_known_device, client).await?;
        return Err(wrong_code());
    }
    if matches!(typed, TypedCode::Recovery(_)) {
        let event = SecurityEvent::RecoveryCodeUsed;
        let (notice, event) = (event.notice(context, ""), event.to_row(Some(user), client, ""));
        security_events::add_and_tell(context, user, event, notice).await?;
    }
    let opened = open_session(
        context,
        user,
        Basis::Password(hash),
        client,
        rank,
        (SecurityEvent::SignedIn, !is_known_device),
    )
    .await?;
    opened.ok_or_else(over)
}

/// A code as it was typed.
pub(in crate::server::domain::users) enum TypedCode {
    /// Six digits.
    App(String),
    /// The hash of a recovery code.
    Recovery([u8; 32]),
}

impl TypedCode {
    pub(in crate::server::domain::users) fn parse(typed: &str) -> Result<Self> {
        if typed.chars().count() > CODE_MAX_CHARS {
            return Err(wrong_code());
        }
        let plain: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
        if plain.len() == crate::server::auth::totp::DIGITS && plain.bytes().all(|byte| byte.is_ascii_digit())
        {
            return Ok(Self::App(plain));
        }
        codes::hash(typed).map(Self::Recovery).ok_or_else(wrong_code)
    }

    /// Whether the code is right, and was not used before.
    pub(in crate::server::domain::users) async fn use_up(
        &self,
        context: &ContextInner,
        user: UserId,
    ) -> Result<bool> {
        let now = context.clock.now();
        match self {
            Self::App(code) => {
                let app = context
                    .store
                    .read_one(move |mut conn| Box::pin(async move { totp::get(&mut conn, user).await }))
                    .await
                    .map_err(failed)?;
                let Some(totp::App { secret, last_step, .. }) = app else { return Ok(false) };
                let Some(step) = TotpSecret::from_bytes(secret.clone()).step_of(code, now, last_step) else {
                    return Ok(false);
                };
                let used = context.store.write(move |mut conn| {
                    Box::pin(async move { totp::use_step(&mut conn, user, &secret, step).await })
                });
                used.await.map_err(failed)
            }
            Self::Recovery(hash) => {
                let hash = *hash;
                let used = context.store.write(move |mut conn| {
                    Box::pin(async move { recovery_codes::use_code(&mut conn, user, &hash, now).await })
                });
                used.await.map_err(failed)
            }
        }
    }
}

fn wrong_code() -> ApiError {
    ApiError { field: Some("code".to_owned()), ..ApiError::forbidden(words::account_refused_code()) }
}

/// Stores the refusal, and tells the owner that somebody knows their password, unless they were told of late.
async fn refuse(context: &ContextInner, user: UserId, is_known_device: bool, client: &Client) -> Result<()> {
    let event = SecurityEvent::CodeRefused;
    let notice = event.notice(context, &browser_name(&client.user_agent)).filter(|_| !is_known_device);
    let since = context.clock.now().plus(-WARNING_INTERVAL);
    let is_told = context
        .store
        .read_one(move |mut conn| {
            Box::pin(async move { security_events::has_lately(&mut conn, user, event.as_str(), since).await })
        })
        .await
        .map_err(failed)?;
    if is_told || notice.is_none() {
        security_events::add_refusal(context, event, Some(user), client, "").await;
        return Ok(());
    }
    security_events::add_and_tell(context, user, event.to_row(Some(user), client, ""), notice).await
}
