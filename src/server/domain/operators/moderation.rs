//! Conversations as operators look into them (E9). Nobody's state changes by it; each look is written
//! down before anything is shown.

use crate::server::domain::{conversations::check_search, failed, users::check_operator};
use crate::shared::positions::Seq;
use crate::{
    server::{
        context::ContextInner,
        store::operators::{audit, moderation},
    },
    shared::{
        errors::{ApiError, Result},
        ids::ConversationId,
        messages::MESSAGES_PAGE,
        operators::moderation::{ModerationPage, Transcript},
        users::Viewer,
        values::{page_cursor::Cursor, time::HOUR},
    },
};

/// Pages further back belong to the same look for this long; what was said since does not.
const LOOK_LASTS: i64 = HOUR;

/// A page of all conversations in which something was said, latest message first. `search` is part of a
/// name, a listing's title or an order's code.
pub async fn list(
    context: &ContextInner,
    viewer: &Viewer,
    search: Option<String>,
    after: Option<Cursor>,
) -> Result<ModerationPage> {
    check_operator(viewer)?;
    let search = check_search(search)?;
    context
        .store
        .read(move |mut conn| {
            Box::pin(
                async move { moderation::page(&mut conn, &search, after.unwrap_or(Cursor::START)).await },
            )
        })
        .await
        .map_err(failed)
}

/// A stretch of any conversation: the newest, or what ends just before a message.
pub async fn read(
    context: &ContextInner,
    viewer: &Viewer,
    id: ConversationId,
    before: Option<Seq>,
) -> Result<Transcript> {
    check_operator(viewer)?;
    let (user, now) = (viewer.id, context.clock.now());
    let is_same_look = match before {
        None => false,
        Some(before) => context
            .store
            .read_one(move |mut conn| {
                Box::pin(async move { audit::looked_upto(&mut conn, user, id, now.plus(-LOOK_LASTS)).await })
            })
            .await
            .map_err(failed)?
            .is_some_and(|upto| before.saturating_sub(1) <= upto),
    };
    let upto = before.unwrap_or(Seq::MAX);
    let found = if is_same_look {
        let read = context.store.read(move |mut conn| {
            Box::pin(async move { moderation::transcript(&mut conn, id, upto, MESSAGES_PAGE).await })
        });
        read.await
    } else {
        context.limits.change(user)?;
        let look = context.store.write(move |mut conn| {
            Box::pin(async move { moderation::look(&mut conn, user, id, upto, MESSAGES_PAGE, now).await })
        });
        look.await
    };
    found.map_err(failed)?.ok_or_else(|| ApiError::not_found("conversation"))
}
