//! Webhooks and the event log (R4): each event comes signed, in order for each conversation, whatever the receiver does meanwhile; and
//! programs without an open port follow by `/api/events`.

mod following;
#[cfg(feature = "chaos")]
mod kills;
mod receiver;
mod rights;

use std::collections::BTreeMap;

use axum::http::header;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use stoa::{
    server::{
        auth::{access::Access, session_tokens::Token},
        domain::{
            messages,
            operators::{
                event_log::{cleanup, collector},
                user_directory,
                webhooks::{self, Choice},
            },
        },
    },
    shared::{
        ids::{ConversationId, WebhookId},
        messages::Message,
        operators::{
            events::EventType,
            user_directory::UserChange,
            webhooks::{DeliveryState, OffReason, Webhook, WebhookDelivery},
        },
        users::Viewer,
        values::time::{DAY, HOUR, MINUTE, SECOND},
    },
};

use crate::place::{Place, answer};
use receiver::{Receiver, Reply};

const OPTIONS: [&str; 3] = ["--sends-per-second", "1000000", "--allow-private-webhook-hosts"];

/// A place with an admin who makes webhooks, and two who talk.
struct Post {
    place: Place,
    receiver: Receiver,
    admin: Viewer,
    guest: Viewer,
    host: Viewer,
    talk: ConversationId,
}

impl Post {
    async fn new() -> Self {
        let place = Place::with(&OPTIONS).await;
        let admin = place.admin("Ada").await;
        let (guest, host) = (place.user("Noor").await, place.user("Tomas").await);
        let talk = place.conversation(&guest, &host).await.id;
        Self { receiver: Receiver::start().await, place, admin, guest, host, talk }
    }

    /// A webhook of these types, with texts, and its secret.
    async fn hook(&self, types: &[EventType]) -> (WebhookId, String) {
        self.hook_with(types, true).await
    }

    async fn hook_with(&self, types: &[EventType], with_text: bool) -> (WebhookId, String) {
        let types: Vec<_> = types.iter().map(|kind| kind.as_str()).collect();
        let choice = Choice { types: types.join(" "), with_text };
        let (context, url) = (&self.place.context, &self.receiver.url);
        let made = webhooks::create(context, &self.admin, Access::Session, WebhookId::new(), url, choice);
        let made = made.await.expect("a webhook");
        (made.id, made.secret)
    }

    async fn say(&self, text: &str) -> Message {
        self.place.send(&self.guest, self.talk, text).await.expect("a message")
    }

    /// Another conversation of the guest.
    async fn other_talk(&self) -> ConversationId {
        let host = self.place.user("Bea").await;
        self.place.conversation(&self.guest, &host).await.id
    }

    /// Moves the clock, and has the workers look.
    fn later(&self, micros: i64) {
        self.place.context.clock.advance(micros);
        self.place.context.event_log.wake_workers();
    }

    async fn webhook(&self, id: WebhookId) -> Webhook {
        let list = webhooks::list(&self.place.context, &self.admin, None).await.expect("a list");
        list.webhooks.into_iter().find(|webhook| webhook.id == id).expect("the webhook")
    }

    async fn deliveries(&self, id: WebhookId) -> Vec<WebhookDelivery> {
        let page = webhooks::deliveries(&self.place.context, &self.admin, id, false, None).await;
        page.expect("a page").deliveries
    }

    /// Waits until the deliveries are as wanted.
    async fn become_so(&self, id: WebhookId, is_wanted: impl Fn(&[WebhookDelivery]) -> bool) {
        while !is_wanted(&self.deliveries(id).await) {
            tokio::task::yield_now().await;
        }
    }

    async fn are_delivered(&self, id: WebhookId, count: usize) {
        let is_done = |one: &WebhookDelivery| one.state == DeliveryState::Delivered;
        self.become_so(id, |all| all.len() == count && all.iter().all(is_done)).await;
    }
}

const MESSAGES: [EventType; 3] =
    [EventType::MessageCreated, EventType::MessageEdited, EventType::MessageDeleted];

