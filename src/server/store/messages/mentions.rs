//! Append of a message that mentions members of its room, with their notifications.

use std::mem;

use super::{
    append::append,
    new_message::{AppendOutcome, NewMessage},
};
use crate::{
    server::store::{
        Conn, Result,
        engine::locks,
        notifications::{
            level,
            notify::{NotificationContent, notify},
        },
        sync::updates::Delta,
        users::blocks,
    },
    shared::{
        conversations::system_messages::SystemMessage, ids::UserId, notifications::kinds::NotificationKind,
        values::time::Timestamp,
    },
};

/// Stores a message that mentions members of its room, and notifies those who still take part.
pub async fn append_with_mentions(
    conn: &mut Conn<'_>,
    new: NewMessage,
    mentioned: &[UserId],
    now: Timestamp,
) -> Result<AppendOutcome> {
    let (conversation, sender) = (new.conversation, new.sender);
    // Who blocks whom stays as it is until the end.
    let people: Vec<_> = mentioned.iter().chain([&sender]).map(|user| user.0).collect();
    locks::users_as_are(conn, &people).await?;
    let appended = append(conn, new, now).await?;
    // A delta of an append carries no notifications. All its recipients get a resync instead.
    for delta in mem::take(&mut conn.updates.deltas) {
        let Delta::Append(append) = &*delta else { continue };
        let there: Vec<_> = append.recipients.iter().map(|recipient| recipient.user).collect();
        let notification = NotificationContent {
            kind: NotificationKind::Message,
            event: &SystemMessage::Mentioned,
            cause: Some(sender),
            message: Some((conversation, append.message.seq)),
            order: None,
        };
        let mentioned: Vec<_> = mentioned.iter().copied().filter(|user| there.contains(user)).collect();
        let mentioned = level::mentionable(conn, conversation, &mentioned).await?;
        let mentioned = blocks::without_blocked(conn, sender, mentioned).await?;
        notify(conn, &mentioned, &notification, now).await?;
        conn.updates.raised.extend(there);
    }
    Ok(appended)
}
