//! A mail server that takes what it is sent, or refuses it as it is told to: as much of SMTP as one connection needs.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use mail_parser::{Message, MessageParser};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
};

/// How it answers the text of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Later,
    Never,
    /// It takes the mail, and the connection ends before its answer.
    Lost,
}

pub struct MailServer {
    pub url: String,
    /// Milliseconds until it takes a recipient.
    #[cfg_attr(
        not(feature = "chaos"),
        expect(dead_code, reason = "only servers that are killed need a slow one")
    )]
    pub delay_ms: Arc<AtomicU64>,
    answers: Arc<Mutex<VecDeque<Answer>>>,
    mails: UnboundedReceiver<Mail>,
}

/// A mail that came, whatever was answered.
pub struct Mail {
    /// The sender of the envelope.
    pub from: String,
    pub to: String,
    raw: Vec<u8>,
}

impl Mail {
    pub fn parsed(&self) -> Message<'_> {
        MessageParser::default().parse(&self.raw).expect("a message of RFC 5322")
    }

    pub fn text(&self) -> String {
        self.parsed().body_text(0).expect("plain text").replace("\r\n", "\n")
    }

    pub fn html(&self) -> String {
        self.parsed().body_html(0).expect("HTML").into_owned()
    }

    pub fn header(&self, name: &str) -> Option<String> {
        self.parsed().header_raw(name).map(|value| value.trim().to_owned())
    }

    /// The first link that begins with this path of the site.
    pub fn link(&self, site: &str, path: &str) -> String {
        let text = self.text();
        let begin = format!("{site}{path}");
        let at = text.find(&begin).unwrap_or_else(|| panic!("no {begin} in {text}"));
        text[at + site.len()..].split_whitespace().next().expect("a path").to_owned()
    }
}

impl MailServer {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("smtp://{}", listener.local_addr().expect("an address"));
        let (sender, mails) = unbounded_channel();
        let answers = Arc::<Mutex<VecDeque<Answer>>>::default();
        let told = answers.clone();
        let delay_ms = Arc::<AtomicU64>::default();
        let delay = delay_ms.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(talk(stream, sender.clone(), told.clone(), delay.clone()));
            }
        });
        Self { url, delay_ms, answers, mails }
    }

    /// The next mails are answered so, one after the other; all others are taken.
    pub fn answer(&self, answers: &[Answer]) {
        self.answers.lock().expect("no panic").extend(answers);
    }

    pub async fn next(&mut self) -> Mail {
        self.mails.recv().await.expect("a mail")
    }

    /// The token of the first link to this path that is mailed to `to`. What else comes before is left.
    pub async fn token(&mut self, to: &str, site: &str, path: &str) -> String {
        loop {
            let mail = self.next().await;
            if mail.to == to && mail.text().contains(&format!("{site}{path}")) {
                return mail.link(site, path).rsplit('/').next().expect("a token").to_owned();
            }
        }
    }

    /// Those that have come and were not looked at.
    #[cfg(feature = "chaos")]
    pub fn taken(&mut self) -> Vec<Mail> {
        std::iter::from_fn(|| self.mails.try_recv().ok()).collect()
    }

    /// Whether nothing has come that was not looked at.
    pub fn is_empty(&self) -> bool {
        self.mails.is_empty()
    }
}

async fn talk(
    stream: TcpStream,
    mails: UnboundedSender<Mail>,
    answers: Arc<Mutex<VecDeque<Answer>>>,
    delay_ms: Arc<AtomicU64>,
) -> Option<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read);
    write.write_all(b"220 mail.test ESMTP\r\n").await.ok()?;
    let (mut from, mut to) = (String::new(), String::new());
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line).await.ok()? == 0 {
            return Some(());
        }
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        let answer = match verb.as_str() {
            "EHLO" => "250-mail.test\r\n250 8BITMIME",
            "MAIL" => {
                from = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                "250 OK"
            }
            "RCPT" => {
                to = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                tokio::time::sleep(Duration::from_millis(delay_ms.load(Ordering::Relaxed))).await;
                "250 OK"
            }
            "DATA" => {
                write.write_all(b"354 go on\r\n").await.ok()?;
                let raw = text(&mut lines).await?;
                // For whoever expects none.
                println!("a mail to {to}:\n{}", String::from_utf8_lossy(&raw));
                mails.send(Mail { from: from.clone(), to: to.clone(), raw }).ok()?;
                let answer = answers.lock().expect("no panic").pop_front();
                match answer {
                    None => "250 taken",
                    Some(Answer::Later) => "451 later",
                    Some(Answer::Never) => "550 never",
                    Some(Answer::Lost) => return Some(()),
                }
            }
            "QUIT" => "221 bye",
            _ => "250 OK",
        };
        write.write_all(format!("{answer}\r\n").as_bytes()).await.ok()?;
    }
}

async fn text(lines: &mut (impl AsyncBufReadExt + Unpin)) -> Option<Vec<u8>> {
    let mut raw = Vec::new();
    loop {
        let mut line = Vec::new();
        if lines.read_until(b'\n', &mut line).await.ok()? == 0 {
            return None;
        }
        if line == b".\r\n" {
            return Some(raw);
        }
        raw.extend(line.strip_prefix(b".").unwrap_or(&line));
    }
}
