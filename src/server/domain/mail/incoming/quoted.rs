//! Cutting of a reply: what its writer wrote, without the mail that it answers and without a signature. Nothing is lost:
//! what was left out is given back too. Mail programs differ and are translated, so every rule here is about what one of
//! them writes; `tests/native/mail_replies.rs` has what they write.

use crate::shared::words;

/// A reply in two parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cut {
    pub text: String,
    /// What was left out.
    pub rest: String,
}

/// The longest line that introduces a quoted mail, in characters.
const ATTRIBUTION_MAX_CHARS: usize = 400;
/// Programs wrap it over so many lines at most.
const ATTRIBUTION_MAX_LINES: usize = 3;
/// Lines of the heading of a quoted mail, `From:` to `Subject:`.
const HEADING_LINES: usize = 6;
/// The longest line that a program adds of itself, in characters.
const FOOTER_MAX_CHARS: usize = 60;

/// Words of the line that introduces a quoted mail: "On 29 November 2026 Ana wrote:".
const WROTE: [&str; 28] = [
    "wrote",
    "schrieb",
    "a écrit",
    "escribió",
    "ha scritto",
    "escreveu",
    "schreef",
    "napisał",
    "skrev",
    "kirjoitti",
    "napsal",
    "napísal",
    "írta",
    "a scris",
    "yazdı",
    "написал",
    "пишет",
    "пише",
    "έγραψε",
    "كتب",
    "כתב",
    "写道",
    "寫道",
    "書きました",
    "のメール",
    "작성",
    "đã viết",
    "menulis",
];
/// How that line begins, where it is wrapped.
const WROTE_OPENERS: [&str; 14] = [
    "On ", "Am ", "Le ", "El ", "Il ", "Em ", "Op ", "W dniu ", "Den ", "Dne ", "Dňa ", "Pe ", "Vào ",
    "Pada ",
];
/// Labels of the heading of a quoted mail: who wrote it, then when, to whom and about what.
const FROM: [&str; 15] = [
    "from",
    "von",
    "de",
    "da",
    "van",
    "od",
    "från",
    "fra",
    "kimden",
    "от",
    "lähettäjä",
    "差出人",
    "发件人",
    "보낸 사람",
    "من",
];
const OTHER_LABELS: [&str; 47] = [
    "sent",
    "date",
    "to",
    "cc",
    "subject",
    "gesendet",
    "datum",
    "an",
    "betreff",
    "envoyé",
    "à",
    "objet",
    "enviado",
    "enviado el",
    "fecha",
    "para",
    "asunto",
    "inviato",
    "data",
    "a",
    "oggetto",
    "enviada em",
    "assunto",
    "verzonden",
    "aan",
    "onderwerp",
    "wysłano",
    "do",
    "temat",
    "skickat",
    "till",
    "ämne",
    "sendt",
    "til",
    "emne",
    "gönderildi",
    "kime",
    "konu",
    "отправлено",
    "кому",
    "тема",
    "送信日時",
    "宛先",
    "件名",
    "发送时间",
    "收件人",
    "主题",
];
/// What programs on phones add at the end.
const FOOTERS: [&str; 25] = [
    "sent from my ",
    "sent from outlook",
    "sent from yahoo",
    "sent from mail for",
    "sent from proton",
    "get outlook for",
    "von meinem ",
    "von meiner ",
    "gesendet mit ",
    "gesendet von ",
    "outlook für ",
    "envoyé de mon ",
    "envoyé depuis ",
    "envoyé à partir de ",
    "télécharger outlook",
    "enviado desde ",
    "obtener outlook",
    "enviado do meu ",
    "enviado de meu ",
    "inviato da ",
    "scarica outlook",
    "verzonden vanaf ",
    "verstuurd vanaf ",
    "发自我的",
    "從我的",
];

/// Cuts a reply. With nothing above what it quotes, what stands below it is the reply.
pub fn cut(reply: &str) -> Cut {
    let lines: Vec<&str> = reply.lines().map(str::trim_end).collect();
    let begin = leading_quote(&lines);
    let end = begin + quote_start(&lines[begin..]).unwrap_or(lines.len() - begin);
    let end = begin + signature_start(&lines[begin..end]);
    let text = joined(&lines[begin..end]);
    let rest = [joined(&lines[..begin]), joined(&lines[end..])];
    let rest: Vec<_> = rest.into_iter().filter(|part| !part.is_empty()).collect();
    Cut { text, rest: rest.join("\n\n") }
}

fn joined(lines: &[&str]) -> String {
    let is_blank = |line: &&&str| line.trim().is_empty();
    let skipped = lines.iter().take_while(is_blank).count();
    let lines = &lines[skipped..];
    let kept = lines.len() - lines.iter().rev().take_while(is_blank).count();
    lines[..kept].join("\n")
}

fn is_quoted(line: &str) -> bool {
    line.trim_start().starts_with('>')
}

fn is_blank(line: &str) -> bool {
    line.trim().is_empty()
}

