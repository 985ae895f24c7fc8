//! Blocks, and whether the viewer shows presence: with whom they want to have to do.

use crate::{
    server::{
        context::ContextInner,
        domain::failed,
        store::users::{
            blocks::{self, BlockOutcome, DeskTexts},
            presence,
        },
    },
    shared::{
        errors::{ApiError, Missing, Result},
        ids::UserId,
        users::{
            Viewer,
            blocks::{BLOCKS_MAX, BlockList},
        },
        words,
    },
};

/// Closes all one-to-one conversations between the viewer and a person with whom they share one, and keeps the two apart
/// wherever something would begin. Somebody else is not found. Idempotent.
pub async fn block(context: &ContextInner, viewer: &Viewer, other: UserId) -> Result<()> {
    if other == viewer.id {
        return Err(ApiError::not_found(Missing::Person));
    }
    context.limits.change(viewer.id)?;
    let (user, now) = (viewer.id, context.clock.now());
    let texts = DeskTexts {
        note: words::block_desk_note().to_owned(),
        title: words::block_desk_title().to_owned(),
        text: words::block_desk_text().to_owned(),
    };
    let done = context
        .store
        .write(move |mut conn| {
            Box::pin(async move { blocks::block(&mut conn, user, other, texts.clone(), now).await })
        })
        .await
        .map_err(failed)?;
    match done {
        BlockOutcome::Done => Ok(()),
        BlockOutcome::NoPerson => Err(ApiError::not_found(Missing::Person)),
        BlockOutcome::Staff => Err(ApiError::forbidden(words::block_refused_staff())),
        BlockOutcome::TooMany => {
            Err(ApiError::conflict(words::block_refused_too_many(&BLOCKS_MAX.to_string())))
        }
    }
}

/// Takes a block back, if there is one. Somebody with whom the viewer has nothing to do is not found.
pub async fn unblock(context: &ContextInner, viewer: &Viewer, other: UserId) -> Result<()> {
    context.limits.change(viewer.id)?;
    let (user, now) = (viewer.id, context.clock.now());
    let is_done = context
        .store
        .write(move |mut conn| Box::pin(async move { blocks::unblock(&mut conn, user, other, now).await }))
        .await
        .map_err(failed)?;
    if is_done { Ok(()) } else { Err(ApiError::not_found(Missing::Person)) }
}

/// Whom the viewer has blocked.
pub async fn list(context: &ContextInner, viewer: &Viewer) -> Result<BlockList> {
    let user = viewer.id;
    context
        .store
        .read(move |mut conn| {
            Box::pin(async move {
                let people = blocks::list(&mut conn, user).await?;
                Ok(BlockList { people, is_presence_off: presence::is_off(&mut conn, user).await? })
            })
        })
        .await
        .map_err(failed)
}

/// Shows the viewer's presence to the people with whom they write, or to nobody: then they see nobody's.
pub async fn set_presence(context: &ContextInner, viewer: &Viewer, is_off: bool) -> Result<()> {
    context.limits.change(viewer.id)?;
    let (user, now) = (viewer.id, context.clock.now());
    context
        .store
        .write(move |mut conn| Box::pin(async move { presence::set_off(&mut conn, user, is_off, now).await }))
        .await
        .map_err(failed)
}
