//! The catalogues of each language: the folders of Fluent files below `words/`.

use std::{collections::BTreeMap, fs, path::Path};

use fluent_syntax::{ast::Entry, parser};

use super::{message::Message, pseudo};

/// In the order of `Catalogue` in `src/shared/words`.
pub const CATALOGUES: [&str; 5] = ["main", "pages", "thread", "desk", "server"];
/// The language that has every message, and from which the others are checked.
pub const SOURCE: &str = "en";

pub struct Language {
    pub tag: String,
    /// The messages of each catalogue by their id.
    pub catalogues: Vec<BTreeMap<String, Message>>,
}

/// All languages: the source, the pseudo-languages, and the other folders by their tag.
pub fn languages(folder: &Path) -> Result<Vec<Language>, String> {
    let source = Language { tag: SOURCE.to_owned(), catalogues: read_language(&folder.join(SOURCE))? };
    check_ids(&source)?;
    let mut languages = pseudo::LANGUAGES.map(|(tag, change)| source.changed(tag, change)).to_vec();
    let mut tags = names(folder)?;
    tags.retain(|tag| tag != SOURCE);
    for tag in tags {
        let translated = read_language(&folder.join(&tag))?;
        languages.push(completed(&source, tag, translated)?);
    }
    languages.insert(0, source);
    Ok(languages)
}

impl Clone for Language {
    fn clone(&self) -> Self {
        Self { tag: self.tag.clone(), catalogues: self.catalogues.clone() }
    }
}

impl Language {
    fn changed(&self, tag: &str, change: pseudo::Change) -> Self {
        let mut changed = Self { tag: tag.to_owned(), ..self.clone() };
        for message in changed.catalogues.iter_mut().flat_map(BTreeMap::values_mut) {
            *message = change(message);
        }
        changed
    }
}

/// The translated messages, with the source's text where one is missing. Each needs the placeables of its source.
fn completed(
    source: &Language,
    tag: String,
    translated: Vec<BTreeMap<String, Message>>,
) -> Result<Language, String> {
    let mut language = Language { tag, ..source.clone() };
    for (catalogue, messages) in language.catalogues.iter_mut().zip(translated) {
        for (id, message) in messages {
            let Some(known) = catalogue.get_mut(&id) else {
                return Err(format!("{}: {id} is no message of this catalogue", language.tag));
            };
            let is_number = message.selector.is_none() || message.selector == known.selector;
            if message.arguments != known.arguments || !is_number {
                return Err(format!("{}: {id} has other placeables than {SOURCE}", language.tag));
            }
            *known = message;
        }
    }
    Ok(language)
}

fn check_ids(source: &Language) -> Result<(), String> {
    let mut ids: Vec<_> = source.catalogues.iter().flat_map(BTreeMap::keys).collect();
    ids.sort();
    match ids.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(format!("{} stands in two catalogues", pair[0])),
        None => Ok(()),
    }
}

fn read_language(folder: &Path) -> Result<Vec<BTreeMap<String, Message>>, String> {
    let unknown = names(folder)?.into_iter().find(|name| !CATALOGUES.contains(&name.as_str()));
    if let Some(name) = unknown {
        return Err(format!("{}: {name} is no catalogue", folder.display()));
    }
    CATALOGUES.iter().map(|catalogue| read_catalogue(&folder.join(catalogue))).collect()
}

/// The messages of all files of a folder; none if there is no such folder.
fn read_catalogue(folder: &Path) -> Result<BTreeMap<String, Message>, String> {
    let mut messages = BTreeMap::new();
    if !folder.exists() {
        return Ok(messages);
    }
    for name in names(folder)? {
        let path = folder.join(&name);
        let shown = path.display();
        let text = fs::read_to_string(&path).map_err(|error| format!("{shown}: {error}"))?;
        for message in read_file(text).map_err(|error| format!("{shown}: {error}"))? {
            if let Some(twin) = messages.insert(message.id.clone(), message) {
                return Err(format!("{shown}: {} stands twice in this catalogue", twin.id));
            }
        }
    }
    Ok(messages)
}

/// The messages of one Fluent file.
pub fn read_file(text: String) -> Result<Vec<Message>, String> {
    let resource = parser::parse(text).map_err(|(_, errors)| format!("{errors:?}"))?;
    let messages = resource.body.iter().filter_map(|entry| match entry {
        Entry::Message(message) => Some(Message::read(message)),
        Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) => None,
        Entry::Term(term) => Some(Err(format!("{}: no terms", term.id.name))),
        Entry::Junk { content } => Some(Err(format!("not Fluent: {content}"))),
    });
    messages.collect()
}

/// The names in a folder, sorted.
fn names(folder: &Path) -> Result<Vec<String>, String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut names: Vec<_> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    Ok(names)
}
