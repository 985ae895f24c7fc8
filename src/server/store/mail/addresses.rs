//! Addresses: whose they are, whether their owners have confirmed them, and the secret that signs links in mails.

use uuid::Uuid;

use crate::{
    server::store::{Conn, Result, on},
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

/// The user, if there is one with an address who is not suspended.
pub async fn get(conn: &mut Conn<'_>, user: UserId) -> Result<Option<Addressee>> {
    Ok(on!(conn, c => sqlx::query_as(
        "SELECT id, name, email, email_verified_at, mail_stopped_at, time_zone FROM users \
         WHERE id = $1 AND email IS NOT NULL AND suspended_at IS NULL").bind(user.0).fetch_optional(&mut **c).await?))
}

/// Marks the user's address as theirs, if it still is this one, and has it mailed again if mails came back. False if not, or
/// if they are suspended.
pub async fn set_verified(conn: &mut Conn<'_>, user: UserId, address: &str, now: Timestamp) -> Result<bool> {
    Ok(on!(conn, c => sqlx::query(
        "UPDATE users SET email_verified_at = COALESCE(email_verified_at, $3), mail_stopped_at = NULL, mail_bounces = 0 \
         WHERE id = $1 AND email = $2 AND suspended_at IS NULL")
        .bind(user.0).bind(address).bind(now.0).execute(&mut **c).await?.rows_affected())
        == 1)
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
