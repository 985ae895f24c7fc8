//! Accounts and sessions. Each answers a plain form post with a redirect.

pub mod api_tokens;
pub mod presence;
pub mod sessions;

use leptos::prelude::*;

use super::json::Json;
use crate::shared::errors::ApiError;

/// Makes an account and signs in. Gives the page to go on to.
#[server(prefix = "/rpc", endpoint = "sign_up", output = Json)]
pub async fn sign_up(
    name: String,
    email: String,
    password: String,
    next: Option<String>,
) -> Result<String, ApiError> {
    use super::request;
    use crate::server::domain;
    let context = request::context();
    let opened =
        domain::users::sign_up(&context, &name, &email, &password, &request::client(&context)).await?;
    Ok(request::signed_in(&context, &opened, next))
}

/// Signs in. A wrong password and an unknown address get the same answer after the same work.
/// Gives the page to go on to.
#[server(prefix = "/rpc", endpoint = "sign_in", output = Json)]
pub async fn sign_in(email: String, password: String, next: Option<String>) -> Result<String, ApiError> {
    use super::request;
    use crate::server::domain;
    let context = request::context();
    let opened = domain::users::sign_in(&context, &email, &password, &request::client(&context)).await?;
    Ok(request::signed_in(&context, &opened, next))
}

/// Ends this session.
#[server(prefix = "/rpc", endpoint = "sign_out", output = Json)]
pub async fn sign_out() -> Result<(), ApiError> {
    use super::request;
    use crate::server::domain;
    let context = request::context();
    domain::users::sign_out(&context, request::token(&context).as_deref()).await?;
    request::signed_out(&context);
    Ok(())
}

/// Changes my name and the colour of my avatar (0 to 7).
#[server(prefix = "/rpc", endpoint = "update_profile", output = Json)]
pub async fn update_profile(name: String, hue: i64) -> Result<(), ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer_or_sign_in("/settings")?;
    domain::users::update_profile(&context, &viewer, &name, hue).await
}
