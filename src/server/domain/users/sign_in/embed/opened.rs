//! What a frame was opened for: a listing or an order, by the marketplace's id of it or, where there is none such, by its id here.

use serde::Deserialize;

use crate::{
    server::{
        auth::signed_identity::is_id,
        context::ContextInner,
        domain::{failed, listings, orders},
        store::{operators::external, orders::outside},
    },
    shared::{
        errors::{ErrorCode, Result},
        ids::ListingId,
        orders::code::OrderKey,
        users::Viewer,
    },
};

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Opened {
    Listing(String),
    Order(String),
}

impl Opened {
    /// The path of the page that shows it to this visitor of an issuer: the conversation about it, or for the host of a listing all
    /// conversations. `None` where there is nothing, or nothing for them.
    pub async fn path(
        &self,
        context: &ContextInner,
        viewer: &Viewer,
        issuer: &str,
    ) -> Result<Option<String>> {
        let (Self::Listing(id) | Self::Order(id)) = self;
        if !is_id(id) {
            return Ok(None);
        }
        let theirs = external::qualified(issuer, id);
        match self {
            Self::Listing(id) => listing_path(context, viewer, theirs, id).await,
            Self::Order(id) => order_path(context, viewer, theirs, id).await,
        }
    }
}

async fn listing_path(
    context: &ContextInner,
    viewer: &Viewer,
    external_id: String,
    id: &str,
) -> Result<Option<String>> {
    let read = context
        .store
        .read_one(move |mut conn| Box::pin(async move { external::listing(&mut conn, &external_id).await }));
    let theirs = read.await.map_err(failed)?.map(|(id, _)| id);
    let Some(id) = theirs.or_else(|| id.parse::<ListingId>().ok()) else { return Ok(None) };
    let listing = found(listings::get(context, Some(viewer), id).await)?;
    Ok(listing.map(|listing| match listing.card.host.id == viewer.id {
        true => "/messages".to_owned(),
        false => format!("/listings/{id}?contact=1"),
    }))
}

async fn order_path(
    context: &ContextInner,
    viewer: &Viewer,
    external_id: String,
    id: &str,
) -> Result<Option<String>> {
    let read = context
        .store
        .read_one(move |mut conn| Box::pin(async move { outside::find(&mut conn, &external_id).await }));
    let theirs = read.await.map_err(failed)?.map(|order| OrderKey::Id(order.id));
    let Some(key) = theirs.or_else(|| OrderKey::parse(id).ok()) else { return Ok(None) };
    let order = found(orders::get(context, viewer, &key).await)?;
    Ok(order.map(|order| format!("/messages/{}", order.conversation)))
}

fn found<T>(answer: Result<T>) -> Result<Option<T>> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.code == ErrorCode::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
