//! Listings, and the search in them.

use uuid::Uuid;

use super::{
    Conn, Result,
    engine::locks,
    on,
    sync::fan_out::{self, Source},
};
use crate::shared::{
    ids::{ListingId, UserId},
    listings::{LISTINGS_PAGE, Listing, ListingCard, ListingPage, draft::ListingFields, kind::ListingKind},
    users::{Person, rank::Rank},
    values::{text::search_form, time::Timestamp},
};

/// A listing as cards show it: without its description, which can be long.
#[derive(sqlx::FromRow)]
struct CardRow {
    id: Uuid,
    kind: String,
    title: String,
    place: String,
    price_cents: i64,
    paused_at: Option<i64>,
    hidden: i64,
    host_id: Uuid,
    host_name: String,
    host_hue: i64,
    host_rank: String,
}

impl CardRow {
    fn into_card(self) -> ListingCard {
        ListingCard {
            id: ListingId(self.id),
            kind: ListingKind::parse(&self.kind).unwrap_or(ListingKind::Item),
            title: self.title,
            place: self.place,
            price_cents: self.price_cents,
            is_paused: self.paused_at.is_some() || self.hidden != 0,
            host: Person::new(UserId(self.host_id), self.host_name, self.host_hue)
                .with_rank(Rank::from_stored(&self.host_rank)),
        }
    }
}

#[derive(sqlx::FromRow)]
struct ListingRow {
    #[sqlx(flatten)]
    card: CardRow,
    description: String,
    created_at: i64,
    url: Option<String>,
}

macro_rules! select_card {
    ($tail:literal) => {
        select_card!("", $tail)
    };
    ($more:literal, $tail:literal) => {
        concat!(
            "SELECT l.id, l.kind, l.title, l.place, l.price_cents, l.paused_at, l.hidden, l.host_id, u.name AS host_name, ",
            "u.hue AS host_hue, u.rank AS host_rank",
            $more,
            " ",
            $tail
        )
    };
}

/// Listings, newest first, that a search looks at.
const SEARCHED_MAX: i64 = 20_000;

/// Inserts a listing. False if the id is taken.
pub async fn insert(
    conn: &mut Conn<'_>,
    id: ListingId,
    host: UserId,
    fields: &ListingFields,
    now: Timestamp,
) -> Result<bool> {
    Ok(on!(conn, c => sqlx::query(
        "INSERT INTO listings (id, host_id, kind, title, place, folded, description, price_cents, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) ON CONFLICT DO NOTHING")
        .bind(id.0).bind(host.0).bind(fields.kind.as_str()).bind(&fields.title).bind(&fields.place)
        .bind(search_text(fields)).bind(&fields.description).bind(fields.price_cents).bind(now.0)
        .execute(&mut **c).await?.rows_affected())
        == 1)
}

/// Changes a listing of this host, and has its conversations touched in the background. False if the listing is not theirs.
pub async fn update(
    conn: &mut Conn<'_>,
    id: ListingId,
    host: UserId,
    fields: &ListingFields,
    now: Timestamp,
) -> Result<bool> {
    let changed = on!(conn, c => sqlx::query(
        "UPDATE listings SET kind = $3, title = $4, place = $5, folded = $6, description = $7, price_cents = $8, \
         updated_at = $9 WHERE id = $1 AND host_id = $2 AND (kind <> $3 OR title <> $4 OR place <> $5 \
         OR description <> $7 OR price_cents <> $8)")
        .bind(id.0).bind(host.0).bind(fields.kind.as_str()).bind(&fields.title).bind(&fields.place)
        .bind(search_text(fields)).bind(&fields.description).bind(fields.price_cents).bind(now.0)
        .execute(&mut **c).await?.rows_affected());
    notify_conversations(conn, id, host, changed, now).await
}

/// Pauses or resumes a listing of this host. False if the listing is not theirs.
pub async fn pause(
    conn: &mut Conn<'_>,
    id: ListingId,
    host: UserId,
    paused_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<bool> {
    let changed = on!(conn, c => sqlx::query(
        "UPDATE listings SET paused_at = $3 WHERE id = $1 AND host_id = $2 AND (paused_at IS NULL) <> ($3 IS NULL)")
        .bind(id.0).bind(host.0).bind(paused_at.map(|at| at.0)).execute(&mut **c).await?.rows_affected());
    notify_conversations(conn, id, host, changed, now).await
}

/// Whether this is a listing of this host that a marketplace sends, and changes itself.
pub async fn is_external(conn: &mut Conn<'_>, id: ListingId, host: UserId) -> Result<bool> {
    Ok(on!(conn, c => sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM listings WHERE id = $1 AND host_id = $2 AND external_id IS NOT NULL)")
        .bind(id.0).bind(host.0).fetch_one(&mut **c).await?))
}

/// Takes a listing down, for the staff. Its host can't bring it back.
pub async fn take_down(conn: &mut Conn<'_>, id: ListingId, now: Timestamp) -> Result<()> {
    let changed = on!(conn, c => sqlx::query("UPDATE listings SET hidden = hidden | 1 WHERE id = $1 AND hidden & 1 = 0")
        .bind(id.0).execute(&mut **c).await?.rows_affected());
    if changed > 0 {
        fan_out::enqueue(conn, Source::Listing(id), now).await?;
    }
    Ok(())
}

