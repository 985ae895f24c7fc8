//! Booked stays of a listing: the nights that are taken by orders that were accepted or have begun.

use crate::{
    server::store::{Conn, Result, on},
    shared::{
        ids::ListingId,
        listings::stays::{Overlap, STAYS_SHOWN_MAX, Stay},
        orders::Order,
        values::dates::Day,
    },
};

/// The first booked stay of the same listing that shares a night with this order. None for an order without nights.
/// Call it under [`locks::listing_of_order`](crate::server::store::engine::locks::listing_of_order).
pub async fn overlapping(conn: &mut Conn<'_>, order: &Order) -> Result<Option<Overlap>> {
    let card = &order.card;
    let (Some(listing), Some(starts_on), Some(ends_on)) = (&card.listing, card.starts_on, card.ends_on)
    else {
        return Ok(None);
    };
    let found: Option<(String, String, i64, i64)> = on!(conn, c => sqlx::query_as(
        "SELECT o.code, u.name, o.starts_on, o.ends_on FROM orders o JOIN users u ON u.id = o.guest_id \
         WHERE o.listing_id = $1 AND o.status IN ('accepted', 'in_progress') AND o.ends_on > $2 AND o.starts_on < $3 \
         AND o.id <> $4 ORDER BY o.starts_on, o.id LIMIT 1")
        .bind(listing.id.0).bind(starts_on.0).bind(ends_on.0).bind(card.id.0).fetch_optional(&mut **c).await?);
    Ok(found.map(|(code, guest, starts_on, ends_on)| Overlap {
        code,
        guest,
        stay: Stay { starts_on: Day(starts_on), ends_on: Day(ends_on) },
    }))
}

/// The next booked stays of a listing, which end after this day.
pub async fn booked(conn: &mut Conn<'_>, listing: ListingId, today: Day) -> Result<Vec<Stay>> {
    let rows: Vec<(i64, i64)> = on!(conn, c => sqlx::query_as(
        "SELECT starts_on, ends_on FROM orders WHERE listing_id = $1 AND status IN ('accepted', 'in_progress') \
         AND ends_on > $2 ORDER BY starts_on, id LIMIT $3")
        .bind(listing.0).bind(today.0).bind(STAYS_SHOWN_MAX).fetch_all(&mut **c).await?);
    let stay = |(starts_on, ends_on)| Stay { starts_on: Day(starts_on), ends_on: Day(ends_on) };
    Ok(rows.into_iter().map(stay).collect())
}
