//! Endpoints of webhooks: `/api/webhooks`.

use axum::{Extension, Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    server::{
        auth::access::Access,
        context::Context,
        domain::operators::webhooks::{self, Choice},
    },
    shared::{
        ids::WebhookId,
        operators::webhooks::{DeliveryPage, WebhookList, WebhookSecret},
    },
    web::rest::{
        SignedIn,
        problem::{Id, IdempotencyKey, Input, Params, Problem},
        responses::{Always, Conflict, Invalid, NotFound, Storing, TooFast},
    },
};

/// All webhooks. Of admins and their programs, as everything about them; a token wants the scope `events`.
#[utoipa::path(get, path = "/api/webhooks", responses((status = 200, body = WebhookList), Always, NotFound))]
pub async fn list(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
) -> Result<Json<WebhookList>, Problem> {
    Ok(Json(webhooks::list(&context, &viewer, None).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWebhook {
    /// Made by the client: a UUID of version 7. Made twice, the second is a conflict, since the secret can't be shown again.
    id: WebhookId,
    /// A page on the internet, with https. At most ten webhooks.
    #[schema(max_length = 1000)]
    url: String,
    /// The types of events that it is told of.
    #[schema(min_items = 1, max_items = 40)]
    types: Vec<String>,
    /// Whether messages come with their text. A token wants the scope `event_texts` for it.
    with_text: bool,
}

/// Makes a webhook. It is told of what happens from now on.
#[utoipa::path(post, path = "/api/webhooks", request_body = NewWebhook,
    responses((status = 200, body = WebhookSecret), Always, Storing, NotFound, Conflict, TooFast))]
pub async fn create(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Extension(access): Extension<Access>,
    Input(NewWebhook { id, url, types, with_text }): Input<NewWebhook>,
) -> Result<Json<WebhookSecret>, Problem> {
    let choice = Choice { types: types.join(" "), with_text };
    Ok(Json(webhooks::create(&context, &viewer, access, id, &url, choice).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookChoice {
    #[schema(min_items = 1, max_items = 40)]
    types: Vec<String>,
    with_text: bool,
    /// What happens while it is off is sent once it is on again, as far as it is kept.
    is_on: bool,
}

/// The webhook that was named.
#[derive(Serialize, ToSchema)]
pub struct WebhookDone {
    id: WebhookId,
}

/// Chooses what a webhook is told of, and switches it on or off.
#[utoipa::path(put, path = "/api/webhooks/{id}", request_body = WebhookChoice, params(("id" = WebhookId, Path)),
    responses((status = 200, body = WebhookDone), Always, Storing, NotFound, TooFast))]
pub async fn choose(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Extension(access): Extension<Access>,
    Id(id): Id<WebhookId>,
    Input(WebhookChoice { types, with_text, is_on }): Input<WebhookChoice>,
) -> Result<Json<WebhookDone>, Problem> {
    let choice = Choice { types: types.join(" "), with_text };
    webhooks::choose(&context, &viewer, access, id, choice).await?;
    webhooks::switch(&context, &viewer, id, is_on).await?;
    Ok(Json(WebhookDone { id }))
}

/// Deletes a webhook, with its deliveries.
#[utoipa::path(delete, path = "/api/webhooks/{id}", params(("id" = WebhookId, Path)),
    responses((status = 200, body = WebhookDone), Always, NotFound, TooFast))]
pub async fn delete(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Id(id): Id<WebhookId>,
) -> Result<Json<WebhookDone>, Problem> {
    webhooks::delete(&context, &viewer, id).await?;
    Ok(Json(WebhookDone { id }))
}

/// Gives a webhook another secret. For a day the one before signs as well. Repeated with the same `Idempotency-Key` it gives the
/// same secret, until another is made.
#[utoipa::path(post, path = "/api/webhooks/{id}/secret", params(("id" = WebhookId, Path), IdempotencyKey),
    responses((status = 200, body = WebhookSecret), Always, Storing, NotFound, Conflict, TooFast))]
pub async fn rotate(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Id(id): Id<WebhookId>,
    IdempotencyKey { key }: IdempotencyKey,
) -> Result<Json<WebhookSecret>, Problem> {
    Ok(Json(webhooks::rotate(&context, &viewer, id, key.as_deref()).await?))
}

/// Sends an event of the type `webhook.test`.
#[utoipa::path(post, path = "/api/webhooks/{id}/test", params(("id" = WebhookId, Path)),
    responses((status = 200, body = WebhookDone), Always, NotFound, Conflict, TooFast))]
pub async fn test(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Id(id): Id<WebhookId>,
) -> Result<Json<WebhookDone>, Problem> {
    webhooks::test(&context, &viewer, id).await?;
    Ok(Json(WebhookDone { id }))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeliveryParams {
    /// Only those that were not taken.
    #[serde(default)]
    failed: bool,
    /// The `next` of the page before.
    below: Option<i64>,
}

/// One page of a webhook's deliveries, the newest event first. Of those that were taken the newest 10,000 are kept.
#[utoipa::path(get, path = "/api/webhooks/{id}/deliveries", params(("id" = WebhookId, Path), DeliveryParams),
    responses((status = 200, body = DeliveryPage), Always, NotFound, Invalid))]
pub async fn deliveries(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Id(id): Id<WebhookId>,
    Params(DeliveryParams { failed, below }): Params<DeliveryParams>,
) -> Result<Json<DeliveryPage>, Problem> {
    Ok(Json(webhooks::deliveries(&context, &viewer, id, failed, below).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Again {
    /// That of a delivery in the list.
    position: i64,
}

/// Sends an event once more, with the same id; at once if it waits.
#[utoipa::path(post, path = "/api/webhooks/{id}/again", request_body = Again, params(("id" = WebhookId, Path)),
    responses((status = 200, body = WebhookDone), Always, Storing, NotFound, Conflict, TooFast))]
pub async fn again(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Id(id): Id<WebhookId>,
    Input(Again { position }): Input<Again>,
) -> Result<Json<WebhookDone>, Problem> {
    webhooks::send_again(&context, &viewer, id, position).await?;
    Ok(Json(WebhookDone { id }))
}
