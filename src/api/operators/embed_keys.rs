//! Server functions for embed keys. For admins only.

use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::{
    api::json::Json,
    shared::{
        errors::ApiError,
        ids::EmbedKeyId,
        operators::embed_keys::{EmbedAlgorithm, EmbedKeyList},
    },
};

#[cfg(feature = "ssr")]
const PAGE: &str = "/operator/settings";

/// The keys, the latest first. After a plain form post of `create_embed_key`, also the new secret, once.
#[server(prefix = "/rpc", endpoint = "get_embed_keys", input = GetUrl, output = Json)]
pub async fn get_embed_keys() -> Result<EmbedKeyList, ApiError> {
    use crate::{api::request, server::domain, shared::operators::embed_keys::SECRET_PREFIX};
    let (context, viewer) = request::viewer()?;
    let made = request::take_handed_over_token(&context).filter(|made| made.starts_with(SECRET_PREFIX));
    domain::operators::embed_keys::list(&context, &viewer, made).await
}

/// Makes a key. Returns the secret of HS256, which can't be read again later, and an empty text for the others. The client
/// makes the id; a repeated id is a conflict.
#[server(prefix = "/rpc", endpoint = "create_embed_key", output = Json)]
pub async fn create_embed_key(
    key_id: EmbedKeyId,
    issuer: String,
    #[server(default)] algorithm: EmbedAlgorithm,
    #[server(default)] public_key: String,
) -> Result<String, ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::proved_viewer(PAGE).await?;
    let secret =
        domain::operators::embed_keys::create(&context, &viewer, key_id, &issuer, algorithm, &public_key)
            .await?;
    request::hand_over_secret(&context, secret.as_deref(), "/operator/settings#embed-keys");
    Ok(secret.unwrap_or_default())
}

/// Revokes a key at once, and ends what it has opened.
#[server(prefix = "/rpc", endpoint = "revoke_embed_key", output = Json)]
pub async fn revoke_embed_key(key_id: EmbedKeyId) -> Result<(), ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::proved_viewer(PAGE).await?;
    domain::operators::embed_keys::revoke(&context, &viewer, key_id).await?;
    request::redirect_form_to("/operator/settings#embed-keys");
    Ok(())
}
