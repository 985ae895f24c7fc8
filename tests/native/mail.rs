//! Mail to who is away (F2): what is unread comes as one mail, never what was read, deleted or stopped meanwhile.

use reqwest::{Method, StatusCode, header};
use stoa::{
    server::domain::{
        conversations, mail, messages,
        notifications::level,
        orders, tasks as background,
        users::{self, Client, quiet_hours},
    },
    server::store::tasks::{self, Queue},
    shared::{
        ids::{ConversationId, MessageId, OrderId, UserId},
        messages::Message,
        notifications::{
            kinds::{KindSet, NotificationKind},
            level::{ConversationLevel, NotificationLevel},
            preferences::Preferences,
        },
        orders::{
            code::OrderKey,
            workflow::{Status, Transition},
        },
        users::{Viewer, quiet_hours::QuietHours, rank::Rank},
        values::time::{DAY, MINUTE, SECOND},
        words::{self, Language},
    },
};

use crate::{
    mail_server::{Answer, Mail, MailServer},
    orders::stay,
    place::Place,
};

pub const SITE: &str = "http://chat.example";

/// A place that mails, with a guest and a host who have confirmed their addresses.
pub struct Post {
    pub place: Place,
    pub server: MailServer,
    pub guest: Viewer,
    pub host: Viewer,
    pub talk: ConversationId,
}

/// A place whose mail goes to this server a second after a message.
pub async fn mailing_place(smtp: &str, more: &[&str]) -> Place {
    let options = [
        "--sends-per-second",
        "1000000",
        "--smtp",
        smtp,
        "--mail-from",
        "Acme <notify@acme.example>",
        "--public-url",
        SITE,
        "--mail-after-seconds",
        "1",
    ];
    let place = Place::with(&[&options[..], more].concat()).await;
    // The people of tests have confirmed nothing.
    place.run("UPDATE settings SET can_publish_unconfirmed = 1").await;
    place
}

impl Post {
    async fn new() -> Self {
        Self::with(&[]).await
    }

    /// With more options of `stoa serve`.
    pub async fn with(more: &[&str]) -> Self {
        let server = MailServer::start().await;
        let place = mailing_place(&server.url, more).await;
        let (guest, host) = (place.user("Gesa Guest").await, place.user("Hanno Host").await);
        let talk = place.conversation(&guest, &host).await.id;
        place.run("UPDATE users SET email_verified_at = 1").await;
        Self { place, server, guest, host, talk }
    }

    pub async fn say(&self, text: &str) -> Message {
        self.place.send(&self.guest, self.talk, text).await.expect("a message")
    }

    async fn delete(&self, message: Message) {
        let deleted = messages::delete(&self.place.context, &self.guest, message.id, message.version).await;
        deleted.expect("deleted");
    }

    async fn read(&self) {
        let last = self.place.get(&self.host, self.talk).await.last_seq;
        let epoch = &self.place.context.epoch;
        let read =
            messages::receipts::mark_read(&self.place.context, &self.host, self.talk, last, epoch).await;
        read.expect("read");
    }

    /// Moves the clock, and has the workers look.
    pub fn later(&self, micros: i64) {
        self.place.context.clock.advance(micros);
        self.place.context.tasks_wake_up.notify_waiters();
    }

    /// Waits until everybody who was noted has been looked at and every task that is due is done, and says that no mail
    /// has left meanwhile.
    pub async fn nothing_leaves(&self) {
        let context = &self.place.context;
        while !context.away.is_empty() {
            tokio::task::yield_now().await;
        }
        mail::away::sweep(context).await.expect("a sweep");
        while background::advance(context, Queue::Mail, mail::handler).await.expect("an answer") > 0 {}
        self.workers_rest().await;
        assert!(self.server.is_empty(), "a mail has left");
    }

    /// The next mail, once its worker has noted that it was taken: what is said then, or the clock that is moved, comes
    /// after it for the server too.
    async fn mail(&mut self) -> Mail {
        let mail = self.server.next().await;
        self.workers_rest().await;
        mail
    }

