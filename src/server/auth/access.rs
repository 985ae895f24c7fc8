//! Access: what the holder of a credential may do. A session may do everything that its user may; an API token
//! may do what its scopes allow.

use crate::{
    server::store::users::sessions::TokenHash,
    shared::{
        errors::{ApiError, Result},
        users::api_tokens::Scopes,
    },
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    Session,
    Token(Scopes),
    /// A frame on another site: what a member may do with conversations (`web/access/embed`).
    Embed,
}

impl Access {
    /// Whether requests may change something that other users see, receipts and presence included.
    pub fn may_write(self) -> bool {
        self.require_write().is_ok()
    }

    /// `forbidden` for a token without the scope `read`.
    pub fn require_read(self) -> Result<()> {
        self.require(|scopes| scopes.read, "read. Use one with the scope read.")
    }

    /// `forbidden` for a token without the scope `write`.
    pub fn require_write(self) -> Result<()> {
        self.require(|scopes| scopes.write, "change anything. Use one with the scope write.")
    }

    /// `forbidden` for a token without the scope `system`.
    pub fn require_system(self) -> Result<()> {
        self.require(|scopes| scopes.system, "write system messages. Use one with the scope system.")
    }

    /// `forbidden` for a token without the scope `notify`.
    pub fn require_notify(self) -> Result<()> {
        self.require(|scopes| scopes.notify, "tell people something. Use one with the scope notify.")
    }

    /// `forbidden` for a token without the scope `events`.
    pub fn require_events(self) -> Result<()> {
        self.require(|scopes| scopes.events, "follow events. Use one with the scope events.")
    }

    /// `forbidden` for a token without the scope `manage`.
    pub fn require_manage(self) -> Result<()> {
        self.require(
            |scopes| scopes.manage,
            "send users, listings and orders. Use one with the scope manage.",
        )
    }

    /// `forbidden` for everything but a token with the scope `event_texts`: it is the scope that an admin chose in knowledge of
    /// what it opens, and the log of security events has it.
    pub fn require_event_texts(self) -> Result<()> {
        match self {
            Self::Token(scopes) if scopes.event_texts => Ok(()),
            _ => Err(ApiError::forbidden("Texts of messages need a token with the scope event_texts.")),
        }
    }

    fn require(self, is_allowed: impl Fn(Scopes) -> bool, what: &str) -> Result<()> {
        match self {
            Self::Token(scopes) if !is_allowed(scopes) => {
                Err(ApiError::forbidden(format!("This token may not {what}")))
            }
            _ => Ok(()),
        }
    }
}

/// The session or the API token with which a socket was opened. The socket is closed once it has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Credential {
    pub token_hash: TokenHash,
    pub access: Access,
}
