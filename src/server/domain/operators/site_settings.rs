//! Site settings of the marketplace: operators read them, admins change them.

use crate::server::domain::{failed, users::check_operator};
use crate::shared::users::rank::Rank;
use crate::{
    server::{
        context::ContextInner,
        store::{
            TimeLimit,
            notifications::notify::notify_owner,
            operators::{
                retention,
                site_settings::{self, ChangeOutcome},
            },
            users::second_factor,
        },
    },
    shared::{
        conversations::system_messages::SystemMessage,
        errors::{ApiError, Result},
        operators::site_settings::{SettingsChange, SettingsView, SiteSettings, check_days},
        users::Viewer,
        words,
    },
};

/// The current settings, with a preview of what a retention of `days` would delete. All numbers are from one
/// snapshot.
pub async fn get(context: &ContextInner, viewer: &Viewer, days: Option<&str>) -> Result<SettingsView> {
    check_operator(viewer)?;
    let days = days.map(check_days).transpose()?;
    // Rate limited as a change, because counting many messages is slow.
    context.limits.change(viewer.id)?;
    let now = context.clock.now();
    context
        .store
        .read_within(TimeLimit::Long, move |mut conn| {
            Box::pin(async move {
                let settings = site_settings::get(&mut conn).await?;
                let waiting = match settings.retention_days {
                    Some(days) => retention::preview(&mut conn, days, now).await?.messages,
                    None => 0,
                };
                let preview = match days {
                    Some(days) => Some(retention::preview(&mut conn, days, now).await?),
                    None => None,
                };
                let retention = retention::status(&mut conn, waiting).await?;
                Ok(SettingsView { settings, retention, preview })
            })
        })
        .await
        .map_err(failed)
}

/// Changes one setting. For admins only. Idempotent; a conflict if another admin has changed the settings
/// since the viewer saw them (`seen_version`, optimistic locking).
pub async fn change(
    context: &ContextInner,
    viewer: &Viewer,
    seen_version: i64,
    change: SettingsChange,
) -> Result<SiteSettings> {
    check_operator(viewer)?;
    if viewer.rank != Rank::Admin {
        return Err(ApiError::forbidden(words::operator_refused_admins_only()));
    }
    context.limits.change(viewer.id)?;
    let (by, now) = (viewer.id, context.clock.now());
    let needed = SystemMessage::Notice {
        title: words::security_notice_needed_title().to_owned(),
        text: words::security_notice_needed_text().to_owned(),
        link: Some("/settings#second-factor".to_owned()),
    };
    let changed = context
        .store
        .write(move |mut conn| {
            Box::pin(async move {
                let outcome = site_settings::change(&mut conn, by, seen_version, change, now).await?;
                if let ChangeOutcome::Changed(SiteSettings { second_factor_from: Some(_), .. }) = outcome
                    && matches!(change, SettingsChange::SecondFactor(_))
                {
                    // Whoever has none is told in time.
                    for user in second_factor::staff_without(&mut conn).await? {
                        notify_owner(&mut conn, user, &needed, now).await?;
                    }
                }
                Ok(outcome)
            })
        })
        .await
        .map_err(failed)?;
    match changed {
        ChangeOutcome::Changed(settings) | ChangeOutcome::Unchanged(settings) => {
            if matches!(change, SettingsChange::Retention(_)) {
                context.retention_wake_up.notify_one();
            }
            Ok(settings)
        }
        ChangeOutcome::NeedsOwnFactor => Err(ApiError::conflict(words::account_refused_own_factor())),
        ChangeOutcome::NotAllowed => Err(ApiError::forbidden(words::operator_refused_admins_only())),
        ChangeOutcome::Stale => Err(ApiError::conflict(words::operator_refused_stale())),
    }
}
