//! Keys at an address (JWKS): a marketplace changes them without telling anybody.

use std::{
    process::Command,
    sync::{Arc, Mutex},
};

use axum::{Router, extract::State, http::StatusCode, routing::get};
use serde_json::{Value, json};
use stoa::{
    server::domain::operators::embed_keys::{create, list, revoke},
    shared::{
        ids::EmbedKeyId,
        operators::embed_keys::EmbedAlgorithm,
        values::time::{HOUR, MINUTE, SECOND},
    },
};
use tokio::net::TcpListener;

use super::{
    shop::{ISSUER, Key, Pair, Shop},
    user_of,
};

/// Of tests: the address is on this machine.
const ANYWHERE: &str = "--allow-private-webhook-hosts";

/// What is served at the address, and how often it was asked for.
#[derive(Clone)]
struct Served(Arc<Mutex<(StatusCode, String, usize)>>);

impl Served {
    async fn new() -> (Self, String) {
        let served = Self(Arc::new(Mutex::new((StatusCode::OK, String::new(), 0))));
        let answer = async |State(Served(served)): State<Served>| {
            let mut served = served.lock().expect("nobody panics");
            served.2 += 1;
            (served.0, served.1.clone())
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/keys", listener.local_addr().expect("an address"));
        let app = Router::new().route("/keys", get(answer)).with_state(served.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        (served, url)
    }

    fn set(&self, keys: &[Value]) {
        self.answer(StatusCode::OK, &json!({ "keys": keys }).to_string());
    }

    fn answer(&self, status: StatusCode, body: &str) {
        let mut served = self.0.lock().expect("nobody panics");
        (served.0, served.1) = (status, body.to_owned());
    }

    fn asked(&self) -> usize {
        self.0.lock().expect("nobody panics").2
    }
}

/// A key of a set, with the header that names it.
struct OfSet {
    key: Key,
    kid: &'static str,
}

impl OfSet {
    fn new(algorithm: EmbedAlgorithm, kid: &'static str) -> Self {
        Self { key: Key { id: EmbedKeyId::new(), algorithm, pair: Pair::new(algorithm) }, kid }
    }

    fn jwk(&self) -> Value {
        self.key.pair.jwk(self.kid)
    }

    async fn visit(&self, shop: &Shop) -> (StatusCode, Value) {
        let header = json!({ "alg": self.key.algorithm.as_str(), "kid": self.kid }).to_string();
        let (status, made) =
            shop.exchange(&self.key.sign_with(&header, &shop.claims("noor").to_string()), None).await;
        (StatusCode::from_u16(status.as_u16()).expect("a status"), made)
    }

    async fn is_taken(&self, shop: &Shop) -> bool {
        let (status, _) = self.visit(shop).await;
        assert!([StatusCode::OK, StatusCode::UNAUTHORIZED].contains(&status), "{status}");
        status == StatusCode::OK
    }
}

async fn add(shop: &Shop, url: &str) -> Result<EmbedKeyId, String> {
    let id = EmbedKeyId::new();
    let made = create(&shop.place.context, &shop.admin, id, ISSUER, EmbedAlgorithm::Jwks, url).await;
    made.map(|_| id).map_err(|error| {
        assert_eq!(error.field.as_deref(), Some("public_key"), "{error:?}");
        error.message
    })
}

#[tokio::test]
async fn r1_keys_at_an_address_come_and_go_without_anybody_being_told() {
    let shop = Shop::with(&[ANYWHERE]).await;
    let clock = &shop.place.context.clock;
    let (served, url) = Served::new().await;
    let [ec, ed, rsa, later] = [
        OfSet::new(EmbedAlgorithm::Es256, "2026-11"),
        OfSet::new(EmbedAlgorithm::EdDsa, "b54cb8b6-6b83-4a52-8f6e-4a8c5bb47f2a"),
        OfSet::new(EmbedAlgorithm::Rs256, "rsa"),
        OfSet::new(EmbedAlgorithm::Es256, "2026-12"),
    ];
    served.set(&[ec.jwk(), ed.jwk(), rsa.jwk()]);
    let id = add(&shop, &url).await.unwrap();
    let listed = list(&shop.place.context, &shop.admin, None).await.unwrap();
    assert_eq!(listed.keys[0].address.as_deref(), Some(&*url));
    // The same visitor as by a key of the same issuer that is stored.
    let (_, noor) = shop.visit(&shop.key(EmbedAlgorithm::Hs256).await, "noor").await;
    for key in [&ec, &ed, &rsa] {
        let (status, made) = key.visit(&shop).await;
        assert_eq!(status, StatusCode::OK, "{made}");
        assert_eq!(user_of(&made["session"]["viewer"]), user_of(&noor));
    }
    let asked = served.asked();
    assert_eq!(asked, 2, "when it was made, and when it was first needed");

    // A new key: the set is asked for again, but not by each token that names an unknown one.
    served.set(&[ec.jwk(), later.jwk()]);
    assert!(!later.is_taken(&shop).await && served.asked() == asked);
    clock.advance(31 * SECOND);
    assert!(later.is_taken(&shop).await && served.asked() == asked + 1);
    assert!(!rsa.is_taken(&shop).await, "taken out");
    served.set(&[later.jwk()]);
    assert!(ec.is_taken(&shop).await, "not known yet");
    clock.advance(10 * MINUTE);
    assert!(!ec.is_taken(&shop).await);

    // An address that does not answer leaves what was there for an hour.
    served.answer(StatusCode::INTERNAL_SERVER_ERROR, "");
    clock.advance(50 * MINUTE);
    assert!(later.is_taken(&shop).await);
    clock.advance(HOUR);
    assert!(!later.is_taken(&shop).await);
    served.set(&[later.jwk()]);
    clock.advance(MINUTE);
    assert!(later.is_taken(&shop).await);

    let (_, made) = later.visit(&shop).await;
    let token = made["token"].as_str().unwrap();
    revoke(&shop.place.context, &shop.admin, id).await.unwrap();
    let (status, _) = shop.call(reqwest::Method::GET, "/rpc/get_unread_count", token).await;
    assert_eq!(status, reqwest::StatusCode::UNAUTHORIZED);
    assert!(!later.is_taken(&shop).await, "revoked");
}

#[tokio::test]
async fn r1_of_a_set_only_public_keys_for_signatures_verify() {
    let shop = Shop::with(&[ANYWHERE]).await;
    let (served, url) = Served::new().await;
    let [good, secret, other] = [
        OfSet::new(EmbedAlgorithm::Es256, "good"),
        OfSet::new(EmbedAlgorithm::Hs256, "secret"),
        OfSet::new(EmbedAlgorithm::EdDsa, "other"),
    ];
    let with = |key: &OfSet, name: &str, value: &str| {
        let mut jwk = key.jwk();
        jwk[name] = json!(value);
        jwk
    };
    // None of these is a key: nothing is stored.
    for set in [
        json!({ "keys": [secret.jwk()] }),
        json!({ "keys": [with(&good, "use", "enc")] }),
        json!({ "keys": [with(&good, "alg", "ES384")] }),
        json!({ "keys": [with(&good, "crv", "P-384")] }),
        json!({ "keys": [with(&good, "kid", "")] }),
        json!({ "keys": [{ "kty": "RSA", "kid": "small", "n": "AQAB", "e": "AQAB" }] }),
        json!({ "keys": [] }),
        json!([]),
        json!({ "keys": [good.jwk()], "more": "x".repeat(70_000) }),
    ] {
        served.answer(StatusCode::OK, &set.to_string());
        add(&shop, &url).await.unwrap_err();
    }
    for (status, body) in [(StatusCode::OK, "<html>"), (StatusCode::NOT_FOUND, ""), (StatusCode::FOUND, "")] {
        served.answer(status, body);
        add(&shop, &url).await.unwrap_err();
    }
    for no_url in ["", "shop.example.com", "file:///etc/passwd", "https://", "https://a:b@shop.example.com/"]
    {
        add(&shop, no_url).await.unwrap_err();
    }
    assert!(list(&shop.place.context, &shop.admin, None).await.unwrap().keys.is_empty());

    // Beside one that is, they are left out; and whose `kid` it is decides, not what a token says.
    served.set(&[with(&good, "alg", "ES256"), secret.jwk(), with(&other, "use", "enc")]);
    add(&shop, &url).await.unwrap();
    assert!(good.is_taken(&shop).await && !secret.is_taken(&shop).await && !other.is_taken(&shop).await);
    let confused = OfSet { kid: "good", ..OfSet::new(EmbedAlgorithm::EdDsa, "") };
    let forged = OfSet { kid: "good", ..OfSet::new(EmbedAlgorithm::Es256, "") };
    // The public key taken for a secret.
    let public = Pair::Secret(good.key.pair.pem());
    let hmac = OfSet { key: Key { algorithm: EmbedAlgorithm::Hs256, pair: public, ..good.key }, kid: "good" };
    for wrong in [confused, forged, hmac] {
        assert!(!wrong.is_taken(&shop).await);
    }
}

#[tokio::test]
async fn r1_an_address_inside_the_network_is_not_asked() {
    let shop = Shop::new().await;
    let (served, url) = Served::new().await;
    served.set(&[OfSet::new(EmbedAlgorithm::Es256, "good").jwk()]);
    add(&shop, &url).await.unwrap_err();
    add(&shop, &url.replace("http:", "https:")).await.unwrap_err();
    assert_eq!(served.asked(), 0);
}

#[test]
fn r1_the_command_line_takes_an_address_of_keys() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stoa"));
        let command =
            command.arg("embed-key").args(arguments).env("DATABASE_URL", folder.path().join("stoa.db"));
        let output = command.output().unwrap();
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    };
    let url = "https://shop.example.com/.well-known/jwks.json";
    let (is_done, made) = run(&["create", ISSUER, "--jwks", url]);
    assert!(is_done && made.contains(url) && !made.contains("secret"), "{made}");
    assert!(run(&["list"]).1.contains("JWKS"));
    for wrong in [
        &["create", ISSUER, "--jwks", "keys.json"][..],
        &["create", ISSUER, "--jwks", url, "--algorithm", "ES256"],
    ] {
        assert!(!run(wrong).0, "{wrong:?}");
    }
}
