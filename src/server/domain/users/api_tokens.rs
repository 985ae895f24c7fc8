//! Personal access tokens: a person makes them, a program brings them.

use crate::server::domain::failed;
use crate::{
    server::{
        auth::{session_tokens as secrets, session_tokens::Token},
        context::ContextInner,
        store::users::api_tokens::{self, Inserted, NewToken},
    },
    shared::{
        errors::{ApiError, Result},
        ids::TokenId,
        users::{
            Viewer,
            api_tokens::{Scopes, TOKENS_MAX, TokenList, check_scopes, check_token_name},
        },
        values::time::MINUTE,
    },
};

/// A token in use is written down at most this often.
const TOUCH_EVERY: i64 = MINUTE;

/// Makes a token under an id that the client made, and gives it this once. The same id again is a
/// conflict, since the database does not have what was shown.
pub async fn create(
    context: &ContextInner,
    viewer: &Viewer,
    id: TokenId,
    name: &str,
    scopes: Scopes,
) -> Result<Token> {
    let name = check_token_name(name)?;
    let scopes = check_scopes(scopes, viewer.rank)?;
    context.limits.change(viewer.id)?;
    let token = Token::for_programs();
    let new = NewToken { id, token_hash: secrets::hash(token.as_str()), user: viewer.id, name, scopes };
    let now = context.clock.now();
    let inserted = context
        .store
        .write(move |mut conn| {
            Box::pin(async move { api_tokens::insert(&mut conn, new, TOKENS_MAX, now).await })
        })
        .await
        .map_err(failed)?;
    match inserted {
        Inserted::Yes => Ok(token),
        Inserted::Taken => Err(ApiError::conflict(
            "This token is made already. If you don’t have it, revoke it and make another.",
        )),
        Inserted::TooMany => Err(ApiError::conflict(format!(
            "You have {TOKENS_MAX} tokens, which is as many as one can have. Revoke one that is not used."
        ))),
    }
}

/// The viewer's tokens, newest first. `made` is what a plain form has just made, if it is his.
pub async fn list(context: &ContextInner, viewer: &Viewer, made: Option<String>) -> Result<TokenList> {
    let (user, hash) = (viewer.id, made.as_deref().map(secrets::hash));
    let (tokens, holder) = context
        .store
        .read(move |mut conn| {
            Box::pin(async move {
                let holder = match hash {
                    Some(hash) => api_tokens::holder(&mut conn, &hash).await?,
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

/// Ends a token of the viewer at once; somebody else's is not found.
pub async fn revoke(context: &ContextInner, viewer: &Viewer, id: TokenId) -> Result<()> {
    context.limits.change(viewer.id)?;
    let user = viewer.id;
    let is_done = context
        .store
        .write(move |mut conn| Box::pin(async move { api_tokens::delete(&mut conn, id, user).await }))
        .await
        .map_err(failed)?;
    if is_done { Ok(()) } else { Err(ApiError::not_found("token")) }
}

/// Who brings this token and what he may do with it: what was given to it, as far as his rank of
/// today goes.
pub async fn holder(context: &ContextInner, token: &str) -> Result<Option<(Viewer, Scopes)>> {
    let (hash, now) = (secrets::hash(token), context.clock.now());
    let found = context
        .store
        .read_one(move |mut conn| Box::pin(async move { api_tokens::holder(&mut conn, &hash).await }))
        .await
        .map_err(failed)?;
    let Some(holder) = found else { return Ok(None) };
    if holder.used_at.is_none_or(|used_at| now >= used_at.plus(TOUCH_EVERY)) {
        let id = holder.token;
        let touched = context
            .store
            .write(move |mut conn| Box::pin(async move { api_tokens::touch(&mut conn, id, now).await }))
            .await;
        // Reading goes on where nothing can be written (a full disk).
        if let Err(error) = touched {
            tracing::warn!(%error, "it was not kept when a token was used");
        }
    }
    let scopes = holder.scopes.within(holder.viewer.rank);
    Ok(Some((holder.viewer, scopes)))
}
