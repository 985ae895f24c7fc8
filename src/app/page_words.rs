//! The words that come with a page: those of the main wasm and of the chunk that the page needs, and the URLs of the
//! others.

use super::Assets;
use crate::ui::chunks::registry::Chunk;

/// As JSON for a `script` element: `{ language, texts: { main: […] }, files: { pages: "/words/…" } }`.
#[cfg(feature = "ssr")]
pub fn page_words(assets: &Assets, needed: Option<Chunk>) -> String {
    use std::collections::BTreeMap;

    use crate::shared::words::{self, Catalogue};

    #[derive(serde::Serialize)]
    struct PageWords<'a> {
        language: &'static str,
        texts: BTreeMap<&'static str, &'static [&'static str]>,
        files: BTreeMap<&'static str, &'a str>,
    }

    let language = words::language();
    let catalogues = needed.map(Chunk::catalogue).into_iter().chain([Catalogue::Main]);
    let texts = catalogues.map(|catalogue| (catalogue.name(), words::texts(language, catalogue)));
    let files = assets.words_of(language).map(|file| (file.chunk.name(), file.url.as_str()));
    let words = PageWords { language: language.tag(), texts: texts.collect(), files: files.collect() };
    // Nothing in it may end the element.
    serde_json::to_string(&words).unwrap_or_default().replace('<', "\\u003c")
}

#[cfg(not(feature = "ssr"))]
pub fn page_words(_: &Assets, _: Option<Chunk>) -> String {
    String::new()
}
