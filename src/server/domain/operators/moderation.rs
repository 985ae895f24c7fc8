//! Moderation: operators read conversations (E9). Reading changes no participant's state. Each review is
//! recorded in the audit log before anything is shown, and so is looking through the list.

use super::audit::record_look;
use crate::server::domain::{conversations::search_of, failed, users::check_operator};
use crate::shared::positions::Seq;
use crate::{
    server::{
        context::ContextInner,
        store::operators::{audit, moderation},
    },
    shared::{
        errors::{ApiError, Missing, Result},
        ids::ConversationId,
        messages::MESSAGES_PAGE,
        operators::{
            audit::CONVERSATION_LIST,
            moderation::{ModerationPage, Transcript},
        },
        users::Viewer,
        values::{page_cursor::PageCursor, time::MINUTE},
    },
};

/// Earlier pages of a conversation belong to the same review for this long. Messages that came later start a
/// new one.
const REVIEW_WINDOW_MICROS: i64 = MINUTE;

/// A page of all conversations with messages, latest message first. `search` matches a part of a
/// participant's name, a listing's title or an order's code.
pub async fn list(
    context: &ContextInner,
    viewer: &Viewer,
    search: Option<String>,
    after: Option<PageCursor>,
) -> Result<ModerationPage> {
    check_operator(viewer)?;
    let search = search_of(context, viewer, search)?;
    record_look(context, viewer, CONVERSATION_LIST, &search).await?;
    let _turn = context.search_turn(&search).await;
    context
        .store
        .read(move |mut conn| {
            Box::pin(
                async move { moderation::page(&mut conn, &search, after.unwrap_or(PageCursor::START)).await },
            )
        })
        .await
        .map_err(failed)
}

/// A page of any conversation: the newest messages, or those just before `before`.
pub async fn read(
    context: &ContextInner,
    viewer: &Viewer,
    id: ConversationId,
    before: Option<Seq>,
) -> Result<Transcript> {
    check_operator(viewer)?;
    let (user, now) = (viewer.id, context.clock.now());
    let is_same_review = match before {
        None => false,
        Some(before) => context
            .store
            .read_one(move |mut conn| {
                Box::pin(async move {
                    audit::read_upto(&mut conn, user, id, now.plus(-REVIEW_WINDOW_MICROS)).await
                })
            })
            .await
            .map_err(failed)?
            .is_some_and(|upto| before.saturating_sub(1) <= upto),
    };
    let upto = before.unwrap_or(Seq::MAX);
    let found = if is_same_review {
        let read = context.store.read(move |mut conn| {
            Box::pin(async move { moderation::transcript(&mut conn, id, upto, MESSAGES_PAGE).await })
        });
        read.await
    } else {
        context.limits.change(user)?;
        let review = context.store.write(move |mut conn| {
            Box::pin(async move {
                moderation::read_transcript(&mut conn, user, id, upto, MESSAGES_PAGE, now).await
            })
        });
        review.await
    };
    found.map_err(failed)?.ok_or_else(|| ApiError::not_found(Missing::Conversation))
}
