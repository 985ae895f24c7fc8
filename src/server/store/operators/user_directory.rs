//! People as operators see them, and what is done to their accounts: each change with its entry in the
//! audit log.

use uuid::Uuid;

use super::audit::{self, Entry};
use crate::server::store::{Conn, Result, engine::locks, listings::like, on, users::sessions};
use crate::shared::users::rank::Rank;
use crate::shared::{
    ids::UserId,
    operators::user_directory::{Change, PEOPLE_PAGE, PeoplePage, PersonRow},
    users::Person,
    values::{page_cursor::Cursor, time::Timestamp},
};

#[derive(sqlx::FromRow)]
struct PersonColumns {
    id: Uuid,
    name: String,
    hue: i64,
    email: Option<String>,
    rank: String,
    created_at: i64,
    suspended_at: Option<i64>,
}

impl PersonColumns {
    fn into_row(self) -> PersonRow {
        PersonRow {
            person: Person { id: UserId(self.id), name: self.name, hue: self.hue },
            email: self.email.unwrap_or_default(),
            rank: Rank::parse(&self.rank).unwrap_or_default(),
            created_at: Timestamp(self.created_at),
            suspended_at: self.suspended_at.map(Timestamp),
        }
    }
}

/// A page of all people, newest account first. `search` is folded text to find in names and addresses.
pub async fn page(conn: &mut Conn<'_>, search: &str, after: Cursor) -> Result<PeoplePage> {
    let rows: Vec<PersonColumns> = on!(conn, c => sqlx::query_as(
        "SELECT id, name, hue, email, rank, created_at, suspended_at FROM users \
         WHERE ($1 = '%%' OR folded_name LIKE $1 ESCAPE '\\' OR email LIKE $1 ESCAPE '\\') \
         AND (created_at < $2 OR (created_at = $2 AND id < $3)) ORDER BY created_at DESC, id DESC LIMIT $4")
        .bind(like(search)).bind(after.at.0).bind(after.id).bind(PEOPLE_PAGE + 1).fetch_all(&mut **c).await?);
    let has_more = rows.len() as i64 > PEOPLE_PAGE;
    let people: Vec<_> = rows.into_iter().take(PEOPLE_PAGE as usize).map(PersonColumns::into_row).collect();
    let next =
        people.last().filter(|_| has_more).map(|row| Cursor { at: row.created_at, id: row.person.id.0 });
    Ok(PeoplePage { people, next })
}

pub enum Changed {
    /// It stands like this now, or did before.
    Person(PersonRow),
    /// Not by this rank, or no longer; not to this one.
    NotAllowed,
    NoPerson,
}

/// Does this to somebody else's account. Both ranks are read again under the lock: of two admins who
/// suspend each other at once, one stays.
pub async fn change(
    conn: &mut Conn<'_>,
    by: UserId,
    to: UserId,
    change: Change,
    now: Timestamp,
) -> Result<Changed> {
    locks::users(conn, &[by.0, to.0]).await?;
    let Some(before) = get(conn, to).await? else { return Ok(Changed::NoPerson) };
    let by = get(conn, by).await?.filter(|by| by.suspended_at.is_none());
    let Some(by) = by.filter(|by| change.is_allowed(by.rank, before.rank)) else {
        return Ok(Changed::NotAllowed);
    };
    let stands = match change {
        Change::Suspend => before.suspended_at.is_some(),
        Change::Reinstate => before.suspended_at.is_none(),
        Change::SetRank(rank) => before.rank == rank,
    };
    if stands {
        return Ok(Changed::Person(before));
    }
    let after = match change {
        Change::Suspend => PersonRow { suspended_at: Some(now), ..before },
        Change::Reinstate => PersonRow { suspended_at: None, ..before },
        Change::SetRank(rank) => PersonRow { rank, ..before },
    };
    on!(conn, c => sqlx::query("UPDATE users SET suspended_at = $2, rank = $3 WHERE id = $1")
        .bind(to.0).bind(after.suspended_at.map(|at| at.0)).bind(after.rank.as_str())
        .execute(&mut **c).await?.rows_affected());
    if !matches!(change, Change::SetRank(_)) {
        // On the way back too: who signed in just as he was suspended starts anew.
        sessions::delete_all(conn, to).await?;
    }
    let detail = if let Change::SetRank(rank) = change { rank.as_str() } else { "" };
    let entry = Entry {
        user: by.person.id,
        action: change.action().to_owned(),
        order: None,
        conversation: None,
        other: Some(to),
        detail: detail.to_owned(),
    };
    audit::add(conn, entry, now).await?;
    Ok(Changed::Person(after))
}

async fn get(conn: &mut Conn<'_>, id: UserId) -> Result<Option<PersonRow>> {
    let row: Option<PersonColumns> = on!(conn, c => sqlx::query_as(
        "SELECT id, name, hue, email, rank, created_at, suspended_at FROM users WHERE id = $1")
        .bind(id.0).fetch_optional(&mut **c).await?);
    Ok(row.map(PersonColumns::into_row))
}
