//! Server functions for mail: confirming an address, and the links at the end of mails, whose bearers need no session.

use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::{
    api::json::Json,
    shared::{
        errors::ApiError,
        users::mail::{MailSettings, MailStop},
    },
};

/// What the viewer's settings say of mail.
#[server(prefix = "/rpc", endpoint = "get_mail_settings", input = GetUrl, output = Json)]
pub async fn get_mail_settings() -> Result<MailSettings, ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::viewer()?;
    domain::mail::addresses::settings(&context, &viewer).await
}

/// Mails the viewer a link to confirm their address, at most three an hour.
#[server(prefix = "/rpc", endpoint = "ask_to_confirm", output = Json)]
pub async fn ask_to_confirm() -> Result<(), ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::viewer_or_sign_in("/settings")?;
    domain::mail::addresses::ask_to_confirm(&context, &viewer).await?;
    request::redirect_form_to("/settings?asked=1#mail");
    Ok(())
}

/// Confirms the address that a link was mailed to. Whoever has the link needs no session.
#[server(prefix = "/rpc", endpoint = "confirm_address", output = Json)]
pub async fn confirm_address(token: String) -> Result<(), ApiError> {
    use crate::{api::request, server::domain};
    let context = request::context();
    let client = request::client(&context);
    domain::mail::addresses::confirm(&context, &token, &client).await?;
    request::redirect_form_to(&format!("/mail/confirm/{token}?done=1"));
    Ok(())
}

/// What the link at the end of a mail would stop. Changes nothing.
#[server(prefix = "/rpc", endpoint = "get_mail_stop", input = GetUrl, output = Json)]
pub async fn get_mail_stop(token: String) -> Result<MailStop, ApiError> {
    use crate::{api::request, server::domain};
    let context = request::context();
    let client = request::client(&context);
    domain::mail::unsubscribe::look(&context, &token, &client.client_ip).await
}

/// Stops the mails that the link is for: of its conversation, or of its kind; with `whole_kind` always of its kind.
#[server(prefix = "/rpc", endpoint = "stop_mail", output = Json)]
pub async fn stop_mail(token: String, #[server(default)] whole_kind: bool) -> Result<(), ApiError> {
    use crate::{api::request, server::domain};
    let context = request::context();
    let client = request::client(&context);
    domain::mail::unsubscribe::stop(&context, &token, whole_kind, &client.client_ip).await?;
    request::redirect_form_to(&format!("/mail/stop/{token}?done=1"));
    Ok(())
}
