//! Addresses: whose they are, whether their owners have confirmed them, and the secret that signs links in mails.

use uuid::Uuid;

use crate::{
    server::store::{Conn, Result, engine::locks, on, users},
    shared::{ids::UserId, values::time::Timestamp},
};

/// A user whom a mail may be sent to.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Addressee {
    #[sqlx(rename = "id")]
    user: Uuid,
    pub name: String,
    pub email: String,
    pub email_verified_at: Option<i64>,
    pub mail_stopped_at: Option<i64>,
    pub time_zone: Option<String>,
}

impl Addressee {
    pub fn user(&self) -> UserId {
        UserId(self.user)
    }

    /// Somebody whose account is closed, at the address that it had.
    pub fn former(user: UserId, name: String, email: String) -> Self {
        Self { user: user.0, name, email, email_verified_at: None, mail_stopped_at: None, time_zone: None }
    }

    /// The same at another address.
    pub fn at(self, email: String) -> Self {
        Self { email, ..self }
    }

    pub fn is_verified(&self) -> bool {
        self.email_verified_at.is_some()
    }

    /// Whether mails came back, so that none is sent until the address is confirmed again.
    pub fn is_stopped(&self) -> bool {
        self.mail_stopped_at.is_some()
    }

    /// Whether anything but the mail that asks to confirm the address goes there.
    pub fn takes_mail(&self) -> bool {
        self.is_verified() && !self.is_stopped()
    }

    /// Somebody for tests.
    #[cfg(test)]
    pub fn sample() -> Self {
        Self {
            user: Uuid::nil(),
            name: "Hanno Host".to_owned(),
            email: "hanno@example.com".to_owned(),
            email_verified_at: Some(1),
            mail_stopped_at: None,
            time_zone: Some("Europe/Berlin".to_owned()),
        }
    }
}

/// The user, if there is one with an address who is not suspended. The address is the account's, or the one that it claims
/// if it has none.
pub async fn get(conn: &mut Conn<'_>, user: UserId) -> Result<Option<Addressee>> {
    Ok(on!(conn, c => sqlx::query_as(
        "SELECT id, name, COALESCE(email, claimed_email) AS email, email_verified_at, mail_stopped_at, time_zone FROM users \
         WHERE id = $1 AND COALESCE(email, claimed_email) IS NOT NULL AND suspended_at IS NULL")
        .bind(user.0).fetch_optional(&mut **c).await?))
}

/// The same, with the hash of their password, if they have one.
pub async fn with_password(conn: &mut Conn<'_>, user: UserId) -> Result<Option<(Addressee, Option<String>)>> {
    let addressee = get(conn, user).await?;
    Ok(addressee.zip(Some(users::password(conn, user).await?)))
}

/// The user with the address that they have to confirm: the one that they claim, or else their own.
pub async fn to_confirm(conn: &mut Conn<'_>, user: UserId) -> Result<Option<Addressee>> {
    Ok(on!(conn, c => sqlx::query_as(
        "SELECT id, name, COALESCE(claimed_email, email) AS email, \
         CASE WHEN claimed_email IS NULL THEN email_verified_at END AS email_verified_at, mail_stopped_at, time_zone FROM users \
         WHERE id = $1 AND COALESCE(claimed_email, email) IS NOT NULL AND suspended_at IS NULL")
        .bind(user.0).fetch_optional(&mut **c).await?))
}

/// The user whose address this is, or else the newest one who claims it and has no other. `None` if there is nobody, or if
/// they are suspended.
pub async fn of_address(conn: &mut Conn<'_>, address: &str) -> Result<Option<Addressee>> {
    Ok(on!(conn, c => sqlx::query_as(
        "SELECT id, name, COALESCE(email, claimed_email) AS email, email_verified_at, mail_stopped_at, time_zone FROM users \
         WHERE (email = $1 OR (email IS NULL AND claimed_email = $1)) AND suspended_at IS NULL \
         ORDER BY email IS NULL, created_at DESC LIMIT 1").bind(address).fetch_optional(&mut **c).await?))
}

/// The account that this address belongs to.
pub async fn owner(conn: &mut Conn<'_>, address: &str) -> Result<Option<UserId>> {
    let found: Option<Uuid> = on!(conn, c => sqlx::query_scalar("SELECT id FROM users WHERE email = $1")
        .bind(address).fetch_optional(&mut **c).await?);
    Ok(found.map(UserId))
}

/// What became of an address whose owner has shown that it is theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfirmOutcome {
    /// It is the account's, as it was or as it was claimed. `former` is the one that it had before.
    Confirmed { former: Option<String> },
    /// It belongs to another account.
    Taken,
    /// It is no longer the account's, nor claimed by it, or the account is suspended.
    Gone,
}

