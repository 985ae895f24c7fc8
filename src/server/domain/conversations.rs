//! Conversations: beginning the one about a listing, the viewer's inbox, and a single conversation.

use super::{failed, messages};
use crate::server::store::{
    conversations::{create::OpenOutcome, pages::InboxFilter, shelves::Shelving},
    messages::{
        new_message::{AppendOutcome, NewMessage, hash_of},
        row::conversation_of_sent,
    },
};
use crate::shared::{positions::ListedCursor, sync::pages::ConversationPage, words};
use crate::{
    server::{
        context::ContextInner,
        store::{conversations, notifications, sync::positions},
    },
    shared::{
        conversations::{CONVERSATIONS_MAX, Conversation},
        errors::{ApiError, ErrorCode, Missing, Result},
        ids::{ConversationId, ListingId, MessageId},
        listings::SEARCH_MAX_CHARS,
        messages::{MessageKind, body::check_body},
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
    page(context, viewer, InboxFilter { search, is_unread_only, ..InboxFilter::default() }, after).await
}

/// The same, only those that are archived or starred, or not.
pub async fn list_shelf(
    context: &ContextInner,
    viewer: &Viewer,
    search: Option<String>,
    is_unread_only: bool,
    (archived, starred): (Option<bool>, Option<bool>),
    after: Option<ListedCursor>,
) -> Result<ConversationPage> {
    let search = search_of(context, viewer, search)?;
    let filter = InboxFilter { search, is_unread_only, archived, starred, ..InboxFilter::default() };
    page(context, viewer, filter, after).await
}

/// Archives one of the viewer's conversations until the next message, or brings it back. Idempotent.
pub async fn archive(
    context: &ContextInner,
    viewer: &Viewer,
    id: ConversationId,
    is_on: bool,
) -> Result<Conversation> {
    shelve(context, viewer, id, Shelving::Archived(is_on)).await
}

/// Stars one of the viewer's conversations, or takes the star away. Idempotent.
pub async fn star(
    context: &ContextInner,
    viewer: &Viewer,
    id: ConversationId,
    is_on: bool,
) -> Result<Conversation> {
    shelve(context, viewer, id, Shelving::Starred(is_on)).await
}

/// Marks one of the viewer's conversations as unread, or takes the mark away. Idempotent.
pub async fn mark_unread(
    context: &ContextInner,
    viewer: &Viewer,
    id: ConversationId,
    is_on: bool,
) -> Result<Conversation> {
    shelve(context, viewer, id, Shelving::Marked(is_on)).await
}

async fn shelve(
    context: &ContextInner,
    viewer: &Viewer,
    id: ConversationId,
    change: Shelving,
) -> Result<Conversation> {
    context.limits.send(viewer.id)?;
    let (user, now) = (viewer.id, context.clock.now());
    let is_done = context
        .store
        .write(move |mut conn| {
            Box::pin(async move { conversations::shelves::set(&mut conn, user, id, change, now).await })
        })
        .await
        .map_err(failed)?;
    if is_done { get(context, viewer, id).await } else { Err(ApiError::not_found(Missing::Conversation)) }
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
    let _turn = context.search_turn(&inbox.search).await;
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
    ApiError::conflict(words::conversation_refused_too_many(&CONVERSATIONS_MAX.to_string()))
}

/// One of the viewer's conversations. Another user's is not found.
pub async fn get(context: &ContextInner, viewer: &Viewer, id: ConversationId) -> Result<Conversation> {
    let user = viewer.id;
    let found = context
        .store
        .read(move |mut conn| Box::pin(async move { conversations::summary::get(&mut conn, user, id).await }))
        .await
        .map_err(failed)?;
    found.ok_or_else(|| ApiError::not_found(Missing::Conversation))
}

/// The conversation that leads from a listing to its host: that of the viewer's newest open order, else the one about
/// the listing. `None` if the viewer has none, whether there is such a listing or not.
pub async fn find(
    context: &ContextInner,
    viewer: &Viewer,
    listing: ListingId,
) -> Result<Option<Conversation>> {
    let user = viewer.id;
    context
        .store
        .read(move |mut conn| {
            Box::pin(async move {
                let Some(id) = conversations::create::of_listing(&mut conn, listing, user).await? else {
                    return Ok(None);
                };
                conversations::summary::get(&mut conn, user, id).await
            })
        })
        .await
        .map_err(failed)
}

/// The same, created if there is none (A2). Refused for the viewer's own listing, and for a paused one unless the
/// conversation exists. Idempotent: concurrent calls get the same conversation.
pub async fn get_or_create(
    context: &ContextInner,
    viewer: &Viewer,
    listing: ListingId,
) -> Result<Conversation> {
    if let Some(existing) = find(context, viewer, listing).await? {
        return Ok(existing);
    }
    let (user, now) = (viewer.id, context.clock.now());
    context.limits.change(user)?;
    let opened = context
        .store
        .write(move |mut conn| {
            Box::pin(async move { conversations::create::get_or_create(&mut conn, listing, user, now).await })
        })
        .await
        .map_err(failed)?;
    get(context, viewer, opened_id(opened)?).await
}

/// Sends a message to the host of a listing. It goes to the conversation that there is ([`find`]), or is stored together
/// with a new one. Refused as by [`get_or_create`]; idempotent by the message's id, as [`messages::send`].
pub async fn start(
    context: &ContextInner,
    viewer: &Viewer,
    listing: ListingId,
    id: MessageId,
    body: String,
) -> Result<Conversation> {
    messages::check_message_id("message_id", id)?;
    check_body(&body)?;
    // A message that is sent again stays where it is, wherever a new one would go by now.
    let stored = sent_in(context, viewer, id).await?;
    let place = match stored {
        Some(stored) => Some(stored),
        None => find(context, viewer, listing).await?.map(|conversation| conversation.id),
    };
    let started = match place {
        Some(conversation) => {
            messages::send(context, viewer, conversation, id, body.clone()).await.map(|_| conversation)
        }
        None => store_first(context, viewer, listing, id, &body).await,
    };
    let conversation = match started {
        // It was sent twice at once, and meanwhile an order has begun another conversation.
        Err(conflict) if conflict.code == ErrorCode::Conflict && stored.is_none() => {
            let stored = sent_in(context, viewer, id).await?.ok_or(conflict)?;
            messages::send(context, viewer, stored, id, body).await?;
            stored
        }
        started => started?,
    };
    get(context, viewer, conversation).await
}

/// The conversation in which the viewer has sent this message.
async fn sent_in(context: &ContextInner, viewer: &Viewer, id: MessageId) -> Result<Option<ConversationId>> {
    let user = viewer.id;
    context
        .store
        .read_one(move |mut conn| Box::pin(async move { conversation_of_sent(&mut conn, id, user).await }))
        .await
        .map_err(failed)
}

/// Stores a new conversation with its first message.
async fn store_first(
    context: &ContextInner,
    viewer: &Viewer,
    listing: ListingId,
    id: MessageId,
    body: &str,
) -> Result<ConversationId> {
    let (sender, now) = (viewer.id, context.clock.now());
    context.limits.change(sender)?;
    context.limits.send(sender)?;
    let (kind, body) = (MessageKind::Text, check_body(body)?);
    let first_hash = hash_of(kind, &body);
    let message = NewMessage {
        id,
        conversation: ConversationId::new(),
        sender,
        kind,
        body,
        attached: None,
        first_hash,
    };
    let (opened, appended) = context
        .store
        .write(move |mut conn| {
            let message = message.clone();
            Box::pin(async move { conversations::create::start(&mut conn, listing, message, now).await })
        })
        .await
        .map_err(failed)?;
    match appended {
        AppendOutcome::Conflict => Err(ApiError::conflict("Another message has this id.")),
        AppendOutcome::Closed => Err(ApiError::forbidden(words::conversation_refused_closed())),
        _ => opened_id(opened),
    }
}

fn opened_id(opened: OpenOutcome) -> Result<ConversationId> {
    match opened {
        OpenOutcome::Conversation(id) => Ok(id),
        OpenOutcome::Paused => Err(ApiError::conflict(words::listing_refused_paused())),
        OpenOutcome::OwnListing => Err(ApiError::forbidden(words::listing_refused_own())),
        OpenOutcome::NoListing => Err(ApiError::not_found(Missing::Listing)),
        OpenOutcome::TooMany => Err(too_many()),
        OpenOutcome::Limited => Err(ApiError::forbidden(words::limit_refused())),
        OpenOutcome::Closed => Err(ApiError::forbidden(words::listing_refused_closed())),
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