    /// Waits until no worker has a task.
    async fn workers_rest(&self) {
        while self.tasks().await.iter().any(|(_, attempts, _)| *attempts > 0) {
            tokio::task::yield_now().await;
        }
    }

    async fn tasks(&self) -> Vec<(String, i64, Option<String>)> {
        self.place.rows("SELECT key, attempts, last_error FROM tasks ORDER BY key").await
    }
}

fn id(mail: &Mail) -> String {
    mail.header("Message-ID").expect("an id")
}

#[tokio::test]
async fn f2_what_stays_unread_comes_as_one_mail() {
    let mut post = Post::new().await;
    post.say("Is the sauna wood-fired?\n<b>And</b> is there a boat?").await;
    post.say("We are three, and a dog.").await;
    let mail = post.mail().await;
    assert_eq!(mail.to, post.host.email);
    let text = mail.text();
    for said in [
        "2 new messages",
        "Is the sauna wood-fired?\n<b>And</b> is there a boat?",
        "We are three, and a dog.",
    ] {
        assert!(text.contains(said), "{text}");
    }
    assert!(mail.html().contains("&lt;b&gt;And&lt;/b&gt;"), "text is never HTML");
    assert_eq!(mail.parsed().subject(), Some("Boathouse on the lake – Gesa Guest"));
    let from = mail.parsed().from().and_then(|from| from.first()).cloned().unwrap();
    assert_eq!((from.name(), from.address()), (Some("Gesa Guest · Acme"), Some("notify@acme.example")));
    assert_eq!(mail.header("Auto-Submitted").as_deref(), Some("auto-generated"));
    assert_eq!(mail.header("List-Unsubscribe-Post").as_deref(), Some("List-Unsubscribe=One-Click"));
    assert!(mail.header("References").is_some() && mail.header("In-Reply-To").is_some());
    assert_eq!(mail.link(SITE, "/messages/"), format!("/messages/{}", post.talk));
    post.nothing_leaves().await;
    assert_eq!(post.tasks().await, [], "what is done is deleted");
}

#[tokio::test]
async fn f2_the_first_message_of_a_conversation_is_mailed_like_any_other() {
    let mut post = Post::new().await;
    let (context, listing) = (post.place.context.clone(), post.place.listing(&post.host).await);
    let (id, text) = (MessageId::new(), "Is it free in May?".to_owned());
    conversations::start(&context, &post.guest, listing, id, text.clone()).await.expect("a conversation");
    assert!(post.mail().await.text().contains(&text));
}

#[tokio::test]
async fn f2_a_marketplace_may_keep_texts_out_of_mails() {
    let mut post = Post::with(&["--mail-without-text"]).await;
    post.say("Only between us").await;
    let mail = post.mail().await;
    assert!(mail.text().contains("Gesa Guest wrote to you"), "{}", mail.text());
    assert!(!mail.text().contains("between us") && !mail.html().contains("between us"));
}

#[tokio::test]
async fn f2_the_next_mail_comes_a_quarter_of_an_hour_later_and_after_three_a_day_later() {
    let mut post = Post::new().await;
    post.say("One").await;
    let first = post.mail().await;
    let mut ids = vec![id(&first)];
    for (round, wait) in [(2, 15 * MINUTE), (3, 15 * MINUTE), (4, DAY)] {
        let text = format!("Number {round}");
        post.say(&text).await;
        post.nothing_leaves().await;
        post.later(wait - 10 * SECOND);
        post.nothing_leaves().await;
        post.later(20 * SECOND);
        let mail = post.mail().await;
        assert!(mail.text().contains(&text) && !mail.text().contains("One"), "only what is new");
        assert_eq!(mail.header("References"), first.header("References"), "one thread");
        ids.push(id(&mail));
    }
    ids.dedup();
    assert_eq!(ids.len(), 4, "four mails");
    // Whoever reads is told of the next one after a quarter of an hour again.
    post.read().await;
    post.say("After reading").await;
    post.nothing_leaves().await;
    post.later(15 * MINUTE);
    assert!(post.mail().await.text().contains("After reading"));
}

