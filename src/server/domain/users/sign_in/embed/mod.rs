//! Embedding: frames on the marketplace's own pages. A signed identity is exchanged for a session of some minutes, which is
//! all that a frame ever has (decision 46).

pub(in crate::server::domain) mod accounts;
pub mod opened;

use crate::{
    server::{
        auth::{
            client_ip::ClientIp,
            pending_sign_ins::once_hash,
            session_tokens::{self, Token},
            signed_identity::{self, Claimed, Refusal, SignedIdentity, VerifyingKey},
        },
        context::ContextInner,
        domain::failed,
        store::{
            StoreError,
            operators::embed_keys::{self, SigningKey},
            users::{
                embed_sessions::{self, Holder},
                identities,
                sessions::TokenHash,
            },
        },
    },
    shared::{
        errors::{ApiError, ErrorCode, Result},
        ids::EmbedKeyId,
        operators::embed_keys::EmbedAlgorithm,
        users::Viewer,
        values::time::{MINUTE, Timestamp},
        words,
    },
};

/// How long a session lasts without another identity.
pub const SESSION_MICROS: i64 = 15 * MINUTE;
/// Sessions of one user. Each frame and each badge has one.
const SESSIONS_MAX: i64 = 50;
/// The use of a key is stored at most this often.
const TOUCH_INTERVAL_MICROS: i64 = MINUTE;

/// What came of an identity.
pub struct Exchanged {
    /// A new token; none if the session that was there goes on.
    pub token: Option<Token>,
    pub viewer: Viewer,
    /// Whose visitor it is.
    pub issuer: String,
}

/// Exchanges a signed identity for a session, or lets `current` last longer if it is the same user's. An identity that is not
/// accepted for whatever reason gets the same error, and leaves nothing; the reason is logged. `suspended` for an account
/// that is.
pub async fn exchange(
    context: &ContextInner,
    identity: &str,
    current: Option<TokenHash>,
    client_ip: &ClientIp,
) -> Result<Exchanged> {
    context.limits.embed_session(client_ip)?;
    let (key, identity) = match verified(context, identity).await? {
        Ok(verified) => verified,
        Err((key, reason)) => return Err(refuse(key, reason)),
    };
    let token = Token::new_embed_token();
    let facts = Facts {
        key: key.id,
        must_touch: key.used_at.is_none_or(|at| context.clock.now() >= at.plus(TOUCH_INTERVAL_MICROS)),
        once: once_hash("signed identity", &[key.issuer.as_bytes(), identity.token_id.as_bytes()]),
        person: accounts::Person::new(&key.issuer, &identity),
        forget_at: identity.forget_at,
        current,
        token_hash: session_tokens::hash(token.as_str()),
    };
    let outcome = match open(context, &facts).await {
        // The same visitor comes for the first time by two frames at once: the second time the account is there.
        Err(StoreError::Retry) => open(context, &facts).await,
        outcome => outcome,
    };
    let (viewer, is_extended) = match outcome.map_err(failed)? {
        Outcome::Open { viewer, is_extended } => (viewer, is_extended),
        Outcome::Refused(reason) => return Err(refuse(Some(key.id), reason)),
        Outcome::Suspended => return Err(ApiError::suspended()),
    };
    let viewer = accounts::rename(context, viewer, &facts.person).await;
    Ok(Exchanged { token: (!is_extended).then_some(token), viewer, issuer: key.issuer })
}

/// Who holds a token; an error if the account is suspended.
pub async fn holder(context: &ContextInner, hash: TokenHash) -> Result<Option<Viewer>> {
    let now = context.clock.now();
    let found = context
        .store
        .read_one(move |mut conn| {
            Box::pin(async move { embed_sessions::holder(&mut conn, &hash, now).await })
        })
        .await
        .map_err(failed)?;
    match found {
        Some(Holder { is_suspended: true, .. }) => Err(ApiError::suspended()),
        found => Ok(found.map(|holder| holder.viewer)),
    }
}

/// Ends a session at once. Idempotent.
pub async fn end(context: &ContextInner, hash: TokenHash) -> Result<()> {
    context
        .store
        .write(move |mut conn| Box::pin(async move { embed_sessions::delete(&mut conn, &hash).await }))
        .await
        .map_err(failed)
}

