//! Static assets: the files of the built site (script, wasm, styles, images). A release build embeds them in
//! the binary; a debug build reads them from the build folder.

pub mod look;
pub mod styles;
pub mod words;

use std::{collections::HashMap, ops::RangeInclusive};

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use rust_embed::{EmbeddedFile, RustEmbed};
use sha2::{Digest, Sha256};

use crate::{
    app::{Assets, Start, start_script},
    ui::chunks::registry::Chunk,
};

/// `Cache-Control` of files with a content hash in their name. In development a name may have none: `cargo leptos watch`
/// writes rebuilt files under plain names.
pub const CACHE_FOREVER: &str =
    if cfg!(debug_assertions) { "no-cache" } else { "public, max-age=31536000, immutable" };

/// The one file that is there for other sites (docs/embedding.md). Our own pages have no use for it.
const EMBED_SCRIPT: &str = "embed.js";
const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

// A folder for development and one for the release: a release build takes nothing away from a server that is
// running in development.
#[derive(RustEmbed)]
#[cfg_attr(debug_assertions, folder = "target/site")]
#[cfg_attr(not(debug_assertions), folder = "target/site-release")]
#[allow_missing = true]
struct Site;

/// The URLs of the files that pages load; `None` if the site has not been built.
pub fn load() -> Option<Assets> {
    let mut assets = Assets {
        version: String::new(),
        css: url(&hashed_path("stoa", ".css")?),
        chunk_css: styles::URL.clone(),
        js: url(&hashed_path("stoa", ".js")?),
        loader: url(&hashed_path("__wasm_split", ".js")?),
        wasm: url(&hashed_path("stoa", ".wasm")?),
        chunks: chunks()?,
        words: words::files(),
    };
    assets.version = version(&assets);
    Some(assets)
}

/// Identifies the build: changes with any file that a browser caches.
fn version(assets: &Assets) -> String {
    let mut hash = Sha256::new_with_prefix(start_script(assets, "/", Start::Mount));
    for file in assets.all() {
        hash.update(&file);
        // The content too, since in development the name may stay the same.
        if let Some(file) = Site::get(file.trim_start_matches('/')) {
            hash.update(file.metadata.sha256_hash());
        }
    }
    assets.words.iter().for_each(|file| hash.update(&file.url));
    public_files().for_each(|(_, file_hash)| hash.update(file_hash));
    short_hash(&hash.finalize())
}

