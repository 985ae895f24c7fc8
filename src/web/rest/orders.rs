//! Endpoints of orders: `/api/orders`, each order by its id or its code.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::{
    SignedIn,
    messages::{ListParams as ThreadParams, NewMessage},
    problem::{Input, Params, Problem, cursor},
    responses::{Always, Conflict, Invalid, NotFound, Storing, TooFast},
};
use crate::{
    server::{
        context::Context,
        domain::{
            messages,
            orders::{self, SeenOrder},
        },
    },
    shared::{
        errors::{ApiError, Result as DomainResult},
        ids::{ConversationId, ListingId, MessageId, OrderId},
        messages::SendOutcome,
        orders::{
            Order, OrderOutcome,
            code::OrderKey,
            draft::OrderDraft,
            filter::{OrderFilter, OrderView},
            workflow::{Status, Transition, TransitionRule},
        },
        positions::{ListedCursor, SyncSeq},
        sync::pages::{MessagePage, OrderPage},
    },
};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListParams {
    /// `mine` (unless said otherwise) or `hosting`.
    #[serde(default)]
    view: String,
    /// Only those that stand like this.
    status: Option<Status>,
    /// Only those with unread messages.
    #[serde(default)]
    unread: bool,
    /// Found in codes, titles and names.
    #[serde(default)]
    #[param(max_length = 100)]
    search: String,
    /// The `next.listed` of the page before; together with `after_id`.
    after_listed: Option<SyncSeq>,
    /// The `next.id` of the page before; together with `after_listed`.
    after_id: Option<ConversationId>,
}

/// One page of the orders that I made, or of those for my listings, latest message first.
#[utoipa::path(get, path = "/api/orders", params(ListParams),
    responses((status = 200, body = OrderPage), Always, Invalid))]
pub async fn list(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Params(params): Params<ListParams>,
) -> Result<Json<OrderPage>, Problem> {
    let view = OrderView::parse(&params.view)
        .ok_or_else(|| ApiError::invalid("view", "A view is mine or hosting."))?;
    let after = cursor("after_listed", params.after_listed, params.after_id)?;
    let after = after.map(|(listed, id)| ListedCursor { listed, id });
    let statuses = params.status.into_iter().collect();
    let filter = OrderFilter { statuses, is_unread_only: params.unread, search: params.search };
    Ok(Json(orders::list(&context, &viewer, view, filter, after).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOrder {
    /// Made by the client: a UUID. Made twice, it is one order.
    id: OrderId,
    /// Nothing for a custom order.
    listing_id: Option<ListingId>,
    /// The day, or the first day of a stay, as `2026-06-12`. Not for an item.
    starts_on: Option<String>,
    /// The day on which a stay ends.
    ends_on: Option<String>,
    /// People, hours or pieces.
    #[schema(minimum = 1, maximum = 100)]
    quantity: Option<i64>,
    #[serde(default)]
    #[schema(max_length = 2_000)]
    note: String,
    /// What a custom order is called.
    #[serde(default)]
    #[schema(max_length = 80)]
    title: String,
    /// The listing's `price_cents` that was seen; if it is another one by now, nothing happens and the answer is 409.
    #[serde(default)]
    price_cents: Option<i64>,
}

/// Makes an order with its conversation.
#[utoipa::path(post, path = "/api/orders", request_body = NewOrder,
    responses((status = 200, body = Order), Always, Storing, NotFound, Conflict, TooFast))]
pub async fn create(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Input(new): Input<NewOrder>,
) -> Result<(StatusCode, Json<Order>), Problem> {
    let draft = OrderDraft {
        starts_on: new.starts_on.unwrap_or_default(),
        ends_on: new.ends_on.unwrap_or_default(),
        quantity: new.quantity.map(|quantity| quantity.to_string()).unwrap_or_default(),
        note: new.note,
        title: new.title,
        seen_price_cents: new.price_cents,
    };
    let order = orders::create(&context, &viewer, new.id, new.listing_id, draft).await?;
    Ok((StatusCode::OK, Json(order)))
}

/// One order, by its id or its code.
#[utoipa::path(get, path = "/api/orders/{key}", params(("key" = String, Path)),
    responses((status = 200, body = Order), Always, NotFound))]
