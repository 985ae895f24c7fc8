//! Notification preferences: the kinds that a user wants in the app, with a sound, from the browser, and by mail.

use crate::{
    server::store::{Conn, Result, on},
    shared::{
        ids::UserId,
        notifications::{kinds::KindSet, preferences::Preferences},
    },
};

/// The user's preferences, or the defaults.
pub async fn get(conn: &mut Conn<'_>, user: UserId) -> Result<Preferences> {
    let row: Option<(String, String, String, String)> = on!(conn, c => sqlx::query_as(
        "SELECT app, sound, browser, mail FROM notification_choices WHERE user_id = $1").bind(user.0).fetch_optional(&mut **c).await?);
    Ok(row.map_or_else(Preferences::default, |(app, sound, browser, mail)| Preferences {
        app: KindSet::from_words(&app),
        sound: KindSet::from_words(&sound),
        browser: KindSet::from_words(&browser),
        mail: KindSet::from_words(&mail),
    }))
}

/// Replaces the user's preferences.
pub async fn put(conn: &mut Conn<'_>, user: UserId, preferences: Preferences) -> Result<()> {
    on!(conn, c => sqlx::query(
        "INSERT INTO notification_choices (user_id, app, sound, browser, mail) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (user_id) DO UPDATE SET app = excluded.app, sound = excluded.sound, browser = excluded.browser, mail = excluded.mail")
        .bind(user.0).bind(preferences.app.to_words()).bind(preferences.sound.to_words()).bind(preferences.browser.to_words())
        .bind(preferences.mail.to_words())
        .execute(&mut **c).await?.rows_affected());
    Ok(())
}
