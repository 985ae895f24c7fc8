//! The HTTP request of a server function: its context and viewer, the cookies of the response, and the
//! redirect of a plain form post. Server only.

use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, header, request::Parts};
use leptos::prelude::{expect_context, use_context};
use leptos_axum::ResponseOptions;

use crate::{
    server::{
        auth::{
            client_ip,
            cookies::{self, Cookie},
            pending_sign_ins,
            session_tokens::{RefusedSession, Token},
        },
        config::Serve,
        context::Context,
        domain::users::{Client, SESSION_LIFETIME_MICROS, SignedIn, reauthentication},
    },
    shared::{
        errors::{ApiError, Result},
        operators::webhooks::WebhookSecret,
        page::session::{code_path, own_path, reauthentication_path, sign_in_path},
        users::{Viewer, second_factor::REAUTHENTICATION},
        values::time::{DAY, SECOND},
    },
};

const MADE_TOKEN_MAX_AGE_S: i64 = 60;
const SECOND_STEP_MAX_AGE_S: i64 = 10 * 60;
const CEREMONY_MAX_AGE_S: i64 = 5 * 60;
pub const DEVICE_MAX_AGE_S: i64 = 365 * DAY / SECOND;
const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

/// The server context. Panics outside a request.
pub fn context() -> Context {
    expect_context::<Context>()
}

/// The signed-in user, if there is one. A middleware looked the session up before the handler.
pub fn session_viewer() -> Option<Viewer> {
    use_context::<Parts>().and_then(|parts| parts.extensions.get::<Viewer>().cloned())
}

/// The context and the signed-in user; `signed_out` without a session, `suspended` with a suspended account.
pub fn viewer() -> Result<(Context, Viewer)> {
    let error = || {
        let parts = use_context::<Parts>();
        parts.map_or_else(ApiError::signed_out, |parts| RefusedSession::error(&parts.extensions))
    };
    session_viewer().map(|viewer| (context(), viewer)).ok_or_else(error)
}

/// Like [`viewer`]; without a session, a plain form post is also redirected to sign-in, which leads back to
/// `page`.
pub fn viewer_or_sign_in(page: &str) -> Result<(Context, Viewer)> {
    let result = viewer();
    if result.is_err() {
        redirect_form_to(&sign_in_path(page));
    }
    result
}

/// Like [`viewer`], for what is dangerous: the viewer has proved of late who they are. Otherwise a plain form post is redirected to
/// the page that asks for it, which leads back to `page`.
pub async fn proved_viewer(page: &str) -> Result<(Context, Viewer)> {
    let (context, viewer) = viewer()?;
    let checked = reauthentication::check(&context, session_token(&context).as_deref()).await;
    if checked.as_ref().is_err_and(|error| error.field.as_deref() == Some(REAUTHENTICATION)) {
        redirect_form_to(&reauthentication_path(page));
    }
    checked.map(|()| (context, viewer))
}

/// Redirects a plain form post to a page. A script gets no redirect, but the result itself.
pub fn redirect_form_to(path: &str) {
    if is_form_post() {
        leptos_axum::redirect(path);
    }
}

/// Sets the session cookie and returns the page to continue at, to which a form post is redirected.
pub fn start_session(context: &Context, opened: &SignedIn, next: Option<String>) -> String {
    set_cookie(context, &cookies::SESSION, opened.token.as_str(), SESSION_LIFETIME_MICROS / SECOND);
    remember_device(context, &opened.device_token);
    let next = own_path(next);
    redirect_form_to(&next);
    next
}

/// Has the browser keep a sign-in by an identity provider until its answer comes.
pub fn keep_pending_sign_in(context: &Context, cookie: &str) {
    set_cookie(context, &cookies::PENDING_SIGN_IN, cookie, pending_sign_ins::LIFETIME_SECONDS);
}

/// Lets this browser be recognised at the next sign-in, see [`Client::device_token`].
pub fn remember_device(context: &Context, device: &str) {
    set_cookie(context, &cookies::DEVICE, device, DEVICE_MAX_AGE_S);
}

/// Removes the session cookie.
pub fn clear_session(context: &Context) {
    clear_session_to(context, "/");
}

/// The same, and where a plain form post continues.
pub fn clear_session_to(context: &Context, next: &str) {
    set_cookie(context, &cookies::SESSION, "", 0);
    // Without script the browser itself clears what it stored for this user. A script asks about unsent
    // messages first and clears the storage afterwards.
    if let Some(response) = use_context::<ResponseOptions>().filter(|_| is_form_post()) {
        response.insert_header(CLEAR_SITE_DATA, HeaderValue::from_static("\"storage\""));
    }
    redirect_form_to(next);
}

/// Passes a new API token on to the settings page after a plain form post. The response is a redirect, whose
/// URL must not contain a token, so a short-lived cookie that only the server reads carries it.
pub fn hand_over_token(context: &Context, token: &Token) {
    if is_form_post() {
        set_cookie(context, &cookies::MADE_TOKEN, token.as_str(), MADE_TOKEN_MAX_AGE_S);
        leptos_axum::redirect("/settings#tokens");
    }
}

/// Passes another new secret on to `page` in the same way, or only leads there if there is none.
pub fn hand_over_secret(context: &Context, secret: Option<&str>, page: &str) {
    if is_form_post() {
        if let Some(secret) = secret {
            set_cookie(context, &cookies::MADE_TOKEN, secret, MADE_TOKEN_MAX_AGE_S);
        }
        leptos_axum::redirect(page);
    }
}

