//! Append of a message with files.

use super::{FileState, StoredFile, attach, lock_unsent};
use crate::{
    server::store::{
        Conn, Result,
        messages::{
            append::append,
            mentions::append_with_mentions,
            new_message::{AppendOutcome, NewMessage, find_existing},
        },
    },
    shared::{
        ids::{FileId, UserId},
        messages::attached::Attached,
        values::time::Timestamp,
    },
};

pub enum AppendedWithFiles {
    Appended(AppendOutcome),
    /// This file can't be sent, or can't be yet; none if it is not there to be sent. Nothing was stored.
    NotReady(Option<Box<StoredFile>>),
}

/// Stores a message with the sender's files in it, and notifies those whom it mentions. A message that is known is answered
/// as it stands.
pub async fn append_with_files(
    conn: &mut Conn<'_>,
    mut new: NewMessage,
    mentioned: &[UserId],
    ids: &[FileId],
    now: Timestamp,
) -> Result<AppendedWithFiles> {
    if let Some(known) = find_existing(conn, &new).await? {
        return Ok(AppendedWithFiles::Appended(known));
    }
    let files = lock_unsent(conn, new.sender, new.conversation, ids).await?;
    if files.len() < ids.len() {
        // The same message, sent at the same time, may have taken them while this one waited for their locks.
        return Ok(match find_existing(conn, &new).await? {
            Some(known) => AppendedWithFiles::Appended(known),
            None => AppendedWithFiles::NotReady(None),
        });
    }
    if let Some(file) = files.iter().find(|file| file.state != FileState::Ready) {
        return Ok(AppendedWithFiles::NotReady(Some(Box::new(file.clone()))));
    }
    let mut attached = Attached::from_column(new.attached.as_deref());
    attached.files = files.into_iter().map(|file| file.file).collect();
    if new.body.is_empty() {
        new.body = attached.label();
    }
    new.attached = attached.to_column();
    let outcome = if mentioned.is_empty() {
        append(conn, new, now).await?
    } else {
        append_with_mentions(conn, new, mentioned, now).await?
    };
    if let AppendOutcome::Stored(message) = &outcome {
        attach(conn, ids, message.id, message.seq).await?;
    }
    Ok(AppendedWithFiles::Appended(outcome))
}
