//! Closing an account: by its owner, with the present password, or by an admin.

use crate::{
    server::{
        context::ContextInner,
        domain::{
            failed, mail,
            users::{Client, present_password, security_events::SecurityEvent},
        },
        store::{
            Conn, Result as StoreResult,
            users::personal_data::closing::{self, CloseOutcome, Closing},
        },
    },
    shared::{
        errors::{ApiError, Missing, Result},
        ids::UserId,
        users::{Viewer, credentials::DEMO_DOMAIN, rank::Rank},
        values::time::Timestamp,
        words::{self, Language},
    },
};

/// Closes the viewer's account. Everybody is out of it at once, and nothing shows who it was; what belonged to it elsewhere
/// goes in the background. What they wrote stays for the others, unless `with_texts`.
pub async fn close(
    context: &ContextInner,
    viewer: &Viewer,
    password: &str,
    with_texts: bool,
    client: &Client,
) -> Result<()> {
    // Everybody signs in to the accounts of the demo.
    if viewer.email.ends_with(DEMO_DOMAIN) {
        return Err(ApiError::forbidden(words::account_refused_close_demo()));
    }
    let refusal = SecurityEvent::PasswordRefused;
    let (place, password_hash) = present_password::check(context, viewer, password, refusal, client)
        .await
        .map_err(|error| ApiError { field: error.field.map(|_| "closing_password".to_owned()), ..error })?;
    drop(place);
    context.limits.change(viewer.id)?;
    let closing =
        Closing { password_hash: Some(password_hash), with_texts, ..closing(viewer.id, viewer.id, client) };
    run(context, closing).await
}

/// Closes another user's account. What they wrote stays. For admins only.
pub async fn close_of_other(
    context: &ContextInner,
    viewer: &Viewer,
    user: UserId,
    client: &Client,
) -> Result<()> {
    if viewer.rank != Rank::Admin {
        return Err(ApiError::forbidden(words::operator_refused_admins_only()));
    }
    if user == viewer.id {
        return Err(ApiError::forbidden(words::operator_refused_own_account()));
    }
    context.limits.change(viewer.id)?;
    run(context, closing(user, viewer.id, client)).await
}

/// What closes another user's account, without their texts.
pub(in crate::server::domain) fn closing(user: UserId, by: UserId, client: &Client) -> Closing {
    Closing {
        user,
        password_hash: None,
        by,
        with_texts: false,
        former_name: former_name().to_owned(),
        event: SecurityEvent::AccountClosed.to_row(Some(user), client, ""),
    }
}

/// What closed accounts are called, whoever closed them.
pub(super) fn former_name() -> &'static str {
    words::speak(Language::default(), words::personal_data_former_member)
}

async fn run(context: &ContextInner, closing: Closing) -> Result<()> {
    let (now, has_mail) = (context.clock.now(), context.mailer.is_some());
    let outcome = context
        .store
        .write(move |mut conn| Box::pin(async move { close_within(&mut conn, closing, has_mail, now).await }))
        .await
        .map_err(failed)?;
    context.fan_out_wake_up.notify_one();
    answer(outcome)
}

/// Closes an account in a transaction that does more, with the mail to its owner.
pub(in crate::server::domain) async fn close_within(
    conn: &mut Conn<'_>,
    closing: Closing,
    has_mail: bool,
    now: Timestamp,
) -> StoreResult<CloseOutcome> {
    let user = closing.user;
    let (outcome, former) = closing::close(conn, closing, now).await?;
    if let Some(former) = former.filter(|_| has_mail) {
        mail::accounts::closed::insert_task(conn, user, former, now).await?;
    }
    Ok(outcome)
}

/// What came of a closing.
pub(in crate::server::domain) fn answer(outcome: CloseOutcome) -> Result<()> {
    match outcome {
        CloseOutcome::Closed => Ok(()),
        CloseOutcome::NoPerson => Err(ApiError::not_found(Missing::Person)),
        CloseOutcome::NotAllowed => Err(ApiError::forbidden(words::operator_refused_admins_only())),
        CloseOutcome::OtherPassword => Err(ApiError::conflict(words::account_refused_password_changed())),
        CloseOutcome::LastAdmin => Err(ApiError::conflict(words::account_refused_close_last_admin())),
    }
}

/// Whether everything that belonged to a closed account is deleted.
pub async fn is_erased(context: &ContextInner, user: UserId) -> Result<bool> {
    context
        .store
        .read(move |mut conn| Box::pin(async move { closing::is_erased(&mut conn, user).await }))
        .await
        .map_err(failed)
}
