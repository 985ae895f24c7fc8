//! Automatic mail: answers of programs, lists and reports. None of it becomes a message, so that two programs never talk
//! to each other through us (RFC 3834).

use mail_parser::{HeaderValue, Message, MimeHeaders};

/// Headers that only lists and programs write.
const MARKS: [&str; 11] = [
    "List-Id",
    "List-Unsubscribe",
    "List-Post",
    "List-Help",
    "X-Autoreply",
    "X-Autorespond",
    "X-Auto-Reply",
    "X-Mail-Autoreply",
    "X-Loop",
    "X-FC-MachineGenerated",
    "Feedback-ID",
];
const PRECEDENCES: [&str; 4] = ["bulk", "list", "junk", "auto_reply"];
/// Local parts of addresses from which programs write.
const PROGRAMS: [&str; 6] =
    ["mailer-daemon", "postmaster", "noreply", "no-reply", "donotreply", "do-not-reply"];
/// How the subjects of absence notes begin whose programs say it nowhere else.
const SUBJECTS: [&str; 12] = [
    "automatic reply",
    "auto:",
    "autoreply",
    "auto-reply",
    "out of office",
    "automatische antwort",
    "abwesenheit",
    "réponse automatique",
    "respuesta automática",
    "risposta automatica",
    "resposta automática",
    "automatisch antwoord",
];

/// Whether a program wrote this, or a list passed it on. `envelope_from` is empty for reports.
pub fn is_automatic(mail: &Message<'_>, envelope_from: Option<&str>) -> bool {
    let header = |name: &str| mail.header_raw(name).map(|value| value.trim().to_ascii_lowercase());
    let is_auto_submitted = header("Auto-Submitted").is_some_and(|value| !value.starts_with("no"));
    let is_bulk = header("Precedence").is_some_and(|value| PRECEDENCES.contains(&value.as_str()));
    let is_from_nobody = envelope_from.is_some_and(|from| from.trim_matches(['<', '>', ' ']).is_empty())
        || header("Return-Path").is_some_and(|value| value == "<>");
    let is_program =
        sender(mail).is_none_or(|address| PROGRAMS.contains(&address.split('@').next().unwrap_or_default()));
    let subject = mail.subject().unwrap_or_default().trim().to_lowercase();
    is_auto_submitted
        || is_bulk
        || is_from_nobody
        || is_program
        || is_report(mail)
        || MARKS.iter().any(|name| mail.header(*name).is_some())
        || SUBJECTS.iter().any(|start| subject.starts_with(start))
}

/// A report of RFC 6522, such as that a mail could not be delivered.
pub fn is_report(mail: &Message<'_>) -> bool {
    mail.content_type().is_some_and(|kind| {
        kind.ctype() == "multipart"
            && kind.subtype().is_some_and(|subtype| subtype.eq_ignore_ascii_case("report"))
    })
}

/// The one address of `From`, in lower case. `None` if there is none, or more than one.
pub fn sender(mail: &Message<'_>) -> Option<String> {
    let [from] = mail.header_values("From").collect::<Vec<_>>()[..] else { return None };
    let HeaderValue::Address(addresses) = from else { return None };
    let mut all = addresses.iter();
    let first = all.next()?.address()?.to_lowercase();
    all.next().is_none().then_some(first)
}
