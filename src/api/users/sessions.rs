//! Server functions for the viewer's sessions and password.

use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::{
    api::json::Json,
    shared::{errors::ApiError, ids::SessionId, users::sessions::SessionList},
};

/// The viewer's sessions, the current one first.
#[server(prefix = "/rpc", endpoint = "get_sessions", input = GetUrl, output = Json)]
pub async fn get_sessions() -> Result<SessionList, ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::viewer()?;
    domain::users::sessions::list(&context, &viewer, request::session_token(&context).as_deref()).await
}

/// Ends one of the viewer's sessions and closes its sockets.
#[server(prefix = "/rpc", endpoint = "end_session", output = Json)]
pub async fn end_session(session_id: SessionId) -> Result<(), ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::viewer_or_sign_in("/settings")?;
    domain::users::sessions::end(&context, &viewer, session_id, &request::client(&context)).await
}

/// Ends all the viewer's sessions except the current one, and revokes their API tokens if that is wanted.
#[server(prefix = "/rpc", endpoint = "end_other_sessions", output = Json)]
pub async fn end_other_sessions(#[server(default)] with_tokens: bool) -> Result<(), ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::viewer_or_sign_in("/settings")?;
    domain::users::sessions::end_others(
        &context,
        &viewer,
        request::session_token(&context).as_deref(),
        with_tokens,
        &request::client(&context),
    )
    .await
}

/// Changes the viewer's password, which requires the present one. Ends all their other sessions and revokes
/// all their API tokens.
#[server(prefix = "/rpc", endpoint = "change_password", output = Json)]
pub async fn change_password(present_password: String, new_password: String) -> Result<(), ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::viewer_or_sign_in("/settings")?;
    let token = request::session_token(&context);
    let passwords = (present_password.as_str(), new_password.as_str());
    let device = domain::users::sessions::change_password(
        &context,
        &viewer,
        token.as_deref(),
        passwords,
        &request::client(&context),
    )
    .await?;
    request::remember_device(&context, &device);
    request::redirect_form_to("/settings#sessions");
    Ok(())
}