/// Marks an address as the user's: one that they claim becomes their own. Whoever had the former one can take that back until
/// `undo_until`, and an earlier one for as long as it can be. Mails go there again if some came back.
pub async fn confirm(
    conn: &mut Conn<'_>,
    user: UserId,
    address: &str,
    undo_until: Timestamp,
    now: Timestamp,
) -> Result<ConfirmOutcome> {
    locks::user(conn, user).await?;
    let row: Option<(Option<String>, Option<String>)> = on!(conn, c => sqlx::query_as(
        "SELECT email, claimed_email FROM users WHERE id = $1 AND suspended_at IS NULL")
        .bind(user.0).fetch_optional(&mut **c).await?);
    let Some((email, claimed)) = row else { return Ok(ConfirmOutcome::Gone) };
    if claimed.as_deref() == Some(address) {
        if owner(conn, address).await?.is_some() {
            return Ok(ConfirmOutcome::Taken);
        }
        on!(conn, c => sqlx::query(
            "UPDATE users SET former_email = CASE WHEN email IS NULL OR former_email_until > $4 THEN former_email ELSE email END, \
             former_email_until = CASE WHEN email IS NULL OR former_email_until > $4 THEN former_email_until ELSE $3 END, \
             email = $2, claimed_email = NULL, email_verified_at = $4, mail_stopped_at = NULL, mail_bounces = 0 WHERE id = $1")
            .bind(user.0).bind(address).bind(undo_until.0).bind(now.0).execute(&mut **c).await?.rows_affected());
        return Ok(ConfirmOutcome::Confirmed { former: email });
    }
    if email.as_deref() != Some(address) {
        return Ok(ConfirmOutcome::Gone);
    }
    on!(conn, c => sqlx::query(
        "UPDATE users SET email_verified_at = COALESCE(email_verified_at, $2), mail_stopped_at = NULL, mail_bounces = 0 \
         WHERE id = $1").bind(user.0).bind(now.0).execute(&mut **c).await?.rows_affected());
    Ok(ConfirmOutcome::Confirmed { former: None })
}

/// Has the user claim an address, in the place of one that they have not confirmed.
pub async fn claim(conn: &mut Conn<'_>, user: UserId, address: &str) -> Result<()> {
    on!(conn, c => sqlx::query("UPDATE users SET claimed_email = $2 WHERE id = $1")
        .bind(user.0).bind(address).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// Ends the claim of a user who has an address.
pub async fn end_claim(conn: &mut Conn<'_>, user: UserId) -> Result<()> {
    on!(conn, c => sqlx::query("UPDATE users SET claimed_email = NULL WHERE id = $1 AND email IS NOT NULL")
        .bind(user.0).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// Gives the user another address, which nobody has to confirm. False if it belongs to another account.
pub async fn set(conn: &mut Conn<'_>, user: UserId, address: &str) -> Result<bool> {
    locks::user(conn, user).await?;
    if owner(conn, address).await?.is_some() {
        return Ok(false);
    }
    on!(conn, c => sqlx::query(
        "UPDATE users SET email = $2, claimed_email = NULL, email_verified_at = NULL, mail_stopped_at = NULL, mail_bounces = 0 \
         WHERE id = $1").bind(user.0).bind(address).execute(&mut **c).await?.rows_affected());
    Ok(true)
}

/// The address before the last change, while it can be taken back.
pub async fn former(conn: &mut Conn<'_>, user: UserId, now: Timestamp) -> Result<Option<String>> {
    let found: Option<Option<String>> = on!(conn, c => sqlx::query_scalar(
        "SELECT former_email FROM users WHERE id = $1 AND former_email_until > $2 AND suspended_at IS NULL")
        .bind(user.0).bind(now.0).fetch_optional(&mut **c).await?);
    Ok(found.flatten())
}

/// Takes back the last change of the address, and ends the password that it was made with. False if the former address is
/// no longer this one, or belongs to another account.
pub async fn restore_former(
    conn: &mut Conn<'_>,
    user: UserId,
    former_address: &str,
    now: Timestamp,
) -> Result<bool> {
    locks::user(conn, user).await?;
    if former(conn, user, now).await?.as_deref() != Some(former_address)
        || owner(conn, former_address).await?.is_some()
    {
        return Ok(false);
    }
    on!(conn, c => sqlx::query(
        "UPDATE users SET email = former_email, claimed_email = NULL, former_email = NULL, former_email_until = NULL, \
         email_verified_at = $2, mail_stopped_at = NULL, mail_bounces = 0, password_hash = NULL WHERE id = $1")
        .bind(user.0).bind(now.0).execute(&mut **c).await?.rows_affected());
    Ok(true)
}

/// Whether the user has to confirm their address before they make a listing or a room.
pub async fn is_unconfirmed(conn: &mut Conn<'_>, user: UserId) -> Result<bool> {
    Ok(on!(conn, c => sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM users u, settings s WHERE u.id = $1 AND u.email_verified_at IS NULL \
         AND u.rank = 'member' AND s.id = 1 AND s.can_publish_unconfirmed = 0)")
        .bind(user.0).fetch_one(&mut **c).await?))
}

/// The secret that signs links, created if there is none.
pub async fn link_secret(conn: &mut Conn<'_>) -> Result<String> {
    let fresh = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
    on!(conn, c => sqlx::query("INSERT INTO meta (key, value) VALUES ('link_secret', $1) ON CONFLICT DO NOTHING")
        .bind(fresh).execute(&mut **c).await?.rows_affected());
    Ok(
        on!(conn, c => sqlx::query_scalar("SELECT value FROM meta WHERE key = 'link_secret'").fetch_one(&mut **c).await?),
    )
}
