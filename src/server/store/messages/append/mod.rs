//! Append of messages, many in one statement: the lower half of group commit. It stores them and records a
//! delta for each, which is published after COMMIT.

mod postgres;
pub mod prelude;
mod sqlite;
mod state;

use std::sync::{Arc, OnceLock};

use uuid::Uuid;

use super::{
    new_message::{AppendOutcome, NewMessage},
    row::{MessageRow, by_id},
};
use crate::{
    server::store::{
        Conn, Database, Result, StoreError,
        conversations::participants::sender_if_unlisted,
        sync::updates::{Append, Delta, Recipient},
    },
    shared::values::time::Timestamp,
};
use postgres::append_on_postgres;
use prelude::Prelude;
use sqlite::append_on_sqlite;

/// Whether no other command waits for the transaction, so that the append may commit it.
pub type IsLast<'a> = &'a (dyn Fn() -> bool + Send + Sync);

/// Outcomes of a batch, in the order of its messages.
pub struct BatchOutcome {
    pub outcomes: Vec<AppendOutcome>,
    /// The append has committed the transaction.
    pub is_committed: bool,
}

/// A stored message, and the new position and unread count of each participant.
type Stored = (MessageRow, Vec<Recipient>);

/// Stores one message as the next of its conversation, and raises the participants' sync positions and unread
/// counts. A known id is answered first, also after an edit or a deletion.
pub async fn append(conn: &mut Conn<'_>, new: NewMessage, now: Timestamp) -> Result<AppendOutcome> {
    let outcomes = append_batch(conn, &[(&new, now)], Prelude::Nothing, &|| false).await?.outcomes;
    outcomes.into_iter().next().ok_or(StoreError::Retry)
}

/// Stores messages with different ids, in this order.
pub async fn append_batch(
    conn: &mut Conn<'_>,
    messages: &[(&NewMessage, Timestamp)],
    prelude: Prelude,
    is_last: IsLast<'_>,
) -> Result<BatchOutcome> {
    let (stored, is_committed) = match &conn.database {
        Database::Sqlite(_) => append_on_sqlite(conn, messages, prelude, is_last).await?,
        Database::Postgres(_) => (append_on_postgres(conn, messages).await?, false),
    };
    let mut outcomes = Vec::new();
    for ((new, _), stored) in messages.iter().zip(stored) {
        let row = match stored {
            Some((row, recipients)) => {
                // If this read fails, the message is stored all the same: sockets then read the summary of
                // the large room.
                let sender = sender_if_unlisted(conn, new.conversation, new.sender, recipients.len()).await;
                let (message, sender) = (row.clone().into_message(), sender.ok().flatten());
                let committed_at = OnceLock::new();
                conn.updates.deltas.push(Arc::new(Delta::Append(Append {
                    message,
                    recipients,
                    sender,
                    committed_at,
                })));
                conn.updates.messages += 1;
                Some(row)
            }
            None => by_id(conn, new.id).await?,
        };
        outcomes.push(AppendOutcome::of(row, new));
    }
    Ok(BatchOutcome { outcomes, is_committed })
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
    }
}