pub async fn get(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Path(key): Path<String>,
) -> Result<Json<Order>, Problem> {
    Ok(Json(orders::get(&context, &viewer, &OrderKey::parse(&key)?).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewStatus {
    /// Made by the client: the id of the message that tells of it, a UUID of version 7.
    message_id: MessageId,
    status: Status,
    /// The status that was seen; if it is another one by now, nothing happens and the answer is 409.
    expected: Status,
    /// To accept a quote: the one that was seen, in minor units; if it is another one by now, nothing happens and the
    /// answer is 409. Without it whatever is quoted by then is accepted.
    #[serde(default)]
    quote: Option<i64>,
    /// To accept a stay that shares nights with one that is booked. Without it the answer is 409 with the `field`
    /// `overlapping`, and nothing happens.
    #[serde(default)]
    overlapping: bool,
}

/// Moves an order on, as far as its rules let me (D4).
#[utoipa::path(patch, path = "/api/orders/{key}/status", params(("key" = String, Path)), request_body = NewStatus,
    responses((status = 200, body = OrderOutcome), Always, Storing, NotFound, Conflict, TooFast))]
pub async fn set_status(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Path(key): Path<String>,
    Input(new): Input<NewStatus>,
) -> Result<Json<OrderOutcome>, Problem> {
    let key = OrderKey::parse(&key)?;
    let order = orders::get(&context, &viewer, &key).await?;
    let transition = transition_to(&order, new.expected, new.status)?;
    let seen = SeenOrder { status: new.expected, quote: new.quote, is_overlapping: new.overlapping };
    Ok(Json(orders::apply_transition(&context, &viewer, &key, new.message_id, seen, transition).await?))
}

/// The transition from one status to another. If the order has a pending quote, accepting it takes
/// precedence.
fn transition_to(order: &Order, from: Status, to: Status) -> DomainResult<Transition> {
    let leads = |transition: &Transition| {
        *transition != Transition::DeclineQuote
            && TransitionRule::of(*transition, from).is_some_and(|rule| rule.to == to)
    };
    let mut transitions = Transition::ALL.into_iter().filter(leads);
    let first = transitions.next();
    let accept_quote =
        order.card.quote.and_then(|_| transitions.find(|transition| *transition == Transition::AcceptQuote));
    accept_quote.or(first).ok_or_else(|| ApiError::forbidden("No step leads from that status to this one."))
}

/// A stretch of the messages of an order's conversation, oldest first (D4).
#[utoipa::path(get, path = "/api/orders/{key}/messages", params(("key" = String, Path), ThreadParams),
    responses((status = 200, body = MessagePage), Always, NotFound, Invalid))]
pub async fn messages(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Path(key): Path<String>,
    Params(params): Params<ThreadParams>,
) -> Result<Json<MessagePage>, Problem> {
    let order = orders::get(&context, &viewer, &OrderKey::parse(&key)?).await?;
    let range = params.range()?;
    Ok(Json(messages::page(&context, &viewer, order.conversation, range, params.limit).await?))
}

/// Says something in an order's conversation; repeated with the same id, body and attachments it gives the first
/// answer again (D4).
#[utoipa::path(post, path = "/api/orders/{key}/messages", params(("key" = String, Path)),
    request_body = NewMessage, responses((status = 200, body = SendOutcome), Always, Storing, NotFound, Conflict, TooFast))]
pub async fn send(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Path(key): Path<String>,
    Input(new): Input<NewMessage>,
) -> Result<Json<SendOutcome>, Problem> {
    let order = orders::get(&context, &viewer, &OrderKey::parse(&key)?).await?;
    Ok(Json(
        messages::send_attached(&context, &viewer, order.conversation, new.id, new.body, new.attached)
            .await?,
    ))
}
