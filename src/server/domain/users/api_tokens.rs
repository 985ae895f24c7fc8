//! API tokens (personal access tokens): users create them, programs authenticate with them.

use super::{
    client::Client,
    present_password,
    security_events::{self, SecurityEvent},
};
use crate::server::domain::failed;
use crate::{
    server::{
        auth::{session_tokens as secrets, session_tokens::Token},
        context::ContextInner,
        store::users::{
            api_tokens::{self, InsertOutcome, NewToken},
            sessions::TokenHash,
        },
    },
    shared::{
        errors::{ApiError, Missing, Result},
        ids::{TokenId, UserId},
        users::{
            Viewer,
            api_tokens::{Scopes, TOKENS_MAX, TokenLifetime, TokenList, check_scopes, check_token_name},
        },
        values::time::{DAY, MINUTE, Timestamp},
        words,
    },
};

/// The use of a token is stored at most this often.
const TOUCH_INTERVAL_MICROS: i64 = MINUTE;

/// Creates a token under an id that the client chose, and returns it; it can't be shown again, since the
/// database stores only its hash. For the same reason a repeated id is a conflict. It asks for the present password,
/// since a token outlives the session in which it is made.
pub async fn create(
    context: &ContextInner,
    viewer: &Viewer,
    password: &str,
    id: TokenId,
    name: &str,
    (scopes, lifetime): (Scopes, TokenLifetime),
    client: &Client,
) -> Result<Token> {
    let name = check_token_name(name)?;
    let scopes = check_scopes(scopes, viewer.rank)?;
    context.limits.change(viewer.id)?;
    let refusal = SecurityEvent::TokenRefused;
    present_password::check(context, viewer, password, refusal, client)
        .await
        .map_err(|error| ApiError { field: error.field.map(|_| "token_password".to_owned()), ..error })?;
    let now = context.clock.now();
    let (token, new) = new_token(id, viewer.id, name, (scopes, lifetime), now);
    let (user, created) = (viewer.id, SecurityEvent::TokenCreated);
    let (event, notice) = (created.to_row(Some(user), client, &new.name), created.notice(context, &new.name));
    let inserted = context
        .store
        .write(move |mut conn| {
            Box::pin(async move {
                let inserted = api_tokens::insert(&mut conn, new, TOKENS_MAX, now).await?;
                if matches!(inserted, InsertOutcome::Yes) {
                    security_events::add(&mut conn, event, now).await?;
                    security_events::tell_owner(&mut conn, user, notice, now).await?;
                }
                Ok(inserted)
            })
        })
        .await
        .map_err(failed)?;
    match inserted {
        InsertOutcome::Yes => Ok(token),
        InsertOutcome::Taken => Err(ApiError::conflict(words::token_refused_made())),
        InsertOutcome::TooMany => {
            Err(ApiError::conflict(words::token_refused_too_many(&TOKENS_MAX.to_string())))
        }
    }
}

/// A token, and what of it is stored. Name and scopes are checked.
pub fn new_token(
    id: TokenId,
    user: UserId,
    name: String,
    (scopes, lifetime): (Scopes, TokenLifetime),
    now: Timestamp,
) -> (Token, NewToken) {
    let token = Token::new_api_token();
    let expires_at = lifetime.days().map(|days| now.plus(days * DAY));
    let new = NewToken { id, token_hash: secrets::hash(token.as_str()), user, name, scopes, expires_at };
    (token, new)
}

/// The viewer's tokens, newest first. `made` is a token that a plain form has just created; it is returned
/// only if it is the viewer's.
pub async fn list(context: &ContextInner, viewer: &Viewer, made: Option<String>) -> Result<TokenList> {
    let (user, hash, now) = (viewer.id, made.as_deref().map(secrets::hash), context.clock.now());
    let (tokens, holder) = context
        .store
        .read(move |mut conn| {
            Box::pin(async move {
                let holder = match hash {
                    Some(hash) => api_tokens::holder(&mut conn, &hash, now).await?,
                    None => None,
                };
                Ok((api_tokens::of_user(&mut conn, user).await?, holder))
            })
        })
        .await
        .map_err(failed)?;
    let is_mine = holder.is_some_and(|holder| holder.viewer.id == user);
    Ok(TokenList { tokens, made: made.filter(|_| is_mine) })
}

/// Revokes one of the viewer's tokens at once. Another user's is not found.
pub async fn revoke(context: &ContextInner, viewer: &Viewer, id: TokenId, client: &Client) -> Result<()> {
    context.limits.change(viewer.id)?;
    let (user, now) = (viewer.id, context.clock.now());
    let event = SecurityEvent::TokenRevoked.to_row(Some(user), client, "");
    let is_done = context
        .store
        .write(move |mut conn| {
            Box::pin(async move {
                let is_done = api_tokens::delete(&mut conn, id, user).await?;
                if is_done {
                    security_events::add(&mut conn, event, now).await?;
                }
                Ok(is_done)
            })
        })
        .await
        .map_err(failed)?;
    if is_done { Ok(()) } else { Err(ApiError::not_found(Missing::Token)) }
}

/// The user who holds the token with this hash, and its scopes, reduced to those that the user's current rank
/// allows.
pub async fn holder(context: &ContextInner, hash: TokenHash) -> Result<Option<(Viewer, Scopes)>> {
    let now = context.clock.now();
    let found = context
        .store
        .read_one(move |mut conn| Box::pin(async move { api_tokens::holder(&mut conn, &hash, now).await }))
        .await
        .map_err(failed)?;
    let served = found.filter(|holder| !context.is_unserved_demo_account(&holder.viewer.email));
    let Some(holder) = served else { return Ok(None) };
    if holder.used_at.is_none_or(|used_at| now >= used_at.plus(TOUCH_INTERVAL_MICROS)) {
        let id = holder.token;
        let touched = context
            .store
            .write(move |mut conn| Box::pin(async move { api_tokens::touch(&mut conn, id, now).await }))
            .await;
        // Programs can still read if nothing can be written (disk full).
        if let Err(error) = touched {
            tracing::warn!(%error, "the use of a token was not stored");
        }
    }
    let scopes = holder.scopes.allowed_for(holder.viewer.rank);
    Ok(Some((holder.viewer, scopes)))
}
