//! Users: the lookup of a session's viewer, the profile, and one file for each of the rest.

pub mod api_tokens;
pub(super) mod availability;
pub mod blocks;
pub mod client;
pub mod contact;
pub mod personal_data;
pub(in crate::server::domain) mod present_password;
pub mod reauthentication;
mod recovery;
pub mod reports;
pub mod second_factor;
pub mod security_events;
pub mod sessions;
pub mod sign_in;
pub mod sign_up;

pub use availability::{presence, quiet_hours};
pub use client::Client;
pub use recovery::{address, password_reset, secure_account};
use security_events::SecurityEvent;
pub use sign_in::{SignInOutcome, SignedIn, sign_in};
pub(super) use sign_up::names;
pub use sign_up::{check_new_password, has_admin, sign_up, sign_up_refusal};

use super::failed;
use crate::{
    server::{
        auth::session_tokens,
        config::IDLE_DAYS,
        context::ContextInner,
        store::{
            operators::security_events::NewSecurityEvent,
            users::{self, sessions::TokenHash},
        },
    },
    shared::{
        errors::{ApiError, Missing, Result},
        users::{Viewer, check_hue, check_name, rank::Rank},
        values::{text, time::DAY},
        words,
    },
};

/// The longest time without use after which a session expires, for its cookie.
pub const SESSION_LIFETIME_MICROS: i64 = IDLE_DAYS * DAY;
/// The use of a session is stored at most this often.
const TOUCH_INTERVAL_MICROS: i64 = DAY / 24;

/// Ends the session that this token belongs to, if there is one.
pub async fn sign_out(context: &ContextInner, token: Option<&str>, client: &Client) -> Result<()> {
    let Some(token) = token else { return Ok(()) };
    let (hash, now) = (session_tokens::hash(token), context.clock.now());
    let event = SecurityEvent::SignedOut.to_row(None, client, "");
    context
        .store
        .write(move |mut conn| {
            Box::pin(async move {
                let found = users::sessions::find(&mut conn, &hash, now).await?;
                users::sessions::delete(&mut conn, &hash).await?;
                let Some(found) = found else { return Ok(()) };
                let event = NewSecurityEvent { user: Some(found.viewer.id), ..event };
                security_events::add(&mut conn, event, now).await
            })
        })
        .await
        .map_err(failed)
}

/// A valid session that a request has used.
pub struct UsedSession {
    pub viewer: Viewer,
    /// Whether its expiry was extended, and its cookie has to be as well.
    pub is_extended: bool,
}

/// The session with the token of this hash; an error if the account is suspended. Extends its expiry, at most once
/// an hour and never beyond its age, which is less for the staff (`config/sessions`).
pub async fn use_session(context: &ContextInner, hash: TokenHash) -> Result<Option<UsedSession>> {
    let now = context.clock.now();
    let found = context
        .store
        .read_one(move |mut conn| Box::pin(async move { users::sessions::find(&mut conn, &hash, now).await }))
        .await
        .map_err(failed)?;
    let served = found.filter(|found| !context.is_unserved_demo_account(&found.viewer.email));
    let Some(users::sessions::FoundSession { viewer, created_at, used_at, is_suspended }) = served else {
        return Ok(None);
    };
    if is_suspended {
        return Err(ApiError::suspended());
    }
    // Also one from before it was shortened, or its user's rank was changed.
    if now >= context.config.sessions.end(viewer.rank, created_at, used_at) {
        return Ok(None);
    }
    let mut is_extended = false;
    if now >= used_at.plus(TOUCH_INTERVAL_MICROS) {
        let expires_at = context.config.sessions.end(viewer.rank, created_at, now);
        let touched = context
            .store
            .write(move |mut conn| {
                Box::pin(async move { users::sessions::touch(&mut conn, &hash, now, expires_at).await })
            })
            .await;
        is_extended = touched.is_ok();
        // Users can still read if nothing can be written (disk full).
        if let Err(error) = touched {
            tracing::warn!(%error, "a session was not kept from expiring");
        }
    }
    Ok(Some(UsedSession { viewer, is_extended }))
}

/// Changes the viewer's name and colour. Their contacts get an update.
pub async fn update_profile(context: &ContextInner, viewer: &Viewer, name: &str, hue: i64) -> Result<()> {
    let hue = check_hue(hue)?;
    let is_renamed = text::folded(name) != text::folded(&viewer.name);
    // A name that one has already stays, whatever names are reserved now.
    let name = if is_renamed { names::check_own(name)? } else { check_name(name)? };
    context.limits.change(viewer.id)?;
    if name != viewer.name {
        context.limits.rename(viewer.id)?;
    }
    let (user, is_member, now) = (viewer.id, viewer.rank == Rank::Member, context.clock.now());
    let is_free = context
        .store
        .write(move |mut conn| {
            Box::pin(async move {
                if is_renamed && is_member && names::looks_like_staff(&mut conn, user, &name).await? {
                    return Ok(false);
                }
                users::update_profile(&mut conn, user, &name, hue, now).await?;
                Ok(true)
            })
        })
        .await
        .map_err(failed)?;
    if !is_free {
        return Err(names::taken());
    }
    context.fan_out_wake_up.notify_one();
    Ok(())
}

/// Refuses viewers who are neither operators nor admins, with the error of a page that does not exist.
pub(super) fn check_operator(viewer: &Viewer) -> Result<()> {
    if viewer.rank == Rank::Member { Err(ApiError::not_found(Missing::Page)) } else { Ok(()) }
}

/// The same for what is for admins alone, as operators are told.
pub(super) fn check_admin(viewer: &Viewer) -> Result<()> {
    check_operator(viewer)?;
    match viewer.rank {
        Rank::Admin => Ok(()),
        _ => Err(ApiError::forbidden(words::operator_refused_admins_only())),
    }
}
