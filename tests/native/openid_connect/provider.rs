//! An identity provider of the tests' own, on other primitives than the server's. It signs with a real key, and misbehaves as it
//! is told to.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use axum::{
    Form, Json, Router,
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing,
};
use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use reqwest::Url;
use ring::{
    digest, hmac,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;
use uuid::Uuid;

pub const CLIENT_ID: &str = "stoa";
pub const SECRET: &str = "between us & nobody else";

/// How it signs its next tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Signature {
    #[default]
    Right,
    /// `alg: none`, and no signature.
    None,
    /// HS256 with the bytes of its public key, as PEM and raw.
    PublicKey,
    /// HS256 with the client's secret.
    Secret,
    /// By a key that it does not publish, under the name of one that it does.
    OtherKey,
    /// By a key that it does not publish, under a name of its own.
    UnknownKey,
    /// The right one, with one bit turned.
    Broken,
}

struct Key {
    pair: EcdsaKeyPair,
    kid: String,
}

impl Key {
    fn new() -> Self {
        let random = SystemRandom::new();
        let document =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).expect("a key");
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random);
        Self { pair: pair.expect("a key"), kid: Uuid::new_v4().to_string() }
    }

    fn public(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }

    fn jwk(&self) -> Value {
        let (x, y) = self.public()[1..].split_at(32);
        json!({ "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": self.kid, "x": encoded(x), "y": encoded(y) })
    }
}

/// What a code stands for.
#[derive(Clone)]
struct Grant {
    nonce: String,
    challenge: String,
    redirect_uri: String,
    who: Value,
}

pub struct Behaviour {
    key: Key,
    other: Key,
    grants: HashMap<String, Grant>,
    /// By access token.
    tokens: HashMap<String, Value>,
    /// Claims of the next ID tokens in place of the right ones; null leaves one out.
    pub twist: Value,
    pub header_twist: Value,
    pub signature: Signature,
    /// Takes a code twice, and whoever brings it.
    pub is_careless: bool,
    /// Says who somebody is at its user info endpoint alone.
    pub is_terse: bool,
    pub has_iss_parameter: bool,
    pub is_down: bool,
    pub has_long_documents: bool,
    /// How often its documents were fetched.
    pub fetches: usize,
    /// The claims of the user info endpoint in place of the right ones.
    pub about_twist: Value,
}

type Shared = Arc<Mutex<Behaviour>>;

/// Cheap to clone.
#[derive(Clone)]
pub struct TestProvider {
    pub issuer: String,
    shared: Shared,
}

/// The parameters of an answer, as the browser brings them.
#[derive(Clone, Debug)]
pub struct Answered {
    pub state: String,
    pub code: String,
    pub iss: Option<String>,
}

impl Answered {
    pub fn query(&self) -> String {
        let mut url = Url::parse("http://localhost").unwrap();
        url.query_pairs_mut().append_pair("state", &self.state).append_pair("code", &self.code);
        if let Some(iss) = &self.iss {
            url.query_pairs_mut().append_pair("iss", iss);
        }
        url.query().unwrap().to_owned()
    }
}

impl TestProvider {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let issuer = format!("http://{}/realm", listener.local_addr().expect("an address"));
        let shared: Shared = Arc::new(Mutex::new(Behaviour {
            key: Key::new(),
            other: Key::new(),
            grants: HashMap::new(),
            tokens: HashMap::new(),
            twist: json!({}),
            header_twist: json!({}),
            signature: Signature::default(),
            is_careless: false,
            is_terse: false,
            has_iss_parameter: true,
            is_down: false,
            has_long_documents: false,
            fetches: 0,
            about_twist: json!({}),
        }));
        let this = Self { issuer, shared };
        let router = Router::new()
            .route("/realm/.well-known/openid-configuration", routing::get(discovery))
            .route("/realm/keys", routing::get(keys))
            .route("/realm/token", routing::post(token))
            .route("/realm/about", routing::get(about))
            .with_state(this.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        this
    }

    /// Tells it how to behave.
    pub fn with<T>(&self, change: impl FnOnce(&mut Behaviour) -> T) -> T {
        change(&mut self.shared.lock().expect("no panic"))
    }

    /// From now on it signs with another key, and publishes that one alone.
    pub fn rotate(&self) {
        self.with(|behaviour| behaviour.key = Key::new());
    }

    /// Somebody signs in there: what the browser that was sent to this URL brings back. Claims beside the subject are in `who`.
    pub fn answer(&self, url: &str, who: &Value) -> Answered {
        let url = Url::parse(url).expect("a URL");
        assert!(url.as_str().starts_with(&format!("{}/authorize?", self.issuer)), "{url}");
        let parameters: HashMap<_, _> = url.query_pairs().into_owned().collect();
        assert_eq!(parameters["response_type"], "code");
        assert_eq!(parameters["client_id"], CLIENT_ID);
        assert_eq!(parameters["code_challenge_method"], "S256");
        assert!(parameters["scope"].split(' ').any(|scope| scope == "openid"), "{}", parameters["scope"]);
        let code = Uuid::new_v4().to_string();
        let grant = Grant {
            nonce: parameters["nonce"].clone(),
            challenge: parameters["code_challenge"].clone(),
            redirect_uri: parameters["redirect_uri"].clone(),
            who: who.clone(),
        };
        self.with(|behaviour| {
            behaviour.grants.insert(code.clone(), grant);
            let iss = behaviour.has_iss_parameter.then(|| self.issuer.clone());
            Answered { state: parameters["state"].clone(), code, iss }
        })
    }

