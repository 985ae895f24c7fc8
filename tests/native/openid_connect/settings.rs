//! Linking and unlinking in the settings.

use reqwest::StatusCode;
use serde_json::{Value, json};
use stoa::shared::values::time::MINUTE;

use super::scene::{Browser, Came, Scene, came};

async fn list(browser: &mut Browser) -> Value {
    serde_json::from_str(&browser.get("/rpc/get_identities").await.text().await.unwrap()).unwrap()
}

/// Goes from the settings to the provider, and comes back.
async fn link(scene: &Scene, browser: &mut Browser, password: &str, sub: &str) -> Result<Came, Value> {
    let fields = [("provider", "acme"), ("link_password", password)];
    let (status, path) = browser.form("/rpc/link_identity", &fields).await;
    if status != StatusCode::OK {
        return Err(path);
    }
    // A page, since a form may lead to no other site.
    let page = browser.get(path.as_str().unwrap()).await;
    assert_eq!(page.status(), StatusCode::OK);
    let refresh = page.headers()["refresh"].to_str().unwrap().to_owned();
    let answered =
        scene.acme.answer(refresh.strip_prefix("0; url=").unwrap(), &scene.who(sub, json!({ "name": "N" })));
    Ok(browser.come_back("acme", &answered.query()).await)
}

#[tokio::test]
async fn r5_a_signed_in_user_links_and_unlinks_with_their_password() {
    let mut scene = Scene::new().await;
    let (mut browser, noor) = scene.noor().await;
    let none = list(&mut browser).await;
    assert_eq!((&none["identities"], none["providers"].as_array().unwrap().len()), (&json!([]), 2), "{none}");
    let wrong = link(&scene, &mut browser, "not the one", "noor").await.unwrap_err();
    assert_eq!(wrong["field"], "link_password", "{wrong}");
    let linked = link(&scene, &mut browser, "marmalade on toast", "noor").await;
    assert_eq!(linked, Ok(Came::At("/settings#password".to_owned())));
    let shown = list(&mut browser).await;
    let identity = &shown["identities"][0];
    assert_eq!((&identity["provider"], &identity["subject"]), (&json!("Acme"), &json!("noor")));
    assert_eq!(identity["issuer"], scene.acme.issuer);
    let told = scene.mails.next().await;
    assert!(told.text().contains("New way to sign in: Acme"));

    let other = scene.sign_in(&scene.who("noor", json!({}))).await;
    assert_eq!(scene.viewer(&other).await.unwrap().id, noor.id);
    let id = identity["id"].as_str().unwrap().to_owned();
    let mut eve = scene.sign_in(&scene.who("eve", json!({ "name": "Eve" }))).await;
    assert_eq!(eve.form("/rpc/unlink_identity", &[("identity_id", &id)]).await.0, StatusCode::NOT_FOUND);
    let (status, answer) = browser.form("/rpc/unlink_identity", &[("identity_id", &id)]).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    assert!(scene.viewer(&other).await.is_none(), "the session that it opened has ended");
    assert!(scene.viewer(&browser).await.is_some());
    let again = scene.sign_in(&scene.who("noor", json!({ "name": "N" }))).await;
    assert_ne!(scene.viewer(&again).await.unwrap().id, noor.id, "it opens the account no more");
}

#[tokio::test]
async fn r5_who_has_no_password_links_soon_after_a_sign_in_and_keeps_one_way_in() {
    let scene = Scene::new().await;
    let mut browser = scene.sign_in(&scene.who("noor", json!({ "name": "Noor" }))).await;
    let shown = list(&mut browser).await;
    let id = shown["identities"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(
        (&shown["identities"][0]["can_unlink"], &shown["has_password"]),
        (&json!(false), &json!(false))
    );
    let (status, answer) = browser.form("/rpc/unlink_identity", &[("identity_id", &id)]).await;
    assert_eq!(status, StatusCode::CONFLICT, "{answer}");
    let second = link(&scene, &mut browser, "", "noor at work").await;
    assert_eq!(second, Ok(Came::At("/settings#password".to_owned())));
    scene.place.context.clock.advance(11 * MINUTE);
    let stale = link(&scene, &mut browser, "", "noor elsewhere").await.unwrap_err();
    assert_eq!(stale["code"], "forbidden", "{stale}");
    let (status, answer) = browser.form("/rpc/unlink_identity", &[("identity_id", &id)]).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
}

#[tokio::test]
async fn r5_nobody_has_an_identity_linked_to_the_account_of_another() {
    let mut scene = Scene::new().await;
    let (mut browser, noor) = scene.noor().await;
    let mut eve = scene.sign_in(&scene.who("eve", json!({ "name": "Eve" }))).await;
    let before = scene.rest().await;
    let taken = link(&scene, &mut browser, "marmalade on toast", "eve").await.unwrap();
    let Came::Refused(page, text) = taken else { panic!("{taken:?}") };
    assert_eq!((&*page, &*text), ("/settings", "This account of Acme belongs to somebody else here."));
    assert_eq!(scene.rest().await, before);
    // One begins, and another one is signed in when the answer comes.
    let fields = [("provider", "acme"), ("link_password", "marmalade on toast")];
    let (_, path) = browser.form("/rpc/link_identity", &fields).await;
    let pending = browser.cookies["stoa_pending"].clone();
    eve.cookies.insert("stoa_pending".to_owned(), pending);
    let page = eve.get(path.as_str().unwrap()).await;
    let refresh = page.headers()["refresh"].to_str().unwrap().to_owned();
    let who = scene.who("third", json!({ "name": "N" }));
    let answered = scene.acme.answer(refresh.strip_prefix("0; url=").unwrap(), &who);
    let refused = eve.come_back("acme", &answered.query()).await;
    assert_eq!(refused.refusal(), "That did not work. Please start again.");
    // Nor does a plain sign-in link anything to who is signed in already.
    let came_back = browser.sign_in(&scene.acme, "acme", &scene.who("fourth", json!({ "name": "N" }))).await;
    assert_eq!(came_back, Came::At("/".to_owned()));
    assert_ne!(scene.viewer(&browser).await.unwrap().id, noor.id);
    let nothing = scene.browser().get("/sign-in/with/acme/continue").await;
    assert!(matches!(came(&nothing), Came::Refused(..)));
}

#[tokio::test]
async fn r5_it_was_not_me_unlinks_what_was_linked_in_the_settings() {
    let mut scene = Scene::new().await;
    let (mut browser, noor) = scene.noor().await;
    link(&scene, &mut browser, "marmalade on toast", "eve").await.unwrap();
    let token = scene.mails.token("noor@example.com", crate::mail::SITE, "/mail/secure/").await;
    let (status, answer) = scene.browser().form("/rpc/secure_account", &[("token", &token)]).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let eve = scene.sign_in(&scene.who("eve", json!({ "name": "Eve" }))).await;
    assert_ne!(scene.viewer(&eve).await.unwrap().id, noor.id);
}
