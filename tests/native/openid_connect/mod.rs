//! Sign-in by identity providers (R5): who gets in, who does not, and what their groups and addresses give them.

mod accounts;
mod hostile;
mod logout;
mod provider;
mod scene;
mod settings;

use reqwest::StatusCode;
use serde_json::json;
use stoa::shared::values::time::{HOUR, MINUTE};

use scene::{Came, Scene};

#[tokio::test]
async fn r5_somebody_signs_in_by_a_provider_and_comes_back_to_where_they_were() {
    let scene = Scene::new().await;
    let mut browser = scene.browser();
    let page = browser.get("/sign-in?next=/listings").await.text().await.unwrap();
    assert!(page.contains("Sign in with Acme") && page.contains("Sign in with Other"), "{page}");
    assert!(
        page.contains("/sign-in/with/acme?next=%2Flistings") && page.contains("type=\"password\""),
        "{page}"
    );
    let url = browser.start("acme", "?next=/listings/1%3Fcontact%3D1").await;
    let answered = scene.acme.answer(&url, &scene.who("noor", json!({ "name": "Noor Haddad", "sid": "s1" })));
    let came = browser.come_back("acme", &answered.query()).await;
    assert_eq!(came, Came::At("/listings/1?contact=1".to_owned()));
    assert!(!browser.cookies.contains_key("stoa_pending"), "it is used up");
    let viewer = scene.viewer(&browser).await.expect("a session");
    assert_eq!((viewer.name.as_str(), viewer.email.as_str()), ("Noor Haddad", ""));

    let again = scene.sign_in(&scene.who("noor", json!({ "name": "Another Name" }))).await;
    assert_eq!(scene.viewer(&again).await.unwrap(), viewer, "the same account");
    let another = scene.sign_in(&scene.who("tomas", json!({ "name": "Tomas" }))).await;
    assert_ne!(scene.viewer(&another).await.unwrap().id, viewer.id);
    // The same subject of another issuer is somebody else.
    let mut elsewhere = scene.browser();
    let who = scene.who("noor", json!({ "name": "Somebody" }));
    assert_eq!(elsewhere.sign_in(&scene.other, "other", &who).await, Came::At("/".to_owned()));
    assert_ne!(scene.viewer(&elsewhere).await.unwrap().id, viewer.id);

    let (status, events) = {
        let response = browser.get("/rpc/get_security_events").await;
        (response.status(), response.text().await.unwrap())
    };
    assert!(status == StatusCode::OK && events.contains("sign_up") && events.contains("sign_in"), "{events}");
}

#[tokio::test]
async fn r5_signing_in_ends_the_session_that_the_browser_had() {
    let scene = Scene::new().await;
    let mut browser = scene.sign_in(&scene.who("noor", json!({ "name": "Noor" }))).await;
    let before = browser.clone();
    browser.sign_in(&scene.acme, "acme", &scene.who("tomas", json!({ "name": "Tomas" }))).await;
    assert_eq!(scene.viewer(&browser).await.unwrap().name, "Tomas");
    assert!(scene.viewer(&before).await.is_none());
}

#[tokio::test]
async fn r5_a_name_of_a_provider_is_one_that_one_may_have_here() {
    let scene = Scene::new().await;
    let name = async |sub: &str, claims| {
        let browser = scene.sign_in(&scene.who(sub, claims)).await;
        scene.viewer(&browser).await.unwrap().name
    };
    assert_eq!(name("a", json!({ "name": "Support", "given_name": "Noor" })).await, "Noor");
    // The admin of this place.
    assert_eq!(name("b", json!({ "name": "Ada", "preferred_username": "ada92" })).await, "ada92");
    let long = name("c", json!({ "name": "Noor ".repeat(100) })).await;
    assert!(long.starts_with("Noor Noor") && long.chars().count() <= 60, "{long}");
    for (sub, claims) in [("d", json!({})), ("e", json!({ "name": "Admin" })), ("f", json!({ "name": " " }))]
    {
        assert!(name(sub, claims).await.starts_with("Newcomer "));
    }
}

#[tokio::test]
async fn r5_a_provider_that_says_little_in_its_token_is_asked_for_the_rest() {
    let settings = json!({ "groups": { "claim": "groups", "operator": ["desk"] }, "trust_addresses": true });
    let scene = Scene::with(settings, &[]).await;
    scene.acme.with(|acme| acme.is_terse = true);
    let claims =
        json!({ "name": "Noor", "email": "noor@example.com", "email_verified": true, "groups": ["desk"] });
    let browser = scene.sign_in(&scene.who("noor", claims.clone())).await;
    let viewer = scene.viewer(&browser).await.unwrap();
    assert_eq!((viewer.name.as_str(), viewer.email.as_str()), ("Noor", "noor@example.com"));
    assert_eq!(viewer.rank.as_str(), "operator");
    let before = scene.rest().await;
    // What it says of somebody else.
    scene.acme.with(|acme| acme.about_twist = json!({ "sub": "eve" }));
    let came = scene.browser().sign_in(&scene.acme, "acme", &scene.who("noor", claims)).await;
    assert_eq!(came.refusal(), "That did not work. Please start again.");
    assert_eq!(scene.rest().await, before);
}

