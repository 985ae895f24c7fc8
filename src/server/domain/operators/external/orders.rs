//! Orders of a marketplace, which owns them: their status comes from there, whatever it was before, and nobody moves them on here.

use serde::Deserialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::{
    Applied, Dated, Kind, Sender, check_changed_at, check_currency, check_id, check_url, is_in_time, missing,
    sender_of_one,
};
use crate::{
    server::{
        context::ContextInner,
        domain::{
            conversations::too_many, failed, orders::code_candidates,
            users::sign_in::embed::accounts::subject_of,
        },
        store::{
            Conn, Result as StoreResult, StoreError, listings,
            operators::external,
            orders::{
                create::{self, CreateOutcome, NewOrder, Outside},
                outside::{self, FoundOrder, OutsideState},
            },
            users::identities::{self, ProviderSubject},
        },
    },
    shared::{
        errors::{ApiError, Result},
        ids::{ConversationId, OrderId, UserId},
        orders::{
            code::OrderCode,
            draft::{NIGHTS_MAX, ORDER_NOTE_MAX_CHARS, OrderFields},
            workflow::{Actor, Status},
        },
        users::Viewer,
        values::{dates::Day, money::Money, price::PRICE_MAX_CENTS, text, time::Timestamp},
    },
};

/// People, hours or pieces: more than can be ordered here.
const QUANTITY_MAX: i64 = 1_000_000;

/// Who brought a status about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    Guest,
    Host,
}

/// An order as the marketplace has it now.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExternalOrder {
    /// The marketplace's id of the listing, which was sent before. It stays the same.
    #[schema(min_length = 1, max_length = 128)]
    pub listing: String,
    /// The marketplace's id of who ordered, who was sent before. They stay the same.
    #[schema(min_length = 1, max_length = 128)]
    pub guest: String,
    /// Any of them may follow any other.
    pub status: Status,
    /// Who brought the status about. Without it the marketplace did.
    pub by: Option<Party>,
    /// The day, or the first day of a stay, as `2026-06-12`.
    #[schema(max_length = 10)]
    pub starts_on: Option<String>,
    /// The day on which a stay ends.
    #[schema(max_length = 10)]
    pub ends_on: Option<String>,
    /// People, hours or pieces; 1 unless said otherwise.
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub quantity: Option<i64>,
    /// The whole price, in cents. Without it what the listing's price makes of it, or what it was before.
    #[schema(minimum = 0, maximum = 100_000_000)]
    pub price_minor: Option<i64>,
    /// `EUR`, the only one that is taken.
    #[schema(max_length = 3)]
    pub currency: Option<String>,
    /// What the guest wrote with it: their first message. Later ones are not taken.
    #[serde(default)]
    #[schema(max_length = 2_000)]
    pub note: String,
    /// The marketplace's own page about it, with https.
    #[schema(min_length = 1, max_length = 1_000)]
    pub url: String,
    /// When this became so, by the sender's clock: `2026-05-31T14:06:00.123Z`.
    #[schema(max_length = 40)]
    pub changed_at: String,
}

/// Makes or changes an order, with the conversation of its guest and host. For admins only.
pub async fn put(
    context: &ContextInner,
    viewer: &Viewer,
    issuer: Option<&str>,
    id: &str,
    order: ExternalOrder,
) -> Result<Applied> {
    let sender = sender_of_one(context, viewer, issuer).await?;
    store(context, &sender, id, order).await
}

/// What stands against an order.
enum Refusal {
    NoGuest,
    NoListing,
    OtherGuest,
    OtherListing,
    OwnListing,
    TooMany,
}

/// An order that was checked.
#[derive(Clone)]
pub(super) struct Checked {
    /// `None`: the command line, which notifies nobody.
    admin: Option<UserId>,
    guest: ProviderSubject,
    /// As stored: the issuer and the id.
    listing: String,
    external_id: String,
    state: OutsideState,
    codes: Vec<OrderCode>,
}

impl Checked {
    pub(super) fn external_id(&self) -> &str {
        &self.external_id
    }

    /// Whose order it is, and the listing as it is stored.
    pub(super) fn subject(&self) -> (&ProviderSubject, &str) {
        (&self.guest, &self.listing)
    }
}

pub(super) async fn store(
    context: &ContextInner,
    sender: &Sender,
    id: &str,
    order: ExternalOrder,
) -> Result<Applied> {
    let now = context.clock.now();
    let order = check(sender, &context.config.embed.sites, id, order, now)?;
    context
        .store
        .write(move |mut conn| Box::pin(async move { apply(&mut conn, &order, now).await }))
        .await
        .map_err(failed)?
}

pub(super) fn check(
    sender: &Sender,
    sites: &[String],
    id: &str,
    order: ExternalOrder,
    now: Timestamp,
) -> Result<Dated<Checked>> {
    check_id("id", id)?;
    check_id("listing", &order.listing)?;
    check_id("guest", &order.guest)?;
    let changed_at = check_changed_at(Some(&order.changed_at), now)?;
    let checked = Checked {
        admin: sender.admin,
        guest: subject_of(&sender.issuer, &order.guest),
        listing: sender.qualified(&order.listing),
        external_id: sender.qualified(id),
        state: check_state(sites, order, sender.admin.is_some())?,
        codes: code_candidates(),
    };
    Ok(Dated { key: sender.record(Kind::Order, id), changed_at, checked })
}

