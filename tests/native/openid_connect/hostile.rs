//! What is refused: tokens that are wrong in any way, answers to another sign-in, and providers that take each other's place.

use serde_json::{Value, json};

use super::{
    provider::{Answered, Signature},
    scene::{Came, Scene},
};

const AGAIN: &str = "That did not work. Please start again.";

/// Nobody is let in, and the reason is in the security log.
async fn refused(scene: &Scene, came: Came, session: bool, reason: &str) {
    assert_eq!(came, Came::Refused("/sign-in".to_owned(), AGAIN.to_owned()), "{reason}");
    assert!(!session, "{reason}");
    let refusals = scene.refusals().await;
    assert_eq!(refusals.first().map(String::as_str), Some(reason), "{refusals:?}");
}

#[tokio::test]
async fn r5_a_token_that_is_wrong_in_any_way_signs_nobody_in() {
    let scene = Scene::new().await;
    let who = scene.who("noor", json!({ "name": "Noor" }));
    scene.sign_in(&who).await;
    let (before, now) = (scene.rest().await, scene.now());
    let signed = |signature| (json!({}), json!({}), signature);
    let claims = |claims: Value| (claims, json!({}), Signature::Right);
    let header = |header: Value| (json!({}), header, Signature::Right);
    for ((twist, header_twist, signature), reason) in [
        (claims(json!({ "iss": "https://evil.example" })), "the ID token is of another issuer"),
        (claims(json!({ "iss": scene.other.issuer })), "the ID token is of another issuer"),
        (claims(json!({ "iss": null })), "no token in the answer"),
        (claims(json!({ "aud": "another" })), "the ID token is for another client"),
        (claims(json!({ "aud": null })), "the ID token is for another client"),
        (claims(json!({ "aud": ["stoa", "another"] })), "the ID token is for another client"),
        (claims(json!({ "azp": "another" })), "the ID token is for another client"),
        (claims(json!({ "nonce": "another" })), "the ID token is of another sign-in"),
        (claims(json!({ "nonce": null })), "the ID token is of another sign-in"),
        (claims(json!({ "exp": now - 61 })), "the ID token is of another time"),
        (claims(json!({ "exp": null })), "no token in the answer"),
        (claims(json!({ "iat": now + 120 })), "the ID token is of another time"),
        (claims(json!({ "sub": null })), "no token in the answer"),
        (claims(json!({ "sub": "" })), "no subject"),
        (claims(json!({ "sub": "x".repeat(256) })), "no subject"),
        (claims(json!({ "at_hash": "AAAAAAAAAAAAAAAAAAAAAA" })), "another access token"),
        (header(json!({ "crit": ["exp"] })), "the ID token is of no use"),
        (header(json!({ "typ": "logout+jwt" })), "the ID token is of no use"),
        (header(json!({ "alg": "ES384" })), "the ID token is signed by an unknown key"),
        (signed(Signature::None), "the ID token is not signed as it has to be"),
        (signed(Signature::PublicKey), "the ID token is not signed as it has to be"),
        (signed(Signature::Secret), "the ID token is not signed as it has to be"),
        (signed(Signature::OtherKey), "the ID token has a wrong signature"),
        (signed(Signature::Broken), "the ID token has a wrong signature"),
        (signed(Signature::UnknownKey), "the ID token is signed by an unknown key"),
    ] {
        scene.acme.with(|acme| {
            (acme.twist, acme.header_twist, acme.signature) =
                (twist.clone(), header_twist.clone(), signature);
        });
        let mut browser = scene.browser();
        let came = browser.sign_in(&scene.acme, "acme", &who).await;
        refused(&scene, came, browser.cookies.contains_key("stoa_session"), &format!("Acme: {reason}")).await;
        assert_eq!(scene.rest().await, before, "{twist} {header_twist} {signature:?}");
    }
    scene.acme.with(|acme| {
        (acme.twist, acme.header_twist, acme.signature) = (json!({}), json!({}), Signature::Right);
    });
    scene.sign_in(&who).await;
}

#[tokio::test]
async fn r5_a_clock_that_is_a_minute_off_keeps_nobody_out() {
    let scene = Scene::new().await;
    let (now, who) = (scene.now(), scene.who("noor", json!({ "name": "Noor" })));
    for twist in
        [json!({ "exp": now - 30 }), json!({ "iat": now + 30 }), json!({ "aud": ["stoa"], "azp": "stoa" })]
    {
        scene.acme.with(|acme| acme.twist = twist);
        scene.sign_in(&who).await;
    }
}

#[tokio::test]
async fn r5_the_code_of_another_browser_signs_nobody_in() {
    let scene = Scene::new().await;
    let (noor, eve) =
        (scene.who("noor", json!({ "name": "Noor" })), scene.who("eve", json!({ "name": "Eve" })));
    // A provider that looks at nothing leaves it to the nonce; one that does its part stops it by PKCE.
    for (is_careless, reason) in
        [(false, "Acme: the code was refused"), (true, "Acme: the ID token is of another sign-in")]
    {
        scene.acme.with(|acme| acme.is_careless = is_careless);
        let (mut theirs, mut mine) = (scene.browser(), scene.browser());
        let stolen = theirs.answered(&scene.acme, "acme", &noor).await;
        let own = mine.answered(&scene.acme, "acme", &eve).await;
        let injected = Answered { code: stolen.code.clone(), ..own };
        let came = mine.come_back("acme", &injected.query()).await;
        refused(&scene, came, mine.cookies.contains_key("stoa_session"), reason).await;
        // A whole answer that was made for another browser: a victim is to be signed in as somebody else.
        let mut victim = scene.browser();
        let foreign = theirs.answered(&scene.acme, "acme", &eve).await;
        let came = victim.come_back("acme", &foreign.query()).await;
        let reason = "Acme: no sign-in was started in this browser";
        refused(&scene, came, victim.cookies.contains_key("stoa_session"), reason).await;
        victim.start("acme", "").await;
        let came = victim.come_back("acme", &foreign.query()).await;
        let reason = "Acme: the answer is to another sign-in";
        refused(&scene, came, victim.cookies.contains_key("stoa_session"), reason).await;
    }
}