#[tokio::test]
async fn f2_nothing_is_mailed_that_was_read_deleted_stopped_or_is_not_to_be_told() {
    let mut post = Post::new().await;
    post.say("Read at once").await;
    post.read().await;
    let typo = post.say("A mistake").await;
    post.delete(typo).await;
    post.nothing_leaves().await;

    post.say("Kept").await;
    let gone = post.say("Deleted").await;
    post.delete(gone).await;
    let mail = post.mail().await;
    assert!(mail.text().contains("Kept") && !mail.text().contains("Deleted"));

    post.later(DAY);
    for (change, back) in [
        ("UPDATE users SET email_verified_at = NULL", "UPDATE users SET email_verified_at = 1"),
        ("UPDATE participants SET mail_off = 1", "UPDATE participants SET mail_off = 0"),
        ("UPDATE participants SET muted_at = 1", "UPDATE participants SET muted_at = NULL"),
        ("UPDATE participants SET left_at = 1", "UPDATE participants SET left_at = NULL"),
        (
            "UPDATE users SET suspended_at = 1 WHERE name = 'Hanno Host'",
            "UPDATE users SET suspended_at = NULL",
        ),
    ] {
        post.say(change).await;
        post.place.run(change).await;
        post.nothing_leaves().await;
        post.place.run(back).await;
        post.read().await;
    }
    let preferences =
        Preferences { mail: KindSet::ALL.with(NotificationKind::Message, false), ..Preferences::default() };
    stoa::server::domain::notifications::save_preferences(
        &post.place.context,
        &post.host,
        preferences,
        false,
    )
    .await
    .unwrap();
    post.say("Not wanted").await;
    post.nothing_leaves().await;
}

#[tokio::test]
async fn f2_a_mail_that_was_not_taken_is_tried_again_and_one_that_never_will_be_is_given_up() {
    let mut post = Post::new().await;
    post.server.answer(&[Answer::Later, Answer::Lost]);
    post.say("Try again").await;
    let first = post.server.next().await;
    let reason = loop {
        if let [(_, 1, Some(reason))] = &post.tasks().await[..] {
            break reason.clone();
        }
        tokio::task::yield_now().await;
    };
    assert!(reason.contains("later"), "{reason}");
    post.later(2 * MINUTE);
    let second = post.server.next().await;
    // Until the second attempt is known to have failed.
    while !matches!(&post.tasks().await[..], [(_, 2, Some(other))] if *other != reason) {
        tokio::task::yield_now().await;
    }
    post.say("Said meanwhile").await;
    post.later(10 * MINUTE);
    let third = post.server.next().await;
    assert_eq!(id(&first), id(&second));
    assert_eq!(id(&second), id(&third), "a second copy is the same mail");
    assert!(!third.text().contains("Said meanwhile"), "and says the same");
    // Until another task stands in the place of the one that is done.
    while !matches!(&post.tasks().await[..], [(_, 0, None)]) {
        tokio::task::yield_now().await;
    }
    post.later(DAY);
    assert!(post.server.next().await.text().contains("Said meanwhile"), "what came meanwhile has its turn");

    post.read().await;
    post.server.answer(&[Answer::Never]);
    post.say("Never").await;
    post.later(2 * DAY);
    post.server.next().await;
    let failed = loop {
        let failed = post
            .place
            .context
            .store
            .read(|mut conn| Box::pin(async move { tasks::failed(&mut conn, 10).await }))
            .await
            .unwrap();
        if !failed.is_empty() {
            break failed;
        }
        tokio::task::yield_now().await;
    };
    assert!(failed[0].last_error.as_deref().is_some_and(|reason| reason.contains("never")), "{failed:?}");
}

