//! Identity providers (OpenID Connect): what they say of themselves and their keys (discovery, JWKS), kept for an hour. The
//! protocol is that of the crate `openidconnect`, over the client of all outgoing HTTP.

mod claims;
mod code_flow;
mod logout_token;

use std::{error::Error, fmt, sync::Arc};

use axum::{
    body::Bytes,
    http::{Request, Uri},
};
use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use http_body_util::Full;
use openidconnect::{
    AdditionalProviderMetadata, AsyncHttpClient, DiscoveryError, HttpRequest, HttpResponse, IssuerUrl,
    ProviderMetadata,
    core::{
        CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType, CoreJsonWebKey,
        CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreJwsSigningAlgorithm,
        CoreResponseMode, CoreResponseType, CoreSubjectIdentifierType,
    },
};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

pub use code_flow::{Callback, Identity};
pub use logout_token::LogoutToken;

use super::http::{HttpClient, Reach};
use crate::{
    server::config::{
        Serve,
        openid_connect::{GroupRanks, ProviderSettings},
    },
    shared::values::time::{HOUR, SECOND, Timestamp},
};

/// The path of an answer to a sign-in, behind that of its start.
pub const CALLBACK: &str = "callback";
pub const START_PREFIX: &str = "/sign-in/with/";

/// Documents of providers that list many keys with their certificates are longer than other answers.
const ANSWER_MAX_BYTES: usize = 256 * 1024;
const KEPT_MICROS: i64 = HOUR;
/// What is kept goes on to be used so long after it could not be fetched again.
const RETRY_MICROS: i64 = 60 * SECOND;
/// A provider that did not answer is not asked again for so long.
const FAILURE_KEPT_MICROS: i64 = 5 * SECOND;
/// A token with an unknown key has the keys fetched again, at most once in this time.
const KEYS_INTERVAL_MICROS: i64 = 30 * SECOND;
/// How far the clock of a provider may be from ours.
const SKEW_MICROS: i64 = 60 * SECOND;

