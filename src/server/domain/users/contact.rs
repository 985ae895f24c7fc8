//! Contacts: what a user may know of somebody whom they share a conversation with.

use crate::{
    server::{
        context::ContextInner,
        domain::failed,
        store::{listings, orders, users},
    },
    shared::{
        conversations::contact::{CONTACT_LISTINGS_MAX, CONTACT_ORDERS_MAX, Contact},
        errors::{ApiError, Missing, Result},
        ids::UserId,
        users::Viewer,
        values::dates::Day,
    },
};

/// One of the viewer's contacts. A user without a shared conversation is not found, as is the viewer.
pub async fn get(context: &ContextInner, viewer: &Viewer, user: UserId) -> Result<Contact> {
    let me = viewer.id;
    let found = context
        .store
        .read(move |mut conn| {
            Box::pin(async move {
                let Some((person, since)) = users::contact::get(&mut conn, me, user).await? else {
                    return Ok(None);
                };
                let mut listings = listings::of_host(&mut conn, user, CONTACT_LISTINGS_MAX).await?;
                listings.retain(|listing| !listing.is_paused);
                let orders = orders::between::newest(&mut conn, me, user, CONTACT_ORDERS_MAX).await?;
                Ok(Some(Contact { person, member_since: Day::of(since), listings, orders }))
            })
        })
        .await
        .map_err(failed)?;
    found.ok_or_else(|| ApiError::not_found(Missing::Person))
}
