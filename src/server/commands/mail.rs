//! `stoa mail`: tries the mail server.

use super::output::print;
use crate::server::{
    config::{CommandResult, MailCommand},
    outside::smtp::Mailer,
};
use lettre::Message;

pub async fn run(command: MailCommand) -> CommandResult {
    let MailCommand::Test { mail, address } = command;
    let (Some(url), Some(from)) = (&mail.smtp, &mail.mail_from) else {
        return Err("no mail server is named; give one with --smtp and --mail-from".to_owned());
    };
    let mailer = Mailer::new(url, from)?;
    let to = address.parse().map_err(|_| format!("{address} is no address"))?;
    let message = Message::builder()
        .from(mailer.from().clone())
        .to(to)
        .subject("Stoa can send mail")
        .body("This mail was sent by `stoa mail test`. Look at its headers: whether SPF, DKIM and DMARC pass.\n".to_owned())
        .map_err(|error| error.to_string())?;
    mailer.send(message).await.map_err(|error| format!("the mail was not sent: {error}"))?;
    print(format_args!("The mail server has the mail to {address}."))
}
