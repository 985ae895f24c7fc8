//! Server functions for a forgotten password, and for “It was not me”. Whoever has the link of a mail needs no session.

use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::{api::json::Json, shared::errors::ApiError};

/// Has a link to choose a new password mailed to an address, at most three an hour. The answer is the same for an address
/// without an account.
#[server(prefix = "/rpc", endpoint = "ask_password_reset", output = Json)]
pub async fn ask_password_reset(email: String) -> Result<(), ApiError> {
    use crate::{api::request, server::domain};
    let context = request::context();
    domain::users::password_reset::ask(&context, &email, &request::client(&context)).await?;
    request::redirect_form_to("/password?asked=1");
    Ok(())
}

/// The address of the account that a link is for. Changes nothing.
#[server(prefix = "/rpc", endpoint = "get_password_reset", input = GetUrl, output = Json)]
pub async fn get_password_reset(token: String) -> Result<String, ApiError> {
    use crate::{api::request, server::domain};
    let context = request::context();
    let client = request::client(&context);
    domain::users::password_reset::address(&context, &token, &client.client_ip).await
}

/// Sets the password of the account that a link is for, and ends its sessions and API tokens. Returns the path to continue
/// at.
#[server(prefix = "/rpc", endpoint = "reset_password", output = Json)]
pub async fn reset_password(token: String, password: String) -> Result<String, ApiError> {
    use crate::{api::request, server::domain};
    let context = request::context();
    domain::users::password_reset::reset(&context, &token, &password, &request::client(&context)).await?;
    let next = "/sign-in?reset=1";
    request::redirect_form_to(next);
    Ok(next.to_owned())
}

/// The address of the account that a link would shut everybody out of. Changes nothing.
#[server(prefix = "/rpc", endpoint = "get_secured_address", input = GetUrl, output = Json)]
pub async fn get_secured_address(token: String) -> Result<String, ApiError> {
    use crate::{api::request, server::domain};
    let context = request::context();
    let client = request::client(&context);
    domain::users::secure_account::address(&context, &token, &client.client_ip).await
}

/// Ends the sessions, the API tokens and the password of the account that a link is for. Returns the path to continue at.
#[server(prefix = "/rpc", endpoint = "secure_account", output = Json)]
pub async fn secure_account(token: String) -> Result<String, ApiError> {
    use crate::{api::request, server::domain};
    let context = request::context();
    domain::users::secure_account::secure(&context, &token, &request::client(&context)).await?;
    let next = "/password?secured=1";
    request::redirect_form_to(next);
    Ok(next.to_owned())
}
