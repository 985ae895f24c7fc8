//! The viewer's second factor: what they have beside their password.

pub mod app;
pub mod passkeys;
pub mod recovery_codes;

use super::sessions::current_hash;
use crate::{
    server::{
        auth::{
            recovery_codes as codes,
            totp::{TotpSecret, qr_path},
        },
        context::ContextInner,
        domain::failed,
        store::users::second_factor,
    },
    shared::{
        errors::Result,
        users::{
            Viewer,
            second_factor::{AppSetup, SecondFactor},
        },
    },
};

/// What the viewer has. `token` is that of the current session, which alone sees what it is setting up. `made` are recovery codes
/// that a plain form has just made; they are returned only if they are the viewer's.
pub async fn get(
    context: &ContextInner,
    viewer: &Viewer,
    token: Option<&str>,
    made: Vec<String>,
) -> Result<SecondFactor> {
    let (user, session, since) = (viewer.id, current_hash(token)?, app::setup_since(context));
    let (app, unused, passkeys, needed_from, secret) = context
        .store
        .read(move |mut conn| {
            Box::pin(async move {
                let app = second_factor::totp::get(&mut conn, user).await?;
                let unused = second_factor::recovery_codes::unused(&mut conn, user).await?;
                let passkeys = second_factor::passkeys::list(&mut conn, user).await?;
                let needed_from = second_factor::needed_from(&mut conn, user).await?;
                let secret = second_factor::totp::setup(&mut conn, &session, since).await?;
                Ok((app, unused, passkeys, needed_from, secret))
            })
        })
        .await
        .map_err(failed)?;
    let is_mine = |code: &String| codes::hash(code).is_some_and(|hash| unused.contains(&hash));
    let made = if made.iter().all(is_mine) { made } else { Vec::new() };
    Ok(SecondFactor {
        app_since: app.map(|app| app.created_at),
        recovery_codes: unused.len() as i64,
        passkeys,
        has_passkeys: context.relying_party.is_some(),
        needed_from,
        setup: secret.and_then(|secret| setup(context, viewer, secret)),
        made,
    })
}

fn setup(context: &ContextInner, viewer: &Viewer, secret: Vec<u8>) -> Option<AppSetup> {
    let secret = TotpSecret::from_bytes(secret);
    let uri = secret.uri(&context.site_name(), &viewer.email)?;
    Some(AppSetup { secret: secret.to_text(), qr: qr_path(&uri)?, uri })
}
