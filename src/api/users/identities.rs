//! Server functions for identities at providers: how one may sign in, and what is linked to the viewer's account.

use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::{
    api::json::Json,
    shared::{
        errors::ApiError,
        ids::IdentityId,
        users::identities::{IdentityList, SignInWays},
    },
};

/// How one may sign in here.
#[server(prefix = "/rpc", endpoint = "get_sign_in_ways", input = GetUrl, output = Json)]
pub async fn get_sign_in_ways() -> Result<SignInWays, ApiError> {
    use crate::{api::request, server::domain};
    Ok(domain::openid_connect::ways_in(&request::context()))
}

/// The viewer's identities, and the providers that they may link.
#[server(prefix = "/rpc", endpoint = "get_identities", input = GetUrl, output = Json)]
pub async fn get_identities() -> Result<IdentityList, ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::viewer()?;
    domain::openid_connect::identities::list(&context, &viewer).await
}

/// Begins to link an identity of a provider, with the present password. Returns the path to continue at.
#[server(prefix = "/rpc", endpoint = "link_identity", output = Json)]
pub async fn link_identity(
    provider: String,
    #[server(default)] link_password: String,
) -> Result<String, ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::viewer_or_sign_in("/settings")?;
    let (cookie, path) = domain::openid_connect::identities::start_linking(
        &context,
        &viewer,
        request::session_token(&context).as_deref(),
        (&provider, &link_password),
        &request::client(&context),
    )
    .await?;
    request::keep_pending_sign_in(&context, &cookie);
    request::redirect_form_to(&path);
    Ok(path)
}

/// Unlinks one of the viewer's identities, if another way in remains.
#[server(prefix = "/rpc", endpoint = "unlink_identity", output = Json)]
pub async fn unlink_identity(identity_id: IdentityId) -> Result<(), ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::viewer_or_sign_in("/settings")?;
    domain::openid_connect::identities::unlink(
        &context,
        &viewer,
        request::session_token(&context).as_deref(),
        identity_id,
        &request::client(&context),
    )
    .await
}
