//! Web push: the browsers that want pushes, who has something unread that no push told of, and the key pair that signs
//! pushes. A task of the queue [`Push`](super::tasks::Queue::Push) stands for each push that is due.

pub mod away;
pub mod conversations;
pub mod notifications;
pub mod subscriptions;

use super::{Conn, Result, on};
use crate::{
    server::store::notifications::preferences,
    shared::{
        ids::UserId,
        notifications::kinds::{KindSet, NotificationKind},
    },
};

/// The key pair that signs pushes. Without one yet, `fresh` becomes it.
pub async fn vapid_key(conn: &mut Conn<'_>, fresh: &str) -> Result<String> {
    on!(conn, c => sqlx::query("INSERT INTO meta (key, value) VALUES ('vapid_key', $1) ON CONFLICT DO NOTHING")
        .bind(fresh).execute(&mut **c).await?.rows_affected());
    Ok(
        on!(conn, c => sqlx::query_scalar("SELECT value FROM meta WHERE key = 'vapid_key'").fetch_one(&mut **c).await?),
    )
}

/// The kinds of notifications that are pushed to a user, or the defaults.
pub async fn kinds(conn: &mut Conn<'_>, user: UserId) -> Result<KindSet> {
    let words: Option<String> = on!(conn, c => sqlx::query_scalar("SELECT push FROM notification_choices WHERE user_id = $1")
        .bind(user.0).fetch_optional(&mut **c).await?);
    Ok(words
        .map_or(KindSet::ALL.with(NotificationKind::Promotion, false), |words| KindSet::from_words(&words)))
}

/// Replaces the kinds of notifications that are pushed to a user.
pub async fn set_kinds(conn: &mut Conn<'_>, user: UserId, kinds: KindSet) -> Result<()> {
    // The row holds the choices of all channels.
    let others = preferences::get(conn, user).await?;
    preferences::put(conn, user, others).await?;
    on!(conn, c => sqlx::query("UPDATE notification_choices SET push = $2 WHERE user_id = $1")
        .bind(user.0).bind(kinds.to_words()).execute(&mut **c).await?.rows_affected());
    Ok(())
}
