//! Endpoints for a marketplace's server: `/api/external` and `/api/import`.

use axum::{
    Json,
    body::Bytes,
    extract::{FromRequestParts, Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    api::request::client_of,
    server::{
        context::Context,
        domain::{
            operators::external::{
                Applied,
                import::{self, LineAnswer},
                listings::{self, ExternalListing},
                orders::{self, ExternalOrder},
                users::{self, ExternalUser},
            },
            users::Client,
        },
    },
    shared::errors::{ApiError, ErrorCode},
    web::{
        rest::{
            SignedIn,
            problem::{Input, Params, Problem},
            responses::{Always, Conflict, Invalid, NotFound, Storing, TooFast},
        },
        state::SiteState,
    },
};

/// Takes more than the other endpoints.
pub const IMPORT: &str = "/api/import";

const NDJSON: &str = "application/x-ndjson";

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct IssuerParams {
    /// The issuer whose ids these are: the `iss` of its signed identities. Needed only where several issuers have embed keys.
    #[param(max_length = 100)]
    issuer: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeleteParams {
    /// The issuer whose ids these are: the `iss` of its signed identities. Needed only where several issuers have embed keys.
    #[param(max_length = 100)]
    issuer: Option<String>,
    /// When it was deleted, by the sender's clock: `2026-05-31T14:06:00.123Z`. Without it as of now.
    #[param(max_length = 40)]
    changed_at: Option<String>,
}

/// Makes or changes a user of the marketplace: the one whom its signed identities name by this id. Of admins and their programs, as
/// everything here; a token wants the scope `manage`.
#[utoipa::path(put, path = "/api/external/users/{external_id}", request_body = ExternalUser,
    params(("external_id" = String, Path), IssuerParams),
    responses((status = 200, body = Applied), Always, Storing, NotFound, TooFast))]
pub async fn put_user(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Path(id): Path<String>,
    Params(IssuerParams { issuer }): Params<IssuerParams>,
    Input(user): Input<ExternalUser>,
) -> Result<Json<Applied>, Problem> {
    Ok(Json(users::put(&context, &viewer, issuer.as_deref(), &id, user).await?))
}

/// Closes the account of a user, as an admin does: nobody is in it any more, and what they wrote stays without their name.
#[utoipa::path(delete, path = "/api/external/users/{external_id}",
    params(("external_id" = String, Path), DeleteParams),
    responses((status = 200, body = Applied), Always, Storing, NotFound, Conflict, TooFast))]
pub async fn delete_user(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Path(id): Path<String>,
    Params(DeleteParams { issuer, changed_at }): Params<DeleteParams>,
    FromClient(client): FromClient,
) -> Result<Json<Applied>, Problem> {
    let whom = (issuer.as_deref(), id.as_str());
    Ok(Json(users::delete(&context, &viewer, whom, changed_at.as_deref(), &client).await?))
}

/// Ends the sessions of a user in all frames, and their sockets, as when they sign out of the marketplace.
#[utoipa::path(delete, path = "/api/external/users/{external_id}/sessions",
    params(("external_id" = String, Path), IssuerParams),
    responses((status = 200, body = Applied), Always, Storing, NotFound, TooFast))]
pub async fn end_sessions(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Path(id): Path<String>,
    Params(IssuerParams { issuer }): Params<IssuerParams>,
) -> Result<Json<Applied>, Problem> {
    Ok(Json(users::sign_out(&context, &viewer, issuer.as_deref(), &id).await?))
}

/// Makes or changes a listing of the marketplace. A host who is not there yet is a conflict with the `field` `host`.
#[utoipa::path(put, path = "/api/external/listings/{external_id}", request_body = ExternalListing,
    params(("external_id" = String, Path), IssuerParams),
    responses((status = 200, body = Applied), Always, Storing, NotFound, Conflict, TooFast))]
pub async fn put_listing(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Path(id): Path<String>,
    Params(IssuerParams { issuer }): Params<IssuerParams>,
    Input(listing): Input<ExternalListing>,
) -> Result<Json<Applied>, Problem> {
    Ok(Json(listings::put(&context, &viewer, issuer.as_deref(), &id, listing).await?))
}

/// Pauses a listing. Conversations about it stay.
#[utoipa::path(delete, path = "/api/external/listings/{external_id}",
    params(("external_id" = String, Path), DeleteParams),
    responses((status = 200, body = Applied), Always, Storing, NotFound, TooFast))]
pub async fn delete_listing(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Path(id): Path<String>,
    Params(DeleteParams { issuer, changed_at }): Params<DeleteParams>,
) -> Result<Json<Applied>, Problem> {
    Ok(Json(listings::delete(&context, &viewer, issuer.as_deref(), &id, changed_at.as_deref()).await?))
}

/// Makes or changes an order of the marketplace, with the conversation of its guest and host. Another status is told there. A guest or
/// listing that is not there yet is a conflict with the `field` `guest` or `listing`.
#[utoipa::path(put, path = "/api/external/orders/{external_id}", request_body = ExternalOrder,
    params(("external_id" = String, Path), IssuerParams),
    responses((status = 200, body = Applied), Always, Storing, NotFound, Conflict, TooFast))]
pub async fn put_order(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Path(id): Path<String>,
    Params(IssuerParams { issuer }): Params<IssuerParams>,
    Input(order): Input<ExternalOrder>,
) -> Result<Json<Applied>, Problem> {
    Ok(Json(orders::put(&context, &viewer, issuer.as_deref(), &id, order).await?))
}

/// Many at once: up to 1,000 lines of JSON and 4 MiB. A line is the body of the endpoint for one, with its `type` (`user`, `listing` or
/// `order`) and its `id`. Each is applied or refused by itself, in their order, and has a line of the answer.
#[utoipa::path(post, path = "/api/import", params(IssuerParams),
    request_body(content = String, content_type = "application/x-ndjson"),
    responses((status = 200, body = LineAnswer, content_type = "application/x-ndjson"), Always, Storing, NotFound, Invalid, TooFast))]
pub async fn import(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Params(IssuerParams { issuer }): Params<IssuerParams>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if kind != NDJSON && kind != "application/json" {
        let message = "Send lines of JSON with Content-Type: application/x-ndjson.";
        return Err(ApiError::new(ErrorCode::Invalid, message).into());
    }
    let text = std::str::from_utf8(&body).map_err(|_| ApiError::unreadable("body", "it is not UTF-8"))?;
    let answers = import::run(&context, &viewer, issuer.as_deref(), text).await?;
    let mut lines = String::new();
    for answer in answers {
        lines.push_str(&serde_json::to_string(&answer).map_err(|_| ApiError::internal())?);
        lines.push('\n');
    }
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static(NDJSON));
    Ok((StatusCode::OK, [kind], lines).into_response())
}

/// The program that asks, for the log of security events.
pub struct FromClient(Client);

impl FromRequestParts<SiteState> for FromClient {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &SiteState) -> Result<Self, Problem> {
        Ok(Self(client_of(&parts.extensions, &parts.headers, &state.context.config)))
    }
}
