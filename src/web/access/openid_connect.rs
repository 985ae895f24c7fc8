//! Sign-in by identity providers, as browsers go through it: the start, the answer that the provider sends back by way of the
//! browser, and back-channel logout, which comes from the provider itself.

use axum::{
    Form, Json,
    extract::{Path, Query, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use leptos::server_fn::error::ServerFnUrlError;
use maud::{DOCTYPE, html};
use serde::Deserialize;

use super::form_errors;
use crate::{
    api::request::{DEVICE_MAX_AGE_S, client_of},
    server::{
        auth::{
            cookies::{self, DEVICE, PENDING_SIGN_IN, SESSION},
            pending_sign_ins::LIFETIME_SECONDS,
        },
        context::Context,
        domain::{
            openid_connect::{self, Answer, Finished, Origin, back_channel},
            users::{self, Client, SESSION_LIFETIME_MICROS, SignedIn},
        },
    },
    shared::{
        errors::{ApiError, ErrorCode},
        page::session::sign_in_path,
        users::{
            Viewer,
            identities::{LINK_PATH, SIGN_IN_ERRORS},
        },
        values::time::SECOND,
        words,
    },
    web::rest::problem::Problem,
};

pub const START: &str = "/sign-in/with/{provider}";
pub const CONTINUE: &str = "/sign-in/with/{provider}/continue";
pub const CALLBACK: &str = "/sign-in/with/{provider}/callback";
pub const LOGOUT: &str = "/oidc/{provider}/logout";

const REFRESH: HeaderName = HeaderName::from_static("refresh");

/// Whether a provider itself calls this path: no page of ours, and no browser.
pub fn is_back_channel(path: &str) -> bool {
    let provider = path.strip_prefix("/oidc/").and_then(|rest| rest.strip_suffix("/logout"));
    provider.is_some_and(|provider| !provider.contains('/'))
}

#[derive(Deserialize)]
pub struct StartQuery {
    next: Option<String>,
}

/// Sends the browser to the provider.
pub async fn start(
    State(context): State<Context>,
    Path(provider): Path<String>,
    Query(StartQuery { next }): Query<StartQuery>,
    request: Request,
) -> Response {
    let client = client(&context, &request);
    match openid_connect::start(&context, &provider, next.clone(), &client.client_ip).await {
        Ok(started) => {
            let mut response = redirect(&started.url);
            let cookie = PENDING_SIGN_IN.to_header(&context.config, &started.cookie, LIFETIME_SECONDS);
            append_cookie(response.headers_mut(), &cookie);
            response
        }
        Err(error) => to_sign_in(&context, next.as_deref(), error),
    }
}

/// Leads on to the provider after a form of the settings. It is a page of its own, since a browser that came by a form is let
/// go to no other site by a redirect (`form-action`).
pub async fn resume(
    State(context): State<Context>,
    Path(provider): Path<String>,
    request: Request,
) -> Response {
    let client = client(&context, &request);
    let cookie = PENDING_SIGN_IN.read(request.headers(), &context.config);
    match openid_connect::resume(&context, &provider, cookie, &client.client_ip).await {
        Ok(url) => {
            let name = context.providers.get(&provider).map_or("", |provider| provider.name());
            let text = words::provider_continue(name);
            let page = html! {
                (DOCTYPE)
                html lang=(words::language().tag()) dir=(words::language().dir()) {
                    head { meta charset="utf-8"; title { (text) } }
                    body { p { a href=(url) { (text) } } }
                }
            };
            let mut response = Html(page.into_string()).into_response();
            if let Ok(refresh) = HeaderValue::from_str(&format!("0; url={url}")) {
                response.headers_mut().insert(REFRESH, refresh);
            }
            response
        }
        Err(error) => to_page(&context, "/settings", LINK_PATH, error),
    }
}

#[derive(Default, Deserialize)]
pub struct CallbackQuery {
    #[serde(default)]
    state: String,
    code: Option<String>,
    iss: Option<String>,
    error: Option<String>,
}

/// Signs in by what the provider answers, and goes on to where the sign-in was started from. What is wrong is said on the
/// sign-in page.
pub async fn callback(
    State(context): State<Context>,
    Path(provider): Path<String>,
    query: Result<Query<CallbackQuery>, axum::extract::rejection::QueryRejection>,
    request: Request,
) -> Response {
    let Query(CallbackQuery { state, code, iss, error }) = query.unwrap_or_default();
    let (headers, viewer) = (request.headers(), request.extensions().get::<Viewer>());
    let cookie = PENDING_SIGN_IN.read(headers, &context.config).map(str::to_owned);
    let origin = openid_connect::origin_of(&context, cookie.as_deref());
    let answer = Answer { provider, cookie, state, code, issuer: iss, error };
    let client = client(&context, &request);
    let mut response = match openid_connect::finish(&context, &answer, viewer, &client).await {
        Ok(Finished::SignedIn { opened, next }) => {
            // The session that this browser had would stay open without its cookie.
            let former = cookies::session_token(headers, &context.config);
            let _ = users::sign_out(&context, former, &client).await;
            let mut response = redirect(&next);
            append_session(&context, response.headers_mut(), &opened);
            response
        }
        Ok(Finished::Linked { next }) => redirect(&next),
        Err(error) => match origin {
            Origin::Settings => to_page(&context, "/settings", LINK_PATH, error),
            Origin::SignIn { next } => to_sign_in(&context, next.as_deref(), error),
        },
    };
    append_cookie(response.headers_mut(), &PENDING_SIGN_IN.to_header(&context.config, "", 0));
    response
}

#[derive(Deserialize)]
pub struct LogoutForm {
    logout_token: String,
}

/// 200 once the sessions have ended; 400 for a token that is not accepted; 503 if the provider's keys can't be had, so that it
/// may try again (OpenID Connect Back-Channel Logout, 2.8).
pub async fn logout(
    State(context): State<Context>,
    Path(provider): Path<String>,
    parts: axum::http::request::Parts,
    form: Result<Form<LogoutForm>, axum::extract::rejection::FormRejection>,
) -> Response {
    let client = client_of(&parts.extensions, &parts.headers, &context.config);
    let refused = |description: String| {
        let body = serde_json::json!({ "error": "invalid_request", "error_description": description });
        (StatusCode::BAD_REQUEST, Json(body)).into_response()
    };
    let Ok(Form(LogoutForm { logout_token })) = form else {
        return refused("This needs a form with logout_token.".to_owned());
    };
    match back_channel::sign_out(&context, &provider, &logout_token, &client).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(error) if error.code == ErrorCode::Invalid => refused(error.message),
        Err(error) => Problem(error).into_response(),
    }
}

fn client(context: &Context, request: &Request) -> Client {
    client_of(request.extensions(), request.headers(), &context.config)
}

fn append_session(context: &Context, headers: &mut HeaderMap, opened: &SignedIn) {
    let config = &context.config;
    append_cookie(
        headers,
        &SESSION.to_header(config, opened.token.as_str(), SESSION_LIFETIME_MICROS / SECOND),
    );
    append_cookie(headers, &DEVICE.to_header(config, &opened.device_token, DEVICE_MAX_AGE_S));
}

fn append_cookie(headers: &mut HeaderMap, cookie: &str) {
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        headers.append(header::SET_COOKIE, cookie);
    }
}

fn redirect(url: &str) -> Response {
    let Ok(location) = HeaderValue::from_str(url) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    (StatusCode::FOUND, [(header::LOCATION, location)]).into_response()
}

fn to_sign_in(context: &Context, next: Option<&str>, error: ApiError) -> Response {
    let page = next.map_or("/sign-in".to_owned(), sign_in_path);
    to_page(context, &page, SIGN_IN_ERRORS, error)
}

/// Shows an error on a page of ours, as that of a plain form to `form`.
fn to_page(context: &Context, page: &str, form: &str, error: ApiError) -> Response {
    if error.code == ErrorCode::NotFound {
        return Problem(error).into_response();
    }
    let shown = ServerFnUrlError::new(form, error).to_url(&format!("http://localhost{page}"));
    let Ok(url) = shown else { return redirect(page) };
    let mut response = redirect(&format!("{}?{}", url.path(), url.query().unwrap_or_default()));
    form_errors::set_cookie(context, response.headers_mut());
    response
}
