//! Server functions for personal API tokens. Only the owner creates, lists and revokes them, signed in with a
//! session.

use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::{
    api::json::Json,
    shared::{
        errors::ApiError,
        ids::TokenId,
        users::api_tokens::{Scopes, TokenLifetime, TokenList},
    },
};

/// The viewer's tokens, newest first. After a plain form post of `create_token`, it also returns the new
/// token, once.
#[server(prefix = "/rpc", endpoint = "get_tokens", input = GetUrl, output = Json)]
pub async fn get_tokens() -> Result<TokenList, ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::viewer()?;
    domain::users::api_tokens::list(&context, &viewer, request::take_handed_over_token(&context)).await
}

/// Creates a token and returns it; it cannot be read again later. It requires the present password. The client makes
/// the id; a repeated id is a conflict.
#[server(prefix = "/rpc", endpoint = "create_token", output = Json)]
pub async fn create_token(
    token_id: TokenId,
    token_name: String,
    token_password: String,
    #[server(default)] scopes: Scopes,
    #[server(default)] token_lifetime: TokenLifetime,
) -> Result<String, ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::viewer_or_sign_in("/settings")?;
    let token = domain::users::api_tokens::create(
        &context,
        &viewer,
        &token_password,
        token_id,
        &token_name,
        (scopes, token_lifetime),
        &request::client(&context),
    )
    .await?;
    request::hand_over_token(&context, &token);
    Ok(token.as_str().to_owned())
}

/// Revokes one of the viewer's tokens at once.
#[server(prefix = "/rpc", endpoint = "revoke_token", output = Json)]
pub async fn revoke_token(token_id: TokenId) -> Result<(), ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::viewer_or_sign_in("/settings")?;
    domain::users::api_tokens::revoke(&context, &viewer, token_id, &request::client(&context)).await
}
