//! The authorization code flow with PKCE: the URL that a browser is sent to, and the identity that its answer leads to.

use openidconnect::{
    AccessTokenHash, AuthType, AuthenticationFlow, AuthorizationCode, ClaimsVerificationError, Client,
    ClientId, ClientSecret, CsrfToken, EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet,
    IdToken, IdTokenClaims, IdTokenFields, IdTokenVerifier, Nonce, OAuth2TokenResponse, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope, SignatureVerificationError,
    StandardErrorResponse, StandardTokenResponse, TokenResponse, UserInfoClaims,
    core::{
        CoreAuthDisplay, CoreAuthPrompt, CoreClientAuthMethod, CoreErrorResponseType, CoreGenderClaim,
        CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreResponseType,
        CoreRevocableToken, CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
    },
};

use super::{ALGORITHMS, Metadata, Provider, ProviderError, SKEW_MICROS, claims::OtherClaims, date};
use crate::{server::auth::pending_sign_ins::FlowSecrets, shared::values::time::Timestamp};

/// The longest that a subject may be (OpenID Connect Core, 2).
const SUBJECT_MAX_BYTES: usize = 255;

type OwnTokenResponse = StandardTokenResponse<
    IdTokenFields<
        OtherClaims,
        EmptyExtraTokenFields,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
>;
type OwnIdToken =
    IdToken<OtherClaims, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;
type Claims = IdTokenClaims<OtherClaims, CoreGenderClaim>;
type OwnClient = Client<
    OtherClaims,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    OwnTokenResponse,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// An answer that came back with the right state.
pub struct Callback<'a> {
    pub code: &'a str,
    /// The issuer that it names (RFC 9207).
    pub issuer: Option<&'a str>,
    pub secrets: &'a FlowSecrets,
}

/// Who somebody is at a provider, by a token that was verified.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    pub subject: String,
    /// Names, the best one first.
    pub names: Vec<String>,
    pub email: Option<String>,
    pub is_email_verified: bool,
    /// `None` if the provider's groups give no rank.
    pub groups: Option<Vec<String>>,
    /// The provider's name for its session.
    pub sid: Option<String>,
}

impl Provider {
    /// The URL at which the provider asks who somebody is.
    pub async fn authorization_url(
        &self,
        secrets: &FlowSecrets,
        now: Timestamp,
    ) -> Result<String, ProviderError> {
        let metadata = self.metadata(now).await?;
        let client = self.client(&metadata)?;
        let (state, nonce) = (secrets.state.clone(), secrets.nonce.clone());
        let verifier = PkceCodeVerifier::new(secrets.pkce_verifier.clone());
        let (url, ..) = client
            .authorize_url(
                AuthenticationFlow::<CoreResponseType>::AuthorizationCode,
                move || CsrfToken::new(state),
                move || Nonce::new(nonce),
            )
            .add_scopes(
                self.settings.scopes.iter().filter(|scope| *scope != "openid").cloned().map(Scope::new),
            )
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .url();
        Ok(url.into())
    }

