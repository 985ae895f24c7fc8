//! Messages that others reply to, where they are not on the same page.

use std::collections::BTreeSet;

use crate::{
    server::{
        context::ContextInner,
        domain::failed,
        store::{conversations, messages, sync::positions},
    },
    shared::{
        errors::{ApiError, Missing, Result},
        ids::ConversationId,
        messages::{Message, QUOTED_MAX},
        positions::Seq,
        sync::pages::MessagePage,
        users::Viewer,
    },
};

/// The messages with these places that the viewer may see, with the summary from the same snapshot. Those that are not
/// there any more, and what is beyond the bounds of a page, are left out.
pub async fn get(
    context: &ContextInner,
    viewer: &Viewer,
    id: ConversationId,
    places: Vec<Seq>,
) -> Result<MessagePage> {
    if places.len() > QUOTED_MAX || places.iter().any(|place| *place < 1) {
        let text = format!("Ask for the places of {QUOTED_MAX} messages at most.");
        return Err(ApiError::invalid("places", text));
    }
    let (user, epoch) = (viewer.id, context.epoch.clone());
    let found = context
        .store
        .read(move |mut conn| {
            Box::pin(async move {
                let Some(conversation) = conversations::summary::get(&mut conn, user, id).await? else {
                    return Ok(None);
                };
                let messages = messages::pages::at_places(&mut conn, user, &conversation, &places).await?;
                let head = positions::get(&mut conn, user).await?;
                Ok(Some(MessagePage { epoch, head, conversation, messages, reads: Vec::new() }))
            })
        })
        .await
        .map_err(failed)?;
    found.ok_or_else(|| ApiError::not_found(Missing::Conversation))
}

/// The places that the messages of a page reply to and that are not on it.
pub(super) fn places(page: &[Message]) -> Vec<Seq> {
    let on_page: BTreeSet<_> = page.iter().map(|message| message.seq).collect();
    let quoted: BTreeSet<_> = page.iter().filter_map(|message| message.attached.read().reply).collect();
    quoted.difference(&on_page).copied().take(QUOTED_MAX).collect()
}