#[tokio::test]
async fn r5_a_provider_that_does_not_answer_is_said_to_be_silent_and_asked_again_later() {
    let scene = Scene::new().await;
    scene.acme.with(|acme| acme.is_down = true);
    let mut browser = scene.browser();
    let came = scene::came(&browser.get("/sign-in/with/acme").await);
    assert_eq!(came.refusal(), "Acme does not answer just now. Try again in a moment.");
    let fetches = scene.acme.with(|acme| acme.fetches);
    for _ in 0..5 {
        browser.get("/sign-in/with/acme").await;
    }
    assert_eq!(scene.acme.with(|acme| acme.fetches), fetches, "not for each visitor");
    // An answer that is longer than any should be.
    scene.acme.with(|acme| (acme.is_down, acme.has_long_documents) = (false, true));
    scene.place.context.clock.advance(MINUTE);
    assert!(matches!(scene::came(&browser.get("/sign-in/with/acme").await), Came::Refused(..)));
    scene.acme.with(|acme| acme.has_long_documents = false);
    scene.place.context.clock.advance(MINUTE);
    browser.start("acme", "").await;
    // What is known serves for a while if it can't be had anew.
    scene.acme.with(|acme| acme.is_down = true);
    scene.place.context.clock.advance(2 * HOUR);
    browser.start("acme", "").await;
    assert_eq!(browser.get("/sign-in/with/nobody").await.status(), StatusCode::NOT_FOUND);
    assert_eq!(
        browser.get("/sign-in/with/nobody/callback?code=1&state=1").await.status(),
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn r5_a_provider_may_be_gone_to_at_once_and_be_the_only_way_in() {
    let scene = Scene::with(json!({ "automatic": true }), &["--oidc-only"]).await;
    let mut browser = scene.browser();
    let response = browser.get("/sign-in?next=/messages").await;
    assert_eq!(response.status(), StatusCode::FOUND);
    assert_eq!(scene::location(&response), "/sign-in/with/acme?next=%2Fmessages");
    // Whoever was refused is told why, and not sent back at once.
    let response = browser.get("/sign-in/with/acme/callback?error=access_denied&state=none").await;
    assert!(matches!(scene::came(&response), Came::Refused(..)));
    let page = browser.get(&scene::location(&response)).await;
    assert_eq!(page.status(), StatusCode::OK);
    let page = page.text().await.unwrap();
    assert!(page.contains("Please start again") && page.contains("Sign in with Other"), "{page}");
    assert!(
        !page.contains("type=\"password\"") && !page.contains("/sign-up") && !page.contains("/password"),
        "{page}"
    );

    let before = scene.rest().await;
    for (path, fields) in [
        ("/rpc/sign_in", &[("email", "noor@example.com"), ("password", "marmalade on toast")][..]),
        ("/rpc/sign_up", &[("name", "Noor"), ("email", "n@example.com"), ("password", "marmalade on toast")]),
        ("/rpc/ask_password_reset", &[("email", "noor@example.com")]),
        ("/rpc/reset_password", &[("token", "none"), ("password", "marmalade on toast")]),
    ] {
        let (status, answer) = browser.form(path, fields).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{path}: {answer}");
    }
    assert_eq!(scene.rest().await, before);
    let mut noor = scene.sign_in(&scene.who("noor", json!({ "name": "Noor" }))).await;
    let settings = noor.get("/settings").await.text().await.unwrap();
    assert!(settings.contains("noor at http") && !settings.contains("present_password"), "{settings}");
}

#[tokio::test]
async fn r5_sign_ins_and_their_answers_are_bounded_by_client_ip() {
    let scene = Scene::new().await;
    let mut browser = scene.browser();
    let mut started = 0;
    let refused = loop {
        let response = browser.get("/sign-in/with/acme").await;
        match scene::location(&response).starts_with(&scene.acme.issuer) {
            true => started += 1,
            false => break scene::came(&response),
        }
    };
    assert!((60..70).contains(&started), "{started}");
    assert!(refused.refusal().contains("at once"), "{refused:?}");
    let came = browser.come_back("acme", "code=1&state=1").await;
    assert!(came.refusal().contains("at once"), "{came:?}");
}
