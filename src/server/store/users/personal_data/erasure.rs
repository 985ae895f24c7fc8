//! What belonged to an account that is closed, deleted in the background: one bounded batch in a transaction, which also keeps
//! how far it came. A worker that dies leaves the rest to another, and a batch that is done twice finds nothing.

use uuid::Uuid;

use super::{
    account, conversations,
    erasure_task::{ErasureTask, Replacements, Stage},
};
use crate::{
    server::store::{
        Conn, Result,
        engine::locks,
        on,
        sync::{
            fan_out::{self, Source},
            positions::{self, push_ids},
        },
        tasks::{self, Claimed, Queue},
    },
    shared::{
        ids::{ListingId, UserId},
        operators::audit::USER_RENAME,
        users::security_events::ACCOUNT_CLOSE,
        values::{text::search_form, time::Timestamp},
    },
};

/// Rows that a batch deletes or changes. Each is a small one.
const ROWS_MAX: i64 = 200;
/// Listings in a batch: the conversations about each are touched afterwards.
const LISTINGS_MAX: i64 = 20;

/// Does the next batch, and puts the task for the one after it in the place of this one.
pub async fn advance(
    conn: &mut Conn<'_>,
    task: &Claimed,
    erasure: ErasureTask,
    words: &Replacements,
    now: Timestamp,
) -> Result<()> {
    let user = erasure.user;
    let rest = match erasure.stage {
        Stage::Account => {
            locks::listings_of(conn, user).await?;
            locks::user(conn, user).await?;
            account::empty(conn, user, &words.name, now).await?;
            None
        }
        Stage::Conversations(place) => conversations::advance(conn, &erasure, place, words, now)
            .await?
            .map(|place| erasure.at(Stage::Conversations(place))),
        Stage::Listings => again(erasure, empty_listings(conn, user, words, now).await?),
        Stage::Notifications => again(erasure, delete_notifications(conn, user).await?),
        Stage::Named => again(erasure, rename_in_notifications(conn, &erasure, words).await?),
        Stage::SecurityEvents => again(erasure, delete_security_events(conn, user).await?),
        Stage::Audit => again(erasure, empty_audit_details(conn, user).await?),
        Stage::Log => return tasks::finish(conn, task).await.map(drop),
    };
    let (next, due_at) = rest.map_or_else(|| erasure.next(now), |rest| (rest, now));
    tasks::replace(conn, Queue::Erasure, task, &next.to_body(), due_at, now).await
}

/// The stage once more, as long as it finds something.
fn again(erasure: ErasureTask, found: u64) -> Option<ErasureTask> {
    (found > 0).then_some(erasure)
}

async fn empty_listings(
    conn: &mut Conn<'_>,
    host: UserId,
    words: &Replacements,
    now: Timestamp,
) -> Result<u64> {
    let ids: Vec<Uuid> = on!(conn, c => sqlx::query_scalar(
        "SELECT id FROM listings WHERE host_id = $1 AND (title <> $2 OR place <> '' OR description <> '' OR paused_at IS NULL) \
         ORDER BY id LIMIT $3")
        .bind(host.0).bind(&words.title).bind(LISTINGS_MAX).fetch_all(&mut **c).await?);
    for id in &ids {
        on!(conn, c => sqlx::query(
            "UPDATE listings SET title = $2, folded = $3, place = '', description = '', external_id = NULL, url = NULL, \
             paused_at = COALESCE(paused_at, $4), updated_at = $4 WHERE id = $1")
            .bind(id).bind(&words.title).bind(search_form(&words.title)).bind(now.0)
            .execute(&mut **c).await?.rows_affected());
    }
    for id in &ids {
        fan_out::enqueue(conn, Source::Listing(ListingId(*id)), now).await?;
    }
    Ok(ids.len() as u64)
}

async fn delete_notifications(conn: &mut Conn<'_>, user: UserId) -> Result<u64> {
    Ok(on!(conn, c => sqlx::query(
        "DELETE FROM notifications WHERE id IN (SELECT id FROM notifications WHERE user_id = $1 LIMIT $2)")
        .bind(user.0).bind(ROWS_MAX).execute(&mut **c).await?.rows_affected()))
}

/// Notifications keep the name of who caused them, and the title of the order that they are about.
async fn rename_in_notifications(
    conn: &mut Conn<'_>,
    erasure: &ErasureTask,
    words: &Replacements,
) -> Result<u64> {
    let found: Vec<(Uuid, Uuid)> = on!(conn, c => sqlx::query_as(
        "SELECT id, user_id FROM notifications WHERE cause_id = $1 AND (cause_name <> $2 OR ($3 AND order_id IS NOT NULL AND subject <> $4)) \
         LIMIT $5")
        .bind(erasure.user.0).bind(&words.name).bind(erasure.with_texts).bind(&words.title).bind(ROWS_MAX)
        .fetch_all(&mut **c).await?);
    let mut owners: Vec<Uuid> = found.iter().map(|(_, owner)| *owner).collect();
    owners.sort();
    owners.dedup();
    locks::heads_of(conn, &owners).await?;
    for owner in &owners {
        positions::raise(conn, UserId(*owner)).await?;
    }
    for (id, owner) in &found {
        on!(conn, c => sqlx::query(
            "UPDATE notifications SET cause_name = $2, cause_hue = 0, \
             subject = CASE WHEN $3 AND order_id IS NOT NULL THEN $4 ELSE subject END, \
             changed = (SELECT head FROM heads WHERE user_id = $5) WHERE id = $1")
            .bind(id).bind(&words.name).bind(erasure.with_texts).bind(&words.title).bind(owner)
            .execute(&mut **c).await?.rows_affected());
    }
    Ok(found.len() as u64)
}

/// All but the closing itself, which says for 90 days from where it was done.
async fn delete_security_events(conn: &mut Conn<'_>, user: UserId) -> Result<u64> {
    Ok(on!(conn, c => sqlx::query(
        "DELETE FROM security_events WHERE id IN (SELECT id FROM security_events WHERE user_id = $1 AND event <> $2 LIMIT $3)")
        .bind(user.0).bind(ACCOUNT_CLOSE).bind(ROWS_MAX).execute(&mut **c).await?.rows_affected()))
}

/// Former names, and notices that operators sent to them. Who did what and when stays.
async fn empty_audit_details(conn: &mut Conn<'_>, user: UserId) -> Result<u64> {
    let ids: Vec<Uuid> = on!(conn, c => {
        let mut query = sqlx::QueryBuilder::new("SELECT id FROM audit WHERE detail <> '' AND (user_id = ");
        query.push_bind(user.0).push(" AND action = ").push_bind(USER_RENAME);
        query.push(" OR other_id = ").push_bind(user.0).push(" AND action = 'notification_send') LIMIT ");
        query.push_bind(ROWS_MAX);
        query.build_query_scalar().fetch_all(&mut **c).await?
    });
    if ids.is_empty() {
        return Ok(0);
    }
    Ok(on!(conn, c => {
        let mut query = sqlx::QueryBuilder::new("UPDATE audit SET detail = '' WHERE id IN (");
        push_ids(query.separated(", "), &ids);
        query.push(")");
        query.build().execute(&mut **c).await?.rows_affected()
    }))
}
