//! A marketplace of the tests' own, which signs on other primitives than the server verifies with.

use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use reqwest::{Client, Method, RequestBuilder, StatusCode, header};
use ring::{
    hmac,
    rand::SystemRandom,
    rsa::PublicKeyComponents,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
    },
};
use serde_json::{Value, json};
use stoa::{
    server::domain::operators::embed_keys,
    shared::{ids::EmbedKeyId, operators::embed_keys::EmbedAlgorithm, users::Viewer, values::time::SECOND},
};
use uuid::Uuid;

use crate::place::{Place, answer};

/// The public URL of the chat, and the site that may show it.
pub const CHAT: &str = "https://chat.example.com";
pub const SHOP: &str = "https://shop.example.com";
pub const ISSUER: &str = "shop.example.com";

/// Of no use anywhere but here: ring makes no keys of RSA.
const RSA_KEY: &str = "MIIEowIBAAKCAQEAx0ekQtP+CR/CiCMXQ/vKn1RgUKkj6uyMZYN++/oqVhbTDPcxZY3DfPXNTNuQAZRYvrl/UosmVgfHg6AZDOpN\
    5lmNYT7Rt3Nxfs4ZdWVmZjeqqmBU3TcRsT+/YXAEY3RUHzz55qD3QO8dfC8qiDSZ0VkZm1yzYNQN59y67jpc9FVyjD/k0HbPZzGE\
    Xyd+JSvhHz/cl6Nwe5IqSE7KtvwxCBbjihuzUt1cmSQlHnfVmCWL5QZ2V2PksV1ZvevhjQ3AXddAdphRHWU7lpbX5lOkzXcObjmU\
    KnK6WRpydKJLhj7FBYPdSPy+khhdhqmhbvbB+4+gwCeKfKBsBUFhyPII0wIDAQABAoIBAALlD4XI/o+zXmgL2nKqXa8i0qNZUaQ/\
    +2oeFuIiKCtH+ZjenmETRhuylmDfb6AWP5PFrgvM6ammQ0euM670WF1YP62B9BnuG1/0Lnp+Fpa1iE0hSRpNinxAqM8JiYbIUdCC\
    Wj73Z6AR2SPMq5l+6h0YZj7TgeeOLQWJN03umxsRfBvp3RSama2DoSX402xJNfab31AtKETsOWxLWDgKeJGVMMaH1arEO/+zHVfl\
    uNNviafgzqW7SrW14IBYXUDzIM4WcRj4rhVnQGLVqE2mkE0XWCVYUjjolJSAOm/Bzw8TnJKzvjcF38BJ+Neb8WgUicZ9Aq63PF0h\
    ikHm8hCB/YECgYEA82VnRTw23xgrtro+9VX5ydXWDkj6jvbdGqEDBuuKiW+eo7pCXKWBWAJndovE3aJJzP1EnFC2QwlhU4lcxCnY\
    blWOuSI7JbN4bwhj3qKbTz8NFIzdANtaEpIMEoUPdOA2PhGJETjD9YQlQcmkZrXcUHul3MFMgnGWfA+AXNo85fsCgYEA0ZlofZIv\
    MNDSiF+JgPsgRqm59hetEElqNjyaJdeg0YfcuW7g0Jl8nmvzQjM4JvoQKHlhcQHasHILkF0zQZsJ0sfysoM2s3Vl3TRfTmzmD7uv\
    jzUim5VVkOYINOohI9sYwX2TSj5zMvXSiQcHG4YGlUHaZFaKm05Ko71/ajBOaQkCgYACtRkN+xp9Js6trKqwnfE2XouQAx3OY06Y\
    UjwvYoVa/APevF6qmyiyKuyts+ZPtNNvVU3jEz7DxiHwBPIkOHbw20DILGpOBA4N5iD+Q/7IReJGXT7EGKyK0lcSCarfWPMhg55r\
    s57yZzLm5XBPuCwoNQfmSbwpI0xSOvXpkn/k6wKBgQDFO1yOPU9W2koitfQIgUdf9zrcjm72Un81xlUvovbb9MMJY4L+CFCyKtbf\
    xp7iXpFx5LaCxsHpI4gqMumWpLPbuvdwb/S7bo+KVkwQ2nyq9WxAkDmeuimoji3OzTqeKP/ko6xEQvvYSmXxN8HCbp4nOa6umJkZ\
    h9TIu/r4C7jdMQKBgB2WltXXw7TZgr/DPHIr49k/qTZFLKQJftFBN16YtrO5hbjdVVx78lmT1rZ4a8txs4cJGWhr6vilHEyAbq8o\
    vq51tIFAPHZ6i8vscbCs1tsqniGYH/oSkESnZrcKbyLgoF2iMDDzmRvq6IeYhRQxqvc0nzO6p2hGBVd4G1NdyC2t";

