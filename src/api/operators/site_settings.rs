//! The settings of the marketplace: operators read them, admins change them.

use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::api::json::Json;
use crate::shared::{
    errors::ApiError,
    operators::site_settings::{SettingsView, SiteSettings},
};

/// The settings, and what keeping messages for so many days would delete.
#[server(prefix = "/rpc", endpoint = "get_settings", input = GetUrl, output = Json)]
pub async fn get_settings(days: Option<String>) -> Result<SettingsView, ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::viewer()?;
    domain::operators::site_settings::look(&context, &viewer, days.as_deref()).await
}

/// From now on deletes messages that are older than so many days; without days, none.
#[server(prefix = "/rpc", endpoint = "set_retention", output = Json)]
pub async fn set_retention(seen_version: i64, days: Option<String>) -> Result<SiteSettings, ApiError> {
    use crate::{
        api::request,
        server::domain,
        shared::operators::site_settings::{Change, check_days},
    };
    let (context, viewer) = request::viewer()?;
    let days = days.as_deref().map(check_days).transpose()?;
    domain::operators::site_settings::change(&context, &viewer, seen_version, Change::Retention(days)).await
}

/// Whether anybody may make an account.
#[server(prefix = "/rpc", endpoint = "set_sign_up", output = Json)]
pub async fn set_sign_up(seen_version: i64, is_open: bool) -> Result<SiteSettings, ApiError> {
    use crate::{api::request, server::domain, shared::operators::site_settings::Change};
    let (context, viewer) = request::viewer()?;
    domain::operators::site_settings::change(&context, &viewer, seen_version, Change::SignUp(is_open)).await
}

/// Whether members may make rooms.
#[server(prefix = "/rpc", endpoint = "set_rooms", output = Json)]
pub async fn set_rooms(seen_version: i64, is_open: bool) -> Result<SiteSettings, ApiError> {
    use crate::{api::request, server::domain, shared::operators::site_settings::Change};
    let (context, viewer) = request::viewer()?;
    domain::operators::site_settings::change(&context, &viewer, seen_version, Change::Rooms(is_open)).await
}