#[tokio::test]
async fn r4_messages_come_signed_and_in_order_with_what_became_of_them() {
    let mut post = Post::new().await;
    let (id, secret) = post.hook(&MESSAGES).await;
    let first = post.say("Is the sauna wood-fired?").await;
    let created = post.receiver.next().await;
    assert!(created.is_signed_by(&secret), "{created:?}");
    assert!(!created.is_signed_by("whsec_AAAA"));
    assert_eq!((created.kind(), created.text()), ("message.created", Some("Is the sauna wood-fired?")));
    assert_eq!(created.header("content-type"), "application/json");
    let message = &created.event["data"]["message"];
    assert_eq!((&message["id"], &message["seq"]), (&json!(first.id), &json!(1)));
    assert_eq!(message["sender"], json!({ "id": post.guest.id, "external_id": null }));
    let conversation = &created.event["data"]["conversation"];
    assert_eq!((created.conversation(), &conversation["kind"]), (&*post.talk.to_string(), &json!("listing")));
    assert_eq!(created.event["id"], created.id());

    let context = &post.place.context;
    let edited =
        messages::edit(context, &post.guest, first.id, first.version, "Is it?".into()).await.unwrap();
    let call = post.receiver.next().await;
    assert_eq!((call.kind(), call.text(), call.seq()), ("message.edited", Some("Is it?"), 1));
    messages::delete(context, &post.guest, first.id, edited.message.version).await.unwrap();
    let call = post.receiver.next().await;
    assert_eq!((call.kind(), call.text(), call.seq()), ("message.deleted", None, 1));
    for number in 2..=30 {
        post.say(&format!("{number}")).await;
    }
    let calls = post.receiver.take(29).await;
    assert!(calls.iter().all(|call| call.is_signed_by(&secret)));
    assert_eq!(calls.iter().map(receiver::Call::seq).collect::<Vec<_>>(), (2..=30).collect::<Vec<_>>());
    post.are_delivered(id, 30.min(post.deliveries(id).await.len())).await;
    assert_eq!(post.webhook(id).await.failing_since, None);
}

#[tokio::test]
async fn r4_without_texts_only_ids_and_codes_leave_the_house() {
    let mut post = Post::new().await;
    let all: Vec<_> = EventType::ALL.to_vec();
    post.hook_with(&all, false).await;
    post.say("A secret about the sauna").await;
    let call = post.receiver.next().await;
    assert_eq!((call.kind(), call.seq()), ("message.created", 1));
    assert!(!call.body.contains("secret") && !call.body.contains("Noor"), "{}", call.body);
    assert_eq!(call.event["data"]["message"]["text"], Value::Null);
}

#[tokio::test]
async fn r4_what_is_deleted_meanwhile_has_no_text_any_more() {
    let mut post = Post::new().await;
    let (id, _) = post.hook(&[EventType::MessageCreated]).await;
    post.receiver.answer(|_| Reply::Status(503));
    let said = post.say("A secret").await;
    assert_eq!(post.receiver.next().await.text(), Some("A secret"));
    post.become_so(id, |all| all.iter().any(|one| one.attempts == 1)).await;
    messages::delete(&post.place.context, &post.guest, said.id, said.version).await.unwrap();
    post.receiver.answer(|_| Reply::Status(200));
    post.later(6 * SECOND);
    let call = post.receiver.next().await;
    assert_eq!((call.kind(), call.text()), ("message.created", None));
    assert!(call.event["data"]["message"]["deleted_at"].is_i64(), "{}", call.body);
}

