//! The headers of tus 1.0.0.

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use chrono::DateTime;
use ring::digest;

use crate::{
    server::domain::messages::files::{
        FileState, StoredFile,
        upload::{Announced, Checksum, UNSENT_KEPT},
    },
    shared::{
        errors::{ApiError, Missing, Result},
        ids::FileId,
        messages::files::{FILE_MAX_BYTES, FileKind},
    },
    web::rest::problem::Problem,
};

const VERSION: &str = "1.0.0";
const EXTENSIONS: &str = "creation,expiration,termination,checksum";
const CHECKSUMS: &str = "sha1,sha256";
/// The longest metadata, in bytes.
const METADATA_MAX_BYTES: usize = 8 * 1024;
const NAMELESS: &str = "file";

pub fn options() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    set_version(&mut response);
    set(&mut response, "tus-version", VERSION);
    set(&mut response, "tus-extension", EXTENSIONS);
    set(&mut response, "tus-max-size", &FILE_MAX_BYTES.to_string());
    set(&mut response, "tus-checksum-algorithm", CHECKSUMS);
    response
}

/// 460: what came is not what was sent.
pub fn checksum_mismatch() -> Response {
    let error = ApiError::invalid(
        "upload-checksum",
        "What came does not agree with its checksum, and nothing of it was kept.",
    );
    let mut response = Problem(error).into_response();
    *response.status_mut() = StatusCode::from_u16(460).unwrap_or(StatusCode::CONFLICT);
    set_version(&mut response);
    response
}

/// What a client announces.
pub fn announced(headers: &HeaderMap) -> Result<Announced> {
    check_version(headers)?;
    let size = number(headers, "upload-length")?;
    let metadata = text(headers, "upload-metadata").unwrap_or_default();
    if metadata.len() > METADATA_MAX_BYTES {
        return Err(ApiError::invalid("upload-metadata", "Metadata are 8 KiB long at most."));
    }
    let value = |key: &str| -> Option<String> {
        let pair = metadata.split(',').find_map(|pair| {
            let (name, value) = pair.trim().split_once(' ')?;
            (name == key).then_some(value.trim())
        })?;
        String::from_utf8(BASE64_STANDARD.decode(pair).ok()?).ok()
    };
    let number =
        |key: &str| value(key).map(|text| text.parse().map_err(|_| invalid(key, "a number"))).transpose();
    let conversation =
        value("conversation").ok_or_else(|| invalid("conversation", "the id of a conversation"))?;
    let id =
        value("id").map(|id| id.parse().map_err(|_| invalid("id", "a UUID of version 7"))).transpose()?;
    Ok(Announced {
        id: id.unwrap_or_else(FileId::new),
        conversation: conversation.parse().map_err(|_| ApiError::not_found(Missing::Conversation))?,
        name: value("filename").filter(|name| !name.trim().is_empty()).unwrap_or_else(|| NAMELESS.to_owned()),
        kind: FileKind::parse(&value("kind").unwrap_or_default()),
        size,
        duration: number("duration")?,
        waveform: value("waveform").filter(|waveform| !waveform.is_empty()),
        alt: value("alt"),
    })
}

/// From which position on bytes come, and their checksum, if they have one.
pub fn part(headers: &HeaderMap) -> Result<(i64, Option<Checksum>)> {
    check_version(headers)?;
    if text(headers, "content-type") != Some("application/offset+octet-stream") {
        return Err(ApiError::invalid("content-type", "Bytes come as application/offset+octet-stream."));
    }
    let position = number(headers, "upload-offset")?;
    let checksum = text(headers, "upload-checksum").map(checksum).transpose()?;
    Ok((position, checksum))
}

fn checksum(header: &str) -> Result<Checksum> {
    let wrong = || invalid("upload-checksum", "sha1 or sha256, and the digest in Base64");
    let (name, value) = header.split_once(' ').ok_or_else(wrong)?;
    let algorithm = match name {
        "sha1" => &digest::SHA1_FOR_LEGACY_USE_ONLY,
        "sha256" => &digest::SHA256,
        _ => return Err(wrong()),
    };
    let digest = BASE64_STANDARD.decode(value.trim()).map_err(|_| wrong())?;
    Ok(Checksum { algorithm, digest })
}

/// Says how far a file has come, and until when its rest is waited for.
pub fn set_progress(response: &mut Response, file: &StoredFile) {
    set_version(response);
    set(response, "upload-offset", &file.received.to_string());
    // A picture that is encoded anew has another size than the one that came.
    let length = if file.state == FileState::Receiving { file.file.size } else { file.received };
    set(response, "upload-length", &length.to_string());
    if file.message.is_none()
        && let Some(expires) = DateTime::from_timestamp_micros(file.changed_at.plus(UNSENT_KEPT).0)
    {
        set(response, "upload-expires", &expires.format("%a, %d %b %Y %H:%M:%S GMT").to_string());
    }
}

pub fn set_version(response: &mut Response) {
    set(response, "tus-resumable", VERSION);
}

pub fn set(response: &mut Response, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(HeaderName::from_static(name), value);
    }
}

fn check_version(headers: &HeaderMap) -> Result<()> {
    match text(headers, "tus-resumable") {
        None | Some(VERSION) => Ok(()),
        Some(_) => Err(ApiError::invalid("tus-resumable", "This server speaks tus 1.0.0.")),
    }
}

fn number(headers: &HeaderMap, name: &str) -> Result<i64> {
    let number = text(headers, name).and_then(|text| text.parse().ok()).filter(|number| *number >= 0);
    number.ok_or_else(|| invalid(name, "a number of bytes"))
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn invalid(field: &str, what: &str) -> ApiError {
    ApiError::invalid(field, format!("{field} is {what}."))
}
