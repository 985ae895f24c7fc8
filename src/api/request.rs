//! The request behind a server function: its context and viewer, the cookies of the answer, and where a plain form
//! post is redirected. Server only.

use axum::http::{HeaderName, HeaderValue, Method, header, request::Parts};
use leptos::prelude::{expect_context, use_context};
use leptos_axum::ResponseOptions;

use crate::{
    server::{
        auth::{
            client_ip,
            cookies::{self, Cookie},
            session_tokens::Token,
        },
        context::Context,
        domain::users::{Client, Opened, SESSION_LASTS},
    },
    shared::{
        errors::{ApiError, Result},
        page::session::{own_path, sign_in_path},
        users::Viewer,
        values::time::{DAY, SECOND},
    },
};

const MADE_TOKEN_MAX_AGE_S: i64 = 60;
const DEVICE_MAX_AGE_S: i64 = 365 * DAY / SECOND;
const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

pub fn context() -> Context {
    expect_context::<Context>()
}

/// The signed-in user, if there is one. The session was looked up once, before the handler.
pub fn session_viewer() -> Option<Viewer> {
    use_context::<Parts>().and_then(|parts| parts.extensions.get::<Viewer>().cloned())
}

/// The context and the signed-in user; `signed_out` if nobody is signed in.
pub fn viewer() -> Result<(Context, Viewer)> {
    session_viewer().map(|viewer| (context(), viewer)).ok_or_else(ApiError::signed_out)
}

/// Like [`viewer`]; a plain form post is redirected to sign-in and comes back to `page`.
pub fn viewer_or_sign_in(page: &str) -> Result<(Context, Viewer)> {
    let found = viewer();
    if found.is_err() {
        redirect_form_to(&sign_in_path(page));
    }
    found
}

/// Redirects a plain form post to a page. A script gets the answer itself and decides.
pub fn redirect_form_to(path: &str) {
    if is_form_post() {
        leptos_axum::redirect(path);
    }
}

/// Sets the session cookie and returns the page to continue at, to which a form post is redirected.
pub fn signed_in(context: &Context, opened: &Opened, next: Option<String>) -> String {
    set_cookie(context, &cookies::SESSION, opened.token.as_str(), SESSION_LASTS / SECOND);
    remember_device(context, &opened.device);
    let next = own_path(next);
    redirect_form_to(&next);
    next
}

/// Lets this browser be recognised at the next sign-in, see [`Client::device`].
pub fn remember_device(context: &Context, device: &str) {
    set_cookie(context, &cookies::DEVICE, device, DEVICE_MAX_AGE_S);
}

/// Removes the session cookie.
pub fn signed_out(context: &Context) {
    set_cookie(context, &cookies::SESSION, "", 0);
    // Without script the browser itself clears what it stored for this user. A script asks about unsent messages
    // first and clears the storage afterwards.
    if let Some(response) = use_context::<ResponseOptions>().filter(|_| is_form_post()) {
        response.insert_header(CLEAR_SITE_DATA, HeaderValue::from_static("\"storage\""));
    }
    redirect_form_to("/");
}

/// Hands a new API token to the settings page. A plain form is answered with a redirect, whose URL must not hold a
/// token, so a cookie that only the server reads carries it.
pub fn hand_made_token(context: &Context, token: &Token) {
    if is_form_post() {
        set_cookie(context, &cookies::MADE_TOKEN, token.as_str(), MADE_TOKEN_MAX_AGE_S);
        leptos_axum::redirect("/settings#tokens");
    }
}

/// The API token handed over by [`hand_made_token`]; this answer removes it.
pub fn take_made_token(context: &Context) -> Option<String> {
    let parts = use_context::<Parts>()?;
    let token = cookies::MADE_TOKEN.read(&parts.headers, &context.config).map(str::to_owned);
    if token.is_some() {
        set_cookie(context, &cookies::MADE_TOKEN, "", 0);
    }
    token
}

/// The session's token as the request carries it.
pub fn token(context: &Context) -> Option<String> {
    let parts = use_context::<Parts>()?;
    cookies::session_token(&parts.headers, &context.config).map(str::to_owned)
}

/// The client that asks, for limits and for the list of sessions.
pub fn client(context: &Context) -> Client {
    let Some(parts) = use_context::<Parts>() else { return Client::default() };
    let name = parts.headers.get(header::USER_AGENT).and_then(|name| name.to_str().ok());
    Client {
        address: client_ip::of_request(&parts.extensions, &parts.headers, &context.config),
        name: name.unwrap_or_default().to_owned(),
        device: cookies::DEVICE.read(&parts.headers, &context.config).map(str::to_owned),
    }
}

fn set_cookie(context: &Context, cookie: &Cookie, value: &str, max_age_s: i64) {
    let header = HeaderValue::from_str(&cookie.to_header(&context.config, value, max_age_s));
    if let (Some(response), Ok(header)) = (use_context::<ResponseOptions>(), header) {
        response.append_header(header::SET_COOKIE, header);
    }
}

fn is_form_post() -> bool {
    use_context::<Parts>().is_some_and(|parts| {
        let accept = parts.headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
        parts.method == Method::POST && accept.is_some_and(|accept| accept.contains("text/html"))
    })
}
