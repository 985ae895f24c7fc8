//! Which account an identity signs in to: the one that it is linked to; the one with an address that both sides have confirmed;
//! or a new one. Groups give ranks, and take back what they gave.

use uuid::Uuid;

use crate::{
    server::{
        context::ContextInner,
        domain::{
            failed,
            users::{
                Client, has_admin, names,
                security_events::{self, SecurityEvent},
            },
        },
        outside::openid_connect::{Identity, Provider},
        store::{
            Conn, Result as StoreResult, StoreError,
            mail::addresses::{self, ConfirmOutcome},
            operators::provided_rank::{self, ProvidedRank},
            users::{
                self,
                identities::{self, IdentityAccount, Origin, ProviderSubject},
            },
        },
    },
    shared::{
        errors::{ApiError, Result},
        ids::UserId,
        users::{HUES, credentials::Email, rank::Rank},
        values::time::Timestamp,
        words,
    },
};

/// Names of an identity that are tried for a new account.
const NAMES_MAX: usize = 8;

/// The account that an identity signs in to.
pub(super) struct Account {
    pub user: UserId,
    pub rank: Rank,
    pub is_new: bool,
    /// It has still to confirm this address, which may be none.
    pub claims_address: bool,
    pub address: String,
}

pub(super) enum Resolved {
    Account(Account),
    Suspended(UserId),
    /// The reason for the security log, and the answer.
    Refused(&'static str, ApiError),
}

/// What a transaction needs of an identity, checked before.
#[derive(Clone)]
struct Facts {
    subject: ProviderSubject,
    names: Vec<String>,
    email: Option<Email>,
    /// The provider is trusted with addresses, and has verified this one.
    is_address_confirmed: bool,
    /// `None` if the provider's groups give no rank.
    wanted_rank: Option<Rank>,
    can_be_new: bool,
    with_demo: bool,
    language: &'static str,
}

/// Finds the account of an identity, or makes one.
pub(super) async fn resolve(
    context: &ContextInner,
    provider: &Provider,
    subject: &ProviderSubject,
    identity: Identity,
    client: &Client,
) -> Result<Resolved> {
    let wanted_rank = identity.groups.as_ref().map(|groups| rank_of(provider, groups));
    let email = identity.email.as_deref().and_then(|email| Email::parse(email).ok());
    let email = email.filter(|email| !context.is_unserved_demo_account(email.as_str()));
    let trusted = provider.trusts_addresses() && identity.is_email_verified;
    let mut facts = Facts {
        subject: subject.clone(),
        is_address_confirmed: trusted && email.is_some(),
        email,
        names: identity.names.into_iter().take(NAMES_MAX).filter_map(names::own).collect(),
        wanted_rank,
        can_be_new: false,
        with_demo: context.config.demo,
        language: words::language().tag(),
    };
    let found = run(context, &facts, provider, client).await?;
    if let Found::Existing(account) = found {
        return Ok(resolved(context, account));
    }
    let no_account = || ApiError::forbidden(words::provider_refused_no_account());
    if !provider.makes_accounts() {
        return Ok(Resolved::Refused("no account, and none is made", no_account()));
    }
    // Whoever came first could take the name of the one who is to be the admin.
    if wanted_rank != Some(Rank::Admin) && !has_admin(context).await? {
        let error = ApiError::forbidden(words::account_refused_no_admin());
        return Ok(Resolved::Refused("there is no admin yet", error));
    }
    context.limits.sign_up(&client.client_ip)?;
    facts.can_be_new = true;
    Ok(match run(context, &facts, provider, client).await? {
        Found::Existing(account) => resolved(context, account),
        Found::New(account) => Resolved::Account(account),
        Found::Nobody => Resolved::Refused("no account, and none is made", no_account()),
    })
}

enum Found {
    Existing(IdentityAccount),
    New(Account),
    Nobody,
}

fn resolved(context: &ContextInner, account: IdentityAccount) -> Resolved {
    if account.is_suspended {
        return Resolved::Suspended(account.user);
    }
    let address = account.email.unwrap_or_default();
    if context.is_unserved_demo_account(&address) {
        let error = ApiError::forbidden(words::provider_refused_again());
        return Resolved::Refused("an account of the demo", error);
    }
    let IdentityAccount { user, rank, .. } = account;
    Resolved::Account(Account { user, rank, is_new: false, claims_address: false, address })
}

async fn run(context: &ContextInner, facts: &Facts, provider: &Provider, client: &Client) -> Result<Found> {
    let now = context.clock.now();
    let linked = SecurityEvent::IdentityLinked;
    let (event, notice) =
        (linked.to_row(None, client, provider.name()), linked.notice(context, provider.name()));
    let command = || {
        let (facts, event, notice) = (facts.clone(), event.clone(), notice.clone());
        context.store.write(move |mut conn| {
            Box::pin(async move {
                if let Some(account) = existing(&mut conn, &facts, now).await? {
                    return Ok(Found::Existing(account));
                }
                if let Some(email) = facts.email.as_ref().filter(|_| facts.is_address_confirmed)
                    && let Some((user, is_suspended)) =
                        identities::confirmed_owner(&mut conn, email, &facts.subject.issuer).await?
                {
                    if !is_suspended {
                        insert(&mut conn, user, &facts.subject, Origin::Address, now).await?;
                        let event = security_events::of(event, user);
                        security_events::add(&mut conn, event, now).await?;
                        security_events::tell_owner(&mut conn, user, notice, now).await?;
                        return Ok(existing(&mut conn, &facts, now)
                            .await?
                            .map_or(Found::Nobody, Found::Existing));
                    }
                    return Ok(Found::Existing(suspended(user)));
                }
                if !facts.can_be_new {
                    return Ok(Found::Nobody);
                }
                create(&mut conn, &facts, now).await
            })
        })
    };
    match command().await {
        // Somebody signs in twice at once: the second time the account is there.
        Err(StoreError::Retry) => command().await,
        found => found,
    }
    .map_err(failed)
}

fn suspended(user: UserId) -> IdentityAccount {
    IdentityAccount {
        id: Uuid::nil(),
        user,
        rank: Rank::Member,
        is_suspended: true,
        email: None,
        granted_rank: None,
    }
}

/// The account that the identity is linked to, with the rank that the groups leave it. Nothing changes for one that is
/// suspended.
async fn existing(
    conn: &mut Conn<'_>,
    facts: &Facts,
    now: Timestamp,
) -> StoreResult<Option<IdentityAccount>> {
    let Some(account) = identities::find(conn, &facts.subject).await? else { return Ok(None) };
    if account.is_suspended {
        return Ok(Some(account));
    }
    let (rank, granted) =
        ranked(conn, facts, account.user, (account.rank, account.granted_rank), now).await?;
    identities::note_use(conn, account.id, granted, now).await?;
    Ok(Some(IdentityAccount { rank, granted_rank: granted, ..account }))
}

async fn ranked(
    conn: &mut Conn<'_>,
    facts: &Facts,
    user: UserId,
    (rank, granted): (Rank, Option<Rank>),
    now: Timestamp,
) -> StoreResult<(Rank, Option<Rank>)> {
    let Some(wanted) = facts.wanted_rank else { return Ok((rank, granted)) };
    let outcome =
        provided_rank::apply(conn, user, ProvidedRank { wanted, granted }, facts.with_demo, now).await?;
    if outcome.is_last_admin {
        tracing::warn!(user = %user, "the groups of the last admin give that rank no more; it stays until there is another");
    }
    Ok((outcome.rank, outcome.granted))
}

async fn create(conn: &mut Conn<'_>, facts: &Facts, now: Timestamp) -> StoreResult<Found> {
    let user = UserId::new();
    let mut name = names::fallback(user);
    for candidate in &facts.names {
        if !names::looks_like_staff(conn, user, candidate).await? {
            name = candidate.clone();
            break;
        }
    }
    let hue = i64::from(user.0.as_bytes()[15]) % HUES;
    users::insert_without_password(conn, (user, &name, hue), facts.email.as_ref(), now).await?;
    // The first mail is in it already.
    users::language::set(conn, user, facts.language).await?;
    let mut claims_address = facts.email.is_some();
    if let Some(email) = facts.email.as_ref().filter(|_| facts.is_address_confirmed) {
        let confirmed = addresses::confirm(conn, user, email.as_str(), now, now).await?;
        claims_address = !matches!(confirmed, ConfirmOutcome::Confirmed { .. });
    }
    insert(conn, user, &facts.subject, Origin::Account, now).await?;
    let rank = existing(conn, facts, now).await?.map_or(Rank::Member, |account| account.rank);
    let address = facts.email.as_ref().map(ToString::to_string).unwrap_or_default();
    Ok(Found::New(Account { user, rank, is_new: true, claims_address, address }))
}

async fn insert(
    conn: &mut Conn<'_>,
    user: UserId,
    subject: &ProviderSubject,
    origin: Origin,
    now: Timestamp,
) -> StoreResult<()> {
    match identities::insert(conn, user, subject, origin, now).await? {
        true => Ok(()),
        // Another transaction has linked it meanwhile: nothing of this one stays.
        false => Err(StoreError::Retry),
    }
}

/// The highest rank that one of the groups has.
fn rank_of(provider: &Provider, groups: &[String]) -> Rank {
    let has = |ranked: &[String]| ranked.iter().any(|group| groups.contains(group));
    match provider.group_ranks() {
        Some(ranks) if has(&ranks.admin) => Rank::Admin,
        Some(ranks) if has(&ranks.operator) => Rank::Operator,
        _ => Rank::Member,
    }
}
