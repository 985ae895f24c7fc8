//! The look of the marketplace's pages: who sets it, what is refused, and that every page has it at once.

use reqwest::{Method, StatusCode, header};
use serde_json::json;
use stoa::shared::operators::look::{Corners, Font, Look};

use crate::place::{Place, Site};

const PAGES: [&str; 4] = ["/", "/sign-in", "/offline", "/embed/messages"];
const FIELDS: [(&str, &str); 4] =
    [("light", "#7a1fa2"), ("dark", "#d6a2f0"), ("corners", "round"), ("font", "serif")];

/// The sheet of the look that a page loads.
async fn sheet_of(site: &Site, path: &str) -> Option<String> {
    let html = site.request(Method::GET, path, None).send().await.unwrap().text().await.unwrap();
    let from = html.find("/look/")?;
    Some(html[from..].split('"').next().unwrap().to_owned())
}

async fn sheet(site: &Site, url: &str) -> (String, String) {
    let response = site.request(Method::GET, url, None).send().await.unwrap();
    assert_eq!(
        (response.status(), &response.headers()[header::CONTENT_TYPE]),
        (StatusCode::OK, &"text/css; charset=utf-8".parse().unwrap())
    );
    let caching = response.headers()[header::CACHE_CONTROL].to_str().unwrap().to_owned();
    (caching, response.text().await.unwrap())
}

fn with_version<'f>(version: &'f str, fields: &[(&'f str, &'f str)]) -> Vec<(&'f str, &'f str)> {
    [("seen_version", version)].into_iter().chain(fields.iter().copied()).collect()
}

#[tokio::test]
async fn r6_a_look_is_on_every_page_at_once_and_gone_at_once() {
    let place = Place::new().await;
    let site = place.serve().await;
    let session = place.session(&place.admin("Ada").await).await;
    for path in PAGES {
        assert_eq!(sheet_of(&site, path).await, None, "{path}");
    }
    let (status, set) = site.form("/rpc/set_look", Some(&session), &with_version("1", &FIELDS)).await;
    assert_eq!((status, &set["look"]["light"]), (StatusCode::OK, &json!("#7a1fa2")), "{set}");
    let url = sheet_of(&site, "/").await.unwrap();
    for path in PAGES {
        assert_eq!(sheet_of(&site, path).await.as_ref(), Some(&url), "{path}");
    }
    let look = Look {
        light: "#7a1fa2".parse().unwrap(),
        dark: "#d6a2f0".parse().unwrap(),
        corners: Corners::Round,
        font: Font::Serif,
    };
    let (caching, css) = sheet(&site, &url).await;
    assert_eq!(css, look.css());
    assert!(
        css.contains("--c-accent:light-dark(#7a1fa2, #d6a2f0);") && css.contains("--r-md:20px;"),
        "{css}"
    );
    assert!(caching.contains("immutable") || cfg!(debug_assertions), "{caching}");
    let worker = site.request(Method::GET, "/service-worker.js", None).send().await.unwrap();
    if worker.status() == StatusCode::OK {
        assert!(worker.text().await.unwrap().contains(&url), "it is there offline");
    }

    // A page that was loaded before still names the former sheet, and gets that of now.
    let (_, set) = site
        .form(
            "/rpc/set_look",
            Some(&session),
            &with_version("2", &[("light", "#0b57d0"), FIELDS[1], FIELDS[2], FIELDS[3]]),
        )
        .await;
    let next = sheet_of(&site, "/").await.unwrap();
    assert!(next != url && set["version"] == 3, "{set}");
    let (caching, css) = sheet(&site, &url).await;
    assert!(caching == "no-store" && css.contains("#0b57d0"), "{caching}: {css}");

    let (status, set) = site.form("/rpc/set_look", Some(&session), &with_version("3", &[])).await;
    assert_eq!((status, &set["look"]), (StatusCode::OK, &json!(null)));
    for path in PAGES {
        assert_eq!(sheet_of(&site, path).await, None, "{path}");
    }
    assert_eq!(sheet(&site, &next).await, ("no-store".to_owned(), String::new()));
}

#[tokio::test]
async fn r6_a_look_that_would_not_be_seen_is_refused_by_its_field_and_changes_nothing() {
    let place = Place::new().await;
    let site = place.serve().await;
    let session = place.session(&place.admin("Ada").await).await;
    let wrong = [
        ("light", "#ffe066"),
        ("light", "red"),
        ("light", "#7a1fa2;}body{display:none"),
        ("dark", "#101010"),
        ("corners", "oval"),
        ("font", "Papyrus"),
    ];
    for (field, value) in wrong {
        let fields = FIELDS.map(|(name, own)| (name, if name == field { value } else { own }));
        let (status, error) = site.form("/rpc/set_look", Some(&session), &with_version("1", &fields)).await;
        assert_eq!(
            (status, &error["field"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!(field)),
            "{value}: {error}"
        );
    }
    let (status, error) = site.form("/rpc/set_look", Some(&session), &with_version("1", &FIELDS[..1])).await;
    assert_eq!(
        (status, &error["field"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("dark")),
        "half of one: {error}"
    );
    assert_eq!(sheet_of(&site, "/").await, None);
    let versions = place.rows::<(i64,)>("SELECT version FROM settings").await;
    assert_eq!(versions, [(1,)]);
}