    /// A logout token with these claims in place of the right ones; null leaves one out.
    pub fn logout_token(&self, now: i64, claims: &Value) -> String {
        let right = json!({
            "iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 120, "jti": Uuid::new_v4().to_string(),
            "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
        });
        self.with(|behaviour| behaviour.token(json!({ "typ": "logout+jwt" }), twisted(right, claims)))
    }
}

impl Behaviour {
    fn token(&self, header: Value, claims: Value) -> String {
        let key = match self.signature {
            Signature::OtherKey | Signature::UnknownKey => &self.other,
            _ => &self.key,
        };
        let kid = if self.signature == Signature::OtherKey { &self.key.kid } else { &key.kid };
        let alg = match self.signature {
            Signature::None => "none",
            Signature::PublicKey | Signature::Secret => "HS256",
            _ => "ES256",
        };
        let header = twisted(twisted(json!({ "alg": alg, "kid": kid }), &header), &self.header_twist);
        let signed =
            format!("{}.{}", encoded(header.to_string().as_bytes()), encoded(claims.to_string().as_bytes()));
        let mac = |secret: &[u8]| {
            let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
            hmac::sign(&key, signed.as_bytes()).as_ref().to_vec()
        };
        let mut signature = match self.signature {
            Signature::None => Vec::new(),
            Signature::PublicKey => mac(key.public()),
            Signature::Secret => mac(SECRET.as_bytes()),
            _ => {
                key.pair.sign(&SystemRandom::new(), signed.as_bytes()).expect("a signature").as_ref().to_vec()
            }
        };
        if self.signature == Signature::Broken {
            signature[0] ^= 1;
        }
        format!("{signed}.{}", encoded(&signature))
    }
}

fn twisted(right: Value, twist: &Value) -> Value {
    let (Value::Object(mut right), Some(twist)) = (right, twist.as_object()) else { panic!("objects") };
    for (name, value) in twist {
        if value.is_null() {
            right.remove(name);
        } else {
            right.insert(name.clone(), value.clone());
        }
    }
    Value::Object(right)
}

fn encoded(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

async fn discovery(State(provider): State<TestProvider>) -> Response {
    let issuer = &provider.issuer;
    let document = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "userinfo_endpoint": format!("{issuer}/about"),
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256", "HS256", "none"],
        "authorization_response_iss_parameter_supported": provider.with(|behaviour| behaviour.has_iss_parameter),
    });
    document_of(&provider, document)
}

async fn keys(State(provider): State<TestProvider>) -> Response {
    let document = provider.with(|behaviour| json!({ "keys": [behaviour.key.jwk()] }));
    document_of(&provider, document)
}

fn document_of(provider: &TestProvider, document: Value) -> Response {
    provider.with(|behaviour| {
        behaviour.fetches += 1;
        if behaviour.is_down {
            return StatusCode::BAD_GATEWAY.into_response();
        }
        let filler = if behaviour.has_long_documents { " ".repeat(1 << 20) } else { String::new() };
        let body = Body::from(format!("{document}{filler}"));
        ([(header::CONTENT_TYPE, "application/json")], body).into_response()
    })
}

async fn token(
    State(provider): State<TestProvider>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Response {
    let refused = |error| (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response();
    // As RFC 6749 has it, each part is encoded by itself first.
    let basic = format!("{CLIENT_ID}:between+us+%26+nobody+else");
    let basic = format!("Basic {}", BASE64_STANDARD.encode(basic));
    if headers.get(header::AUTHORIZATION).is_none_or(|given| given != &basic) {
        return refused("invalid_client");
    }
    let code = &form["code"];
    provider.with(|behaviour| {
        let grant = if behaviour.is_careless { behaviour.grants.get(code).cloned() } else { behaviour.grants.remove(code) };
        let Some(grant) = grant else { return refused("invalid_grant") };
        let challenge = encoded(digest::digest(&digest::SHA256, form["code_verifier"].as_bytes()).as_ref());
        let is_right = challenge == grant.challenge && form["redirect_uri"] == grant.redirect_uri;
        if !is_right && !behaviour.is_careless {
            return refused("invalid_grant");
        }
        let access_token = Uuid::new_v4().to_string();
        behaviour.tokens.insert(access_token.clone(), grant.who.clone());
        let half = &digest::digest(&digest::SHA256, access_token.as_bytes()).as_ref()[..16].to_vec();
        let now = grant.who["now"].as_i64().expect("the time");
        let needed = json!({
            "iss": provider.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 300, "nonce": grant.nonce,
            "at_hash": encoded(half), "sub": grant.who["sub"], "sid": grant.who["sid"],
        });
        let right = if behaviour.is_terse { needed } else { twisted(needed, &grant.who) };
        let id_token = behaviour.token(json!({}), twisted(right, &behaviour.twist));
        let answer = json!({ "access_token": access_token, "token_type": "Bearer", "expires_in": 60, "id_token": id_token });
        Json(answer).into_response()
    })
}

async fn about(State(provider): State<TestProvider>, headers: HeaderMap) -> Response {
    let token =
        headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    provider.with(|behaviour| match token.and_then(|token| behaviour.tokens.get(token)) {
        Some(who) => Json(twisted(who.clone(), &behaviour.about_twist)).into_response(),
        None => StatusCode::UNAUTHORIZED.into_response(),
    })
}

/// Somebody of this subject, with these claims.
pub fn who(now: i64, sub: &str, claims: Value) -> Value {
    let mut who = Map::new();
    who.insert("now".to_owned(), json!(now));
    who.insert("sub".to_owned(), json!(sub));
    twisted(Value::Object(who), &claims)
}
