//! Identities that are wrong in any way: all get the same answer, and nothing is made.

use reqwest::StatusCode;
use serde_json::{Value, json};
use stoa::{
    server::domain::operators::embed_keys,
    shared::{ids::EmbedKeyId, operators::embed_keys::EmbedAlgorithm},
};
use uuid::Uuid;

use super::shop::{CHAT, Key, Pair, SHOP, Shop, encoded};

type Hostile = Vec<(&'static str, String)>;

/// A claim in place of the right one; none if it is null.
fn with(mut claims: Value, name: &str, value: Value) -> Value {
    let fields = claims.as_object_mut().unwrap();
    if value.is_null() {
        fields.remove(name)
    } else {
        fields.insert(name.to_owned(), value)
    };
    claims
}

fn wrong_claims(shop: &Shop, key: &Key) -> Hostile {
    let now = shop.now_s();
    let long = "x".repeat(129);
    let cases = [
        ("no issuer", "iss", Value::Null),
        ("another issuer", "iss", json!("other.example.com")),
        ("an issuer in other letters", "iss", json!("SHOP.example.com")),
        ("a list of issuers", "iss", json!(["shop.example.com"])),
        ("the issuer as it is stored", "iss", json!("embed:shop.example.com")),
        ("no audience", "aud", Value::Null),
        ("another audience", "aud", json!("https://chat.example.org")),
        ("an audience with a path", "aud", json!(format!("{CHAT}/"))),
        ("the site as the audience", "aud", json!(SHOP)),
        ("two audiences", "aud", json!([CHAT, "https://evil.example"])),
        ("a list of no audience", "aud", json!([])),
        ("an audience that is no text", "aud", json!({ "is": CHAT })),
        ("no end", "exp", Value::Null),
        ("expired", "exp", json!(now - 31)),
        ("expired long ago", "exp", json!(0)),
        ("an end before all time", "exp", json!(i64::MIN)),
        ("an end after all time", "exp", json!(i64::MAX)),
        ("an hour ahead", "exp", json!(now + 3_600)),
        ("a year ahead", "exp", json!(now + 31_536_000)),
        ("an end in milliseconds", "exp", json!((now + 300) * 1_000)),
        ("an end with a fraction", "exp", json!(now as f64 + 300.5)),
        ("an end in a text", "exp", json!((now + 300).to_string())),
        ("an end that is none", "exp", json!(true)),
        ("not valid yet", "nbf", json!(now + 600)),
        ("a beginning that is no time", "nbf", json!("now")),
        ("made in the future", "iat", json!(now + 600)),
        ("made after all time", "iat", json!(i64::MAX)),
        ("no subject", "sub", Value::Null),
        ("an empty subject", "sub", json!("")),
        ("a long subject", "sub", json!(long)),
        ("a subject that is a number", "sub", json!(7)),
        ("a subject that is a list", "sub", json!(["7"])),
        ("a subject of spaces", "sub", json!("  ")),
        ("a space after the subject", "sub", json!("noor ")),
        ("a line after the subject", "sub", json!("noor\n")),
        ("a zero in the subject", "sub", json!("noor\u{0}")),
        ("a letter that looks like another", "sub", json!("nооr")),
        ("a direction in the subject", "sub", json!("noor\u{202e}")),
        ("no id", "jti", Value::Null),
        ("an empty id", "jti", json!("")),
        ("a long id", "jti", json!(long)),
        ("an id that is a number", "jti", json!(1)),
        ("an id with a space", "jti", json!("a b")),
        ("a name that is no text", "name", json!({ "first": "Noor" })),
    ];
    cases
        .into_iter()
        .map(|(what, claim, value)| (what, key.sign(&with(shop.claims("x"), claim, value))))
        .collect()
}

fn wrong_headers(shop: &Shop, key: &Key) -> Hostile {
    let claims = || shop.claims("x").to_string();
    let twisted =
        |name: &str, value: Value| key.sign_with(&with(key.header(), name, value).to_string(), &claims());
    let header = key.header().to_string();
    vec![
        ("no algorithm", twisted("alg", Value::Null)),
        ("none", twisted("alg", json!("none"))),
        ("None", twisted("alg", json!("None"))),
        ("a longer hash", twisted("alg", json!("HS512"))),
        ("small letters", twisted("alg", json!("hs256"))),
        ("no key", twisted("kid", Value::Null)),
        ("an unknown key", twisted("kid", json!(EmbedKeyId::new()))),
        ("a key in capitals", twisted("kid", json!(key.id.to_string().to_uppercase()))),
        ("a key without dashes", twisted("kid", json!(key.id.0.simple().to_string()))),
        ("a key that is a path", twisted("kid", json!("../../dev/null"))),
        ("a key that is a statement", twisted("kid", json!("' OR 1 = 1 --"))),
        ("a key of another place", twisted("jku", json!("https://evil.example/jwks.json"))),
        ("a certificate of another place", twisted("x5u", json!("https://evil.example/x.pem"))),
        ("a key of its own", twisted("jwk", json!({ "kty": "oct", "k": "AA" }))),
        ("an extension", twisted("crit", json!(["exp"]))),
        ("a token in a token", twisted("cty", json!("JWT"))),
        ("compressed", twisted("zip", json!("DEF"))),
        ("another type", twisted("typ", json!("logout+jwt"))),
        ("a header that is a list", key.sign_with("[]", &claims())),
        ("a header that is nothing", key.sign_with("", &claims())),
        (
            "an algorithm that is there twice",
            key.sign_with(&header.replacen('{', "{\"alg\":\"HS256\",", 1), &claims()),
        ),
        ("claims that are a list", key.sign_with(&header, "[]")),
        ("claims that are no JSON", key.sign_with(&header, "{\"iss\":")),
        ("claims that are no text", key.sign_with(&header, "\u{0}\u{1}")),
        (
            "a subject that is there twice",
            key.sign_with(&header, &claims().replacen('{', "{\"sub\":\"admin\",", 1)),
        ),
        (
            "an end that is there twice",
            key.sign_with(&header, &claims().replacen('{', "{\"exp\":9999999999,", 1)),
        ),
    ]
}

fn wrong_forms(shop: &Shop, key: &Key) -> Hostile {
    let right = key.sign(&shop.claims("x"));
    let parts: Vec<&str> = right.split('.').collect();
    let [header, claims, signature] = parts[..] else { panic!("three parts") };
    let other = encoded(with(shop.claims("x"), "sub", json!("admin")).to_string());
    let mut turned = signature.to_owned().into_bytes();
    turned[3] = if turned[3] == b'A' { b'B' } else { b'A' };
    let turned = String::from_utf8(turned).unwrap();
    let none = encoded(json!({ "alg": "none", "kid": key.id }).to_string());
    vec![
        ("nothing", String::new()),
        ("dots", "..".to_owned()),
        ("one part", header.to_owned()),
        ("two parts", format!("{header}.{claims}")),
        ("no signature", format!("{header}.{claims}.")),
        ("four parts", format!("{right}.{signature}")),
        ("five parts", format!("{header}.{claims}.{signature}.{claims}.{signature}")),
        ("other claims under the signature", format!("{header}.{other}.{signature}")),
        ("one letter of the signature", format!("{header}.{claims}.{turned}")),
        ("none without a signature", format!("{none}.{claims}.")),
        ("none with the signature", format!("{none}.{claims}.{signature}")),
        ("a space before it", format!(" {right}")),
        ("a line after it", format!("{right}\n")),
        ("padding", format!("{header}==.{claims}.{signature}")),
        ("other base64", right.replace(['-', '_'], "+") + "/"),
        ("JSON in place of it", json!({ "sub": "x" }).to_string()),
        ("5 KB of name", key.sign(&with(shop.claims("x"), "name", json!("x".repeat(5_000))))),
        ("5 KB of letters", "a".repeat(5_120)),
        ("an address", "https://evil.example/token".to_owned()),
    ]
}

/// Keys that are taken for what they are not.
async fn confused(shop: &Shop, key: &Key) -> Hostile {
    let (ec, ed) = (shop.key(EmbedAlgorithm::Es256).await, shop.key(EmbedAlgorithm::EdDsa).await);
    let rsa = shop.key(EmbedAlgorithm::Rs256).await;
    let claims = shop.claims("x");
    // Signed as HS256 with what everybody knows of a public key.
    let forged = |of: &Key, alg: &str, secret: &str| {
        let forger =
            Key { id: of.id, algorithm: EmbedAlgorithm::Hs256, pair: Pair::Secret(secret.to_owned()) };
        forger.sign_with(&json!({ "alg": alg, "kid": of.id }).to_string(), &claims.to_string())
    };
    let under = |name: &Key, pair: &Key| {
        pair.sign_with(
            &json!({ "alg": pair.algorithm.as_str(), "kid": name.id }).to_string(),
            &claims.to_string(),
        )
    };
    let revoked = shop.key(EmbedAlgorithm::Hs256).await;
    embed_keys::revoke(&shop.place.context, &shop.admin, revoked.id).await.unwrap();
    let elsewhere = shop.key_of("other.example.com", EmbedAlgorithm::Hs256).await;
    let unknown =
        Key { id: key.id, algorithm: EmbedAlgorithm::Es256, pair: Pair::new(EmbedAlgorithm::Es256) };
    let other = Key { id: ec.id, algorithm: EmbedAlgorithm::Es256, pair: Pair::new(EmbedAlgorithm::Es256) };
    vec![
        ("a public key of ES256 as a secret", forged(&ec, "HS256", &ec.pair.pem())),
        ("the same without its last line end", forged(&ec, "HS256", ec.pair.pem().trim())),
        ("the same under its right algorithm", forged(&ec, "ES256", &ec.pair.pem())),
        ("a public key of RS256 as a secret", forged(&rsa, "HS256", &rsa.pair.pem())),
        ("a public key of EdDSA as a secret", forged(&ed, "HS256", &ed.pair.pem())),
        ("an empty secret", forged(key, "HS256", "")),
        ("an empty secret of a revoked key", forged(&revoked, "HS256", "")),
        ("a guessed secret", forged(key, "HS256", "secret")),
        ("ES256 under a key of HS256", under(key, &ec)),
        ("EdDSA under a key of ES256", under(&ec, &ed)),
        ("RS256 under a key of EdDSA", under(&ed, &rsa)),
        ("HS256 under a key of RS256", under(&rsa, key)),
        ("a key that nobody has registered", under(key, &unknown)),
        ("another key under a registered one", other.sign(&claims)),
        ("a signature of zeros", {
            let signed = format!("{}.{}", encoded(ec.header().to_string()), encoded(claims.to_string()));
            format!("{signed}.{}", encoded([0; 64]))
        }),
        ("a revoked key", revoked.sign(&claims)),
        ("a key of another issuer", elsewhere.sign(&claims)),
    ]
}

#[tokio::test]
async fn r1_hostile_identities_get_the_same_answer_and_leave_nothing() {
    let shop = Shop::new().await;
    let key = shop.key(EmbedAlgorithm::Hs256).await;
    let used = key.sign(&shop.claims("noor"));
    assert_eq!(shop.exchange(&used, None).await.0, StatusCode::OK);
    let same_id = with(shop.claims("eve"), "jti", json!(Uuid::new_v4().to_string()));
    assert_eq!(shop.exchange(&key.sign(&same_id), None).await.0, StatusCode::OK);
    let second = shop.key(EmbedAlgorithm::Es256).await;
    let mut hostile = vec![
        ("a second time", used),
        ("its id in another token", key.sign(&with(shop.claims("tomas"), "jti", same_id["jti"].clone()))),
        ("its id under another key", second.sign(&with(shop.claims("tomas"), "jti", same_id["jti"].clone()))),
    ];
    hostile.extend(wrong_claims(&shop, &key));
    hostile.extend(wrong_headers(&shop, &key));
    hostile.extend(wrong_forms(&shop, &key));
    hostile.extend(confused(&shop, &key).await);
    assert!(hostile.len() >= 100, "{}", hostile.len());
    let made = async || {
        let users: Vec<(i64,)> = shop.place.rows("SELECT COUNT(*) FROM users").await;
        let sessions: Vec<(i64,)> = shop.place.rows("SELECT COUNT(*) FROM embed_sessions").await;
        let identities: Vec<(i64,)> = shop.place.rows("SELECT COUNT(*) FROM identities").await;
        let used: Vec<(i64,)> = shop.place.rows("SELECT COUNT(*) FROM used_once").await;
        (users, sessions, identities, used)
    };
    let before = made().await;
    let plain = json!({ "title": "This identity is not accepted. Sign a new one.", "status": 401, "code": "signed_out" });
    for (what, identity) in hostile {
        assert_eq!(shop.exchange(&identity, None).await, (StatusCode::UNAUTHORIZED, plain.clone()), "{what}");
    }
    assert_eq!(made().await, before);
    // The table could fail: the same claims, as they should be.
    assert_eq!(shop.exchange(&key.sign(&shop.claims("x")), None).await.0, StatusCode::OK);
}
