//! Listings of a marketplace, which changes them itself: their hosts don't do so here.

use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    Applied, Dated, Kind, Sender, check_changed_at, check_currency, check_id, check_url, is_in_time, missing,
    sender_of_one,
};
use crate::{
    server::{
        context::ContextInner,
        domain::{failed, users::sign_in::embed::accounts::subject_of},
        store::{Conn, Result as StoreResult, listings, operators::external, users::identities},
    },
    shared::{
        errors::{ApiError, Result},
        ids::{ListingId, UserId},
        listings::{
            draft::{DESCRIPTION_MAX_CHARS, ListingFields, PLACE_MAX_CHARS, TITLE_MAX_CHARS},
            kind::ListingKind,
        },
        users::Viewer,
        values::{price::PRICE_MAX_CENTS, text, time::Timestamp},
    },
};

/// Listings of one host: a shop may have all of a marketplace's.
const LISTINGS_PER_HOST_MAX: i64 = 10_000;

/// A listing as the marketplace has it now.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExternalListing {
    /// The marketplace's id of its host, who was sent before. It stays the same.
    #[schema(min_length = 1, max_length = 128)]
    pub host: String,
    pub kind: ListingKind,
    #[schema(min_length = 1, max_length = 80)]
    pub title: String,
    #[serde(default)]
    #[schema(max_length = 80)]
    pub place: String,
    #[serde(default)]
    #[schema(max_length = 5_000)]
    pub description: String,
    /// In cents: of a night, an hour, a person or a piece, by the kind.
    #[schema(minimum = 0, maximum = 100_000_000)]
    pub price_minor: i64,
    /// `EUR`, the only one that is taken.
    #[schema(max_length = 3)]
    pub currency: Option<String>,
    /// The marketplace's own page about it, with https.
    #[schema(max_length = 1_000)]
    pub url: Option<String>,
    /// Whether nobody can ask about it or book it for now.
    #[serde(default)]
    pub paused: bool,
    /// When this became so, by the sender's clock: `2026-05-31T14:06:00.123Z`.
    #[schema(max_length = 40)]
    pub changed_at: String,
}

/// Makes or changes a listing. For admins only.
pub async fn put(
    context: &ContextInner,
    viewer: &Viewer,
    issuer: Option<&str>,
    id: &str,
    listing: ExternalListing,
) -> Result<Applied> {
    let sender = sender_of_one(context, viewer, issuer).await?;
    store(context, &sender, id, listing).await
}

/// Pauses a listing: conversations about it stay. Idempotent. Without a time it is as of now.
pub async fn delete(
    context: &ContextInner,
    viewer: &Viewer,
    issuer: Option<&str>,
    id: &str,
    changed_at: Option<&str>,
) -> Result<Applied> {
    let sender = sender_of_one(context, viewer, issuer).await?;
    check_id("id", id)?;
    let now = context.clock.now();
    let changed_at = check_changed_at(changed_at, now)?;
    let (key, external_id) = (sender.record(Kind::Listing, id), sender.qualified(id));
    let applied = context.store.write(move |mut conn| {
        Box::pin(async move {
            let is_in_time = is_in_time(&mut conn, &key, changed_at).await?;
            let found = external::listing(&mut conn, &external_id).await?;
            let id = found.map(|(id, _)| id.0);
            if !is_in_time {
                return Ok(Applied::late(id));
            }
            if let Some((listing, host)) = found {
                listings::pause(&mut conn, listing, host, Some(now), now).await?;
            }
            external::set_record(&mut conn, &key, changed_at).await?;
            Ok(Applied::to(id))
        })
    });
    let applied = applied.await.map_err(failed)?;
    context.fan_out_wake_up.notify_one();
    Ok(applied)
}

/// What stands against a listing.
enum Refusal {
    NoHost,
    OtherHost,
    TooMany,
}

/// A listing that was checked.
#[derive(Clone)]
pub(super) struct Checked {
    fields: ListingFields,
    url: Option<String>,
    is_paused: bool,
    host: identities::ProviderSubject,
    external_id: String,
}

