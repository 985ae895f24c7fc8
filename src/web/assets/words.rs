//! The words of each language as files: those of a chunk, which pages load with its code.

use std::sync::LazyLock;

use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use sha2::{Digest, Sha256};

use crate::{
    app::WordsFile,
    shared::words::{self, Language},
    ui::chunks::registry::Chunk,
};

/// Each file with its content, a JSON array of texts.
static FILES: LazyLock<Vec<(WordsFile, String)>> = LazyLock::new(|| {
    let of_language = |language: Language| Chunk::ALL.into_iter().map(move |chunk| file(language, chunk));
    Language::ALL.into_iter().flat_map(of_language).collect()
});

fn file(language: Language, chunk: Chunk) -> (WordsFile, String) {
    let texts = serde_json::to_string(words::texts(language, chunk.catalogue())).unwrap_or_default();
    let hash = super::short_hash(&Sha256::digest(&texts));
    let url = format!("/words/{}/{}.{hash}.json", language.tag(), chunk.name());
    (WordsFile { language, chunk, url }, texts)
}

/// All of them, of all languages.
pub fn files() -> Vec<WordsFile> {
    FILES.iter().map(|(file, _)| file.clone()).collect()
}

/// The file with this path. That of another version is not found.
pub fn serve(path: &str) -> Option<Response> {
    let (_, texts) = FILES.iter().find(|(file, _)| file.url == path)?;
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, super::CACHE_FOREVER),
        (header::VARY, "accept-encoding"),
    ];
    Some((headers, texts.as_str()).into_response())
}

pub fn exists(path: &str) -> bool {
    path.starts_with("/words/") && FILES.iter().any(|(file, _)| file.url == path)
}