/// The API token from [`hand_over_token`], if there is one. The response removes its cookie.
pub fn take_handed_over_token(context: &Context) -> Option<String> {
    take(context, &cookies::MADE_TOKEN)
}

/// The value of a cookie, which the response removes.
fn take(context: &Context, cookie: &Cookie) -> Option<String> {
    let parts = use_context::<Parts>()?;
    let value = cookie.read(&parts.headers, &context.config).map(str::to_owned);
    if value.is_some() {
        set_cookie(context, cookie, "", 0);
    }
    value
}

/// Passes the secret of a webhook on to its page after a plain form post, as [`hand_over_token`] does.
pub fn hand_over_webhook_secret(context: &Context, made: &WebhookSecret) {
    if is_form_post() {
        let value = format!("{}.{}", made.id, made.secret);
        set_cookie(context, &cookies::MADE_WEBHOOK, &value, MADE_TOKEN_MAX_AGE_S);
        leptos_axum::redirect("/operator/webhooks#made-secret");
    }
}

/// What [`hand_over_webhook_secret`] passed on: the id and the secret. The response removes its cookie.
pub fn take_webhook_secret(context: &Context) -> Option<String> {
    take(context, &cookies::MADE_WEBHOOK).map(|made| made.replacen('.', " ", 1))
}

/// Passes recovery codes on to the settings page after a plain form post, as [`hand_over_token`] does.
pub fn hand_over_recovery_codes(context: &Context, codes: &[String]) {
    if is_form_post() {
        set_cookie(context, &cookies::MADE_CODES, &codes.join("."), MADE_TOKEN_MAX_AGE_S);
        leptos_axum::redirect("/settings#second-factor");
    }
}

/// The codes from [`hand_over_recovery_codes`]. The response removes their cookie.
pub fn take_recovery_codes(context: &Context) -> Vec<String> {
    let codes = take(context, &cookies::MADE_CODES);
    codes.map(|codes| codes.split('.').map(str::to_owned).collect()).unwrap_or_default()
}

/// Keeps what lets this browser send a code, and returns the page that asks for one, to which a form post is redirected.
pub fn ask_for_code(context: &Context, pending: &str, next: Option<String>) -> String {
    set_cookie(context, &cookies::SECOND_STEP, pending, SECOND_STEP_MAX_AGE_S);
    let page = code_path(next);
    redirect_form_to(&page);
    page
}

/// What [`ask_for_code`] kept.
pub fn pending_sign_in(context: &Context) -> Option<String> {
    let parts = use_context::<Parts>()?;
    cookies::SECOND_STEP.read(&parts.headers, &context.config).map(str::to_owned)
}

/// Keeps the id of the challenge that this browser is answering with a passkey.
pub fn keep_ceremony(context: &Context, id: impl ToString) {
    set_cookie(context, &cookies::PASSKEY_CEREMONY, &id.to_string(), CEREMONY_MAX_AGE_S);
}

/// What [`keep_ceremony`] kept. The response removes its cookie.
pub fn take_ceremony(context: &Context) -> Option<String> {
    take(context, &cookies::PASSKEY_CEREMONY)
}

/// Forgets what [`ask_for_code`] kept.
pub fn end_pending_sign_in(context: &Context) {
    set_cookie(context, &cookies::SECOND_STEP, "", 0);
}

/// The session token of the request's cookie.
pub fn session_token(context: &Context) -> Option<String> {
    let parts = use_context::<Parts>()?;
    cookies::session_token(&parts.headers, &context.config).map(str::to_owned)
}

/// The requesting client, for rate limits and for the list of sessions.
pub fn client(context: &Context) -> Client {
    let Some(parts) = use_context::<Parts>() else { return Client::default() };
    client_of(&parts.extensions, &parts.headers, &context.config)
}

/// The client of any request.
pub fn client_of(extensions: &Extensions, headers: &HeaderMap, config: &Serve) -> Client {
    let user_agent = headers.get(header::USER_AGENT).and_then(|name| name.to_str().ok());
    Client {
        client_ip: client_ip::of_request(extensions, headers, config),
        user_agent: user_agent.unwrap_or_default().to_owned(),
        device_token: cookies::DEVICE.read(headers, config).map(str::to_owned),
        time_zone: None,
    }
}

/// The requesting client, in the time zone that the browser names.
pub fn client_in_zone(context: &Context, time_zone: Option<&str>) -> Client {
    Client { time_zone: time_zone.and_then(|zone| zone.parse().ok()), ..client(context) }
}

fn set_cookie(context: &Context, cookie: &Cookie, value: &str, max_age_s: i64) {
    let header = HeaderValue::from_str(&cookie.to_header(&context.config, value, max_age_s));
    if let (Some(response), Ok(header)) = (use_context::<ResponseOptions>(), header) {
        response.append_header(header::SET_COOKIE, header);
    }
}

/// Whether a browser posted a plain form: unlike a script, it accepts HTML.
fn is_form_post() -> bool {
    use_context::<Parts>().is_some_and(|parts| {
        let accept = parts.headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
        parts.method == Method::POST && accept.is_some_and(|accept| accept.contains("text/html"))
    })
}
