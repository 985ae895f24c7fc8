//! Server functions for site settings: operators read them, admins change them. A change is a conflict if the
//! settings have changed since `seen_version`.

use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::{
    api::json::Json,
    shared::{
        errors::ApiError,
        operators::site_settings::{SettingsView, SiteSettings},
    },
};

/// Where a plain form leads back to.
#[cfg(feature = "ssr")]
const PAGE: &str = "/operator/settings";

/// The site settings, and a preview of a retention of `days` days.
#[server(prefix = "/rpc", endpoint = "get_settings", input = GetUrl, output = Json)]
pub async fn get_settings(days: Option<String>) -> Result<SettingsView, ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::viewer()?;
    domain::operators::site_settings::get(&context, &viewer, days.as_deref()).await
}

/// Sets the retention in days: older messages are deleted from now on. Without days, none are.
#[server(prefix = "/rpc", endpoint = "set_retention", output = Json)]
pub async fn set_retention(seen_version: i64, days: Option<String>) -> Result<SiteSettings, ApiError> {
    use crate::{
        api::request,
        server::domain,
        shared::operators::site_settings::{SettingsChange, check_days},
    };
    let (context, viewer) = request::proved_viewer(PAGE).await?;
    let days = days.as_deref().map(check_days).transpose()?;
    domain::operators::site_settings::change(&context, &viewer, seen_version, SettingsChange::Retention(days))
        .await
}

/// Opens or closes sign-up.
#[server(prefix = "/rpc", endpoint = "set_sign_up", output = Json)]
pub async fn set_sign_up(seen_version: i64, is_open: bool) -> Result<SiteSettings, ApiError> {
    use crate::{api::request, server::domain, shared::operators::site_settings::SettingsChange};
    let (context, viewer) = request::proved_viewer(PAGE).await?;
    domain::operators::site_settings::change(&context, &viewer, seen_version, SettingsChange::SignUp(is_open))
        .await
}

/// Allows or forbids members who have not confirmed their address to make listings and rooms.
#[server(prefix = "/rpc", endpoint = "set_unconfirmed", output = Json)]
pub async fn set_unconfirmed(seen_version: i64, is_open: bool) -> Result<SiteSettings, ApiError> {
    use crate::{api::request, server::domain, shared::operators::site_settings::SettingsChange};
    let (context, viewer) = request::proved_viewer(PAGE).await?;
    let change = SettingsChange::Unconfirmed(is_open);
    domain::operators::site_settings::change(&context, &viewer, seen_version, change).await
}

/// Has operators and admins add a second factor within a week, or leaves it to each of them (`is_open`). The viewer has to have
/// one.
#[server(prefix = "/rpc", endpoint = "set_second_factor", output = Json)]
pub async fn set_second_factor(seen_version: i64, is_open: bool) -> Result<SiteSettings, ApiError> {
    use crate::{
        api::request,
        server::domain,
        shared::operators::site_settings::{SECOND_FACTOR_GRACE, SettingsChange},
    };
    let (context, viewer) = request::proved_viewer(PAGE).await?;
    let from = (!is_open).then(|| context.clock.now().plus(SECOND_FACTOR_GRACE));
    let change = SettingsChange::SecondFactor(from);
    domain::operators::site_settings::change(&context, &viewer, seen_version, change).await
}

/// Allows or forbids members to create rooms.
#[server(prefix = "/rpc", endpoint = "set_rooms", output = Json)]
pub async fn set_rooms(seen_version: i64, is_open: bool) -> Result<SiteSettings, ApiError> {
    use crate::{api::request, server::domain, shared::operators::site_settings::SettingsChange};
    let (context, viewer) = request::proved_viewer(PAGE).await?;
    domain::operators::site_settings::change(&context, &viewer, seen_version, SettingsChange::Rooms(is_open))
        .await
}

/// Gives the pages a look: the accent in the light and the dark theme (`#rrggbb`), the shape of corners, and a family of fonts.
/// Without colours it is that of Stoa again.
#[server(prefix = "/rpc", endpoint = "set_look", output = Json)]
pub async fn set_look(
    seen_version: i64,
    light: Option<String>,
    dark: Option<String>,
    corners: Option<String>,
    font: Option<String>,
) -> Result<SiteSettings, ApiError> {
    use crate::{
        api::request,
        server::domain,
        shared::operators::{look::Look, site_settings::SettingsChange},
    };
    let (context, viewer) = request::proved_viewer(PAGE).await?;
    let look = match (light, dark) {
        (None, None) => None,
        (light, dark) => {
            let [light, dark, corners, font] = [light, dark, corners, font].map(Option::unwrap_or_default);
            Some(Look::check(&light, &dark, &corners, &font)?)
        }
    };
    domain::operators::site_settings::change(&context, &viewer, seen_version, SettingsChange::Look(look))
        .await
}
