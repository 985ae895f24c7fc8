//! Web push to who is away (F1): what is unread comes to the browsers that want it, encrypted for each, never what was
//! read, muted or left meanwhile, and only as long as their session lasts.

use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};
use stoa::{
    server::{
        auth::session_tokens::{Token, hash, session_id},
        domain::{
            conversations, messages,
            operators::user_directory,
            orders, push,
            rooms::{self, invitations},
            tasks as background,
            users::{Client, sessions},
        },
        store::tasks::Queue,
    },
    shared::{
        conversations::rooms::History,
        ids::{ConversationId, MessageId, OrderId},
        operators::user_directory::UserChange,
        sync::wire::{PROTOCOL_MIN, ToServer},
        users::Viewer,
        values::time::{DAY, HOUR, MINUTE, SECOND},
    },
};

use crate::{
    client::{Client as Socket, connect_to},
    orders::stay,
    place::{Place, Site, answer},
    push_service::{Answer, Browser, Push, PushService},
};

const SITE: &str = "http://chat.example";

/// A place with a guest, and a host whose browser wants pushes.
struct Post {
    place: Place,
    site: Site,
    service: PushService,
    guest: Viewer,
    host: Viewer,
    talk: ConversationId,
    session: Token,
    browser: Browser,
}

impl Post {
    async fn new() -> Self {
        let options = ["--sends-per-second", "1000000", "--public-url", SITE, "--allow-private-push-hosts"];
        let place = Place::with(&options).await;
        let service = PushService::start().await;
        let (guest, host) = (place.user("Gesa Guest").await, place.user("Hanno Host").await);
        let talk = place.conversation(&guest, &host).await.id;
        let session = place.session(&host).await;
        let browser = Browser::new(format!("{}/push/1", service.origin), 1);
        let site = place.serve().await;
        let post = Self { site, place, service, guest, host, talk, session, browser };
        post.subscribe(&post.session, &post.browser).await;
        post
    }

    /// Asks a server function as our own pages do, which come from the public URL.
    async fn call(&self, path: &str, session: &Token, fields: &[(&str, &str)]) -> (StatusCode, Value) {
        let request = reqwest::Client::new().post(format!("{}{path}", self.site.url));
        let request = request.header(header::ORIGIN, SITE).form(fields);
        answer(request.header(header::COOKIE, format!("stoa_session={}", session.as_str()))).await
    }

    async fn settings(&self, session: &Token) -> Value {
        let (status, settings) = self.site.get("/rpc/get_push_settings", Some(session)).await;
        assert_eq!(status, StatusCode::OK, "{settings}");
        settings
    }

    async fn subscribe(&self, session: &Token, browser: &Browser) {
        let (p256dh, auth) = (browser.p256dh(), browser.auth());
        let fields = [
            ("endpoint", browser.endpoint.as_str()),
            ("p256dh", &p256dh),
            ("auth", &auth),
            ("shows_text", "true"),
        ];
        let (status, body) = self.call("/rpc/subscribe_to_push", session, &fields).await;
        assert_eq!(status, StatusCode::OK, "{body}");
    }

    async fn say(&self, text: &str) {
        self.place.send(&self.guest, self.talk, text).await.expect("a message");
    }

    async fn read(&self) {
        let last = self.place.get(&self.host, self.talk).await.last_seq;
        let epoch = &self.place.context.epoch;
        let read = messages::receipts::mark_read(&self.place.context, &self.host, self.talk, last, epoch);
        read.await.expect("read");
    }

    /// The next push to the host's browser, and what it says.
    async fn next(&mut self) -> (Push, Value) {
        let push = self.service.next().await;
        let text = self.browser.read(&push);
        (push, text)
    }

    /// Moves the clock, and has the workers look.
    fn later(&self, micros: i64) {
        self.place.context.clock.advance(micros);
        self.place.context.tasks_wake_up.notify_waiters();
    }

