//! Push subscriptions: the browsers that want pushes. Each belongs to the session in which it asked for them, and the
//! foreign key deletes it with the session, whatever ends that.

use uuid::Uuid;

use crate::{
    server::store::{Conn, Result, engine::locks, on, users::sessions::TokenHash},
    shared::{ids::UserId, values::time::Timestamp},
};

/// Subscriptions of one user. A further one replaces the oldest.
const PER_USER_MAX: i64 = 20;
/// Refusals in a row after which a subscription is deleted.
const REFUSALS_MAX: i64 = 5;

/// What a browser has said about itself.
#[derive(Clone, Debug)]
pub struct NewSubscription {
    pub session: TokenHash,
    pub user: UserId,
    pub endpoint: String,
    pub p256dh: Vec<u8>,
    pub auth: Vec<u8>,
    /// `None`: as in the session's earlier one.
    pub shows_text: Option<bool>,
}

/// A browser that wants pushes.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Subscription {
    pub id: Uuid,
    #[sqlx(rename = "user_id")]
    user: Uuid,
    pub endpoint: String,
    pub p256dh: Vec<u8>,
    pub auth: Vec<u8>,
    shows_text: i64,
    refusals: i64,
    paused_until: i64,
}

impl Subscription {
    /// Its push service wants nothing before this time.
    pub fn paused_until(&self) -> Timestamp {
        Timestamp(self.paused_until)
    }

    /// Whether its push service refused the last push, or put it off.
    pub fn had_trouble(&self) -> bool {
        self.refusals > 0 || self.paused_until > 0
    }

    pub fn user(&self) -> UserId {
        UserId(self.user)
    }

    pub fn shows_text(&self) -> bool {
        self.shows_text != 0
    }
}

/// Puts this subscription in the place of the session's earlier one. The browser may have had it in another session, of
/// this user or another; that one loses it. Nothing happens if the session has ended.
pub async fn put(conn: &mut Conn<'_>, new: &NewSubscription, now: Timestamp) -> Result<()> {
    locks::user(conn, new.user).await?;
    let shows_text = match new.shows_text {
        Some(shows_text) => shows_text,
        None => of_session(conn, &new.session).await?.unwrap_or(true),
    };
    on!(conn, c => sqlx::query("DELETE FROM push_subscriptions WHERE session_hash = $1 OR endpoint = $2")
        .bind(new.session.as_slice()).bind(new.endpoint.clone()).execute(&mut **c).await?.rows_affected());
    on!(conn, c => sqlx::query(
        "INSERT INTO push_subscriptions (id, session_hash, user_id, endpoint, p256dh, auth, shows_text, created_at) \
         SELECT $1, token_hash, user_id, $3, $4, $5, $6, $7 FROM sessions WHERE token_hash = $2 AND user_id = $8")
        .bind(Uuid::now_v7()).bind(new.session.as_slice()).bind(new.endpoint.clone()).bind(new.p256dh.clone())
        .bind(new.auth.clone()).bind(i64::from(shows_text)).bind(now.0).bind(new.user.0)
        .execute(&mut **c).await?.rows_affected());
    on!(conn, c => sqlx::query(
        "DELETE FROM push_subscriptions WHERE user_id = $1 AND id NOT IN \
         (SELECT id FROM push_subscriptions WHERE user_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2)")
        .bind(new.user.0).bind(PER_USER_MAX).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// Whether this session's browser gets pushes, and whether they show what was written.
pub async fn of_session(conn: &mut Conn<'_>, session: &TokenHash) -> Result<Option<bool>> {
    let found: Option<i64> = on!(conn, c => sqlx::query_scalar("SELECT shows_text FROM push_subscriptions WHERE session_hash = $1")
        .bind(session.as_slice()).fetch_optional(&mut **c).await?);
    Ok(found.map(|shows_text| shows_text != 0))
}

/// Ends pushes to this session's browser. Idempotent.
pub async fn delete_of_session(conn: &mut Conn<'_>, session: &TokenHash) -> Result<()> {
    on!(conn, c => sqlx::query("DELETE FROM push_subscriptions WHERE session_hash = $1")
        .bind(session.as_slice()).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// Ends pushes to all browsers of a user.
pub async fn delete_all(conn: &mut Conn<'_>, user: UserId) -> Result<()> {
    on!(conn, c => sqlx::query("DELETE FROM push_subscriptions WHERE user_id = $1")
        .bind(user.0).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// A subscription whose session has not expired and whose user is not suspended.
pub async fn get(conn: &mut Conn<'_>, id: Uuid, now: Timestamp) -> Result<Option<Subscription>> {
    Ok(on!(conn, c => sqlx::query_as(
        "SELECT p.id, p.user_id, p.endpoint, p.p256dh, p.auth, p.shows_text, p.refusals, p.paused_until FROM push_subscriptions p \
         JOIN sessions s ON s.token_hash = p.session_hash JOIN users u ON u.id = p.user_id \
         WHERE p.id = $1 AND s.expires_at > $2 AND u.suspended_at IS NULL")
        .bind(id).bind(now.0).fetch_optional(&mut **c).await?))
}

/// The ids of a user's subscriptions.
pub async fn of_user(conn: &mut Conn<'_>, user: UserId) -> Result<Vec<Uuid>> {
    Ok(
        on!(conn, c => sqlx::query_scalar("SELECT id FROM push_subscriptions WHERE user_id = $1 ORDER BY created_at")
        .bind(user.0).fetch_all(&mut **c).await?),
    )
}

/// Whether anybody wants pushes.
pub async fn exist(conn: &mut Conn<'_>) -> Result<bool> {
    let found: Option<i64> = on!(conn, c => sqlx::query_scalar("SELECT shows_text FROM push_subscriptions LIMIT 1")
        .fetch_optional(&mut **c).await?);
    Ok(found.is_some())
}

/// Deletes a subscription that its push service no longer knows.
pub async fn delete(conn: &mut Conn<'_>, id: Uuid) -> Result<()> {
    on!(conn, c => sqlx::query("DELETE FROM push_subscriptions WHERE id = $1").bind(id).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// A push was taken: what was refused or put off before counts no more.
pub async fn set_taken(conn: &mut Conn<'_>, id: Uuid) -> Result<()> {
    on!(conn, c => sqlx::query(
        "UPDATE push_subscriptions SET refusals = 0, paused_until = 0 WHERE id = $1 AND (refusals > 0 OR paused_until > 0)")
        .bind(id).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// The push service wants nothing for this browser before `until`, or can't be reached.
pub async fn pause(conn: &mut Conn<'_>, id: Uuid, until: Timestamp) -> Result<()> {
    on!(conn, c => sqlx::query("UPDATE push_subscriptions SET paused_until = $2 WHERE id = $1")
        .bind(id).bind(until.0).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// Counts a push that was refused. A subscription of which nothing but refusals came is deleted.
pub async fn count_refusal(conn: &mut Conn<'_>, id: Uuid) -> Result<()> {
    on!(conn, c => sqlx::query("UPDATE push_subscriptions SET refusals = refusals + 1 WHERE id = $1")
        .bind(id).execute(&mut **c).await?.rows_affected());
    on!(conn, c => sqlx::query("DELETE FROM push_subscriptions WHERE id = $1 AND refusals >= $2")
        .bind(id).bind(REFUSALS_MAX).execute(&mut **c).await?.rows_affected());
    Ok(())
}
