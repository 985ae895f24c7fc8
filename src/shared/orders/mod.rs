//! Orders as they cross the wire: the order itself and the answer to a command about it.

pub mod board;
pub mod card;
pub mod code;
pub mod draft;
pub mod filter;
pub mod quote;
pub mod workflow;

use serde::Serialize;

use super::{
    ids::ConversationId,
    json::{read_by_serde, read_fields},
    users::Person,
    values::time::Timestamp,
};
use card::OrderCard;

/// Orders on one page of a dashboard.
pub const ORDERS_PAGE: i64 = 50;

/// An order on a page of its own.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Order {
    pub card: OrderCard,
    pub note: String,
    pub conversation: ConversationId,
    pub guest: Person,
    /// Who took it up.
    pub operator: Option<Person>,
    pub created_at: Timestamp,
}

/// What became of a command about an order: how it stands now.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OrderOutcome {
    pub order: OrderCard,
    pub conversation: ConversationId,
}

read_fields! {
    Order { card, note, conversation, guest, operator, created_at }
    OrderOutcome { order, conversation }
}

read_by_serde! { Order, OrderOutcome }
