//! Tokens of return addresses: the part of an address of ours that says whose reply, or whose undelivered mail, comes back
//! to it. One token for each user and conversation, by the key that signs links, so nothing but its hash is stored.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use super::link_tokens::LinkKey;
use crate::shared::ids::{ConversationId, UserId};

/// Half of the hash: 128 bits, which nobody guesses.
const TOKEN_BYTES: usize = 16;

/// The token, in 32 hexadecimal digits: mail servers may change the case of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnToken(String);

impl ReturnToken {
    /// The token of mails to `user` about `conversation`, or about anything else.
    pub fn new(key: &LinkKey, user: UserId, conversation: Option<ConversationId>) -> Self {
        let conversation = conversation.map_or([0; 16], |id| *id.0.as_bytes());
        let tag = key.tag(&[b"return address ", &user.0.as_bytes()[..], &conversation[..]].concat());
        let mut token = String::with_capacity(2 * TOKEN_BYTES);
        for byte in tag.as_ref().iter().take(TOKEN_BYTES) {
            let _ = write!(token, "{byte:02x}");
        }
        Self(token)
    }

    /// The token in the local part of an address.
    pub fn parse(text: &str) -> Option<Self> {
        let is_token = text.len() == 2 * TOKEN_BYTES && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_token.then(|| Self(text.to_ascii_lowercase()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What is stored of it.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(&self.0).into()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_token_is_the_same_for_a_user_and_conversation_and_for_nobody_else() {
        let (key, user, talk) = (LinkKey::new("secret"), UserId::new(), Some(ConversationId(Uuid::now_v7())));
        let token = ReturnToken::new(&key, user, talk);
        assert_eq!(token, ReturnToken::new(&key, user, talk));
        for other in [
            ReturnToken::new(&key, UserId::new(), talk),
            ReturnToken::new(&key, user, None),
            ReturnToken::new(&LinkKey::new("other"), user, talk),
        ] {
            assert_ne!(token, other);
        }
        assert_eq!(ReturnToken::parse(&token.as_str().to_uppercase()), Some(token.clone()));
        for wrong in ["", "abc", &format!("{}0", token.as_str()), &"g".repeat(32)] {
            assert_eq!(ReturnToken::parse(wrong), None, "{wrong}");
        }
    }
}
