//! The architecture test: builds the graph of imports between the files of `src` and checks that it can be drawn with
//! every arrow going down (docs/architecture.md). It fails on a circle between files, an import that goes up, a file
//! that is too long and a folder that is too crowded.
//!
//! `cargo test --features ssr --test native -- architecture --nocapture` prints the longest files and the largest
//! folders.

mod imports;
mod styles;
mod texts;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use imports::{Graph, circles, without_tests};
use texts::literals;

/// The layers from the top. A file may import its own layer and those below it, as far as `NEVER` allows.
const LAYERS: [&str; 21] = [
    "main",
    "web",
    "app",
    "ui",
    "browser",
    "api",
    "server/commands",
    "server/realtime",
    "server/domain",
    "server/context",
    "server/connections",
    "server/bus",
    "server/limits",
    "server/outside",
    "server/auth",
    "server/store",
    "server/telemetry",
    "server/images",
    "server/config",
    "server/clock",
    "server/faults",
];
/// The bottom layer. It imports nothing of ours.
const BOTTOM: &str = "shared";

/// Imports that go down and are still wrong.
const NEVER: [(&str, &[&str], &str); 6] = [
    ("app", &["server"], "the browser has no server: ask `api`"),
    ("ui", &["server"], "the browser has no server: ask `api`"),
    ("browser", &["server"], "the browser has no server: ask `api`"),
    ("api", &["server/store", "server/realtime"], "rules stand in `server/domain`"),
    ("web/rest", &["server/store"], "rules stand in `server/domain`"),
    ("server/store", &["server/auth"], "the store takes hashes, not credentials"),
];

/// Lines of one file, its `#[cfg(test)]` module aside.
const LINES_MAX: usize = 400;
const MEDIAN_LINES_MAX: usize = 100;
/// Files and folders beside each other, a folder's `mod.rs` among them.
const SIBLINGS_MAX: usize = 16;

