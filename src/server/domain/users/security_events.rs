//! Events of security: signing in and out, refusals, passwords and tokens. Each is a line of the security log, and a row
//! with the client's IP that admins see beside the audit log, for 90 days.

use tracing::Span;

use super::client::{Client, browser_name};
pub(in crate::server::domain) use crate::server::store::operators::security_events::{add, has_lately};
use crate::{
    server::{
        context::ContextInner,
        domain::{
            failed,
            mail::{accounts::security, task::SecurityMail},
        },
        store::{
            Conn, Result as StoreResult,
            notifications::notify::notify_owner,
            operators::security_events::{self, NewSecurityEvent},
        },
    },
    shared::{
        conversations::system_messages::SystemMessage,
        errors::Result,
        ids::UserId,
        users::{
            Viewer,
            security_events::{ACCOUNT_CLOSE, OwnSecurityEvents},
        },
        values::time::{DAY, Timestamp},
        words::{self, Language},
    },
};

/// How long events are kept.
const KEPT_MICROS: i64 = 90 * DAY;
/// Events deleted in one transaction.
const BATCH_MAX: i64 = 500;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecurityEvent {
    SignedUp,
    SignedIn,
    SignInRefused,
    SignedOut,
    SessionEnded,
    OtherSessionsEnded,
    PasswordChanged,
    PasswordReset,
    AddressClaimed,
    AddressChanged,
    AddressRestored,
    AccountSecured,
    PasswordRefused,
    TokenCreated,
    TokenRefused,
    TokenRevoked,
    AppAdded,
    AppRemoved,
    PasskeyAdded,
    PasskeyRemoved,
    CodeRefused,
    RecoveryCodesMade,
    RecoveryCodeUsed,
    SecondFactorReset,
    IdentityLinked,
    IdentityUnlinked,
    /// The provider has ended sessions.
    ProviderSignedOut,
    LogoutRefused,
    IdentityRefused,
    DataExported,
    AccountClosed,
}

impl SecurityEvent {
    /// The name in the database and in the log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignedUp => "sign_up",
            Self::SignedIn => "sign_in",
            Self::SignInRefused => "sign_in_refused",
            Self::SignedOut => "sign_out",
            Self::SessionEnded => "session_end",
            Self::OtherSessionsEnded => "other_sessions_end",
            Self::PasswordChanged => "password_change",
            Self::PasswordReset => "password_reset",
            Self::AddressClaimed => "address_claim",
            Self::AddressChanged => "address_change",
            Self::AddressRestored => "address_restore",
            Self::AccountSecured => "account_secure",
            Self::PasswordRefused => "password_refused",
            Self::TokenCreated => "token_create",
            Self::TokenRefused => "token_refused",
            Self::TokenRevoked => "token_revoke",
            Self::AppAdded => "app_add",
            Self::AppRemoved => "app_remove",
            Self::PasskeyAdded => "passkey_add",
            Self::PasskeyRemoved => "passkey_remove",
            Self::CodeRefused => "code_refused",
            Self::RecoveryCodesMade => "recovery_codes_make",
            Self::RecoveryCodeUsed => "recovery_code_use",
            Self::SecondFactorReset => "second_factor_reset",
            Self::IdentityLinked => "identity_link",
            Self::IdentityUnlinked => "identity_unlink",
            Self::ProviderSignedOut => "provider_sign_out",
            Self::LogoutRefused => "provider_sign_out_refused",
            Self::IdentityRefused => "identity_refused",
            Self::DataExported => "data_export",
            Self::AccountClosed => ACCOUNT_CLOSE,
        }
    }

    /// What the owner of the account is told, since somebody else may have done it. `detail` is the browser, or the
    /// name of the token or provider.
    pub(in crate::server::domain) fn notice(
        self,
        context: &ContextInner,
        detail: &str,
    ) -> Option<OwnerNotice> {
        let (title, text, mail) = match self {
            Self::SignedIn => (
                words::security_notice_sign_in_title(detail),
                words::security_notice_sign_in_text(),
                Some(SecurityMail::SignedIn),
            ),
            Self::PasswordChanged | Self::PasswordReset => (
                words::security_notice_password_title().to_owned(),
                words::security_notice_password_text(),
                Some(SecurityMail::PasswordChanged),
            ),
            // The former address gets a mail of its own.
            Self::AddressChanged => (
                words::security_notice_address_title().to_owned(),
                words::security_notice_address_text(),
                None,
            ),
            Self::TokenCreated => (
                words::security_notice_token_title(detail),
                words::security_notice_token_text(),
                Some(SecurityMail::TokenCreated),
            ),
            Self::AppAdded => (
                words::security_notice_app_add_title().to_owned(),
                words::security_notice_app_add_text(),
                Some(SecurityMail::AppAdded),
            ),
            Self::AppRemoved => (
                words::security_notice_app_remove_title().to_owned(),
                words::security_notice_app_remove_text(),
                Some(SecurityMail::AppRemoved),
            ),
            Self::PasskeyAdded => (
                words::security_notice_passkey_add_title(detail),
                words::security_notice_passkey_add_text(),
                Some(SecurityMail::PasskeyAdded),
            ),
            Self::PasskeyRemoved => (
                words::security_notice_passkey_remove_title().to_owned(),
                words::security_notice_passkey_remove_text(),
                Some(SecurityMail::PasskeyRemoved),
            ),
            Self::CodeRefused => (
                words::security_notice_code_title(detail),
                words::security_notice_code_text(),
                Some(SecurityMail::CodeRefused),
            ),
            Self::RecoveryCodeUsed => (
                words::security_notice_recovery_title().to_owned(),
                words::security_notice_recovery_text(),
                Some(SecurityMail::RecoveryCodeUsed),
            ),
            Self::SecondFactorReset => (
                words::security_notice_reset_title().to_owned(),
                words::security_notice_reset_text(),
                Some(SecurityMail::SecondFactorReset),
            ),
            Self::IdentityLinked => (
                words::security_notice_identity_title(detail),
                words::security_notice_identity_text(),
                Some(SecurityMail::IdentityLinked),
            ),
            _ => return None,
        };
        let message = SystemMessage::Notice {
            title,
            text: text.to_owned(),
            link: Some("/settings#security".to_owned()),
        };
        let mail = mail.filter(|_| context.mailer.is_some());
        Some(OwnerNotice { message, mail: mail.map(|mail| (mail, detail.to_owned())) })
    }

    /// The event as it is stored. It is made before the transaction, in the request to which its log line belongs.
    pub(in crate::server::domain) fn to_row(
        self,
        user: Option<UserId>,
        client: &Client,
        detail: &str,
    ) -> NewSecurityEvent {
        let (client_ip, event) = (client.client_ip.network().to_owned(), self.as_str());
        // Admins read it, whoever was signing in.
        let name = || words::speak(Language::default(), || browser_name(&client.user_agent));
        let client = if client.user_agent.is_empty() { String::new() } else { name() };
        NewSecurityEvent { event, user, client_ip, client, detail: detail.to_owned(), span: Span::current() }
    }
}

