//! Server functions for webhooks. For admins only.

use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::{
    api::json::Json,
    shared::{
        errors::ApiError,
        ids::WebhookId,
        operators::webhooks::{DeliveryPage, WebhookList, WebhookSecret},
    },
};

/// Where a plain form leads back to.
#[cfg(feature = "ssr")]
const PAGE: &str = "/operator/webhooks";

/// All webhooks. After a plain form post that has made a secret, it also returns that, once.
#[server(prefix = "/rpc", endpoint = "get_webhooks", input = GetUrl, output = Json)]
pub async fn get_webhooks() -> Result<WebhookList, ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::viewer()?;
    let made = request::take_webhook_secret(&context);
    domain::operators::webhooks::list(&context, &viewer, made).await
}

/// Makes a webhook and returns its secret, which can't be read again later. The client makes the id; a repeated id is a conflict.
#[server(prefix = "/rpc", endpoint = "create_webhook", output = Json)]
pub async fn create_webhook(
    webhook_id: WebhookId,
    url: String,
    #[server(default)] types: Vec<String>,
    #[server(default)] with_text: bool,
) -> Result<WebhookSecret, ApiError> {
    use crate::{
        api::request,
        server::{
            auth::access::Access,
            domain::operators::webhooks::{self, Choice},
        },
    };
    let (context, viewer) = request::proved_viewer(PAGE).await?;
    let choice = Choice { types: types.join(" "), with_text };
    let made = webhooks::create(&context, &viewer, Access::Session, webhook_id, &url, choice).await?;
    request::hand_over_webhook_secret(&context, &made);
    Ok(made)
}

/// Chooses what a webhook is told of.
#[server(prefix = "/rpc", endpoint = "choose_webhook", output = Json)]
pub async fn choose_webhook(
    webhook_id: WebhookId,
    #[server(default)] types: Vec<String>,
    #[server(default)] with_text: bool,
) -> Result<(), ApiError> {
    use crate::{
        api::request,
        server::{
            auth::access::Access,
            domain::operators::webhooks::{self, Choice},
        },
    };
    let (context, viewer) = request::proved_viewer(PAGE).await?;
    let choice = Choice { types: types.join(" "), with_text };
    webhooks::choose(&context, &viewer, Access::Session, webhook_id, choice).await?;
    request::redirect_form_to(PAGE);
    Ok(())
}

/// Switches a webhook on or off.
#[server(prefix = "/rpc", endpoint = "switch_webhook", output = Json)]
pub async fn switch_webhook(webhook_id: WebhookId, is_on: bool) -> Result<(), ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::viewer_or_sign_in(PAGE)?;
    domain::operators::webhooks::switch(&context, &viewer, webhook_id, is_on).await?;
    request::redirect_form_to(PAGE);
    Ok(())
}

/// Gives a webhook another secret and returns it. For a day the one before signs as well.
#[server(prefix = "/rpc", endpoint = "rotate_webhook", output = Json)]
pub async fn rotate_webhook(webhook_id: WebhookId) -> Result<WebhookSecret, ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::proved_viewer(PAGE).await?;
    let made = domain::operators::webhooks::rotate(&context, &viewer, webhook_id, None).await?;
    request::hand_over_webhook_secret(&context, &made);
    Ok(made)
}

/// Deletes a webhook with its deliveries.
#[server(prefix = "/rpc", endpoint = "delete_webhook", output = Json)]
pub async fn delete_webhook(webhook_id: WebhookId) -> Result<(), ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::viewer_or_sign_in(PAGE)?;
    domain::operators::webhooks::delete(&context, &viewer, webhook_id).await?;
    request::redirect_form_to(PAGE);
    Ok(())
}

/// Sends a test event.
#[server(prefix = "/rpc", endpoint = "test_webhook", output = Json)]
pub async fn test_webhook(webhook_id: WebhookId) -> Result<(), ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::viewer_or_sign_in(PAGE)?;
    domain::operators::webhooks::test(&context, &viewer, webhook_id).await?;
    request::redirect_form_to(&format!("{PAGE}?show={webhook_id}#deliveries"));
    Ok(())
}

/// One page of a webhook's deliveries below a position, the newest event first; those that were not taken alone, if `is_failed`.
#[server(prefix = "/rpc", endpoint = "get_webhook_deliveries", input = GetUrl, output = Json)]
pub async fn get_webhook_deliveries(
    webhook_id: WebhookId,
    is_failed: bool,
    below: Option<i64>,
) -> Result<DeliveryPage, ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::viewer()?;
    domain::operators::webhooks::deliveries(&context, &viewer, webhook_id, is_failed, below).await
}

/// Sends an event once more, or at once if it waits.
#[server(prefix = "/rpc", endpoint = "resend_webhook", output = Json)]
pub async fn resend_webhook(webhook_id: WebhookId, position: i64) -> Result<(), ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::viewer_or_sign_in(PAGE)?;
    domain::operators::webhooks::send_again(&context, &viewer, webhook_id, position).await?;
    request::redirect_form_to(&format!("{PAGE}?show={webhook_id}#deliveries"));
    Ok(())
}
