//! What a marketplace sends by its own ids (decision 48): how new it is, and the listings of these ids. Users are found by their
//! identities (`users/identities`), orders in `orders/outside`.

use uuid::Uuid;

use crate::{
    server::store::{
        Conn, Result,
        engine::locks,
        on,
        sync::fan_out::{self, Source},
    },
    shared::{
        ids::{ListingId, UserId},
        values::time::Timestamp,
    },
};

/// SHA-256 of the kind of a thing, its issuer and its id.
pub type RecordKey = [u8; 32];

/// Locks the record of a thing until the end of the command, whether the thing is there or not. Returns the sender's time of what was
/// last applied.
pub async fn lock_record(conn: &mut Conn<'_>, key: &RecordKey) -> Result<Option<Timestamp>> {
    locks::external(conn, key).await?;
    let at: Option<i64> = on!(conn, c => sqlx::query_scalar("SELECT changed_at FROM external_records WHERE key = $1")
        .bind(key.as_slice()).fetch_optional(&mut **c).await?);
    Ok(at.map(Timestamp))
}

/// Locks what an import of conversations refers to, before any conversation: listings by their [`qualified`] ids, and people.
pub async fn lock_history(
    conn: &mut Conn<'_>,
    listings: &[String],
    people: impl IntoIterator<Item = UserId>,
) -> Result<()> {
    let people: Vec<Uuid> = people.into_iter().map(|user| user.0).collect();
    locks::listings_as_are(conn, listings).await?;
    locks::users(conn, &people).await
}

/// Stores the sender's time of what is applied. The record is locked.
pub async fn set_record(conn: &mut Conn<'_>, key: &RecordKey, changed_at: Timestamp) -> Result<()> {
    on!(conn, c => sqlx::query(
        "INSERT INTO external_records (key, changed_at) VALUES ($1, $2) \
         ON CONFLICT (key) DO UPDATE SET changed_at = excluded.changed_at")
        .bind(key.as_slice()).bind(changed_at.0).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// The id of a listing or an order as it is stored: the issuer and its id, with a space between, which neither has.
pub fn qualified(issuer: &str, id: &str) -> String {
    format!("{issuer} {id}")
}

/// A listing that is there, with its host, by its [`qualified`] id.
pub async fn listing(conn: &mut Conn<'_>, external_id: &str) -> Result<Option<(ListingId, UserId)>> {
    let row: Option<(Uuid, Uuid)> = on!(conn, c => sqlx::query_as(
        "SELECT id, host_id FROM listings WHERE external_id = $1")
        .bind(external_id).fetch_optional(&mut **c).await?);
    Ok(row.map(|(id, host)| (ListingId(id), UserId(host))))
}

/// Makes a listing that was just inserted one of the marketplace's. That of a suspended host is hidden, as their others are.
pub async fn adopt_listing(
    conn: &mut Conn<'_>,
    id: ListingId,
    external_id: &str,
    url: Option<&str>,
) -> Result<()> {
    on!(conn, c => sqlx::query(
        "UPDATE listings SET external_id = $2, url = $3, hidden = CASE WHEN \
         (SELECT suspended_at FROM users u WHERE u.id = listings.host_id) IS NULL THEN hidden ELSE hidden | 2 END WHERE id = $1")
        .bind(id.0).bind(external_id).bind(url).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// Sets the marketplace's page of a listing.
pub async fn set_listing_url(
    conn: &mut Conn<'_>,
    id: ListingId,
    url: Option<&str>,
    now: Timestamp,
) -> Result<()> {
    let changed = on!(conn, c => sqlx::query("UPDATE listings SET url = $2, updated_at = $3 WHERE id = $1 AND url IS DISTINCT FROM $2")
        .bind(id.0).bind(url).bind(now.0).execute(&mut **c).await?.rows_affected());
    if changed > 0 {
        fan_out::enqueue(conn, Source::Listing(id), now).await?;
    }
    Ok(())
}
