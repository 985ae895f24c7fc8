//! Server function for the end of an account. The file with everything about it is written by `web/pages/downloads`.

use leptos::prelude::*;

use crate::{api::json::Json, shared::errors::ApiError};

/// Closes the viewer's account for their present password. What they wrote stays for the others, unless `with_texts`. Returns
/// the path to continue at.
#[server(prefix = "/rpc", endpoint = "close_account", output = Json)]
pub async fn close_account(
    closing_password: String,
    #[server(default)] with_texts: bool,
) -> Result<String, ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::viewer_or_sign_in("/settings")?;
    let client = request::client(&context);
    domain::users::personal_data::closing::close(&context, &viewer, &closing_password, with_texts, &client)
        .await?;
    let next = "/sign-in?closed=1";
    request::clear_session_to(&context, next);
    Ok(next.to_owned())
}