#[tokio::test]
async fn r4_a_receiver_that_is_down_gets_everything_later_in_order_for_each_conversation() {
    let mut post = Post::new().await;
    let (id, secret) = post.hook(&[EventType::MessageCreated]).await;
    let others = [post.other_talk().await, post.other_talk().await];
    post.receiver.answer(|_| Reply::Status(500));
    for number in 0..10 {
        post.say(&format!("{number}")).await;
        for talk in others {
            post.place.send(&post.guest, talk, &format!("{number}")).await.unwrap();
        }
    }
    // Each conversation has failed once, and nothing behind the first message was even tried.
    post.become_so(id, |all| all.len() == 30 && all.iter().filter(|one| one.attempts == 1).count() == 3)
        .await;
    assert!(post.receiver.taken().iter().all(|call| call.seq() == 1));
    assert!(post.webhook(id).await.failing_since.is_some());
    for (attempt, pause) in [(2, 6 * SECOND), (3, 6 * MINUTE), (4, 40 * MINUTE)] {
        post.later(pause);
        assert!(post.receiver.take(3).await.iter().all(|call| call.seq() == 1));
        post.become_so(id, |all| all.iter().filter(|one| one.attempts == attempt).count() == 3).await;
    }
    post.receiver.answer(|_| Reply::Status(200));
    post.later(3 * HOUR);
    let calls = post.receiver.take(30).await;
    let mut seqs = BTreeMap::<String, Vec<i64>>::new();
    for call in &calls {
        assert!(call.is_signed_by(&secret));
        seqs.entry(call.conversation().to_owned()).or_default().push(call.seq());
    }
    assert_eq!(seqs.len(), 3);
    assert!(seqs.values().all(|seqs| *seqs == (1..=10).collect::<Vec<_>>()), "{seqs:?}");
    post.are_delivered(id, 30).await;
    assert_eq!(post.webhook(id).await.failing_since, None);
}

#[tokio::test]
async fn r4_a_conversation_that_fails_holds_back_no_other() {
    let mut post = Post::new().await;
    let (id, _) = post.hook(&[EventType::MessageCreated]).await;
    let (bad, good) = (post.talk.to_string(), post.other_talk().await);
    post.receiver.answer(move |call| Reply::Status(if call.conversation() == bad { 400 } else { 200 }));
    for number in 0..5 {
        post.say(&format!("{number}")).await;
        post.place.send(&post.guest, good, &format!("{number}")).await.unwrap();
    }
    post.become_so(id, |all| all.iter().filter(|one| one.state == DeliveryState::Delivered).count() == 5)
        .await;
    let failed: Vec<_> =
        post.receiver.taken().into_iter().filter(|call| call.conversation() != good.to_string()).collect();
    assert!(!failed.is_empty() && failed.iter().all(|call| call.seq() == 1), "{failed:?}");
    // Given up after three days, and the next one has its turn.
    post.place.send(&post.guest, good, "on").await.unwrap();
    while post.webhook(id).await.failing_since.is_some() {
        tokio::task::yield_now().await;
    }
    post.later(4 * DAY);
    post.become_so(id, |all| all.iter().any(|one| one.state == DeliveryState::GivenUp)).await;
    post.receiver.answer(|_| Reply::Status(200));
    post.later(10 * MINUTE);
    post.become_so(id, |all| all.iter().all(|one| one.state != DeliveryState::Waiting)).await;
    let given_up = post.deliveries(id).await.iter().filter(|one| one.state == DeliveryState::GivenUp).count();
    assert_eq!((given_up, post.webhook(id).await.given_up), (1, 1));
}

#[tokio::test]
async fn r4_an_answer_that_does_not_come_holds_back_no_other_conversation() {
    let mut post = Post::new().await;
    let (id, _) = post.hook(&[EventType::MessageCreated]).await;
    let (slow, other) = (post.talk.to_string(), post.other_talk().await);
    post.receiver
        .answer(move |call| if call.conversation() == slow { Reply::Hold } else { Reply::Status(200) });
    post.say("held").await;
    assert_eq!(post.receiver.next().await.text(), Some("held"));
    post.place.send(&post.guest, other, "passes").await.unwrap();
    assert_eq!(post.receiver.next().await.text(), Some("passes"));
    post.become_so(id, |all| all.iter().any(|one| one.state == DeliveryState::Delivered)).await;
    post.receiver.release();
    post.are_delivered(id, 2).await;
}

