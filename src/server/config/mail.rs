//! How mail is sent.

use std::{net::SocketAddr, time::Duration};

use clap::Args;

/// How mail is sent.
#[derive(Args, Clone)]
pub struct Mail {
    /// The mail server that takes mails to people who are away, like smtps://user:password@mail.example.com or
    /// smtp://user:password@mail.example.com:587?tls=required. Without it nobody is mailed, and everything else works.
    #[arg(
        long,
        env = "STOA_SMTP",
        hide_env_values = true,
        value_name = "URL",
        requires = "mail_from",
        requires = "public_url"
    )]
    pub smtp: Option<String>,

    /// Whom mails come from: the marketplace's name and an address of a domain that the mail server may send for, like
    /// 'Acme <notify@acme.example>'.
    #[arg(long, env = "STOA_MAIL_FROM", value_name = "NAME <ADDRESS>")]
    pub mail_from: Option<String>,

    /// How long a message stays unread before it is mailed.
    #[arg(
        long,
        env = "STOA_MAIL_AFTER_SECONDS",
        default_value_t = 120,
        value_name = "SECONDS",
        value_parser = clap::value_parser!(u32).range(1..=86_400)
    )]
    pub mail_after_seconds: u32,

    /// Mails say who wrote and how much, and never what: text in a mail leaves the marketplace's reach.
    #[arg(long, env = "STOA_MAIL_WITHOUT_TEXT")]
    pub mail_without_text: bool,

    /// The domain whose mail comes to Stoa, like reply.acme.example: replies to mails become messages, and mails that come
    /// back are known. Hand it over with --lmtp or POST /mail.
    #[arg(long, env = "STOA_MAIL_IN_DOMAIN", value_name = "DOMAIN", requires = "smtp", value_parser = domain)]
    pub mail_in_domain: Option<String>,

    /// Where the mail server hands mail over by LMTP, like 127.0.0.1:2424. Whoever reaches it is trusted to be that server.
    #[arg(long, env = "STOA_LMTP", value_name = "ADDRESS", requires = "mail_in_domain")]
    pub lmtp: Option<SocketAddr>,

    /// The key of POST /mail, by which a mail provider hands mail over.
    #[arg(
        long,
        env = "STOA_MAIL_IN_KEY",
        hide_env_values = true,
        value_name = "KEY",
        requires = "mail_in_domain",
        value_parser = key
    )]
    pub mail_in_key: Option<String>,
}

const KEY_MIN_BYTES: usize = 16;
const DOMAIN_MAX_BYTES: usize = 253;

fn domain(text: &str) -> Result<String, String> {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let is_domain = text.len() <= DOMAIN_MAX_BYTES && text.contains('.') && text.split('.').all(is_label);
    is_domain
        .then(|| text.to_ascii_lowercase())
        .ok_or_else(|| "give a domain like reply.acme.example".to_owned())
}

fn key(text: &str) -> Result<String, String> {
    if text.len() < KEY_MIN_BYTES {
        return Err(format!("the key needs {KEY_MIN_BYTES} characters or more"));
    }
    Ok(text.to_owned())
}

impl Mail {
    pub fn delay(&self) -> Duration {
        Duration::from_secs(self.mail_after_seconds.into())
    }
}
