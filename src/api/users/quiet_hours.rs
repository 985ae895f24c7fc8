//! Server functions for the viewer's quiet hours.

use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::{
    api::json::Json,
    shared::{errors::ApiError, users::quiet_hours::QuietSettings},
};

/// What the viewer has chosen.
#[server(prefix = "/rpc", endpoint = "get_quiet_hours", input = GetUrl, output = Json)]
pub async fn get_quiet_hours() -> Result<QuietSettings, ApiError> {
    use crate::{api::request, server::domain::users::quiet_hours};
    let (context, viewer) = request::viewer()?;
    quiet_hours::settings(&context, &viewer).await
}

/// Sets the viewer's quiet hours: two times like `22:00`, in a zone of the IANA database. Without `is_on` they end.
#[server(prefix = "/rpc", endpoint = "choose_quiet_hours", output = Json)]
pub async fn choose_quiet_hours(
    #[server(default)] is_on: String,
    #[server(default)] quiet_from: String,
    #[server(default)] quiet_to: String,
    #[server(default)] time_zone: String,
) -> Result<(), ApiError> {
    use crate::{api::request, server::domain::users::quiet_hours, shared::users::quiet_hours::QuietHours};
    let (context, viewer) = request::viewer_or_sign_in("/settings")?;
    let hours = match is_on.as_str() {
        "" => None,
        "on" => Some(QuietHours::parse(&quiet_from, &quiet_to)?),
        _ => return Err(ApiError::invalid("is_on", "This is on, or not there.")),
    };
    quiet_hours::choose(&context, &viewer, hours, &time_zone).await?;
    request::redirect_form_to("/settings#quiet-hours");
    Ok(())
}
