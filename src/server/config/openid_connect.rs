//! Sign-in by identity providers (OpenID Connect): the options, and the file that lists the providers. Secrets stand in
//! neither of them.

use std::{
    collections::HashSet,
    env, fs,
    net::IpAddr,
    path::{Path, PathBuf},
};

use clap::Args;
use serde::Deserialize;
use url::Url;

/// Sign-in by identity providers (OpenID Connect).
#[derive(Args, Clone)]
pub struct OpenIdConnect {
    /// The file that lists the identity providers by which people may sign in (OpenID Connect), as JSON. docs/operations.md
    /// says what stands in it.
    #[arg(long, env = "STOA_OIDC_PROVIDERS", value_name = "FILE", requires = "public_url")]
    pub oidc_providers: Option<PathBuf>,

    /// The identity providers are the only way in: nobody signs in or up with a password. Should none of them work, start
    /// once without this, and accounts that have a password are let in again.
    #[arg(long, env = "STOA_OIDC_ONLY", requires = "oidc_providers")]
    pub oidc_only: bool,
}

const PROVIDERS_MAX: usize = 16;
const ID_MAX_BYTES: usize = 32;
const NAME_MAX_CHARS: usize = 40;
const SECRET_MAX_BYTES: usize = 4 * 1_024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProvidersFile {
    providers: Vec<ProviderEntry>,
}

/// A provider as the file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProviderEntry {
    id: String,
    name: String,
    issuer: String,
    client_id: String,
    client_secret_file: Option<PathBuf>,
    client_secret_env: Option<String>,
    #[serde(default = "default_scopes")]
    scopes: Vec<String>,
    groups: Option<GroupRanks>,
    #[serde(default)]
    trust_addresses: bool,
    #[serde(default)]
    automatic: bool,
    #[serde(default = "yes")]
    new_accounts: bool,
}

/// Which groups of a provider are which rank.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupRanks {
    /// The claim that lists a user's groups. Dots lead into an object, where no claim has the whole name.
    #[serde(default = "default_claim")]
    pub claim: String,
    #[serde(default)]
    pub operator: Vec<String>,
    #[serde(default)]
    pub admin: Vec<String>,
}

fn default_scopes() -> Vec<String> {
    ["profile", "email"].map(str::to_owned).to_vec()
}

fn default_claim() -> String {
    "groups".to_owned()
}

fn yes() -> bool {
    true
}

/// An identity provider.
#[derive(Clone)]
pub struct ProviderSettings {
    /// Its part of our paths.
    pub id: String,
    /// What its button says.
    pub name: String,
    pub issuer: String,
    pub client_id: String,
    /// Nothing: a public client, which only PKCE protects.
    pub client_secret: Option<String>,
    pub scopes: Vec<String>,
    /// Nothing: its groups give no rank.
    pub groups: Option<GroupRanks>,
    /// Whether an address that it has verified counts as confirmed.
    pub trusts_addresses: bool,
    /// Whether who opens the sign-in page goes there at once.
    pub is_automatic: bool,
    /// Whether people whom it lets in get an account.
    pub makes_accounts: bool,
}

impl OpenIdConnect {
    /// The providers that the file lists. The error is one line that says what to do.
    pub fn read(&self) -> Result<Vec<ProviderSettings>, String> {
        let Some(path) = &self.oidc_providers else { return Ok(Vec::new()) };
        let wrong = |reason: String| format!("{} (--oidc-providers): {reason}", path.display());
        let text = fs::read_to_string(path).map_err(|error| wrong(format!("can't be read: {error}")))?;
        parse(&text, path.parent().unwrap_or(Path::new("."))).map_err(wrong)
    }
}

fn parse(text: &str, folder: &Path) -> Result<Vec<ProviderSettings>, String> {
    let file: ProvidersFile = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if !(1..=PROVIDERS_MAX).contains(&file.providers.len()) {
        return Err(format!("list 1 to {PROVIDERS_MAX} providers"));
    }
    let providers: Vec<_> =
        file.providers.into_iter().map(|entry| entry.check(folder)).collect::<Result<_, _>>()?;
    let are_distinct = |of: fn(&ProviderSettings) -> &str| {
        providers.iter().map(of).collect::<HashSet<_>>().len() == providers.len()
    };
    if !are_distinct(|provider| &provider.id) || !are_distinct(|provider| &provider.issuer) {
        return Err("each provider needs an id and an issuer of its own".to_owned());
    }
    if providers.iter().filter(|provider| provider.is_automatic).count() > 1 {
        return Err("only one provider can be automatic".to_owned());
    }
    Ok(providers)
}

