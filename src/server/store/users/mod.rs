//! User accounts: profile, credentials and rank.

pub mod api_tokens;
pub mod blocks;
pub mod consent;
pub mod contact;
pub mod embed_sessions;
pub mod identities;
pub mod language;
pub mod personal_data;
pub mod presence;
pub mod quiet_hours;
pub mod second_factor;
pub mod sessions;

use serde_json::json;
use uuid::Uuid;

use super::{
    Conn, Result,
    engine::locks,
    on,
    operators::audit::{self, AuditEntry},
    sync::{
        event_log::{self, NewEvent},
        fan_out::{self, Source},
    },
};
use crate::shared::{
    ids::UserId,
    operators::{audit::USER_RENAME, events::EventType},
    users::{
        Viewer,
        credentials::{DEMO_DOMAIN, DemoAccount, Email},
        rank::Rank,
    },
    values::{text::search_form, time::Timestamp},
};

#[derive(Clone)]
pub struct NewUser {
    pub id: UserId,
    pub email: Email,
    pub name: String,
    pub hue: i64,
    pub rank: Rank,
    pub password_hash: String,
}

#[derive(sqlx::FromRow)]
pub(super) struct ViewerRow {
    id: Uuid,
    name: String,
    email: Option<String>,
    hue: i64,
    rank: String,
}

impl ViewerRow {
    pub(super) fn into_viewer(self) -> Viewer {
        Viewer {
            id: UserId(self.id),
            name: self.name,
            email: self.email.unwrap_or_default(),
            hue: self.hue,
            rank: Rank::parse(&self.rank).unwrap_or_default(),
        }
    }
}

/// Credentials for signing in.
pub struct Credentials {
    pub user: UserId,
    pub password_hash: Option<String>,
    pub is_suspended: bool,
    pub rank: Rank,
    pub has_second_factor: bool,
}

type CredentialsRow = (Uuid, Option<String>, Option<i64>, String, bool);

/// The columns of [`CredentialsRow`].
macro_rules! credentials_where {
    ($condition:literal) => {
        concat!(
            "SELECT id, password_hash, suspended_at, rank, ",
            second_factor::has_second_factor!("users.id"),
            " FROM users WHERE ",
            $condition
        )
    };
}

/// Inserts an account with its address. False if the address is taken.
pub async fn insert(conn: &mut Conn<'_>, user: NewUser, now: Timestamp) -> Result<bool> {
    insert_with(conn, user, Address::Owned, now).await
}

/// Inserts an account that claims its address: it belongs to it once it is confirmed.
pub async fn insert_claiming(conn: &mut Conn<'_>, user: NewUser, now: Timestamp) -> Result<bool> {
    insert_with(conn, user, Address::Claimed, now).await
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Address {
    Owned,
    Claimed,
}

async fn insert_with(conn: &mut Conn<'_>, user: NewUser, address: Address, now: Timestamp) -> Result<bool> {
    let email = Some(user.email.as_str());
    let (owned, claimed) = match address {
        Address::Owned => (email, None),
        Address::Claimed => (None, email),
    };
    let row = NewRow { owned, claimed, password_hash: Some(&user.password_hash) };
    insert_row(conn, (user.id, &user.name, user.hue, user.rank), row, now).await
}

/// Inserts a member without a password, who signs in by an identity provider. They claim an address, or have none.
pub async fn insert_without_password(
    conn: &mut Conn<'_>,
    (id, name, hue): (UserId, &str, i64),
    claimed: Option<&Email>,
    now: Timestamp,
) -> Result<bool> {
    let row = NewRow { owned: None, claimed: claimed.map(Email::as_str), password_hash: None };
    insert_row(conn, (id, name, hue, Rank::Member), row, now).await
}

/// What a new account may be without.
struct NewRow<'a> {
    owned: Option<&'a str>,
    claimed: Option<&'a str>,
    password_hash: Option<&'a str>,
}

async fn insert_row(
    conn: &mut Conn<'_>,
    (id, name, hue, rank): (UserId, &str, i64, Rank),
    row: NewRow<'_>,
    now: Timestamp,
) -> Result<bool> {
    let inserted = on!(conn, c => sqlx::query(
        "INSERT INTO users (id, email, claimed_email, name, folded_name, hue, rank, password_hash, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING")
        .bind(id.0).bind(row.owned).bind(row.claimed).bind(name).bind(search_form(name))
        .bind(hue).bind(rank.as_str()).bind(row.password_hash).bind(now.0)
        .execute(&mut **c).await?.rows_affected());
    if inserted == 0 {
        return Ok(false);
    }
    on!(conn, c => sqlx::query("INSERT INTO heads (user_id, head, delivered) VALUES ($1, 0, 0)")
        .bind(id.0).execute(&mut **c).await?.rows_affected());
    event_log::tell(conn, NewEvent::of_user(EventType::UserCreated, id), now).await?;
    Ok(true)
}

