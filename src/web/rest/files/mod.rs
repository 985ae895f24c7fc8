//! Files: `/api/files`. They are uploaded by tus 1.0.0 (<https://tus.io/protocols/resumable-upload>) with the extensions
//! creation, expiration, termination and checksum, and read by those who may read their message.

mod serving;
mod tus;

use axum::{
    Extension, Json,
    extract::{Path, Request, State},
    http::{HeaderMap, Method, StatusCode},
    response::{IntoResponse, Response},
    routing,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Route, SignedIn, get, post,
    problem::{Id, Problem},
    responses::{Always, Conflict, Invalid, NotFound, Storing, TooFast},
};
use crate::{
    server::{
        context::Context,
        domain::messages::files::{self, StoredFile, upload},
        outside::file_store::Variant,
    },
    shared::{
        errors::{ApiError, Missing},
        ids::FileId,
        messages::files::MessageFile,
    },
    web::listener::request_body::Patience,
};

/// Where uploads begin.
pub const PATH: &str = "/api/files";

/// The routes, whose bodies may be longer than those of others.
pub fn routes() -> Vec<Route> {
    vec![
        post(PATH, routing::post(create)),
        get("/api/files/{id}", routing::get(describe).head(progress)),
        Route { method: Method::PATCH, path: "/api/files/{id}", handler: routing::patch(receive) },
        Route { method: Method::DELETE, path: "/api/files/{id}", handler: routing::delete(cancel) },
        get("/api/files/{id}/{variant}", routing::get(read)),
    ]
}

/// What this server speaks of tus.
pub async fn options() -> Response {
    tus::options()
}

/// How far a file has come.
#[derive(Serialize, ToSchema)]
pub struct FileProgress {
    pub file: MessageFile,
    /// Bytes of it that are stored.
    pub received: i64,
    /// `receiving`, `checking`, `ready` or `refused`.
    #[schema(value_type = String)]
    pub state: &'static str,
    /// Why it was refused, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refusal: Option<&'static str>,
}

impl From<StoredFile> for FileProgress {
    fn from(stored: StoredFile) -> Self {
        Self {
            received: stored.received,
            state: stored.state.as_str(),
            refusal: stored.refusal.as_deref().map(files::refusal),
            file: stored.file,
        }
    }
}

/// Announces a file. `Upload-Length` is its size in bytes. `Upload-Metadata` names `conversation` and `filename`, and may
/// name `id` (a UUID of version 7, by which the same file is announced again), `kind` (`image`, `audio`, or `file`, which is
/// sent byte for byte), `alt`, `duration` in milliseconds and `waveform`.
#[utoipa::path(post, path = "/api/files", params(
    ("Upload-Length" = i64, Header, description = "The size in bytes, 104,857,600 at most."),
    ("Upload-Metadata" = String, Header, description = "Pairs of a key and a value in Base64, separated by commas.")),
    responses((status = 201, body = FileProgress, headers(("Location" = String))), Always, Storing, NotFound, Conflict, TooFast))]
pub async fn create(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let announced = tus::announced(&headers)?;
    let file = upload::create(&context, &viewer, announced).await?;
    let location = format!("{PATH}/{}", file.file.id);
    let mut response = (StatusCode::CREATED, Json(FileProgress::from(file.clone()))).into_response();
    tus::set_progress(&mut response, &file);
    tus::set(&mut response, "location", &location);
    Ok(response)
}

/// How far one of my files has come, and what it was found to be. HEAD gives `Upload-Offset` and `Upload-Length`.
#[utoipa::path(get, path = "/api/files/{id}", params(("id" = FileId, Path)),
    responses((status = 200, body = FileProgress), Always, NotFound))]
pub async fn describe(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Id(id): Id<FileId>,
) -> Result<Response, Problem> {
    let file = files::own(&context, &viewer, id).await?;
    let mut response = Json(FileProgress::from(file.clone())).into_response();
    tus::set_progress(&mut response, &file);
    Ok(response)
}

async fn progress(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Id(id): Id<FileId>,
) -> Result<Response, Problem> {
    let file = files::own(&context, &viewer, id).await?;
    let mut response = StatusCode::OK.into_response();
    tus::set_progress(&mut response, &file);
    Ok(response)
}

/// Receives bytes from `Upload-Offset` on. What has come is kept, also if the connection ends before the body does. With the
/// last ones the file is looked at; its state is then to be asked for.
#[utoipa::path(patch, path = "/api/files/{id}", params(("id" = FileId, Path),
    ("Upload-Offset" = i64, Header, description = "How far the file has come."),
    ("Upload-Checksum" = Option<String>, Header, description = "sha1 or sha256 and the digest in Base64, of at most 8 MiB.")),
    request_body(content = Vec<u8>, content_type = "application/offset+octet-stream"),
    responses((status = 204, headers(("Upload-Offset" = i64))), Always, Storing, NotFound, Conflict))]
pub async fn receive(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Id(id): Id<FileId>,
    patience: Option<Extension<Patience>>,
    request: Request,
) -> Result<Response, Problem> {
    let (position, checksum) = tus::part(request.headers())?;
    if let Some(Extension(patience)) = patience {
        patience.while_it_flows();
    }
    let bytes = request.into_body().into_data_stream();
    // What has come is stored even if the connection, and with it this request, ends now.
    let received = tokio::spawn(async move {
        let received = upload::receive(&context, &viewer, id, position, checksum, bytes).await?;
        Ok::<_, ApiError>((received, files::own(&context, &viewer, id).await?))
    });
    let (received, file) = received.await.unwrap_or_else(|_| Err(ApiError::internal()))?;
    match received {
        upload::Received::UpTo(_) => {
            let mut response = StatusCode::NO_CONTENT.into_response();
            tus::set_progress(&mut response, &file);
            Ok(response)
        }
        upload::Received::OtherPosition => {
            Err(Problem(ApiError::conflict("The file has come up to elsewhere.")))
        }
        upload::Received::Damaged => Ok(tus::checksum_mismatch()),
    }
}

/// Deletes one of my files that stands in no message.
#[utoipa::path(delete, path = "/api/files/{id}", params(("id" = FileId, Path)),
    responses((status = 204), Always, NotFound))]
pub async fn cancel(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Id(id): Id<FileId>,
) -> Result<Response, Problem> {
    upload::cancel(&context, &viewer, id).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    tus::set_version(&mut response);
    Ok(response)
}

/// The bytes of a file. Pictures have `large`, `preview` and `thumbnail`, as JPEG; sound and other files `original`. Other
/// files are downloaded, whatever they are.
#[utoipa::path(get, path = "/api/files/{id}/{variant}",
    params(("id" = FileId, Path), ("variant" = String, Path, description = "`original`, `large`, `preview` or `thumbnail`")),
    responses((status = 200, content_type = "application/octet-stream"), (status = 206), Always, NotFound, Invalid))]
pub async fn read(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    path: Result<Path<(FileId, String)>, axum::extract::rejection::PathRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let missing = || Problem(ApiError::not_found(Missing::File));
    let Path((id, variant)) = path.map_err(|_| missing())?;
    let variant = Variant::parse(&variant).ok_or_else(missing)?;
    serving::serve(context, &viewer, id, variant, &headers).await
}