#[tokio::test]
async fn f2_a_step_of_an_order_is_mailed_at_once_by_kind() {
    let mut post = Post::new().await;
    let listing = post.place.listing(&post.host).await;
    let order =
        orders::create(&post.place.context, &post.guest, OrderId::new(), Some(listing), stay(&post.place))
            .await
            .unwrap();
    let asked = post.mail().await;
    assert_eq!(asked.to, post.host.email);
    assert!(asked.text().contains("Gesa Guest wants to book"), "{}", asked.text());
    assert!(asked.text().contains(&order.card.code.to_string()));
    let preferences =
        Preferences { mail: KindSet::ALL.with(NotificationKind::Booking, false), ..Preferences::default() };
    stoa::server::domain::notifications::save_preferences(
        &post.place.context,
        &post.guest,
        preferences,
        false,
    )
    .await
    .unwrap();
    let key = OrderKey::Id(order.card.id);
    orders::apply_transition(
        &post.place.context,
        &post.host,
        &key,
        MessageId::new(),
        Status::Pending,
        Transition::Accept,
    )
    .await
    .unwrap();
    post.nothing_leaves().await;
}

#[tokio::test]
async fn f2_an_address_is_mailed_to_once_its_owner_has_confirmed_it() {
    let mut post = Post::new().await;
    post.place.run("UPDATE users SET email_verified_at = NULL").await;
    let site = post.place.serve().await;
    let session = post.place.session(&post.host).await;
    // Requests of our own pages come from the public URL.
    let client = reqwest::Client::new();
    let asked = client.post(format!("{}/rpc/ask_to_confirm", site.url)).header(header::ORIGIN, SITE);
    let asked =
        asked.header(header::COOKIE, format!("stoa_session={}", session.as_str())).send().await.unwrap();
    assert_eq!(asked.status(), StatusCode::OK);
    let mail = post.mail().await;
    assert_eq!(mail.header("List-Unsubscribe"), None);
    let path = mail.link(SITE, "/mail/confirm/");
    let confirmed = async || {
        let rows: Vec<(i64,)> =
            post.place.rows("SELECT COUNT(*) FROM users WHERE email_verified_at IS NOT NULL").await;
        rows[0].0
    };
    assert_eq!(site.request(Method::GET, &path, None).send().await.unwrap().status(), StatusCode::OK);
    assert_eq!(confirmed().await, 0, "opening the link changes nothing");
    let token = path.rsplit('/').next().unwrap().to_owned();
    let confirm = async |token: &str| {
        let request = client.post(format!("{}/rpc/confirm_address", site.url)).header(header::ORIGIN, SITE);
        request.form(&[("token", token)]).send().await.unwrap().status()
    };
    let changed = format!("{}{}", if token.starts_with('A') { 'B' } else { 'A' }, &token[1..]);
    assert_eq!(confirm(&changed).await, StatusCode::NOT_FOUND);
    assert_eq!(confirmed().await, 0);
    assert!(confirm(&token).await.is_success());
    assert_eq!(confirmed().await, 1);
    post.later(2 * DAY);
    assert_eq!(confirm(&token).await, StatusCode::NOT_FOUND, "a link is good for a day");
}

