//! Changes of accounts from the command line, each with an audit entry in its transaction.

use uuid::Uuid;

use super::audit;
use crate::{
    server::store::{
        Conn, Result, on,
        sync::event_log,
        users::{
            self, NewUser,
            api_tokens::{self, InsertOutcome, NewToken},
        },
    },
    shared::{
        ids::UserId,
        users::{credentials::Email, rank::Rank},
        values::time::Timestamp,
    },
};

/// An account as it is shown before its rank changes.
pub struct Account {
    pub id: UserId,
    pub name: String,
    pub rank: Rank,
    pub created_at: Timestamp,
    pub suspended_at: Option<Timestamp>,
    /// When one of its sessions was last used, if it has any.
    pub used_at: Option<Timestamp>,
}

/// The account with this e-mail address.
pub async fn account(conn: &mut Conn<'_>, email: &Email) -> Result<Option<Account>> {
    type Row = (Uuid, String, String, i64, Option<i64>, Option<i64>);
    let row: Option<Row> = on!(conn, c => sqlx::query_as(
        "SELECT id, name, rank, created_at, suspended_at, (SELECT MAX(used_at) FROM sessions WHERE user_id = users.id) \
         FROM users WHERE email = $1")
        .bind(email.as_str()).fetch_optional(&mut **c).await?);
    Ok(row.map(|(id, name, rank, created_at, suspended_at, used_at)| Account {
        id: UserId(id),
        name,
        rank: Rank::parse(&rank).unwrap_or_default(),
        created_at: Timestamp(created_at),
        suspended_at: suspended_at.map(Timestamp),
        used_at: used_at.map(Timestamp),
    }))
}

/// Makes an account of any rank. False if the e-mail address is taken.
pub async fn create(conn: &mut Conn<'_>, user: NewUser, now: Timestamp) -> Result<bool> {
    let (id, rank) = (user.id, user.rank);
    if !users::insert(conn, user, now).await? {
        return Ok(false);
    }
    audit::add_by_command_line(conn, "user_create", id, "", now).await?;
    if rank != Rank::Member {
        audit::add_by_command_line(conn, "user_rank", id, rank.as_str(), now).await?;
    }
    Ok(true)
}

/// Changes the rank of the account that was shown. False if the address is no longer this account's.
pub async fn set_rank(
    conn: &mut Conn<'_>,
    shown: UserId,
    email: &Email,
    rank: Rank,
    now: Timestamp,
) -> Result<bool> {
    let account = account(conn, email).await?;
    if account.is_none_or(|account| account.id != shown) {
        return Ok(false);
    }
    users::set_rank(conn, email, rank).await?;
    audit::add_by_command_line(conn, "user_rank", shown, rank.as_str(), now).await?;
    event_log::tell_rank(conn, shown, rank, now).await?;
    Ok(true)
}

/// Sets a new password, and ends all sessions and tokens of the account. False if there is no such account.
pub async fn set_password(
    conn: &mut Conn<'_>,
    email: &Email,
    password_hash: &str,
    now: Timestamp,
) -> Result<bool> {
    let Some(account) = account(conn, email).await? else { return Ok(false) };
    users::set_password(conn, email, password_hash).await?;
    audit::add_by_command_line(conn, "user_password", account.id, "", now).await?;
    Ok(true)
}

/// Makes an access token of an account.
pub async fn create_token(
    conn: &mut Conn<'_>,
    new: NewToken,
    most: i64,
    now: Timestamp,
) -> Result<InsertOutcome> {
    let (user, name) = (new.user, new.name.clone());
    let inserted = api_tokens::insert(conn, new, most, now).await?;
    if matches!(inserted, InsertOutcome::Yes) {
        audit::add_by_command_line(conn, "user_token", user, &name, now).await?;
    }
    Ok(inserted)
}

/// Removes the second factors of the account, and ends its sessions. False if there is no such account.
pub async fn reset_second_factor(conn: &mut Conn<'_>, email: &Email, now: Timestamp) -> Result<bool> {
    let Some(account) = account(conn, email).await? else { return Ok(false) };
    users::second_factor::remove_all(conn, account.id).await?;
    users::sessions::delete_all(conn, account.id).await?;
    audit::add_by_command_line(conn, "user_second_factor", account.id, "", now).await?;
    Ok(true)
}
