//! Server functions for orders: creating and listing them, and their transitions. `order` is an order's id or
//! code.

use leptos::{prelude::*, server_fn::codec::GetUrl};

use super::json::Json;
use crate::shared::{
    errors::ApiError,
    ids::{ListingId, MessageId, OrderId},
    orders::{
        Order, OrderOutcome,
        board::{OrderBoardCursor, OrderBoardPage},
        draft::OrderDraft,
        filter::{OrderFilter, OrderView},
        workflow::{Status, Transition},
    },
    positions::ListedCursor,
    sync::pages::{OrderDetails, OrderPage},
};

/// Creates an order of a listing, or a custom order without one. A plain form post is redirected to the
/// order's conversation, or to sign-in and back.
#[server(prefix = "/rpc", endpoint = "create_order", output = Json)]
pub async fn create_order(
    order_id: OrderId,
    listing_id: Option<ListingId>,
    draft: OrderDraft,
) -> Result<Order, ApiError> {
    use super::request;
    use crate::{
        server::domain,
        shared::page::session::{booking_form_path, writing_path},
    };
    let back = listing_id.map_or("/orders/new".to_owned(), |listing| booking_form_path(listing, &draft));
    let (context, viewer) = request::viewer_or_sign_in(&back)?;
    let order = domain::orders::create(&context, &viewer, order_id, listing_id, draft).await?;
    request::redirect_form_to(&writing_path(order.conversation));
    Ok(order)
}

/// One page of the orders that the viewer made, or of those for their listings, latest message first.
#[server(prefix = "/rpc", endpoint = "get_orders", input = GetUrl, output = Json)]
pub async fn get_orders(
    view: OrderView,
    #[server(default)] filter: OrderFilter,
    after: Option<ListedCursor>,
) -> Result<OrderPage, ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer()?;
    domain::orders::list(&context, &viewer, view, filter, after).await
}

/// One order, with the summary of its conversation if the viewer takes part in it.
#[server(prefix = "/rpc", endpoint = "get_order", input = GetUrl, output = Json)]
pub async fn get_order(order: String) -> Result<OrderDetails, ApiError> {
    use super::request;
    use crate::server::domain;
    use crate::shared::orders::code::OrderKey;
    let (context, viewer) = request::viewer()?;
    domain::orders::details(&context, &viewer, &OrderKey::parse(&order)?).await
}

/// One page of the operator board: all orders, unread first; operators only.
#[server(prefix = "/rpc", endpoint = "get_desk", input = GetUrl, output = Json)]
pub async fn get_desk(
    #[server(default)] filter: OrderFilter,
    after: Option<OrderBoardCursor>,
) -> Result<OrderBoardPage, ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer()?;
    domain::orders::board(&context, &viewer, filter, after).await
}

/// Makes a transition of an order. A conflict if its status is no longer `expected`, or the quote that it accepts is
/// another than `quote`, in minor units, or if it accepts a stay that shares nights with a booked one and `overlapping` is
/// not true.
#[server(prefix = "/rpc", endpoint = "step_order", output = Json)]
pub async fn step_order(
    order: String,
    message_id: MessageId,
    expected: Status,
    step: Transition,
    quote: Option<i64>,
    overlapping: Option<bool>,
) -> Result<OrderOutcome, ApiError> {
    use super::request;
    use crate::server::{domain, domain::orders::SeenOrder};
    use crate::shared::orders::code::OrderKey;
    let (context, viewer) = request::viewer()?;
    let outcome = domain::orders::apply_transition(
        &context,
        &viewer,
        &OrderKey::parse(&order)?,
        message_id,
        SeenOrder { status: expected, quote, is_overlapping: overlapping == Some(true) },
        step,
    )
    .await?;
    request::redirect_form_to(&format!("/messages/{}", outcome.conversation));
    Ok(outcome)
}

/// Quotes a price for a custom order; operators only.
#[server(prefix = "/rpc", endpoint = "quote_order", output = Json)]
pub async fn quote_order(
    order: String,
    message_id: MessageId,
    price: String,
) -> Result<OrderOutcome, ApiError> {
    use super::request;
    use crate::server::domain;
    use crate::shared::orders::{code::OrderKey, quote::parse_quote};
    let (context, viewer) = request::viewer()?;
    let (key, price) = (OrderKey::parse(&order)?, parse_quote(&price)?);
    let outcome = domain::orders::quote(&context, &viewer, &key, message_id, price).await?;
    request::redirect_form_to(&format!("/messages/{}", outcome.conversation));
    Ok(outcome)
}

/// Assigns an order of the operator board to the viewer; operators only.
#[server(prefix = "/rpc", endpoint = "take_order", output = Json)]
pub async fn take_order(
    order: String,
    message_id: MessageId,
    expected: Status,
) -> Result<OrderOutcome, ApiError> {
    use super::request;
    use crate::server::domain;
    use crate::shared::orders::code::OrderKey;
    let (context, viewer) = request::viewer()?;
    let outcome =
        domain::orders::take(&context, &viewer, &OrderKey::parse(&order)?, message_id, expected).await?;
    request::redirect_form_to(&format!("/messages/{}", outcome.conversation));
    Ok(outcome)
}