/// The key of an identity and what it says, or why it is not accepted.
async fn verified(
    context: &ContextInner,
    identity: &str,
) -> Result<std::result::Result<(SigningKey, SignedIdentity), (Option<EmbedKeyId>, Refusal)>> {
    let Some(audience) = context.config.public_url.as_deref() else {
        return Ok(Err((None, "there is no public URL")));
    };
    let claimed = match signed_identity::claimed(identity) {
        Ok(claimed) => claimed,
        Err(reason) => return Ok(Err((None, reason))),
    };
    let Some(key) = signing_key(context, &claimed).await? else {
        return Ok(Err((None, "its key is unknown or revoked")));
    };
    let now = context.clock.now();
    let verifying = match key.algorithm {
        EmbedAlgorithm::Jwks => context.key_sets.key(&key.material, &claimed.kid, now).await,
        algorithm => VerifyingKey::stored(algorithm, &key.material).ok_or("its key can’t be read"),
    };
    let verified = verifying
        .and_then(|verifying| signed_identity::verify(identity, &verifying, (&key.issuer, audience), now));
    Ok(match verified {
        Ok(identity) => Ok((key, identity)),
        Err(reason) => Err((Some(key.id), reason)),
    })
}

/// The key that an identity names: by its id, or else by whose it claims to be.
async fn signing_key(context: &ContextInner, claimed: &Claimed) -> Result<Option<SigningKey>> {
    let (id, issuer) = (claimed.key(), claimed.issuer.clone());
    context
        .store
        .read(move |mut conn| {
            let issuer = issuer.clone();
            Box::pin(async move {
                if let Some(id) = id
                    && let Some(key) = embed_keys::find(&mut conn, id).await?
                {
                    return Ok(Some(key));
                }
                match issuer {
                    Some(issuer) => embed_keys::find_key_set(&mut conn, &issuer).await,
                    None => Ok(None),
                }
            })
        })
        .await
        .map_err(failed)
}

/// What the transaction needs, checked before.
#[derive(Clone)]
struct Facts {
    key: EmbedKeyId,
    must_touch: bool,
    once: TokenHash,
    forget_at: Timestamp,
    person: accounts::Person,
    current: Option<TokenHash>,
    token_hash: TokenHash,
}

enum Outcome {
    Open { viewer: Viewer, is_extended: bool },
    Refused(Refusal),
    Suspended,
}

async fn open(context: &ContextInner, facts: &Facts) -> std::result::Result<Outcome, StoreError> {
    let (facts, now) = (facts.clone(), context.clock.now());
    let times = (now, now.plus(SESSION_MICROS));
    context
        .store
        .write(move |mut conn| {
            Box::pin(async move {
                // Nobody may come in by a key that is revoked meanwhile.
                if !embed_keys::is_valid(&mut conn, facts.key).await? {
                    return Ok(Outcome::Refused("its key is unknown or revoked"));
                }
                if !identities::use_once(&mut conn, &facts.once, facts.forget_at, now).await? {
                    return Ok(Outcome::Refused("its jti was used before"));
                }
                let Some(viewer) = accounts::find_or_create(&mut conn, &facts.person, now).await? else {
                    return Ok(Outcome::Suspended);
                };
                let owner = (viewer.id, facts.key);
                let is_extended = match &facts.current {
                    Some(current) => embed_sessions::extend(&mut conn, current, owner, times).await?,
                    None => false,
                };
                if !is_extended {
                    embed_sessions::insert(&mut conn, &facts.token_hash, owner, times, SESSIONS_MAX).await?;
                }
                if facts.must_touch {
                    embed_keys::touch(&mut conn, facts.key, now).await?;
                }
                Ok(Outcome::Open { viewer, is_extended })
            })
        })
        .await
}

/// One answer for all, so that nobody learns which part of a forgery was right. Whoever runs the server finds why in its log.
fn refuse(key: Option<EmbedKeyId>, reason: Refusal) -> ApiError {
    let key = key.map(|key| key.to_string());
    tracing::warn!(key, reason, "a signed identity was refused");
    ApiError::new(ErrorCode::SignedOut, words::embed_refused())
}
