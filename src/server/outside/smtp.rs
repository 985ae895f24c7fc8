//! Sending mail over SMTP, to the one server that the operator has named. Its address is trusted as the database's is;
//! what it answers is not.

use std::{fmt, time::Duration};

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::Mailbox,
    transport::smtp::{self, PoolConfig},
};
use tokio::time::timeout;

/// For each answer of the server.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(15);
/// For a whole mail, with the connection. Shorter than the lease of its task.
pub const SEND_TIMEOUT: Duration = Duration::from_secs(60);
const CONNECTIONS_MAX: u32 = 4;
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);

type Transport = AsyncSmtpTransport<Tokio1Executor>;

/// The mail server that takes what is sent, and the sender's name and address.
pub struct Mailer {
    transport: Transport,
    from: Mailbox,
}

/// Why a mail was not sent, or is not known to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendError {
    /// It will never be taken: an answer of 5xx.
    Refused(String),
    /// It was not taken, and may be later: an answer of 4xx.
    Later(String),
    /// No answer came, so it may have been taken.
    Unknown(String),
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(text) | Self::Later(text) | Self::Unknown(text) => f.write_str(text),
        }
    }
}

impl Mailer {
    /// The error is one line that says what to do. It does not repeat the URL, which may hold a password.
    pub fn new(url: &str, from: &str) -> Result<Self, String> {
        let transport = Transport::from_url(url)
            .map_err(|_| {
                "--smtp (STOA_SMTP) can't be read; give an address like smtps://user:password@mail.example.com, or \
                 smtp://user:password@mail.example.com:587?tls=required"
            })?
            .timeout(Some(ANSWER_TIMEOUT))
            .pool_config(PoolConfig::new().max_size(CONNECTIONS_MAX).idle_timeout(IDLE_TIMEOUT))
            .build();
        Ok(Self { transport, from: parse_from(from)? })
    }

    pub fn from(&self) -> &Mailbox {
        &self.from
    }

    /// Returns once the server has answered that it has the mail.
    pub async fn send(&self, mail: Message) -> Result<(), SendError> {
        match timeout(SEND_TIMEOUT, self.transport.send(mail)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(classified(&error)),
            Err(_) => Err(SendError::Unknown("the mail server took too long".to_owned())),
        }
    }

    /// Connects, signs in and says NOOP. Sends nothing.
    pub async fn test(&self) -> Result<(), String> {
        match timeout(SEND_TIMEOUT, self.transport.test_connection()).await {
            Ok(Ok(true)) => Ok(()),
            Ok(Ok(false)) => Err("the mail server does not answer as one".to_owned()),
            Ok(Err(error)) => Err(with_causes(&error)),
            Err(_) => Err("the mail server took too long".to_owned()),
        }
    }
}

/// The mailbox that mails come from, like `Acme <notify@acme.example>`.
pub fn parse_from(text: &str) -> Result<Mailbox, String> {
    text.parse().map_err(|_| {
        "--mail-from (STOA_MAIL_FROM) is no address; give one like 'Acme <notify@acme.example>'".to_owned()
    })
}

fn classified(error: &smtp::Error) -> SendError {
    let text = with_causes(error);
    if error.is_permanent() {
        SendError::Refused(text)
    } else if error.is_transient() {
        SendError::Later(text)
    } else {
        SendError::Unknown(text)
    }
}

fn with_causes(error: &smtp::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        let next = error.to_string();
        if !text.contains(&next) {
            text = format!("{text}: {next}");
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_mail_server_is_named_by_a_url_that_no_error_repeats() {
        for url in [
            "smtp://127.0.0.1:2525",
            "smtps://u:secret@mail.example.com",
            "smtp://u:p@mail.example.com:587?tls=required",
        ] {
            assert!(Mailer::new(url, "Stoa <stoa@example.com>").is_ok(), "{url}");
        }
        for url in ["", "mail.example.com", "https://u:secret@mail.example.com", "smtp://u:secret@"] {
            let refused =
                Mailer::new(url, "stoa@example.com").err().unwrap_or_else(|| panic!("{url} was taken"));
            assert!(refused.contains("--smtp") && !refused.contains("secret"), "{refused}");
        }
        assert!(
            Mailer::new("smtp://127.0.0.1:2525", "nobody").is_err_and(|error| error.contains("--mail-from"))
        );
    }
}