#[tokio::test]
async fn f2_a_link_stops_mails_by_a_button_or_one_click_and_not_by_being_opened() {
    let mut post = Post::new().await;
    let site = post.place.serve().await;
    post.say("One").await;
    let mail = post.mail().await;
    let path = mail.link(SITE, "/mail/stop/");
    assert!(mail.header("List-Unsubscribe").unwrap().contains(&path));
    for _ in 0..3 {
        let page = site.request(Method::GET, &path, None).send().await.unwrap();
        assert_eq!(page.status(), StatusCode::OK);
    }
    let stopped = async || {
        let rows: Vec<(i64,)> = post.place.rows("SELECT COUNT(*) FROM participants WHERE mail_off = 1").await;
        rows[0].0
    };
    assert_eq!(stopped().await, 0, "a scanner that opens the link changes nothing");
    // A mail program has neither a cookie nor an origin.
    let one_click =
        reqwest::Client::new().post(format!("{}{path}", site.url)).body("List-Unsubscribe=One-Click");
    let one_click = one_click.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    assert_eq!(one_click.send().await.unwrap().status(), StatusCode::OK);
    assert_eq!(stopped().await, 1);
    post.later(DAY);
    post.say("Two").await;
    post.nothing_leaves().await;

    let mut refused = 0;
    for guess in 0..1_000 {
        let token = format!("{guess:0>100}");
        let status = reqwest::Client::new()
            .post(format!("{}/mail/stop/{token}", site.url))
            .send()
            .await
            .unwrap()
            .status();
        assert!(status == StatusCode::NOT_FOUND || status == StatusCode::TOO_MANY_REQUESTS, "{status}");
        refused += usize::from(status == StatusCode::TOO_MANY_REQUESTS);
    }
    assert!(refused > 900, "guesses are limited: {refused}");
    assert_eq!(stopped().await, 1);
}

#[tokio::test]
async fn f15_what_is_held_in_quiet_hours_comes_as_one_mail_when_they_end() {
    let mut post = Post::new().await;
    let context = post.place.context.clone();
    // An hour of quiet, which has just begun.
    let minute = context.clock.now().0.rem_euclid(DAY) / MINUTE;
    let hours = QuietHours { from: minute, to: (minute + 60) % 1_440 };
    quiet_hours::choose(&context, &post.host, Some(hours), "UTC").await.unwrap();
    assert!(quiet_hours::choose(&context, &post.host, Some(hours), "Moon/Base").await.is_err());
    post.say("First").await;
    post.say("Second").await;
    let listing = post.place.listing(&post.host).await;
    orders::create(&context, &post.guest, OrderId::new(), Some(listing), stay(&post.place)).await.unwrap();
    let read_later = post.say("Third, of the same conversation").await;
    post.nothing_leaves().await;
    post.later(30 * MINUTE);
    post.nothing_leaves().await;
    assert_eq!(post.tasks().await.len(), 1, "all is held by one task");
    post.delete(read_later).await;
    post.later(31 * MINUTE);
    let mail = post.mail().await;
    let text = mail.text();
    for said in ["While it was quiet: 2 messages", "First", "Second", "Gesa Guest wants to book"] {
        assert!(text.contains(said), "{said} in {text}");
    }
    assert!(!text.contains("Third"), "deleted meanwhile");
    post.later(DAY);
    post.nothing_leaves().await;
    // Nothing is left to tell of what was read.
    let minute = context.clock.now().0.rem_euclid(DAY) / MINUTE;
    let hours = QuietHours { from: minute, to: (minute + 60) % 1_440 };
    quiet_hours::choose(&context, &post.host, Some(hours), "UTC").await.unwrap();
    post.say("Read in time").await;
    post.nothing_leaves().await;
    post.read().await;
    post.later(61 * MINUTE);
    post.nothing_leaves().await;
}

