//! The language that a user reads, by its tag: that of the page where they signed in last. Mails and pushes are written in it.

use uuid::Uuid;

use crate::{
    server::store::{Conn, Result, on},
    shared::{
        ids::{NotificationId, UserId},
        words::Language,
    },
};

/// Sets it.
pub async fn set(conn: &mut Conn<'_>, user: UserId, tag: &str) -> Result<()> {
    on!(conn, c => sqlx::query("UPDATE users SET language = $2 WHERE id = $1 AND language IS DISTINCT FROM $2")
        .bind(user.0).bind(tag).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// Sets it for who came without one: an account that a marketplace has sent before its owner's first visit.
pub async fn set_first(conn: &mut Conn<'_>, user: UserId, tag: &str) -> Result<()> {
    on!(conn, c => sqlx::query("UPDATE users SET language = $2 WHERE id = $1 AND language IS NULL")
        .bind(user.0).bind(tag).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// The default if it is not known, or nobody is there.
pub async fn of_user(conn: &mut Conn<'_>, user: UserId) -> Result<Language> {
    let found: Option<Option<String>> = on!(conn, c => sqlx::query_scalar("SELECT language FROM users WHERE id = $1")
        .bind(user.0).fetch_optional(&mut **c).await?);
    Ok(known(found))
}

/// That of the account that an address belongs to, or that claims it.
pub async fn of_address(conn: &mut Conn<'_>, address: &str) -> Result<Language> {
    let found: Option<Option<String>> = on!(conn, c => sqlx::query_scalar("SELECT language FROM users WHERE email = $1 OR (email IS NULL AND claimed_email = $1) \
         ORDER BY email IS NULL, created_at DESC LIMIT 1")
        .bind(address).fetch_optional(&mut **c).await?);
    Ok(known(found))
}

/// That of whom a notification is for.
pub async fn of_notification(conn: &mut Conn<'_>, id: NotificationId) -> Result<Language> {
    let found: Option<Option<String>> = on!(conn, c => sqlx::query_scalar(
        "SELECT u.language FROM notifications n JOIN users u ON u.id = n.user_id WHERE n.id = $1")
        .bind(id.0).fetch_optional(&mut **c).await?);
    Ok(known(found))
}

/// That of whose browser this is.
pub async fn of_subscription(conn: &mut Conn<'_>, id: Uuid) -> Result<Language> {
    let found: Option<Option<String>> = on!(conn, c => sqlx::query_scalar(
        "SELECT u.language FROM push_subscriptions s JOIN users u ON u.id = s.user_id WHERE s.id = $1")
        .bind(id).fetch_optional(&mut **c).await?);
    Ok(known(found))
}

/// The language of a tag that was found, if it still has words.
fn known(found: Option<Option<String>>) -> Language {
    found.flatten().and_then(|tag| Language::from_tag(&tag)).unwrap_or_default()
}
