//! Conversations: opening the one about a listing, and finding mine.

use super::failed;
use crate::shared::{positions::ListedCursor, sync::pages::ConversationPage};
use crate::{
    server::{
        context::ContextInner,
        store::{
            conversations::{self, Opened, Wanted},
            notifications,
            sync::positions,
        },
    },
    shared::{
        conversations::{CONVERSATIONS_MAX, Conversation},
        errors::{ApiError, Result},
        ids::{ConversationId, ListingId},
        listings::SEARCH_MAX_CHARS,
        users::Viewer,
        values::text,
    },
};

/// One page of the viewer's inbox, latest message first.
pub async fn list(
    context: &ContextInner,
    viewer: &Viewer,
    search: Option<String>,
    is_unread_only: bool,
    after: Option<ListedCursor>,
) -> Result<ConversationPage> {
    let search = check_search(search)?;
    page(context, viewer, Wanted { search, is_unread_only, are_rooms: false }, after).await
}

/// One page of the viewer's rooms, latest message first.
pub async fn rooms(
    context: &ContextInner,
    viewer: &Viewer,
    after: Option<ListedCursor>,
) -> Result<ConversationPage> {
    page(context, viewer, Wanted { are_rooms: true, ..Wanted::default() }, after).await
}

async fn page(
    context: &ContextInner,
    viewer: &Viewer,
    wanted: Wanted,
    after: Option<ListedCursor>,
) -> Result<ConversationPage> {
    let (user, epoch) = (viewer.id, context.epoch.clone());
    context
        .store
        .read(move |mut conn| {
            Box::pin(async move {
                let (unread, totals) = notifications::totals(&mut conn, user).await?;
                let (conversations, next) = conversations::page(&mut conn, user, &wanted, after).await?;
                Ok(ConversationPage {
                    epoch,
                    head: positions::get(&mut conn, user).await?,
                    conversations,
                    unread,
                    totals,
                    next,
                })
            })
        })
        .await
        .map_err(failed)
}

/// There can't be one more for this person.
pub(super) fn too_many() -> ApiError {
    ApiError::conflict(format!(
        "You have {CONVERSATIONS_MAX} conversations, which is as many as one can have. You can go on with those."
    ))
}

/// One conversation of the viewer; a stranger's is not found.
pub async fn get(context: &ContextInner, viewer: &Viewer, id: ConversationId) -> Result<Conversation> {
    let user = viewer.id;
    let found = context
        .store
        .read(move |mut conn| Box::pin(async move { conversations::get(&mut conn, user, id).await }))
        .await
        .map_err(failed)?;
    found.ok_or_else(|| ApiError::not_found("conversation"))
}

/// The one conversation of the viewer with the host of a listing, made if there is none (A2).
/// Not about one's own listing; a paused one takes no new conversations.
pub async fn get_or_create(
    context: &ContextInner,
    viewer: &Viewer,
    listing: ListingId,
) -> Result<Conversation> {
    let (user, now) = (viewer.id, context.clock.now());
    let known = context
        .store
        .read(move |mut conn| {
            Box::pin(async move { conversations::of_listing(&mut conn, listing, user).await })
        })
        .await
        .map_err(failed)?;
    if let Some(id) = known {
        return get(context, viewer, id).await;
    }
    context.limits.change(user)?;
    let opened = context
        .store
        .write(move |mut conn| {
            Box::pin(async move { conversations::get_or_create(&mut conn, listing, user, now).await })
        })
        .await
        .map_err(failed)?;
    match opened {
        Opened::Conversation(id) => get(context, viewer, id).await,
        Opened::Paused => {
            Err(ApiError::conflict("This listing is paused. You can write when it is open again."))
        }
        Opened::OwnListing => Err(ApiError::forbidden("This is your own listing.")),
        Opened::NoListing => Err(ApiError::not_found("listing")),
        Opened::TooMany => Err(too_many()),
    }
}

pub(super) fn check_search(search: Option<String>) -> Result<String> {
    let search = search.unwrap_or_default();
    text::line("search", "The search", &search, 0, SEARCH_MAX_CHARS).map(|search| text::folded(&search))
}
