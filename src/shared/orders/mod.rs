//! Orders: the order in full, and the answer to a command about it.

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
use workflow::Status;

/// Custom orders of one guest that are not finished.
pub const OPEN_CUSTOM_ORDERS_MAX: i64 = 10;

/// Orders on one page of a list.
pub const ORDERS_PAGE: i64 = 50;

/// Something that happened to an order, as one viewer is told of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OrderEvent {
    pub sentence: String,
    /// The status that it has had from then on.
    pub status: Option<Status>,
    pub at: Timestamp,
}

/// An order in full, for its own page.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Order {
    pub card: OrderCard,
    pub note: String,
    pub conversation: ConversationId,
    pub guest: Person,
    /// The operator who took on the order.
    pub operator: Option<Person>,
    pub created_at: Timestamp,
    /// Guest and host have a block between them, and it goes on with the desk: an operator may take part. Absent if not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "ssr", schema(required = false))]
    pub is_with_desk: bool,
}

/// The answer to a command about an order: the order as it is now.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema), schema(as = Ordered))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OrderOutcome {
    pub order: OrderCard,
    pub conversation: ConversationId,
}

read_fields! {
    Order { card, note, conversation, guest, operator, created_at; is_with_desk }
    OrderOutcome { order, conversation }
    OrderEvent { sentence, status, at }
}

read_by_serde! { Order, OrderOutcome }