impl Credentials {
    fn from_row((id, password_hash, suspended_at, rank, has_second_factor): CredentialsRow) -> Self {
        let rank = Rank::parse(&rank).unwrap_or_default();
        Self {
            user: UserId(id),
            password_hash,
            is_suspended: suspended_at.is_some(),
            rank,
            has_second_factor,
        }
    }
}

/// The credentials of the account that an address belongs to, whatever the account's state.
pub async fn credentials(conn: &mut Conn<'_>, email: &Email) -> Result<Option<Credentials>> {
    let row = on!(conn, c => sqlx::query_as(credentials_where!("email = $1"))
        .bind(email.as_str()).fetch_optional(&mut **c).await?);
    Ok(row.map(Credentials::from_row))
}

/// Those of the newest account that claims an address and has no other.
pub async fn credentials_of_claim(conn: &mut Conn<'_>, email: &Email) -> Result<Option<Credentials>> {
    let row = on!(conn, c => sqlx::query_as(
        credentials_where!("claimed_email = $1 AND email IS NULL ORDER BY created_at DESC LIMIT 1"))
        .bind(email.as_str()).fetch_optional(&mut **c).await?);
    Ok(row.map(Credentials::from_row))
}

/// Those of a user.
pub async fn credentials_of(conn: &mut Conn<'_>, user: UserId) -> Result<Option<Credentials>> {
    let row = on!(conn, c => sqlx::query_as(credentials_where!("id = $1")).bind(user.0).fetch_optional(&mut **c).await?);
    Ok(row.map(Credentials::from_row))
}

/// The user as a viewer, for what comes from them by another way than a session. `None` if they are suspended.
pub async fn viewer(conn: &mut Conn<'_>, user: UserId) -> Result<Option<Viewer>> {
    let row: Option<ViewerRow> = on!(conn, c => sqlx::query_as(
        "SELECT id, name, COALESCE(email, claimed_email) AS email, hue, rank FROM users WHERE id = $1 AND suspended_at IS NULL")
        .bind(user.0).fetch_optional(&mut **c).await?);
    Ok(row.map(ViewerRow::into_viewer))
}

/// The colour of a user; `None` for nobody.
pub async fn hue(conn: &mut Conn<'_>, user: UserId) -> Result<Option<i64>> {
    Ok(
        on!(conn, c => sqlx::query_scalar("SELECT hue FROM users WHERE id = $1").bind(user.0).fetch_optional(&mut **c).await?),
    )
}

/// The hash of a user's password, if there is one.
pub async fn password(conn: &mut Conn<'_>, user: UserId) -> Result<Option<String>> {
    let hash: Option<Option<String>> = on!(conn, c => sqlx::query_scalar("SELECT password_hash FROM users WHERE id = $1")
        .bind(user.0).fetch_optional(&mut **c).await?);
    Ok(hash.flatten())
}

/// Whether this is still the password's hash. The row is locked, so that the answer holds until the end of
/// the command.
pub async fn keeps_password(conn: &mut Conn<'_>, user: UserId, password_hash: &str) -> Result<bool> {
    locks::user(conn, user).await?;
    Ok(password(conn, user).await?.is_some_and(|hash| hash == password_hash))
}

/// Locks the user's row until the end of the command.
pub async fn lock(conn: &mut Conn<'_>, user: UserId) -> Result<()> {
    locks::user(conn, user).await
}

