//! How a mail looks: as HTML, of tables and inline styles because mail programs know little else, and as plain text. Both
//! say the same.

use chrono::{DateTime, Datelike, Utc, Weekday};
use chrono_tz::Tz;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::letter::{Letter, Part};
use crate::shared::{values::time::Timestamp, words};

/// A mail to be laid out.
pub struct Page<'a> {
    pub letter: &'a Letter,
    /// The origin of the site, without a slash at its end.
    pub site: &'a str,
    pub site_name: &'a str,
    /// Whether a reply to it becomes a message.
    pub takes_reply: bool,
    pub unsubscribe: Option<&'a str>,
}

const STYLE: &str = "@media (prefers-color-scheme:dark){.page,.page td{background:#14181b!important;color:#e7ecef!important}\
.card{background:#1f262a!important;border-color:#37434a!important}.muted{color:#9fb0b8!important}\
.button{background:#2fa8a0!important;color:#06201e!important}a{color:#6fd3cb!important}}\
@media (max-width:480px){.page{padding:12px!important}}";
const FONT: &str = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;font-size:16px;line-height:1.5";

impl Page<'_> {
    pub fn html(&self) -> String {
        let (letter, language) = (self.letter, words::language());
        let markup = html! {
            (DOCTYPE)
            html lang=(language.tag()) dir=[(language.dir() == "rtl").then_some("rtl")] {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width,initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    meta name="supported-color-schemes" content="light dark";
                    title { (letter.subject) }
                    style { (PreEscaped(STYLE)) }
                }
                body style="margin:0;padding:0" {
                    // What lists show after the subject.
                    div style="display:none;max-height:0;overflow:hidden" { (self.preview()) }
                    table.page role="presentation" width="100%" cellpadding="0" cellspacing="0"
                        style={ "background:#f4f6f7;color:#1b2328;padding:24px;" (FONT) } {
                        tr { td align="center" {
                            table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:560px;text-align:start" {
                                @if self.takes_reply {
                                    tr { td.muted style="padding:0 0 12px;color:#5b6a72;font-size:12px" { (marker_line()) } }
                                }
                                tr { td.muted style="padding:0 0 12px;color:#5b6a72;font-size:14px" { (self.site_name) } }
                                tr { td {
                                    h1 style="margin:0 0 16px;font-size:22px;line-height:1.3" dir="auto" { (letter.heading) }
                                } }
                                @for part in &letter.parts { tr { td { (self.part(part)) } } }
                                tr { td style="padding:8px 0 24px" {
                                    a.button href=(self.link()) style="display:inline-block;padding:12px 20px;border-radius:8px;\
                                        background:#0f766e;color:#ffffff;text-decoration:none;font-weight:600" { (letter.button.0) }
                                } }
                                tr { td.muted style="border-top:1px solid #d5dde1;padding:16px 0 0;color:#5b6a72;font-size:13px" {
                                    p style="margin:0 0 8px" { (letter.why) }
                                    @if let Some(link) = self.unsubscribe {
                                        p style="margin:0" {
                                            a.muted href=(link) style="color:#5b6a72" { (words::mail_stop()) }
                                            " · "
                                            a.muted href={ (self.site) "/settings#notifications" } style="color:#5b6a72" { (words::mail_settings()) }
                                        }
                                    }
                                } }
                            }
                        } }
                    }
                }
            }
        };
        markup.into_string()
    }

    pub fn text(&self) -> String {
        let letter = self.letter;
        let mut text = if self.takes_reply { format!("{}\n\n", marker_line()) } else { String::new() };
        text.push_str(&format!("{}\n", letter.heading));
        for part in &letter.parts {
            text.push('\n');
            match part {
                Part::About(lines) | Part::Listing(_, lines) => {
                    lines.iter().for_each(|line| text.push_str(&format!("{line}\n")))
                }
                Part::Text(line) => text.push_str(&format!("{line}\n")),
                Part::Message { name, at, text: body, is_edited } => {
                    let said = if *is_edited { words::mail_said_edited } else { words::mail_said };
                    text.push_str(&format!("{}\n{}\n", said(name, &self.time(*at)), body.trim_end()));
                }
            }
        }
        let button = words::mail_label(&letter.button.0);
        text.push_str(&format!("\n{button}\n{}\n\n-- \n{}\n", self.link(), letter.why));
        if let Some(link) = self.unsubscribe {
            let [stop, settings] = [words::mail_stop(), words::mail_settings()].map(words::mail_label);
            text.push_str(&format!("{stop} {link}\n{settings} {}/settings#notifications\n", self.site));
        }
        text
    }

    fn part(&self, part: &Part) -> Markup {
        const CARD: &str = "margin:0 0 12px;padding:12px 16px;border:1px solid #d5dde1;border-radius:12px;background:#ffffff";
        html! {
            @match part {
                Part::About(lines) if lines.is_empty() => {}
                Part::About(lines) => div.card style=(CARD) { (about(lines)) },
                Part::Listing(id, lines) => {
                    table.card role="presentation" width="100%" cellpadding="0" cellspacing="0" style=(CARD) {
                        tr {
                            td width="96" valign="top" style="padding:0;padding-inline-end:16px" {
                                img src={ (self.site) "/covers/" (id.0) ".png" } alt="" width="96" height="72"
                                    style="display:block;border:0;border-radius:8px";
                            }
                            td valign="top" style="padding:0" { (about(lines)) }
                        }
                    }
                }
                Part::Message { name, at, text, is_edited } => {
                    div.card style=(CARD) {
                        div.muted style="color:#5b6a72;font-size:13px" {
                            bdi { b { (name) } } " · " (self.time(*at)) @if *is_edited { " · " (words::mail_edited()) }
                        }
                        div style="white-space:pre-wrap;overflow-wrap:anywhere" dir="auto" { (text) }
                    }
                }
                Part::Text(line) => p style="margin:0 0 16px" dir="auto" { (line) }
            }
        }
    }

    fn link(&self) -> String {
        format!("{}{}", self.site, self.letter.button.1)
    }

    /// The beginning of the first message.
    fn preview(&self) -> String {
        let first = self.letter.parts.iter().find_map(|part| match part {
            Part::Message { text, .. } | Part::Text(text) => Some(text.as_str()),
            Part::About(_) | Part::Listing(..) => None,
        });
        first.unwrap_or_default().chars().take(120).collect()
    }

    /// `Sun 29 Nov, 14:05 CET`, in the zone of the reader.
    fn time(&self, at: Timestamp) -> String {
        let zone = self.letter.to.time_zone.as_deref().and_then(|name| name.parse().ok()).unwrap_or(Tz::UTC);
        let at: DateTime<Utc> = DateTime::from_timestamp_micros(at.0).unwrap_or_default();
        let at = at.with_timezone(&zone);
        let [clock, zone] = ["%H:%M", "%Z"].map(|form| at.format(form).to_string());
        words::mail_time(&clock, &at.day().to_string(), month(at.month0()), weekday(at.weekday()), &zone)
    }
}

