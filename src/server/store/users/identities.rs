//! Identities: who a user is at an identity provider (OpenID Connect), by issuer and subject alone; the sessions that were
//! opened by them; and what is accepted once.

use std::collections::HashMap;

use sqlx::QueryBuilder;
use uuid::Uuid;

use super::sessions::TokenHash;
use crate::{
    server::store::{Conn, Result, engine::locks, on},
    shared::{
        ids::UserId,
        users::{credentials::Email, rank::Rank},
        values::time::Timestamp,
    },
};

/// Rows of [`use_once`] that are deleted in one transaction.
const EXPIRED_MAX: i64 = 100;
/// Subjects that are looked up at once.
const SUBJECTS: usize = 250;

/// How a user came to an identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The account was made by it.
    Account,
    /// By an address that both sides have confirmed.
    Address,
    /// Its owner linked it in the settings.
    Settings,
}

impl Origin {
    fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Address => "address",
            Self::Settings => "settings",
        }
    }
}

/// A subject of an issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderSubject {
    pub issuer: String,
    pub subject: String,
}

/// The account of an identity.
pub struct IdentityAccount {
    pub id: Uuid,
    pub user: UserId,
    pub rank: Rank,
    pub is_suspended: bool,
    pub email: Option<String>,
    /// The rank that the provider's groups gave it.
    pub granted_rank: Option<Rank>,
}

/// An identity of a user.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct StoredIdentity {
    pub id: Uuid,
    pub issuer: String,
    pub subject: String,
    pub linked_at: i64,
    pub used_at: i64,
}

/// The provider's session by which a session was opened.
#[derive(Clone, Debug)]
pub struct ProviderSession {
    pub subject: ProviderSubject,
    /// The provider's name for it.
    pub sid: Option<String>,
}

/// Whose a subject is, whatever the account's state.
pub async fn user_of(conn: &mut Conn<'_>, subject: &ProviderSubject) -> Result<Option<UserId>> {
    let user: Option<Uuid> = on!(conn, c => sqlx::query_scalar(
        "SELECT user_id FROM identities WHERE issuer = $1 AND subject = $2")
        .bind(&subject.issuer).bind(&subject.subject).fetch_optional(&mut **c).await?);
    Ok(user.map(UserId))
}

/// Whose these subjects of an issuer are, whatever the accounts' state.
pub async fn users_of(
    conn: &mut Conn<'_>,
    issuer: &str,
    subjects: &[&str],
) -> Result<HashMap<String, UserId>> {
    let mut users = HashMap::new();
    for chunk in subjects.chunks(SUBJECTS) {
        let found: Vec<(String, Uuid)> = on!(conn, c => {
            let mut query = QueryBuilder::new("SELECT subject, user_id FROM identities WHERE issuer = ");
            query.push_bind(issuer).push(" AND subject IN (");
            let mut list = query.separated(", ");
            for subject in chunk {
                list.push_bind(*subject);
            }
            query.push(")");
            query.build_query_as().persistent(false).fetch_all(&mut **c).await?
        });
        users.extend(found.into_iter().map(|(subject, user)| (subject, UserId(user))));
    }
    Ok(users)
}

/// The account of a subject, whatever its state. The account's row is locked.
pub async fn find(conn: &mut Conn<'_>, subject: &ProviderSubject) -> Result<Option<IdentityAccount>> {
    type Row = (Uuid, Uuid, String, Option<i64>, Option<String>, Option<String>);
    let Some(user) = user_of(conn, subject).await? else { return Ok(None) };
    locks::user(conn, user).await?;
    let row: Option<Row> = on!(conn, c => sqlx::query_as(
        "SELECT i.id, u.id, u.rank, u.suspended_at, COALESCE(u.email, u.claimed_email), i.granted_rank \
         FROM identities i JOIN users u ON u.id = i.user_id WHERE i.issuer = $1 AND i.subject = $2")
        .bind(&subject.issuer).bind(&subject.subject).fetch_optional(&mut **c).await?);
    Ok(row.map(|(id, user, rank, suspended_at, email, granted_rank)| IdentityAccount {
        id,
        user: UserId(user),
        rank: Rank::from_stored(&rank),
        is_suspended: suspended_at.is_some(),
        email,
        granted_rank: granted_rank.and_then(|rank| Rank::parse(&rank)),
    }))
}

