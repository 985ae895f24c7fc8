//! Words: what the build script makes of the Fluent files, that the code uses all of them, and the language in which the server
//! answers.

#[path = "../../build/mod.rs"]
mod compiler;

use std::{collections::BTreeSet, fs, path::Path};

use compiler::{
    catalogues::{self, CATALOGUES},
    generate,
};
use reqwest::{Method, StatusCode, header};
use serde_json::Value;
use stoa::shared::words::{self, Catalogue, Language};

use crate::{architecture::sources, place::Place};

/// Which catalogues the files of a folder may use besides `main`: those that are there whenever their code runs. The longest
/// path counts. Files of other folders are not looked at: shared code takes what its callers have.
const PLACES: [(&str, &[&str]); 19] = [
    ("app", &[]),
    ("lib", &[]),
    ("ui/chunks", &[]),
    ("ui/components", &[]),
    ("ui/dialog", &["thread"]),
    ("ui/dialog/contact_host", &["pages"]),
    ("ui/inbox", &[]),
    ("ui/inbox/row_menu", &["pages"]),
    ("ui/menu", &[]),
    ("ui/notifications", &["pages"]),
    ("ui/notifications/bell", &[]),
    ("ui/orders", &[]),
    ("ui/orders/card", &["pages"]),
    ("ui/pages", &["pages"]),
    ("ui/pages/messages", &[]),
    ("ui/pages/operator", &["desk"]),
    ("ui/palette", &["pages"]),
    ("ui/shell", &[]),
    ("ui/thread", &["thread"]),
];

#[test]
fn texts_are_compiled_with_their_placeables_in_alphabetical_order() {
    let compiled = |text: &str| {
        let messages = catalogues::read_file(text.to_owned()).unwrap();
        let [message] = &messages[..] else { panic!("{messages:?}") };
        (message.compiled(), message.arguments.clone(), message.selector.clone())
    };
    assert_eq!(compiled("a_b = Text\n"), ("Text".to_owned(), vec![], None));
    let (text, arguments, _) = compiled("a_b = { $title } by { $author }\n");
    assert_eq!((text.as_str(), arguments), ("{1} by {0}", vec!["author".to_owned(), "title".to_owned()]));
    let (text, arguments, selector) = compiled(
        "a_b =\n    { $n ->\n        [0] None\n       *[other] { $n } are\n        [one] { $n } is\n    } in { $where }\n",
    );
    assert_eq!(text, "0|None in {1}\u{1e}one|{0} is in {1}\u{1e}other|{0} are in {1}");
    assert_eq!((arguments, selector.as_deref()), (vec!["n".to_owned(), "where".to_owned()], Some("n")));
}

#[test]
fn what_the_subset_lacks_is_refused() {
    for text in [
        "aB = mixed case\n",
        "-term = Stoa\n",
        "a = { -term }\n",
        "a = { b }\n",
        "a = { NUMBER($n) }\n",
        "a =\n    .attribute = Text\n",
        "a = Text\n    .attribute = Text\n",
        "a = { $n ->\n   *[x] Text\n}\n",
        "a = { $n ->\n   *[other] { $m ->\n       *[other] Text\n    }\n}\n",
        "a = { \"{\" }\n",
        "not Fluent\n",
    ] {
        assert!(catalogues::read_file(text.to_owned()).is_err(), "{text}");
    }
}

#[test]
fn a_translation_has_the_placeables_of_its_source_and_falls_back_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let write = |language: &str, text: &str| {
        let pages = folder.path().join(language).join("pages");
        fs::create_dir_all(&pages).unwrap();
        fs::write(pages.join("greeting.ftl"), text).unwrap();
    };
    write("en", "greeting_hello = Hello { $name }\ngreeting_bye = Bye\n");
    write("de", "greeting_hello = Hallo { $name }\n");
    let languages = catalogues::languages(folder.path()).unwrap_or_else(|error| panic!("{error}"));
    let german = languages.last().unwrap();
    let texts: Vec<_> = german.catalogues[1].values().map(compiler::message::Message::compiled).collect();
    assert_eq!((german.tag.as_str(), texts), ("de", vec!["Bye".to_owned(), "Hallo {0}".to_owned()]));
    for wrong in
        ["greeting_hello = Hallo\n", "greeting_hello = { $name } { $more }\n", "greeting_other = Hallo\n"]
    {
        write("de", wrong);
        assert!(catalogues::languages(folder.path()).is_err(), "{wrong}");
    }
}

