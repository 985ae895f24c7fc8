//! Reactions: who may react to which message, with what.

use crate::{
    server::{
        context::ContextInner,
        domain::failed,
        store::{
            StoreError,
            messages::reactions::{self, ReactionChange, ReactionOutcome},
        },
    },
    shared::{
        errors::{ApiError, Missing, Result},
        ids::MessageId,
        messages::{
            SendOutcome,
            reactions::{EMOJI_MAX_BYTES, Reactor},
        },
        users::Viewer,
        words,
    },
};

/// In a room of more people the reactions to a message share transactions.
const SMALL_ROOM_MAX: i64 = 50;

/// Adds a reaction of the viewer's to a message, or takes it back. Idempotent.
pub async fn change(
    context: &ContextInner,
    viewer: &Viewer,
    message: MessageId,
    emoji: &str,
    is_on: bool,
) -> Result<SendOutcome> {
    let emoji = check_emoji(emoji)?;
    context.limits.send(viewer.id)?;
    let change = ReactionChange { user: viewer.id, emoji, is_on, at: context.clock.now() };
    let is_large = context
        .store
        .read(move |mut conn| {
            Box::pin(async move { reactions::is_in_large_room(&mut conn, message, SMALL_ROOM_MAX).await })
        })
        .await
        .map_err(failed)?;
    let outcome = if is_large {
        context.reactions.store(&context.store, message, change).await
    } else {
        let written = context.store.write(move |mut conn| {
            Box::pin(async move { reactions::change(&mut conn, message, &[change]).await })
        });
        written.await.and_then(|outcomes| outcomes.into_iter().next().ok_or(StoreError::Retry))
    };
    match outcome.map_err(failed)? {
        ReactionOutcome::Stored(message) => Ok(SendOutcome { message }),
        ReactionOutcome::NoMessage => Err(ApiError::not_found(Missing::Message)),
        ReactionOutcome::Closed => Err(ApiError::forbidden(words::conversation_refused_closed())),
        ReactionOutcome::NotText => Err(ApiError::conflict(words::message_refused_no_text())),
        ReactionOutcome::TooManyKinds => Err(ApiError::conflict(words::message_refused_kinds())),
        ReactionOutcome::TooManyOfPerson => Err(ApiError::conflict(words::message_refused_reactions())),
    }
}

/// Who reacted to a message, with what.
pub async fn reactors(context: &ContextInner, viewer: &Viewer, message: MessageId) -> Result<Vec<Reactor>> {
    let user = viewer.id;
    let found = context
        .store
        .read(move |mut conn| Box::pin(async move { reactions::reactors(&mut conn, user, message).await }))
        .await
        .map_err(failed)?;
    found.ok_or_else(|| ApiError::not_found(Missing::Message))
}

/// One emoji, in the form that is recommended for interchange.
fn check_emoji(emoji: &str) -> Result<String> {
    let known = emojis::get(emoji).filter(|_| emoji.len() <= EMOJI_MAX_BYTES);
    known
        .map(|known| known.as_str().to_owned())
        .ok_or_else(|| ApiError::invalid("emoji", words::message_refused_emoji()))
}

#[cfg(test)]
mod tests {
    use super::check_emoji;

    #[test]
    fn f6_a_reaction_is_one_emoji_in_its_usual_form() {
        for emoji in ["👍", "👍🏽", "👩‍👩‍👧‍👦", "🏳️‍🌈", "🇳🇱", "1️⃣", "🏴󠁧󠁢󠁳󠁣󠁴󠁿"]
        {
            assert_eq!(check_emoji(emoji).unwrap(), emoji);
        }
        assert_eq!(check_emoji("❤").unwrap(), "❤️");
        for wrong in
            ["", " ", "a", "1", "👍👍", "👍 ", "👍a", "🇳", "\u{200d}", "\u{fe0f}", "👩‍", &"👍".repeat(99)]
        {
            assert!(check_emoji(wrong).is_err(), "{wrong}");
        }
    }
}
