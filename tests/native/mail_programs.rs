//! What the usual mail programs make of a reply, by their forms of 2026, in six languages and their charsets.

/// A mail that came to the host, as a reply quotes it.
pub struct Original {
    pub text: String,
    pub html: String,
    pub reply_to: String,
    pub bounce_to: String,
    pub message_id: String,
    pub host: String,
}

/// How a language's programs introduce what they quote.
pub struct Language {
    pub code: &'static str,
    gmail: &'static str,
    apple: &'static str,
    thunderbird: &'static str,
    yahoo: &'static str,
    /// From, sent, to, subject.
    outlook: [&'static str; 4],
    phone: &'static str,
    charset: &'static str,
}

const WHO: &str = "Gesa Guest · Acme <notify@acme.example>";
pub const LANGUAGES: [Language; 6] = [
    Language {
        code: "en",
        gmail: "On Sun, Nov 29, 2026 at 2:05 PM WHO wrote:",
        apple: "On Nov 29, 2026, at 2:05 PM, WHO wrote:",
        thunderbird: "On 11/29/26 14:05, Gesa Guest · Acme wrote:",
        yahoo: "On Sunday, November 29, 2026 at 02:05:00 PM GMT+1, WHO wrote:",
        outlook: ["From:", "Sent:", "To:", "Subject:"],
        phone: "Sent from my iPhone",
        charset: "windows-1252",
    },
    Language {
        code: "de",
        gmail: "Am So., 29. Nov. 2026 um 14:05 Uhr schrieb WHO:",
        apple: "Am 29.11.2026 um 14:05 schrieb WHO:",
        thunderbird: "Am 29.11.26 um 14:05 schrieb Gesa Guest · Acme:",
        yahoo: "Am Sonntag, 29. November 2026 um 14:05:00 MEZ hat WHO Folgendes geschrieben:",
        outlook: ["Von:", "Gesendet:", "An:", "Betreff:"],
        phone: "Von meinem iPhone gesendet",
        charset: "iso-8859-15",
    },
    Language {
        code: "fr",
        gmail: "Le dim. 29 nov. 2026 à 14:05, WHO a écrit :",
        apple: "Le 29 nov. 2026 à 14:05, WHO a écrit :",
        thunderbird: "Le 29/11/2026 à 14:05, Gesa Guest · Acme a écrit :",
        yahoo: "Le dimanche 29 novembre 2026 à 14:05:00 UTC+1, WHO a écrit :",
        outlook: ["De :", "Envoyé :", "À :", "Objet :"],
        phone: "Envoyé de mon iPhone",
        charset: "iso-8859-1",
    },
    Language {
        code: "es",
        gmail: "El dom, 29 nov 2026 a las 14:05, Gesa Guest · Acme (<notify@acme.example>) escribió:",
        apple: "El 29 nov 2026, a las 14:05, WHO escribió:",
        thunderbird: "El 29/11/2026 a las 14:05, Gesa Guest · Acme escribió:",
        yahoo: "El domingo, 29 de noviembre de 2026, 14:05:00 CET, WHO escribió:",
        outlook: ["De:", "Enviado el:", "Para:", "Asunto:"],
        phone: "Enviado desde mi iPhone",
        charset: "utf-8",
    },
    Language {
        code: "pt",
        gmail: "Em dom., 29 de nov. de 2026 às 14:05, WHO escreveu:",
        apple: "No dia 29/11/2026, às 14:05, WHO escreveu:",
        thunderbird: "Em 29/11/2026 14:05, Gesa Guest · Acme escreveu:",
        yahoo: "Em domingo, 29 de novembro de 2026 14:05:00 WET, WHO escreveu:",
        outlook: ["De:", "Enviada em:", "Para:", "Assunto:"],
        phone: "Enviado do meu iPhone",
        charset: "windows-1252",
    },
    Language {
        code: "ja",
        gmail: "2026年11月29日(日) 14:05 WHO:",
        apple: "2026/11/29 14:05、WHOのメール:",
        thunderbird: "On 2026/11/29 14:05, Gesa Guest · Acme wrote:",
        yahoo: "2026年11月29日日曜日 14:05:00 JST、WHO さんは書きました：",
        outlook: ["差出人:", "送信日時:", "宛先:", "件名:"],
        phone: "iPhoneから送信",
        charset: "iso-2022-jp",
    },
];

/// What people type, in words that every charset here has.
pub fn typed(language: &Language) -> Vec<String> {
    let greeting = match language.code {
        "de" => "Schöne Grüße aus Köln",
        "fr" => "À bientôt, c’est noté",
        "es" => "¿Mañana por la tarde?",
        "pt" => "Não há problema, até amanhã",
        "ja" => "はい、大丈夫です。",
        _ => "See you then",
    };
    vec![
        greeting.to_owned(),
        "Yes".to_owned(),
        format!("Yes, it is.\n{greeting}"),
        format!("First part.\n\nSecond part, after an empty line.\n\n{greeting}"),
        "A line that is much longer than what a mail program lets stand in one line of plain text, so it breaks it somewhere, and the text is still one line.".to_owned(),
        "1. From the station take the ferry\n2. Date: any day\n3. To the left there is a path\n- and a bench".to_owned(),
        "On Monday my sister wrote: come at 5, and bring the boat. So we will.".to_owned(),
        "Here it is: https://chat.example/listings?near=lake&beds=2 <3".to_owned(),
        "It costs 5 > 4 euros\n.\n..and a dot".to_owned(),
    ]
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Each line in an element, an empty one as programs keep it.
fn lines(text: &str, open: &str, empty: &str, close: &str) -> String {
    let line = |line: &str| {
        format!("{open}{}{close}", if line.is_empty() { empty.to_owned() } else { escaped(line) })
    };
    text.lines().map(line).collect()
}

fn quoted(text: &str) -> String {
    text.lines().map(|line| format!("> {line}\n")).collect()
}

/// Breaks lines as programs break plain text.
fn wrapped(text: &str, flowed: bool) -> String {
    let mut all = String::new();
    for line in text.lines() {
        let mut width = 0;
        // What is quoted stays in its lines.
        let words = if line.starts_with('>') { vec![line] } else { line.split_inclusive(' ').collect() };
        for word in words {
            if width + word.len() > 72 && width > 0 {
                if !flowed {
                    all.truncate(all.trim_end_matches(' ').len());
                }
                all.push('\n');
                width = 0;
            }
            all.push_str(word);
            width += word.len();
        }
        all.push('\n');
    }
    all
}

pub const PROGRAMS: [&str; 8] =
    ["gmail", "outlook", "outlook web", "apple mail", "iphone", "thunderbird", "thunderbird below", "yahoo"];

/// The parts of a reply: plain text and its parameters, and HTML.
fn parts(
    program: &str,
    language: &Language,
    text: &str,
    original: &Original,
) -> (Option<(String, &'static str)>, Option<String>) {
    let introduction = |line: &str| line.replace("WHO", WHO);
    let inner = original.html.split_once("<body").map_or(original.html.as_str(), |(_, body)| {
        body.split_once('>').map_or(body, |(_, body)| body).split("</body>").next().unwrap_or_default()
    });
    let plain = |line: &str, text: &str| format!("{text}\n\n{line}\n\n{}", quoted(&original.text));
    let page = |body: String| {
        format!(
            "<html><head><meta http-equiv=\"Content-Type\" content=\"text/html\"></head><body>{body}</body></html>"
        )
    };
    match program {
        "gmail" => {
            let line = introduction(language.gmail);
            let html = format!(
                "<div dir=\"ltr\">{}</div><br><div class=\"gmail_quote gmail_quote_container\"><div dir=\"ltr\" class=\"gmail_attr\">{}<br></div>\
                 <blockquote class=\"gmail_quote\" style=\"margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex\">{inner}</blockquote></div>\r\n",
                lines(text, "<div>", "<br>", "</div>"),
                escaped(&line)
            );
            (Some((wrapped(&plain(&line, text), false), "")), Some(html))
        }
        "outlook" | "outlook web" => {
            let [from, sent, to, subject] = language.outlook;
            let values = [
                (from, escaped(WHO)),
                (sent, "29. 11. 2026 14:05".to_owned()),
                (to, "Hanno Host".to_owned()),
                (subject, "Boathouse".to_owned()),
            ];
            let heading: Vec<_> =
                values.iter().map(|(label, value)| format!("<b>{label}</b> {value}")).collect();
            let heading = heading.join("<br>");
            let body = if program == "outlook" {
                format!(
                    "<div class=WordSection1>{}<p class=MsoNormal><o:p>&nbsp;</o:p></p><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'>\
                     <p class=MsoNormal>{heading}<o:p></o:p></p></div>{inner}</div>",
                    lines(text, "<p class=MsoNormal>", "<o:p>&nbsp;</o:p>", "<o:p></o:p></p>")
                )
            } else {
                format!(
                    "{}<div id=\"appendonsend\"></div><hr style=\"display:inline-block;width:98%\" tabindex=\"-1\">\
                     <div id=\"divRplyFwdMsg\" dir=\"ltr\"><font face=\"Calibri, sans-serif\">{heading}</font><div>&nbsp;</div></div>{inner}",
                    lines(text, "<div class=\"elementToProof\">", "<br>", "</div>")
                )
            };
            (None, Some(page(body)))
        }
        "apple mail" | "iphone" => {
            let line = introduction(language.apple);
            let signature = if program == "iphone" { language.phone } else { "" };
            let footer = if signature.is_empty() {
                String::new()
            } else {
                format!("<br id=\"lineBreakAtBeginningOfSignature\"><div dir=\"ltr\">{signature}</div>")
            };
            let html = page(format!(
                "<div dir=\"ltr\">{}</div>{footer}<div dir=\"ltr\"><br><blockquote type=\"cite\">{}<br><br></blockquote></div><blockquote type=\"cite\"><div dir=\"ltr\">{inner}</div></blockquote>",
                lines(text, "<div>", "<br>", "</div>"),
                escaped(&line)
            ));
            let text = if signature.is_empty() { text.to_owned() } else { format!("{text}\n\n{signature}") };
            (Some((format!("{text}\n\n> {line}\n> \n{}", quoted(&original.text)), "")), Some(html))
        }
        "thunderbird" => (Some((wrapped(&plain(language.thunderbird, text), true), "; format=flowed")), None),
        "thunderbird below" => {
            let quote = quoted(&original.text);
            let below = format!(
                "{}\n{quote}\n{text}\n\n-- \nHanno Host\nBoathouse 1, Lakeside\n",
                language.thunderbird
            );
            (Some((wrapped(&below, true), "; format=flowed")), None)
        }
        _ => {
            let line = introduction(language.yahoo);
            let html = page(format!(
                "<div class=\"ydp1a2b3c4dyahoo-style-wrap\" style=\"font-family:Helvetica Neue\">{}</div>\
                 <div id=\"yahoo_quoted_1234567890\" class=\"yahoo_quoted\"><div style=\"font-family:'Helvetica Neue'\"><div>{}</div><div><br></div><div><br></div><div>{inner}</div></div></div>",
                lines(text, "<div dir=\"ltr\" data-setdir=\"false\">", "<br>", "</div>"),
                escaped(&line)
            ));
            (Some((format!(" {text}\n\n    {line}  \n \n {}", original.text), "")), Some(html))
        }
    }
}

fn encoded(text: &str, charset: &str) -> (Vec<u8>, String) {
    let encoding = encoding_rs::Encoding::for_label(charset.as_bytes()).expect("a charset");
    let (bytes, used, is_lossy) = encoding.encode(text);
    if is_lossy {
        (text.as_bytes().to_vec(), "utf-8".to_owned())
    } else {
        (bytes.into_owned(), used.name().to_owned())
    }
}

/// A part of a mail, in base64 or quoted-printable by turns.
fn part(kind: &str, parameters: &str, text: &str, charset: &str, is_base64: bool) -> String {
    use base64::{Engine, prelude::BASE64_STANDARD};
    let (bytes, charset) = encoded(&text.replace('\n', "\r\n"), charset);
    let (name, body) = if is_base64 {
        let whole = BASE64_STANDARD.encode(&bytes);
        let rows: Vec<_> =
            whole.as_bytes().chunks(76).map(|row| String::from_utf8_lossy(row).into_owned()).collect();
        ("base64", rows.join("\r\n"))
    } else {
        let mut all = String::new();
        for row in bytes.split(|byte| *byte == b'\n') {
            let row = row.strip_suffix(b"\r").unwrap_or(row);
            let mut width = 0;
            for (at, byte) in row.iter().enumerate() {
                let is_plain = (33..=126).contains(byte) && *byte != b'=' && !(*byte == b'.' && width == 0);
                let is_inner_space = *byte == b' ' && at + 1 < row.len();
                let piece = if is_plain || is_inner_space {
                    char::from(*byte).to_string()
                } else {
                    format!("={byte:02X}")
                };
                if width + piece.len() > 75 {
                    all.push_str("=\r\n");
                    width = 0;
                }
                width += piece.len();
                all.push_str(&piece);
            }
            all.push_str("\r\n");
        }
        ("quoted-printable", all)
    };
    format!(
        "Content-Type: {kind}; charset={charset}{parameters}\r\nContent-Transfer-Encoding: {name}\r\n\r\n{body}\r\n"
    )
}

/// A whole reply from the host, or from somebody else.
pub fn reply(program: &str, language: &Language, text: &str, original: &Original, id: &str) -> Vec<u8> {
    let (plain, html) = parts(program, language, text, original);
    let is_base64 = id.len().is_multiple_of(2);
    let plain =
        plain.map(|(plain, parameters)| part("text/plain", parameters, &plain, language.charset, is_base64));
    let html = html.map(|html| part("text/html", "", &html, language.charset, !is_base64));
    let body = match (plain, html) {
        (Some(plain), Some(html)) => format!(
            "Content-Type: multipart/alternative; boundary=\"=_b\"\r\n\r\n--=_b\r\n{plain}\r\n--=_b\r\n{html}\r\n--=_b--\r\n"
        ),
        (one, other) => one.or(other).expect("a part"),
    };
    format!(
        "From: Hanno Host <{}>\r\nTo: Acme <{}>\r\nSubject: Re: Boathouse on the lake\r\nDate: Sun, 29 Nov 2026 14:20:00 +0100\r\n\
         Message-ID: <{id}@mail.example>\r\nIn-Reply-To: <{}>\r\nReferences: <{}>\r\nMIME-Version: 1.0\r\n{body}",
        original.host, original.reply_to, original.message_id, original.message_id
    )
    .into_bytes()
}
