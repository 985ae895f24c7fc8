//! Replies by mail (F3): what the usual mail programs write, in six languages, becomes exactly what was typed; nothing a
//! program wrote by itself becomes a message; nothing is lost that was left out.

use reqwest::StatusCode;
use stoa::{
    server::domain::messages,
    shared::{
        ids::ConversationId,
        messages::Range,
        values::time::{DAY, HOUR},
    },
};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

use crate::{
    mail::Post,
    mail_programs::{LANGUAGES, Original, PROGRAMS, reply, typed},
};

const DOMAIN: &str = "reply.acme.example";
const OPTIONS: [&str; 2] = ["--mail-in-domain", DOMAIN];

/// A mail server's side of LMTP.
struct Lmtp(BufReader<TcpStream>);

impl Lmtp {
    async fn start(post: &Post) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(stoa::web::listener::lmtp::serve(listener, post.place.context.clone()));
        let mut lmtp = Self(BufReader::new(TcpStream::connect(address).await.expect("a connection")));
        assert_eq!(lmtp.answer().await, "220");
        assert_eq!(lmtp.say("LHLO mx.example\r\n").await, "250");
        lmtp
    }

    /// The code of an answer, of several lines or one.
    async fn answer(&mut self) -> String {
        loop {
            let mut line = String::new();
            self.0.read_line(&mut line).await.expect("a line");
            if line.get(3..4) != Some("-") {
                return line.get(..3).expect("a code").to_owned();
            }
        }
    }

    async fn say(&mut self, command: &str) -> String {
        self.0.get_mut().write_all(command.as_bytes()).await.expect("sent");
        self.answer().await
    }

    /// Hands a mail over. The code of the first answer that is none of 2xx or 354, or of the last.
    async fn deliver(&mut self, from: &str, to: &str, raw: &[u8]) -> String {
        for command in
            [format!("MAIL FROM:<{from}>\r\n"), format!("RCPT TO:<{to}>\r\n"), "DATA\r\n".to_owned()]
        {
            let code = self.say(&command).await;
            if !code.starts_with('2') && code != "354" {
                assert_eq!(self.say("RSET\r\n").await, "250");
                return code;
            }
        }
        let mut stuffed = Vec::with_capacity(raw.len() + 16);
        for line in raw.split_inclusive(|byte| *byte == b'\n') {
            if line.starts_with(b".") {
                stuffed.push(b'.');
            }
            stuffed.extend_from_slice(line);
        }
        stuffed.extend_from_slice(b"\r\n.\r\n");
        self.0.get_mut().write_all(&stuffed).await.expect("sent");
        self.answer().await
    }
}

async fn original(post: &mut Post) -> Original {
    post.say("Is the sauna wood-fired?").await;
    let mail = post.server.next().await;
    let parsed = mail.parsed();
    let reply_to =
        parsed.reply_to().and_then(|to| to.first()).and_then(|to| to.address()).expect("an address");
    Original {
        text: mail.text(),
        html: mail.html(),
        reply_to: reply_to.to_owned(),
        bounce_to: mail.from.clone(),
        message_id: parsed.message_id().expect("an id").to_owned(),
        host: post.host.email.clone(),
    }
}

async fn texts(post: &Post, talk: ConversationId) -> Vec<String> {
    let mut texts = Vec::new();
    let mut range = Range::Newest;
    loop {
        let page =
            messages::page(&post.place.context, &post.guest, talk, range, Some(200)).await.expect("a page");
        let Some(first) = page.messages.first().map(|message| message.seq) else { break };
        texts.splice(0..0, page.messages.into_iter().map(|message| message.body));
        if first == 1 {
            break;
        }
        range = Range::BeforeSeq(first);
    }
    texts
}

