//! Listings: everybody browses, hosts offer.

use super::{conversations::check_search, failed};
use crate::shared::listings::{draft::ListingDraft, kind::ListingKind};
use crate::{
    server::{
        context::ContextInner,
        store::{conversations, listings},
    },
    shared::{
        errors::{ApiError, Result},
        ids::ListingId,
        listings::{Listing, ListingPage},
        users::Viewer,
    },
};

/// Listings of one host at most.
const LISTINGS_MAX: i64 = 500;
/// Pages that can be browsed: beyond them a search finds more.
const PAGES_MAX: i64 = 1_000;

/// A page of listings that are not paused, newest first.
pub async fn browse(
    context: &ContextInner,
    search: Option<String>,
    kind: Option<String>,
    page: Option<i64>,
) -> Result<ListingPage> {
    let search = check_search(search)?;
    let kind = match kind.as_deref() {
        None | Some("") => None,
        Some(kind) => Some(
            ListingKind::parse(kind).ok_or_else(|| ApiError::invalid("kind", "There is no such kind."))?,
        ),
    };
    let page = page.unwrap_or(0);
    if !(0..PAGES_MAX).contains(&page) {
        return Err(ApiError::invalid("page", "There is no such page."));
    }
    context
        .store
        .read(move |mut conn| Box::pin(async move { listings::browse(&mut conn, &search, kind, page).await }))
        .await
        .map_err(failed)
}

/// One listing. A paused one is there for its host and for those who talk about it already.
pub async fn get(context: &ContextInner, viewer: Option<&Viewer>, id: ListingId) -> Result<Listing> {
    let user = viewer.map(|viewer| viewer.id);
    let found = context
        .store
        .read(move |mut conn| {
            Box::pin(async move {
                let Some(listing) = listings::get(&mut conn, id).await? else { return Ok(None) };
                let is_open = !listing.card.is_paused || user == Some(listing.card.host.id);
                let is_known = match user {
                    Some(user) if !is_open => conversations::of_listing(&mut conn, id, user).await?.is_some(),
                    _ => false,
                };
                Ok((is_open || is_known).then_some(listing))
            })
        })
        .await
        .map_err(failed)?;
    found.ok_or_else(|| ApiError::not_found("listing"))
}

/// The viewer's own listings, paused ones too.
pub async fn mine(context: &ContextInner, viewer: &Viewer) -> Result<ListingPage> {
    let user = viewer.id;
    let listings = context
        .store
        .read(move |mut conn| Box::pin(async move { listings::of_host(&mut conn, user, LISTINGS_MAX).await }))
        .await
        .map_err(failed)?;
    Ok(ListingPage { listings, next: None })
}

/// Offers something under an id that the client made: the same form posted twice makes one listing.
pub async fn create(
    context: &ContextInner,
    viewer: &Viewer,
    id: ListingId,
    draft: ListingDraft,
) -> Result<()> {
    let fields = draft.check()?;
    context.limits.change(viewer.id)?;
    let (host, now) = (viewer.id, context.clock.now());
    let (known, count) = context
        .store
        .write(move |mut conn| {
            Box::pin(async move {
                let count = listings::count_of_host(&mut conn, host).await?;
                let mut known = listings::get(&mut conn, id).await?;
                if known.is_none()
                    && count < LISTINGS_MAX
                    && !listings::insert(&mut conn, id, host, &fields, now).await?
                {
                    // Somebody else has just taken the id.
                    known = listings::get(&mut conn, id).await?;
                }
                // The first answer again, if it is the same listing of the same host.
                let is_same = known.map(|known| known.card.host.id == host && known.fields() == fields);
                Ok((is_same, count))
            })
        })
        .await
        .map_err(failed)?;
    match known {
        Some(true) => Ok(()),
        Some(false) => Err(ApiError::conflict("Another listing has this id.")),
        None if count >= LISTINGS_MAX => Err(ApiError::conflict(format!(
            "You have {LISTINGS_MAX} listings, which is as many as one host can have."
        ))),
        None => Ok(()),
    }
}

/// Changes a listing of the viewer; somebody else's is not found.
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
            Box::pin(async move { listings::update(&mut conn, id, host, &fields, now).await })
        })
        .await
        .map_err(failed)?;
    if is_done { Ok(()) } else { Err(ApiError::not_found("listing")) }
}

/// Pauses or resumes a listing of the viewer; somebody else's is not found.
pub async fn pause(context: &ContextInner, viewer: &Viewer, id: ListingId, is_paused: bool) -> Result<()> {
    context.limits.change(viewer.id)?;
    let host = viewer.id;
    let paused_at = is_paused.then(|| context.clock.now());
    let is_done = context
        .store
        .write(move |mut conn| Box::pin(async move { listings::pause(&mut conn, id, host, paused_at).await }))
        .await
        .map_err(failed)?;
    if is_done { Ok(()) } else { Err(ApiError::not_found("listing")) }
}
