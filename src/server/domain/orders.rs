//! Orders: who may make one, see it and take which step. The rules of the status machine are the table
//! in `shared/orders`.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{conversations::check_search, failed, messages::check_message_id, users::check_operator};
use crate::shared::{
    conversations::role::Role,
    orders::{
        board::{DeskCursor, DeskPage, DeskRow},
        code::{OrderCode, OrderKey},
        draft::OrderDraft,
        filter::{OrderFilter, OrderView},
        workflow::{Actor, Status, Transition},
    },
};
use crate::shared::{positions::ListedCursor, sync::pages::OrderPage};
use crate::{
    server::{
        context::ContextInner,
        store::{
            conversations, listings,
            orders::{self, Command, Done, Filter, Made, NewOrder},
        },
    },
    shared::{
        errors::{ApiError, Result},
        ids::{ListingId, MessageId, OrderId},
        orders::{Order, OrderOutcome},
        users::Viewer,
        values::{dates::Day, money::Money},
    },
};

/// Codes that are tried for a new order: of some 900 million, the first is almost always free.
const CODES: usize = 8;

/// Orders something of a listing, or describes what no listing offers. The id is the client's: made
/// twice, it is one order.
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
            Some(found.ok_or_else(|| ApiError::not_found("listing"))?.card.kind)
        }
    };
    let now = context.clock.now();
    let fields = draft.check(kind, Day::of(now))?;
    context.limits.change(viewer.id)?;
    let words = serde_json::to_string(&(listing, &fields)).map_err(|_| ApiError::internal())?;
    let codes = (0..CODES).map(|_| OrderCode::from_random(Uuid::new_v4().as_u64_pair().0)).collect();
    let first_hash = Sha256::digest(words).into();
    let new = NewOrder { id, codes, guest: viewer.id, listing, fields, first_hash };
    let made = context
        .store
        .write(move |mut conn| Box::pin(async move { orders::make(&mut conn, new.clone(), kind, now).await }))
        .await
        .map_err(failed)?;
    match made {
        Made::Order(id) => get(context, viewer, &OrderKey::Id(id)).await,
        Made::Conflict => Err(ApiError::conflict("Another order has this id.")),
        Made::NoListing => Err(ApiError::not_found("listing")),
        Made::OwnListing => Err(ApiError::forbidden("This is your own listing.")),
        Made::Paused => {
            Err(ApiError::conflict("This listing is paused. You can book when it is open again."))
        }
        Made::TooMany => Err(crate::server::domain::conversations::too_many()),
        Made::Unfit => Err(ApiError::invalid(
            "quantity",
            "This can’t be booked like that. Reload the page and try again.",
        )),
    }
}

/// One order, for its guest, its host and operators; a stranger's is not found.
pub async fn get(context: &ContextInner, viewer: &Viewer, key: &OrderKey) -> Result<Order> {
    let key = *key;
    let found = context
        .store
        .read_one(move |mut conn| Box::pin(async move { orders::get(&mut conn, &key).await }))
        .await
        .map_err(failed)?;
    found
        .filter(|order| order.card.party(viewer.id, viewer.rank).is_some())
        .map(|order| for_viewer(viewer, order))
        .ok_or_else(|| ApiError::not_found("order"))
}

/// What a guest wrote to a host is theirs: operators see how it stands, and words only as moderation.
fn for_viewer(viewer: &Viewer, order: Order) -> Order {
    let is_theirs =
        order.card.host.is_some() && order.card.party(viewer.id, viewer.rank) == Some(Actor::Operator);
    if is_theirs { Order { note: String::new(), ..order } } else { order }
}

/// A page of the viewer's own dashboard, latest message first: one query for all its badges (B5).
pub async fn list(
    context: &ContextInner,
    viewer: &Viewer,
    view: OrderView,
    filter: OrderFilter,
    after: Option<ListedCursor>,
) -> Result<OrderPage> {
    let filter = check_filter(filter)?;
    let role = match view {
        OrderView::Mine => Role::Guest,
        OrderView::Hosting => Role::Host,
    };
    let user = viewer.id;
    let (orders, next) = context
        .store
        .read(move |mut conn| {
            Box::pin(async move { conversations::orders_page(&mut conn, user, role, &filter, after).await })
        })
        .await
        .map_err(failed)?;
    Ok(OrderPage { orders, next })
}

/// A page of the desk: all orders, for operators alone (B2).
pub async fn desk(
    context: &ContextInner,
    viewer: &Viewer,
    filter: OrderFilter,
    after: Option<DeskCursor>,
) -> Result<DeskPage> {
    check_operator(viewer)?;
    let filter = check_filter(filter)?;
    let user = viewer.id;
    let page = context
        .store
        .read(move |mut conn| Box::pin(async move { orders::desk(&mut conn, user, &filter, after).await }))
        .await
        .map_err(failed)?;
    let rows = page.rows.into_iter().map(|row| DeskRow { order: for_viewer(viewer, row.order), ..row });
    Ok(DeskPage { rows: rows.collect(), ..page })
}

/// Takes a step of an order that was seen in the status `expected`. The id is that of the message which
/// tells of it: sent twice, it is one step.
pub async fn step(
    context: &ContextInner,
    viewer: &Viewer,
    key: &OrderKey,
    id: MessageId,
    expected: Status,
    step: Transition,
) -> Result<OrderOutcome> {
    let command = command(context, viewer, key, id, expected).await?;
    let now = context.clock.now();
    let done = context
        .store
        .write(move |mut conn| Box::pin(async move { orders::step(&mut conn, command, step, now).await }))
        .await
        .map_err(failed)?;
    answer(done)
}

/// Asks a price for a custom order, in place of one asked before; operators only.
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
        .write(move |mut conn| Box::pin(async move { orders::quote(&mut conn, command, price, now).await }))
        .await
        .map_err(failed)?;
    answer(done)
}

/// Takes an order of the desk up: the operator takes part in its conversation from now on (B6).
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
        .write(move |mut conn| Box::pin(async move { orders::take(&mut conn, command, now).await }))
        .await
        .map_err(failed)?;
    answer(done)
}

async fn command(
    context: &ContextInner,
    viewer: &Viewer,
    key: &OrderKey,
    id: MessageId,
    expected: Status,
) -> Result<Command> {
    check_message_id("message_id", id)?;
    let order = get(context, viewer, key).await?;
    context.limits.change(viewer.id)?;
    // Who may not see it has been told that there is none.
    let party = order.card.party(viewer.id, viewer.rank).unwrap_or(Actor::Guest);
    Ok(Command { id, order: order.card.id, user: viewer.id, party, expected })
}

fn answer(done: Done) -> Result<OrderOutcome> {
    match done {
        Done::Order(order) => Ok(OrderOutcome { conversation: order.conversation, order: order.card }),
        Done::Stale(status) => Err(ApiError::conflict(format!(
            "This order has changed in the meantime. It is now: {}.",
            status.as_str().replace('_', " ")
        ))),
        Done::NotAllowed => Err(ApiError::forbidden("This can’t be done with this order.")),
        Done::Conflict => Err(ApiError::conflict("Another message has this id.")),
        Done::NoOrder => Err(ApiError::not_found("order")),
    }
}

fn check_filter(filter: OrderFilter) -> Result<Filter> {
    let search = check_search(Some(filter.search))?;
    if filter.statuses.len() > Status::ALL.len() {
        return Err(ApiError::invalid("statuses", "There are not so many statuses."));
    }
    Ok(Filter { statuses: filter.statuses, is_unread_only: filter.is_unread_only, search })
}