#[tokio::test]
async fn f3_what_mail_programs_write_becomes_what_was_typed() {
    let mut post = Post::with(&OPTIONS).await;
    let original = original(&mut post).await;
    let mut lmtp = Lmtp::start(&post).await;
    let (mut all, mut exact, mut last) = (0, 0, 1);
    let mut wrong = Vec::new();
    for language in &LANGUAGES {
        for program in PROGRAMS {
            for text in typed(language) {
                all += 1;
                let raw = reply(program, language, &text, &original, &format!("reply.{all}"));
                let code = lmtp.deliver(&original.host, &original.reply_to, &raw).await;
                let newest =
                    messages::page(&post.place.context, &post.guest, post.talk, Range::Newest, Some(1)).await;
                let newest = newest.expect("a page").messages.pop().expect("a message");
                let came = (newest.seq > last).then_some(newest.body);
                last = newest.seq;
                if came.as_ref() == Some(&text) {
                    exact += 1;
                } else {
                    wrong.push(format!(
                        "{program}, {}, {code}\n  typed {text:?}\n  came  {came:?}",
                        language.code
                    ));
                }
            }
        }
    }
    // A mail server delivers some of them again, after a crash.
    for again in [1, 100, 300] {
        let raw = reply("gmail", &LANGUAGES[0], "never shown", &original, &format!("reply.{again}"));
        assert_eq!(lmtp.deliver(&original.host, &original.reply_to, &raw).await, "250");
    }
    println!("{exact} of {all} replies came as they were typed");
    wrong.iter().for_each(|wrong| println!("{wrong}"));
    let stored = texts(&post, post.talk).await.len();
    assert_eq!(i64::try_from(stored).unwrap(), last, "a mail that comes twice is one message");
    assert!(all >= 300 && exact * 100 >= all * 98, "{exact} of {all}");
}

/// A plain reply with more lines of its head.
fn plain(original: &Original, id: &str, head: &str, text: &str) -> Vec<u8> {
    let from = if head.contains("From:") { String::new() } else { format!("From: {}\r\n", original.host) };
    format!("{from}To: <{}>\r\nMessage-ID: <{id}@mail.example>\r\n{head}\r\n{text}\r\n", original.reply_to)
        .into_bytes()
}

#[tokio::test]
async fn f3_only_the_owner_of_the_address_replies_and_no_program() {
    let mut post = Post::with(&OPTIONS).await;
    let original = original(&mut post).await;
    let mut lmtp = Lmtp::start(&post).await;
    let (host, to) = (original.host.clone(), original.reply_to.clone());
    // What programs write is taken, and left out without a word.
    for (at, head) in [
        "Auto-Submitted: auto-replied\r\n",
        "Precedence: bulk\r\n",
        "List-Id: <list.example>\r\n",
        "X-Autoreply: yes\r\n",
        "Return-Path: <>\r\n",
        "Subject: Out of office: back on Monday\r\n",
        "Subject: Automatische Antwort: Boot\r\n",
        "From: MAILER-DAEMON@mx.example\r\n",
        "From: no-reply@shop.example\r\n",
    ]
    .into_iter()
    .enumerate()
    {
        let raw = plain(&original, &format!("auto.{at}"), head, "I am away.");
        assert_eq!(lmtp.deliver(&host, &to, &raw).await, "250", "{head}");
    }
    let raw = plain(&original, "auto.envelope", "", "I am away.");
    assert_eq!(lmtp.deliver("", &to, &raw).await, "250", "a report's envelope");
    post.nothing_leaves().await;
    assert_eq!(texts(&post, post.talk).await.len(), 1);
    // Others, who know the address from a mail that was passed on, or pretend to be its owner.
    for (at, head) in [
        "From: stranger@example.com\r\n".to_owned(),
        format!("From: {}, stranger@example.com\r\n", original.host),
        format!("From: {}\r\nAuthentication-Results: mx.example; dmarc=fail (p=none)\r\n", original.host),
    ]
    .into_iter()
    .enumerate()
    {
        let raw = plain(&original, &format!("other.{at}"), &head, "Send the key to me.");
        assert_eq!(lmtp.deliver("stranger@example.com", &to, &raw).await, "250");
    }
    let told = post.server.next().await;
    assert_eq!(told.to, original.host, "its owner is told, and nobody else");
    assert!(told.text().contains("from another address"), "{}", told.text());
    assert_eq!(told.header("Auto-Submitted").as_deref(), Some("auto-generated"));
    post.nothing_leaves().await;
    assert_eq!(texts(&post, post.talk).await.len(), 1, "told once a day");
    // The owner is told of a reply that says nothing, a day later.
    post.later(DAY + HOUR);
    let raw = plain(&original, "empty", "", "\r\n> quoted\r\n");
    assert_eq!(lmtp.deliver(&host, &to, &raw).await, "250");
    assert!(post.server.next().await.text().contains("no text of its own"));
    // A long text twice within an hour is a program's; a short one is a person's.
    let long =
        "This is what I always answer, whoever writes to me, and whatever they may have said to me before.";
    for (id, text) in [("a", long), ("b", long), ("c", "ok"), ("d", "ok")] {
        let raw = plain(&original, id, "", text);
        assert_eq!(lmtp.deliver(&host, &to, &raw).await, "250");
    }
    assert_eq!(texts(&post, post.talk).await[1..], [long, "ok", "ok"]);
}

