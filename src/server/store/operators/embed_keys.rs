//! Embed keys, with which a marketplace signs who its visitor is.

use uuid::Uuid;

use crate::{
    server::store::{
        Conn, Result, on,
        operators::audit::{self, AuditEntry},
    },
    shared::{
        ids::{EmbedKeyId, UserId},
        operators::embed_keys::{EmbedAlgorithm, EmbedKey},
        values::time::Timestamp,
    },
};

/// A new key.
#[derive(Clone)]
pub struct NewKey {
    pub id: EmbedKeyId,
    pub issuer: String,
    pub algorithm: EmbedAlgorithm,
    /// A shared secret, a public key in PEM, or the address of public keys.
    pub material: String,
}

/// Answer to the creation of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InsertOutcome {
    Yes,
    /// The id is taken.
    Taken,
    /// There are as many keys as allowed.
    TooMany,
}

/// A key that signs now.
#[derive(Clone)]
pub struct SigningKey {
    pub id: EmbedKeyId,
    pub issuer: String,
    pub algorithm: EmbedAlgorithm,
    pub material: String,
    pub used_at: Option<Timestamp>,
}

/// Stores a key, unless there are `max` that are not revoked. `by` is the admin, or nobody for the command line.
pub async fn insert(
    conn: &mut Conn<'_>,
    new: NewKey,
    by: Option<UserId>,
    max: i64,
    now: Timestamp,
) -> Result<InsertOutcome> {
    // Makes concurrent calls wait for each other, so that they don't both take the last place.
    crate::server::store::engine::locks::settings(conn).await?;
    let count: i64 = on!(conn, c => sqlx::query_scalar("SELECT COUNT(*) FROM embed_keys WHERE revoked_at IS NULL")
        .fetch_one(&mut **c).await?);
    let is_taken: bool = on!(conn, c => sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM embed_keys WHERE id = $1)")
        .bind(new.id.0).fetch_one(&mut **c).await?);
    if is_taken {
        return Ok(InsertOutcome::Taken);
    }
    if count >= max {
        return Ok(InsertOutcome::TooMany);
    }
    on!(conn, c => sqlx::query(
        "INSERT INTO embed_keys (id, issuer, algorithm, material, created_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(new.id.0).bind(&new.issuer).bind(new.algorithm.as_str()).bind(&new.material).bind(now.0)
        .execute(&mut **c).await?.rows_affected());
    add_to_audit(conn, by, "settings_embed_key", format!("{} {}", new.issuer, new.id), now).await?;
    Ok(InsertOutcome::Yes)
}

/// The keys, the latest first.
pub async fn list(conn: &mut Conn<'_>, max: i64) -> Result<Vec<EmbedKey>> {
    type Row = (Uuid, String, String, Option<String>, i64, Option<i64>, Option<i64>);
    let rows: Vec<Row> = on!(conn, c => sqlx::query_as(
        "SELECT id, issuer, algorithm, CASE WHEN algorithm = 'JWKS' AND revoked_at IS NULL THEN material END, created_at, used_at, revoked_at \
         FROM embed_keys ORDER BY created_at DESC, id DESC LIMIT $1")
        .bind(max).fetch_all(&mut **c).await?);
    let key = |(id, issuer, algorithm, address, created_at, used_at, revoked_at): Row| EmbedKey {
        id: EmbedKeyId(id),
        address,
        issuer,
        algorithm: EmbedAlgorithm::parse(&algorithm).unwrap_or_default(),
        created_at: Timestamp(created_at),
        used_at: used_at.map(Timestamp),
        revoked_at: revoked_at.map(Timestamp),
    };
    Ok(rows.into_iter().map(key).collect())
}

/// The issuers of all keys, and whether one of theirs still signs.
pub async fn issuers(conn: &mut Conn<'_>) -> Result<Vec<(String, bool)>> {
    Ok(on!(conn, c => sqlx::query_as(
        "SELECT issuer, COUNT(*) > COUNT(revoked_at) AS is_live FROM embed_keys GROUP BY issuer ORDER BY issuer")
        .fetch_all(&mut **c).await?))
}