/// The number of lines of a quoted mail that stands above everything, if text follows it: an answer below.
fn leading_quote(lines: &[&str]) -> usize {
    let first = lines.iter().take_while(|line| is_blank(line)).count();
    let introduction = attribution(&lines[first..]).unwrap_or(0);
    let quote = first + introduction;
    let length = lines[quote..].iter().take_while(|line| is_quoted(line) || is_blank(line)).count();
    let has_quote = lines[quote..quote + length].iter().any(|line| is_quoted(line));
    let has_answer = has_own_text(&lines[quote + length..]);
    if has_quote && has_answer { quote + length } else { 0 }
}

/// Whether anything here is the writer's, and no quote, signature or footer.
fn has_own_text(lines: &[&str]) -> bool {
    let end = signature_start(lines);
    lines[..end].iter().any(|line| !is_blank(line) && !is_quoted(line))
}

/// The line with which the quoted mail begins.
fn quote_start(lines: &[&str]) -> Option<usize> {
    let marker = lines.iter().position(|line| line.contains(words::mail_reply_above()));
    (0..lines.len()).find(|at| {
        let (line, after) = (lines[*at], &lines[*at..]);
        if let Some(length) = attribution(after) {
            let next = after[length..].iter().find(|line| !is_blank(line));
            let is_quote = next.is_some_and(|line| is_quoted(line)) && !has_own_text(&after[length..]);
            return is_quote || marker.is_some_and(|marker| marker > *at) || next.is_none();
        }
        (is_quoted(line) && !has_own_text(after))
            || is_heading(after)
            || (is_rule(line) && is_heading(&after[1..]))
            || Some(*at) == marker
    })
}

/// The number of lines of the introduction to a quoted mail that begins here.
fn attribution(lines: &[&str]) -> Option<usize> {
    let first = lines.first()?.trim_start();
    if is_blank(first) || is_quoted(first) {
        return None;
    }
    let is_opened = WROTE_OPENERS.iter().any(|opener| first.starts_with(opener));
    let most = if is_opened { ATTRIBUTION_MAX_LINES } else { 1 };
    let lines = &lines[..most.min(lines.len())];
    let most = lines.iter().take_while(|line| !is_blank(line)).count();
    (1..=most).find(|length| {
        let is_whole = is_attribution(&lines[..*length].join(" "));
        // Not a line of the writer's above one that is an introduction by itself.
        is_whole && !(1..*length).any(|begin| is_attribution(&lines[begin..*length].join(" ")))
    })
}

fn is_attribution(text: &str) -> bool {
    let text = text.trim();
    let has_end = text.ends_with(':') || text.ends_with('：');
    let has_date = text.chars().any(|c| c.is_numeric()) || text.contains('@');
    has_end
        && has_date
        && text.chars().count() <= ATTRIBUTION_MAX_CHARS
        && (WROTE.iter().any(|word| text.contains(word)) || ends_with_address(text))
}

/// Some languages have no verb there: "2026年11月29日(日) 14:05 Ana <ana@example.com>:".
fn ends_with_address(text: &str) -> bool {
    let text = text.trim_end_matches([':', '：']).trim_end();
    let address = text.rsplit_once('<').map(|(_, address)| address).unwrap_or_default();
    text.ends_with('>') && address.contains('@') && text.chars().any(char::is_numeric)
}

/// Whether the heading of a quoted mail begins here: a line of who wrote it, and two more such lines just below.
fn is_heading(lines: &[&str]) -> bool {
    let Some((first, after)) = lines.split_first() else { return false };
    if !label(first).is_some_and(|label| FROM.contains(&label.as_str())) {
        return false;
    }
    let others = after.iter().take(HEADING_LINES);
    others.filter(|line| label(line).is_some_and(|label| OTHER_LABELS.contains(&label.as_str()))).count() >= 2
}

/// The label of a line like `Subject: …`, in lower case, without emphasis.
fn label(line: &str) -> Option<String> {
    let (label, _) = line.split_once([':', '：'])?;
    Some(label.trim_matches(|c: char| c.is_whitespace() || c == '*').to_lowercase())
}

/// A drawn line, or one of words between hyphens: `-----Original Message-----`.
fn is_rule(line: &str) -> bool {
    let line = line.trim();
    let drawn = line.chars().take_while(|c| matches!(c, '-' | '_' | '─' | '—')).count();
    drawn >= 5
}

/// The line with which the signature begins, or the length.
fn signature_start(lines: &[&str]) -> usize {
    let has_text = |lines: &[&str]| lines.iter().any(|line| !is_blank(line) && !is_quoted(line));
    if let Some(at) = lines.iter().position(|line| matches!(line.trim(), "--" | "—"))
        && has_text(&lines[..at])
    {
        return without_footer(&lines[..at]);
    }
    without_footer(lines)
}

/// The length without what a program has added of itself at the end.
fn without_footer(lines: &[&str]) -> usize {
    let mut end = lines.len();
    loop {
        while end > 0 && (is_blank(lines[end - 1]) || is_rule(lines[end - 1])) {
            end -= 1;
        }
        let is_footer =
            end > 1 && is_footer(lines[end - 1]) && lines[..end - 1].iter().any(|line| !is_blank(line));
        if !is_footer {
            return end;
        }
        end -= 1;
    }
}

fn is_footer(line: &str) -> bool {
    let line = line.trim().to_lowercase();
    let is_added = FOOTERS.iter().any(|footer| line.starts_with(footer)) || line.ends_with("から送信");
    is_added && line.chars().count() <= FOOTER_MAX_CHARS
}
