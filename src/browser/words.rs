//! Loading of words: those that came with the page, and those of a chunk from its file. The server has them all, and does
//! not call this.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

use crate::shared::{
    json::{FromJson, Json},
    words::{self, Catalogue, Language},
};

/// Takes over the words that the page brought. Call it before anything is rendered.
pub fn read_from_page() {
    let Some(mut page) = page_words() else { return };
    let tag = page.take::<String>("language").unwrap_or_default();
    words::set_language(Language::from_tag(&tag).unwrap_or_default());
    let Ok(mut texts) = page.take::<Json>("texts") else { return };
    for catalogue in Catalogue::SENT {
        if let Ok(texts) = texts.take(catalogue.name()) {
            words::install(catalogue, texts);
        }
    }
}

/// Loads the words of a catalogue, unless they are there. Returns whether they are there now.
pub async fn load(catalogue: Catalogue) -> bool {
    if words::is_installed(catalogue) {
        return true;
    }
    let texts = async {
        let url = page_words()?.take::<Json>("files").ok()?.take::<String>(catalogue.name()).ok()?;
        Vec::from_json(serde_json::from_str(&fetch(&url).await?).ok()?).ok()
    };
    let Some(texts) = texts.await else { return false };
    words::install(catalogue, texts);
    true
}

fn page_words() -> Option<Json> {
    serde_json::from_str(&document().get_element_by_id("words")?.text_content()?).ok()
}

async fn fetch(url: &str) -> Option<String> {
    let response: Response = JsFuture::from(window().fetch_with_str(url)).await.ok()?.unchecked_into();
    let text = response.text().ok().filter(|_| response.ok())?;
    JsFuture::from(text).await.ok()?.as_string()
}
