//! Users, listings and orders that a marketplace sends by its own ids (R2, decision 48): repeated, late and in any order without harm.
//! One by one, or many at once ([`import`]); and their past conversations ([`history`]).

pub mod history;
pub mod import;
pub mod lines;
pub mod listings;
pub mod orders;
pub mod users;

use chrono::DateTime;
use serde::Serialize;
use sha2::{Digest, Sha256};
use url::Url;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    server::{
        auth::signed_identity,
        context::ContextInner,
        domain::{failed, users::check_admin},
        store::{
            Conn, Result as StoreResult, Store,
            operators::{
                embed_keys,
                external::{self, RecordKey},
            },
        },
    },
    shared::{
        errors::{ApiError, Result},
        ids::{ConversationId, UserId},
        users::Viewer,
        values::{
            money::Currency,
            time::{DAY, Timestamp},
        },
    },
};

/// How far ahead of our clock a sender's may be. A time of next year would hold back everything until then.
const AHEAD_MAX_MICROS: i64 = DAY;
const CHANGED_AT_MAX_BYTES: usize = 40;
const URL_MAX_BYTES: usize = 1_000;

/// What came of what was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Applied {
    /// Whether it stands as it was sent, now or before. False if something newer was applied: nothing has changed.
    pub applied: bool,
    /// Its id here. Null where nothing is.
    pub id: Option<Uuid>,
    /// Of an order: the conversation of its guest and host.
    pub conversation_id: Option<ConversationId>,
}

impl Applied {
    fn to(id: Option<Uuid>) -> Self {
        Self { applied: true, id, conversation_id: None }
    }

    fn late(id: Option<Uuid>) -> Self {
        Self { applied: false, id, conversation_id: None }
    }
}

/// Who sends: an admin, whose program it is, or the command line; and whose ids these are.
#[derive(Clone, Debug)]
pub struct Sender {
    /// `None`: the command line.
    pub admin: Option<UserId>,
    pub issuer: String,
}

/// Checks who sends, and counts it. Without a name the issuer is the only one with a key that signs.
async fn sender_of_one(context: &ContextInner, viewer: &Viewer, issuer: Option<&str>) -> Result<Sender> {
    check_admin(viewer)?;
    context.limits.external(viewer.id)?;
    sender(context, viewer, issuer).await
}

async fn sender(context: &ContextInner, viewer: &Viewer, issuer: Option<&str>) -> Result<Sender> {
    sender_as(&context.store, Some(viewer.id), issuer).await
}

/// The same for this admin, or the command line.
pub async fn sender_as(store: &Store, admin: Option<UserId>, issuer: Option<&str>) -> Result<Sender> {
    let found = store
        .read_one(|mut conn| Box::pin(async move { embed_keys::issuers(&mut conn).await }))
        .await
        .map_err(failed)?;
    let refused = |message: &str| Err(ApiError::invalid("issuer", message));
    let issuer = match issuer {
        Some(named) => found.into_iter().map(|(issuer, _)| issuer).find(|issuer| issuer == named),
        None => {
            let mut live = found.into_iter().filter(|(_, is_live)| *is_live).map(|(issuer, _)| issuer);
            match (live.next(), live.next()) {
                (Some(_), Some(_)) => {
                    return refused("There are several issuers. Say which one with `issuer`.");
                }
                (only, _) => only,
            }
        }
    };
    match issuer {
        Some(issuer) => Ok(Sender { admin, issuer }),
        None => refused("There is no such issuer. Make an embed key of it first."),
    }
}

/// The kind of a thing, for its record.
#[derive(Clone, Copy)]
enum Kind {
    User,
    Listing,
    Order,
}

impl Sender {
    /// The record of a thing.
    fn record(&self, kind: Kind, id: &str) -> RecordKey {
        let kind = match kind {
            Kind::User => "user",
            Kind::Listing => "listing",
            Kind::Order => "order",
        };
        // Neither a kind nor an issuer has a space.
        Sha256::digest(format!("{kind} {} {id}", self.issuer)).into()
    }

    /// The id of a listing or an order as it is stored.
    fn qualified(&self, id: &str) -> String {
        external::qualified(&self.issuer, id)
    }
}

/// Locks the record of a thing. False if something newer was applied.
async fn is_in_time(conn: &mut Conn<'_>, key: &RecordKey, changed_at: Timestamp) -> StoreResult<bool> {
    Ok(external::lock_record(conn, key).await?.is_none_or(|known| known <= changed_at))
}

/// Something that was checked, with its record and the sender's time of it.
#[derive(Clone)]
struct Dated<T> {
    key: RecordKey,
    changed_at: Timestamp,
    checked: T,
}

/// Checks an id of the marketplace's, in this field.
fn check_id(field: &str, id: &str) -> Result<()> {
    if signed_identity::is_id(id) {
        return Ok(());
    }
    Err(ApiError::invalid(field, "An id is 1 to 128 characters of ASCII without spaces."))
}

/// The sender's time of a change; ours where it says none.
fn check_changed_at(text: Option<&str>, now: Timestamp) -> Result<Timestamp> {
    text.map_or(Ok(now), |text| check_time("changed_at", text, now))
}

/// A time in this field, not more than a day ahead.
fn check_time(field: &str, text: &str, now: Timestamp) -> Result<Timestamp> {
    let wrong = |message: &str| ApiError::invalid(field, message);
    let parsed = Some(text).filter(|text| text.len() <= CHANGED_AT_MAX_BYTES);
    let parsed = parsed.and_then(|text| DateTime::parse_from_rfc3339(text).ok());
    let at = parsed.ok_or_else(|| wrong("Give a time like 2026-05-31T14:06:00.123Z."))?;
    let at = Timestamp(at.timestamp_micros());
    if at > now.plus(AHEAD_MAX_MICROS) {
        return Err(wrong("This time is more than a day ahead."));
    }
    Ok(at)
}

/// The address of a page of the marketplace: https, or one of these sites that may embed the chat, which may be on this machine.
fn check_url(sites: &[String], url: &str) -> Result<()> {
    let is_plain =
        url.len() <= URL_MAX_BYTES && url.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let authority = url.split_once("://").and_then(|(_, rest)| rest.split(['/', '?', '#']).next());
    let is_named =
        authority.is_some_and(|authority| !authority.is_empty() && !authority.contains(['@', '%']));
    let is_fine = |url: &Url| match url.scheme() {
        "https" => true,
        "http" => sites.contains(&url.origin().ascii_serialization()),
        _ => false,
    };
    if is_plain && is_named && Url::parse(url).is_ok_and(|url| is_fine(&url)) {
        return Ok(());
    }
    Err(ApiError::invalid(
        "url",
        "Give the address of a page with https://, in ASCII, with at most 1,000 characters.",
    ))
}

/// The site has one currency.
fn check_currency(currency: Option<&str>) -> Result<()> {
    match currency {
        None => Ok(()),
        Some(currency) if Currency::parse(currency).is_some() => Ok(()),
        Some(_) => {
            Err(ApiError::invalid("currency", "Prices are in EUR here. Another currency is not taken."))
        }
    }
}

/// Something is named that is not there yet, or not any more. The same may pass once it was sent.
fn missing(field: &str, what: &str) -> ApiError {
    let message = format!("There is no such {what} yet. Send it first, then this again.");
    ApiError { field: Some(field.to_owned()), ..ApiError::conflict(message) }
}
