//! The user directory for operators, and their changes of accounts, each with an audit entry.

use uuid::Uuid;

use super::{
    audit::{self, AuditEntry},
    demotion,
};
use crate::{
    server::store::{
        Conn, Result,
        engine::locks,
        listings::{self, like},
        on,
        push::subscriptions,
        sync::event_log::{self, NewEvent},
        users::{second_factor, sessions},
    },
    shared::{
        ids::UserId,
        operators::{
            events::EventType,
            user_directory::{PEOPLE_PAGE, PeoplePage, PersonRow, UserChange},
        },
        users::{Person, rank::Rank},
        values::{page_cursor::PageCursor, time::Timestamp},
    },
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
    closed_at: Option<i64>,
    sessions: i64,
    has_second_factor: bool,
}

/// The accounts of which this holds, as [`PersonColumns`].
macro_rules! person_columns {
    ($of:literal) => {
        concat!(
            "SELECT id, name, hue, COALESCE(email, claimed_email) AS email, rank, created_at, suspended_at, closed_at, \
             (SELECT COUNT(*) FROM sessions s WHERE s.user_id = users.id) AS sessions, ",
            second_factor::has_second_factor!("users.id"),
            " AS has_second_factor FROM users ",
            $of
        )
    };
}

impl PersonColumns {
    fn into_row(self) -> PersonRow {
        PersonRow {
            person: Person::new(UserId(self.id), self.name, self.hue)
                .with_rank(Rank::from_stored(&self.rank)),
            email: self.email.unwrap_or_default(),
            rank: Rank::from_stored(&self.rank),
            created_at: Timestamp(self.created_at),
            suspended_at: self.suspended_at.map(Timestamp),
            is_closed: self.closed_at.is_some(),
            sessions: self.sessions,
            has_second_factor: self.has_second_factor,
        }
    }
}

/// A page of all users, newest account first. `search` is folded text to find in names, `address` in e-mail
/// addresses.
pub async fn page(conn: &mut Conn<'_>, search: &str, address: &str, after: PageCursor) -> Result<PeoplePage> {
    let rows: Vec<PersonColumns> = on!(conn, c => sqlx::query_as(
        person_columns!("WHERE ($1 = '%%' OR folded_name LIKE $1 ESCAPE '\\' OR email LIKE $5 ESCAPE '\\' OR claimed_email LIKE $5 ESCAPE '\\') \
         AND (created_at < $2 OR (created_at = $2 AND id < $3)) ORDER BY created_at DESC, id DESC LIMIT $4"))
        .bind(like(search)).bind(after.at.0).bind(after.id).bind(PEOPLE_PAGE + 1).bind(like(address)).persistent(false).fetch_all(&mut **c).await?);
    let has_more = rows.len() as i64 > PEOPLE_PAGE;
    let people: Vec<_> = rows.into_iter().take(PEOPLE_PAGE as usize).map(PersonColumns::into_row).collect();
    let next =
        people.last().filter(|_| has_more).map(|row| PageCursor { at: row.created_at, id: row.person.id.0 });
    Ok(PeoplePage { people, next })
}

/// Answer to a change of an account.
pub enum ChangeOutcome {
    /// The account after the change.
    Changed(PersonRow),
    /// The account was like this already.
    Unchanged(PersonRow),
    /// The operator's rank does not allow it, or no longer does, or not for this account.
    NotAllowed,
    NoPerson,
}

