//! Server functions for the viewer's second factor. Those about apps and recovery codes work without script.

use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::{
    api::json::Json,
    shared::{errors::ApiError, ids::PasskeyId, users::second_factor::SecondFactor},
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

/// Begins to make a passkey. It requires the present password. Returns the options for `navigator.credentials.create`, as JSON.
#[server(prefix = "/rpc", endpoint = "begin_passkey", output = Json)]
pub async fn begin_passkey(passkey_password: String) -> Result<String, ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::viewer()?;
    let client = request::client(&context);
    let (options, id) =
        domain::users::second_factor::passkeys::begin(&context, &viewer, &passkey_password, &client).await?;
    request::keep_ceremony(&context, id);
    Ok(options)
}

/// Adds the passkey that this browser has made: the JSON of its `PublicKeyCredential`, at most 16 KiB. Returns ten recovery codes,
/// separated by spaces, if the viewer had none.
#[server(prefix = "/rpc", endpoint = "finish_passkey", output = Json)]
pub async fn finish_passkey(credential: String) -> Result<String, ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::viewer()?;
    let (ceremony, client) = (request::take_ceremony(&context), request::client(&context));
    let codes = domain::users::second_factor::passkeys::finish(
        &context,
        &viewer,
        ceremony.as_deref(),
        &credential,
        &client,
    )
    .await?;
    Ok(codes.join(" "))
}

/// Removes one of the viewer's passkeys. The viewer has proved of late who they are.
#[server(prefix = "/rpc", endpoint = "remove_passkey", output = Json)]
pub async fn remove_passkey(passkey_id: PasskeyId) -> Result<(), ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::proved_viewer("/settings").await?;
    let (token, client) = (request::session_token(&context), request::client(&context));
    domain::users::second_factor::passkeys::remove(&context, &viewer, token.as_deref(), passkey_id, &client)
        .await?;
    request::redirect_form_to("/settings#second-factor");
    Ok(())
}

/// Begins to sign in with a passkey. Returns the options for `navigator.credentials.get`, as JSON.
#[server(prefix = "/rpc", endpoint = "begin_passkey_sign_in", output = Json)]
pub async fn begin_passkey_sign_in() -> Result<String, ApiError> {
    use crate::{api::request, server::domain};
    let context = request::context();
    let (pending, client) = (request::pending_sign_in(&context), request::client(&context));
    let (options, id) = domain::users::sign_in::passkey::begin(&context, pending.as_deref(), &client).await?;
    request::keep_ceremony(&context, id);
    Ok(options)
}

/// Signs in with a passkey: the JSON of its `PublicKeyCredential`, at most 16 KiB. Returns the path to continue at.
#[server(prefix = "/rpc", endpoint = "complete_passkey_sign_in", output = Json)]
pub async fn complete_passkey_sign_in(
    credential: String,
    next: Option<String>,
    time_zone: Option<String>,
) -> Result<String, ApiError> {
    use crate::{api::request, server::domain};
    let context = request::context();
    let client = request::client_in_zone(&context, time_zone.as_deref());
    let ceremony = request::take_ceremony(&context);
    let opened =
        domain::users::sign_in::passkey::complete(&context, ceremony.as_deref(), &credential, &client)
            .await?;
    domain::users::sign_out(&context, request::session_token(&context).as_deref(), &client).await?;
    request::end_pending_sign_in(&context);
    Ok(request::start_session(&context, &opened, next))
}

/// Notes that the viewer has proved who they are, by the present password or a code of their app. Returns the path to continue
/// at.
#[server(prefix = "/rpc", endpoint = "confirm_identity", output = Json)]
pub async fn confirm_identity(proof: String, next: Option<String>) -> Result<String, ApiError> {
    use crate::{api::request, server::domain, shared::page::session::own_path};
    let (context, viewer) = request::viewer_or_sign_in("/settings")?;
    let (token, client) = (request::session_token(&context), request::client(&context));
    domain::users::reauthentication::confirm(&context, &viewer, token.as_deref(), &proof, &client).await?;
    let next = own_path(next);
    request::redirect_form_to(&next);
    Ok(next)
}
