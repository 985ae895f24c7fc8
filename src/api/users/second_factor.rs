//! Server functions for the viewer's second factor. All of them work without script.

use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::{
    api::json::Json,
    shared::{errors::ApiError, users::second_factor::SecondFactor},
};

/// What the viewer has beside their password, and the app that this session is setting up. After a plain form post that made
/// recovery codes, it returns them too, once.
#[server(prefix = "/rpc", endpoint = "get_second_factor", input = GetUrl, output = Json)]
pub async fn get_second_factor() -> Result<SecondFactor, ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::viewer()?;
    let made = request::take_recovery_codes(&context);
    let token = request::session_token(&context);
    domain::users::second_factor::get(&context, &viewer, token.as_deref(), made).await
}

/// Begins to set up an authenticator app in this session. It requires the present password.
#[server(prefix = "/rpc", endpoint = "begin_app", output = Json)]
pub async fn begin_app(app_password: String) -> Result<(), ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::viewer_or_sign_in("/settings")?;
    let (token, client) = (request::session_token(&context), request::client(&context));
    domain::users::second_factor::app::begin(&context, &viewer, token.as_deref(), &app_password, &client)
        .await?;
    request::redirect_form_to("/settings#second-factor");
    Ok(())
}

/// Leaves off setting up an app.
#[server(prefix = "/rpc", endpoint = "cancel_app", output = Json)]
pub async fn cancel_app() -> Result<(), ApiError> {
    use crate::{api::request, server::domain};
    let (context, _) = request::viewer_or_sign_in("/settings")?;
    domain::users::second_factor::app::cancel(&context, request::session_token(&context).as_deref()).await?;
    request::redirect_form_to("/settings#second-factor");
    Ok(())
}

/// Takes the app into use by a code of it. Returns ten recovery codes, separated by spaces, if the viewer had none.
#[server(prefix = "/rpc", endpoint = "confirm_app", output = Json)]
pub async fn confirm_app(app_code: String) -> Result<String, ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::viewer_or_sign_in("/settings")?;
    let (token, client) = (request::session_token(&context), request::client(&context));
    let codes =
        domain::users::second_factor::app::confirm(&context, &viewer, token.as_deref(), &app_code, &client)
            .await?;
    request::hand_over_recovery_codes(&context, &codes);
    Ok(codes.join(" "))
}

/// Ends the use of the app. It requires the present password.
#[server(prefix = "/rpc", endpoint = "remove_app", output = Json)]
pub async fn remove_app(off_password: String) -> Result<(), ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::viewer_or_sign_in("/settings")?;
    let client = request::client(&context);
    domain::users::second_factor::app::remove(&context, &viewer, &off_password, &client).await?;
    request::redirect_form_to("/settings#second-factor");
    Ok(())
}

/// Replaces the viewer's recovery codes. Returns ten, separated by spaces. It requires the present password.
#[server(prefix = "/rpc", endpoint = "make_recovery_codes", output = Json)]
pub async fn make_recovery_codes(codes_password: String) -> Result<String, ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::viewer_or_sign_in("/settings")?;
    let client = request::client(&context);
    let codes =
        domain::users::second_factor::recovery_codes::renew(&context, &viewer, &codes_password, &client)
            .await?;
    request::hand_over_recovery_codes(&context, &codes);
    Ok(codes.join(" "))
}

/// Completes a sign-in with a code of the app or a recovery code, in the browser that sent the password. Returns the path to
/// continue at.
#[server(prefix = "/rpc", endpoint = "complete_sign_in", output = Json)]
pub async fn complete_sign_in(
    code: String,
    next: Option<String>,
    time_zone: Option<String>,
) -> Result<String, ApiError> {
    use crate::{api::request, server::domain};
    let context = request::context();
    let client = request::client_in_zone(&context, time_zone.as_deref());
    let pending = request::pending_sign_in(&context);
    let opened = domain::users::sign_in::code::complete(&context, pending.as_deref(), &code, &client).await?;
    domain::users::sign_out(&context, request::session_token(&context).as_deref(), &client).await?;
    request::end_pending_sign_in(&context);
    Ok(request::start_session(&context, &opened, next))
}