    /// Waits until everybody who was noted has been looked at and no task is due, and says that no push has left meanwhile.
    async fn nothing_leaves(&self) {
        let context = &self.place.context;
        while !context.push_away.is_empty() {
            tokio::task::yield_now().await;
        }
        push::away::sweep(context).await.expect("a sweep");
        while background::advance(context, Queue::Push, push::handler).await.expect("an answer") > 0 {}
        // Those that another worker has.
        self.tasks_become(|tasks| !tasks.iter().any(|task| matches!(task, (1.., None)))).await;
        assert!(self.service.is_empty(), "a push has left");
    }

    /// Waits until the tasks are as wanted: their attempts and reasons.
    async fn tasks_become(&self, is_wanted: impl Fn(&[(i64, Option<String>)]) -> bool) {
        while !is_wanted(&self.place.rows("SELECT attempts, last_error FROM tasks").await) {
            tokio::task::yield_now().await;
        }
    }

    async fn subscriptions(&self) -> i64 {
        let rows: Vec<(i64,)> = self.place.rows("SELECT COUNT(*) FROM push_subscriptions").await;
        rows[0].0
    }

    /// Waits until no more than so many are left.
    async fn subscriptions_become(&self, count: i64) {
        while self.subscriptions().await != count {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn f1_what_stays_unread_is_pushed_so_that_its_browser_alone_reads_it() {
    let mut post = Post::new().await;
    post.say("Is the sauna\nwood-fired? <b>And</b> is there a boat?").await;
    let (push, text) = post.next().await;
    let talk = post.talk.to_string();
    let expected = json!({
        "web_push": 8030,
        "app_badge": 1,
        "unread": [talk],
        "notification": {
            "title": "Gesa Guest",
            "body": "Is the sauna wood-fired? <b>And</b> is there a boat?",
            "navigate": format!("{SITE}/messages/{talk}"),
            "tag": talk,
            "lang": "en",
            "dir": "auto",
            "silent": false,
            "app_badge": "1",
        },
    });
    assert_eq!(text, expected);
    assert_eq!(push.path, "/push/1");
    for (name, value) in [
        ("content-encoding", "aes128gcm"),
        ("content-type", "application/octet-stream"),
        ("ttl", "14400"),
        ("urgency", "high"),
    ] {
        assert_eq!(push.header(name), value, "{name}");
    }
    let topic = push.header("topic").to_owned();
    let is_base64url = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    assert!(topic.len() <= 32 && topic.chars().all(is_base64url), "{topic}");
    let (claims, key) = push.claims();
    assert_eq!((&claims["aud"], &claims["sub"]), (&json!(post.service.origin), &json!(SITE)));
    let seconds = claims["exp"].as_i64().unwrap() - post.place.context.clock.now().0 / SECOND;
    assert!((HOUR / SECOND..DAY / SECOND).contains(&seconds), "{seconds}");
    assert_eq!(
        post.settings(&post.session).await["public_key"],
        json!(key),
        "the key that the browser knows"
    );
    assert!(push.body.len() <= 4_096);
    assert!(Browser::new(String::new(), 2).decrypt(&push.body).is_none(), "another browser reads nothing");

    post.nothing_leaves().await;
    post.say("We are three.").await;
    let (push, text) = post.next().await;
    assert_eq!(push.header("topic"), topic, "a browser that was off gets the last one alone");
    assert_eq!(text["notification"]["title"], "Gesa Guest · 2 new");
    assert_eq!(text["notification"]["body"], "We are three.");
    post.tasks_become(|tasks| tasks.is_empty()).await;
}

#[tokio::test]
async fn f1_whoever_has_a_socket_has_five_seconds_to_read() {
    let mut post = Post::new().await;
    let socket = connect_to(&post.site.url, Some(&post.session), SITE).await.expect("the socket opens");
    let epoch = post.place.context.epoch.clone();
    let mut client = Socket { socket, epoch: epoch.clone() };
    client.say(&ToServer::Hello { epoch, head: 0, protocol: PROTOCOL_MIN }).await;
    client.hear().await;
    let before = std::time::Instant::now();
    post.say("Read at once").await;
    post.read().await;
    post.nothing_leaves().await;
    assert!(before.elapsed().as_secs() >= 4, "they were looked at too early");
    post.say("Not read").await;
    let (_, text) = post.next().await;
    assert_eq!(text["notification"]["body"], "Not read");
}

#[tokio::test]
async fn f1_nothing_is_pushed_that_was_read_muted_left_or_is_not_to_be_told() {
    let mut post = Post::new().await;
    for (change, back) in [
        ("UPDATE participants SET muted_at = 1", "UPDATE participants SET muted_at = NULL"),
        ("UPDATE participants SET left_at = 1", "UPDATE participants SET left_at = NULL"),
        (
            "UPDATE users SET suspended_at = 1 WHERE name = 'Hanno Host'",
            "UPDATE users SET suspended_at = NULL",
        ),
        ("UPDATE sessions SET expires_at = 1", "UPDATE sessions SET expires_at = 9000000000000000"),
        ("UPDATE messages SET deleted_at = 1, body = ''", "UPDATE messages SET deleted_at = NULL"),
        ("UPDATE participants SET read_seq = noted_seq", "UPDATE participants SET unread = 0"),
    ] {
        // The push service asks to wait, and the change comes meanwhile.
        post.service.answer(&[Answer(429, Some(600))]);
        post.say(change).await;
        post.next().await;
        post.tasks_become(|tasks| matches!(tasks, [(1, Some(_))])).await;
        post.place.run(change).await;
        post.later(11 * MINUTE);
        post.tasks_become(|tasks| tasks.is_empty()).await;
        post.nothing_leaves().await;
        post.place.run(back).await;
        post.read().await;
    }
    let (status, _) = post.call("/rpc/choose_pushes", &post.session, &[("kinds", "booking")]).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(post.settings(&post.session).await["kinds"], "booking");
    post.say("Not wanted").await;
    post.nothing_leaves().await;
}

#[tokio::test]
async fn f1_a_push_service_that_asks_to_wait_is_asked_again_then() {
    let mut post = Post::new().await;
    post.service.answer(&[Answer(429, Some(900)), Answer(503, None)]);
    post.say("First").await;
    post.next().await;
    post.tasks_become(|tasks| matches!(tasks, [(1, Some(reason))] if reason.ends_with("429"))).await;
    post.later(10 * MINUTE);
    post.nothing_leaves().await;
    post.say("Said meanwhile").await;
    post.nothing_leaves().await;
    post.later(6 * MINUTE);
    post.next().await;
    post.tasks_become(|tasks| matches!(tasks, [(2, Some(reason))] if reason.ends_with("503"))).await;
    post.later(5 * MINUTE);
    let (_, text) = post.next().await;
    assert_eq!(text["notification"]["body"], "Said meanwhile", "as it is when it leaves");
    post.tasks_become(|tasks| tasks.is_empty()).await;
    assert_eq!(post.subscriptions().await, 1);
}

#[tokio::test]
async fn f1_a_browser_that_is_gone_is_forgotten_and_one_that_is_refused_after_five_times() {
    let mut post = Post::new().await;
    for status in [404, 410] {
        post.service.answer(&[Answer(status, None)]);
        post.say("Anybody there?").await;
        post.next().await;
        post.subscriptions_become(0).await;
        post.tasks_become(|tasks| tasks.is_empty()).await;
        post.say("Nobody").await;
        post.nothing_leaves().await;
        post.read().await;
        post.subscribe(&post.session, &post.browser).await;
    }
    // Four refusals, one that was taken, and five more.
    let refused = Answer(403, None);
    let answers = [vec![refused; 4], vec![Answer(201, None)], vec![refused; 5]].concat();
    post.service.answer(&answers);
    for number in 0..answers.len() {
        assert_eq!(post.subscriptions().await, 1, "{number}");
        post.say(&number.to_string()).await;
        let (_, text) = post.next().await;
        assert_eq!(text["notification"]["body"], number.to_string());
        post.tasks_become(|tasks| tasks.iter().all(|(_, reason)| reason.is_some())).await;
        post.place.run("DELETE FROM tasks").await;
    }
    post.subscriptions_become(0).await;
}

#[tokio::test]
async fn f1_a_subscription_ends_with_its_session_whatever_ends_it() {
    let mut post = Post::new().await;
    let context = post.place.context.clone();
    let client = Client::default();
    let other = post.place.session(&post.host).await;
    let second = Browser::new(format!("{}/push/2", post.service.origin), 2);
    post.subscribe(&other, &second).await;
    assert_eq!(post.subscriptions().await, 2);

    let (status, _) = post.call("/rpc/sign_out", &other, &[]).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(post.subscriptions().await, 1, "signing out");

    let other = post.place.session(&post.host).await;
    post.subscribe(&other, &second).await;
    let ended = sessions::end(&context, &post.host, session_id(&hash(other.as_str())), &client);
    ended.await.expect("ended");
    assert_eq!(post.subscriptions().await, 1, "ending it from another device");

    let other = post.place.session(&post.host).await;
    post.subscribe(&other, &second).await;
    sessions::end_others(&context, &post.host, Some(post.session.as_str()), false, &client)
        .await
        .expect("ended");
    assert_eq!(post.subscriptions().await, 1, "ending all others");

    let admin = post.place.admin("Ada").await;
    let change = |change| user_directory::change(&context, &admin, post.host.id, change);
    change(UserChange::Suspend).await.expect("suspended");
    assert_eq!(post.subscriptions().await, 0, "being suspended");
    change(UserChange::Reinstate).await.expect("reinstated");

    post.say("Nobody is told").await;
    post.nothing_leaves().await;
    let settings = post.site.get("/rpc/get_push_settings", Some(&post.session)).await;
    assert_eq!(settings.0, StatusCode::UNAUTHORIZED);
    let again = post.place.session(&post.host).await;
    post.subscribe(&again, &post.browser).await;
    post.say("Told again").await;
    assert_eq!(post.next().await.1["notification"]["title"], "Gesa Guest · 2 new");
    // A browser has one subscription, and whoever signs in there next takes it over.
    let guest = post.place.session(&post.guest).await;
    post.subscribe(&guest, &post.browser).await;
    assert_eq!(post.subscriptions().await, 1);
    post.say("Not to the guest’s own browser").await;
    post.nothing_leaves().await;
    // And one session has one browser; of a user's sessions the last twenty.
    for number in 0..25 {
        let session = post.place.session(&post.host).await;
        for round in ["a", "b"] {
            let endpoint = format!("{}/many/{number}{round}", post.service.origin);
            post.subscribe(&session, &Browser::new(endpoint, 3)).await;
        }
    }
    assert_eq!(post.subscriptions().await, 21);
}

#[tokio::test]
async fn f1_steps_of_orders_invitations_and_mentions_are_pushed_at_once() {
    let mut post = Post::new().await;
    let context = post.place.context.clone();
    let listing = post.place.listing(&post.host).await;
    let order = orders::create(&context, &post.guest, OrderId::new(), Some(listing), stay(&post.place)).await;
    order.expect("an order");
    let (_, text) = post.next().await;
    assert_eq!(text["notification"]["title"], "Gesa Guest wants to book");
    let room = ConversationId::new();
    let people = vec![post.host.id];
    rooms::create(&context, &post.guest, room, "Boats", History::Start, people).await.expect("a room");
    let (_, text) = post.next().await;
    assert_eq!(text["notification"]["title"], "Gesa Guest invited you");
    assert_eq!(text["notification"]["body"], "Boats, 1 person");
    let path = text["notification"]["navigate"].as_str().expect("a path");
    assert!(path.ends_with("/rooms/invitations"), "{path}");
    invitations::accept(&context, &post.host, room, MessageId::new()).await.expect("a member");
    // Rooms are pushed by mention alone.
    post.place.send(&post.guest, room, "Hello all").await.expect("a message");
    post.nothing_leaves().await;
    post.place.send(&post.guest, room, "@Hanno Host look").await.expect("a message");
    let (push, text) = post.next().await;
    assert_eq!(text["notification"]["tag"], room.to_string());
    assert_eq!(push.header("urgency"), "high");
    post.tasks_become(|tasks| tasks.is_empty()).await;
}

#[tokio::test]
async fn f1_the_first_message_of_a_conversation_is_pushed_like_any_other() {
    let mut post = Post::new().await;
    let (context, listing) = (post.place.context.clone(), post.place.listing(&post.host).await);
    let (id, text) = (MessageId::new(), "Is it free in May?".to_owned());
    conversations::start(&context, &post.guest, listing, id, text.clone()).await.expect("a conversation");
    assert_eq!(post.next().await.1["notification"]["body"], text);
}

#[tokio::test]
async fn f1_a_device_may_keep_texts_to_itself() {
    let mut post = Post::new().await;
    let (p256dh, auth) = (post.browser.p256dh(), post.browser.auth());
    let mut fields = vec![("endpoint", post.browser.endpoint.as_str()), ("p256dh", &p256dh), ("auth", &auth)];
    fields.push(("shows_text", "false"));
    post.call("/rpc/subscribe_to_push", &post.session, &fields).await;
    // A browser that renews its subscription by itself does not know the choice.
    fields.pop();
    post.call("/rpc/subscribe_to_push", &post.session, &fields).await;
    assert_eq!(post.settings(&post.session).await["shows_text"], false);
    post.say("Only between us").await;
    let (_, text) = post.next().await;
    assert!(!text.to_string().contains("between us"), "{text}");
    assert_eq!(text["notification"]["body"], "New message");
    let (status, _) = post.call("/rpc/unsubscribe_from_push", &post.session, &[]).await;
    assert_eq!((status, post.subscriptions().await), (StatusCode::OK, 0));
    assert_eq!(post.settings(&post.session).await["is_on"], false);
}

#[tokio::test]
async fn f1_a_node_that_died_is_made_up_for() {
    let mut post = Post::new().await;
    // As if the node had forgotten whom it was to look at.
    post.place.context.push_away.set_has_subscriptions(false);
    post.say("Forgotten").await;
    post.nothing_leaves().await;
    post.place.context.clock.advance(MINUTE);
    push::away::sweep(&post.place.context).await.expect("a sweep");
    assert_eq!(post.next().await.1["notification"]["body"], "Forgotten");
    post.tasks_become(|tasks| tasks.is_empty()).await;
    post.nothing_leaves().await;
}

/// Without the operator's word for it, no browser has this server ask its own network.
#[tokio::test]
async fn f1_endpoints_are_urls_of_the_internet() {
    let place = Place::new().await;
    let site = place.serve().await;
    let host = place.user("Hanno Host").await;
    let session = place.session(&host).await;
    let browser = Browser::new(String::new(), 1);
    let (p256dh, auth) = (browser.p256dh(), browser.auth());
    let long = format!("https://push.example/{}", "x".repeat(1_000));
    for endpoint in [
        "http://push.example/1",
        "https://127.0.0.1/1",
        "https://[::1]/1",
        "https://[::ffff:10.0.0.1]/1",
        "https://169.254.169.254/latest/meta-data",
        "https://user@push.example/1",
        "file:///etc/passwd",
        "push.example/1",
        &long,
    ] {
        let fields = [("endpoint", endpoint), ("p256dh", &p256dh), ("auth", &auth), ("shows_text", "true")];
        let request = site.request(Method::POST, "/rpc/subscribe_to_push", Some(&session)).form(&fields);
        let (status, body) = answer(request).await;
        assert_eq!(
            (status, &body["field"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!("endpoint")),
            "{endpoint}"
        );
    }
}
