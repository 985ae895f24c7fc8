//! How mail is sent.

use std::time::Duration;

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
}

impl Mail {
    pub fn delay(&self) -> Duration {
        Duration::from_secs(self.mail_after_seconds.into())
    }
}
