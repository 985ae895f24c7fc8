//! The words of this page's language, each catalogue as the page or its own file brought it.

use std::sync::OnceLock;

use super::{Catalogue, Language};

static TABLES: [OnceLock<Vec<&'static str>>; Catalogue::SENT.len()] =
    [const { OnceLock::new() }; Catalogue::SENT.len()];
static LANGUAGE: OnceLock<Language> = OnceLock::new();

/// Sets the page's language, once.
pub fn set_language(language: Language) {
    let _ = LANGUAGE.set(language);
}

/// Keeps the texts of a catalogue as long as the page lives. Only the first call for each has an effect.
pub fn install(catalogue: Catalogue, texts: Vec<String>) {
    let _ = TABLES[catalogue as usize].set(texts.into_iter().map(|text| &*text.leak()).collect());
}

pub fn is_installed(catalogue: Catalogue) -> bool {
    TABLES[catalogue as usize].get().is_some()
}

/// The language of the page.
pub fn language() -> Language {
    LANGUAGE.get().copied().unwrap_or_default()
}

/// Empty if the catalogue is not there.
pub(super) fn get(catalogue: u16, index: u16) -> &'static str {
    let table = TABLES.get(usize::from(catalogue)).and_then(OnceLock::get);
    table.and_then(|texts| texts.get(usize::from(index))).copied().unwrap_or_default()
}