impl ProviderEntry {
    fn check(self, folder: &Path) -> Result<ProviderSettings, String> {
        let fault = |reason: &str| format!("{}: {reason}", self.id);
        let wrong = |reason: &str| Err(fault(reason));
        let is_id = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if !(1..=ID_MAX_BYTES).contains(&self.id.len()) || !self.id.bytes().all(is_id) {
            return wrong("an id has 1 to 32 lower-case letters, digits and hyphens");
        }
        if !(1..=NAME_MAX_CHARS).contains(&self.name.chars().count())
            || self.name.chars().any(char::is_control)
        {
            return wrong("a name has 1 to 40 characters");
        }
        if !is_issuer(&self.issuer) {
            return wrong(
                "an issuer is an https URL without query, as the provider itself writes it; http is for this machine alone",
            );
        }
        if self.client_id.is_empty() {
            return wrong("name the client_id that the provider has given");
        }
        if self.groups.as_ref().is_some_and(|groups| groups.operator.is_empty() && groups.admin.is_empty()) {
            return wrong("groups need a list of operator or admin groups");
        }
        let secret = match (&self.client_secret_file, &self.client_secret_env) {
            (Some(_), Some(_)) => {
                return wrong("give client_secret_file or client_secret_env, and not both");
            }
            (Some(file), None) => fs::read_to_string(folder.join(file))
                .map(Some)
                .map_err(|error| fault(&format!("{} can't be read: {error}", file.display()))),
            (None, Some(name)) => {
                env::var(name).map(Some).map_err(|_| fault(&format!("the variable {name} is not set")))
            }
            (None, None) => Ok(None),
        }?;
        let client_secret = secret.map(|secret| secret.trim_end_matches(['\r', '\n']).to_owned());
        if client_secret.as_ref().is_some_and(|secret| !(1..=SECRET_MAX_BYTES).contains(&secret.len())) {
            return wrong("its secret is empty or far too long");
        }
        Ok(ProviderSettings {
            id: self.id,
            name: self.name,
            issuer: self.issuer,
            client_id: self.client_id,
            client_secret,
            scopes: self.scopes,
            groups: self.groups,
            trusts_addresses: self.trust_addresses,
            is_automatic: self.automatic,
            makes_accounts: self.new_accounts,
        })
    }
}

fn is_issuer(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else { return false };
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let is_loopback = is_loopback(host);
    let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_loopback);
    is_safe
        && !host.is_empty()
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none()
}

/// Whether a host is this machine, without its name being looked up.
pub fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(entry: &str) -> Result<ProviderSettings, String> {
        let text = format!(r#"{{"providers": [{entry}]}}"#);
        parse(&text, Path::new(".")).map(|mut providers| providers.remove(0))
    }

    #[test]
    fn r5_a_provider_needs_little_and_what_is_wrong_is_said_in_a_line() {
        let least =
            r#"{"id": "acme", "name": "Acme", "issuer": "https://login.acme.example", "client_id": "stoa"}"#;
        let provider = read(least).unwrap();
        assert_eq!(provider.scopes, ["profile", "email"]);
        assert!(provider.client_secret.is_none() && provider.groups.is_none());
        assert!(!provider.trusts_addresses && !provider.is_automatic && provider.makes_accounts);
        for (part, instead) in [
            (r#""acme""#, r#""""#),
            (r#""acme""#, r#""../acme""#),
            (r#""Acme""#, r#""""#),
            ("https://", "http://"),
            ("https://", "ftp://"),
            ("login.acme.example", "u:p@login.acme.example"),
            ("login.acme.example", "login.acme.example?a=b"),
            (r#""stoa""#, r#""""#),
            (r#""id""#, r#""idd": 1, "id""#),
            (r#""id""#, r#""groups": {}, "id""#),
            (r#""id""#, r#""client_secret_env": "STOA_NO_SUCH_VARIABLE", "id""#),
            (r#""id""#, r#""client_secret_file": "no such file", "id""#),
            (r#""id""#, r#""client_secret": "in clear text", "id""#),
        ] {
            assert!(read(&least.replace(part, instead)).is_err(), "{instead}");
        }
        let both = format!("{least}, {}", least.replace("\"acme\"", "\"other\""));
        assert!(read(&both).is_err(), "one issuer twice");
        for local in ["http://localhost:9000/realm", "http://127.0.0.1:9000", "http://[::1]:9000"] {
            assert!(read(&least.replace("https://login.acme.example", local)).is_ok(), "{local}");
        }
    }
}