#[tokio::test]
async fn f16_a_muted_conversation_counts_for_nothing_until_its_time_is_over() {
    let post = Post::new().await;
    let context = post.place.context.clone();
    post.say("Before").await;
    let unread = |viewer| messages::receipts::unread_total(&context, viewer);
    assert_eq!(unread(&post.host).await.unwrap(), 1);
    let until = Some(context.clock.now().plus(8 * 60 * MINUTE));
    let muted = ConversationLevel { level: NotificationLevel::Nothing, until };
    level::set(&context, &post.host, post.talk, muted).await.unwrap();
    assert_eq!(level::get(&context, &post.host, post.talk).await.unwrap(), muted);
    assert_eq!(unread(&post.host).await.unwrap(), 0);
    post.say("Not told").await;
    post.nothing_leaves().await;
    // The other one notices nothing, and strangers can't tell.
    assert_eq!(level::get(&context, &post.guest, post.talk).await.unwrap(), ConversationLevel::default());
    let stranger = post.place.user("Sam Stranger").await;
    assert!(level::get(&context, &stranger, post.talk).await.is_err());
    assert!(level::set(&context, &stranger, post.talk, muted).await.is_err());
    // Made longer: the first time passes without an effect.
    let longer = ConversationLevel { until: Some(context.clock.now().plus(10 * 60 * MINUTE)), ..muted };
    level::set(&context, &post.host, post.talk, longer).await.unwrap();
    post.later(9 * 60 * MINUTE);
    while background::advance(&context, Queue::Timer, level::handler).await.unwrap() > 0 {}
    assert_eq!(level::get(&context, &post.host, post.talk).await.unwrap(), longer);
    post.later(2 * 60 * MINUTE);
    while background::advance(&context, Queue::Timer, level::handler).await.unwrap() > 0 {}
    // The server's own worker may have it.
    post.workers_rest().await;
    assert_eq!(level::get(&context, &post.host, post.talk).await.unwrap(), ConversationLevel::default());
    assert_eq!(unread(&post.host).await.unwrap(), 2);
    for wrong in [Some(context.clock.now()), Some(context.clock.now().plus(400 * DAY))] {
        let wrong = ConversationLevel { until: wrong, ..muted };
        assert!(level::set(&context, &post.host, post.talk, wrong).await.is_err());
    }
    post.place.settle().await;
}

#[tokio::test]
async fn f3_the_sender_sees_how_far_a_message_got() {
    let mut post = Post::new().await;
    let message = post.say("Did you get this?").await;
    let context = post.place.context.clone();
    let steps = async |post: &Post| {
        let reach = messages::reach::of_message(&post.place.context, &post.guest, message.id).await.unwrap();
        let [one] = &reach.recipients[..] else { panic!("{reach:?}") };
        (one.is_delivered, one.is_mailed, one.is_bounced, one.is_read)
    };
    assert_eq!(steps(&post).await, (false, false, false, false));
    post.server.next().await;
    post.nothing_leaves().await;
    assert_eq!(steps(&post).await, (false, true, false, false));
    post.place.run("UPDATE participants SET bounced_seq = mailed_seq").await;
    assert_eq!(steps(&post).await, (false, true, true, false));
    post.read().await;
    assert_eq!(steps(&post).await, (true, true, true, true));
    assert!(
        messages::reach::of_message(&context, &post.host, message.id).await.is_err(),
        "the sender's alone"
    );
}

#[tokio::test]
async fn f15_mails_are_in_the_language_in_which_their_reader_signed_in_last() {
    let mut post = Post::new().await;
    let context = post.place.context.clone();
    // Without one nobody signs up.
    post.place.admin("Ada").await;
    let client = Client {
        client_ip: "home".to_owned().into(),
        user_agent: String::new(),
        device_token: None,
        time_zone: None,
    };
    let (name, email) = ("Mona Mirror", "mona@example.com");
    let signed_up = users::sign_up(&context, name, email, "a quiet harbour at dusk", &client);
    words::speaking(Language::Mirrored, signed_up).await.expect("an account");
    let notice = post.mail().await;
    post.place.run("UPDATE users SET email_verified_at = 1").await;
    let ids: Vec<(uuid::Uuid,)> = post.place.rows("SELECT id FROM users WHERE name = 'Mona Mirror'").await;
    let mona = Viewer {
        id: UserId(ids[0].0),
        name: name.to_owned(),
        email: email.to_owned(),
        hue: 0,
        rank: Rank::Member,
    };
    let talk = post.place.conversation(&post.guest, &mona).await.id;
    post.place.send(&post.guest, talk, "Is the sauna wood-fired?").await.expect("a message");
    let mail = post.mail().await;
    for mail in [&notice, &mail] {
        assert!(mail.html().contains("<html lang=\"ar-XB\" dir=\"rtl\">"), "{}", mail.html());
        assert_eq!(mail.to, email);
    }
    assert!(
        mail.text().contains("\u{200b}Open the conversation")
            && mail.text().contains("Is the sauna wood-fired?")
    );
}
