//! Server functions for listings: browsing for every visitor, publishing for hosts.

use leptos::{prelude::*, server_fn::codec::GetUrl};

use super::json::Json;
use crate::shared::{
    errors::ApiError,
    ids::ListingId,
    listings::{Listing, ListingPage, draft::ListingDraft},
};

/// A page of listings that are not paused, newest first. `kind` is stay, item, service or tour; `page` counts
/// from 0.
#[server(prefix = "/rpc", endpoint = "get_listings", input = GetUrl, output = Json)]
pub async fn get_listings(
    search: Option<String>,
    kind: Option<String>,
    page: Option<i64>,
) -> Result<ListingPage, ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = (request::context(), request::session_viewer());
    let client_ip = request::client(&context).client_ip;
    let visitor = domain::listings::Visitor { viewer: viewer.as_ref(), client_ip };
    domain::listings::browse(&context, visitor, search, kind, page).await
}

/// One listing. A paused one is visible only to its host and to participants of its conversations.
#[server(prefix = "/rpc", endpoint = "get_listing", input = GetUrl, output = Json)]
pub async fn get_listing(listing_id: ListingId) -> Result<Listing, ApiError> {
    use super::request;
    use crate::server::domain;
    let context = request::context();
    domain::listings::get(&context, request::session_viewer().as_ref(), listing_id).await
}

/// The viewer's own listings, including paused ones, newest first.
#[server(prefix = "/rpc", endpoint = "get_my_listings", input = GetUrl, output = Json)]
pub async fn get_my_listings() -> Result<ListingPage, ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer()?;
    domain::listings::mine(&context, &viewer).await
}

/// Creates a listing. The client makes the id, so that a repeated post is idempotent.
#[server(prefix = "/rpc", endpoint = "create_listing", output = Json)]
pub async fn create_listing(listing_id: ListingId, draft: ListingDraft) -> Result<ListingId, ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer_or_sign_in("/listings/new")?;
    domain::listings::create(&context, &viewer, listing_id, draft).await?;
    request::redirect_form_to(&format!("/listings/{listing_id}"));
    Ok(listing_id)
}

/// Changes one of the viewer's listings.
#[server(prefix = "/rpc", endpoint = "update_listing", output = Json)]
pub async fn update_listing(listing_id: ListingId, draft: ListingDraft) -> Result<ListingId, ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer_or_sign_in(&format!("/listings/{listing_id}/edit"))?;
    domain::listings::update(&context, &viewer, listing_id, draft).await?;
    request::redirect_form_to(&format!("/listings/{listing_id}"));
    Ok(listing_id)
}

/// Hides one of the viewer's listings from browsing and from new conversations, or shows it again.
#[server(prefix = "/rpc", endpoint = "pause_listing", output = Json)]
pub async fn pause_listing(listing_id: ListingId, is_paused: bool) -> Result<(), ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer_or_sign_in("/hosting")?;
    domain::listings::pause(&context, &viewer, listing_id, is_paused).await
}