type SigningRow = (Uuid, String, String, String, Option<i64>);

fn signing_key((id, issuer, algorithm, material, used_at): SigningRow) -> Option<SigningKey> {
    let (id, algorithm) = (EmbedKeyId(id), EmbedAlgorithm::parse(&algorithm)?);
    Some(SigningKey { id, issuer, algorithm, material, used_at: used_at.map(Timestamp) })
}

/// The key of this id, unless it is revoked, or its keys are at an address.
pub async fn find(conn: &mut Conn<'_>, id: EmbedKeyId) -> Result<Option<SigningKey>> {
    let row: Option<SigningRow> = on!(conn, c => sqlx::query_as(
        "SELECT id, issuer, algorithm, material, used_at FROM embed_keys WHERE id = $1 AND revoked_at IS NULL AND algorithm <> 'JWKS'")
        .bind(id.0).fetch_optional(&mut **c).await?);
    Ok(row.and_then(signing_key))
}

/// The newest key of an issuer whose keys are at an address, unless it is revoked.
pub async fn find_key_set(conn: &mut Conn<'_>, issuer: &str) -> Result<Option<SigningKey>> {
    let row: Option<SigningRow> = on!(conn, c => sqlx::query_as(
        "SELECT id, issuer, algorithm, material, used_at FROM embed_keys WHERE issuer = $1 AND revoked_at IS NULL AND algorithm = 'JWKS' \
         ORDER BY created_at DESC, id DESC LIMIT 1")
        .bind(issuer).fetch_optional(&mut **c).await?);
    Ok(row.and_then(signing_key))
}

/// Whether the key still signs. Its row is locked, so that the answer holds until the end of the command.
pub async fn is_valid(conn: &mut Conn<'_>, id: EmbedKeyId) -> Result<bool> {
    Ok(
        on!(conn, c => sqlx::query("UPDATE embed_keys SET revoked_at = revoked_at WHERE id = $1 AND revoked_at IS NULL")
        .bind(id.0).execute(&mut **c).await?.rows_affected())
            == 1,
    )
}

/// Records that a token of the key was accepted.
pub async fn touch(conn: &mut Conn<'_>, id: EmbedKeyId, now: Timestamp) -> Result<()> {
    on!(conn, c => sqlx::query("UPDATE embed_keys SET used_at = $2 WHERE id = $1")
        .bind(id.0).bind(now.0).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// Revokes a key, and ends the sessions that it has opened. `None` if there is no such key, false if it was revoked before.
pub async fn revoke(
    conn: &mut Conn<'_>,
    id: EmbedKeyId,
    by: Option<UserId>,
    now: Timestamp,
) -> Result<Option<bool>> {
    let is_revoked = on!(conn, c => sqlx::query(
        "UPDATE embed_keys SET revoked_at = $2, material = '' WHERE id = $1 AND revoked_at IS NULL")
        .bind(id.0).bind(now.0).execute(&mut **c).await?.rows_affected())
        == 1;
    let issuer: Option<String> = on!(conn, c => sqlx::query_scalar("SELECT issuer FROM embed_keys WHERE id = $1")
        .bind(id.0).fetch_optional(&mut **c).await?);
    let Some(issuer) = issuer else { return Ok(None) };
    if is_revoked {
        on!(conn, c => sqlx::query("DELETE FROM embed_sessions WHERE key_id = $1")
            .bind(id.0).execute(&mut **c).await?.rows_affected());
        add_to_audit(conn, by, "settings_embed_key_revoked", format!("{issuer} {id}"), now).await?;
    }
    Ok(Some(is_revoked))
}

/// The log wants an account for whoever acted, which the command line has not: it says what it did itself.
async fn add_to_audit(
    conn: &mut Conn<'_>,
    by: Option<UserId>,
    action: &str,
    detail: String,
    now: Timestamp,
) -> Result<()> {
    let Some(user) = by else { return Ok(()) };
    let entry =
        AuditEntry { user, action: action.to_owned(), order: None, conversation: None, other: None, detail };
    audit::add(conn, entry, now).await
}
