//! Sign-in by identity providers (OpenID Connect): its start, and the answer that comes back.

mod accounts;
pub mod back_channel;
pub mod identities;

use crate::{
    server::{
        auth::{
            client_ip::ClientIp,
            pending_sign_ins::{PendingSignIn, identity_device_token},
        },
        context::ContextInner,
        domain::{
            failed, mail,
            users::{
                Client, SignedIn,
                security_events::{self, SecurityEvent},
                sign_in::refusal::SignInRefusal,
                sign_in::{Basis, open_session},
            },
        },
        outside::openid_connect::{Callback, Identity, Provider, ProviderError},
        store::users::identities::{ProviderSession, ProviderSubject, use_once},
    },
    shared::{
        errors::{ApiError, ErrorCode, Missing, Result},
        page::session::own_path,
        users::{
            Viewer,
            identities::{ProviderButton, SignInWays},
        },
        words,
    },
};
use accounts::Resolved;

/// The longest parameter of an answer that is looked at, in bytes.
const PARAMETER_MAX_BYTES: usize = 4 * 1_024;
const ERROR_MAX_BYTES: usize = 40;

/// A sign-in that has begun: what the browser keeps, and where it goes.
pub struct Started {
    pub cookie: String,
    pub url: String,
}

/// What came back from a provider by way of the browser, with the cookie that this browser keeps.
#[derive(Clone, Default)]
pub struct Answer {
    pub provider: String,
    pub cookie: Option<String>,
    pub state: String,
    pub code: Option<String>,
    pub issuer: Option<String>,
    pub error: Option<String>,
}

/// What came of an answer, with the path to continue at.
pub enum Finished {
    SignedIn { opened: SignedIn, next: String },
    Linked { next: String },
}

/// How one may sign in here.
pub fn ways_in(context: &ContextInner) -> SignInWays {
    let automatic = context.providers.all().iter().find(|provider| provider.is_automatic());
    SignInWays {
        providers: context.providers.all().iter().map(button).collect(),
        takes_passwords: !context.providers.are_only_way,
        automatic: automatic.map(|provider| provider.id().to_owned()),
    }
}

fn button(provider: &Provider) -> ProviderButton {
    ProviderButton { id: provider.id().to_owned(), name: provider.name().to_owned() }
}

/// Starts a sign-in, which leads on to `next`.
pub async fn start(
    context: &ContextInner,
    provider: &str,
    next: Option<String>,
    client_ip: &ClientIp,
) -> Result<Started> {
    let provider = provider_of(context, provider)?;
    context.limits.provider_sign_in(client_ip)?;
    let pending = PendingSignIn::new(provider.id(), own_path(next), None, context.clock.now());
    let url = url_of(context, provider, &pending).await?;
    Ok(Started { cookie: pending.to_cookie(&context.link_key), url })
}

/// Where a browser goes that keeps a sign-in of this provider which has begun.
pub async fn resume(
    context: &ContextInner,
    provider: &str,
    cookie: Option<&str>,
    client_ip: &ClientIp,
) -> Result<String> {
    let provider = provider_of(context, provider)?;
    context.limits.provider_sign_in(client_ip)?;
    let pending = cookie.and_then(|cookie| read(context, provider, cookie)).ok_or_else(start_again)?;
    url_of(context, provider, &pending).await
}

async fn url_of(context: &ContextInner, provider: &Provider, pending: &PendingSignIn) -> Result<String> {
    let secrets = pending.secrets(&context.link_key);
    let url = provider.authorization_url(&secrets, context.clock.now()).await;
    url.map_err(|_| not_reached(provider))
}

/// Signs in by an answer, or links the identity to the viewer's account if that was what they started. `viewer` is whose
/// session the browser has.
pub async fn finish(
    context: &ContextInner,
    answer: &Answer,
    viewer: Option<&Viewer>,
    client: &Client,
) -> Result<Finished> {
    let provider = provider_of(context, &answer.provider)?;
    context.limits.provider_sign_in(&client.client_ip)?;
    let identified = identify(context, provider, answer, client).await;
    let (pending, identity) = match identified {
        Ok(identified) => identified,
        Err(Failure::Refused(reason)) => {
            refuse(context, provider, viewer, client, reason).await;
            return Err(start_again());
        }
        Err(Failure::Answered(error)) => return Err(error),
    };
    match (pending.link_to, viewer) {
        (None, _) => sign_in(context, provider, identity, pending.next, client).await,
        (Some(user), Some(viewer)) if viewer.id == user => {
            identities::link(context, provider, identity, viewer, client).await?;
            Ok(Finished::Linked { next: pending.next })
        }
        (Some(_), _) => {
            refuse(context, provider, viewer, client, "another user linked it").await;
            Err(start_again())
        }
    }
}

/// Where somebody goes on who is refused, by what this browser keeps.
pub enum Origin {
    /// To the settings, where they began to link an identity.
    Settings,
    /// To the sign-in page, and from there to this path.
    SignIn { next: Option<String> },
}

/// Where a browser comes from that keeps this.
pub fn origin_of(context: &ContextInner, cookie: Option<&str>) -> Origin {
    let pending =
        cookie.and_then(|cookie| PendingSignIn::read(cookie, &context.link_key, context.clock.now()));
    match pending {
        Some(PendingSignIn { link_to: Some(_), .. }) => Origin::Settings,
        pending => Origin::SignIn { next: pending.map(|pending| pending.next).filter(|next| next != "/") },
    }
}

