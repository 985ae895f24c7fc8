//! Files that are written while they are sent: everything about the viewer, and events of security for admins. Each is asked
//! for by a plain form, so that it works without script; an error leads back to the form.

use std::io;

use axum::{
    Form,
    body::Body,
    extract::{FromRequest, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use futures::{Future, StreamExt, stream};
use leptos::server_fn::error::ServerFnUrlError;
use serde::{Deserialize, de::DeserializeOwned};
use tokio::sync::mpsc::{self, Receiver, Sender};
use tracing::Instrument;

use crate::{
    api::request::client_of,
    server::{
        auth::{cookies, session_tokens::RefusedSession},
        context::Context,
        domain::{
            operators::security_events,
            users::Client,
            users::personal_data::export::{self, ExportError, ExportFormat},
        },
    },
    shared::{
        errors::{ApiError, ErrorCode},
        operators::security_events::{EventFilter, EventsFormat},
        page::session::{reauthentication_path, sign_in_path},
        users::{Viewer, second_factor::REAUTHENTICATION},
        words,
    },
    web::{access::form_errors, rest::problem::Problem},
};

/// Where the form of one's own data posts to.
pub const PERSONAL_DATA: &str = "/account/export";
/// Where the form of admins posts to.
pub const SECURITY_EVENTS: &str = "/operator/security-events/export";
/// Pieces that wait for a slow client.
const QUEUE_MAX: usize = 1;

#[derive(Deserialize)]
struct PersonalDataForm {
    export_password: String,
    format: String,
}

/// Everything about the viewer, for their present password.
pub async fn personal_data(State(context): State<Context>, request: Request) -> Response {
    let page = "/settings";
    let (parts, form) = match read::<PersonalDataForm>(request).await {
        Ok(read) => read,
        Err(refused) => return refused,
    };
    let begun = async {
        let viewer = viewer(&parts)?;
        let format = ExportFormat::parse(&form.format)
            .ok_or_else(|| ApiError::invalid("format", words::personal_data_refused_format()))?;
        let client = client(&context, &parts);
        let place = export::begin(&context, &viewer, &form.export_password, &client).await?;
        Ok((viewer, format, place))
    };
    let (viewer, format, place) = match begun.await {
        Ok(begun) => begun,
        Err(error) => return refuse(&context, &parts.headers, (page, PERSONAL_DATA), error),
    };
    let content_type = match format {
        ExportFormat::Json => "application/json",
        ExportFormat::Html => "text/html; charset=utf-8",
    };
    let name = format!("{}.{}", words::personal_data_file_name(), format.as_str());
    let to_write = context.clone();
    let body =
        written(move |to| async move { export::write(&to_write, &viewer, (format, place), &to).await });
    file(body, content_type, &name)
}

#[derive(Deserialize)]
struct EventsForm {
    format: String,
    #[serde(flatten)]
    filter: EventFilter,
}

/// Events of security, by the filter that is on screen. For admins.
pub async fn security_events(State(context): State<Context>, request: Request) -> Response {
    let page = "/operator/audit?show=security";
    let (parts, form) = match read::<EventsForm>(request).await {
        Ok(read) => read,
        Err(refused) => return refused,
    };
    let begun = async {
        let viewer = viewer(&parts)?;
        let format = EventsFormat::parse(&form.format)
            .ok_or_else(|| ApiError::invalid("format", words::personal_data_refused_format()))?;
        let token = cookies::session_token(&parts.headers, &context.config);
        let filter = security_events::begin_export(&context, &viewer, token, form.filter).await?;
        Ok((format, filter))
    };
    let (format, filter) = match begun.await {
        Ok(begun) => begun,
        Err(error) => return refuse(&context, &parts.headers, (page, SECURITY_EVENTS), error),
    };
    let to_write = context.clone();
    let body = written(move |to| async move { security_events::write(&to_write, filter, format, &to).await });
    file(body, format.content_type(), &format!("security-events.{}", format.as_str()))
}

/// The request without its body, and the fields of its form.
async fn read<F: DeserializeOwned>(request: Request) -> Result<(Parts, F), Response> {
    let (parts, body) = request.into_parts();
    let form = Form::<F>::from_request(Request::from_parts(parts.clone(), body), &()).await;
    match form {
        Ok(Form(form)) => Ok((parts, form)),
        Err(refused) => Err(refused.into_response()),
    }
}

fn viewer(parts: &Parts) -> Result<Viewer, ApiError> {
    parts.extensions.get::<Viewer>().cloned().ok_or_else(|| RefusedSession::error(&parts.extensions))
}

fn client(context: &Context, parts: &Parts) -> Client {
    client_of(&parts.extensions, &parts.headers, &context.config)
}

/// An error: for a browser, the page of the form, which shows it; for anything else a problem.
fn refuse(context: &Context, headers: &HeaderMap, (page, path): (&str, &str), error: ApiError) -> Response {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    if !accept.is_some_and(|accept| accept.contains("text/html")) {
        return Problem(error).into_response();
    }
    let location = if error.code == ErrorCode::SignedOut {
        Some(sign_in_path(page))
    } else if error.field.as_deref() == Some(REAUTHENTICATION) {
        Some(reauthentication_path(page))
    } else {
        let url = ServerFnUrlError::new(path, error).to_url(&format!("http://localhost{page}")).ok();
        url.map(|url| format!("{}?{}", url.path(), url.query().unwrap_or_default()))
    };
    let location = location.and_then(|location| HeaderValue::from_str(&location).ok());
    let mut answer = HeaderMap::new();
    answer.insert(header::LOCATION, location.unwrap_or_else(|| HeaderValue::from_static("/")));
    form_errors::set_cookie(context, &mut answer);
    (StatusCode::SEE_OTHER, answer).into_response()
}

/// A body that a task writes while the client takes it. An export that fails cuts the connection, so that nobody takes the
/// beginning for all.
fn written<W, F>(write: W) -> Body
where
    W: FnOnce(Sender<String>) -> F,
    F: Future<Output = Result<(), ExportError>> + Send + 'static,
{
    let (to, pieces) = mpsc::channel(QUEUE_MAX);
    let (failed, failure) = mpsc::channel(1);
    let writing = write(to);
    let work = async move {
        if let Err(ExportError::Failed(error)) = writing.await {
            let _ = failed.send(io::Error::other(error.message)).await;
        }
    };
    tokio::spawn(words::speaking(words::language(), work).in_current_span());
    // What compresses it asks once more after the end.
    Body::from_stream(stream::unfold((pieces, failure), next).fuse())
}

type Pieces = (Receiver<String>, Receiver<io::Error>);

async fn next((mut pieces, mut failure): Pieces) -> Option<(io::Result<String>, Pieces)> {
    let piece = match pieces.recv().await {
        Some(piece) => Ok(piece),
        None => Err(failure.recv().await?),
    };
    Some((piece, (pieces, failure)))
}

fn file(body: Body, content_type: &'static str, name: &str) -> Response {
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store, no-transform")),
        (header::CONTENT_DISPOSITION, disposition.unwrap_or_else(|_| HeaderValue::from_static("attachment"))),
    ];
    (headers, body).into_response()
}
