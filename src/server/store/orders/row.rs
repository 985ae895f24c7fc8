//! The row of a whole order, and reading one by its id or code.

use uuid::Uuid;

use super::card::OrderColumns;
use crate::{
    server::store::{Conn, Result, on},
    shared::{
        ids::{ConversationId, ListingId, UserId},
        listings::{ListingCard, kind::ListingKind},
        orders::{Order, code::OrderKey},
        users::{Person, rank::Rank},
        values::time::Timestamp,
    },
};

#[derive(sqlx::FromRow)]
pub(super) struct OrderRow {
    #[sqlx(flatten)]
    order: OrderColumns,
    note: String,
    created_at: i64,
    is_with_desk: bool,
    conversation_id: Uuid,
    guest_name: String,
    guest_hue: i64,
    guest_rank: String,
    operator_id: Option<Uuid>,
    operator_name: Option<String>,
    operator_hue: Option<i64>,
    operator_rank: Option<String>,
    listing_id: Option<Uuid>,
    listing_kind: Option<String>,
    listing_title: Option<String>,
    place: Option<String>,
    price_cents: Option<i64>,
    paused_at: Option<i64>,
    host_name: Option<String>,
    host_hue: Option<i64>,
    host_rank: Option<String>,
}

macro_rules! select_order {
    ($more:expr, $tail:literal) => {
        $crate::server::store::orders::row::select_order!(
            $more,
            "orders o JOIN conversations c ON c.order_id = o.id",
            $tail
        )
    };
    ($more:expr, $from:literal, $tail:expr) => {
        concat!(
            "SELECT ",
            $crate::server::store::orders::card::order_columns!(),
            ", o.note, o.created_at, c.closed = 2 AS is_with_desk, c.id AS conversation_id, g.name AS guest_name, g.hue AS guest_hue, g.rank AS guest_rank, ",
            "o.operator_id, w.name AS operator_name, w.hue AS operator_hue, w.rank AS operator_rank, ",
            "l.id AS listing_id, l.kind AS listing_kind, l.title AS listing_title, l.place, l.price_cents, ",
            "CASE WHEN l.hidden > 0 THEN COALESCE(l.paused_at, 0) ELSE l.paused_at END AS paused_at, ",
            "h.name AS host_name, h.hue AS host_hue, h.rank AS host_rank",
            $more,
            " FROM ",
            $from,
            " JOIN users g ON g.id = o.guest_id ",
            "LEFT JOIN users w ON w.id = o.operator_id LEFT JOIN listings l ON l.id = o.listing_id ",
            "LEFT JOIN users h ON h.id = l.host_id ",
            $tail
        )
    };
}
pub(super) use select_order;

impl OrderRow {
    pub fn conversation(&self) -> ConversationId {
        ConversationId(self.conversation_id)
    }

    pub fn into_order(self) -> Option<Order> {
        let person = |id: Option<Uuid>, name: Option<String>, hue: Option<i64>, rank: Option<String>| {
            Some(Person::new(UserId(id?), name?, hue?).with_rank(Rank::from_stored(&rank?)))
        };
        let host_id = self.order.order_host;
        let listing = || {
            Some(ListingCard {
                id: ListingId(self.listing_id?),
                kind: ListingKind::parse(&self.listing_kind?)?,
                title: self.listing_title?,
                place: self.place?,
                price_cents: self.price_cents?,
                is_paused: self.paused_at.is_some(),
                host: person(host_id, self.host_name, self.host_hue, self.host_rank)?,
            })
        };
        let guest = person(
            self.order.order_guest,
            Some(self.guest_name),
            Some(self.guest_hue),
            Some(self.guest_rank),
        )?;
        Some(Order {
            card: self.order.into_card(listing())?,
            note: self.note,
            conversation: ConversationId(self.conversation_id),
            guest,
            operator: person(self.operator_id, self.operator_name, self.operator_hue, self.operator_rank),
            created_at: Timestamp(self.created_at),
            is_with_desk: self.is_with_desk,
        })
    }
}

/// An order by its id or code, whoever asks: the domain checks permissions.
pub async fn get(conn: &mut Conn<'_>, key: &OrderKey) -> Result<Option<Order>> {
    let row: Option<OrderRow> = match key {
        OrderKey::Id(id) => on!(conn, c => sqlx::query_as(select_order!("", "WHERE o.id = $1"))
            .bind(id.0).fetch_optional(&mut **c).await?),
        OrderKey::Code(code) => on!(conn, c => sqlx::query_as(select_order!("", "WHERE o.code = $1"))
            .bind(code.to_string()).fetch_optional(&mut **c).await?),
    };
    Ok(row.and_then(OrderRow::into_order))
}