/// What a mail is about: its first line stands out.
fn about(lines: &[String]) -> Markup {
    html! {
        div dir="auto" {
            @for (at, line) in lines.iter().enumerate() {
                div.muted[at > 0] style=(if at == 0 { "font-weight:600" } else { "color:#5b6a72;font-size:14px" }) { (line) }
            }
        }
    }
}

/// Above the text of a mail that takes a reply.
fn marker_line() -> String {
    format!("— {} —", words::mail_reply_above())
}

fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => words::mail_weekday_mon(),
        Weekday::Tue => words::mail_weekday_tue(),
        Weekday::Wed => words::mail_weekday_wed(),
        Weekday::Thu => words::mail_weekday_thu(),
        Weekday::Fri => words::mail_weekday_fri(),
        Weekday::Sat => words::mail_weekday_sat(),
        Weekday::Sun => words::mail_weekday_sun(),
    }
}

/// The month that so many others of its year precede.
fn month(number: u32) -> &'static str {
    match number {
        0 => words::mail_month_jan(),
        1 => words::mail_month_feb(),
        2 => words::mail_month_mar(),
        3 => words::mail_month_apr(),
        4 => words::mail_month_may(),
        5 => words::mail_month_jun(),
        6 => words::mail_month_jul(),
        7 => words::mail_month_aug(),
        8 => words::mail_month_sep(),
        9 => words::mail_month_oct(),
        10 => words::mail_month_nov(),
        _ => words::mail_month_dec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{server::store::mail::addresses::Addressee, shared::ids::ListingId};

    /// 2026-11-29T13:05:00Z.
    const AT: Timestamp = Timestamp(1_795_957_500_000_000);

    fn letter(parts: Vec<Part>) -> Letter {
        Letter {
            to: Addressee::sample(),
            sender: Some("Gesa Guest".to_owned()),
            subject: "Boathouse on the lake – Gesa Guest".to_owned(),
            heading: "2 new messages from Gesa Guest".to_owned(),
            parts,
            button: ("Open the conversation".to_owned(), "/messages/1".to_owned()),
            why: "You haven’t read this in Acme yet.".to_owned(),
            message_id: "1.2.3".to_owned(),
            thread: None,
            conversation: None,
            unsubscribe: None,
        }
    }

    /// Golden files of a mail: what it says in both forms. `STOA_WRITE_GOLDEN=1 cargo test --features ssr --lib golden`
    /// writes them anew.
    #[test]
    fn a_mail_is_as_its_golden_files() {
        let message = |name: &str, text: &str, is_edited| Part::Message {
            name: name.to_owned(),
            at: AT,
            text: text.to_owned(),
            is_edited,
        };
        let letter = letter(vec![
            Part::Listing(
                ListingId(uuid::Uuid::nil()),
                vec!["Boathouse on the lake".to_owned(), "11–14 December · 2 guests · REQ-RZKMNZ".to_owned()],
            ),
            message("Gesa Guest", "Is the sauna wood-fired?\n\n<b>And</b> is there a boat & oars?", false),
            message("ندى الخطيب", "هل يوجد قارب؟", true),
            Part::Text("3 more in the conversation.".to_owned()),
        ]);
        let page = Page {
            letter: &letter,
            site: "https://chat.example",
            site_name: "Acme",
            takes_reply: true,
            unsubscribe: Some("https://chat.example/mail/stop/TOKEN"),
        };
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/mail");
        for (file, written) in [("unread.txt", page.text()), ("unread.html", page.html())] {
            let path = folder.join(file);
            if std::env::var_os("STOA_WRITE_GOLDEN").is_some() {
                std::fs::create_dir_all(&folder).unwrap();
                std::fs::write(&path, &written).unwrap();
            }
            assert_eq!(std::fs::read_to_string(&path).unwrap(), written, "{file}");
        }
    }

    #[test]
    fn times_are_those_of_the_reader_over_the_change_of_clocks() {
        let mut letter = letter(Vec::new());
        for (zone, at, shown) in [
            (Some("Europe/Berlin"), AT, "Sun 29 Nov, 14:05 CET"),
            (Some("America/New_York"), AT, "Sun 29 Nov, 08:05 EST"),
            // An hour before and after the clocks went back.
            (Some("Europe/Berlin"), Timestamp(1_792_888_200_000_000), "Sun 25 Oct, 02:30 CEST"),
            (Some("Europe/Berlin"), Timestamp(1_792_891_800_000_000), "Sun 25 Oct, 02:30 CET"),
            (Some("Nowhere/At_All"), AT, "Sun 29 Nov, 13:05 UTC"),
            (None, AT, "Sun 29 Nov, 13:05 UTC"),
        ] {
            letter.to.time_zone = zone.map(str::to_owned);
            let page =
                Page { letter: &letter, site: "", site_name: "", takes_reply: false, unsubscribe: None };
            assert_eq!(page.time(at), shown);
        }
    }
}
