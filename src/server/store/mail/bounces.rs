//! Mails that came back: up to where those about a conversation did, and which addresses are mailed nothing any more.

use serde_json::json;

use crate::{
    server::store::{
        Conn, Result, on,
        sync::event_log::{self, NewEvent},
    },
    shared::{
        ids::{ConversationId, UserId},
        operators::events::EventType,
        values::time::{DAY, Timestamp},
    },
};

/// So many within [`FORGOTTEN_AFTER`] of each other stop an address.
const BOUNCES_MAX: i64 = 5;
const FORGOTTEN_AFTER: i64 = 7 * DAY;

/// Keeps that a mail came back. Returns whether the address is mailed nothing from now on: at once if it will never take
/// anything, otherwise after a few.
pub async fn record(
    conn: &mut Conn<'_>,
    user: UserId,
    conversation: Option<ConversationId>,
    is_for_ever: bool,
    now: Timestamp,
) -> Result<bool> {
    if let Some(conversation) = conversation {
        on!(conn, c => sqlx::query(
            "UPDATE participants SET bounced_seq = mailed_seq WHERE conversation_id = $1 AND user_id = $2 AND bounced_seq < mailed_seq")
            .bind(conversation.0).bind(user.0).execute(&mut **c).await?.rows_affected());
    }
    let bounces: Option<i64> = on!(conn, c => sqlx::query_scalar(
        "UPDATE users SET mail_bounces = CASE WHEN mail_bounced_at > $2 THEN mail_bounces + 1 ELSE 1 END, mail_bounced_at = $3 \
         WHERE id = $1 AND mail_stopped_at IS NULL RETURNING mail_bounces")
        .bind(user.0).bind(now.plus(-FORGOTTEN_AFTER).0).bind(now.0).fetch_optional(&mut **c).await?);
    let is_stopped = bounces.is_some_and(|bounces| is_for_ever || bounces >= BOUNCES_MAX);
    let event = NewEvent {
        conversation,
        detail: json!({ "is_stopped": is_stopped }),
        ..NewEvent::of_user(EventType::MailBounced, user)
    };
    event_log::tell(conn, event, now).await?;
    if !is_stopped {
        return Ok(false);
    }
    on!(conn, c => sqlx::query("UPDATE users SET mail_stopped_at = $2 WHERE id = $1")
        .bind(user.0).bind(now.0).execute(&mut **c).await?.rows_affected());
    Ok(true)
}
