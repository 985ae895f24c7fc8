//! Embed keys: admins make, list and revoke them.

use crate::{
    server::{
        auth::{
            session_tokens::Token,
            signed_identity::{is_private_key, is_public_key},
        },
        context::ContextInner,
        domain::{failed, users::check_operator},
        outside::key_sets::is_address,
        store::operators::embed_keys::{self, InsertOutcome, NewKey},
    },
    shared::{
        errors::{ApiError, ErrorCode, Result},
        ids::EmbedKeyId,
        operators::embed_keys::{
            EMBED_KEYS_MAX, EMBED_KEYS_SHOWN_MAX, EmbedAlgorithm, EmbedKeyList, ISSUER_MAX_CHARS,
            SECRET_PREFIX,
        },
        users::{Viewer, rank::Rank},
        words,
    },
};

/// The keys, the latest first, and what else an integrator needs. For admins only.
pub async fn list(context: &ContextInner, viewer: &Viewer, made: Option<String>) -> Result<EmbedKeyList> {
    check_admin(viewer)?;
    let keys = context
        .store
        .read_one(|mut conn| Box::pin(async move { embed_keys::list(&mut conn, EMBED_KEYS_SHOWN_MAX).await }))
        .await
        .map_err(failed)?;
    Ok(EmbedKeyList {
        keys,
        sites: context.config.embed.sites.clone(),
        audience: context.site_url().to_owned(),
        made,
    })
}

/// Makes a key under an id that the client chose. For HS256 it returns the secret, which is shown once; for the others it stores
/// the public key, or the address of keys where some are there now, and returns nothing. A repeated id is a conflict. For admins only.
pub async fn create(
    context: &ContextInner,
    viewer: &Viewer,
    id: EmbedKeyId,
    issuer: &str,
    algorithm: EmbedAlgorithm,
    public_key: &str,
) -> Result<Option<String>> {
    check_admin(viewer)?;
    let (new, secret) = new_key(id, issuer, algorithm, public_key)?;
    context.limits.change(viewer.id)?;
    if algorithm == EmbedAlgorithm::Jwks
        && let Err(reason) = context.key_sets.look(&new.material).await
    {
        return Err(ApiError::invalid("public_key", words::embed_key_refused_address(&reason)));
    }
    let (by, now) = (viewer.id, context.clock.now());
    let inserted = context
        .store
        .write(move |mut conn| {
            Box::pin(async move { embed_keys::insert(&mut conn, new, Some(by), EMBED_KEYS_MAX, now).await })
        })
        .await
        .map_err(failed)?;
    to_result(inserted).map(|()| secret)
}

/// Revokes a key at once, and ends the sessions that it has opened. Idempotent. For admins only.
pub async fn revoke(context: &ContextInner, viewer: &Viewer, id: EmbedKeyId) -> Result<()> {
    check_admin(viewer)?;
    context.limits.change(viewer.id)?;
    let (by, now) = (viewer.id, context.clock.now());
    let revoked = context
        .store
        .write(move |mut conn| {
            Box::pin(async move { embed_keys::revoke(&mut conn, id, Some(by), now).await })
        })
        .await
        .map_err(failed)?;
    revoked.map(|_| ()).ok_or_else(|| ApiError::new(ErrorCode::NotFound, words::embed_key_refused_unknown()))
}

/// A key as it is stored, and its secret if Stoa makes it. Errors name the field that is wrong.
pub fn new_key(
    id: EmbedKeyId,
    issuer: &str,
    algorithm: EmbedAlgorithm,
    public_key: &str,
) -> Result<(NewKey, Option<String>)> {
    let issuer = check_issuer(issuer)?;
    let public_key = public_key.trim();
    let secret = match algorithm {
        EmbedAlgorithm::Hs256 if public_key.is_empty() => {
            Some(format!("{SECRET_PREFIX}{}", Token::new().as_str()))
        }
        EmbedAlgorithm::Hs256 => {
            return Err(ApiError::invalid("public_key", words::embed_key_refused_needless()));
        }
        EmbedAlgorithm::Jwks if is_address(public_key) => None,
        EmbedAlgorithm::Jwks => {
            return Err(ApiError::invalid("public_key", words::embed_key_refused_no_address()));
        }
        _ if is_private_key(public_key) => {
            return Err(ApiError::invalid("public_key", words::embed_key_refused_private()));
        }
        _ if is_public_key(algorithm, public_key) => None,
        _ => return Err(ApiError::invalid("public_key", words::embed_key_refused_public())),
    };
    let material = secret.clone().unwrap_or_else(|| public_key.to_owned());
    Ok((NewKey { id, issuer, algorithm, material }, secret))
}

/// What came of storing a key, as an answer.
pub fn to_result(inserted: InsertOutcome) -> Result<()> {
    match inserted {
        InsertOutcome::Yes => Ok(()),
        InsertOutcome::Taken => Err(ApiError::conflict(words::embed_key_refused_made())),
        InsertOutcome::TooMany => {
            Err(ApiError::conflict(words::embed_key_refused_too_many(&EMBED_KEYS_MAX.to_string())))
        }
    }
}

/// The issuer as it stands in tokens: lower-case letters, digits, dots and dashes.
fn check_issuer(issuer: &str) -> Result<String> {
    let issuer = issuer.trim();
    let is_fine = (1..=ISSUER_MAX_CHARS).contains(&issuer.len())
        && issuer.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.' || b == b'-');
    if is_fine {
        Ok(issuer.to_owned())
    } else {
        Err(ApiError::invalid("issuer", words::embed_key_refused_issuer()))
    }
}

fn check_admin(viewer: &Viewer) -> Result<()> {
    check_operator(viewer)?;
    match viewer.rank {
        Rank::Admin => Ok(()),
        _ => Err(ApiError::forbidden(words::operator_refused_admins_only())),
    }
}