pub(super) async fn store(
    context: &ContextInner,
    sender: &Sender,
    id: &str,
    listing: ExternalListing,
) -> Result<Applied> {
    let now = context.clock.now();
    let listing = check(sender, &context.config.embed.sites, id, listing, now)?;
    let stored = context
        .store
        .write(move |mut conn| Box::pin(async move { apply(&mut conn, &listing, now).await }))
        .await
        .map_err(failed)?;
    context.fan_out_wake_up.notify_one();
    stored
}

pub(super) fn check(
    sender: &Sender,
    sites: &[String],
    id: &str,
    listing: ExternalListing,
    now: Timestamp,
) -> Result<Dated<Checked>> {
    check_id("id", id)?;
    check_id("host", &listing.host)?;
    let changed_at = check_changed_at(Some(&listing.changed_at), now)?;
    let checked = Checked {
        fields: check_fields(sites, &listing)?,
        host: subject_of(&sender.issuer, &listing.host),
        external_id: sender.qualified(id),
        is_paused: listing.paused,
        url: listing.url,
    };
    Ok(Dated { key: sender.record(Kind::Listing, id), changed_at, checked })
}

/// A refusal changes nothing.
pub(super) async fn apply(
    conn: &mut Conn<'_>,
    listing: &Dated<Checked>,
    now: Timestamp,
) -> StoreResult<Result<Applied>> {
    let is_in_time = is_in_time(conn, &listing.key, listing.changed_at).await?;
    let found = external::listing(conn, &listing.checked.external_id).await?;
    if !is_in_time {
        return Ok(Ok(Applied::late(found.map(|(id, _)| id.0))));
    }
    let done = set(conn, found, &listing.checked, now).await?;
    if done.is_ok() {
        external::set_record(conn, &listing.key, listing.changed_at).await?;
    }
    Ok(done.map(|id| Applied::to(Some(id.0))).map_err(|refusal| match refusal {
        Refusal::NoHost => missing("host", "user"),
        Refusal::OtherHost => ApiError::invalid("host", "A listing keeps its host."),
        Refusal::TooMany => ApiError::conflict("A host has at most 10,000 listings."),
    }))
}

/// Refusals come before anything is changed.
async fn set(
    conn: &mut Conn<'_>,
    found: Option<(ListingId, UserId)>,
    listing: &Checked,
    now: Timestamp,
) -> StoreResult<std::result::Result<ListingId, Refusal>> {
    let Some(host) = identities::user_of(conn, &listing.host).await? else { return Ok(Err(Refusal::NoHost)) };
    let url = listing.url.as_deref();
    let id = match found {
        Some((_, known)) if known != host => return Ok(Err(Refusal::OtherHost)),
        Some((id, _)) => {
            listings::update(conn, id, host, &listing.fields, now).await?;
            external::set_listing_url(conn, id, url, now).await?;
            id
        }
        None => {
            // Locks the host, who may have gone meanwhile.
            if listings::count_of_host(conn, host).await? >= LISTINGS_PER_HOST_MAX {
                return Ok(Err(Refusal::TooMany));
            }
            if identities::user_of(conn, &listing.host).await? != Some(host) {
                return Ok(Err(Refusal::NoHost));
            }
            let id = ListingId::new();
            listings::insert(conn, id, host, &listing.fields, now).await?;
            external::adopt_listing(conn, id, &listing.external_id, url).await?;
            id
        }
    };
    listings::pause(conn, id, host, listing.is_paused.then_some(now), now).await?;
    Ok(Ok(id))
}

fn check_fields(sites: &[String], listing: &ExternalListing) -> Result<ListingFields> {
    check_currency(listing.currency.as_deref())?;
    if let Some(url) = &listing.url {
        check_url(sites, url)?;
    }
    if !(0..=PRICE_MAX_CENTS).contains(&listing.price_minor) {
        return Err(ApiError::invalid("price_minor", "A price is 0 to 100,000,000 cents."));
    }
    Ok(ListingFields {
        kind: listing.kind,
        title: text::line("title", "The title", &listing.title, 1, TITLE_MAX_CHARS)?,
        place: text::line("place", "The place", &listing.place, 0, PLACE_MAX_CHARS)?,
        description: text::block(
            "description",
            "The description",
            &listing.description,
            0,
            DESCRIPTION_MAX_CHARS,
        )?,
        price_cents: listing.price_minor,
    })
}
