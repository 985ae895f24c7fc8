//! Signing in with a passkey: without a password, or as the second step after it. The device has verified its user, so it is
//! two factors in one.

use uuid::Uuid;

use super::{Basis, SignedIn, check_passwords_are_a_way_in, code, open_session, refusal::SignInRefusal};
use crate::{
    server::{
        auth::{passkeys::Ceremony, session_tokens},
        context::ContextInner,
        domain::{
            failed,
            users::{
                client::Client,
                second_factor::passkeys::{relying_party, store_ceremony, take_ceremony, wrong_answer},
                security_events::{self, SecurityEvent},
            },
        },
        store::users::{self, Credentials, second_factor::passkeys},
    },
    shared::{errors::Result, ids::UserId},
};

/// Begins to sign in: with one of the passkeys of whoever knew the password in this browser, else with any. Returns the options for
/// the browser as JSON, and the id of the challenge.
pub async fn begin(context: &ContextInner, pending: Option<&str>, client: &Client) -> Result<(String, Uuid)> {
    check_passwords_are_a_way_in(context)?;
    let site = relying_party(context)?;
    context.limits.passkey(&client.client_ip)?;
    let begun = match code::pending_user(context, pending).await? {
        Some((user, _)) => {
            let credentials = context
                .store
                .read_one(move |mut conn| {
                    Box::pin(async move { passkeys::credentials(&mut conn, user).await })
                })
                .await
                .map_err(failed)?;
            match credentials[..] {
                [] => site.begin_sign_in(),
                _ => site.begin_second_factor(user.0, &credentials),
            }
        }
        None => site.begin_sign_in(),
    };
    store_ceremony(context, begun).await
}

/// Opens a session for whoever has answered the challenge with a passkey of theirs.
pub async fn complete(
    context: &ContextInner,
    ceremony: Option<&str>,
    answer: &str,
    client: &Client,
) -> Result<SignedIn> {
    check_passwords_are_a_way_in(context)?;
    let site = relying_party(context)?;
    context.limits.passkey(&client.client_ip)?;
    let ceremony = take_ceremony(context, ceremony).await?;
    let (user, credential_id) = match &ceremony {
        Ceremony::Register { .. } => return Err(wrong_answer()),
        Ceremony::SecondFactor { user, .. } => {
            (*user, site.claimed_credential(answer).ok_or_else(wrong_answer)?)
        }
        Ceremony::SignIn { .. } => site.claimed(answer).ok_or_else(wrong_answer)?,
    };
    let user = UserId(user);
    let searched = credential_id.clone();
    let (credential, found) = context
        .store
        .read(move |mut conn| {
            Box::pin(async move {
                let credential = passkeys::find(&mut conn, user, &searched).await?;
                Ok((credential, users::credentials_of(&mut conn, user).await?))
            })
        })
        .await
        .map_err(failed)?;
    let (Some(credential), Some(found)) = (credential, found) else { return Err(wrong_answer()) };
    let Some(proof) = site.verify(ceremony, &credential, answer) else {
        security_events::add_refusal(context, SecurityEvent::SignInRefused, Some(user), client, "passkey")
            .await;
        return Err(wrong_answer());
    };
    let Credentials { password_hash, is_suspended, rank, .. } = found;
    if is_suspended {
        return Err(SignInRefusal::Suspended.error());
    }
    let now = context.clock.now();
    // Of two answers with one counter, one is good.
    let is_used = context
        .store
        .write(move |mut conn| {
            Box::pin(async move {
                passkeys::touch(&mut conn, &proof.credential_id, (&credential, &proof.after), now).await
            })
        })
        .await
        .map_err(failed)?;
    let hash = password_hash.filter(|_| is_used).ok_or_else(wrong_answer)?;
    let is_known_device = client.device_token.as_deref() == Some(&*session_tokens::device_token(&hash));
    let event = (SecurityEvent::SignedIn, !is_known_device);
    open_session(context, user, Basis::Password(hash), client, rank, event).await?.ok_or_else(wrong_answer)
}
