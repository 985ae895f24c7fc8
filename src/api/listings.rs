//! Listings: browsing for everybody, offering for hosts.

use leptos::{prelude::*, server_fn::codec::GetUrl};

use super::json::Json;
use crate::shared::listings::draft::ListingDraft;
use crate::shared::{
    errors::ApiError,
    ids::ListingId,
    listings::{Listing, ListingPage},
};

/// A page of listings that are not paused, newest first. `kind` is one of stay, item, service,
/// tour; `page` counts from 0.
#[server(prefix = "/rpc", endpoint = "get_listings", input = GetUrl, output = Json)]
pub async fn get_listings(
    search: Option<String>,
    kind: Option<String>,
    page: Option<i64>,
) -> Result<ListingPage, ApiError> {
    use super::request;
    use crate::server::domain;
    let context = request::context();
    domain::listings::browse(&context, search, kind, page).await
}

/// One listing; a paused one only for its host and for those who talk about it.
#[server(prefix = "/rpc", endpoint = "get_listing", input = GetUrl, output = Json)]
pub async fn get_listing(listing_id: ListingId) -> Result<Listing, ApiError> {
    use super::request;
    use crate::server::domain;
    let context = request::context();
    domain::listings::get(&context, request::session_viewer().as_ref(), listing_id).await
}

/// My own listings, paused ones too, newest first.
#[server(prefix = "/rpc", endpoint = "get_my_listings", input = GetUrl, output = Json)]
pub async fn get_my_listings() -> Result<ListingPage, ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer()?;
    domain::listings::mine(&context, &viewer).await
}

/// Offers something. The id comes from the client, so that posting twice makes one listing.
#[server(prefix = "/rpc", endpoint = "create_listing", output = Json)]
pub async fn create_listing(listing_id: ListingId, draft: ListingDraft) -> Result<ListingId, ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer_or_sign_in("/listings/new")?;
    domain::listings::create(&context, &viewer, listing_id, draft).await?;
    request::redirect_form_to(&format!("/listings/{listing_id}"));
    Ok(listing_id)
}

/// Changes a listing of mine.
#[server(prefix = "/rpc", endpoint = "update_listing", output = Json)]
pub async fn update_listing(listing_id: ListingId, draft: ListingDraft) -> Result<ListingId, ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer_or_sign_in(&format!("/listings/{listing_id}/edit"))?;
    domain::listings::update(&context, &viewer, listing_id, draft).await?;
    request::redirect_form_to(&format!("/listings/{listing_id}"));
    Ok(listing_id)
}

/// Hides a listing of mine from browsing and from new conversations, or shows it again.
#[server(prefix = "/rpc", endpoint = "pause_listing", output = Json)]
pub async fn pause_listing(listing_id: ListingId, is_paused: bool) -> Result<(), ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer_or_sign_in("/hosting")?;
    domain::listings::pause(&context, &viewer, listing_id, is_paused).await
}