/// Why an answer leads nowhere.
enum Failure {
    /// It is not to be believed, for this reason.
    Refused(&'static str),
    /// It is, and there is nothing to be done.
    Answered(ApiError),
}

async fn identify(
    context: &ContextInner,
    provider: &Provider,
    answer: &Answer,
    client: &Client,
) -> std::result::Result<(PendingSignIn, Identity), Failure> {
    let parameters =
        [Some(&answer.state), answer.code.as_ref(), answer.issuer.as_ref(), answer.error.as_ref()];
    if parameters.into_iter().flatten().any(|text| text.len() > PARAMETER_MAX_BYTES) {
        return Err(Failure::Refused("an answer that is too long"));
    }
    let pending = answer.cookie.as_deref().and_then(|cookie| read(context, provider, cookie));
    let pending = pending.ok_or(Failure::Refused("no sign-in was started in this browser"))?;
    let secrets = pending.secrets(&context.link_key);
    if !is_same(&secrets.state, &answer.state) {
        return Err(Failure::Refused("the answer is to another sign-in"));
    }
    let (hash, expires_at, now) = (pending.hash(), pending.expires_at, context.clock.now());
    let is_first = context
        .store
        .write(move |mut conn| Box::pin(async move { use_once(&mut conn, &hash, expires_at, now).await }))
        .await
        .map_err(|error| Failure::Answered(failed(error)))?;
    if !is_first {
        return Err(Failure::Refused("an answer that was used before"));
    }
    let Some(code) = answer.code.as_deref().filter(|_| answer.error.is_none()) else {
        let error = answer.error.as_deref().unwrap_or("no code");
        let is_plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let error = if error.len() <= ERROR_MAX_BYTES && is_plain(error) { error } else { "an error" };
        let detail = format!("{}: {error}", provider.name());
        security_events::add_refusal(context, SecurityEvent::SignInRefused, None, client, &detail).await;
        let declined = ApiError::forbidden(words::provider_refused_declined(provider.name()));
        return Err(Failure::Answered(declined));
    };
    let callback = Callback { code, issuer: answer.issuer.as_deref(), secrets: &secrets };
    match provider.identify(&callback, now).await {
        Ok(identity) => Ok((pending, identity)),
        Err(ProviderError::Refused(reason)) => Err(Failure::Refused(reason)),
        Err(ProviderError::Unreachable(reason)) => {
            tracing::warn!(provider = provider.id(), reason, "an identity provider did not answer a sign-in");
            Err(Failure::Answered(not_reached(provider)))
        }
    }
}

async fn sign_in(
    context: &ContextInner,
    provider: &Provider,
    identity: Identity,
    next: String,
    client: &Client,
) -> Result<Finished> {
    let subject = ProviderSubject { issuer: provider.issuer().to_owned(), subject: identity.subject.clone() };
    let sid = identity.sid.clone();
    let account = match accounts::resolve(context, provider, &subject, identity, client).await? {
        Resolved::Account(account) => account,
        Resolved::Suspended(user) => {
            let (event, refusal) = (SecurityEvent::SignInRefused, SignInRefusal::Suspended);
            security_events::add_refusal(context, event, Some(user), client, refusal.as_str()).await;
            return Err(refusal.error());
        }
        Resolved::Refused(reason, error) => {
            refuse(context, provider, None, client, reason).await;
            return Err(error);
        }
    };
    if account.claims_address && context.limits.confirmation(account.user, &account.address).is_ok() {
        // The account is made; the mail can be asked for again.
        let _ = mail::addresses::put_task(context, account.user).await;
    }
    let device_token = identity_device_token(&context.link_key, &subject);
    let is_known_device = client.device_token.as_deref() == Some(&*device_token);
    let event = if account.is_new { SecurityEvent::SignedUp } else { SecurityEvent::SignedIn };
    let is_told = !account.is_new && !is_known_device;
    let session = ProviderSession { subject, sid };
    let basis = Basis::Provider { session, name: provider.name().to_owned(), device_token };
    let opened = open_session(context, account.user, basis, client, account.rank, (event, is_told)).await?;
    Ok(Finished::SignedIn { opened: opened.ok_or_else(start_again)?, next })
}

fn read(context: &ContextInner, provider: &Provider, cookie: &str) -> Option<PendingSignIn> {
    let pending = PendingSignIn::read(cookie, &context.link_key, context.clock.now())?;
    // An answer of one provider never counts for a sign-in by another (mix-up).
    (pending.provider == provider.id()).then_some(pending)
}

async fn refuse(
    context: &ContextInner,
    provider: &Provider,
    viewer: Option<&Viewer>,
    client: &Client,
    reason: &str,
) {
    let (event, detail) = (SecurityEvent::SignInRefused, format!("{}: {reason}", provider.name()));
    let user = viewer.map(|viewer| viewer.id);
    security_events::add_refusal(context, event, user, client, &detail).await;
}

fn provider_of<'c>(context: &'c ContextInner, id: &str) -> Result<&'c Provider> {
    context.providers.get(id).ok_or_else(|| ApiError::not_found(Missing::Page))
}

fn not_reached(provider: &Provider) -> ApiError {
    ApiError::new(ErrorCode::Unreachable, words::provider_refused_silent(provider.name()))
}

/// The same for everything that is not to be believed: an attacker learns nothing of what was wrong.
fn start_again() -> ApiError {
    ApiError::forbidden(words::provider_refused_again())
}

/// Compares in a time that says nothing of where texts differ.
fn is_same(one: &str, other: &str) -> bool {
    one.len() == other.len() && one.bytes().zip(other.bytes()).fold(0, |diff, (a, b)| diff | (a ^ b)) == 0
}
