//! Tokens of links in mails: each lets its bearer do one thing without signing in. Nothing is stored for a token. It
//! holds its claims and an HMAC-SHA256 of them, by a key that only this database knows.

use std::fmt;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use ring::hmac;
use uuid::Uuid;

use crate::shared::{
    ids::{ConversationId, UserId},
    notifications::kinds::NotificationKind,
    values::time::{SECOND, Timestamp},
};

const VERSION: u8 = 1;
const TAG_BYTES: usize = 32;
const CLAIMS_BYTES: usize = 43;
/// Longer ones are not looked at.
const TOKEN_MAX_CHARS: usize = 128;

/// What a link allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkPurpose {
    /// To confirm the address that the link was mailed to.
    ConfirmAddress,
    /// To choose a new password.
    ResetPassword,
    /// To take back a change of the address.
    RestoreAddress,
    /// To shut everybody out of the account.
    SecureAccount,
    /// To complete a sign-in with a code. No mail has it, but the browser that knew the password.
    CompleteSignIn,
    /// To end mails of a kind, and those of the conversation if it came with one.
    Unsubscribe { kind: NotificationKind, conversation: Option<ConversationId> },
}

/// The claims of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    pub purpose: LinkPurpose,
    pub user: UserId,
    /// In whole seconds.
    pub expires_at: Timestamp,
}

/// The key of a database's links.
pub struct LinkKey(hmac::Key);

impl fmt::Debug for LinkKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkKey")
    }
}

impl LinkKey {
    pub fn new(secret: &str) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()))
    }

    /// The HMAC of what is not a link.
    pub(super) fn tag(&self, signed: &[u8]) -> hmac::Tag {
        hmac::sign(&self.0, signed)
    }

    /// Whether this is the HMAC of what is not a link.
    pub(super) fn verify_tag(&self, signed: &[u8], tag: &[u8]) -> Option<()> {
        hmac::verify(&self.0, signed, tag).ok()
    }

    /// The token of a link, 100 characters that a URL takes as they are. It is good as long as `bound_to` stays the same:
    /// the address that it is mailed to, and what else it is to end with.
    pub fn sign(&self, link: &Link, bound_to: &str) -> String {
        let claims = link.to_bytes();
        let tag = hmac::sign(&self.0, &signed(&claims, bound_to));
        BASE64_URL_SAFE_NO_PAD.encode([&claims[..], tag.as_ref()].concat())
    }

    /// The link, if this key has signed the token, bound to the same, and it has not expired.
    pub fn verify(&self, token: &str, bound_to: &str, now: Timestamp) -> Option<Link> {
        let bytes = decoded(token)?;
        let (claims, tag) = bytes.split_at_checked(CLAIMS_BYTES)?;
        hmac::verify(&self.0, &signed(claims, bound_to), tag).ok()?;
        Link::from_bytes(claims).filter(|link| link.expires_at > now)
    }
}

fn signed(claims: &[u8], bound_to: &str) -> Vec<u8> {
    [claims, bound_to.as_bytes()].concat()
}

/// Whose link this claims to be, before it is verified.
pub fn claimed_user(token: &str) -> Option<UserId> {
    Link::from_bytes(decoded(token)?.get(..CLAIMS_BYTES)?).map(|link| link.user)
}

fn decoded(token: &str) -> Option<Vec<u8>> {
    let bytes = (token.len() <= TOKEN_MAX_CHARS).then(|| BASE64_URL_SAFE_NO_PAD.decode(token).ok())??;
    (bytes.len() == CLAIMS_BYTES + TAG_BYTES).then_some(bytes)
}

impl Link {
    fn to_bytes(self) -> [u8; CLAIMS_BYTES] {
        let (purpose, kind, conversation) = match self.purpose {
            LinkPurpose::ConfirmAddress => (0, 0, None),
            LinkPurpose::Unsubscribe { kind, conversation } => (1, kind as u8, conversation),
            LinkPurpose::ResetPassword => (2, 0, None),
            LinkPurpose::RestoreAddress => (3, 0, None),
            LinkPurpose::SecureAccount => (4, 0, None),
            LinkPurpose::CompleteSignIn => (5, 0, None),
        };
        let mut bytes = [0; CLAIMS_BYTES];
        bytes[..3].copy_from_slice(&[VERSION, purpose, kind]);
        bytes[3..19].copy_from_slice(self.user.0.as_bytes());
        bytes[19..35].copy_from_slice(conversation.map_or(Uuid::nil(), |id| id.0).as_bytes());
        bytes[35..].copy_from_slice(&self.expires_at.0.div_euclid(SECOND).to_be_bytes());
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; CLAIMS_BYTES] = bytes.try_into().ok()?;
        let [VERSION, purpose, kind, ..] = *bytes else { return None };
        let user = UserId(Uuid::from_slice(&bytes[3..19]).ok()?);
        let conversation = Uuid::from_slice(&bytes[19..35]).ok()?;
        let seconds = i64::from_be_bytes(bytes[35..].try_into().ok()?);
        let purpose = match purpose {
            0 => LinkPurpose::ConfirmAddress,
            1 => LinkPurpose::Unsubscribe {
                kind: *NotificationKind::ALL.get(usize::from(kind))?,
                conversation: (!conversation.is_nil()).then_some(ConversationId(conversation)),
            },
            2 => LinkPurpose::ResetPassword,
            3 => LinkPurpose::RestoreAddress,
            4 => LinkPurpose::SecureAccount,
            5 => LinkPurpose::CompleteSignIn,
            _ => return None,
        };
        Some(Self { purpose, user, expires_at: Timestamp(seconds.checked_mul(SECOND)?) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_good_for_what_it_says_until_it_expires() {
        let key = LinkKey::new("secret");
        let (user, now) = (UserId::new(), Timestamp(1_000 * SECOND));
        let conversation = ConversationId(Uuid::now_v7());
        for purpose in [
            LinkPurpose::ConfirmAddress,
            LinkPurpose::ResetPassword,
            LinkPurpose::RestoreAddress,
            LinkPurpose::SecureAccount,
            LinkPurpose::CompleteSignIn,
            LinkPurpose::Unsubscribe { kind: NotificationKind::System, conversation: None },
            LinkPurpose::Unsubscribe { kind: NotificationKind::Message, conversation: Some(conversation) },
        ] {
            let link = Link { purpose, user, expires_at: now.plus(SECOND) };
            let token = key.sign(&link, "a@b.example");
            assert!(token.len() == 100, "{token}");
            assert_eq!(claimed_user(&token), Some(user));
            assert_eq!(key.verify(&token, "a@b.example", now), Some(link));
            assert_eq!(key.verify(&token, "a@b.example", now.plus(SECOND)), None, "expired");
            assert_eq!(key.verify(&token, "c@b.example", now), None, "another address");
            assert_eq!(LinkKey::new("other").verify(&token, "a@b.example", now), None, "another key");
            for at in 0..token.len() {
                let mut changed = token.clone().into_bytes();
                changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
                let changed = String::from_utf8(changed).unwrap();
                // The last character has bits that count for nothing; decoding refuses those that are set.
                assert_eq!(key.verify(&changed, "a@b.example", now), None, "{at}");
            }
        }
        for wrong in ["", "x", &"A".repeat(100), &"A".repeat(1_000)] {
            assert_eq!(key.verify(wrong, "a@b.example", now), None);
        }
    }
}
