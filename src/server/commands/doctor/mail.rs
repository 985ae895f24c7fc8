//! Check of the mail server: connects and signs in, and sends nothing.

use super::{Finding, error, ok, warning};
use crate::server::{config::Mail, outside::smtp::Mailer};

pub async fn examine(mail: &Mail) -> Finding {
    let (Some(url), Some(from)) = (&mail.smtp, &mail.mail_from) else {
        return warning(
            "mail",
            "not set up: people who are away are not told; name a mail server with --smtp",
        );
    };
    match Mailer::new(url, from) {
        Err(reason) => error("mail", reason),
        Ok(mailer) => match mailer.test().await {
            Ok(()) => ok("mail", format!("the mail server answers; mails come from {}", mailer.from())),
            Err(reason) => error("mail", format!("{reason}; look at --smtp (STOA_SMTP)")),
        },
    }
}
