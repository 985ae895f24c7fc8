//! Whose account a signed identity names: by issuer and subject alone, never by an address. The first one makes it.

use crate::{
    server::{
        auth::signed_identity::SignedIdentity,
        context::ContextInner,
        domain::users::names,
        store::{
            Conn, Result as StoreResult, StoreError,
            users::{
                self,
                identities::{self, Origin, ProviderSubject},
            },
        },
    },
    shared::{
        ids::UserId,
        users::{HUES, Viewer},
        values::time::Timestamp,
        words,
    },
};

/// Before the issuer in `identities`. No identity provider's has it, since theirs are URLs.
const ISSUER_PREFIX: &str = "embed:";

/// Somebody whom the marketplace knows: a visitor, or who was sent before their first visit.
#[derive(Clone)]
pub(in crate::server::domain) struct Person {
    pub subject: ProviderSubject,
    /// One that they may have here.
    name: Option<String>,
    /// `None` before their first visit.
    language: Option<&'static str>,
}

impl Person {
    pub(super) fn new(issuer: &str, identity: &SignedIdentity) -> Self {
        let language = Some(words::language().tag());
        Self { language, ..Self::sent(issuer, &identity.subject, identity.name.clone()) }
    }

    /// Who is sent by the marketplace's server.
    pub(in crate::server::domain) fn sent(issuer: &str, subject: &str, name: Option<String>) -> Self {
        let subject = subject_of(issuer, subject);
        Self { subject, name: name.and_then(names::own), language: None }
    }
}

/// The identity that a signed one of this issuer is.
pub(in crate::server::domain) fn subject_of(issuer: &str, subject: &str) -> ProviderSubject {
    ProviderSubject { issuer: format!("{ISSUER_PREFIX}{issuer}"), subject: subject.to_owned() }
}

/// The person's account, as frames see it: in them everybody is a member. `None` if it is suspended.
pub(super) async fn find_or_create(
    conn: &mut Conn<'_>,
    person: &Person,
    now: Timestamp,
) -> StoreResult<Option<Viewer>> {
    let user = match identities::find(conn, &person.subject).await? {
        Some(account) if account.is_suspended => return Ok(None),
        Some(account) => {
            identities::note_use(conn, account.id, account.granted_rank, now).await?;
            if let Some(language) = person.language {
                users::language::set_first(conn, account.user, language).await?;
            }
            account.user
        }
        None => create(conn, person, now).await?,
    };
    let viewer = users::viewer(conn, user).await?;
    Ok(viewer.map(|viewer| Viewer { rank: Default::default(), ..viewer }))
}

/// Makes the account of somebody who has none.
pub(in crate::server::domain) async fn create(
    conn: &mut Conn<'_>,
    person: &Person,
    now: Timestamp,
) -> StoreResult<UserId> {
    let user = UserId::new();
    let name = match &person.name {
        Some(name) if !names::looks_like_staff(conn, user, name).await? => name.clone(),
        _ => names::fallback(user),
    };
    let hue = i64::from(user.0.as_bytes()[15]) % HUES;
    users::insert_without_password(conn, (user, &name, hue), None, now).await?;
    if let Some(language) = person.language {
        users::language::set(conn, user, language).await?;
    }
    if !identities::insert(conn, user, &person.subject, Origin::Account, now).await? {
        // Another transaction has made it meanwhile: nothing of this one stays.
        return Err(StoreError::Retry);
    }
    Ok(user)
}

/// Gives the account the name that the marketplace has for it now. One that it can't have here, or that comes too often, leaves
/// it as it was.
pub(super) async fn rename(context: &ContextInner, viewer: Viewer, person: &Person) -> Viewer {
    let Some(name) = person.name.clone().filter(|name| *name != viewer.name) else { return viewer };
    if context.limits.rename(viewer.id).is_err() {
        return viewer;
    }
    let (user, hue, wanted, now) = (viewer.id, viewer.hue, name.clone(), context.clock.now());
    let renamed = context
        .store
        .write(move |mut conn| Box::pin(async move { set_name(&mut conn, user, &wanted, hue, now).await }))
        .await;
    match renamed {
        Ok(true) => Viewer { name, ..viewer },
        _ => viewer,
    }
}

/// Gives an account the name that a sent person has. One that they can't have here leaves it as it was.
pub(in crate::server::domain) async fn set_sent_name(
    conn: &mut Conn<'_>,
    user: UserId,
    person: &Person,
    now: Timestamp,
) -> StoreResult<()> {
    let (Some(name), Some(hue)) = (&person.name, users::hue(conn, user).await?) else { return Ok(()) };
    set_name(conn, user, name, hue, now).await.map(drop)
}

/// False if it looks like that of a member of the staff.
async fn set_name(
    conn: &mut Conn<'_>,
    user: UserId,
    name: &str,
    hue: i64,
    now: Timestamp,
) -> StoreResult<bool> {
    if names::looks_like_staff(conn, user, name).await? {
        return Ok(false);
    }
    users::update_profile(conn, user, name, hue, now).await?;
    Ok(true)
}
