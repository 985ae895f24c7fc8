//! Server functions for accounts: sign-up, sign-in, sign-out and profile. A plain form post is redirected.

pub mod address;
pub mod api_tokens;
pub mod blocks;
pub mod contact;
pub mod identities;
pub mod mail;
pub mod password_reset;
pub mod personal_data;
pub mod presence;
pub mod push;
pub mod quiet_hours;
pub mod second_factor;
pub mod security_events;
pub mod sessions;

use leptos::prelude::*;

use super::json::Json;
use crate::shared::errors::ApiError;

/// Creates an account and signs in. Returns the path to continue at.
#[server(prefix = "/rpc", endpoint = "sign_up", output = Json)]
pub async fn sign_up(
    name: String,
    email: String,
    password: String,
    next: Option<String>,
    time_zone: Option<String>,
) -> Result<String, ApiError> {
    use super::request;
    use crate::server::domain;
    let context = request::context();
    let client = request::client_in_zone(&context, time_zone.as_deref());
    let opened = domain::users::sign_up(&context, &name, &email, &password, &client).await?;
    // The session that this browser had would stay open without its cookie.
    domain::users::sign_out(&context, request::session_token(&context).as_deref(), &client).await?;
    Ok(request::start_session(&context, &opened, next))
}

/// Signs in. Returns the path to continue at, which asks for a code if the user has a second factor. A wrong password and an unknown e-mail address get the same
/// error after the same time, so that nobody can probe for accounts.
#[server(prefix = "/rpc", endpoint = "sign_in", output = Json)]
pub async fn sign_in(
    email: String,
    password: String,
    next: Option<String>,
    time_zone: Option<String>,
) -> Result<String, ApiError> {
    use super::request;
    use crate::server::domain;
    let context = request::context();
    let client = request::client_in_zone(&context, time_zone.as_deref());
    let opened = match domain::users::sign_in(&context, &email, &password, &client).await? {
        domain::users::SignInOutcome::Open(opened) => opened,
        domain::users::SignInOutcome::NeedsCode(pending) => {
            return Ok(request::ask_for_code(&context, &pending, next));
        }
    };
    domain::users::sign_out(&context, request::session_token(&context).as_deref(), &client).await?;
    Ok(request::start_session(&context, &opened, next))
}

/// Why a new password would be refused; `None` if it is good. `name` and `email` are those of its account, as they are typed
/// beside it. Nothing is kept of it.
#[server(prefix = "/rpc", endpoint = "check_new_password", output = Json)]
pub async fn check_new_password(
    password: String,
    #[server(default)] name: String,
    #[server(default)] email: String,
) -> Result<Option<String>, ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = (request::context(), request::session_viewer());
    let client = request::client(&context);
    domain::users::check_new_password(&context, viewer.as_ref(), &password, (&name, &email), &client)
}

/// Ends the current session.
#[server(prefix = "/rpc", endpoint = "sign_out", output = Json)]
pub async fn sign_out() -> Result<(), ApiError> {
    use super::request;
    use crate::server::domain;
    let context = request::context();
    domain::users::sign_out(
        &context,
        request::session_token(&context).as_deref(),
        &request::client(&context),
    )
    .await?;
    request::clear_session(&context);
    Ok(())
}

/// Changes the viewer's name and the hue of their avatar (0 to 7).
#[server(prefix = "/rpc", endpoint = "update_profile", output = Json)]
pub async fn update_profile(name: String, hue: i64) -> Result<(), ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer_or_sign_in("/settings")?;
    domain::users::update_profile(&context, &viewer, &name, hue).await
}
