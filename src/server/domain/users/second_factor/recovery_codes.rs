//! The viewer's recovery codes: ten, each good once, for when the second factor is lost.

use crate::{
    server::{
        auth::recovery_codes as codes,
        context::ContextInner,
        domain::{
            failed,
            users::{
                client::Client,
                present_password,
                security_events::{self, SecurityEvent},
            },
        },
        store::{
            Conn, Result as StoreResult,
            users::second_factor::{
                self,
                recovery_codes::{self, CodeHash},
            },
        },
    },
    shared::{
        errors::{ApiError, Result},
        ids::UserId,
        users::Viewer,
        words,
    },
};

/// New codes, and what is stored of them.
pub(super) struct FreshCodes {
    pub texts: Vec<String>,
    pub hashes: Vec<CodeHash>,
}

pub(super) fn fresh() -> Result<FreshCodes> {
    let texts = codes::new().ok_or_else(ApiError::internal)?;
    let hashes = texts.iter().filter_map(|code| codes::hash(code)).collect();
    Ok(FreshCodes { texts, hashes })
}

/// False if the user has some that are not used.
pub(super) async fn insert_if_none(
    conn: &mut Conn<'_>,
    user: UserId,
    hashes: &[CodeHash],
) -> StoreResult<bool> {
    if !recovery_codes::unused(conn, user).await?.is_empty() {
        return Ok(false);
    }
    recovery_codes::replace(conn, user, hashes).await?;
    Ok(true)
}

/// Replaces the viewer's codes and returns the new ones. They can't be read again. A conflict without a second factor, which they
/// stand in for.
pub async fn renew(
    context: &ContextInner,
    viewer: &Viewer,
    password: &str,
    client: &Client,
) -> Result<Vec<String>> {
    present_password::check_field(context, viewer, password, "codes_password", client).await?;
    let FreshCodes { texts, hashes } = fresh()?;
    let (user, now) = (viewer.id, context.clock.now());
    let event = SecurityEvent::RecoveryCodesMade.to_row(Some(user), client, "");
    let are_made = context
        .store
        .write(move |mut conn| {
            Box::pin(async move {
                if !second_factor::is_on(&mut conn, user).await? {
                    return Ok(false);
                }
                recovery_codes::replace(&mut conn, user, &hashes).await?;
                security_events::add(&mut conn, event, now).await?;
                Ok(true)
            })
        })
        .await
        .map_err(failed)?;
    if are_made { Ok(texts) } else { Err(ApiError::conflict(words::account_refused_no_factor())) }
}