/// What signs, and its public half.
pub enum Pair {
    Secret(String),
    Ec(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
    Rsa(RsaKeyPair),
}

impl Pair {
    pub fn new(algorithm: EmbedAlgorithm) -> Self {
        let random = SystemRandom::new();
        match algorithm {
            EmbedAlgorithm::Hs256 => Self::Secret(Uuid::new_v4().to_string()),
            EmbedAlgorithm::Es256 => {
                let kind = &ECDSA_P256_SHA256_FIXED_SIGNING;
                let document = EcdsaKeyPair::generate_pkcs8(kind, &random).expect("a key");
                Self::Ec(EcdsaKeyPair::from_pkcs8(kind, document.as_ref(), &random).expect("a key"))
            }
            EmbedAlgorithm::EdDsa => {
                let document = Ed25519KeyPair::generate_pkcs8(&random).expect("a key");
                Self::Ed(Ed25519KeyPair::from_pkcs8(document.as_ref()).expect("a key"))
            }
            EmbedAlgorithm::Rs256 => {
                let key = BASE64_STANDARD.decode(RSA_KEY).expect("base64");
                Self::Rsa(RsaKeyPair::from_der(&key).expect("a key"))
            }
            EmbedAlgorithm::Jwks => unreachable!("a set of keys is none"),
        }
    }

    /// The public key as one of a set (RFC 7517). Of a secret, the secret.
    pub fn jwk(&self, kid: &str) -> Value {
        match self {
            Self::Secret(secret) => json!({ "kty": "oct", "kid": kid, "k": encoded(secret) }),
            Self::Ec(pair) => {
                let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
                json!({ "kty": "EC", "crv": "P-256", "kid": kid, "x": encoded(x), "y": encoded(y) })
            }
            Self::Ed(pair) => {
                json!({ "kty": "OKP", "crv": "Ed25519", "kid": kid, "x": encoded(pair.public_key()) })
            }
            Self::Rsa(pair) => {
                let public: PublicKeyComponents<Vec<u8>> = pair.public().into();
                json!({ "kty": "RSA", "kid": kid, "n": encoded(public.n), "e": encoded(public.e) })
            }
        }
    }

    /// The public key as PEM. None of a secret.
    pub fn pem(&self) -> String {
        // The beginning of a SubjectPublicKeyInfo, up to the key itself.
        const EC: &str = "3059301306072a8648ce3d020106082a8648ce3d030107034200";
        const ED: &str = "302a300506032b6570032100";
        let with = |prefix: &str, key: &[u8]| {
            let bytes = (0..prefix.len()).step_by(2);
            let prefix: Vec<u8> =
                bytes.map(|at| u8::from_str_radix(&prefix[at..at + 2], 16).unwrap()).collect();
            pem("PUBLIC KEY", &[&prefix, key].concat())
        };
        match self {
            Self::Secret(_) => String::new(),
            Self::Ec(pair) => with(EC, pair.public_key().as_ref()),
            Self::Ed(pair) => with(ED, pair.public_key().as_ref()),
            Self::Rsa(pair) => pem("RSA PUBLIC KEY", pair.public_key().as_ref()),
        }
    }