#[tokio::test]
async fn f10_a_reply_by_mail_into_a_conversation_that_a_block_has_closed_is_refused() {
    let mut post = Post::with(&OPTIONS).await;
    let original = original(&mut post).await;
    let mut lmtp = Lmtp::start(&post).await;
    let blocked = stoa::server::domain::users::blocks::block(&post.place.context, &post.guest, post.host.id);
    blocked.await.expect("blocked");
    let raw = plain(&original, "closed", "", "Why?");
    assert_eq!(lmtp.deliver(&original.host, &original.reply_to, &raw).await, "250");
    let told = post.server.next().await;
    assert!(!told.text().contains("Gesa"), "not by whom: {}", told.text());
    assert_eq!(texts(&post, post.talk).await.len(), 1);
}

#[tokio::test]
async fn f3_a_reply_address_can_not_be_guessed_and_ends() {
    let mut post = Post::with(&OPTIONS).await;
    let original = original(&mut post).await;
    let mut lmtp = Lmtp::start(&post).await;
    let raw = plain(&original, "guess", "", "Got in");
    for guess in 0..1_000_u128 {
        // A connection ends after twenty of them.
        if guess % 20 == 0 {
            lmtp = Lmtp::start(&post).await;
        }
        let to = format!("reply+{:032x}@{DOMAIN}", guess * 0x1357_9bdf_0246_8ace_1357);
        assert_eq!(lmtp.deliver(&original.host, &to, &raw).await, "550");
    }
    lmtp = Lmtp::start(&post).await;
    for to in [
        format!("reply@{DOMAIN}"),
        format!("reply+x@{DOMAIN}"),
        original.reply_to.replace(DOMAIN, "other.example"),
    ] {
        assert_eq!(lmtp.deliver(&original.host, &to, &raw).await, "550", "{to}");
    }
    let shouted = original.reply_to.to_uppercase();
    assert_eq!(lmtp.deliver(&original.host, &shouted, &raw).await, "250", "case does not matter");
    post.later(91 * DAY);
    assert_eq!(lmtp.deliver(&original.host, &original.reply_to, &raw).await, "550", "it has ended");
    assert_eq!(texts(&post, post.talk).await[1..], ["Got in"]);
}

#[tokio::test]
async fn f3_what_was_left_out_is_kept_for_its_writer_alone() {
    let mut post = Post::with(&OPTIONS).await;
    let original = original(&mut post).await;
    let mut lmtp = Lmtp::start(&post).await;
    let raw = plain(&original, "cut", "", "Yes.\r\n\r\n-- \r\nHanno Host\r\nThe phone number is 555.\r\n");
    assert_eq!(lmtp.deliver(&original.host, &original.reply_to, &raw).await, "250");
    let page =
        messages::page(&post.place.context, &post.guest, post.talk, Range::Newest, None).await.unwrap();
    let message = page.messages.last().unwrap();
    assert_eq!(message.body, "Yes.");
    let rest = |viewer| messages::reach::of_message(&post.place.context, viewer, message.id);
    assert!(rest(&post.host).await.unwrap().left_out.unwrap().contains("The phone number is 555."));
    assert!(rest(&post.guest).await.is_err(), "it is nobody else's");
    assert!(post.place.get(&post.host, post.talk).await.unread == 0, "who answers a mail has read it");
}