#[test]
fn the_tables_have_the_order_of_the_languages_and_every_text_of_each() {
    let compiled = catalogues::languages(Path::new("words")).unwrap_or_else(|error| panic!("{error}"));
    let tags: Vec<_> = compiled.iter().map(|language| language.tag.as_str()).collect();
    assert_eq!(tags, Language::ALL.map(Language::tag));
    let names = Catalogue::SENT.iter().chain([&Catalogue::Server]).map(|catalogue| catalogue.name());
    assert_eq!(names.collect::<Vec<_>>(), CATALOGUES);
    for (language, compiled) in Language::ALL.into_iter().zip(&compiled) {
        for (catalogue, messages) in Catalogue::SENT.into_iter().zip(&compiled.catalogues) {
            let texts: Vec<_> = messages.values().map(compiler::message::Message::compiled).collect();
            assert_eq!(words::texts(language, catalogue), texts, "{} {}", language.tag(), catalogue.name());
        }
    }
    assert!(generate::functions(&compiled).contains("pub fn inbox_title() -> &'static str"));
    assert!(generate::tables(&compiled).contains("ar-XB"));
    words::speak(Language::Mirrored, || {
        assert_eq!(words::inbox_title(), "\u{200b}Messages");
        assert_eq!(words::common_people_count(1), "\u{200b}1 person");
    });
    words::speak(Language::Accented, || assert_eq!(words::inbox_title(), "Mééššááğééš"));
    assert_eq!(words::common_people_count(2), "2 people");
}

#[test]
fn every_text_is_used_and_comes_with_the_code_that_uses_it() {
    let languages = catalogues::languages(Path::new("words")).unwrap_or_else(|error| panic!("{error}"));
    let source = &languages[0].catalogues;
    let mut unused: BTreeSet<_> = source.iter().flat_map(|messages| messages.keys().cloned()).collect();
    let mut misplaced = Vec::new();
    for (file, text) in sources() {
        let path = file.trim_end_matches(".rs");
        let is_in = |folder: &str| {
            path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let places = PLACES.iter().filter(|(folder, _)| is_in(folder));
        let allowed = places.max_by_key(|(folder, _)| folder.len()).map(|(_, allowed)| *allowed);
        for used in text.split("words::").skip(1) {
            let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            let id = used.split(|c: char| !is_part(c)).next().unwrap_or_default();
            let Some(at) = source.iter().position(|messages| messages.contains_key(id)) else { continue };
            unused.remove(id);
            let is_there = at == 0 || allowed.is_none_or(|allowed| allowed.contains(&CATALOGUES[at]));
            if !is_there {
                misplaced.push(format!("{file}: {id} is in {}", CATALOGUES[at]));
            }
        }
    }
    assert!(unused.is_empty(), "no code uses these texts: {unused:#?}");
    assert!(misplaced.is_empty(), "these texts may be missing where they are used: {misplaced:#?}");
}

#[tokio::test]
async fn a_page_is_written_in_the_language_of_its_request_and_brings_its_words() {
    let place = Place::new().await;
    let site = place.serve().await;
    for (cookie, accepted, tag, title) in [
        ("", "de, en;q=0.5", "en", "Not found"),
        ("language=ar-XB", "en", "ar-XB", "\u{200b}Not found"),
        ("language=nonsense", "ar-XB", "en", "Not found"),
    ] {
        let request = site.request(Method::GET, "/nowhere", None);
        let request = request.header(header::COOKIE, cookie).header(header::ACCEPT_LANGUAGE, accepted);
        let page = request.send().await.unwrap().text().await.unwrap();
        assert!(page.contains(&format!("<html lang=\"{tag}\" dir=")), "{page}");
        assert!(page.contains(&format!(">{title}<")), "{page}");
        let (_, json) = page.split_once("id=\"words\"").unwrap();
        let json = json.split_once('>').unwrap().1.split_once("</script>").unwrap().0;
        assert!(!json.contains('<'));
        let json: Value = serde_json::from_str(json).unwrap();
        assert_eq!(json["language"], tag);
        let language = Language::from_tag(tag).unwrap();
        assert_eq!(json["texts"]["pages"], serde_json::json!(words::texts(language, Catalogue::Pages)));
        assert_eq!(json["texts"].get("thread"), None, "the page needs no thread");
    }
}

#[tokio::test]
async fn an_error_is_told_in_the_language_of_its_request() {
    let place = Place::new().await;
    let site = place.serve().await;
    let ask = async |cookie: &str| {
        let request = site.request(Method::GET, "/api/messages/unread-count", None);
        let answer: Value =
            request.header(header::COOKIE, cookie).send().await.unwrap().json().await.unwrap();
        answer["title"].as_str().unwrap_or_default().to_owned()
    };
    let english = ask("").await;
    assert!(english.starts_with("You are signed out."), "{english}");
    assert_eq!(ask("language=ar-XB").await, format!("\u{200b}{english}"));
}

#[tokio::test]
async fn the_words_of_a_chunk_are_a_file_of_their_own() {
    let place = Place::new().await;
    let site = place.serve().await;
    let files = stoa::web::assets::words::files();
    assert_eq!(files.len(), 3 * Language::ALL.len());
    for file in files {
        let answer = site.request(Method::GET, &file.url, None).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{}", file.url);
        let texts: Vec<String> = answer.json().await.unwrap();
        assert_eq!(texts, words::texts(file.language, file.chunk.catalogue()));
    }
    let unknown = site.request(Method::GET, "/words/en/pages.0000000000000000.json", None);
    assert_eq!(unknown.send().await.unwrap().status(), StatusCode::NOT_FOUND);
}