#[tokio::test]
async fn r4_a_redirect_is_a_failure_and_an_answer_is_kept_at_its_beginning() {
    let mut post = Post::new().await;
    let (id, _) = post.hook(&[EventType::MessageCreated]).await;
    let elsewhere = post.receiver.url.replace("/hooks", "/elsewhere");
    post.receiver.answer(move |_| Reply::With(307, header::LOCATION, elsewhere.clone()));
    post.say("Hi").await;
    assert_eq!(post.receiver.next().await.path, "/hooks");
    post.become_so(id, |all| all.iter().any(|one| one.status == Some(307))).await;
    assert!(post.receiver.taken().is_empty(), "it was followed");
    post.receiver.answer(|_| Reply::Body(500, format!("no\0 {}", "x".repeat(100_000))));
    post.later(6 * SECOND);
    post.become_so(id, |all| all.iter().any(|one| one.status == Some(500))).await;
    let [delivery] = &post.deliveries(id).await[..] else { panic!("one delivery") };
    let answer = delivery.answer.as_deref().unwrap_or_default();
    assert!(answer.starts_with("no x") && answer.len() < 1_024, "{}", answer.len());
    // Whoever asks for patience gets it.
    post.receiver.answer(|_| Reply::With(429, header::RETRY_AFTER, "1800".into()));
    post.later(6 * MINUTE);
    post.become_so(id, |all| all.iter().any(|one| one.status == Some(429))).await;
    let [delivery] = &post.deliveries(id).await[..] else { panic!("one delivery") };
    assert!(delivery.due_at.unwrap().0 - delivery.last_at.unwrap().0 >= 30 * MINUTE);
}

#[tokio::test]
async fn r4_one_that_is_gone_or_fails_for_three_days_is_switched_off_and_admins_are_told() {
    for (status, wanted) in [(410, OffReason::Gone), (503, OffReason::Failing)] {
        let mut post = Post::new().await;
        let (id, _) = post.hook(&[EventType::MessageCreated]).await;
        post.receiver.answer(move |_| Reply::Status(status));
        post.say("Hi").await;
        post.receiver.next().await;
        if wanted == OffReason::Failing {
            post.become_so(id, |all| all.iter().any(|one| one.attempts == 1)).await;
            post.later(2 * DAY);
            post.become_so(id, |all| all.iter().any(|one| one.attempts == 2)).await;
            assert_eq!(post.webhook(id).await.off, None);
            post.later(2 * DAY);
        }
        while post.webhook(id).await.off != Some(wanted) {
            tokio::task::yield_now().await;
        }
        let told: Vec<(String,)> = post
            .place
            .rows(
                "SELECT n.event FROM notifications n JOIN users u ON u.id = n.user_id WHERE u.rank = 'admin'",
            )
            .await;
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].0.contains("/operator/webhooks") && !told[0].0.contains("/hooks\""), "{told:?}");
        // What happens meanwhile waits, and comes once it is on again.
        post.receiver.taken();
        post.say("later").await;
        collector::catch_up(&post.place.context).await.unwrap();
        post.receiver.answer(|_| Reply::Status(200));
        webhooks::switch(&post.place.context, &post.admin, id, true).await.unwrap();
        let texts: Vec<_> = post.receiver.take(if wanted == OffReason::Gone { 2 } else { 1 }).await;
        assert_eq!(texts.last().unwrap().text(), Some("later"), "{texts:?}");
    }
}

#[tokio::test]
async fn r4_a_test_goes_to_its_own_webhook_and_an_event_can_be_sent_again() {
    let mut post = Post::new().await;
    let (id, secret) = post.hook(&[EventType::MessageCreated]).await;
    let (other, _) = post.hook(&[EventType::MessageCreated]).await;
    webhooks::test(&post.place.context, &post.admin, id).await.unwrap();
    let test = post.receiver.next().await;
    assert_eq!((test.kind(), test.is_signed_by(&secret)), ("webhook.test", true));
    post.are_delivered(id, 1).await;
    let position = post.deliveries(id).await[0].position;
    webhooks::send_again(&post.place.context, &post.admin, id, position).await.unwrap();
    let again = post.receiver.next().await;
    assert_eq!((again.id(), &again.event), (test.id(), &test.event));
    post.become_so(id, |all| all[0].attempts == 2 && all[0].state == DeliveryState::Delivered).await;
    assert!(post.deliveries(other).await.is_empty());
    let missing = webhooks::send_again(&post.place.context, &post.admin, id, position + 1).await;
    assert_eq!(missing.unwrap_err().code.as_str(), "not_found");
    webhooks::switch(&post.place.context, &post.admin, id, false).await.unwrap();
    let off = webhooks::test(&post.place.context, &post.admin, id).await.unwrap_err();
    assert_eq!(off.code.as_str(), "conflict");
}

