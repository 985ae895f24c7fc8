//! A connection of LMTP: its commands one after the other, and the mails between them.

use std::{io, time::Duration};

use smtp_proto::{
    Error, Request,
    request::receiver::{DataReceiver, RequestReceiver},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::{
    server::{
        context::ContextInner,
        domain::mail::incoming::{self, MAIL_MAX_BYTES},
        store::mail::return_addresses::ReturnAddress,
    },
    shared::errors::ErrorCode,
};

/// For each read and write. Longer than a mail server waits between two commands.
const TIMEOUT: Duration = Duration::from_secs(300);
const BUFFER_BYTES: usize = 16 * 1024;
/// Of one mail.
const RECIPIENTS_MAX: usize = 100;
/// After so many commands that are wrong the connection ends.
const ERRORS_MAX: usize = 20;

/// What is known of the mail that is about to come.
#[derive(Default)]
struct Transaction {
    /// `MAIL FROM`; empty for a report.
    from: Option<String>,
    recipients: Vec<ReturnAddress>,
}

/// What comes next on the connection.
enum State {
    Commands(RequestReceiver),
    Data { receiver: DataReceiver, mail: Vec<u8>, is_too_large: bool },
}

/// Serves a connection until it ends.
pub async fn run(context: &ContextInner, mut stream: TcpStream) -> io::Result<()> {
    let host = context.config.mail.mail_in_domain.clone().unwrap_or_default();
    say(&mut stream, &format!("220 {host} LMTP Stoa\r\n")).await?;
    let mut transaction = Transaction::default();
    let mut state = State::Commands(RequestReceiver::default());
    let (mut buffer, mut errors) = (vec![0; BUFFER_BYTES], 0);
    loop {
        let read = timeout(TIMEOUT, stream.read(&mut buffer)).await??;
        if read == 0 {
            return Ok(());
        }
        let mut bytes = buffer[..read].iter();
        while !bytes.as_slice().is_empty() {
            match &mut state {
                State::Data { receiver, mail, is_too_large } => {
                    let is_whole = receiver.ingest(&mut bytes, mail);
                    if mail.len() > MAIL_MAX_BYTES {
                        *is_too_large = true;
                        // What comes after it is read and forgotten.
                        mail.clear();
                    }
                    if is_whole {
                        let answers = deliver(context, &transaction, mail, *is_too_large).await;
                        say(&mut stream, &answers).await?;
                        transaction = Transaction::default();
                        state = State::Commands(RequestReceiver::default());
                    }
                }
                State::Commands(receiver) => {
                    let answer = match receiver.ingest(&mut bytes) {
                        Ok(Request::Quit) => return say(&mut stream, "221 2.0.0 Bye\r\n").await,
                        Ok(Request::Data) if !transaction.recipients.is_empty() => {
                            let (receiver, mail) = (DataReceiver::new(), Vec::new());
                            say(&mut stream, "354 Go ahead\r\n").await?;
                            state = State::Data { receiver, mail, is_too_large: false };
                            continue;
                        }
                        Ok(request) => answer(context, &host, &mut transaction, request).await,
                        Err(Error::NeedsMoreData { .. }) => continue,
                        Err(_) => "500 5.5.2 This is no command of LMTP\r\n".to_owned(),
                    };
                    errors += usize::from(answer.starts_with('5'));
                    say(&mut stream, &answer).await?;
                    if errors > ERRORS_MAX {
                        return Ok(());
                    }
                }
            }
        }
    }
}

async fn say(stream: &mut TcpStream, answer: &str) -> io::Result<()> {
    timeout(TIMEOUT, stream.write_all(answer.as_bytes())).await?
}

async fn answer(
    context: &ContextInner,
    host: &str,
    transaction: &mut Transaction,
    request: Request<std::borrow::Cow<'_, str>>,
) -> String {
    match request {
        Request::Lhlo { .. } => {
            *transaction = Transaction::default();
            format!(
                "250-{host}\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-ENHANCEDSTATUSCODES\r\n250 SIZE {MAIL_MAX_BYTES}\r\n"
            )
        }
        Request::Mail { from } if from.size > MAIL_MAX_BYTES => "552 5.3.4 Too large\r\n".to_owned(),
        Request::Mail { from } => {
            *transaction = Transaction { from: Some(from.address.into_owned()), recipients: Vec::new() };
            "250 2.1.0 OK\r\n".to_owned()
        }
        Request::Rcpt { .. } if transaction.from.is_none() => "503 5.5.1 MAIL comes first\r\n".to_owned(),
        Request::Rcpt { .. } if transaction.recipients.len() >= RECIPIENTS_MAX => {
            "452 4.5.3 Too many recipients\r\n".to_owned()
        }
        Request::Rcpt { to } => match incoming::find(context, &to.address).await {
            Ok(address) => {
                transaction.recipients.push(address);
                "250 2.1.5 OK\r\n".to_owned()
            }
            Err(error) if error.code == ErrorCode::NotFound => "550 5.1.1 No such address\r\n".to_owned(),
            Err(_) => "451 4.3.0 Try again later\r\n".to_owned(),
        },
        Request::Data => "503 5.5.1 No recipient\r\n".to_owned(),
        Request::Rset => {
            *transaction = Transaction::default();
            "250 2.0.0 OK\r\n".to_owned()
        }
        Request::Noop { .. } => "250 2.0.0 OK\r\n".to_owned(),
        Request::Vrfy { .. } => "252 2.5.1 Send it and see\r\n".to_owned(),
        Request::Ehlo { .. } | Request::Helo { .. } => "500 5.5.1 This is LMTP; say LHLO\r\n".to_owned(),
        _ => "502 5.5.1 Not known here\r\n".to_owned(),
    }
}

/// An answer for each recipient.
async fn deliver(
    context: &ContextInner,
    transaction: &Transaction,
    mail: &[u8],
    is_too_large: bool,
) -> String {
    let mut answers = String::new();
    for recipient in &transaction.recipients {
        if is_too_large {
            answers.push_str("552 5.3.4 Too large\r\n");
            continue;
        }
        answers.push_str(
            match incoming::receive(context, *recipient, transaction.from.as_deref(), mail).await {
                Ok(_) => "250 2.0.0 OK\r\n",
                Err(error) if error.code == ErrorCode::Invalid => "554 5.6.0 This is no mail\r\n",
                Err(_) => "451 4.3.0 Try again later\r\n",
            },
        );
    }
    answers
}
