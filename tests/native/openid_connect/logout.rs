//! Back-channel logout: a provider ends what it has opened, and nobody else does.

use std::time::Instant;

use reqwest::{Client as Http, StatusCode};
use serde_json::{Value, json};

use super::{provider::Signature, scene::Scene};

/// As a provider sends it: from no page, and without a cookie.
async fn post(scene: &Scene, provider: &str, token: &str) -> (StatusCode, String) {
    let request = Http::new().post(format!("{}/oidc/{provider}/logout", scene.site.url));
    let response = request.form(&[("logout_token", token)]).send().await.unwrap();
    assert_eq!(response.headers()["cache-control"], "no-store");
    (response.status(), response.text().await.unwrap())
}

#[tokio::test]
async fn r5_a_logout_by_the_provider_ends_the_session_and_its_sockets_within_a_second() {
    let scene = Scene::new().await;
    let noor = |sid: &str| scene.who("noor", json!({ "name": "Noor", "sid": sid }));
    let (phone, desk) = (scene.sign_in(&noor("phone")).await, scene.sign_in(&noor("desk")).await);
    let mut elsewhere = scene.browser();
    elsewhere
        .sign_in(&scene.other, "other", &scene.who("noor", json!({ "name": "Noor", "sid": "phone" })))
        .await;
    let mut ended = phone.socket(&scene).await;
    let mut stays = desk.socket(&scene).await;
    let token = scene.acme.logout_token(scene.now(), &json!({ "sid": "phone", "sub": "noor" }));
    let start = Instant::now();
    let (status, body) = post(&scene, "acme", &token).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    assert_eq!(u16::from(ended.closed().await.unwrap().code), 4401);
    println!("from the logout token to the end of the socket: {} ms", start.elapsed().as_millis());
    assert!(scene.viewer(&phone).await.is_none());
    assert!(scene.viewer(&desk).await.is_some() && scene.viewer(&elsewhere).await.is_some());
    stays.heard_so_far().await;
    let (status, _) = post(&scene, "acme", &token).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "it counts once");
    // Without a session of the provider's, all that the subject has there.
    let again = scene.sign_in(&noor("phone")).await;
    let token = scene.acme.logout_token(scene.now(), &json!({ "sub": "noor" }));
    assert_eq!(post(&scene, "acme", &token).await.0, StatusCode::OK);
    assert!(scene.viewer(&again).await.is_none() && scene.viewer(&desk).await.is_none());
    assert!(scene.viewer(&elsewhere).await.is_some(), "the other provider's");
    let events: Vec<(i64,)> =
        scene.place.rows("SELECT COUNT(*) FROM security_events WHERE event = 'provider_sign_out'").await;
    assert_eq!(events, [(2,)]);
}

#[tokio::test]
async fn r5_a_logout_token_that_is_wrong_in_any_way_ends_nothing() {
    let scene = Scene::new().await;
    let browser = scene.sign_in(&scene.who("noor", json!({ "name": "Noor", "sid": "s" }))).await;
    let (now, before) = (scene.now(), scene.rest().await);
    let of = |twist: Value| {
        let mut claims = json!({ "sub": "noor", "sid": "s" });
        for (name, value) in twist.as_object().unwrap() {
            claims[name] = value.clone();
        }
        (claims, Signature::Right, json!({}))
    };
    let signed = |signature| (json!({ "sub": "noor" }), signature, json!({}));
    let headed = |header| (json!({ "sub": "noor" }), Signature::Right, header);
    for (claims, signature, header) in [
        of(json!({ "iss": scene.other.issuer })),
        of(json!({ "iss": null })),
        of(json!({ "aud": "another" })),
        of(json!({ "aud": [] })),
        of(json!({ "aud": null })),
        of(json!({ "iat": now - 601, "exp": now + 60 })),
        of(json!({ "iat": now + 120, "exp": now + 240 })),
        of(json!({ "iat": null })),
        of(json!({ "exp": now - 61 })),
        of(json!({ "exp": null })),
        of(json!({ "jti": null })),
        of(json!({ "jti": "" })),
        of(json!({ "events": null })),
        of(json!({ "events": {} })),
        of(json!({ "events": { "http://schemas.openid.net/event/backchannel-logout": true } })),
        of(json!({ "nonce": "n" })),
        of(json!({ "sub": null, "sid": null })),
        of(json!({ "sub": "" })),
        of(json!({ "sid": 1 })),
        headed(json!({ "typ": "at+jwt" })),
        headed(json!({ "crit": ["exp"] })),
        headed(json!({ "alg": "none" })),
        headed(json!({ "kid": "another" })),
        signed(Signature::None),
        signed(Signature::PublicKey),
        signed(Signature::Secret),
        signed(Signature::OtherKey),
        signed(Signature::UnknownKey),
        signed(Signature::Broken),
    ] {
        scene.acme.with(|acme| (acme.signature, acme.header_twist) = (signature, header.clone()));
        let token = scene.acme.logout_token(now, &claims);
        let (status, body) = post(&scene, "acme", &token).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{claims} {signature:?} {header}: {body}");
        assert!(body.contains("invalid_request"), "{body}");
    }
    scene.acme.with(|acme| (acme.signature, acme.header_twist) = (Signature::Right, json!({})));
    for text in ["", "a.b.c", "..", &"x".repeat(20_000)] {
        assert_eq!(post(&scene, "acme", text).await.0, StatusCode::BAD_REQUEST);
    }
    // That of one provider at the URL of another, and of nobody.
    let token = scene.acme.logout_token(now, &json!({ "sub": "noor" }));
    assert_eq!(post(&scene, "other", &token).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(post(&scene, "nobody", &token).await.0, StatusCode::NOT_FOUND);
    let bare = Http::new().post(format!("{}/oidc/acme/logout", scene.site.url)).send().await.unwrap();
    assert_eq!(bare.status(), StatusCode::BAD_REQUEST);
    assert_eq!(scene.rest().await, before);
    assert!(scene.viewer(&browser).await.is_some());
    // Of a session that is not there: nothing is to be done, and that is no mistake.
    for claims in [
        json!({ "sub": "noor", "sid": "none" }),
        json!({ "sub": "eve", "sid": "s" }),
        json!({ "sub": "eve" }),
    ] {
        let token = scene.acme.logout_token(now, &claims);
        assert_eq!(post(&scene, "acme", &token).await.0, StatusCode::OK, "{claims}");
        assert!(scene.viewer(&browser).await.is_some(), "{claims}");
    }
    assert_eq!(post(&scene, "acme", &token).await.0, StatusCode::OK, "the right one ends it");
    assert!(scene.viewer(&browser).await.is_none());
}

#[tokio::test]
async fn r5_a_token_that_signs_in_ends_nothing_and_the_other_way_round() {
    let scene = Scene::new().await;
    let browser = scene.sign_in(&scene.who("noor", json!({ "name": "Noor" }))).await;
    // An ID token has no event, and a nonce.
    let claims = json!({ "sub": "noor", "events": null, "nonce": "n", "jti": null });
    assert_eq!(
        post(&scene, "acme", &scene.acme.logout_token(scene.now(), &claims)).await.0,
        StatusCode::BAD_REQUEST
    );
    assert!(scene.viewer(&browser).await.is_some());
    scene.acme.with(|acme| acme.header_twist = json!({ "typ": "logout+jwt" }));
    let came = scene.browser().sign_in(&scene.acme, "acme", &scene.who("noor", json!({}))).await;
    assert!(came.refusal().contains("start again"));
}
