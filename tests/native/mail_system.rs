//! Mail there and back over Postfix and Dovecot (F2, F3): the mail as a client reads it by IMAP, and what mail programs write
//! in answer, handed to Postfix by swaks, back over LMTP. Run by `script/mail-servers test`.

use std::{
    io::Write,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use mail_parser::MessageParser;
use stoa::{server::domain::messages, shared::messages::Range};
use tokio::{net::TcpListener, task::spawn_blocking, time::sleep};

use crate::{
    mail::mailing_place,
    mail_programs::{LANGUAGES, Original, PROGRAMS, reply, typed},
};

/// Waits for the first mail of a mailbox, and prints it.
const READ_BY_IMAP: &str = "
import imaplib, sys, time
box = imaplib.IMAP4('127.0.0.1', 1143)
box.login(sys.argv[1], 'mail')
while int(box.select('INBOX')[1][0]) < 1: time.sleep(0.2)
sys.stdout.buffer.write(box.fetch('1', '(RFC822)')[1][0][1])
";

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs root and mail servers; script/mail-servers test runs it"]
async fn f3_real_servers_bring_a_mail_there_and_its_answers_back() {
    let folder = std::env::var("STOA_MAIL_SERVERS").expect("the folder of script/mail-servers");
    let lmtp = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = lmtp.local_addr().expect("an address").port().to_string();
    let servers = |arguments: &[&str]| {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("script/mail-servers");
        assert!(Command::new(script).args(arguments).status().expect("a script").success(), "{arguments:?}");
    };
    servers(&["start", &folder, &port]);
    let place = mailing_place("smtp://127.0.0.1:2525", &["--mail-in-domain", "reply.mail.test"]).await;
    tokio::spawn(stoa::web::listener::lmtp::serve(lmtp, place.context.clone()));
    let (guest, host) = (place.user("Gesa Guest").await, place.user("Hanno Host").await);
    let talk = place.conversation(&guest, &host).await.id;
    place.run("UPDATE users SET email_verified_at = 1").await;
    place.run("UPDATE users SET email = 'hanno@mail.test' WHERE name = 'Hanno Host'").await;
    place.send(&guest, talk, "Is the sauna wood-fired?").await.expect("a message");
    let read = spawn_blocking(|| Command::new("python3").args(["-c", READ_BY_IMAP, "hanno"]).output());
    let raw = read.await.expect("a thread").expect("Python").stdout;
    let mail = MessageParser::default().parse(&raw).expect("a mail");
    println!("{}", String::from_utf8_lossy(&raw).split("\r\n\r\n").next().unwrap_or_default());
    assert!(mail.body_text(0).is_some_and(|text| text.contains("Is the sauna wood-fired?")));
    let address = |to: Option<&mail_parser::Address<'_>>| {
        to.and_then(|to| to.first()).and_then(|to| to.address()).expect("an address").to_owned()
    };
    let original = Original {
        text: mail.body_text(0).expect("text").replace("\r\n", "\n"),
        html: mail.body_html(0).expect("HTML").into_owned(),
        reply_to: address(mail.reply_to()),
        bounce_to: mail.return_address().unwrap_or_default().to_owned(),
        message_id: mail.message_id().expect("an id").to_owned(),
        host: "hanno@mail.test".to_owned(),
    };
    assert!(original.reply_to.ends_with("@reply.mail.test"), "{}", original.reply_to);
    let (mut all, mut exact) = (0, 0);
    for language in &LANGUAGES {
        for program in PROGRAMS {
            for text in typed(language) {
                all += 1;
                let raw = reply(program, language, &text, &original, &format!("real.{all}"));
                let to = original.reply_to.clone();
                spawn_blocking(move || swaks(&to, &raw)).await.expect("a thread");
                let mut looks = 0..1_500;
                let came = loop {
                    assert!(
                        looks.next().is_some(),
                        "{program}, {}: {text:?} became no message",
                        language.code
                    );
                    let page = messages::page(&place.context, &guest, talk, Range::Newest, Some(1)).await;
                    let newest = page.expect("a page").messages.pop().expect("a message");
                    if newest.seq > all {
                        break newest.body;
                    }
                    sleep(Duration::from_millis(20)).await;
                };
                if came == text {
                    exact += 1;
                } else {
                    println!("{program}, {}\n  typed {text:?}\n  came  {came:?}", language.code);
                }
            }
        }
    }
    println!("{exact} of {all} replies came over Postfix as they were typed");
    servers(&["stop", &folder]);
    assert!(exact * 100 >= all * 98, "{exact} of {all}");
}

/// Hands a mail to Postfix.
fn swaks(to: &str, raw: &[u8]) {
    let arguments = [
        "--server",
        "127.0.0.1:2525",
        "--from",
        "hanno@mail.test",
        "--to",
        to,
        "--data",
        "-",
        "--silent",
        "2",
    ];
    let mut swaks = Command::new("swaks")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("swaks");
    swaks.stdin.take().expect("a pipe").write_all(raw).expect("written");
    assert!(swaks.wait().expect("it ends").success(), "Postfix takes it");
}