/// Links a subject to an account. False if it is linked already.
pub async fn insert(
    conn: &mut Conn<'_>,
    user: UserId,
    subject: &ProviderSubject,
    origin: Origin,
    now: Timestamp,
) -> Result<bool> {
    Ok(on!(conn, c => sqlx::query(
        "INSERT INTO identities (id, user_id, issuer, subject, origin, linked_at, used_at) VALUES ($1, $2, $3, $4, $5, $6, $6) \
         ON CONFLICT DO NOTHING")
        .bind(Uuid::now_v7()).bind(user.0).bind(&subject.issuer).bind(&subject.subject).bind(origin.as_str()).bind(now.0)
        .execute(&mut **c).await?.rows_affected())
        == 1)
}

/// Records that somebody signed in by an identity, and the rank that the provider's groups give it from now on.
pub async fn note_use(
    conn: &mut Conn<'_>,
    id: Uuid,
    granted_rank: Option<Rank>,
    now: Timestamp,
) -> Result<()> {
    on!(conn, c => sqlx::query("UPDATE identities SET used_at = $2, granted_rank = $3 WHERE id = $1")
        .bind(id).bind(now.0).bind(granted_rank.map(Rank::as_str)).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// Whether the subject is this account's. The account's row is locked, so that the answer holds until the end of the command.
pub async fn keeps(conn: &mut Conn<'_>, user: UserId, subject: &ProviderSubject) -> Result<bool> {
    locks::user(conn, user).await?;
    Ok(on!(conn, c => sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM identities i JOIN users u ON u.id = i.user_id \
         WHERE i.issuer = $2 AND i.subject = $3 AND u.id = $1 AND u.suspended_at IS NULL)")
        .bind(user.0).bind(&subject.issuer).bind(&subject.subject).fetch_one(&mut **c).await?))
}

/// The identities of a user, in the order in which they were linked.
pub async fn of_user(conn: &mut Conn<'_>, user: UserId) -> Result<Vec<StoredIdentity>> {
    Ok(on!(conn, c => sqlx::query_as(
        "SELECT id, issuer, subject, linked_at, used_at FROM identities WHERE user_id = $1 ORDER BY linked_at, id")
        .bind(user.0).fetch_all(&mut **c).await?))
}

/// Unlinks an identity, and ends the sessions that were opened by it but `this`.
pub async fn delete(
    conn: &mut Conn<'_>,
    user: UserId,
    identity: &StoredIdentity,
    this: &TokenHash,
) -> Result<()> {
    on!(conn, c => sqlx::query("DELETE FROM identities WHERE id = $1 AND user_id = $2")
        .bind(identity.id).bind(user.0).execute(&mut **c).await?.rows_affected());
    on!(conn, c => sqlx::query(
        "DELETE FROM sessions WHERE token_hash <> $3 AND token_hash IN \
         (SELECT session_hash FROM provider_sessions WHERE issuer = $1 AND subject = $2)")
        .bind(&identity.issuer).bind(&identity.subject).bind(this.as_slice()).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// Unlinks what was linked in the settings, which whoever had a session could do.
pub async fn delete_added(conn: &mut Conn<'_>, user: UserId) -> Result<()> {
    on!(conn, c => sqlx::query("DELETE FROM identities WHERE user_id = $1 AND origin = 'settings'")
        .bind(user.0).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// The account that an address belongs to, if its owner has confirmed it, and whether it is suspended. Nobody if the issuer knows
/// the account by another subject: addresses are given to somebody else at times.
pub async fn confirmed_owner(
    conn: &mut Conn<'_>,
    email: &Email,
    issuer: &str,
) -> Result<Option<(UserId, bool)>> {
    let row: Option<(Uuid, Option<i64>)> = on!(conn, c => sqlx::query_as(
        "SELECT id, suspended_at FROM users WHERE email = $1 AND email_verified_at IS NOT NULL \
         AND NOT EXISTS (SELECT 1 FROM identities i WHERE i.user_id = users.id AND i.issuer = $2)")
        .bind(email.as_str()).bind(issuer).fetch_optional(&mut **c).await?);
    Ok(row.map(|(id, suspended_at)| (UserId(id), suspended_at.is_some())))
}

/// Notes the provider's session by which a session was opened.
pub async fn insert_session(
    conn: &mut Conn<'_>,
    token_hash: &TokenHash,
    opened_by: &ProviderSession,
) -> Result<()> {
    on!(conn, c => sqlx::query(
        "INSERT INTO provider_sessions (session_hash, issuer, subject, sid) VALUES ($1, $2, $3, $4)")
        .bind(token_hash.as_slice()).bind(&opened_by.subject.issuer).bind(&opened_by.subject.subject).bind(&opened_by.sid)
        .execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// Which sessions a provider ends.
#[derive(Clone, Debug)]
pub enum EndedAtProvider {
    /// All that the subject has opened.
    Subject(String),
    /// That of one of its own sessions; of the subject, if it names one too.
    Session { sid: String, subject: Option<String> },
}

/// Ends sessions that an issuer has opened. The users whose they were.
pub async fn end_sessions(conn: &mut Conn<'_>, issuer: &str, ended: &EndedAtProvider) -> Result<Vec<UserId>> {
    let users: Vec<Uuid> = match ended {
        EndedAtProvider::Subject(subject) => on!(conn, c => sqlx::query_scalar(
            "DELETE FROM sessions WHERE token_hash IN \
             (SELECT session_hash FROM provider_sessions WHERE issuer = $1 AND subject = $2) RETURNING user_id")
            .bind(issuer).bind(subject).fetch_all(&mut **c).await?),
        EndedAtProvider::Session { sid, subject } => on!(conn, c => sqlx::query_scalar(
            "DELETE FROM sessions WHERE token_hash IN \
             (SELECT session_hash FROM provider_sessions WHERE issuer = $1 AND sid = $2 AND subject = COALESCE($3, subject)) \
             RETURNING user_id")
            .bind(issuer).bind(sid).bind(subject).fetch_all(&mut **c).await?),
    };
    let mut users: Vec<_> = users.into_iter().map(UserId).collect();
    users.sort_by_key(|user| user.0);
    users.dedup();
    Ok(users)
}

/// When the session of this token was opened, if a provider opened it.
pub async fn opened_at(conn: &mut Conn<'_>, token_hash: &TokenHash) -> Result<Option<Timestamp>> {
    let at: Option<i64> = on!(conn, c => sqlx::query_scalar(
        "SELECT s.created_at FROM provider_sessions p JOIN sessions s ON s.token_hash = p.session_hash WHERE p.session_hash = $1")
        .bind(token_hash.as_slice()).fetch_optional(&mut **c).await?);
    Ok(at.map(Timestamp))
}

/// Accepts what has this hash, once. False if it was accepted before. It has to be refused anyway after `expires_at`.
pub async fn use_once(
    conn: &mut Conn<'_>,
    hash: &TokenHash,
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<bool> {
    on!(conn, c => sqlx::query(
        "DELETE FROM used_once WHERE hash IN (SELECT hash FROM used_once WHERE expires_at <= $1 LIMIT $2)")
        .bind(now.0).bind(EXPIRED_MAX).execute(&mut **c).await?.rows_affected());
    Ok(
        on!(conn, c => sqlx::query("INSERT INTO used_once (hash, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING")
        .bind(hash.as_slice()).bind(expires_at.0).execute(&mut **c).await?.rows_affected())
            == 1,
    )
}
