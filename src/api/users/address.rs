//! Server functions for the address of an account.

use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::{api::json::Json, shared::errors::ApiError};

/// Changes the viewer's address. Where mail is sent, it takes the place of theirs once the link that is mailed there is opened.
#[server(prefix = "/rpc", endpoint = "change_address", output = Json)]
pub async fn change_address(address_password: String, email: String) -> Result<(), ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::viewer_or_sign_in("/settings")?;
    let client = request::client(&context);
    domain::users::address::change(&context, &viewer, (&address_password, &email), &client).await?;
    request::redirect_form_to("/settings#mail");
    Ok(())
}

/// The address that a link would bring back. Changes nothing.
#[server(prefix = "/rpc", endpoint = "get_former_address", input = GetUrl, output = Json)]
pub async fn get_former_address(token: String) -> Result<String, ApiError> {
    use crate::{api::request, server::domain};
    let context = request::context();
    let client = request::client(&context);
    domain::users::address::former(&context, &token, &client.client_ip).await
}

/// Takes back the last change of an address. Whoever has the link needs no session. Returns the path to continue at.
#[server(prefix = "/rpc", endpoint = "restore_address", output = Json)]
pub async fn restore_address(token: String) -> Result<String, ApiError> {
    use crate::{api::request, server::domain};
    let context = request::context();
    domain::users::address::restore(&context, &token, &request::client(&context)).await?;
    let next = "/password?restored=1";
    request::redirect_form_to(next);
    Ok(next.to_owned())
}
