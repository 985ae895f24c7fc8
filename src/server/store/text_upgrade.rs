//! Upgrade of texts that were stored before they were normalised: names, e-mail addresses, and what searches
//! compare. SQL has no NFC, so the rows come through the application in batches.

use uuid::Uuid;

use super::{Conn, Result, on};
use crate::shared::{
    users::credentials::Email,
    values::text::{search_form, visible_line},
};

/// The form in which texts are stored. A greater number has all rows looked at again.
const FORM: &str = "1";
const KEY: &str = "text_form";

/// Whether every row has the present form.
pub async fn is_done(conn: &mut Conn<'_>) -> Result<bool> {
    let form: Option<String> = on!(conn, c => sqlx::query_scalar("SELECT value FROM meta WHERE key = $1")
        .bind(KEY).fetch_optional(&mut **c).await?);
    Ok(form.as_deref() == Some(FORM))
}

pub async fn set_done(conn: &mut Conn<'_>) -> Result<()> {
    on!(conn, c => sqlx::query(
        "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = $2")
        .bind(KEY).bind(FORM).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// Where to go on: the last id of a batch. None after the last one.
type Next = Option<Uuid>;

fn next(mut ids: impl DoubleEndedIterator<Item = Uuid> + ExactSizeIterator, limit: i64) -> Next {
    if (ids.len() as i64) < limit { None } else { ids.next_back() }
}

/// Names and addresses of users after this id. An address whose normalised form belongs to another account stays
/// as it is; also returns how many those are.
pub async fn users(conn: &mut Conn<'_>, after: Uuid, limit: i64) -> Result<(Next, u64)> {
    let rows: Vec<(Uuid, String, String, Option<String>)> = on!(conn, c => sqlx::query_as(
        "SELECT id, name, folded_name, email FROM users WHERE id > $1 ORDER BY id LIMIT $2")
        .bind(after).bind(limit).fetch_all(&mut **c).await?);
    let mut kept = 0;
    for (id, name, folded, email) in &rows {
        let visible = Some(visible_line(name)).filter(|visible| !visible.is_empty());
        let visible = visible.unwrap_or_else(|| name.clone());
        let form = search_form(&visible);
        if visible != *name || form != *folded {
            on!(conn, c => sqlx::query("UPDATE users SET name = $2, folded_name = $3 WHERE id = $1 AND name = $4")
                .bind(id).bind(&visible).bind(form).bind(name).execute(&mut **c).await?.rows_affected());
        }
        let Some(email) = email else { continue };
        let parsed = Email::parse(&visible_line(email)).ok();
        let Some(parsed) = parsed.filter(|parsed| parsed.as_str() != email) else { continue };
        kept += 1
            - on!(conn, c => sqlx::query(
            "UPDATE users SET email = $2 WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM users o WHERE o.email = $2)")
            .bind(id).bind(parsed.as_str()).execute(&mut **c).await?.rows_affected());
    }
    Ok((next(rows.iter().map(|row| row.0), limit), kept))
}

/// Search texts of listings after this id.
pub async fn listings(conn: &mut Conn<'_>, after: Uuid, limit: i64) -> Result<Next> {
    let rows: Vec<(Uuid, String, String, String)> = on!(conn, c => sqlx::query_as(
        "SELECT id, title, place, folded FROM listings WHERE id > $1 ORDER BY id LIMIT $2")
        .bind(after).bind(limit).fetch_all(&mut **c).await?);
    for (id, title, place, folded) in &rows {
        let form = search_form(&format!("{title} {place}"));
        if form != *folded {
            on!(conn, c => sqlx::query("UPDATE listings SET folded = $2 WHERE id = $1 AND folded = $3")
                .bind(id).bind(form).bind(folded).execute(&mut **c).await?.rows_affected());
        }
    }
    Ok(next(rows.iter().map(|row| row.0), limit))
}

/// Search texts of orders after this id.
pub async fn orders(conn: &mut Conn<'_>, after: Uuid, limit: i64) -> Result<Next> {
    let rows: Vec<(Uuid, String, String, String)> = on!(conn, c => sqlx::query_as(
        "SELECT id, code, title, folded FROM orders WHERE id > $1 ORDER BY id LIMIT $2")
        .bind(after).bind(limit).fetch_all(&mut **c).await?);
    for (id, code, title, folded) in &rows {
        let form = search_form(&format!("{code} {title}"));
        if form != *folded {
            on!(conn, c => sqlx::query("UPDATE orders SET folded = $2 WHERE id = $1 AND folded = $3")
                .bind(id).bind(form).bind(folded).execute(&mut **c).await?.rows_affected());
        }
    }
    Ok(next(rows.iter().map(|row| row.0), limit))
}

/// Search texts of rooms after this id.
pub async fn rooms(conn: &mut Conn<'_>, after: Uuid, limit: i64) -> Result<Next> {
    let rows: Vec<(Uuid, String, String)> = on!(conn, c => sqlx::query_as(
        "SELECT conversation_id, name, folded FROM rooms WHERE conversation_id > $1 ORDER BY conversation_id LIMIT $2")
        .bind(after).bind(limit).fetch_all(&mut **c).await?);
    for (id, name, folded) in &rows {
        let form = search_form(name);
        if form != *folded {
            on!(conn, c => sqlx::query("UPDATE rooms SET folded = $2 WHERE conversation_id = $1 AND folded = $3")
                .bind(id).bind(form).bind(folded).execute(&mut **c).await?.rows_affected());
        }
    }
    Ok(next(rows.iter().map(|row| row.0), limit))
}