/// Signatures that are believed: by keys that the provider alone has.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// Why a provider's word is of no use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProviderError {
    /// It does not answer, or not as it should. It may later.
    Unreachable(String),
    /// What came is not to be believed, or the provider itself has refused. For the security log.
    Refused(&'static str),
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
struct OwnMetadata {
    /// RFC 9207: each answer names its issuer.
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for OwnMetadata {}

type Metadata = ProviderMetadata<
    OwnMetadata,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// The identity providers of this server.
pub struct Providers {
    all: Vec<Provider>,
    /// Nobody gets in otherwise.
    pub are_only_way: bool,
}

pub struct Provider {
    settings: ProviderSettings,
    /// Our URL to which it answers: one of its own for each provider (RFC 9700, 4.4.2).
    redirect_url: String,
    http: HttpClient,
    found: Mutex<Found>,
}

/// What a provider has last said of itself.
#[derive(Default)]
struct Found {
    metadata: Option<Arc<Metadata>>,
    fetched_at: Timestamp,
    fresh_until: Timestamp,
    /// After a failure without anything to go on with.
    refused_until: Timestamp,
    failure: String,
}

impl Providers {
    /// Those of the configuration. The error is one line that says what to do.
    pub fn new(config: &Serve) -> Result<Self, String> {
        let origin = config.public_url.as_deref().unwrap_or_default();
        let all = config.openid_connect.read()?.into_iter().map(|settings| Provider::new(settings, origin));
        Ok(Self { all: all.collect(), are_only_way: config.openid_connect.oidc_only })
    }

    pub fn all(&self) -> &[Provider] {
        &self.all
    }

    /// The provider with this id.
    pub fn get(&self, id: &str) -> Option<&Provider> {
        self.all.iter().find(|provider| provider.settings.id == id)
    }

    pub fn of_issuer(&self, issuer: &str) -> Option<&Provider> {
        self.all.iter().find(|provider| provider.settings.issuer == issuer)
    }
}

impl Provider {
    fn new(settings: ProviderSettings, origin: &str) -> Self {
        let redirect_url = format!("{origin}{START_PREFIX}{}/{CALLBACK}", settings.id);
        let http = HttpClient::with_answers(Reach::Encrypted, ANSWER_MAX_BYTES);
        Self { settings, redirect_url, http, found: Mutex::default() }
    }

    pub fn id(&self) -> &str {
        &self.settings.id
    }

    pub fn name(&self) -> &str {
        &self.settings.name
    }

    pub fn issuer(&self) -> &str {
        &self.settings.issuer
    }

    /// Our URL that the provider has to know.
    pub fn redirect_url(&self) -> &str {
        &self.redirect_url
    }

    pub fn trusts_addresses(&self) -> bool {
        self.settings.trusts_addresses
    }

    pub fn is_automatic(&self) -> bool {
        self.settings.is_automatic
    }

    pub fn makes_accounts(&self) -> bool {
        self.settings.makes_accounts
    }

    pub fn group_ranks(&self) -> Option<&GroupRanks> {
        self.settings.groups.as_ref()
    }

    /// Asks the provider what it says of itself, for `stoa doctor`.
    pub async fn test(&self) -> Result<(), String> {
        self.discover().await.map(|_| ())
    }

    /// What the provider says of itself and its keys. Whoever comes while it is asked waits for the same answer.
    async fn metadata(&self, now: Timestamp) -> Result<Arc<Metadata>, ProviderError> {
        let mut found = self.found.lock().await;
        match &found.metadata {
            Some(metadata) if now < found.fresh_until => return Ok(metadata.clone()),
            None if now < found.refused_until => {
                return Err(ProviderError::Unreachable(found.failure.clone()));
            }
            _ => {}
        }
        self.fetch(&mut found, now).await
    }

    /// The same with the keys of this moment, for a token that none of the known ones has signed. Keys that were fetched a
    /// moment ago stay: anybody can send a token with an unknown key.
    async fn metadata_with_new_keys(&self, now: Timestamp) -> Result<Arc<Metadata>, ProviderError> {
        let mut found = self.found.lock().await;
        match &found.metadata {
            Some(metadata) if now < found.fetched_at.plus(KEYS_INTERVAL_MICROS) => Ok(metadata.clone()),
            _ => self.fetch(&mut found, now).await,
        }
    }

    async fn fetch(&self, found: &mut Found, now: Timestamp) -> Result<Arc<Metadata>, ProviderError> {
        found.fetched_at = now;
        let failure = match self.discover().await {
            Ok(metadata) => {
                let metadata = Arc::new(metadata);
                found.metadata = Some(metadata.clone());
                found.fresh_until = now.plus(KEPT_MICROS);
                return Ok(metadata);
            }
            Err(failure) => failure,
        };
        tracing::warn!(provider = self.id(), failure, "an identity provider can't be read");
        if let Some(metadata) = &found.metadata {
            found.fresh_until = now.plus(RETRY_MICROS);
            return Ok(metadata.clone());
        }
        (found.refused_until, found.failure) = (now.plus(FAILURE_KEPT_MICROS), failure.clone());
        Err(ProviderError::Unreachable(failure))
    }

    async fn discover(&self) -> Result<Metadata, String> {
        let issuer = IssuerUrl::new(self.settings.issuer.clone()).map_err(|error| error.to_string())?;
        let metadata = Metadata::discover_async(issuer, &self.http).await.map_err(|error| match error {
            DiscoveryError::Request(error) => error.to_string(),
            // Without the body, which others have written.
            DiscoveryError::Response(_, _, reason) => reason,
            error => error.to_string(),
        })?;
        let is_safe = |url: &str| url.parse().is_ok_and(|url: Uri| self.http.takes(&url));
        if !is_safe(metadata.authorization_endpoint()) {
            return Err("its authorization endpoint is no https URL".to_owned());
        }
        if metadata.token_endpoint().is_none() {
            return Err("it names no token endpoint".to_owned());
        }
        Ok(metadata)
    }
}

fn date(at: Timestamp) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(at.0).unwrap_or_default()
}

/// Why a request of the protocol got no answer.
#[derive(Debug)]
pub struct RequestError(String);

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for RequestError {}

impl<'c> AsyncHttpClient<'c> for HttpClient {
    type Error = RequestError;
    type Future = BoxFuture<'c, Result<HttpResponse, RequestError>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let request = Request::from_parts(parts, Full::new(Bytes::from(body)));
            let answer = self.send(request).await.map_err(RequestError)?;
            let mut response = HttpResponse::new(answer.body.to_vec());
            (*response.status_mut(), *response.headers_mut()) = (answer.status, answer.headers);
            Ok(response)
        })
    }
}
