//! Closing an account: the one transaction in which nobody is in it any more and nothing shows who it was. What belongs to
//! it elsewhere goes in the background ([`super::erasure`]).

use uuid::Uuid;

use super::{
    account,
    erasure_task::{self, ErasureTask},
};
use crate::{
    server::store::{
        Conn, Result,
        engine::locks,
        on,
        operators::{
            audit::{self, AuditEntry},
            demotion,
            security_events::{self, NewSecurityEvent},
        },
        sync::event_log::{self, NewEvent},
        tasks::{self, Queue},
        users,
    },
    shared::{
        ids::UserId,
        operators::{audit::USER_CLOSE, events::EventType},
        users::{Person, rank::Rank},
        values::time::Timestamp,
    },
};

/// How an account is to be closed.
#[derive(Clone)]
pub struct Closing {
    pub user: UserId,
    /// The hash of the password that was shown. `None` if an admin closes the account.
    pub password_hash: Option<String>,
    /// Who closes it: its owner, or an admin.
    pub by: UserId,
    /// Whether what they wrote goes, too.
    pub with_texts: bool,
    /// What the account is called from now on.
    pub former_name: String,
    pub event: NewSecurityEvent,
}

/// Answer to a closing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseOutcome {
    Closed,
    /// It is closed already, or there is no such account.
    NoPerson,
    /// The password has changed meanwhile.
    OtherPassword,
    /// The admin who closes it is none any more, or it is their own account.
    NotAllowed,
    /// It is the last admin's.
    LastAdmin,
}

/// Where the owner is told that the account is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormerAddress {
    pub name: String,
    pub email: String,
    pub language: Option<String>,
}

type AccountRow = (String, String, Option<String>, Option<String>, Option<String>, Option<i64>, Option<i64>);

/// Closes an account. The caller inserts the mail to the former address, which stands nowhere else after this.
pub async fn close(
    conn: &mut Conn<'_>,
    closing: Closing,
    now: Timestamp,
) -> Result<(CloseOutcome, Option<FormerAddress>)> {
    let user = closing.user;
    locks::listings_of(conn, user).await?;
    // All admins, so that of two who close their accounts at once one stays.
    let admins = admins(conn).await?;
    let locked: Vec<Uuid> = admins.iter().copied().chain([user.0, closing.by.0]).collect();
    locks::users(conn, &locked).await?;
    let row: Option<AccountRow> = on!(conn, c => sqlx::query_as(
        "SELECT name, rank, email, claimed_email, language, email_verified_at, mail_stopped_at FROM users \
         WHERE id = $1 AND closed_at IS NULL").bind(user.0).fetch_optional(&mut **c).await?);
    let Some((name, rank, email, claimed_email, language, verified_at, stopped_at)) = row else {
        return Ok((CloseOutcome::NoPerson, None));
    };
    if closing.by != user {
        let by = users::viewer(conn, closing.by).await?;
        if by.is_none_or(|by| by.rank != Rank::Admin) {
            return Ok((CloseOutcome::NotAllowed, None));
        }
    } else if users::password(conn, user).await? != closing.password_hash {
        return Ok((CloseOutcome::OtherPassword, None));
    }
    let is_admin = Rank::from_stored(&rank) == Rank::Admin;
    if is_admin && self::admins(conn).await?.iter().all(|admin| *admin == user.0) {
        return Ok((CloseOutcome::LastAdmin, None));
    }

    account::empty(conn, user, &closing.former_name, now).await?;
    if Rank::from_stored(&rank) != Rank::Member {
        let person = Person::new(user, closing.former_name.clone(), 0);
        demotion::leave_orders(conn, &person, now).await?;
    }
    security_events::add(conn, closing.event, now).await?;
    let entry = AuditEntry {
        user: closing.by,
        action: USER_CLOSE.to_owned(),
        order: None,
        conversation: None,
        other: Some(user).filter(|user| *user != closing.by),
        detail: String::new(),
    };
    audit::add(conn, entry, now).await?;
    event_log::tell(conn, NewEvent::of_user(EventType::UserClosed, user), now).await?;
    delete_tasks(conn, user, [&email, &claimed_email]).await?;
    let task = ErasureTask::new(user, closing.with_texts);
    tasks::insert(conn, Queue::Erasure, &erasure_task::key(user), &task.to_body(), now, now).await?;
    let takes_mail = verified_at.is_some() && stopped_at.is_none();
    let former = email.filter(|_| takes_mail).map(|email| FormerAddress { name, email, language });
    Ok((CloseOutcome::Closed, former))
}

async fn admins(conn: &mut Conn<'_>) -> Result<Vec<Uuid>> {
    Ok(on!(conn, c => sqlx::query_scalar(
        "SELECT id FROM users WHERE rank <> 'member' AND rank = $1 AND suspended_at IS NULL ORDER BY id")
        .bind(Rank::Admin.as_str()).fetch_all(&mut **c).await?))
}

/// Deletes what is to be mailed to them, pushed to them, or ends by itself for them. A task of another about a message of
/// theirs stays: it reads what is there when it is done.
async fn delete_tasks(conn: &mut Conn<'_>, user: UserId, addresses: [&Option<String>; 2]) -> Result<()> {
    let reset =
        |address: &Option<String>| address.as_ref().map(|address| format!("reset password {address}"));
    let [owned, claimed] = addresses.map(reset);
    on!(conn, c => sqlx::query("DELETE FROM tasks WHERE key LIKE $1 OR body LIKE $1 OR key = $2 OR key = $3")
        .bind(format!("%{}%", user.0)).bind(owned).bind(claimed).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// Whether an account is closed.
pub async fn is_closed(conn: &mut Conn<'_>, user: UserId) -> Result<bool> {
    let closed: Option<Option<i64>> = on!(conn, c => sqlx::query_scalar("SELECT closed_at FROM users WHERE id = $1")
        .bind(user.0).fetch_optional(&mut **c).await?);
    Ok(closed.flatten().is_some())
}

/// Whether everything that belongs to a closed account is gone.
pub async fn is_erased(conn: &mut Conn<'_>, user: UserId) -> Result<bool> {
    let task: Option<i64> = on!(conn, c => sqlx::query_scalar("SELECT due_at FROM tasks WHERE queue = $1 AND key = $2")
        .bind(Queue::Erasure.as_str()).bind(erasure_task::key(user)).fetch_optional(&mut **c).await?);
    Ok(task.is_none() && is_closed(conn, user).await?)
}
