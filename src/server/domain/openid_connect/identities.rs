//! The viewer's identities at providers: seeing, linking and unlinking them.

use crate::{
    server::{
        auth::pending_sign_ins::PendingSignIn,
        context::ContextInner,
        domain::{
            failed,
            users::{
                Client, present_password,
                security_events::{self, SecurityEvent},
                sessions::current_hash,
            },
        },
        outside::openid_connect::{Identity, Provider, START_PREFIX},
        store::users::{
            self,
            identities::{self, Origin, ProviderSubject, StoredIdentity},
        },
    },
    shared::{
        errors::{ApiError, Missing, Result},
        ids::IdentityId,
        users::{
            Viewer,
            identities::{IdentityList, LinkedIdentity},
        },
        values::time::{MINUTE, Timestamp},
        words,
    },
};

/// Identities of one account.
const IDENTITIES_MAX: usize = 10;
/// Who has no password links an identity only so long after they signed in.
const FRESH_MICROS: i64 = 10 * MINUTE;
const SETTINGS_PATH: &str = "/settings#password";

/// The viewer's identities, and the providers that they may link.
pub async fn list(context: &ContextInner, viewer: &Viewer) -> Result<IdentityList> {
    let (stored, has_password) = all(context, viewer).await?;
    let can_unlink = |identity: &StoredIdentity| remains(context, &stored, identity, has_password);
    let linked = stored.iter().map(|identity| LinkedIdentity {
        id: IdentityId(identity.id),
        provider: context.providers.of_issuer(&identity.issuer).map(|provider| provider.name().to_owned()),
        issuer: identity.issuer.clone(),
        subject: identity.subject.clone(),
        linked_at: Timestamp(identity.linked_at),
        used_at: Timestamp(identity.used_at),
        can_unlink: can_unlink(identity),
    });
    let is_unlinked =
        |provider: &&Provider| !stored.iter().any(|identity| identity.issuer == provider.issuer());
    Ok(IdentityList {
        identities: linked.collect(),
        providers: context.providers.all().iter().filter(is_unlinked).map(super::button).collect(),
        has_password,
        takes_passwords: !context.providers.are_only_way,
    })
}

/// Begins to link an identity: what the browser keeps, and the path at which it goes on. Needs the present password, or a
/// recent sign-in of who has none: whoever finds an open session must not leave a way in for themselves.
pub async fn start_linking(
    context: &ContextInner,
    viewer: &Viewer,
    token: Option<&str>,
    (provider, present): (&str, &str),
    client: &Client,
) -> Result<(String, String)> {
    let provider = super::provider_of(context, provider)?;
    context.limits.provider_sign_in(&client.client_ip)?;
    let (user, now, current) = (viewer.id, context.clock.now(), current_hash(token)?);
    let (password, opened_at) = context
        .store
        .read(move |mut conn| {
            Box::pin(async move {
                let password = users::password(&mut conn, user).await?;
                Ok((password, identities::opened_at(&mut conn, &current).await?))
            })
        })
        .await
        .map_err(failed)?;
    if password.is_some() {
        let refusal = SecurityEvent::IdentityRefused;
        present_password::check(context, viewer, present, refusal, client)
            .await
            .map_err(|error| ApiError { field: error.field.map(|_| "link_password".to_owned()), ..error })?;
    } else if opened_at.is_none_or(|at| now >= at.plus(FRESH_MICROS)) {
        return Err(ApiError::forbidden(words::provider_refused_stale()));
    }
    let pending = PendingSignIn::new(provider.id(), SETTINGS_PATH.to_owned(), Some(viewer.id), now);
    let path = format!("{START_PREFIX}{}/continue", provider.id());
    Ok((pending.to_cookie(&context.link_key), path))
}

/// Links an identity to the viewer's account. One that is another account's stays there.
pub(super) async fn link(
    context: &ContextInner,
    provider: &Provider,
    identity: Identity,
    viewer: &Viewer,
    client: &Client,
) -> Result<()> {
    context.limits.change(viewer.id)?;
    let subject = ProviderSubject { issuer: provider.issuer().to_owned(), subject: identity.subject };
    let (user, now, linked) = (viewer.id, context.clock.now(), SecurityEvent::IdentityLinked);
    let (event, notice) =
        (linked.to_row(Some(user), client, provider.name()), linked.notice(context, provider.name()));
    let is_linked = context
        .store
        .write(move |mut conn| {
            Box::pin(async move {
                if identities::keeps(&mut conn, user, &subject).await? {
                    return Ok(true);
                }
                let has_too_many = identities::of_user(&mut conn, user).await?.len() >= IDENTITIES_MAX;
                if has_too_many
                    || !identities::insert(&mut conn, user, &subject, Origin::Settings, now).await?
                {
                    return Ok(false);
                }
                security_events::add(&mut conn, event, now).await?;
                security_events::tell_owner(&mut conn, user, notice, now).await?;
                Ok(true)
            })
        })
        .await
        .map_err(failed)?;
    if is_linked {
        Ok(())
    } else {
        super::refuse(context, provider, Some(viewer), client, "it is linked to another account").await;
        Err(ApiError::conflict(words::provider_refused_linked(provider.name())))
    }
}

/// Unlinks one of the viewer's identities, if another way in remains, and ends the other sessions that it has opened.
pub async fn unlink(
    context: &ContextInner,
    viewer: &Viewer,
    token: Option<&str>,
    id: IdentityId,
    client: &Client,
) -> Result<()> {
    context.limits.change(viewer.id)?;
    let (stored, has_password) = all(context, viewer).await?;
    let identity = stored.iter().find(|identity| identity.id == id.0);
    let identity = identity.ok_or_else(|| ApiError::not_found(Missing::Page))?;
    if !remains(context, &stored, identity, has_password) {
        return Err(ApiError::conflict(words::provider_refused_last()));
    }
    let name = context.providers.of_issuer(&identity.issuer).map_or(&*identity.issuer, Provider::name);
    let (user, now, current) = (viewer.id, context.clock.now(), current_hash(token)?);
    let event = SecurityEvent::IdentityUnlinked.to_row(Some(user), client, name);
    let (identity, count) = (identity.clone(), stored.len());
    let is_unlinked = context
        .store
        .write(move |mut conn| {
            Box::pin(async move {
                users::lock(&mut conn, user).await?;
                // Another tab may have unlinked the other one.
                if identities::of_user(&mut conn, user).await?.len() != count {
                    return Ok(false);
                }
                identities::delete(&mut conn, user, &identity, &current).await?;
                security_events::add(&mut conn, event, now).await?;
                Ok(true)
            })
        })
        .await
        .map_err(failed)?;
    if is_unlinked { Ok(()) } else { Err(ApiError::retry()) }
}

/// Whether another way in remains without this identity: a password that counts, or another identity whose provider is still
/// there.
fn remains(
    context: &ContextInner,
    all: &[StoredIdentity],
    identity: &StoredIdentity,
    has_password: bool,
) -> bool {
    let is_other = |other: &StoredIdentity| {
        other.id != identity.id && context.providers.of_issuer(&other.issuer).is_some()
    };
    (has_password && !context.providers.are_only_way) || all.iter().any(is_other)
}

async fn all(context: &ContextInner, viewer: &Viewer) -> Result<(Vec<StoredIdentity>, bool)> {
    let user = viewer.id;
    context
        .store
        .read(move |mut conn| {
            Box::pin(async move {
                let stored = identities::of_user(&mut conn, user).await?;
                Ok((stored, users::password(&mut conn, user).await?.is_some()))
            })
        })
        .await
        .map_err(failed)
}
