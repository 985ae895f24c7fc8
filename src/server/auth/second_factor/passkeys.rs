//! Passkeys (WebAuthn): the site that they belong to. The protocol is the library's.

use std::fmt;

use serde::{Deserialize, Serialize};
use webauthn_rs::{
    Webauthn, WebauthnBuilder,
    prelude::{
        CreationChallengeResponse, DiscoverableAuthentication, Passkey, PasskeyAuthentication,
        PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential, RequestChallengeResponse, Url,
        Uuid,
    },
};
use webauthn_rs_proto::ResidentKeyRequirement;

/// Longer answers of a browser are not looked at.
const ANSWER_MAX_BYTES: usize = 16 * 1024;

/// The site (relying party). Browsers give passkeys to it alone.
pub struct RelyingParty(Webauthn);

impl fmt::Debug for RelyingParty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RelyingParty")
    }
}

/// A challenge that a browser is answering, as it is stored.
#[derive(Clone, Serialize, Deserialize)]
pub enum Ceremony {
    /// A new passkey of this user.
    Register { user: Uuid, state: PasskeyRegistration },
    /// One of those of this user, who has a password too.
    SecondFactor { user: Uuid, state: PasskeyAuthentication },
    /// One of whoever has it.
    SignIn { state: DiscoverableAuthentication },
}

impl Ceremony {
    pub fn to_json(&self) -> Option<String> {
        serde_json::to_string(self).ok()
    }

    pub fn read(json: &str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }
}

/// What a right answer to a challenge has shown.
pub struct Proof {
    pub credential_id: Vec<u8>,
    /// The credential with its new counter, as JSON.
    pub after: String,
}

impl RelyingParty {
    /// The site at its public URL, or on this machine at any port without one. `None` at a URL whose host is an IP: browsers
    /// make no passkeys for one.
    pub fn new(public_url: Option<&str>, name: &str) -> Option<Self> {
        let url = Url::parse(public_url.unwrap_or("http://localhost")).ok()?;
        let domain = url.domain()?.to_owned();
        let builder = WebauthnBuilder::new(&domain, &url).ok()?.rp_name(name);
        builder.allow_any_port(public_url.is_none()).build().ok().map(Self)
    }

    /// The options for a browser to make a passkey, as JSON, and the challenge. `existing` are the user's credentials: a device
    /// that has one makes no second.
    pub fn begin_registration(
        &self,
        user: Uuid,
        (account, name): (&str, &str),
        existing: &[String],
    ) -> Option<(String, Ceremony)> {
        let existing = passkeys(existing).iter().map(|passkey| passkey.cred_id().clone()).collect();
        let (mut options, state) =
            self.0.start_passkey_registration(user, account, name, Some(existing)).ok()?;
        prefer_discoverable(&mut options);
        Some((serde_json::to_string(&options).ok()?, Ceremony::Register { user, state }))
    }

    /// The id of the new credential, and the credential as JSON. `None` if the answer is not right.
    pub fn finish_registration(
        &self,
        state: &PasskeyRegistration,
        answer: &str,
    ) -> Option<(Vec<u8>, String)> {
        let answer: RegisterPublicKeyCredential = read(answer)?;
        let passkey = self.0.finish_passkey_registration(&answer, state).ok()?;
        Some((passkey.cred_id().to_vec(), serde_json::to_string(&passkey).ok()?))
    }

    /// The options for a browser to use one of these credentials, and the challenge.
    pub fn begin_second_factor(&self, user: Uuid, credentials: &[String]) -> Option<(String, Ceremony)> {
        let (options, state) = self.0.start_passkey_authentication(&passkeys(credentials)).ok()?;
        Some((options_json(options)?, Ceremony::SecondFactor { user, state }))
    }

    /// The options for a browser to use any passkey that it has for this site, and the challenge.
    pub fn begin_sign_in(&self) -> Option<(String, Ceremony)> {
        let (options, state) = self.0.start_discoverable_authentication().ok()?;
        Some((options_json(options)?, Ceremony::SignIn { state }))
    }