/// Hides all listings of a host while they are suspended, or shows them again. The caller has locked them.
pub async fn hide_of_host(conn: &mut Conn<'_>, host: UserId, is_hidden: bool, now: Timestamp) -> Result<()> {
    let changed = on!(conn, c => sqlx::query(
        "UPDATE listings SET hidden = CASE WHEN $2 = 1 THEN hidden | 2 ELSE hidden & 1 END WHERE host_id = $1 AND (hidden & 2 <> 0) <> ($2 = 1)")
        .bind(host.0).bind(i64::from(is_hidden)).execute(&mut **c).await?.rows_affected());
    if changed > 0 {
        fan_out::enqueue(conn, Source::User(host), now).await?;
    }
    Ok(())
}

/// A listing, paused or not, without its booked stays. One that is hidden counts as paused.
pub async fn get(conn: &mut Conn<'_>, id: ListingId) -> Result<Option<Listing>> {
    let row: Option<ListingRow> = on!(conn, c => sqlx::query_as(select_card!(
        ", l.description, l.created_at, l.url", "FROM listings l JOIN users u ON u.id = l.host_id WHERE l.id = $1"))
        .bind(id.0).fetch_optional(&mut **c).await?);
    Ok(row.map(|row| Listing {
        card: row.card.into_card(),
        description: row.description,
        created_at: Timestamp(row.created_at),
        booked: Vec::new(),
        url: row.url,
    }))
}

/// A page of listings that are not paused, newest first. `search` is folded; `page` counts from 0. A search reads
/// the index `listings_newest` alone, and only of what it found the rows.
pub async fn browse(
    conn: &mut Conn<'_>,
    search: &str,
    kind: Option<ListingKind>,
    page: i64,
) -> Result<ListingPage> {
    let pattern = like(search);
    let kind = kind.map(ListingKind::as_str);
    let (end_at, end_id) = if search.is_empty() { None } else { oldest_searched(conn).await? }
        .unwrap_or((i64::MIN, Uuid::nil()));
    let rows: Vec<CardRow> = on!(conn, c => sqlx::query_as(select_card!(
        "FROM (SELECT f.id, f.created_at FROM listings f WHERE f.paused_at IS NULL AND f.hidden = 0 \
         AND ($1 = '%%' OR f.folded LIKE $1 ESCAPE '\\' OR f.host_folded LIKE $1 ESCAPE '\\') AND (f.kind = $2 OR $2 IS NULL) \
         AND f.created_at >= $5 AND (f.created_at > $5 OR f.id >= $6) \
         ORDER BY f.created_at DESC, f.id DESC LIMIT $3 OFFSET $4) AS found \
         JOIN listings l ON l.id = found.id JOIN users u ON u.id = l.host_id ORDER BY found.created_at DESC, found.id DESC"))
        .bind(&pattern).bind(kind).bind(LISTINGS_PAGE + 1).bind(page * LISTINGS_PAGE).bind(end_at).bind(end_id)
        .persistent(false).fetch_all(&mut **c).await?);
    let has_more = rows.len() as i64 > LISTINGS_PAGE;
    let listings = rows.into_iter().take(LISTINGS_PAGE as usize).map(CardRow::into_card).collect();
    Ok(ListingPage { listings, next: has_more.then_some(page + 1) })
}

/// The oldest listing that a search looks at, if there are older ones.
async fn oldest_searched(conn: &mut Conn<'_>) -> Result<Option<(i64, Uuid)>> {
    Ok(on!(conn, c => sqlx::query_as(
        "SELECT created_at, id FROM listings WHERE paused_at IS NULL AND hidden = 0 ORDER BY created_at DESC, id DESC LIMIT 1 OFFSET $1")
        .bind(SEARCHED_MAX - 1).fetch_optional(&mut **c).await?))
}

/// All listings of a host, newest first, up to `limit`.
pub async fn of_host(conn: &mut Conn<'_>, host: UserId, limit: i64) -> Result<Vec<ListingCard>> {
    let rows: Vec<CardRow> = on!(conn, c => sqlx::query_as(select_card!(
        "FROM listings l JOIN users u ON u.id = l.host_id WHERE l.host_id = $1 ORDER BY l.created_at DESC, l.id DESC LIMIT $2"))
        .bind(host.0).bind(limit).fetch_all(&mut **c).await?);
    Ok(rows.into_iter().map(CardRow::into_card).collect())
}

/// The number of a host's listings. The user's row is locked, so that the number holds until the end of the
/// command.
pub async fn count_of_host(conn: &mut Conn<'_>, host: UserId) -> Result<i64> {
    locks::user(conn, host).await?;
    Ok(on!(conn, c => sqlx::query_scalar("SELECT COUNT(*) FROM listings WHERE host_id = $1")
        .bind(host.0).fetch_one(&mut **c).await?))
}

/// A LIKE pattern (`ESCAPE '\'`) that matches this text anywhere, literally.
pub(super) fn like(search: &str) -> String {
    let escaped = search.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}

fn search_text(fields: &ListingFields) -> String {
    search_form(&format!("{} {}", fields.title, fields.place))
}

/// Has the conversations touched whose summaries show this listing, if `changed` rows say that anything changed.
/// Returns whether the listing is this host's.
async fn notify_conversations(
    conn: &mut Conn<'_>,
    id: ListingId,
    host: UserId,
    changed: u64,
    now: Timestamp,
) -> Result<bool> {
    if changed > 0 {
        fan_out::enqueue(conn, Source::Listing(id), now).await?;
        return Ok(true);
    }
    let found: i64 = on!(conn, c => sqlx::query_scalar("SELECT COUNT(*) FROM listings WHERE id = $1 AND host_id = $2")
        .bind(id.0).bind(host.0).fetch_one(&mut **c).await?);
    Ok(found > 0)
}
