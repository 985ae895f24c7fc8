//! Columns of an order's card: the part of an order that a conversation's summary shows. It imports no other
//! noun, so that conversations and orders can both select it.

use uuid::Uuid;

use crate::shared::{
    ids::{OrderId, UserId},
    listings::ListingCard,
    orders::{
        card::OrderCard,
        quote::Quote,
        workflow::{OrderKind, Status},
    },
    values::{dates::Day, money::Money},
};

/// The order `o` of a joined row, if there is one.
#[derive(sqlx::FromRow)]
pub(in crate::server::store) struct OrderColumns {
    order_id: Option<Uuid>,
    order_code: Option<String>,
    order_kind: Option<String>,
    order_status: Option<String>,
    order_title: Option<String>,
    starts_on: Option<i64>,
    ends_on: Option<i64>,
    quantity: Option<i64>,
    price_minor: Option<i64>,
    quote_minor: Option<i64>,
    order_url: Option<String>,
    pub(super) order_guest: Option<Uuid>,
    pub(super) order_host: Option<Uuid>,
}

macro_rules! order_columns {
    () => {
        "o.id AS order_id, o.code AS order_code, o.kind AS order_kind, o.status AS order_status, o.title AS order_title, \
         o.starts_on, o.ends_on, o.quantity, o.price_minor, o.quote_minor, o.url AS order_url, o.guest_id AS order_guest, o.host_id AS order_host"
    };
}
pub(in crate::server::store) use order_columns;

impl OrderColumns {
    /// Whether the row has an order.
    pub fn is_some(&self) -> bool {
        self.order_id.is_some()
    }

    pub fn into_card(self, listing: Option<ListingCard>) -> Option<OrderCard> {
        Some(OrderCard {
            id: OrderId(self.order_id?),
            code: self.order_code?.parse().ok()?,
            kind: OrderKind::parse(&self.order_kind?)?,
            status: Status::parse(&self.order_status?)?,
            listing,
            title: self.order_title?,
            starts_on: self.starts_on.map(Day),
            ends_on: self.ends_on.map(Day),
            quantity: self.quantity?,
            price: self.price_minor.map(Money::euros),
            quote: self.quote_minor.map(|minor| Quote { price: Money::euros(minor) }),
            guest: UserId(self.order_guest?),
            host: self.order_host.map(UserId),
            url: self.order_url,
        })
    }
}
