//! Notification level of a conversation: in its participant's row. A muted conversation is in no total and notifies of
//! nothing but mentions, or of nothing at all.

use crate::{
    server::store::{
        Conn, Result,
        engine::locks,
        on,
        sync::positions,
        tasks::{self, Queue},
    },
    shared::{
        ids::{ConversationId, UserId},
        notifications::level::{ConversationLevel, NotificationLevel},
        values::time::Timestamp,
    },
};

/// The level for an active participant.
pub async fn get(
    conn: &mut Conn<'_>,
    user: UserId,
    conversation: ConversationId,
) -> Result<Option<ConversationLevel>> {
    let row: Option<(bool, i64, Option<i64>)> = on!(conn, c => sqlx::query_as(
        "SELECT muted_at IS NOT NULL, mentions_off, muted_until FROM participants \
         WHERE conversation_id = $1 AND user_id = $2 AND left_at IS NULL")
        .bind(conversation.0).bind(user.0).fetch_optional(&mut **c).await?);
    Ok(row.map(|(is_muted, mentions_off, until)| ConversationLevel {
        level: match (is_muted, mentions_off) {
            (false, _) => NotificationLevel::All,
            (true, 0) => NotificationLevel::Mentions,
            (true, _) => NotificationLevel::Nothing,
        },
        until: until.map(Timestamp),
    }))
}

/// Sets the level, and has it end in time. False for nobody who takes part.
pub async fn set(
    conn: &mut Conn<'_>,
    user: UserId,
    conversation: ConversationId,
    chosen: ConversationLevel,
    now: Timestamp,
) -> Result<bool> {
    if !locks::conversation_of_participant(conn, conversation, user).await? {
        return Ok(false);
    }
    match get(conn, user, conversation).await? {
        None => return Ok(false),
        Some(present) if present == chosen => return Ok(true),
        Some(_) => {}
    }
    let head = positions::raise(conn, user).await?;
    let muted_at = (chosen.level != NotificationLevel::All).then_some(now.0);
    let mentions_off = i64::from(chosen.level == NotificationLevel::Nothing);
    on!(conn, c => sqlx::query(
        "UPDATE participants SET muted_at = $3, mentions_off = $4, muted_until = $5, changed = $6 \
         WHERE conversation_id = $1 AND user_id = $2 AND left_at IS NULL")
        .bind(conversation.0).bind(user.0).bind(muted_at).bind(mentions_off).bind(chosen.until.map(|until| until.0))
        .bind(head).execute(&mut **c).await?.rows_affected());
    if let Some(until) = chosen.until {
        let key = format!("unmute {} {}", conversation.0, user.0);
        let body = format!("[\"{}\",\"{}\"]", conversation.0, user.0);
        tasks::put(conn, Queue::Timer, &key, &body, until, now).await?;
    }
    Ok(true)
}

/// Ends what ends by now. Returns when the rest does, if it was changed meanwhile.
pub async fn end(
    conn: &mut Conn<'_>,
    user: UserId,
    conversation: ConversationId,
    now: Timestamp,
) -> Result<Option<Timestamp>> {
    let Some(ConversationLevel { until: Some(until), .. }) = get(conn, user, conversation).await? else {
        return Ok(None);
    };
    if until > now {
        return Ok(Some(until));
    }
    set(conn, user, conversation, ConversationLevel::default(), now).await?;
    Ok(None)
}

/// Those of `users` whom a mention in the conversation notifies.
pub async fn mentionable(
    conn: &mut Conn<'_>,
    conversation: ConversationId,
    users: &[UserId],
) -> Result<Vec<UserId>> {
    let mut told = Vec::new();
    for user in users {
        let is_off: bool = on!(conn, c => sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM participants WHERE conversation_id = $1 AND user_id = $2 \
             AND muted_at IS NOT NULL AND mentions_off = 1)")
            .bind(conversation.0).bind(user.0).fetch_one(&mut **c).await?);
        if !is_off {
            told.push(*user);
        }
    }
    Ok(told)
}
