//! Append of a message that mentions members of its room, with their notifications.

use std::mem;

use super::{
    append::append,
    new_message::{AppendOutcome, NewMessage},
};
use crate::{
    server::store::{
        Conn, Result,
        notifications::{
            level,
            notify::{NotificationContent, notify},
        },
        sync::updates::Delta,
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
        notify(conn, &mentioned, &notification, now).await?;
        conn.updates.raised.extend(there);
    }
    Ok(appended)
}
