//! Security log: the log lines of security events. A line belongs to the request in which it was made, and is written
//! once the transaction of its event is committed.

use tracing::Span;

use crate::shared::ids::UserId;

pub struct SecurityLogLine {
    pub event: &'static str,
    /// None if somebody tried an account that there is not.
    pub user: Option<UserId>,
    pub span: Span,
}

impl SecurityLogLine {
    /// Logs have no IPs, and no names of tokens.
    pub fn write(&self) {
        let event = self.event;
        self.span.in_scope(|| match self.user {
            Some(user) => tracing::info!(event, %user, "security"),
            None => tracing::info!(event, "security"),
        });
    }
}
