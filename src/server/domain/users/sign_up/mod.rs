//! Signing up: who may, and an account whose address its owner has to confirm where mail is sent.

use std::sync::atomic::Ordering;

pub(in crate::server::domain) mod names;

use super::{
    client::Client,
    security_events::SecurityEvent,
    sign_in::{Basis, SignedIn, check_passwords_are_a_way_in, open_session},
};
use crate::{
    server::{
        auth::password_policy,
        context::ContextInner,
        domain::{failed, mail},
        store::{
            operators::site_settings,
            users::{self, NewUser},
        },
    },
    shared::{
        errors::{ApiError, Result},
        ids::UserId,
        operators::site_settings::SiteSettings,
        users::{HUES, Viewer, credentials::Email, rank::Rank},
        words,
    },
};

/// Names and addresses beside a password that is typed.
const ABOUT_MAX_BYTES: usize = 1_024;

/// What became of an account that was to be created.
enum SignUp {
    Done,
    Closed,
    /// The name looks like that of a member of the staff.
    NameTaken,
    AddressTaken,
}

/// Creates an account and signs in.
pub async fn sign_up(
    context: &ContextInner,
    name: &str,
    email: &str,
    password: &str,
    client: &Client,
) -> Result<SignedIn> {
    check_passwords_are_a_way_in(context)?;
    let name = names::check_own(name)?;
    let email = Email::parse(email)?;
    let password = password_policy::check_new(password, &[&name, email.as_str()])?;
    if context.is_unserved_demo_account(email.as_str()) {
        return Err(ApiError::invalid("email", words::account_refused_demo_address()));
    }
    let settings =
        context.store.read_one(|mut conn| Box::pin(async move { site_settings::get(&mut conn).await }));
    // Here before the slow hash, and below again under the lock.
    if let Some(refusal) = sign_up_refusal(context, settings.await.map_err(failed)?).await? {
        return Err(ApiError::forbidden(refusal));
    }
    let place = context.passwords.place_for_stranger(&client.client_ip)?;
    context.limits.sign_up(&client.client_ip)?;
    let password_hash = place.hash(&password).await?;
    drop(place);
    let (id, initial_hash) = (UserId::new(), password_hash.clone());
    let hue = i64::from(id.0.as_bytes()[15]) % HUES;
    let user = NewUser { id, email, name, hue, rank: Rank::Member, password_hash };
    let (now, language) = (context.clock.now(), words::language().tag());
    // Where mail is sent, an address is an account's once its owner says so: nobody learns here whose it is already.
    let is_claimed = context.mailer.is_some();
    let address = user.email.to_string();
    let done = context
        .store
        .write(move |mut conn| {
            Box::pin(async move {
                if !site_settings::get(&mut conn).await?.can_sign_up {
                    return Ok(SignUp::Closed);
                }
                if names::looks_like_staff(&mut conn, user.id, &user.name).await? {
                    return Ok(SignUp::NameTaken);
                }
                let is_inserted = match is_claimed {
                    true => users::insert_claiming(&mut conn, user, now).await?,
                    false => users::insert(&mut conn, user, now).await?,
                };
                if !is_inserted {
                    return Ok(SignUp::AddressTaken);
                }
                // The first mail is in it already.
                users::language::set(&mut conn, id, language).await?;
                Ok(SignUp::Done)
            })
        })
        .await
        .map_err(failed)?;
    match done {
        SignUp::Done => {}
        SignUp::Closed => return Err(ApiError::forbidden(words::account_refused_closed())),
        SignUp::NameTaken => return Err(names::taken()),
        SignUp::AddressTaken => return Err(address_taken()),
    }
    // The account is made; the mail can be asked for again.
    if context.limits.confirmation(id, &address).is_ok() {
        let _ = mail::addresses::put_task(context, id).await;
    }
    let opened = open_session(
        context,
        id,
        Basis::Password(initial_hash),
        client,
        Rank::Member,
        (SecurityEvent::SignedUp, false),
    )
    .await?;
    opened.ok_or_else(ApiError::retry)
}

/// Why a new password would be refused, for who is typing it. Bounded by client IP, since it takes time.
pub fn check_new_password(
    context: &ContextInner,
    viewer: Option<&Viewer>,
    password: &str,
    (name, email): (&str, &str),
    client: &Client,
) -> Result<Option<String>> {
    context.limits.password_advice(&client.client_ip)?;
    let own = viewer.map_or(("", ""), |viewer| (&*viewer.name, &*viewer.email));
    // More than a form takes is nobody's name.
    let about: Vec<_> = [name, email, own.0, own.1]
        .into_iter()
        .filter(|text| !text.is_empty() && text.len() <= ABOUT_MAX_BYTES)
        .collect();
    Ok(password_policy::check_new(password, &about).err().map(|error| error.message))
}

/// The error of an address that belongs to another account.
pub(super) fn address_taken() -> ApiError {
    ApiError { field: Some("email".to_owned()), ..ApiError::conflict(words::account_refused_address_taken()) }
}

/// Whether the database has an admin whom this server lets in. Until then nobody can sign up: whoever came first could
/// take the name and the address of the one who is to be it.
pub async fn has_admin(context: &ContextInner) -> Result<bool> {
    // Once there is one there always is: nobody can demote or suspend themselves.
    if context.has_admin.load(Ordering::Relaxed) {
        return Ok(true);
    }
    let with_demo = context.config.demo;
    let has_admin = context
        .store
        .read_one(move |mut conn| Box::pin(async move { users::has_admin(&mut conn, with_demo).await }))
        .await
        .map_err(failed)?;
    context.has_admin.fetch_or(has_admin, Ordering::Relaxed);
    Ok(has_admin)
}

/// Why nobody can sign up at present, for the page. `None` if everybody can.
pub async fn sign_up_refusal(context: &ContextInner, settings: SiteSettings) -> Result<Option<&'static str>> {
    if context.providers.are_only_way {
        return Ok(Some(words::provider_refused_password()));
    }
    if !settings.can_sign_up {
        return Ok(Some(words::account_refused_closed()));
    }
    Ok(if has_admin(context).await? { None } else { Some(words::account_refused_no_admin()) })
}
