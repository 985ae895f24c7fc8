//! Server functions for web push: what this session's browser gets, and which kinds of notifications are pushed.

use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::{
    api::json::Json,
    shared::{errors::ApiError, users::push::PushSettings},
};

/// What the viewer's settings say of push.
#[server(prefix = "/rpc", endpoint = "get_push_settings", input = GetUrl, output = Json)]
pub async fn get_push_settings() -> Result<PushSettings, ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::viewer()?;
    domain::push::subscriptions::settings(&context, &viewer, request::session_token(&context).as_deref())
        .await
}

/// Pushes to this session's browser from now on. The arguments are those of its `PushSubscription`; keys are base64url. Without
/// `shows_text` that stays as it was.
#[server(prefix = "/rpc", endpoint = "subscribe_to_push", output = Json)]
pub async fn subscribe_to_push(
    endpoint: String,
    p256dh: String,
    auth: String,
    shows_text: Option<bool>,
) -> Result<(), ApiError> {
    use crate::{
        api::request,
        server::domain::push::subscriptions::{self, BrowserSubscription},
    };
    let (context, viewer) = request::viewer()?;
    let browser = BrowserSubscription { endpoint: &endpoint, p256dh: &p256dh, auth: &auth, shows_text };
    subscriptions::subscribe(&context, &viewer, request::session_token(&context).as_deref(), browser).await
}

/// Pushes nothing more to this session's browser.
#[server(prefix = "/rpc", endpoint = "unsubscribe_from_push", output = Json)]
pub async fn unsubscribe_from_push() -> Result<(), ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::viewer()?;
    domain::push::subscriptions::unsubscribe(&context, &viewer, request::session_token(&context).as_deref())
        .await
}

/// Sets the kinds of notification that are pushed to the viewer, separated by spaces.
#[server(prefix = "/rpc", endpoint = "choose_pushes", output = Json)]
pub async fn choose_pushes(#[server(default)] kinds: String) -> Result<(), ApiError> {
    use crate::{api::request, server::domain, shared::notifications::kinds::KindSet};
    let (context, viewer) = request::viewer()?;
    domain::push::subscriptions::set_kinds(&context, &viewer, KindSet::parse("kinds", &kinds)?).await
}
