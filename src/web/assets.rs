//! The built site (script, wasm, styles, pictures): inside the binary in a release build, read
//! from the build folder in development.

pub mod styles;

use std::collections::HashMap;

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use rust_embed::{EmbeddedFile, RustEmbed};
use sha2::{Digest, Sha256};

use crate::{
    app::{Assets, Start, start_script},
    ui::chunks::registry::Chunk,
};

/// What has its hash in its name. In development it may have none: `cargo leptos watch` writes what it builds again
/// under plain names.
pub const FOR_EVER: &str =
    if cfg!(debug_assertions) { "no-cache" } else { "public, max-age=31536000, immutable" };

// A folder for development and one for the release: a release build takes nothing away from a server that is
// running in development.
#[derive(RustEmbed)]
#[cfg_attr(debug_assertions, folder = "target/site")]
#[cfg_attr(not(debug_assertions), folder = "target/site-release")]
#[allow_missing = true]
struct Site;

/// The hashed names of what pages load; nothing if the site has not been built.
pub fn find() -> Option<Assets> {
    let mut assets = Assets {
        version: String::new(),
        css: url(&named("stoa", ".css")?),
        chunk_css: styles::URL.clone(),
        js: url(&named("stoa", ".js")?),
        loader: url(&named("__wasm_split", ".js")?),
        wasm: url(&named("stoa", ".wasm")?),
        chunks: chunks()?,
    };
    assets.version = version(&assets);
    Some(assets)
}

/// Another one with any change of what a browser keeps.
fn version(assets: &Assets) -> String {
    let mut hash = Sha256::new_with_prefix(start_script(assets, "/", Start::Mount));
    for file in assets.all() {
        hash.update(&file);
        // The content too, since in development the name may stay the same.
        if let Some(file) = Site::get(file.trim_start_matches('/')) {
            hash.update(file.metadata.sha256_hash());
        }
    }
    pictures().for_each(|(_, picture)| hash.update(picture));
    short(&hash.finalize())
}

/// Of a hash, as much as names a build.
fn short(hash: &[u8]) -> String {
    hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// From the list of files that the build made for each chunk.
fn chunks() -> Option<Vec<(Chunk, Vec<String>)>> {
    let manifest = Site::get(&named("__wasm_split_manifest", ".json")?)?;
    let mut files: HashMap<String, Vec<String>> = serde_json::from_slice(&manifest.data).ok()?;
    let mut urls = |chunk: Chunk| {
        let files = files.remove(chunk.name())?;
        Some((chunk, files.iter().map(|file| url(&format!("pkg/{file}.wasm"))).collect()))
    };
    Chunk::ALL.into_iter().map(&mut urls).collect()
}

/// The newest, since what `cargo leptos watch` has built before stays beside it under another name.
fn named(start: &str, end: &str) -> Option<String> {
    let start = format!("pkg/{start}.");
    let built = |path: &str| Some(Site::get(path)?.metadata.last_modified());
    Site::iter()
        .filter(|path| path.starts_with(&start) && path.ends_with(end))
        .max_by_key(|path| built(path))
        .map(|path| path.into_owned())
}

/// What `public` holds (icons, sounds), each with the hash of what is in it.
pub fn pictures() -> impl Iterator<Item = (String, [u8; 32])> {
    let is_own = |path: &str| !path.starts_with("pkg/") && !path.ends_with(".br") && !path.ends_with(".gz");
    Site::iter()
        .filter(move |path| is_own(path))
        .filter_map(|path| Some((url(&path), Site::get(&path)?.metadata.sha256_hash())))
}

fn url(path: &str) -> String {
    format!("/{path}")
}

/// Serves a file of the site, precompressed where the client takes it. What lies under `/pkg` has
/// its hash in the name and may be kept for ever; other files are asked for again each hour.
pub async fn serve(request: Request) -> Response {
    if let Some(sheet) = styles::serve(request.uri().path()) {
        return sheet;
    }
    let path = request.uri().path().trim_start_matches('/');
    if path.ends_with(".br") || path.ends_with(".gz") {
        return StatusCode::NOT_FOUND.into_response();
    }
    let Some((file, encoding)) = best(path, request.headers()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let kind = mime_guess::from_path(path).first_or_octet_stream();
    let caching = if path.starts_with("pkg/") { FOR_EVER } else { "public, max-age=3600" };
    let mut response = file.data.into_response();
    let headers = response.headers_mut();
    if let Ok(kind) = HeaderValue::from_str(kind.as_ref()) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

/// Whether a file of the site has this path.
pub fn exists(path: &str) -> bool {
    path == *styles::URL || !path.ends_with('/') && Site::get(path.trim_start_matches('/')).is_some()
}

fn best(path: &str, headers: &HeaderMap) -> Option<(EmbeddedFile, Option<&'static str>)> {
    let accepted =
        headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let takes = |encoding: &str| {
        accepted
            .split(',')
            .any(|part| part.trim() == encoding || part.trim().starts_with(&format!("{encoding};")))
    };
    for (encoding, ending) in [("br", "br"), ("gzip", "gz")] {
        if takes(encoding)
            && let Some(file) = Site::get(&format!("{path}.{ending}"))
        {
            return Some((file, Some(encoding)));
        }
    }
    Site::get(path).map(|file| (file, None))
}