/// Changes another user's account. Both ranks are read again under the lock: of two admins who suspend each
/// other at once, one stays.
pub async fn change(
    conn: &mut Conn<'_>,
    by: UserId,
    to: UserId,
    change: UserChange,
    now: Timestamp,
) -> Result<ChangeOutcome> {
    if matches!(change, UserChange::Suspend | UserChange::Reinstate) {
        locks::listings_of(conn, to).await?;
    }
    locks::users(conn, &[by.0, to.0]).await?;
    let Some(before) = get(conn, to).await? else { return Ok(ChangeOutcome::NoPerson) };
    if before.is_closed {
        return Ok(ChangeOutcome::NotAllowed);
    }
    let by = get(conn, by).await?.filter(|by| by.suspended_at.is_none());
    let Some(by) = by.filter(|by| change.is_allowed(by.rank, before.rank)) else {
        return Ok(ChangeOutcome::NotAllowed);
    };
    let stands = match change {
        UserChange::Suspend => before.suspended_at.is_some(),
        UserChange::Reinstate => before.suspended_at.is_none(),
        UserChange::SetRank(rank) => before.rank == rank,
        UserChange::SignOut => before.sessions == 0,
        UserChange::ResetSecondFactor => !before.has_second_factor,
        // It is a command of its own: `users/personal_data/closing`.
        UserChange::Close => return Ok(ChangeOutcome::NotAllowed),
    };
    if stands {
        return Ok(ChangeOutcome::Unchanged(before));
    }
    let after = match change {
        UserChange::Suspend => PersonRow { suspended_at: Some(now), ..before },
        UserChange::Reinstate => PersonRow { suspended_at: None, sessions: 0, ..before },
        UserChange::SetRank(rank) => {
            PersonRow { rank, person: before.person.clone().with_rank(rank), ..before }
        }
        UserChange::SignOut => PersonRow { sessions: 0, ..before },
        UserChange::ResetSecondFactor => PersonRow { sessions: 0, has_second_factor: false, ..before },
        UserChange::Close => before,
    };
    on!(conn, c => sqlx::query("UPDATE users SET suspended_at = $2, rank = $3 WHERE id = $1")
        .bind(to.0).bind(after.suspended_at.map(|at| at.0)).bind(after.rank.as_str())
        .execute(&mut **c).await?.rows_affected());
    if matches!(change, UserChange::Suspend | UserChange::Reinstate) {
        listings::hide_of_host(conn, to, change == UserChange::Suspend, now).await?;
    }
    // The sessions of a suspended account open nothing but stay until here, so that its pages can tell why.
    // Its user must sign in again.
    match change {
        UserChange::Reinstate | UserChange::SignOut => sessions::delete_all(conn, to).await?,
        UserChange::Suspend => subscriptions::delete_all(conn, to).await?,
        UserChange::ResetSecondFactor => {
            second_factor::remove_all(conn, to).await?;
            sessions::delete_all(conn, to).await?;
        }
        UserChange::SetRank(_) | UserChange::Close => {}
    }
    if change == UserChange::SetRank(Rank::Member) {
        demotion::leave_orders(conn, &after.person, now).await?;
    }
    let detail = if let UserChange::SetRank(rank) = change { rank.as_str() } else { "" };
    let entry = AuditEntry {
        user: by.person.id,
        action: change.action().to_owned(),
        order: None,
        conversation: None,
        other: Some(to),
        detail: detail.to_owned(),
    };
    audit::add(conn, entry, now).await?;
    tell(conn, to, change, now).await?;
    Ok(ChangeOutcome::Changed(after))
}

/// Tells those who follow events of a change that others can see.
async fn tell(conn: &mut Conn<'_>, user: UserId, change: UserChange, now: Timestamp) -> Result<()> {
    let kind = match change {
        UserChange::Suspend => EventType::UserSuspended,
        UserChange::Reinstate => EventType::UserReinstated,
        UserChange::SetRank(rank) => return event_log::tell_rank(conn, user, rank, now).await,
        UserChange::SignOut | UserChange::ResetSecondFactor | UserChange::Close => return Ok(()),
    };
    event_log::tell(conn, NewEvent::of_user(kind, user), now).await
}

/// One user's account.
pub async fn get(conn: &mut Conn<'_>, id: UserId) -> Result<Option<PersonRow>> {
    let row: Option<PersonColumns> = on!(conn, c => sqlx::query_as(
        person_columns!("WHERE id = $1"))
        .bind(id.0).fetch_optional(&mut **c).await?);
    Ok(row.map(PersonColumns::into_row))
}
