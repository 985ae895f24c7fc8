//! Orders: creating them, reading them and moving them through the workflow. The state machine is the table
//! of transitions in `shared/orders/workflow`; this file checks rights, input and rate limits.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{conversations::search_of, failed, messages::check_message_id, users::check_operator};
pub use crate::server::store::orders::command::SeenOrder;
use crate::server::store::orders::{
    command::{CommandOutcome, OrderCommand},
    create::{CreateOutcome, NewOrder},
    query::OrderQuery,
};
use crate::shared::{
    conversations::role::Role,
    listings::stays::{OVERLAPPING_FIELD, Overlap},
    orders::{
        OPEN_CUSTOM_ORDERS_MAX,
        board::{OrderBoardCursor, OrderBoardPage, OrderBoardRow},
        code::{OrderCode, OrderKey},
        draft::OrderDraft,
        filter::{OrderFilter, OrderView},
        workflow::{Actor, Status, Transition},
    },
    words,
};
use crate::shared::{
    positions::ListedCursor,
    sync::pages::{OrderDetails, OrderPage},
};
use crate::{
    server::{
        context::ContextInner,
        store::{conversations, listings, orders},
    },
    shared::{
        conversations::Conversation,
        conversations::system_messages::SystemMessage,
        errors::{ApiError, ErrorCode, Missing, Result},
        ids::{ListingId, MessageId, OrderId, UserId},
        orders::{Order, OrderEvent, OrderOutcome},
        users::Viewer,
        values::{dates::Day, money::Money, time::Timestamp},
    },
};

/// Random codes that a new order may get. There are some 900 million, so the first is almost always free.
const CODE_CANDIDATES: usize = 8;

/// Creates an order: of a listing, or a custom one without a listing. The client chooses the id, for
/// idempotency.
pub async fn create(
    context: &ContextInner,
    viewer: &Viewer,
    id: OrderId,
    listing: Option<ListingId>,
    draft: OrderDraft,
) -> Result<Order> {
    let kind = match listing {
        None => None,
        Some(listing) => {
            let found = context
                .store
                .read_one(move |mut conn| Box::pin(async move { listings::get(&mut conn, listing).await }))
                .await
                .map_err(failed)?;
            Some(found.ok_or_else(|| ApiError::not_found(Missing::Listing))?.card.kind)
        }
    };
    let now = context.clock.now();
    let fields = draft.check(kind, Day::of(now))?;
    context.limits.change(viewer.id)?;
    let content = serde_json::to_string(&(listing, &fields)).map_err(|_| ApiError::internal())?;
    let codes = code_candidates();
    let first_hash = Sha256::digest(content).into();
    let seen_price_cents = draft.seen_price_cents;
    let new = NewOrder {
        id,
        codes,
        guest: viewer.id,
        listing,
        fields,
        seen_price_cents,
        first_hash,
        outside: None,
    };
    let made = context
        .store
        .write(move |mut conn| {
            Box::pin(async move { orders::create::create(&mut conn, new.clone(), kind, now).await })
        })
        .await
        .map_err(failed)?;
    match made {
        CreateOutcome::Order(id) => get(context, viewer, &OrderKey::Id(id)).await,
        CreateOutcome::Conflict => Err(ApiError::conflict("Another order has this id.")),
        CreateOutcome::NoListing => Err(ApiError::not_found(Missing::Listing)),
        CreateOutcome::OwnListing => Err(ApiError::forbidden(words::listing_refused_own())),
        CreateOutcome::Paused => Err(ApiError::conflict(words::order_refused_paused())),
        CreateOutcome::Limited => Err(ApiError::forbidden(words::limit_refused())),
        CreateOutcome::Closed => Err(ApiError::forbidden(words::listing_refused_closed())),
        CreateOutcome::OtherPrice => Err(ApiError::conflict(words::order_refused_price())),
        CreateOutcome::TooMany => Err(crate::server::domain::conversations::too_many()),
        CreateOutcome::TooManyCustom => {
            Err(ApiError::conflict(words::order_refused_too_many(&OPEN_CUSTOM_ORDERS_MAX.to_string())))
        }
        CreateOutcome::Unfit => Err(ApiError::invalid("quantity", words::order_refused_unfit())),
    }
}

/// Random codes, of which a new order gets the first that is free.
pub(super) fn code_candidates() -> Vec<OrderCode> {
    (0..CODE_CANDIDATES).map(|_| OrderCode::from_random(Uuid::new_v4().as_u64_pair().0)).collect()
}

