//! Identities at providers (OpenID Connect), as the sign-in page and their owner see them.

use serde::Serialize;

use crate::shared::{
    ids::IdentityId,
    json::{read_by_serde, read_fields},
    values::time::Timestamp,
};

/// A provider that one may choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProviderButton {
    pub id: String,
    pub name: String,
}

/// How one may sign in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SignInWays {
    pub providers: Vec<ProviderButton>,
    pub takes_passwords: bool,
    /// The id of the provider to which whoever opens the sign-in page goes at once.
    pub automatic: Option<String>,
}

/// An identity that is linked to an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LinkedIdentity {
    pub id: IdentityId,
    /// The provider's name; nothing if this site has it no more.
    pub provider: Option<String>,
    pub issuer: String,
    pub subject: String,
    pub linked_at: Timestamp,
    pub used_at: Timestamp,
    /// Whether another way in remains without it.
    pub can_unlink: bool,
}

/// The viewer's identities.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct IdentityList {
    pub identities: Vec<LinkedIdentity>,
    /// Those that they may link.
    pub providers: Vec<ProviderButton>,
    pub has_password: bool,
    pub takes_passwords: bool,
}

/// The form of whose errors the sign-in page shows those of a sign-in by a provider.
pub const SIGN_IN_ERRORS: &str = "/sign-in/with";
/// The form by which one begins to link an identity.
pub const LINK_PATH: &str = "/rpc/link_identity";

/// The path at which a sign-in by a provider starts.
pub fn start_path(provider: &str) -> String {
    format!("/sign-in/with/{provider}")
}

read_fields! {
    ProviderButton { id, name }
    SignInWays { providers, takes_passwords, automatic }
    LinkedIdentity { id, provider, issuer, subject, linked_at, used_at, can_unlink }
    IdentityList { identities, providers, has_password, takes_passwords }
}
read_by_serde! { SignInWays, IdentityList }
