//! Reports that a mail could not be delivered (RFC 3464).

use mail_parser::{Message, MimeHeaders};

use crate::server::domain::mail::bounces::is_for_ever;

/// What a report says of the mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Report {
    /// It was not delivered, and will not be.
    Failed { is_for_ever: bool },
    /// It is late, or was delivered.
    Other,
}

/// What the report says. `None` if the mail is none.
pub fn read(mail: &Message<'_>) -> Option<Report> {
    let status = mail.parts.iter().find(|part| {
        part.content_type().is_some_and(|kind| {
            kind.ctype() == "message"
                && kind.subtype().is_some_and(|subtype| subtype.eq_ignore_ascii_case("delivery-status"))
        })
    })?;
    let text = String::from_utf8_lossy(status.contents()).to_lowercase();
    let field = |name: &str| {
        text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).unwrap_or_default().trim()
    };
    if !field("action").starts_with("failed") {
        return Some(Report::Other);
    }
    let code = field("status").split_whitespace().next().unwrap_or_default();
    Some(Report::Failed { is_for_ever: is_for_ever(code) })
}

#[cfg(test)]
mod tests {
    use mail_parser::MessageParser;

    use super::*;

    #[test]
    fn a_report_says_whether_the_address_is_gone() {
        let report = |action: &str, status: &str| {
            let raw = format!(
                "From: MAILER-DAEMON@mx.example\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
                 --b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n\
                 Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; a@b.example\r\nAction: {action}\r\n\
                 Status: {status}\r\n--b--\r\n"
            );
            read(&MessageParser::default().parse(raw.as_bytes()).unwrap())
        };
        assert_eq!(report("failed", "5.1.1"), Some(Report::Failed { is_for_ever: true }));
        assert_eq!(report("failed", "5.2.2 (mailbox full)"), Some(Report::Failed { is_for_ever: false }));
        assert_eq!(report("delayed", "4.4.1"), Some(Report::Other));
        let plain = MessageParser::default().parse(&b"From: a@b.example\r\n\r\nHello"[..]).unwrap();
        assert_eq!(read(&plain), None);
    }
}