#[tokio::test]
async fn f3_a_mail_that_comes_back_stops_the_address_and_is_told() {
    let mut post = Post::with(&OPTIONS).await;
    let original = original(&mut post).await;
    let mut lmtp = Lmtp::start(&post).await;
    let report = |status: &str| {
        format!(
            "From: MAILER-DAEMON@mx.example\r\nTo: <{}>\r\nAuto-Submitted: auto-replied\r\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
             --b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n\
             Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; {}\r\nAction: failed\r\nStatus: {status}\r\n\r\n--b--\r\n",
            original.bounce_to, original.host
        )
    };
    assert!(original.bounce_to.starts_with("bounce+"), "{}", original.bounce_to);
    // A full mailbox alone does not stop it.
    assert_eq!(lmtp.deliver("", &original.bounce_to, report("5.2.2").as_bytes()).await, "250");
    let stopped = "SELECT mail_stopped_at IS NOT NULL FROM users WHERE name = 'Hanno Host'";
    assert_eq!(post.place.rows::<(bool,)>(stopped).await, [(false,)]);
    assert_eq!(lmtp.deliver("", &original.bounce_to, report("5.1.1").as_bytes()).await, "250");
    assert_eq!(post.place.rows::<(bool,)>(stopped).await, [(true,)]);
    post.say("Are you there?").await;
    post.later(HOUR);
    post.nothing_leaves().await;
    let told =
        "SELECT event FROM notifications n JOIN users u ON u.id = n.user_id WHERE u.name = 'Hanno Host'";
    let told: Vec<(String,)> = post.place.rows(told).await;
    assert_eq!(told.len(), 1);
    assert!(told[0].0.contains("Mails to you come back"), "{told:?}");
    // Confirming the address again has it mailed again.
    stoa::server::domain::mail::addresses::ask_to_confirm(&post.place.context, &post.host).await.unwrap();
    let mail = post.server.next().await;
    let link = mail.link("http://chat.example", "/mail/confirm/");
    let token = link.rsplit('/').next().unwrap();
    let client = Default::default();
    stoa::server::domain::mail::addresses::confirm(&post.place.context, token, &client).await.unwrap();
    assert_eq!(post.place.rows::<(bool,)>(stopped).await, [(false,)]);
}

#[tokio::test]
async fn f3_two_programs_that_answer_by_themselves_come_to_rest() {
    let mut post = Post::with(&OPTIONS).await;
    let original = original(&mut post).await;
    let mut lmtp = Lmtp::start(&post).await;
    // Both are away, and their programs say nothing of being programs.
    let away =
        "I am travelling until the end of the month and read my mail now and then. In urgent cases call me.";
    let raw = plain(&original, "away.host", "", away);
    assert_eq!(lmtp.deliver(&original.host, &original.reply_to, &raw).await, "250");
    let mut mails = 1;
    let mail = post.server.next().await;
    assert_eq!(mail.to, post.guest.email);
    mails += 1;
    let to_guest = Original {
        reply_to: mail
            .parsed()
            .reply_to()
            .and_then(|to| to.first())
            .and_then(|to| to.address())
            .unwrap()
            .to_owned(),
        host: post.guest.email.clone(),
        ..original
    };
    let raw = plain(&to_guest, "away.guest", "Auto-Submitted: auto-replied\r\n", away);
    assert_eq!(lmtp.deliver(&to_guest.host, &to_guest.reply_to, &raw).await, "250");
    post.nothing_leaves().await;
    post.later(DAY);
    post.nothing_leaves().await;
    assert_eq!(mails, 2);
}

#[tokio::test]
async fn f3_a_mail_provider_hands_mail_over_with_its_key() {
    const KEY: &str = "a-key-of-the-provider";
    let mut post = Post::with(&["--mail-in-domain", DOMAIN, "--mail-in-key", KEY]).await;
    let original = original(&mut post).await;
    let site = post.place.serve().await;
    let url = |to: &str| {
        let to = to.replace('+', "%2B");
        format!("{}/mail?to={to}&from={}", site.url, original.host)
    };
    let client = reqwest::Client::new();
    let raw = reply("gmail", &LANGUAGES[0], "By HTTP.\nTwo lines.", &original, "http.1");
    let send = |to: &str, key: &str, raw: Vec<u8>| {
        let request = client.post(url(to)).header("Authorization", format!("Bearer {key}")).body(raw);
        async move { request.send().await.unwrap().status() }
    };
    assert_eq!(send(&original.reply_to, "wrong", raw.clone()).await, StatusCode::UNAUTHORIZED);
    for _ in 0..2 {
        assert_eq!(send(&original.reply_to, KEY, raw.clone()).await, StatusCode::OK);
    }
    assert_eq!(
        send(&format!("reply+{}@{DOMAIN}", "0".repeat(32)), KEY, raw.clone()).await,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        send(&original.reply_to, KEY, vec![b'x'; 6 * 1024 * 1024]).await,
        StatusCode::PAYLOAD_TOO_LARGE
    );
    assert_eq!(texts(&post, post.talk).await[1..], ["By HTTP.\nTwo lines."]);
    let plain = Post::with(&OPTIONS).await;
    let other = plain.place.serve().await;
    let answer = client.post(format!("{}/mail?to=x", other.url)).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::NOT_FOUND, "without a key there is no such address");
}