/// The first 8 bytes of a hash, as 16 hexadecimal digits.
fn short_hash(hash: &[u8]) -> String {
    hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// The files of each chunk, from the manifest that the build wrote.
fn chunks() -> Option<Vec<(Chunk, Vec<String>)>> {
    let manifest = Site::get(&hashed_path("__wasm_split_manifest", ".json")?)?;
    let mut files: HashMap<String, Vec<String>> = serde_json::from_slice(&manifest.data).ok()?;
    let mut urls = |chunk: Chunk| {
        let files = files.remove(chunk.name())?;
        Some((chunk, files.iter().map(|file| url(&format!("pkg/{file}.wasm"))).collect()))
    };
    Chunk::ALL.into_iter().map(&mut urls).collect()
}

/// The path of the built file whose name has this start and end, with a hash between them. Of several the newest, since
/// earlier builds of `cargo leptos watch` stay beside it under other names.
fn hashed_path(start: &str, end: &str) -> Option<String> {
    let start = format!("pkg/{start}.");
    let built = |path: &str| Some(Site::get(path)?.metadata.last_modified());
    Site::iter()
        .filter(|path| path.starts_with(&start) && path.ends_with(end))
        .max_by_key(|path| built(path))
        .map(|path| path.into_owned())
}

/// The URLs of the files of `public` (icons, sounds), each with its content hash.
pub fn public_files() -> impl Iterator<Item = (String, [u8; 32])> {
    let is_own = |path: &str| {
        !path.starts_with("pkg/") && !path.ends_with(".br") && !path.ends_with(".gz") && path != EMBED_SCRIPT
    };
    Site::iter()
        .filter(move |path| is_own(path))
        .filter_map(|path| Some((url(&path), Site::get(&path)?.metadata.sha256_hash())))
}

fn url(path: &str) -> String {
    format!("/{path}")
}

/// Serves a file of the site, precompressed if the client accepts it. Files under `/pkg` have a content hash
/// in their name and may be cached forever; other files may be cached for an hour.
pub async fn serve(request: Request) -> Response {
    let path = request.uri().path();
    if let Some(made) = styles::serve(path).or_else(|| words::serve(path)) {
        return made;
    }
    let path = path.trim_start_matches('/');
    if path.ends_with(".br") || path.ends_with(".gz") {
        return StatusCode::NOT_FOUND.into_response();
    }
    let Some((file, encoding)) = negotiate(path, request.headers()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let part = requested_part(&file, request.headers());
    let kind = mime_guess::from_path(path).first_or_octet_stream();
    let caching = if path.starts_with("pkg/") { CACHE_FOREVER } else { "public, max-age=3600" };
    let mut response = part.of(file);
    let headers = response.headers_mut();
    if let Ok(kind) = HeaderValue::from_str(kind.as_ref()) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if path == EMBED_SCRIPT {
        // A script tag of another site loads it, with or without an integrity hash.
        headers.insert(CROSS_ORIGIN_RESOURCE_POLICY, HeaderValue::from_static("cross-origin"));
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    }
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

/// The part of a file that a request asks for.
enum Part {
    Whole,
    /// From the first byte to the last, both included.
    Bytes(RangeInclusive<u64>),
    /// Outside the file.
    Nothing,
}

impl Part {
    /// 200 with the whole, 206 with a part, or 416.
    fn of(self, file: EmbeddedFile) -> Response {
        let length = file.data.len();
        let accepts = (header::ACCEPT_RANGES, "bytes".to_owned());
        match self {
            Self::Whole => ([accepts], file.data).into_response(),
            Self::Bytes(range) => {
                let shown = format!("bytes {}-{}/{length}", range.start(), range.end());
                let [first, last] =
                    [*range.start(), *range.end()].map(|at| usize::try_from(at).unwrap_or(length));
                let part = file.data.get(first..=last).unwrap_or_default().to_vec();
                (StatusCode::PARTIAL_CONTENT, [accepts, (header::CONTENT_RANGE, shown)], part).into_response()
            }
            Self::Nothing => {
                let shown = format!("bytes */{length}");
                (StatusCode::RANGE_NOT_SATISFIABLE, [accepts, (header::CONTENT_RANGE, shown)]).into_response()
            }
        }
    }
}

/// One range of bytes, as players of sound ask for (Safari plays nothing without). A request for several, or
/// one that can't be read, or that asks for a part of a certain version, gets the whole (RFC 9110, 14.2).
fn requested_part(file: &EmbeddedFile, headers: &HeaderMap) -> Part {
    let Some(range) = headers.get(header::RANGE).and_then(|range| range.to_str().ok()) else {
        return Part::Whole;
    };
    let Ok(parsed) = http_range_header::parse_range_header(range) else { return Part::Whole };
    if headers.contains_key(header::IF_RANGE) {
        return Part::Whole;
    }
    match parsed.validate(file.data.len() as u64).as_deref() {
        Ok([one]) => Part::Bytes(one.clone()),
        Ok(_) => Part::Whole,
        Err(_) => Part::Nothing,
    }
}

/// Whether a file of the site has this path.
pub fn exists(path: &str) -> bool {
    path == *styles::URL
        || words::exists(path)
        || !path.ends_with('/') && Site::get(path.trim_start_matches('/')).is_some()
}

/// The best encoding of a file that the client accepts: Brotli, then gzip, then none. A part is one of the file
/// itself.
fn negotiate(path: &str, headers: &HeaderMap) -> Option<(EmbeddedFile, Option<&'static str>)> {
    let accepted =
        headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let accepts = |encoding: &str| {
        accepted
            .split(',')
            .any(|part| part.trim() == encoding || part.trim().starts_with(&format!("{encoding};")))
    };
    for (encoding, ending) in [("br", "br"), ("gzip", "gz")] {
        if accepts(encoding)
            && !headers.contains_key(header::RANGE)
            && let Some(file) = Site::get(&format!("{path}.{ending}"))
        {
            return Some((file, Some(encoding)));
        }
    }
    Site::get(path).map(|file| (file, None))
}
