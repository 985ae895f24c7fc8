//! Mail to users who are away: who has something unread that no mail told of, what a mail says, and what is known of an
//! address. A task of the queue [`Mail`](super::tasks::Queue::Mail) stands for each mail that is due.

pub mod addresses;
pub mod away;
pub mod bounces;
pub mod conversations;
pub mod notifications;
pub mod remainders;
pub mod return_addresses;

use super::{Conn, Result, on};

const KEY: &str = "mail";

/// Says whether this marketplace sends mail. Without, nothing inserts a task for one.
pub async fn set_enabled(conn: &mut Conn<'_>, is_enabled: bool) -> Result<()> {
    let statement = match is_enabled {
        true => "INSERT INTO meta (key, value) VALUES ($1, 'on') ON CONFLICT (key) DO NOTHING",
        false => "DELETE FROM meta WHERE key = $1",
    };
    on!(conn, c => sqlx::query(statement).bind(KEY).execute(&mut **c).await?.rows_affected());
    Ok(())
}