    pub fn sign(&self, signed: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Self::Secret(secret) => {
                hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), signed).as_ref().to_vec()
            }
            Self::Ec(pair) => pair.sign(&random, signed).expect("a signature").as_ref().to_vec(),
            Self::Ed(pair) => pair.sign(signed).as_ref().to_vec(),
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, signed, &mut signature).expect("a signature");
                signature
            }
        }
    }
}

fn pem(kind: &str, der: &[u8]) -> String {
    let text = BASE64_STANDARD.encode(der);
    let lines: Vec<_> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {kind}-----\n{}\n-----END {kind}-----\n", lines.join("\n"))
}

/// A key that the marketplace signs with.
pub struct Key {
    pub id: EmbedKeyId,
    pub algorithm: EmbedAlgorithm,
    pub pair: Pair,
}

impl Key {
    pub fn header(&self) -> Value {
        json!({ "alg": self.algorithm.as_str(), "kid": self.id, "typ": "JWT" })
    }

    pub fn sign(&self, claims: &Value) -> String {
        self.sign_with(&self.header().to_string(), &claims.to_string())
    }

    /// With any text for header and claims.
    pub fn sign_with(&self, header: &str, claims: &str) -> String {
        let signed = format!("{}.{}", encoded(header), encoded(claims));
        let signature = self.pair.sign(signed.as_bytes());
        format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
    }
}

pub fn encoded(text: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(text)
}

/// A server with the site allowed, and an admin who makes keys.
pub struct Shop {
    pub place: Place,
    pub admin: Viewer,
    pub url: String,
    client: Client,
}

impl Shop {
    pub async fn new() -> Self {
        Self::with(&[]).await
    }

    pub async fn with(more: &[&str]) -> Self {
        let options = ["--sends-per-second", "1000000", "--public-url", CHAT, "--embed-site", SHOP];
        let place = Place::with(&[&options[..], more].concat()).await;
        let (admin, url) = (place.admin("Ada").await, place.serve().await.url);
        let client = Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { place, admin, url, client }
    }

    pub async fn key(&self, algorithm: EmbedAlgorithm) -> Key {
        self.key_of(ISSUER, algorithm).await
    }

    pub async fn key_of(&self, issuer: &str, algorithm: EmbedAlgorithm) -> Key {
        let (id, pair) = (EmbedKeyId::new(), Pair::new(algorithm));
        let made =
            embed_keys::create(&self.place.context, &self.admin, id, issuer, algorithm, &pair.pem()).await;
        let pair = made.expect("a key").map_or(pair, Pair::Secret);
        Key { id, algorithm, pair }
    }

    pub fn now_s(&self) -> i64 {
        self.place.context.clock.now().0 / SECOND
    }

    /// The claims of a visitor, as they should be.
    pub fn claims(&self, subject: &str) -> Value {
        let now = self.now_s();
        json!({ "iss": ISSUER, "sub": subject, "aud": CHAT, "iat": now, "exp": now + 300,
            "jti": Uuid::new_v4().to_string(), "name": format!("Visitor {subject}") })
    }

    pub fn request(&self, method: Method, path: &str, origin: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url)).header(header::ORIGIN, origin)
    }

    /// Exchanges an identity as a frame does.
    pub async fn exchange(&self, identity: &str, current: Option<&str>) -> (StatusCode, Value) {
        let request = self.request(Method::POST, "/embed/session", CHAT);
        let request = current.iter().fold(request, |request, token| request.bearer_auth(token));
        answer(request.json(&json!({ "identity": identity }))).await
    }

    /// The token of a visitor, and who they are here.
    pub async fn visit(&self, key: &Key, subject: &str) -> (String, Value) {
        let (status, made) = self.exchange(&key.sign(&self.claims(subject)), None).await;
        assert_eq!(status, StatusCode::OK, "{made}");
        (made["token"].as_str().unwrap().to_owned(), made["session"]["viewer"].clone())
    }

    /// A request of a frame.
    pub async fn call(&self, method: Method, path: &str, token: &str) -> (StatusCode, Value) {
        answer(self.request(method, path, CHAT).bearer_auth(token)).await
    }
}
