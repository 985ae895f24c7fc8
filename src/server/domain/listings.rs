//! Listings: browsing for all users, and creating and changing them for hosts.

use super::{conversations::check_search, failed};
use crate::shared::listings::{draft::ListingDraft, kind::ListingKind};
use crate::{
    server::{
        auth::client_ip::ClientIp,
        context::ContextInner,
        store::{conversations, listings, mail::addresses, orders},
    },
    shared::{
        errors::{ApiError, Missing, Result},
        ids::ListingId,
        listings::{Listing, ListingPage},
        users::Viewer,
        values::dates::Day,
        words,
    },
};

/// Listings of one host.
const LISTINGS_PER_HOST_MAX: i64 = 500;
/// Pages that can be browsed, since each page costs an offset. A search finds older listings.
const BROWSE_PAGES_MAX: i64 = 1_000;

/// Whoever browses, signed in or not, for rate limits.
#[derive(Clone, Default)]
pub struct Visitor<'v> {
    pub viewer: Option<&'v Viewer>,
    pub client_ip: ClientIp,
}

/// A page of listings that are not paused, newest first. `page` counts from 0.
pub async fn browse(
    context: &ContextInner,
    visitor: Visitor<'_>,
    search: Option<String>,
    kind: Option<String>,
    page: Option<i64>,
) -> Result<ListingPage> {
    let search = check_search(search)?;
    if !search.is_empty() {
        match visitor.viewer {
            Some(viewer) => context.limits.search(viewer.id)?,
            None => context.limits.visitor_search(&visitor.client_ip)?,
        }
    }
    let kind = match kind.as_deref() {
        None | Some("") => None,
        Some(kind) => Some(
            ListingKind::parse(kind).ok_or_else(|| ApiError::invalid("kind", "There is no such kind."))?,
        ),
    };
    let page = page.unwrap_or(0);
    if !(0..BROWSE_PAGES_MAX).contains(&page) {
        return Err(ApiError::invalid("page", "There is no such page."));
    }
    let _turn = context.search_turn(&search).await;
    context
        .store
        .read(move |mut conn| Box::pin(async move { listings::browse(&mut conn, &search, kind, page).await }))
        .await
        .map_err(failed)
}

/// One listing. A paused one is found only by its host and by users who have a conversation about it.
pub async fn get(context: &ContextInner, viewer: Option<&Viewer>, id: ListingId) -> Result<Listing> {
    let (user, today) = (viewer.map(|viewer| viewer.id), Day::of(context.clock.now()));
    let found = context
        .store
        .read(move |mut conn| {
            Box::pin(async move {
                let Some(mut listing) = listings::get(&mut conn, id).await? else { return Ok(None) };
                if listing.card.kind == ListingKind::Stay {
                    listing.booked = orders::stays::booked(&mut conn, id, today).await?;
                }
                let is_open = !listing.card.is_paused || user == Some(listing.card.host.id);
                let is_participant = match user {
                    Some(user) if !is_open => {
                        conversations::create::of_listing(&mut conn, id, user).await?.is_some()
                    }
                    _ => false,
                };
                Ok((is_open || is_participant).then_some(listing))
            })
        })
        .await
        .map_err(failed)?;
    found.ok_or_else(|| ApiError::not_found(Missing::Listing))
}

/// The viewer's own listings, paused ones too.
pub async fn mine(context: &ContextInner, viewer: &Viewer) -> Result<ListingPage> {
    let user = viewer.id;
    let listings = context
        .store
        .read(move |mut conn| {
            Box::pin(async move { listings::of_host(&mut conn, user, LISTINGS_PER_HOST_MAX).await })
        })
        .await
        .map_err(failed)?;
    Ok(ListingPage { listings, next: None })
}

/// Creates a listing under an id that the client chose. Idempotent: the same form posted twice creates one
/// listing.
pub async fn create(
    context: &ContextInner,
    viewer: &Viewer,
    id: ListingId,
    draft: ListingDraft,
) -> Result<()> {
    let fields = draft.check()?;
    context.limits.change(viewer.id)?;
    let (host, now) = (viewer.id, context.clock.now());
    // Where no mail is sent, nobody can confirm an address.
    let is_for_confirmed = context.mailer.is_some();
    let created = context
        .store
        .write(move |mut conn| {
            Box::pin(async move {
                if is_for_confirmed && addresses::is_unconfirmed(&mut conn, host).await? {
                    return Ok(None);
                }
                let count = listings::count_of_host(&mut conn, host).await?;
                let mut existing = listings::get(&mut conn, id).await?;
                if existing.is_none()
                    && count < LISTINGS_PER_HOST_MAX
                    && !listings::insert(&mut conn, id, host, &fields, now).await?
                {
                    // A concurrent command has just used the id.
                    existing = listings::get(&mut conn, id).await?;
                }
                // A repeated command succeeds if it describes the same listing of the same host.
                let is_same =
                    existing.map(|listing| listing.card.host.id == host && listing.fields() == fields);
                Ok(Some((is_same, count)))
            })
        })
        .await
        .map_err(failed)?;
    let Some((is_same, count)) = created else {
        return Err(ApiError::forbidden(words::account_refused_unconfirmed()));
    };
    match is_same {
        Some(true) => Ok(()),
        Some(false) => Err(ApiError::conflict("Another listing has this id.")),
        None if count >= LISTINGS_PER_HOST_MAX => {
            Err(ApiError::conflict(words::listing_refused_too_many(&LISTINGS_PER_HOST_MAX.to_string())))
        }
        None => Ok(()),
    }
}

/// Changes one of the viewer's listings. Another host's is not found; one that a marketplace sends is changed there.
pub async fn update(
    context: &ContextInner,
    viewer: &Viewer,
    id: ListingId,
    draft: ListingDraft,
) -> Result<()> {
    let fields = draft.check()?;
    context.limits.change(viewer.id)?;
    let (host, now) = (viewer.id, context.clock.now());
    let is_done = context
        .store
        .write(move |mut conn| {
            Box::pin(async move {
                if listings::is_external(&mut conn, id, host).await? {
                    return Ok(None);
                }
                listings::update(&mut conn, id, host, &fields, now).await.map(Some)
            })
        })
        .await
        .map_err(failed)?;
    context.fan_out_wake_up.notify_one();
    answer(is_done)
}

/// Pauses or resumes one of the viewer's listings. Another host's is not found. Idempotent.
pub async fn pause(context: &ContextInner, viewer: &Viewer, id: ListingId, is_paused: bool) -> Result<()> {
    context.limits.change(viewer.id)?;
    let (host, now) = (viewer.id, context.clock.now());
    let paused_at = is_paused.then_some(now);
    let is_done = context
        .store
        .write(move |mut conn| {
            Box::pin(async move {
                if listings::is_external(&mut conn, id, host).await? {
                    return Ok(None);
                }
                listings::pause(&mut conn, id, host, paused_at, now).await.map(Some)
            })
        })
        .await
        .map_err(failed)?;
    context.fan_out_wake_up.notify_one();
    answer(is_done)
}

/// What came of a change; `None` for a listing that the marketplace changes itself.
fn answer(is_done: Option<bool>) -> Result<()> {
    match is_done {
        Some(true) => Ok(()),
        Some(false) => Err(ApiError::not_found(Missing::Listing)),
        None => Err(ApiError::forbidden(words::listing_refused_external())),
    }
}
