//! The settings of the marketplace: operators read them, admins change them.

use leptos::{prelude::*, server_fn::codec::GetUrl};

use super::json::Json;
use crate::shared::{
    errors::ApiError,
    settings::{SettingsView, SiteSettings},
};

/// The settings, and what keeping messages for so many days would delete.
#[server(prefix = "/rpc", endpoint = "get_settings", input = GetUrl, output = Json)]
pub async fn get_settings(days: Option<String>) -> Result<SettingsView, ApiError> {
    use crate::server::{auth::request, domain};
    let (node, viewer) = request::viewer()?;
    domain::settings::look(&node, &viewer, days.as_deref()).await
}

/// From now on deletes messages that are older than so many days; without days, none.
#[server(prefix = "/rpc", endpoint = "set_retention", output = Json)]
pub async fn set_retention(seen_version: i64, days: Option<String>) -> Result<SiteSettings, ApiError> {
    use crate::{
        server::{auth::request, domain},
        shared::settings::{Change, check_days},
    };
    let (node, viewer) = request::viewer()?;
    let days = days.as_deref().map(check_days).transpose()?;
    domain::settings::change(&node, &viewer, seen_version, Change::Retention(days)).await
}

/// Whether anybody may make an account.
#[server(prefix = "/rpc", endpoint = "set_sign_up", output = Json)]
pub async fn set_sign_up(seen_version: i64, is_open: bool) -> Result<SiteSettings, ApiError> {
    use crate::{
        server::{auth::request, domain},
        shared::settings::Change,
    };
    let (node, viewer) = request::viewer()?;
    domain::settings::change(&node, &viewer, seen_version, Change::SignUp(is_open)).await
}

/// Whether members may make rooms.
#[server(prefix = "/rpc", endpoint = "set_rooms", output = Json)]
pub async fn set_rooms(seen_version: i64, is_open: bool) -> Result<SiteSettings, ApiError> {
    use crate::{
        server::{auth::request, domain},
        shared::settings::Change,
    };
    let (node, viewer) = request::viewer()?;
    domain::settings::change(&node, &viewer, seen_version, Change::Rooms(is_open)).await
}
