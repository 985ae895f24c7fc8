//! Conversations: opening the one about a listing, the viewer's inbox, and a single conversation.

use super::failed;
use crate::server::store::conversations::{create::OpenOutcome, pages::InboxFilter};
use crate::shared::{positions::ListedCursor, sync::pages::ConversationPage};
use crate::{
    server::{
        context::ContextInner,
        store::{conversations, notifications, sync::positions},
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
    let search = search_of(context, viewer, search)?;
    page(context, viewer, InboxFilter { search, is_unread_only, is_rooms_only: false }, after).await
}

/// One page of the viewer's rooms, latest message first.
pub async fn rooms(
    context: &ContextInner,
    viewer: &Viewer,
    after: Option<ListedCursor>,
) -> Result<ConversationPage> {
    page(context, viewer, InboxFilter { is_rooms_only: true, ..InboxFilter::default() }, after).await
}

async fn page(
    context: &ContextInner,
    viewer: &Viewer,
    inbox: InboxFilter,
    after: Option<ListedCursor>,
) -> Result<ConversationPage> {
    let (user, epoch) = (viewer.id, context.epoch.clone());
    context
        .store
        .read(move |mut conn| {
            Box::pin(async move {
                let (unread, totals) = notifications::totals::totals(&mut conn, user).await?;
                let (conversations, next) =
                    conversations::pages::inbox(&mut conn, user, &inbox, after).await?;
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

/// The error if the viewer already has [`CONVERSATIONS_MAX`] conversations.
pub(super) fn too_many() -> ApiError {
    ApiError::conflict(format!(
        "You have {CONVERSATIONS_MAX} conversations, which is as many as one can have. You can go on with those."
    ))
}

/// One of the viewer's conversations. Another user's is not found.
pub async fn get(context: &ContextInner, viewer: &Viewer, id: ConversationId) -> Result<Conversation> {
    let user = viewer.id;
    let found = context
        .store
        .read(move |mut conn| Box::pin(async move { conversations::summary::get(&mut conn, user, id).await }))
        .await
        .map_err(failed)?;
    found.ok_or_else(|| ApiError::not_found("conversation"))
}

/// The viewer's one conversation with the host of a listing, created if there is none (A2). Refused for the
/// viewer's own listing, and for a paused one unless the conversation exists. Idempotent: concurrent calls
/// get the same conversation.
pub async fn get_or_create(
    context: &ContextInner,
    viewer: &Viewer,
    listing: ListingId,
) -> Result<Conversation> {
    let (user, now) = (viewer.id, context.clock.now());
    let existing = context
        .store
        .read(move |mut conn| {
            Box::pin(async move { conversations::create::of_listing(&mut conn, listing, user).await })
        })
        .await
        .map_err(failed)?;
    if let Some(id) = existing {
        return get(context, viewer, id).await;
    }
    context.limits.change(user)?;
    let opened = context
        .store
        .write(move |mut conn| {
            Box::pin(async move { conversations::create::get_or_create(&mut conn, listing, user, now).await })
        })
        .await
        .map_err(failed)?;
    match opened {
        OpenOutcome::Conversation(id) => get(context, viewer, id).await,
        OpenOutcome::Paused => {
            Err(ApiError::conflict("This listing is paused. You can write when it is open again."))
        }
        OpenOutcome::OwnListing => Err(ApiError::forbidden("This is your own listing.")),
        OpenOutcome::NoListing => Err(ApiError::not_found("listing")),
        OpenOutcome::TooMany => Err(too_many()),
    }
}

/// Checks a viewer's search, and counts it.
pub(super) fn search_of(context: &ContextInner, viewer: &Viewer, search: Option<String>) -> Result<String> {
    let search = check_search(search)?;
    if !search.is_empty() {
        context.limits.search(viewer.id)?;
    }
    Ok(search)
}

/// Checks the text of a search and folds it for comparison. None searches for everything.
pub(super) fn check_search(search: Option<String>) -> Result<String> {
    let search = search.unwrap_or_default();
    text::search("search", &search, SEARCH_MAX_CHARS).map(|search| text::search_form(&search))
}