#[tokio::test]
async fn r5_an_answer_counts_once_and_for_ten_minutes() {
    let scene = Scene::new().await;
    scene.acme.with(|acme| acme.is_careless = true);
    let who = scene.who("noor", json!({ "name": "Noor" }));
    let mut browser = scene.browser();
    let answered = browser.answered(&scene.acme, "acme", &who).await;
    let mut copy = browser.clone();
    assert_eq!(browser.come_back("acme", &answered.query()).await, Came::At("/".to_owned()));
    let came = copy.come_back("acme", &answered.query()).await;
    let reason = "Acme: an answer that was used before";
    refused(&scene, came, copy.cookies.contains_key("stoa_session"), reason).await;

    let mut late = scene.browser();
    let answered = late.answered(&scene.acme, "acme", &who).await;
    scene.place.context.clock.advance(601_000_000);
    let came = late.come_back("acme", &answered.query()).await;
    let reason = "Acme: no sign-in was started in this browser";
    refused(&scene, came, late.cookies.contains_key("stoa_session"), reason).await;
}

#[tokio::test]
async fn r5_no_provider_answers_in_the_place_of_another() {
    let scene = Scene::new().await;
    let who = scene.who("noor", json!({ "name": "Noor" }));
    let mut browser = scene.browser();
    // Started at one, and answered to the URL of the other.
    let answered = browser.answered(&scene.acme, "acme", &who).await;
    let came = browser.come_back("other", &answered.query()).await;
    let reason = "Other: no sign-in was started in this browser";
    refused(&scene, came, browser.cookies.contains_key("stoa_session"), reason).await;
    // The right URL, and the name of the other (RFC 9207), or none.
    for (iss, reason) in [
        (Some(scene.other.issuer.clone()), "Acme: the answer names another issuer"),
        (Some(String::new()), "Acme: the answer names another issuer"),
        (None, "Acme: the answer names no issuer"),
    ] {
        let mut browser = scene.browser();
        let answered = browser.answered(&scene.acme, "acme", &who).await;
        let came = browser.come_back("acme", &Answered { iss, ..answered }.query()).await;
        refused(&scene, came, browser.cookies.contains_key("stoa_session"), reason).await;
    }
    // One that does not know RFC 9207 has its own URL all the same.
    let old = Scene::new().await;
    old.acme.with(|acme| acme.has_iss_parameter = false);
    old.sign_in(&who).await;
}

#[tokio::test]
async fn r5_a_new_key_is_fetched_once_and_unknown_ones_cost_the_provider_nothing() {
    let scene = Scene::new().await;
    let who = scene.who("noor", json!({ "name": "Noor" }));
    scene.sign_in(&who).await;
    scene.place.context.clock.advance(31_000_000);
    scene.acme.rotate();
    scene.sign_in(&scene.who("noor", json!({ "name": "Noor" }))).await;
    let fetches = scene.acme.with(|acme| {
        acme.signature = Signature::UnknownKey;
        acme.fetches
    });
    for _ in 0..10 {
        let who = scene.who("noor", json!({ "name": "Noor" }));
        let came = scene.browser().sign_in(&scene.acme, "acme", &who).await;
        assert_eq!(came.refusal(), AGAIN);
    }
    assert_eq!(scene.acme.with(|acme| acme.fetches), fetches);
}

#[tokio::test]
async fn r5_what_a_provider_says_of_a_failure_is_never_shown() {
    let scene = Scene::new().await;
    for (error, noted) in [("access_denied", "Acme: access_denied"), ("<b>call+us</b>", "Acme: an error")] {
        let mut browser = scene.browser();
        let url = browser.start("acme", "").await;
        let state = scene.acme.answer(&url, &scene.who("noor", json!({}))).state;
        let query = format!("error={error}&error_description=Call+0900&state={state}");
        let came = browser.come_back("acme", &query).await;
        assert_eq!(came.refusal(), "Acme did not sign you in. Try again, or ask there.");
        assert_eq!(scene.refusals().await[0], noted);
    }
    let long = format!("code={}&state=x", "x".repeat(5_000));
    assert_eq!(scene.browser().come_back("acme", &long).await.refusal(), AGAIN);
    assert_eq!(scene.browser().come_back("acme", "state=a&state=b&code=c").await.refusal(), AGAIN);
    assert_eq!(scene.browser().come_back("acme", "").await.refusal(), AGAIN);
}

#[tokio::test]
async fn r5_signing_in_leads_to_no_other_site() {
    let scene = Scene::new().await;
    for next in ["//evil.example", "https://evil.example", "/%5Cevil.example", "javascript:alert(1)"] {
        let mut browser = scene.browser();
        let url = browser.start("acme", &format!("?next={next}")).await;
        let answered = scene.acme.answer(&url, &scene.who("noor", json!({ "name": "Noor" })));
        assert_eq!(browser.come_back("acme", &answered.query()).await, Came::At("/".to_owned()), "{next}");
    }
}