#[test]
fn every_import_goes_down() {
    let graph = Graph::of(&sources());
    let mut wrong = Vec::new();
    for (from, to) in graph.edges() {
        if let Some(why) = fault(from, to) {
            wrong.push(format!("{from} imports {to}: {why}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let found = circles(&Graph::of(&sources()));
    assert!(found.is_empty(), "circles of imports: {found:#?}");
}

#[test]
fn files_are_short_and_folders_are_not_crowded() {
    let sources = sources();
    let mut lines: Vec<_> =
        sources.iter().map(|(path, text)| (without_tests(text).lines().count(), path.as_str())).collect();
    lines.sort_unstable();
    let median = lines[lines.len() / 2].0;
    let mut folders: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let files = sources.keys().map(String::as_str);
    for mut path in files {
        while let Some((folder, name)) = path.rsplit_once('/') {
            folders.entry(folder).or_default().insert(name.trim_end_matches(".rs"));
            path = folder;
        }
    }
    let mut crowded: Vec<_> = folders.iter().map(|(folder, names)| (names.len(), *folder)).collect();
    crowded.sort_unstable();

    println!("{} files, median {median} lines; the longest and the largest folders:", lines.len());
    lines.iter().rev().take(10).for_each(|(count, path)| println!("{count:>5} lines  {path}"));
    crowded.iter().rev().take(10).for_each(|(count, folder)| println!("{count:>5} entries  {folder}"));

    let long: Vec<_> = lines.iter().filter(|(count, _)| *count > LINES_MAX).collect();
    assert!(long.is_empty(), "longer than {LINES_MAX} lines: {long:?}");
    assert!(median < MEDIAN_LINES_MAX, "the median file has {median} lines");
    let crowded: Vec<_> = crowded.iter().filter(|(count, _)| *count > SIBLINGS_MAX).collect();
    assert!(crowded.is_empty(), "more than {SIBLINGS_MAX} entries: {crowded:?}");
}

/// The test's test: each way of writing an import is seen, and a circle through them is named.
#[test]
fn a_planted_circle_is_found_and_named() {
    let planted = |texts: &[(&str, &str)]| {
        let sources = texts.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        circles(&Graph::of(&sources))
    };
    let lib = ("lib.rs", "mod a; mod b; mod c;");
    let a = ("a.rs", "use crate::{b::{self, One}, c};\nfn f() {}");
    let c = (
        "c.rs",
        "fn f() { let text = \"crate::a\"; } // crate::a::f()\n#[cfg(test)]\nmod tests { use crate::a::f; }",
    );
    assert!(planted(&[lib, a, ("b.rs", "struct One;"), c]).is_empty(), "needs a graph without circles");
    for back in [
        "use crate::a::f;",
        "use super::{a::{f}};",
        "fn g() { crate::a::f() }",
        "fn g() { view! { <A b=crate::a::f()/> } }",
        "mod inner { use super::super::a; fn g() { a::f() } }",
        "use crate::c; fn g() { c::d::f() }",
    ] {
        let d = ("c/d.rs", "use crate::a::f;");
        let found = planted(&[lib, a, ("b.rs", back), ("c.rs", "pub mod d;"), d]);
        let is_named =
            found.iter().any(|names| ["a.rs", "b.rs"].iter().all(|name| names.iter().any(|it| it == name)));
        assert!(is_named, "{back}: {found:?}");
    }
    let face =
        [("lib.rs", "mod a;"), ("a/mod.rs", "mod b; use b::B; struct A;"), ("a/b.rs", "use super::A;")];
    assert!(planted(&face).is_empty(), "a folder's mod.rs and what stands in it are one");
}

#[test]
fn views_have_no_texts_of_their_own() {
    let is_view = |file: &str| file.starts_with("ui/") || file.starts_with("app");
    let sources = sources();
    let views = sources.iter().filter(|(file, _)| is_view(file));
    let found: Vec<_> = views
        .map(|(file, text)| (file, literals(without_tests(text).parse().unwrap())))
        .filter(|(_, found)| !found.is_empty())
        .collect();
    assert!(found.is_empty(), "texts that belong into `words/` (docs/decisions/0035-words.md): {found:#?}");
}

/// The test's test.
#[test]
fn a_planted_text_is_found() {
    let found = |code: &str| literals(code.parse().unwrap());
    for (code, text) in [
        ("view! { <p>\"Hello\"</p> }", "Hello"),
        ("view! { <p class=\"a\">{name} \" wrote\"</p> }", " wrote"),
        ("view! { <A>{move || view! { <b>\"deep\"</b> }}</A> }", "deep"),
        ("view! { <button aria-label=\"Close\"></button> }", "Close"),
        ("view! { <TextField name=\"days\" label=\"Days\"/> }", "Days"),
        ("view! { <p>{if a { \"You’re offline.\" } else { words::back() }}</p> }", "You’re offline."),
        ("fn f() { toasts.show(format!(\"Sent to {count} people\")) }", "Sent to  people"),
    ] {
        assert_eq!(found(code), [text], "{code}");
    }
    for code in [
        "view! { <a class=\"button button--main\" href=\"/\">{words::common_close()} \" · \" \"\\u{a0}\"</a> }",
        "view! { <Popover heading=\"account-menu-title\" role=\"menu\"/> }",
        "fn f() { match key { \"ArrowUp\" => 1, _ => 2 } }",
        "fn f() { assert!(a, \"This must not be\"); b.expect(\"There is one.\") }",
    ] {
        assert_eq!(found(code), Vec::<String>::new(), "{code}");
    }
}

#[test]
fn shared_code_knows_no_framework_and_the_domain_no_transport() {
    let forbidden: [(&str, &[&str]); 3] = [
        ("shared/", &["sqlx", "axum", "leptos", "web_sys", "tokio", "js_sys"]),
        ("server/domain/", &["axum", "leptos", "sqlx"]),
        ("server/store/", &["axum", "leptos"]),
    ];
    for (folder, crates) in forbidden {
        for (file, text) in sources().iter().filter(|(file, _)| file.starts_with(folder)) {
            for name in crates {
                assert!(!without_tests(text).contains(&format!("{name}::")), "{file} uses {name}");
            }
        }
    }
}

#[test]
fn the_tool_for_the_site_has_the_applications_wasm_bindgen() {
    let version = |lock_file: &str, name: &str| -> String {
        let text = fs::read_to_string(lock_file).unwrap();
        let (_, package) = text.split_once(&format!("name = \"{name}\"\n")).unwrap();
        package.lines().next().unwrap().to_owned()
    };
    let application = version("Cargo.lock", "wasm-bindgen");
    assert_eq!(version("tools/site/Cargo.lock", "wasm-bindgen-cli-support"), application);
}

#[test]
fn leptos_toml_agrees_with_cargo_toml() {
    let section = |file: &str| -> BTreeSet<String> {
        let text = fs::read_to_string(file).unwrap();
        let (_, section) = text.split_once("[package.metadata.leptos]\n").unwrap();
        section
            .lines()
            .take_while(|line| !line.starts_with('['))
            .filter(|line| line.contains(" = "))
            .map(str::to_owned)
            .collect()
    };
    let (cargo, leptos) = (section("Cargo.toml"), section("Leptos.toml"));
    assert!(!leptos.is_empty());
    assert_eq!(leptos.difference(&cargo).collect::<Vec<_>>(), Vec::<&String>::new());
}

/// Why this import is wrong, if it is.
fn fault(from: &str, to: &str) -> Option<String> {
    let is_in = |file: &str, part: &str| {
        file.strip_prefix(part).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '.']))
    };
    let layer = |file: &str| {
        if is_in(file, BOTTOM) {
            return Some(LAYERS.len());
        }
        LAYERS.iter().position(|layer| is_in(file, layer))
    };
    // The crate's root and `server/mod.rs` are tables of contents, and hold the browser's entry points.
    if matches!(from, "lib.rs" | "server/mod.rs") {
        return None;
    }
    let (Some(above), Some(below)) = (layer(from), layer(to)) else {
        return Some("it belongs to no layer".to_owned());
    };
    if below < above {
        return Some(format!("{} stands above {}", LAYERS[below], LAYERS.get(above).unwrap_or(&BOTTOM)));
    }
    let never = NEVER.iter().find(|(user, used, _)| {
        is_in(from, user) && used.iter().any(|used| is_in(to, used)) && above != below
    });
    never.map(|(.., why)| (*why).to_owned())
}

/// Every Rust file of `src` by its path below it, with its text.
pub fn sources() -> BTreeMap<String, String> {
    fn collect(folder: &Path, found: &mut BTreeMap<String, String>) {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                collect(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix("src").unwrap().display().to_string();
                found.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
    }
    let mut found = BTreeMap::new();
    collect(Path::new("src"), &mut found);
    found
}
