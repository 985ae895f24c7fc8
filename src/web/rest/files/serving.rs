//! The bytes of files. Only what Stoa has encoded itself, and sound, is shown in the browser; everything else is downloaded,
//! whatever its name says. Nothing of it can run or load anything.

use std::{fmt::Write, ops::RangeInclusive};

use axum::{
    body::Body,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures::stream;

use crate::{
    server::{context::Context, domain::messages::files::reading, outside::file_store::Variant},
    shared::{ids::FileId, messages::files::FileKind, users::Viewer},
    web::rest::problem::Problem,
};

/// Bytes that are read from the file store at a time.
const CHUNK_BYTES: u64 = 1024 * 1024;
/// A file never changes under its id. Only the viewer's own browser keeps it.
const CACHE_CONTROL: &str = "private, max-age=86400, immutable";
const POLICY: &str = "sandbox; default-src 'none'; frame-ancestors 'none'";

pub async fn serve(
    context: Context,
    viewer: &Viewer,
    id: FileId,
    variant: Variant,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let (file, size) = reading::open(&context, viewer, id, variant).await?;
    let (content_type, disposition) = match file.file.kind {
        FileKind::Image => ("image/jpeg", "inline".to_owned()),
        FileKind::Audio => (media_type(&file.media_type), "inline".to_owned()),
        FileKind::File => ("application/octet-stream", attachment(&file.file.name)),
    };
    let about = [
        (header::CONTENT_TYPE, content_type.to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, CACHE_CONTROL.to_owned()),
        (header::CONTENT_SECURITY_POLICY, POLICY.to_owned()),
        (header::ACCEPT_RANGES, "bytes".to_owned()),
        (header::ETAG, format!("\"{id}-{}\"", variant.as_str())),
    ];
    Ok(match requested(headers, size) {
        Some(None) => {
            let shown = format!("bytes */{size}");
            (StatusCode::RANGE_NOT_SATISFIABLE, [(header::CONTENT_RANGE, shown)]).into_response()
        }
        Some(Some(range)) => {
            let shown = format!("bytes {}-{}/{size}", range.start(), range.end());
            let length = (range.end() + 1 - range.start()).to_string();
            let part = [(header::CONTENT_RANGE, shown), (header::CONTENT_LENGTH, length)];
            let body = body(context, id, variant, *range.start(), range.end() + 1);
            (StatusCode::PARTIAL_CONTENT, about, part, body).into_response()
        }
        None => {
            let body = body(context, id, variant, 0, size);
            (about, [(header::CONTENT_LENGTH, size.to_string())], body).into_response()
        }
    })
}

/// The one range that is asked for; the inner `None` if the file has nothing of it. Several, or what can't be read, get the
/// whole (RFC 9110, 14.2).
fn requested(headers: &HeaderMap, size: u64) -> Option<Option<RangeInclusive<u64>>> {
    let range = headers.get(header::RANGE)?.to_str().ok()?;
    let parsed = http_range_header::parse_range_header(range).ok()?;
    if headers.contains_key(header::IF_RANGE) {
        return None;
    }
    match parsed.validate(size).as_deref() {
        Ok([one]) => Some(Some(one.clone())),
        Ok(_) => None,
        Err(_) => Some(None),
    }
}

/// Bytes from `from` to before `end`, read as the client takes them.
fn body(context: Context, id: FileId, variant: Variant, from: u64, end: u64) -> Body {
    Body::from_stream(stream::try_unfold((context, from), move |(context, at)| async move {
        if at >= end {
            return Ok::<_, axum::BoxError>(None);
        }
        let next = end.min(at + CHUNK_BYTES);
        let bytes = reading::read(&context, id, variant, at..next).await.map_err(|error| error.message)?;
        Ok(Some((bytes, (context, next))))
    }))
}

/// The types that a look at sound can find.
fn media_type(found: &str) -> &'static str {
    ["audio/webm", "audio/mp4", "audio/ogg", "audio/wav", "audio/mpeg"]
        .into_iter()
        .find(|known| *known == found)
        .unwrap_or("application/octet-stream")
}

/// The name as RFC 8187 has it: whatever is no letter or digit of ASCII is percent-encoded.
fn attachment(name: &str) -> String {
    let mut encoded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b".-_".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    format!("attachment; filename*=UTF-8''{encoded}")
}
