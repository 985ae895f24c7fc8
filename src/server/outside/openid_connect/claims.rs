//! Claims beside those that the protocol names: groups, and the provider's name for its session.

use openidconnect::AdditionalClaims;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

const GROUPS_MAX: usize = 1_000;
const SID_MAX_BYTES: usize = 255;

/// All claims of a token that the protocol does not name.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(transparent)]
pub struct OtherClaims(Map<String, Value>);

impl AdditionalClaims for OtherClaims {}

impl OtherClaims {
    /// The groups in this claim: a list of texts, or one text. A name with dots leads into an object where no claim has the
    /// whole name: `realm_access.roles`. `None` if there is no such claim.
    pub fn groups(&self, claim: &str) -> Option<Vec<String>> {
        let inner = || {
            let (first, rest) = claim.split_once('.')?;
            rest.split('.').try_fold(self.0.get(first)?, |value, name| value.get(name))
        };
        match self.0.get(claim).or_else(inner)? {
            Value::String(group) => Some(vec![group.clone()]),
            Value::Array(groups) => {
                let texts = groups.iter().filter_map(Value::as_str).map(str::to_owned);
                Some(texts.take(GROUPS_MAX).collect())
            }
            _ => Some(Vec::new()),
        }
    }

    /// The provider's name for its session.
    pub fn sid(&self) -> Option<String> {
        let sid = self.0.get("sid")?.as_str()?;
        (!sid.is_empty() && sid.len() <= SID_MAX_BYTES).then(|| sid.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn r5_groups_are_found_in_a_claim_or_within_one() {
        let claims: OtherClaims = serde_json::from_value(json!({
            "groups": ["desk", 1, "admins"],
            "role": "desk",
            "realm_access": {"roles": ["desk"]},
            "https://acme.example/groups": ["desk"],
            "none": null,
        }))
        .unwrap();
        assert_eq!(claims.groups("groups").unwrap(), ["desk", "admins"]);
        for claim in ["role", "realm_access.roles", "https://acme.example/groups"] {
            assert_eq!(claims.groups(claim).unwrap(), ["desk"], "{claim}");
        }
        assert_eq!(claims.groups("none").unwrap(), Vec::<String>::new());
        for claim in ["other", "realm_access.other", "groups.desk"] {
            assert_eq!(claims.groups(claim), None, "{claim}");
        }
    }
}