#[tokio::test]
async fn r4_two_secrets_sign_for_a_day() {
    let mut post = Post::new().await;
    let (id, former) = post.hook(&[EventType::MessageCreated]).await;
    let new = webhooks::rotate(&post.place.context, &post.admin, id, None).await.unwrap().secret;
    assert_ne!(new, former);
    post.say("both").await;
    let call = post.receiver.next().await;
    assert!(call.is_signed_by(&new) && call.is_signed_by(&former));
    assert!(post.webhook(id).await.former_secret_until.is_some());
    post.later(DAY + HOUR);
    post.say("one").await;
    let call = post.receiver.next().await;
    assert!(call.is_signed_by(&new) && !call.is_signed_by(&former));
    assert_eq!(post.webhook(id).await.former_secret_until, None);
}

#[tokio::test]
async fn r7_a_secret_that_is_asked_for_again_with_the_same_key_is_the_same() {
    let mut post = Post::new().await;
    let (id, former) = post.hook(&[EventType::MessageCreated]).await;
    let site = post.place.serve().await;
    let (ada, bo) = (post.place.session(&post.admin).await, post.place.admin("Bo").await);
    let bo = post.place.session(&bo).await;
    let path = format!("/api/webhooks/{id}/secret");
    let rotate = async |session: &Token, key: &str| {
        let request = site.request(Method::POST, &path, Some(session)).header("idempotency-key", key);
        let (status, made) = answer(request.json(&Value::Null)).await;
        (status, made["secret"].as_str().unwrap_or_default().to_owned())
    };
    for wrong in ["", &"x".repeat(65)] {
        assert_eq!(rotate(&ada, wrong).await.0, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
    let (status, new) = rotate(&ada, "first").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(rotate(&ada, "first").await, (StatusCode::OK, new.clone()), "its answer was lost");
    // The receiver, which has learned of neither yet, still knows what is signed.
    post.say("both").await;
    let call = post.receiver.next().await;
    assert!(call.is_signed_by(&new) && call.is_signed_by(&former));
    let (status, other) = rotate(&bo, "first").await;
    assert!(status == StatusCode::OK && other != new, "a key is its user’s own");
    assert_ne!(rotate(&bo, "second").await.1, other, "another key, another secret");
}

#[tokio::test]
async fn r4_orders_people_and_rooms_are_told_of() {
    let mut post = Post::new().await;
    let all = EventType::ALL.to_vec();
    post.hook_with(&all, false).await;
    let listing = post.place.get(&post.host, post.talk).await.subject.listing().expect("a listing").id;
    let order = post.place.book(&post.guest, listing).await;
    let mut found = Vec::new();
    while found.iter().all(|call: &receiver::Call| call.kind() != "order.created") {
        found.push(post.receiver.next().await);
    }
    let created = found.last().unwrap();
    assert_eq!(created.event["data"]["order"]["code"], json!(order.card.code));
    assert_eq!(created.event["data"]["detail"]["status"], "pending");
    assert_eq!(created.event["data"]["conversation"]["guest"]["id"], json!(post.guest.id));
    let context = &post.place.context;
    user_directory::change(context, &post.admin, post.host.id, UserChange::Suspend).await.unwrap();
    let mut call = post.receiver.next().await;
    while call.kind() != "user.suspended" {
        call = post.receiver.next().await;
    }
    assert_eq!(call.event["data"]["user"]["id"], json!(post.host.id));
    post.place.user("Newcomer").await;
    assert_eq!(post.receiver.next().await.kind(), "user.created");
    let bea = post.place.user("Bea").await;
    let created = post.receiver.next().await;
    assert_eq!(created.event["data"]["user"]["id"], json!(bea.id));
    let talk = post.place.conversation(&post.guest, &bea).await.id;
    let call = post.receiver.next().await;
    assert_eq!((call.kind(), call.conversation()), ("conversation.created", &*talk.to_string()));
}

#[tokio::test]
async fn r4_where_nobody_follows_nothing_is_written() {
    let post = Post::new().await;
    for number in 0..5 {
        post.say(&format!("{number}")).await;
    }
    collector::catch_up(&post.place.context).await.unwrap();
    let tables = "SELECT (SELECT COUNT(*) FROM events), (SELECT COUNT(*) FROM event_outbox), (SELECT COUNT(*) FROM event_state)";
    assert_eq!(post.place.rows::<(i64, i64, i64)>(tables).await, [(0, 0, 0)]);
    // And nothing of before is told to who begins to follow later, but for the last minute.
    post.place.context.clock.advance(2 * MINUTE);
    let (id, _) = post.hook(&[EventType::MessageCreated]).await;
    post.say("from here on").await;
    post.are_delivered(id, 1).await;
}

#[tokio::test]
async fn r4_old_events_go_and_a_log_without_readers_ends() {
    let post = Post::new().await;
    let (id, _) = post.hook(&[EventType::MessageCreated]).await;
    post.say("old").await;
    post.are_delivered(id, 1).await;
    post.place.context.clock.advance(20 * DAY);
    post.say("newer").await;
    post.are_delivered(id, 2).await;
    post.place.context.clock.advance(11 * DAY);
    cleanup::delete_old(&post.place.context).await.unwrap();
    assert_eq!(post.deliveries(id).await.len(), 1);
    let count = "SELECT COUNT(*) FROM events";
    assert_eq!(post.place.rows::<(i64,)>(count).await, [(1,)]);
    webhooks::delete(&post.place.context, &post.admin, id).await.unwrap();
    cleanup::delete_old(&post.place.context).await.unwrap();
    let state = "SELECT started_at FROM event_log";
    assert_eq!(post.place.rows::<(Option<i64>,)>(state).await, [(None,)]);
    post.place.context.clock.advance(20 * DAY);
    cleanup::delete_old(&post.place.context).await.unwrap();
    assert_eq!(post.place.rows::<(i64,)>(count).await, [(0,)]);
}

/// The Python that has the library, if there is one.
fn python() -> Option<String> {
    let python = std::env::var("STOA_CLIENT_PYTHON").ok().filter(|path| !path.is_empty())?;
    let has = std::process::Command::new(&python).args(["-c", "import standardwebhooks"]).output();
    let has = has.is_ok_and(|output| output.status.success());
    if !has {
        println!("SKIPPED: the other implementation needs standardwebhooks, in STOA_CLIENT_PYTHON");
    }
    has.then_some(python)
}

#[tokio::test]
async fn r4_a_signature_is_taken_by_the_library_of_standard_webhooks() {
    use std::{io::Write, process::Stdio};

    let mut post = Post::new().await;
    let (_, secret) = post.hook(&[EventType::MessageCreated]).await;
    post.say("Grüße 👋").await;
    let call = post.receiver.next().await;
    assert!(call.is_signed_by(&secret));
    let Some(python) = python() else { return };
    let check = |secret: &str| {
        let names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
        let headers: BTreeMap<_, _> = names.into_iter().map(|name| (name, call.header(name))).collect();
        let input = json!({ "secret": secret, "headers": headers, "body": call.body }).to_string();
        let mut process = std::process::Command::new(&python)
            .args(["-B", "tests/clients/webhook.py"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Python starts");
        process.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("written");
        let output = process.wait_with_output().expect("an end");
        (output.status.success(), String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    assert_eq!(check(&secret), (true, "message.created".to_owned()));
    assert!(!check("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").0);
}