    /// Whose passkey, and which one, an answer says that it is from. Nothing is verified yet.
    pub fn claimed(&self, answer: &str) -> Option<(Uuid, Vec<u8>)> {
        let answer: PublicKeyCredential = read(answer)?;
        let (user, credential_id) = self.0.identify_discoverable_authentication(&answer).ok()?;
        Some((user, credential_id.to_vec()))
    }

    /// The credential that an answer says that it is from.
    pub fn claimed_credential(&self, answer: &str) -> Option<Vec<u8>> {
        let answer: PublicKeyCredential = read(answer)?;
        Some(answer.get_credential_id().to_vec())
    }

    /// What an answer to a challenge has shown, if it is signed by this credential. The user was verified by the device.
    pub fn verify(&self, ceremony: Ceremony, credential: &str, answer: &str) -> Option<Proof> {
        let answer: PublicKeyCredential = read(answer)?;
        let mut passkey: Passkey = serde_json::from_str(credential).ok()?;
        let result = match ceremony {
            Ceremony::SecondFactor { state, .. } => {
                self.0.finish_passkey_authentication(&answer, &state).ok()?
            }
            Ceremony::SignIn { state } => {
                self.0.finish_discoverable_authentication_v2(&answer, state, &passkey).ok()?
            }
            Ceremony::Register { .. } => return None,
        };
        passkey.update_credential(&result)?;
        Some(Proof {
            credential_id: passkey.cred_id().to_vec(),
            after: serde_json::to_string(&passkey).ok()?,
        })
    }
}

/// Those that can be read.
fn passkeys(credentials: &[String]) -> Vec<Passkey> {
    credentials.iter().filter_map(|json| serde_json::from_str(json).ok()).collect()
}

fn read<T: for<'de> Deserialize<'de>>(answer: &str) -> Option<T> {
    (answer.len() <= ANSWER_MAX_BYTES).then(|| serde_json::from_str(answer).ok())?
}

/// For signing in without a name, the device has to know whose passkey it is.
fn prefer_discoverable(options: &mut CreationChallengeResponse) {
    if let Some(selection) = &mut options.public_key.authenticator_selection {
        selection.resident_key = Some(ResidentKeyRequirement::Preferred);
    }
}

/// The browser asks when a button is pressed, not beside a field (no conditional mediation).
fn options_json(mut options: RequestChallengeResponse) -> Option<String> {
    options.mediation = None;
    serde_json::to_string(&options).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r5_passkeys_are_for_a_name_and_not_for_an_ip() {
        for (url, is_one) in [
            (None, true),
            (Some("https://chat.example.com"), true),
            (Some("http://localhost:3000"), true),
            (Some("http://127.0.0.1:3000"), false),
            (Some("https://[::1]"), false),
        ] {
            assert_eq!(RelyingParty::new(url, "Stoa").is_some(), is_one, "{url:?}");
        }
        let site = RelyingParty::new(None, "Stoa").unwrap();
        let (options, ceremony) =
            site.begin_registration(Uuid::new_v4(), ("noor@example.com", "Noor"), &[]).unwrap();
        assert!(
            options.contains(r#""residentKey":"preferred""#)
                && options.contains(r#""userVerification":"required""#),
            "{options}"
        );
        assert!(Ceremony::read(&ceremony.to_json().unwrap()).is_some());
        let (options, ceremony) = site.begin_sign_in().unwrap();
        assert!(!options.contains("mediation"), "{options}");
        for wrong in
            ["", "{}", r#"{"id":"a","rawId":"YQ","type":"public-key","response":{}}"#, &"a".repeat(100_000)]
        {
            assert!(site.claimed(wrong).is_none() && site.verify(ceremony.clone(), "{}", wrong).is_none());
        }
    }
}