/// One order, for its guest, its host and operators. It is not found for other users.
pub async fn get(context: &ContextInner, viewer: &Viewer, key: &OrderKey) -> Result<Order> {
    let key = *key;
    let found = context
        .store
        .read_one(move |mut conn| Box::pin(async move { orders::row::get(&mut conn, &key).await }))
        .await
        .map_err(failed)?;
    found
        .filter(|order| order.card.actor(viewer.id, viewer.rank).is_some())
        .map(|order| for_viewer(viewer, order))
        .ok_or_else(|| ApiError::not_found(Missing::Order))
}

/// One order with the viewer's summary of its conversation. Operators who don't take part in it have none.
pub async fn details(context: &ContextInner, viewer: &Viewer, key: &OrderKey) -> Result<OrderDetails> {
    let order = get(context, viewer, key).await?;
    let conversation = match super::conversations::get(context, viewer, order.conversation).await {
        Ok(conversation) => Some(conversation),
        Err(error) if error.code == ErrorCode::NotFound => None,
        Err(error) => return Err(error),
    };
    let history = match &conversation {
        Some(conversation) => history(context, viewer, conversation.clone()).await?,
        None => Vec::new(),
    };
    Ok(OrderDetails { order, conversation, history })
}

/// What happened to the order of this conversation, in sentences for the viewer.
async fn history(
    context: &ContextInner,
    viewer: &Viewer,
    conversation: Conversation,
) -> Result<Vec<OrderEvent>> {
    let summary = conversation.clone();
    let found = context
        .store
        .read(move |mut conn| Box::pin(async move { orders::history::of(&mut conn, &summary).await }))
        .await
        .map_err(failed)?;
    let viewer = Some(viewer.id);
    let event = |(by, body, at): (Option<UserId>, String, Timestamp)| {
        let event = SystemMessage::from_body(&body);
        // These stand in the conversation, and are no part of the order.
        let is_of_order = !matches!(
            event,
            SystemMessage::Talked { .. } | SystemMessage::Ordered { .. } | SystemMessage::Unknown
        );
        is_of_order.then(|| {
            let text = event.text(conversation.actor_name(by, viewer).as_ref(), viewer);
            OrderEvent { sentence: text.sentence, status: text.status.map(|(status, _)| status), at }
        })
    };
    Ok(found.into_iter().filter_map(event).collect())
}

/// Removes the guest's note to a host for operators, who read private texts through moderation only.
fn for_viewer(viewer: &Viewer, order: Order) -> Order {
    let is_private =
        order.card.host.is_some() && order.card.actor(viewer.id, viewer.rank) == Some(Actor::Operator);
    if is_private { Order { note: String::new(), ..order } } else { order }
}

/// A page of the viewer's own orders, latest message first, with their badges in the same query (B5).
pub async fn list(
    context: &ContextInner,
    viewer: &Viewer,
    view: OrderView,
    filter: OrderFilter,
    after: Option<ListedCursor>,
) -> Result<OrderPage> {
    let filter = check_filter(context, viewer, filter)?;
    let role = match view {
        OrderView::Mine => Role::Guest,
        OrderView::Hosting => Role::Host,
    };
    let user = viewer.id;
    let _turn = context.search_turn(&filter.search).await;
    let (orders, next) = context
        .store
        .read(move |mut conn| {
            Box::pin(
                async move { conversations::pages::orders_page(&mut conn, user, role, &filter, after).await },
            )
        })
        .await
        .map_err(failed)?;
    Ok(OrderPage { orders, next })
}

/// A page of the operator board: all orders, for operators only (B2).
pub async fn board(
    context: &ContextInner,
    viewer: &Viewer,
    filter: OrderFilter,
    after: Option<OrderBoardCursor>,
) -> Result<OrderBoardPage> {
    check_operator(viewer)?;
    let filter = check_filter(context, viewer, filter)?;
    let user = viewer.id;
    let _turn = context.long_read_turn().await;
    let page = context
        .store
        .read(move |mut conn| {
            Box::pin(async move { orders::board::page(&mut conn, user, &filter, after).await })
        })
        .await
        .map_err(failed)?;
    let rows = page.rows.into_iter().map(|row| OrderBoardRow { order: for_viewer(viewer, row.order), ..row });
    Ok(OrderBoardPage { rows: rows.collect(), ..page })
}

/// The number of orders with messages that no operator has read, for the operators' badge.
pub async fn unread_on_board(context: &ContextInner) -> Result<i64> {
    let unread = context
        .store
        .read_one(move |mut conn| Box::pin(async move { orders::board::unread_orders(&mut conn).await }));
    unread.await.map_err(failed)
}

