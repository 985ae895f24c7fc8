//! Personal access tokens. Only their owner makes, sees and revokes them, signed in with a session.

use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::api::json::Json;
use crate::shared::{
    errors::ApiError,
    ids::TokenId,
    users::api_tokens::{Scopes, TokenList},
};

/// My tokens, newest first.
#[server(prefix = "/rpc", endpoint = "get_tokens", input = GetUrl, output = Json)]
pub async fn get_tokens() -> Result<TokenList, ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::viewer()?;
    domain::users::api_tokens::list(&context, &viewer, request::take_made_token(&context)).await
}

/// Makes a token and gives it, this once. The id comes from the client; the same again is a conflict.
#[server(prefix = "/rpc", endpoint = "create_token", output = Json)]
pub async fn create_token(
    token_id: TokenId,
    token_name: String,
    #[server(default)] scopes: Scopes,
) -> Result<String, ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::viewer_or_sign_in("/settings")?;
    let token = domain::users::api_tokens::create(&context, &viewer, token_id, &token_name, scopes).await?;
    request::hand_made_token(&context, &token);
    Ok(token.as_str().to_owned())
}

/// Ends a token of mine at once.
#[server(prefix = "/rpc", endpoint = "revoke_token", output = Json)]
pub async fn revoke_token(token_id: TokenId) -> Result<(), ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::viewer_or_sign_in("/settings")?;
    domain::users::api_tokens::revoke(&context, &viewer, token_id).await
}