/// Sets the zone of the user's times in mails, a name of the IANA database.
pub async fn set_time_zone(conn: &mut Conn<'_>, user: UserId, zone: &str) -> Result<()> {
    on!(conn, c => sqlx::query("UPDATE users SET time_zone = $2 WHERE id = $1 AND time_zone IS DISTINCT FROM $2")
        .bind(user.0).bind(zone).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// False if the hash is no longer `before`. `None` is an account without a password, whose owner gets one by mail.
pub async fn change_password(
    conn: &mut Conn<'_>,
    user: UserId,
    before: Option<&str>,
    after: Option<&str>,
) -> Result<bool> {
    locks::user(conn, user).await?;
    Ok(on!(conn, c => sqlx::query(
        "UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash IS NOT DISTINCT FROM $2")
        .bind(user.0).bind(before).bind(after).execute(&mut **c).await?.rows_affected())
        == 1)
}

/// Ends all sessions and API tokens of a user.
pub async fn end_access(conn: &mut Conn<'_>, user: UserId) -> Result<()> {
    sessions::delete_all(conn, user).await?;
    api_tokens::delete_all(conn, user).await
}

/// Changes name and colour, and has the conversations that show them touched in the background. A former name stays
/// in the audit log.
pub async fn update_profile(
    conn: &mut Conn<'_>,
    user: UserId,
    name: &str,
    hue: i64,
    now: Timestamp,
) -> Result<()> {
    locks::listings_of(conn, user).await?;
    locks::user(conn, user).await?;
    let before: Option<String> = on!(conn, c => sqlx::query_scalar("SELECT name FROM users WHERE id = $1")
        .bind(user.0).fetch_optional(&mut **c).await?);
    let changed = on!(conn, c => sqlx::query(
        "UPDATE users SET name = $2, folded_name = $3, hue = $4 WHERE id = $1 AND (name <> $2 OR hue <> $4)")
        .bind(user.0).bind(name).bind(search_form(name)).bind(hue).execute(&mut **c).await?.rows_affected());
    if changed == 0 {
        return Ok(());
    }
    if let Some(before) = before.filter(|before| before != name) {
        let entry = AuditEntry {
            user,
            action: USER_RENAME.to_owned(),
            order: None,
            conversation: None,
            other: None,
            detail: before,
        };
        audit::add(conn, entry, now).await?;
        let event = NewEvent {
            detail: json!({ "change": "name" }),
            ..NewEvent::of_user(EventType::UserUpdated, user)
        };
        event_log::tell(conn, event, now).await?;
    }
    fan_out::enqueue(conn, Source::User(user), now).await
}

/// Whether a user is an operator or an admin, and not suspended. The row is locked, so that the answer holds until
/// the end of the command: a demotion in between is either seen or comes after.
pub async fn is_staff(conn: &mut Conn<'_>, user: UserId) -> Result<bool> {
    locks::user_as_is(conn, user).await?;
    let rank: Option<String> = on!(conn, c => sqlx::query_scalar(
        "SELECT rank FROM users WHERE id = $1 AND suspended_at IS NULL").bind(user.0).fetch_optional(&mut **c).await?);
    Ok(rank.and_then(|rank| Rank::parse(&rank)).is_some_and(|rank| rank != Rank::Member))
}

/// The names of the marketplace's staff.
pub async fn staff_names(conn: &mut Conn<'_>) -> Result<Vec<(UserId, String)>> {
    let rows: Vec<(Uuid, String)> = on!(conn, c => sqlx::query_as(
        "SELECT id, name FROM users WHERE rank <> 'member'").fetch_all(&mut **c).await?);
    Ok(rows.into_iter().map(|(id, name)| (UserId(id), name)).collect())
}

/// False if there is no such account.
pub async fn set_rank(conn: &mut Conn<'_>, email: &Email, rank: Rank) -> Result<bool> {
    Ok(on!(conn, c => sqlx::query("UPDATE users SET rank = $2 WHERE email = $1")
        .bind(email.as_str()).bind(rank.as_str()).execute(&mut **c).await?.rows_affected())
        == 1)
}

/// Sets a new password, and ends all sessions and tokens of the account. False if there is no such account.
pub async fn set_password(conn: &mut Conn<'_>, email: &Email, password_hash: &str) -> Result<bool> {
    let changed = on!(conn, c => sqlx::query("UPDATE users SET password_hash = $2 WHERE email = $1")
        .bind(email.as_str()).bind(password_hash).execute(&mut **c).await?.rows_affected());
    on!(conn, c => sqlx::query("DELETE FROM sessions WHERE user_id IN (SELECT id FROM users WHERE email = $1)")
        .bind(email.as_str()).execute(&mut **c).await?.rows_affected());
    on!(conn, c => sqlx::query("DELETE FROM tokens WHERE user_id IN (SELECT id FROM users WHERE email = $1)")
        .bind(email.as_str()).execute(&mut **c).await?.rows_affected());
    Ok(changed == 1)
}

/// Whether there is an admin who is not suspended. Accounts of the demo count only `with_demo`.
pub async fn has_admin(conn: &mut Conn<'_>, with_demo: bool) -> Result<bool> {
    has_admin_besides(conn, UserId(Uuid::nil()), with_demo).await
}

/// The same, whatever this user is.
pub async fn has_admin_besides(conn: &mut Conn<'_>, user: UserId, with_demo: bool) -> Result<bool> {
    let other_than = if with_demo { String::new() } else { format!("%{DEMO_DOMAIN}") };
    Ok(on!(conn, c => sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM users WHERE rank = $1 AND suspended_at IS NULL AND ($2 = '' OR COALESCE(email, '') NOT LIKE $2) \
         AND id <> $3)")
        .bind(Rank::Admin.as_str()).bind(other_than).bind(user.0).fetch_one(&mut **c).await?))
}

/// The number of accounts.
pub async fn count(conn: &mut Conn<'_>) -> Result<i64> {
    Ok(on!(conn, c => sqlx::query_scalar("SELECT COUNT(*) FROM users").fetch_one(&mut **c).await?))
}

/// Those of the demo accounts that exist, with name and hue, for the sign-in page.
pub async fn named(conn: &mut Conn<'_>, accounts: Vec<DemoAccount>) -> Result<Vec<DemoAccount>> {
    let mut found = Vec::new();
    for account in accounts {
        let row: Option<(String, i64)> = on!(conn, c => sqlx::query_as("SELECT name, hue FROM users WHERE email = $1")
            .bind(&account.email).fetch_optional(&mut **c).await?);
        found.extend(row.map(|(name, hue)| DemoAccount { name, hue, ..account }));
    }
    Ok(found)
}