/// The same event of a user who was found only in the transaction.
pub(in crate::server::domain) fn of(event: NewSecurityEvent, user: UserId) -> NewSecurityEvent {
    NewSecurityEvent { user: Some(user), ..event }
}

/// What the owner of an account is told of it: a notification, and a mail with its detail.
#[derive(Clone)]
pub struct OwnerNotice {
    message: SystemMessage,
    mail: Option<(SecurityMail, String)>,
}

/// Notifies the owner of the account in the transaction of what happened to it.
pub(in crate::server::domain) async fn tell_owner(
    conn: &mut Conn<'_>,
    owner: UserId,
    notice: Option<OwnerNotice>,
    now: Timestamp,
) -> StoreResult<()> {
    let Some(OwnerNotice { message, mail }) = notice else { return Ok(()) };
    if let Some((event, detail)) = mail {
        security::insert_task(conn, owner, event, &detail, now).await?;
    }
    notify_owner(conn, owner, &message, now).await
}

/// Stores an event of which nothing else is stored, and tells the owner.
pub(super) async fn add_and_tell(
    context: &ContextInner,
    owner: UserId,
    event: NewSecurityEvent,
    notice: Option<OwnerNotice>,
) -> Result<()> {
    let now = context.clock.now();
    context
        .store
        .write(move |mut conn| {
            Box::pin(async move {
                add(&mut conn, event, now).await?;
                tell_owner(&mut conn, owner, notice, now).await
            })
        })
        .await
        .map_err(failed)
}

/// Stores a refusal, of which nothing else is stored. If many are refused only some are: the log has them all.
pub async fn add_refusal(
    context: &ContextInner,
    event: SecurityEvent,
    user: Option<UserId>,
    client: &Client,
    detail: &str,
) {
    let new = event.to_row(user, client, detail);
    let line = new.log_line();
    if context.limits.stored_refusal().is_err() {
        return line.write();
    }
    let now = context.clock.now();
    let stored = context
        .store
        .write(move |mut conn| Box::pin(async move { security_events::add(&mut conn, new, now).await }))
        .await;
    if let Err(error) = stored {
        line.write();
        tracing::warn!(%error, "a refusal was not stored");
    }
}

/// What happened to the viewer's account, newest first.
pub async fn own(context: &ContextInner, viewer: &Viewer) -> Result<OwnSecurityEvents> {
    let user = viewer.id;
    let events = context
        .store
        .read_one(move |mut conn| Box::pin(async move { security_events::of_user(&mut conn, user).await }))
        .await
        .map_err(failed)?;
    Ok(OwnSecurityEvents { events })
}

/// Deletes events that are too old. Returns how many.
pub async fn delete_old(context: &ContextInner, now: Timestamp) -> Result<u64> {
    let (before, mut all) = (now.plus(-KEPT_MICROS), 0);
    loop {
        let deleted = context
            .store
            .write(move |mut conn| {
                Box::pin(async move { security_events::delete_before(&mut conn, before, BATCH_MAX).await })
            })
            .await
            .map_err(failed)?;
        all += deleted;
        if deleted < BATCH_MAX as u64 {
            return Ok(all);
        }
    }
}