/// A refusal changes nothing.
pub(super) async fn apply(
    conn: &mut Conn<'_>,
    order: &Dated<Checked>,
    now: Timestamp,
) -> StoreResult<Result<Applied>> {
    let is_in_time = is_in_time(conn, &order.key, order.changed_at).await?;
    let found = outside::find(conn, &order.checked.external_id).await?;
    if !is_in_time {
        return Ok(Ok(Applied::late(found.map(|found| found.id.0))));
    }
    let done = match found {
        Some(found) => update(conn, found, &order.checked, now).await?,
        None => insert(conn, &order.checked, now).await?,
    };
    if done.is_ok() {
        external::set_record(conn, &order.key, order.changed_at).await?;
    }
    let applied = |(id, conversation): (OrderId, _)| Applied {
        conversation_id: Some(conversation),
        ..Applied::to(Some(id.0))
    };
    Ok(done.map(applied).map_err(error_of))
}

type Done = std::result::Result<(OrderId, ConversationId), Refusal>;

/// Guest and listing are compared where they are still there: an order goes on when an account is closed.
async fn update(
    conn: &mut Conn<'_>,
    found: FoundOrder,
    order: &Checked,
    now: Timestamp,
) -> StoreResult<Done> {
    let guest = identities::user_of(conn, &order.guest).await?;
    if guest.is_some_and(|guest| guest != found.guest) {
        return Ok(Err(Refusal::OtherGuest));
    }
    let listing = external::listing(conn, &order.listing).await?;
    if listing.is_some_and(|(listing, _)| Some(listing) != found.listing) {
        return Ok(Err(Refusal::OtherListing));
    }
    let conversation = outside::set(conn, found.id, &order.state, order.admin, now).await?;
    Ok(Ok((found.id, conversation)))
}

/// Makes the order as a guest does, and then brings it where it is. Refusals come before anything is changed.
async fn insert(conn: &mut Conn<'_>, order: &Checked, now: Timestamp) -> StoreResult<Done> {
    let Some(guest) = identities::user_of(conn, &order.guest).await? else {
        return Ok(Err(Refusal::NoGuest));
    };
    let found = match external::listing(conn, &order.listing).await? {
        Some((id, _)) => listings::get(conn, id).await?,
        None => None,
    };
    let Some(listing) = found else { return Ok(Err(Refusal::NoListing)) };
    // Of one that is over already there is no news.
    let notifies = order.state.notifies && !order.state.status.is_final();
    let new = NewOrder {
        id: OrderId::new(),
        codes: order.codes.clone(),
        guest,
        listing: Some(listing.card.id),
        fields: order.state.fields.clone(),
        seen_price_cents: None,
        first_hash: Sha256::digest(&order.external_id).into(),
        outside: Some(Outside {
            external_id: order.external_id.clone(),
            url: order.state.url.clone(),
            price: order.state.price,
            notifies,
        }),
    };
    match create::create(conn, new, Some(listing.card.kind), now).await? {
        CreateOutcome::Order(id) => {
            let state = OutsideState { notifies, ..order.state.clone() };
            let conversation = outside::set(conn, id, &state, order.admin, now).await?;
            Ok(Ok((id, conversation)))
        }
        CreateOutcome::NoListing => Ok(Err(Refusal::NoListing)),
        CreateOutcome::OwnListing => Ok(Err(Refusal::OwnListing)),
        CreateOutcome::TooMany => Ok(Err(Refusal::TooMany)),
        // What else stands against an order here does not against the marketplace's.
        _ => Err(StoreError::Retry),
    }
}

fn error_of(refusal: Refusal) -> ApiError {
    match refusal {
        Refusal::NoGuest => missing("guest", "user"),
        Refusal::NoListing => missing("listing", "listing"),
        Refusal::OtherGuest => ApiError::invalid("guest", "An order keeps its guest."),
        Refusal::OtherListing => ApiError::invalid("listing", "An order keeps its listing."),
        Refusal::OwnListing => ApiError::invalid("guest", "The guest is the listing’s own host."),
        Refusal::TooMany => too_many(),
    }
}

fn check_state(sites: &[String], order: ExternalOrder, notifies: bool) -> Result<OutsideState> {
    check_url(sites, &order.url)?;
    check_currency(order.currency.as_deref())?;
    let starts_on = check_day("starts_on", order.starts_on.as_deref())?;
    let ends_on = check_day("ends_on", order.ends_on.as_deref())?;
    if let Some(to) = ends_on {
        let nights = starts_on.map(|from| to.0 - from.0);
        if !nights.is_some_and(|nights| (1..=NIGHTS_MAX).contains(&nights)) {
            return Err(ApiError::invalid("ends_on", "It ends 1 to 365 days after it starts."));
        }
    }
    let quantity = order.quantity.unwrap_or(1);
    if !(1..=QUANTITY_MAX).contains(&quantity) {
        return Err(ApiError::invalid("quantity", "A quantity is 1 to 1,000,000."));
    }
    if order.price_minor.is_some_and(|price| !(0..=PRICE_MAX_CENTS).contains(&price)) {
        return Err(ApiError::invalid("price_minor", "A price is 0 to 100,000,000 cents."));
    }
    let note = text::block("note", "The note", &order.note, 0, ORDER_NOTE_MAX_CHARS)?;
    let by = order.by.map(|party| match party {
        Party::Guest => Actor::Guest,
        Party::Host => Actor::Host,
    });
    Ok(OutsideState {
        status: order.status,
        by,
        fields: OrderFields { starts_on, ends_on, quantity, note, title: String::new() },
        price: order.price_minor.map(Money::euros),
        url: order.url,
        notifies,
    })
}

fn check_day(field: &str, text: Option<&str>) -> Result<Option<Day>> {
    let wrong = |_| ApiError::invalid(field, "A day is written like 2026-06-12.");
    text.map(|text| text.parse().map_err(wrong)).transpose()
}