/// Applies a transition to an order that the viewer saw in this status, and for accepting a quote with this one; with
/// another one it is a conflict. `id` is that of the system message about it, for idempotency.
pub async fn apply_transition(
    context: &ContextInner,
    viewer: &Viewer,
    key: &OrderKey,
    id: MessageId,
    seen: impl Into<SeenOrder>,
    transition: Transition,
) -> Result<OrderOutcome> {
    let command = command(context, viewer, key, id, seen).await?;
    let now = context.clock.now();
    let done = context
        .store
        .write(move |mut conn| {
            Box::pin(async move {
                orders::transitions::apply_transition(&mut conn, command, transition, now).await
            })
        })
        .await
        .map_err(failed)?;
    answer(done)
}

/// Quotes a price for a custom order, which replaces an earlier quote. For operators only.
pub async fn quote(
    context: &ContextInner,
    viewer: &Viewer,
    key: &OrderKey,
    id: MessageId,
    price: Money,
) -> Result<OrderOutcome> {
    check_operator(viewer)?;
    let command = command(context, viewer, key, id, Status::Pending).await?;
    let now = context.clock.now();
    let done = context
        .store
        .write(move |mut conn| {
            Box::pin(async move { orders::transitions::quote(&mut conn, command, price, now).await })
        })
        .await
        .map_err(failed)?;
    answer(done)
}

/// Assigns an order of the board to the operator, who joins its conversation (B6).
pub async fn take(
    context: &ContextInner,
    viewer: &Viewer,
    key: &OrderKey,
    id: MessageId,
    expected: Status,
) -> Result<OrderOutcome> {
    check_operator(viewer)?;
    let command = command(context, viewer, key, id, expected).await?;
    let now = context.clock.now();
    let done = context
        .store
        .write(move |mut conn| {
            Box::pin(async move { orders::transitions::take(&mut conn, command, now).await })
        })
        .await
        .map_err(failed)?;
    answer(done)
}

async fn command(
    context: &ContextInner,
    viewer: &Viewer,
    key: &OrderKey,
    id: MessageId,
    seen: impl Into<SeenOrder>,
) -> Result<OrderCommand> {
    check_message_id("message_id", id)?;
    let order = get(context, viewer, key).await?;
    context.limits.change(viewer.id)?;
    // `get` has refused viewers without a role in this order.
    let actor = order.card.actor(viewer.id, viewer.rank).unwrap_or(Actor::Guest);
    Ok(OrderCommand { id, order: order.card.id, user: viewer.id, actor, seen: seen.into() })
}

fn answer(done: CommandOutcome) -> Result<OrderOutcome> {
    match done {
        CommandOutcome::Order(order) => {
            Ok(OrderOutcome { conversation: order.conversation, order: order.card })
        }
        CommandOutcome::Stale(status) => {
            Err(ApiError::conflict(words::order_refused_changed(status_now(status))))
        }
        CommandOutcome::OtherQuote => Err(ApiError::conflict(words::order_refused_quote())),
        CommandOutcome::Overlaps(overlap) => {
            let Overlap { code, guest, stay } = *overlap;
            let message = words::order_refused_overlap(&code.to_string(), &stay.text(), &guest);
            Err(ApiError { field: Some(OVERLAPPING_FIELD.to_owned()), ..ApiError::conflict(message) })
        }
        CommandOutcome::Closed => Err(ApiError::forbidden(words::order_refused_closed())),
        CommandOutcome::Outside => Err(ApiError::forbidden(words::order_refused_outside())),
        CommandOutcome::NotAllowed => Err(ApiError::forbidden(words::order_refused_step())),
        CommandOutcome::Conflict => Err(ApiError::conflict("Another message has this id.")),
        CommandOutcome::NoOrder => Err(ApiError::not_found(Missing::Order)),
    }
}

/// The status of an order within a sentence.
fn status_now(status: Status) -> &'static str {
    match status {
        Status::Pending => words::order_now_pending(),
        Status::Accepted => words::order_now_accepted(),
        Status::InProgress => words::order_now_in_progress(),
        Status::Completed => words::order_now_completed(),
        Status::Declined => words::order_now_declined(),
        Status::Cancelled => words::order_now_cancelled(),
    }
}

fn check_filter(context: &ContextInner, viewer: &Viewer, filter: OrderFilter) -> Result<OrderQuery> {
    let search = search_of(context, viewer, Some(filter.search))?;
    if filter.statuses.len() > Status::ALL.len() {
        return Err(ApiError::invalid("statuses", "There are not so many statuses."));
    }
    Ok(OrderQuery { statuses: filter.statuses, is_unread_only: filter.is_unread_only, search })
}
