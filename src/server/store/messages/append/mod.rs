//! Append of messages: stores them and records a delta for each, which is published after COMMIT. Group commit (the
//! store's engine) appends those that wait together at once.

pub mod batch_on_sqlite;
mod postgres;
mod sqlite;
mod state;

use std::sync::Arc;

use uuid::Uuid;

use super::{
    new_message::{AppendOutcome, NewMessage},
    row::{MessageRow, by_id},
};
use crate::{
    server::store::{
        Conn, Database, Result, StoreError,
        conversations::participants::sender_if_unlisted,
        sync::updates::{Append, Delta, Recipient, Updates},
        users::blocks,
    },
    shared::{conversations::participant::Participant, values::time::Timestamp},
};
use postgres::append_on_postgres;
use sqlite::append_on_sqlite;

/// A stored message, and the new position and unread count of each participant.
type Stored = (MessageRow, Vec<Recipient>);

/// Stores one message as the next of its conversation, and raises the participants' sync positions and unread
/// counts. A known id is answered first, also after an edit or a deletion.
pub async fn append(conn: &mut Conn<'_>, new: NewMessage, now: Timestamp) -> Result<AppendOutcome> {
    let outcomes = append_batch(conn, &[(&new, now)]).await?;
    outcomes.into_iter().next().ok_or(StoreError::Retry)
}

/// Stores messages with different ids, in this order. Returns their outcomes.
pub async fn append_batch(
    conn: &mut Conn<'_>,
    messages: &[(&NewMessage, Timestamp)],
) -> Result<Vec<AppendOutcome>> {
    let stored = match &conn.database {
        Database::Sqlite(_) => append_on_sqlite(conn, messages).await?,
        Database::Postgres(_) => append_on_postgres(conn, messages).await?,
    };
    let mut outcomes = Vec::new();
    for ((new, _), stored) in messages.iter().zip(stored) {
        let row = match stored {
            Some((row, recipients)) => {
                // If this read fails, the message is stored all the same: sockets then read the summary of
                // the large room.
                let sender = sender_if_unlisted(conn, new.conversation, new.sender, recipients.len()).await;
                record(conn.updates, &row, recipients, sender.ok().flatten());
                Some(row)
            }
            None => by_id(conn, new.id).await?,
        };
        outcomes.push(match row {
            None if blocks::is_closed_to(conn, new.conversation, new.sender).await? => AppendOutcome::Closed,
            row => AppendOutcome::of(row, new),
        });
    }
    Ok(outcomes)
}

/// Records the delta of a stored message.
fn record(updates: &mut Updates, row: &MessageRow, recipients: Vec<Recipient>, sender: Option<Participant>) {
    let append = Append::new(row.clone().into_message(), recipients, sender);
    updates.deltas.push(Arc::new(Delta::Append(append)));
    updates.messages += 1;
}

/// The row of a new message under the `seq` that it got.
fn row_of(new: &NewMessage, id: Uuid, seq: i64, version: i64, created_at: i64) -> MessageRow {
    MessageRow {
        id,
        conversation_id: new.conversation.0,
        seq,
        version,
        sender_id: Some(new.sender.0),
        kind: new.kind.as_str().to_owned(),
        body: new.body.clone(),
        first_hash: new.first_hash.to_vec(),
        created_at,
        edited_at: None,
        deleted_at: None,
        attached: new.attached.clone(),
        reactions: None,
    }
}