    /// The identity that an answer leads to: exchanges its code for an ID token, and verifies that.
    pub async fn identify(&self, callback: &Callback<'_>, now: Timestamp) -> Result<Identity, ProviderError> {
        let metadata = self.metadata(now).await?;
        self.check_issuer(&metadata, callback.issuer)?;
        let client = self.client(&metadata)?;
        let request = client
            .exchange_code(AuthorizationCode::new(callback.code.to_owned()))
            .map_err(|_| ProviderError::Unreachable("it names no token endpoint".to_owned()))?
            .set_pkce_verifier(PkceCodeVerifier::new(callback.secrets.pkce_verifier.clone()));
        let answer = request.request_async(&self.http).await.map_err(|error| match error {
            RequestTokenError::ServerResponse(_) => ProviderError::Refused("the code was refused"),
            RequestTokenError::Request(error) => ProviderError::Unreachable(error.to_string()),
            RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
                ProviderError::Refused("no token in the answer")
            }
        })?;
        let id_token = answer.id_token().ok_or(ProviderError::Refused("no ID token"))?;
        let nonce = Nonce::new(callback.secrets.nonce.clone());
        let (metadata, claims) = match self.verify(&metadata, id_token, &nonce, now) {
            Err(ClaimsVerificationError::SignatureVerification(
                SignatureVerificationError::NoMatchingKey,
            )) => {
                let metadata = self.metadata_with_new_keys(now).await?;
                let claims = self.verify(&metadata, id_token, &nonce, now).map_err(reason)?;
                (metadata, claims)
            }
            verified => (metadata, verified.map_err(reason)?),
        };
        self.check_access_token(&metadata, id_token, claims, &answer)?;
        if !(1..=SUBJECT_MAX_BYTES).contains(&claims.subject().len()) {
            return Err(ProviderError::Refused("no subject"));
        }
        let has_all = claims.email().is_some()
            && claims.name().is_some()
            && self
                .group_ranks()
                .is_none_or(|groups| claims.additional_claims().groups(&groups.claim).is_some());
        let about = match metadata.userinfo_endpoint() {
            Some(_) if !has_all => Some(self.user_info(&metadata, claims, &answer).await?),
            _ => None,
        };
        Ok(self.identity(claims, about.as_ref()))
    }

    fn client(&self, metadata: &Metadata) -> Result<OwnClient, ProviderError> {
        let secret = self.settings.client_secret.clone().map(ClientSecret::new);
        let redirect_url = RedirectUrl::new(self.redirect_url.clone())
            .map_err(|error| ProviderError::Unreachable(error.to_string()))?;
        let methods = metadata.token_endpoint_auth_methods_supported();
        let takes = |method| methods.is_some_and(|methods| methods.contains(&method));
        let is_in_body =
            takes(CoreClientAuthMethod::ClientSecretPost) && !takes(CoreClientAuthMethod::ClientSecretBasic);
        let auth_type = if is_in_body { AuthType::RequestBody } else { AuthType::BasicAuth };
        let client_id = ClientId::new(self.settings.client_id.clone());
        let client = OwnClient::from_provider_metadata(metadata.clone(), client_id, secret);
        Ok(client.set_redirect_uri(redirect_url).set_auth_type(auth_type))
    }

    /// Against mix-up: an answer of another provider is not sent to this one (RFC 9207).
    fn check_issuer(&self, metadata: &Metadata, issuer: Option<&str>) -> Result<(), ProviderError> {
        match issuer {
            Some(issuer) if issuer != self.issuer() => {
                Err(ProviderError::Refused("the answer names another issuer"))
            }
            None if metadata.additional_metadata().authorization_response_iss_parameter_supported => {
                Err(ProviderError::Refused("the answer names no issuer"))
            }
            _ => Ok(()),
        }
    }

    fn verifier<'a>(&self, metadata: &Metadata, now: Timestamp) -> IdTokenVerifier<'a, CoreJsonWebKey> {
        let latest = date(now.plus(SKEW_MICROS));
        IdTokenVerifier::new_public_client(
            ClientId::new(self.settings.client_id.clone()),
            metadata.issuer().clone(),
            metadata.jwks().clone(),
        )
        .set_allowed_algs(ALGORITHMS)
        .set_time_fn(move || date(now.plus(-SKEW_MICROS)))
        .set_issue_time_verifier_fn(move |issued_at| {
            if issued_at <= latest { Ok(()) } else { Err("issued in the future".to_owned()) }
        })
    }

    fn verify<'t>(
        &self,
        metadata: &Metadata,
        id_token: &'t OwnIdToken,
        nonce: &Nonce,
        now: Timestamp,
    ) -> Result<&'t Claims, ClaimsVerificationError> {
        let claims = id_token.claims(&self.verifier(metadata, now), nonce)?;
        // The library leaves it to us (OpenID Connect Core, 3.1.3.7).
        match claims.authorized_party() {
            Some(party) if party.as_str() != self.settings.client_id => {
                Err(ClaimsVerificationError::InvalidAudience("authorized party".to_owned()))
            }
            _ => Ok(claims),
        }
    }

    /// The access token is the one that the ID token was issued with, if that says so (`at_hash`).
    fn check_access_token(
        &self,
        metadata: &Metadata,
        id_token: &OwnIdToken,
        claims: &Claims,
        answer: &OwnTokenResponse,
    ) -> Result<(), ProviderError> {
        let Some(expected) = claims.access_token_hash() else { return Ok(()) };
        let refused = ProviderError::Refused("another access token");
        let verifier = self.verifier(metadata, Timestamp::default());
        let hash = id_token.signing_alg().and_then(|alg| {
            let key = id_token.signing_key(&verifier)?;
            AccessTokenHash::from_token(answer.access_token(), alg, key)
                .map_err(|error| SignatureVerificationError::Other(error.to_string()))
        });
        if hash.is_ok_and(|hash| hash == *expected) { Ok(()) } else { Err(refused) }
    }

    async fn user_info(
        &self,
        metadata: &Metadata,
        claims: &Claims,
        answer: &OwnTokenResponse,
    ) -> Result<UserInfoClaims<OtherClaims, CoreGenderClaim>, ProviderError> {
        let client = self.client(metadata)?;
        let request = client
            .user_info(answer.access_token().clone(), Some(claims.subject().clone()))
            .map_err(|_| ProviderError::Unreachable("it names no user info endpoint".to_owned()))?;
        request.request_async(&self.http).await.map_err(|error| match error {
            openidconnect::UserInfoError::ClaimsVerification(_) => {
                ProviderError::Refused("the user info is of another subject")
            }
            error => ProviderError::Unreachable(format!("user info: {error}")),
        })
    }

    fn identity(
        &self,
        claims: &Claims,
        about: Option<&UserInfoClaims<OtherClaims, CoreGenderClaim>>,
    ) -> Identity {
        let subject = claims.subject().as_str();
        let names = [
            claims.name().and_then(|name| name.get(None)).map(|name| name.to_string()),
            about.and_then(|about| about.name()?.get(None)).map(|name| name.to_string()),
            claims.nickname().and_then(|name| name.get(None)).map(|name| name.to_string()),
            about.and_then(|about| about.nickname()?.get(None)).map(|name| name.to_string()),
            claims.given_name().and_then(|name| name.get(None)).map(|name| name.to_string()),
            about.and_then(|about| about.given_name()?.get(None)).map(|name| name.to_string()),
            claims.preferred_username().map(|name| name.to_string()),
            about.and_then(|about| about.preferred_username()).map(|name| name.to_string()),
        ];
        // An address and whether it is verified come from the same place.
        let (email, is_email_verified) = match claims.email() {
            Some(email) => (Some(email.to_string()), claims.email_verified()),
            None => {
                let email = about.and_then(|about| about.email()).map(|email| email.to_string());
                (email, about.and_then(|about| about.email_verified()))
            }
        };
        let groups = self.group_ranks().map(|groups| {
            let of = |claims: &OtherClaims| claims.groups(&groups.claim);
            let groups = of(claims.additional_claims());
            groups.or_else(|| of(about?.additional_claims())).unwrap_or_default()
        });
        Identity {
            subject: subject.to_owned(),
            names: names.into_iter().flatten().collect(),
            email,
            is_email_verified: is_email_verified == Some(true),
            groups,
            sid: claims.additional_claims().sid(),
        }
    }
}

/// The reason for the security log.
fn reason(error: ClaimsVerificationError) -> ProviderError {
    ProviderError::Refused(match error {
        ClaimsVerificationError::Expired(_) => "the ID token is of another time",
        ClaimsVerificationError::InvalidAudience(_) => "the ID token is for another client",
        ClaimsVerificationError::InvalidIssuer(_) => "the ID token is of another issuer",
        ClaimsVerificationError::InvalidNonce(_) => "the ID token is of another sign-in",
        ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey) => {
            "the ID token is signed by an unknown key"
        }
        ClaimsVerificationError::SignatureVerification(
            SignatureVerificationError::DisallowedAlg(_) | SignatureVerificationError::NoSignature,
        ) => "the ID token is not signed as it has to be",
        ClaimsVerificationError::SignatureVerification(_) => "the ID token has a wrong signature",
        _ => "the ID token is of no use",
    })
}
