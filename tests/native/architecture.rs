//! The allowed arrows of docs/architecture.md, read off the `use crate::` lines.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// What each part may use of the others. Longer names come first: the first that fits counts.
const ALLOWED: &[(&str, &[&str])] = &[
    ("server/router", &["server", "shared", "app"]),
    ("server/metrics", &["shared"]),
    (
        "server/doctor",
        &[
            "server/clock",
            "server/config",
            "server/health",
            "server/listen",
            "server/scraping",
            "server/store",
            "shared",
        ],
    ),
    ("server/requests", &["server", "shared", "ui/pages"]),
    ("server/health", &["server/node", "server/store"]),
    ("server/log", &["server/config"]),
    ("server/node", &["server", "shared", "app"]),
    ("server/assets", &["app", "ui/chunks"]),
    ("server/offline", &["app"]),
    (
        "server/accounts",
        &["server/auth", "server/clock", "server/config", "server/domain", "server/store", "shared"],
    ),
    (
        "server/demo",
        &[
            "server/auth",
            "server/clock",
            "server/covers",
            "server/domain",
            "server/store",
            "shared",
            "server/demo",
        ],
    ),
    ("server/bus", &["server/bus", "server/faults", "server/limits", "shared"]),
    ("server/http", &["server/domain", "server/node", "server/http", "shared"]),
    (
        "server/domain",
        &["server/store", "server/auth", "server/faults", "server/node", "server/domain", "shared"],
    ),
    (
        "server/sockets",
        &[
            "server/auth",
            "server/bus",
            "server/domain",
            "server/faults",
            "server/http",
            "server/node",
            "server/sockets",
            "server/store",
            "shared",
        ],
    ),
    ("server/store", &["server/store", "server/faults", "shared"]),
    ("server/upkeep", &["server/config", "server/store"]),
    (
        "server/auth",
        &[
            "server/auth",
            "server/node",
            "server/store",
            "server/domain",
            "server/http",
            "server/violations",
            "shared",
        ],
    ),
    ("server/covers", &["server/covers", "shared"]),
    ("server/faults", &[]),
    ("server/limits", &["shared"]),
    ("server/listen", &[]),
    ("server/clock", &["shared"]),
    ("server/config", &[]),
    ("server", &["server"]),
    ("shared", &["shared"]),
    ("api", &["server/auth", "server/domain", "shared", "api"]),
    ("browser", &["api", "shared", "browser"]),
    ("ui", &["api", "browser", "shared", "ui", "app"]),
    ("app", &["api", "browser", "shared", "ui", "app"]),
];

#[test]
fn every_part_uses_only_what_it_may() {
    let mut wrong = Vec::new();
    for (file, text) in sources(Path::new("src")) {
        if ["lib.rs", "main.rs"].iter().any(|root| file.ends_with(root) && file.components().count() == 2) {
            continue;
        }
        let part = file.strip_prefix("src").unwrap().with_extension("").display().to_string();
        let (_, allowed) = ALLOWED
            .iter()
            .find(|(name, _)| part.starts_with(name))
            .unwrap_or_else(|| panic!("{part} is no part"));
        for used in used_by(&text) {
            // Everything that the server does may be counted.
            let is_counting = part.starts_with("server/") && used == "server/metrics";
            if !is_counting && !allowed.iter().any(|name| used.starts_with(name)) {
                wrong.push(format!("{} uses {used}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_reader_of_arrows_sees_grouped_and_nested_uses() {
    let text = "use crate::{\n    server::{domain, store::{Store}},\n    shared::ids::UserId,\n};\n\
                fn f() { use crate::api::users; crate::ui::page(); }";
    let used: Vec<_> = used_by(text).into_iter().collect();
    assert_eq!(used, ["api/users", "server/domain", "server/store", "shared/ids", "ui/page"]);
}

#[test]
fn shared_code_knows_no_framework_and_the_domain_no_transport() {
    let forbidden: [(&str, &[&str]); 3] = [
        ("src/shared", &["sqlx", "axum", "leptos", "web_sys", "tokio", "js_sys"]),
        ("src/server/domain", &["axum", "leptos", "sqlx"]),
        ("src/server/store", &["axum", "leptos"]),
    ];
    for (folder, crates) in forbidden {
        for (file, text) in sources(Path::new(folder)) {
            for name in crates {
                assert!(!text.contains(&format!("{name}::")), "{} uses {name}", file.display());
            }
        }
    }
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

fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            found.extend(sources(&entry));
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&entry).unwrap();
            let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default().to_owned();
            found.push((entry, code));
        }
    }
    found
}

/// The first two names after each `crate::`, with groups taken apart. (`super::` stays within a part,
/// or names a neighbour that is declared in the same `mod.rs`.)
fn used_by(text: &str) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    let code: String =
        text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    for (start, _) in code.match_indices("crate::") {
        collect(&code[start + "crate::".len()..], "", &mut used);
    }
    used
}

fn collect(rest: &str, prefix: &str, used: &mut BTreeSet<String>) {
    if let Some(group) = rest.strip_prefix('{') {
        let mut depth = 0;
        let mut item = String::new();
        for c in group.chars() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    collect(item.trim(), prefix, used);
                    item.clear();
                    continue;
                }
                _ => {}
            }
            item.push(c);
        }
        if !item.trim().is_empty() {
            collect(item.trim(), prefix, used);
        }
        return;
    }
    let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    if name.is_empty() {
        return;
    }
    let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}/{name}") };
    match rest[name.len()..].strip_prefix("::") {
        Some(next) if prefix.is_empty() => collect(next, &path, used),
        _ => drop(used.insert(path)),
    }
}
