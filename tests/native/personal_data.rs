//! The data of a person (M17): the file with all of it, and what is left once they have closed their account. A person is made
//! of texts that stand nowhere else, and these are looked for.

use reqwest::{Client as Http, StatusCode, header};
use serde_json::Value;
use stoa::{
    server::{
        auth::session_tokens::Token,
        domain::{
            conversations, listings, messages, orders, rooms,
            users::{self, Client as Who, api_tokens, personal_data::closing},
        },
        store::users as stored,
    },
    shared::{
        conversations::rooms::History,
        errors::ErrorCode,
        ids::{ConversationId, ListingId, MessageId, OrderId, TokenId, UserId},
        listings::draft::ListingDraft,
        messages::Range,
        notifications::kinds::NotificationKind,
        orders::{Order, draft::OrderDraft},
        users::{
            Viewer,
            api_tokens::{Scopes, TokenLifetime},
        },
        values::time::MINUTE,
    },
};

use crate::{
    checker,
    contents::contents,
    invariants::Device,
    mail::{SITE, mailing_place},
    mail_server::MailServer,
    orders::stay,
    place::{Place, Site, draft},
};

const EMAIL: &str = "quince.owned@example.com";
const PASSWORD: &str = "marmalade on toast";

/// What is known of the person and goes, whatever they choose.
const OF_PERSON: [&str; 12] = [
    "Quince Quentin",
    "Quince Before",
    EMAIL,
    "quince.claimed@example.com",
    "quince.former@example.com",
    "quince-external",
    "QuinceBrowser",
    "198.51.100.77",
    "Quince token",
    "quince-push.example",
    "Quince notice",
    "Europe/Quince",
];
/// What they wrote: it stays unless it is to go.
const TEXTS: [&str; 10] = [
    "Quince listing",
    "Quince place",
    "Quince description",
    "Quince first message",
    "Quince edited message",
    "Quince in the room",
    "Quince order note",
    "Quince wish title",
    "Quince wish note",
    "Quince left out of the mail",
];

struct Scene {
    place: Place,
    site: Site,
    server: MailServer,
    quince: Viewer,
    session: Token,
    guest: Viewer,
    host: Viewer,
    /// About their listing, and about an order of theirs.
    talk: ConversationId,
    order: Order,
    wish: Order,
    room: ConversationId,
}

fn who(ip: &str) -> Who {
    let user_agent = "Mozilla/5.0 (X11; Linux x86_64) QuinceBrowser/1 Firefox/140.0".to_owned();
    Who { client_ip: ip.to_owned().into(), user_agent, ..Who::default() }
}

impl Scene {
    async fn new() -> Self {
        let mut server = MailServer::start().await;
        let place = mailing_place(&server.url, &[]).await;
        place.admin("Ada").await;
        place.operator("Mara").await;
        let (guest, host) = (place.user("Noor").await, place.user("Tomas").await);
        let from = who("198.51.100.77");
        let opened = users::sign_up(&place.context, "Quince Before", EMAIL, PASSWORD, &from).await.unwrap();
        let session = opened.token;
        let quince = place.viewer_of(session.as_str()).await.unwrap().unwrap();
        // The mail that asks to confirm the address, which is only claimed until then.
        server.next().await;
        place
            .run(
                "UPDATE users SET email = 'quince.owned@example.com', claimed_email = 'quince.claimed@example.com', \
                 former_email = 'quince.former@example.com', former_email_until = 9000000000000000, email_verified_at = 1, \
                 external_id = 'quince-external', time_zone = 'Europe/Quince', quiet_from = 1320, quiet_to = 420 \
                 WHERE name = 'Quince Before'",
            )
            .await;
        users::update_profile(&place.context, &quince, "Quince Quentin", 3).await.unwrap();
        let quince = place.viewer_of(session.as_str()).await.unwrap().unwrap();
        let site = place.serve().await;
        let scopes = Scopes { read: true, ..Scopes::default() };
        let choice = (scopes, TokenLifetime::default());
        let (id, name) = (TokenId::new(), "Quince token");
        api_tokens::create(&place.context, &quince, PASSWORD, id, name, choice, &from).await.unwrap();

        let listing = ListingId::new();
        let fields = ListingDraft {
            place: "Quince place".into(),
            description: "Quince description".into(),
            ..draft("Quince listing")
        };
        listings::create(&place.context, &quince, listing, fields).await.unwrap();
        let talk = conversations::get_or_create(&place.context, &guest, listing).await.unwrap().id;
        place.send(&guest, talk, "Is there a stove?").await.unwrap();
        place.send(&quince, talk, "Quince first message").await.unwrap();
        let typo = place.send(&quince, talk, "A slip").await.unwrap();
        let text = "Quince edited message".to_owned();
        messages::edit(&place.context, &quince, typo.id, typo.version, text).await.unwrap();
        place
            .run(
                "INSERT INTO mail_remainders (message_id, text, created_at) \
                 SELECT id, 'Quince left out of the mail', created_at FROM messages WHERE body = 'Quince first message'",
            )
            .await;
        let theirs = place.listing(&host).await;
        let wanted = OrderDraft { note: "Quince order note".into(), ..stay(&place) };
        let order =
            orders::create(&place.context, &quince, OrderId::new(), Some(theirs), wanted).await.unwrap();
        let wanted = OrderDraft {
            title: "Quince wish title".into(),
            note: "Quince wish note".into(),
            ..OrderDraft::default()
        };
        let wish = orders::create(&place.context, &quince, OrderId::new(), None, wanted).await.unwrap();
        place.conversation(&guest, &host).await;
        let room = ConversationId::new();
        place.room(&host, room, "Neighbours", History::Start, &[guest.id]).await;
        let link = rooms::set_link(&place.context, &host, room, true).await.unwrap().unwrap();
        rooms::join(&place.context, &quince, &link, MessageId::new()).await.unwrap();
        place.send(&quince, room, "Quince in the room").await.unwrap();
        // Invited, and somebody whom they have invited.
        let orchard = ConversationId::new();
        rooms::create(&place.context, &guest, orchard, "Orchard", History::Start, vec![quince.id])
            .await
            .unwrap();
        place
            .run(
                "INSERT INTO room_invitations (id, conversation_id, user_id, invited_by, command_id, created_at, declined_at) \
                 SELECT conversation_id, conversation_id, created_by, (SELECT id FROM users WHERE name = 'Quince Quentin'), \
                 conversation_id, created_at, created_at FROM rooms WHERE name = 'Neighbours'",
            )
            .await;
        place.tell(&quince, NotificationKind::Payment, "Quince notice").await;
        let scene = Self { place, site, server, quince, session, guest, host, talk, order, wish, room };
        scene.subscribe().await;
        scene.place.settle().await;
        scene
    }

    async fn subscribe(&self) {
        let key = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
        let fields = [
            ("endpoint", "https://quince-push.example/secret-path"),
            ("p256dh", key),
            ("auth", "BTBZMqHH6r4Tts7J_aSIgg"),
            ("shows_text", "true"),
        ];
        let (status, body) = self.post("/rpc/subscribe_to_push", &fields).await;
        assert_eq!(status, StatusCode::OK, "{body}");
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> (StatusCode, String) {
        let (status, _, text) = self.ask(path, fields, "*/*").await;
        (status, text)
    }

    async fn ask(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        accept: &str,
    ) -> (StatusCode, header::HeaderMap, String) {
        let http = Http::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let request = http.post(format!("{}{path}", self.site.url)).header(header::ORIGIN, SITE);
        let request =
            request.header(header::COOKIE, format!("stoa_session={}", self.session.as_str())).form(fields);
        let response = request.header(header::ACCEPT, accept).send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        (status, headers, response.text().await.unwrap())
    }

    async fn export(&self, format: &str) -> (StatusCode, header::HeaderMap, String) {
        let fields = [("export_password", PASSWORD), ("format", format)];
        self.ask("/account/export", &fields, "*/*").await
    }

    async fn close(&self, with_texts: bool) {
        let with_texts = if with_texts { "true" } else { "false" };
        let fields = [("closing_password", PASSWORD), ("with_texts", with_texts)];
        let (status, body) = self.post("/rpc/close_account", &fields).await;
        assert_eq!(status, StatusCode::OK, "{body}");
    }

    /// The texts that still stand somewhere: in a row of a table, or in the bytes of a SQLite file.
    async fn found(&self, texts: &[&'static str]) -> Vec<String> {
        let mut found = Vec::new();
        for (table, rows) in contents(&self.place).await {
            for text in texts {
                let lower = text.to_lowercase();
                let row = rows.iter().find(|row| row.to_lowercase().contains(&lower));
                found.extend(row.map(|row| format!("{text} in {table}: {row}")));
            }
        }
        for file in ["", "-wal"] {
            let Ok(bytes) = std::fs::read(format!("{}{file}", self.place.database.url)) else { continue };
            let bytes = bytes.to_ascii_lowercase();
            for text in texts {
                let lower = text.to_lowercase();
                let is_there = bytes.windows(lower.len()).any(|part| part == lower.as_bytes());
                found.extend(is_there.then(|| format!("{text} in the file{file}")));
            }
        }
        found
    }
}

impl Place {
    /// Gives somebody of a test the password.
    pub async fn set_password(&self, viewer: &Viewer) {
        let hash = self.context.passwords.place_for_known().unwrap().hash(PASSWORD).await.unwrap();
        let user = viewer.id;
        let keep = self.context.store.write(move |mut conn| {
            Box::pin(async move { stored::change_password(&mut conn, user, Some(""), Some(&hash)).await })
        });
        assert!(keep.await.unwrap());
    }

    /// Waits until everything of a closed account is deleted, also what is looked for once more later.
    pub async fn erased(&self, user: UserId) {
        self.settle().await;
        self.context.clock.advance(5 * MINUTE);
        self.context.tasks_wake_up.notify_waiters();
        while !closing::is_erased(&self.context, user).await.expect("an answer") {
            tokio::task::yield_now().await;
        }
        self.settle().await;
    }
}

#[tokio::test]
async fn m17_everything_about_a_person_is_in_their_file() {
    let scene = Scene::new().await;
    let (status, headers, json) = scene.export("json").await;
    assert_eq!(status, StatusCode::OK, "{json}");
    assert_eq!(headers["content-type"], "application/json");
    assert_eq!(headers["content-disposition"], "attachment; filename=\"my-data.json\"");
    assert_eq!(headers["cache-control"], "no-store, no-transform");
    let (status, headers, html) = scene.export("html").await;
    assert_eq!(status, StatusCode::OK, "{html}");
    assert_eq!(headers["content-disposition"], "attachment; filename=\"my-data.html\"");
    let missing =
        OF_PERSON.iter().chain(&TEXTS).filter(|text| !json.contains(**text) || !html.contains(**text));
    assert_eq!(missing.collect::<Vec<_>>(), Vec::<&&str>::new(), "{json}");

    let file: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&file["format"], &file["version"]), (&"stoa-personal-data".into(), &1.into()));
    assert_eq!(file["is_complete"], true);
    assert_eq!(file["profile"]["name"], "Quince Quentin");
    assert_eq!(file["push_subscriptions"][0]["push_service"], "quince-push.example");
    let invitations = file["room_invitations"].as_array().unwrap();
    let of = |role: &str| invitations.iter().find(|one| one["role"] == role).expect("an invitation");
    assert_eq!((invitations.len(), &of("invited")["subject"]), (2, &"Orchard".into()));
    assert_eq!(of("invited")["other_id"], scene.guest.id.to_string());
    assert_eq!(of("inviter")["subject"], "Neighbours");
    assert_eq!(of("inviter")["declined_at"], Value::Null, "what others answer is theirs");
    assert!(!json.contains("secret-path"), "the rest of the address is a secret");
    let conversations = file["conversations"].as_array().unwrap();
    assert_eq!(conversations.len(), 4);
    let texts = |id: ConversationId| -> Vec<String> {
        let found = conversations.iter().find(|one| one["id"] == id.to_string()).expect("it is there");
        let messages = found["messages"].as_array().unwrap();
        messages.iter().map(|message| message["text"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(texts(scene.talk), ["Is there a stove?", "Quince first message", "Quince edited message"]);
    assert!(texts(scene.room).contains(&"You joined".to_owned()), "{:?}", texts(scene.room));
    assert!(html.ends_with("</main></body></html>\n") && html.starts_with("<!DOCTYPE html>"));
    // As browsers ask for it.
    let request = Http::new().post(format!("{}/account/export", scene.site.url)).header(header::ORIGIN, SITE);
    let request = request.header(header::COOKIE, format!("stoa_session={}", scene.session.as_str()));
    let fields = [("export_password", PASSWORD), ("format", "json")];
    let packed = request.header(header::ACCEPT_ENCODING, "gzip").form(&fields).send().await.unwrap();
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    let packed = packed.bytes().await.expect("to its end");
    assert!(packed.len() > 100 && packed.len() < json.len());
    let events = file["security_events"].as_array().unwrap();
    assert!(events.iter().any(|event| event["event"] == "data_export"), "{events:?}");
}

#[tokio::test]
async fn m17_a_file_has_only_what_its_owner_may_read() {
    let scene = Scene::new().await;
    let place = &scene.place;
    // One who has left a room has what they wrote themselves, and nobody has what retention has deleted.
    place.send(&scene.guest, scene.room, "A secret of the room").await.unwrap();
    rooms::remove(&place.context, &scene.quince, scene.room, MessageId::new(), scene.quince.id)
        .await
        .unwrap();
    place.send(&scene.guest, scene.room, "A secret after leaving").await.unwrap();
    place.send(&scene.guest, scene.talk, "<b>An element</b>").await.unwrap();
    place
        .run("UPDATE conversations SET floor_seq = 1 WHERE kind = 'listing' AND order_id IS NULL AND last_seq > 2")
        .await;
    let (json, html) = (scene.export("json").await.2, scene.export("html").await.2);
    for file in [&json, &html] {
        assert!(file.contains("Quince in the room") && !file.contains("secret"), "{file}");
        assert!(!file.contains("Is there a stove?"), "{file}");
    }
    assert!(html.contains("&lt;b&gt;An element&lt;/b&gt;") && !html.contains("<b>An element"), "{html}");
    serde_json::from_str::<Value>(&json).expect("one object");
}

#[tokio::test]
async fn m17_a_file_wants_the_present_password_and_its_rate_is_bounded() {
    let scene = Scene::new().await;
    let wrong = [("export_password", "not the one"), ("format", "json")];
    let (status, problem) = scene.post("/account/export", &wrong).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "{problem}");
    assert!(problem.contains("export_password"), "{problem}");
    // A browser is led back to the form, which shows the error.
    let (status, headers, _) = scene.ask("/account/export", &wrong, "text/html").await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let location = headers["location"].to_str().unwrap();
    assert!(location.starts_with("/settings?__path=%2Faccount%2Fexport&__err="), "{location}");
    assert!(headers["set-cookie"].to_str().unwrap().contains("stoa_refusal="), "{headers:?}");
    let format = [("export_password", PASSWORD), ("format", "xml")];
    assert_eq!(scene.post("/account/export", &format).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    let missing = [("format", "json")];
    assert_eq!(scene.post("/account/export", &missing).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    let nobody = Http::new().post(format!("{}/account/export", scene.site.url)).header(header::ORIGIN, SITE);
    assert_eq!(nobody.form(&format).send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
    let mut answers = Vec::new();
    for _ in 0..6 {
        answers.push(scene.export("json").await.0);
    }
    assert_eq!(answers[..5], [StatusCode::OK; 5]);
    assert_eq!(answers[5], StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn m17_who_closes_their_account_with_what_they_wrote_leaves_nothing() {
    let mut scene = Scene::new().await;
    let (mut guest, mut host) = (scene.device(&scene.guest).await, scene.device(&scene.host).await);
    guest.open_thread(&scene.place, scene.talk).await;
    host.open_thread(&scene.place, scene.room).await;
    assert!(!scene.found(&OF_PERSON).await.is_empty(), "they can be found");
    scene.close(true).await;
    assert!(
        scene.place.viewer_of(scene.session.as_str()).await.unwrap().is_none(),
        "nobody is in it at once"
    );
    scene.place.erased(scene.quince.id).await;
    scene.told().await;
    let found = scene.found(&[&OF_PERSON[..], &TEXTS[..]].concat()).await;
    assert!(found.is_empty(), "{}", found.join("\n"));
    // Everybody else has converged, and the rows agree with each other.
    guest.compare(&scene.place).await;
    host.compare(&scene.place).await;
    assert_eq!(checker::rows(&scene.place).await, Vec::<String>::new());
    let talk = scene.place.get(&scene.guest, scene.talk).await;
    assert_eq!(talk.people[0].person.name, "Former member");
    let rest: Vec<(String,)> =
        scene.place.rows("SELECT body FROM messages WHERE kind = 'text' AND body <> '' ORDER BY body").await;
    assert_eq!(rest, [("Is there a stove?".to_owned(),)], "what others wrote stays");
    let statuses: Vec<(String,)> = scene.place.rows("SELECT status FROM orders").await;
    assert!(statuses.iter().all(|(status,)| status == "cancelled"), "{statuses:?}");
    assert_ne!(scene.order.card.id, scene.wish.card.id);
}

#[tokio::test]
async fn m17_by_default_what_they_wrote_stays_under_another_name() {
    let mut scene = Scene::new().await;
    let mut host = scene.device(&scene.host).await;
    host.open_thread(&scene.place, scene.room).await;
    scene.close(false).await;
    scene.place.erased(scene.quince.id).await;
    assert_eq!(scene.place.rows::<(i64,)>("SELECT COUNT(*) FROM room_invitations").await, [(0,)]);
    scene.told().await;
    let found = scene.found(&OF_PERSON).await;
    assert!(found.is_empty(), "{}", found.join("\n"));
    let texts = scene.found(&TEXTS).await.join("\n");
    for text in TEXTS {
        assert!(texts.contains(text), "{text} stays: {texts}");
    }
    host.compare(&scene.place).await;
    assert_eq!(checker::rows(&scene.place).await, Vec::<String>::new());
    let talk = scene.place.get(&scene.guest, scene.talk).await;
    assert_eq!(talk.people[0].person.name, "Former member");
    let joined: Vec<(i64,)> = scene
        .place
        .rows("SELECT COUNT(*) FROM messages WHERE kind = 'system' AND body LIKE '%Former member%'")
        .await;
    assert_eq!(joined[0].0, 2, "of joining and leaving the room");
}

impl Scene {
    async fn device(&self, viewer: &Viewer) -> Device {
        Device::open(&self.place, viewer).await
    }

    /// Waits for the mail that the account is closed, and until nothing is left of it.
    async fn told(&mut self) {
        loop {
            let mail = self.server.next().await;
            if mail.header("Subject").is_some_and(|subject| subject.contains("is closed")) {
                assert_eq!(mail.to, EMAIL);
                break;
            }
        }
        let left = "SELECT COUNT(*) FROM tasks WHERE queue = 'mail' AND key LIKE 'closed%'";
        while self.place.rows::<(i64,)>(left).await != [(0,)] {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn m17_a_closed_account_is_not_there_for_anybody() {
    let scene = Scene::new().await;
    let place = &scene.place;
    let wrong = [("closing_password", "not the one")];
    let (status, refused) = scene.post("/rpc/close_account", &wrong).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "{refused}");
    assert!(refused.contains("closing_password"), "{refused}");
    // Without script: nothing is left in the browser.
    let fields = [("closing_password", PASSWORD), ("with_texts", "false")];
    let (status, headers, _) = scene.ask("/rpc/close_account", &fields, "text/html").await;
    assert_eq!((status, &headers["location"]), (StatusCode::FOUND, &"/sign-in?closed=1".parse().unwrap()));
    assert_eq!(headers["clear-site-data"], "\"storage\"");
    place.erased(scene.quince.id).await;

    let in_again = users::sign_in(&place.context, EMAIL, PASSWORD, &who("home")).await;
    let unknown = users::sign_in(&place.context, "nobody@example.com", PASSWORD, &who("home")).await;
    assert_eq!(in_again.err(), unknown.err(), "as an address without an account");
    let invited =
        rooms::invite(&place.context, &scene.host, scene.room, MessageId::new(), vec![scene.quince.id]);
    assert_eq!(invited.await.unwrap_err().code, ErrorCode::NotFound);
    let contacts = rooms::contacts(&place.context, &scene.guest, "former".to_owned()).await.unwrap();
    assert!(contacts.is_empty(), "{contacts:?}");
    let listing = place.get(&scene.guest, scene.talk).await.subject.listing().unwrap().clone();
    assert!(listing.is_paused);
    let begun = conversations::get_or_create(&place.context, &scene.host, listing.id).await;
    let missing = conversations::get_or_create(&place.context, &scene.host, ListingId::new()).await;
    assert!(begun.is_err() && missing.is_err());
    // The address is free, and nobody may take the name.
    users::sign_up(&place.context, "Quince", EMAIL, PASSWORD, &who("home")).await.unwrap();
    let name = users::sign_up(&place.context, "Former Member", "f@example.com", PASSWORD, &who("home")).await;
    assert_eq!(name.err().and_then(|error| error.field).as_deref(), Some("name"));
}

#[tokio::test]
async fn m17_the_last_admin_can_not_close_and_admins_close_accounts_of_others() {
    let place = Place::new().await;
    let (admin, noor) = (place.admin("Ada").await, place.user("Noor").await);
    let site = place.serve().await;
    let session = place.session(&admin).await;
    let id = noor.id.to_string();
    let (status, row) = site.form("/rpc/close_user", Some(&session), &[("user_id", &id)]).await;
    assert_eq!(status, StatusCode::OK, "{row}");
    assert_eq!((&row["is_closed"], &row["email"]), (&true.into(), &"".into()));
    for path in ["/rpc/reinstate_user", "/rpc/suspend_user", "/rpc/sign_out_user"] {
        let (status, refused) = site.form(path, Some(&session), &[("user_id", &id)]).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{path} {refused}");
    }
    let (status, _) = site.form("/rpc/close_user", Some(&session), &[("user_id", &id)]).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let own = admin.id.to_string();
    let (status, _) = site.form("/rpc/close_user", Some(&session), &[("user_id", &own)]).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let log: Vec<(String, String)> = place
        .rows("SELECT a.action, u.name FROM audit a JOIN users u ON u.id = a.user_id WHERE a.action = 'user_close'")
        .await;
    assert_eq!(log, [("user_close".to_owned(), "Ada".to_owned())]);

    // With a password of their own, the last one is refused and the second is not.
    place.set_password(&admin).await;
    let close = async || closing::close(&place.context, &admin, PASSWORD, false, &who("home")).await;
    assert_eq!(close().await.unwrap_err().code, ErrorCode::Conflict);
    place.admin("Second").await;
    close().await.unwrap();
    place.erased(admin.id).await;
}

#[tokio::test]
async fn m17_the_list_names_every_column_of_the_schema() {
    let place = Place::new().await;
    let columns: Vec<(String, String)> = match place.database.url.starts_with("postgres") {
        true => {
            place
                .rows(
                    "SELECT table_name::text, column_name::text FROM information_schema.columns \
                     WHERE table_schema = 'public' AND table_name NOT LIKE '\\_sqlx%' AND data_type <> 'tsvector'",
                )
                .await
        }
        false => {
            place
                .rows(
                    "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c \
                     WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE '\\_sqlx%' ESCAPE '\\' \
                     AND m.name NOT LIKE 'search\\_words%' ESCAPE '\\'",
                )
                .await
        }
    };
    assert!(columns.len() > 200, "{}", columns.len());
    let listed = listed(include_str!("../../docs/personal-data.md"));
    let missing: Vec<_> = columns.iter().filter(|column| !listed.contains(column)).collect();
    assert!(missing.is_empty(), "say in docs/personal-data.md what becomes of {missing:?}");
    let gone: Vec<_> = listed.iter().filter(|column| !columns.contains(column)).collect();
    assert!(gone.is_empty(), "docs/personal-data.md lists what is not there: {gone:?}");
}

/// The columns of the tables below the heading "Every column": those of `### table`, and rows of several in the last one.
fn listed(document: &str) -> Vec<(String, String)> {
    let list = document.split("## Every column").nth(1).expect("the list");
    let mut columns = Vec::new();
    for part in list.split("\n### ").skip(1) {
        let (heading, rows) = part.split_once('\n').expect("a table");
        let rows = rows.lines().filter(|line| line.starts_with("| ")).skip(1);
        for row in rows {
            let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
            if heading.contains(' ') {
                let names = cells[1].split(", ");
                columns.extend(names.map(|name| (cells[0].to_owned(), name.to_owned())));
            } else {
                assert!(cells.len() == 3 && cells.iter().all(|cell| !cell.is_empty()), "{row}");
                columns.push((heading.to_owned(), cells[0].to_owned()));
            }
        }
    }
    columns
}

#[cfg(feature = "chaos")]
#[tokio::test(flavor = "multi_thread")]
async fn m17_servers_that_are_killed_while_they_delete_leave_nothing() {
    use crate::server::Server;
    let place = Place::new().await;
    let (guest, host) = (place.user("Noor").await, place.user("Tomas").await);
    let talk = place.conversation(&guest, &host).await.id;
    for number in 0..230 {
        place.send(&guest, talk, &format!("Quince text {number}")).await.unwrap();
        place.send(&host, talk, "An answer").await.unwrap();
    }
    for _ in 0..5 {
        let other = place.conversation(&guest, &host).await.id;
        place.send(&guest, other, "Quince text").await.unwrap();
    }
    let mut device = Device::open(&place, &host).await;
    // Only servers that die delete anything.
    place.context.stopping.send_replace(true);
    place.set_password(&guest).await;
    closing::close(&place.context, &guest, PASSWORD, true, &who("home")).await.unwrap();
    let first_round = "SELECT COUNT(*) FROM tasks WHERE queue = 'erasure' AND body NOT LIKE '%\"round\":2%'";
    let mut deaths = 0;
    while place.rows::<(i64,)>(first_round).await != [(0,)] {
        let point = ["after_erasure_batch", "after_task_was_claimed"][deaths % 2];
        let environment = [("STOA_FAULT", point), ("STOA_DIES_AT", "1"), ("STOA_LEASE_SECONDS", "1")];
        let mut server = Server::start(&place.database.url, &environment).await;
        while !server.is_dead() && place.rows::<(i64,)>(first_round).await != [(0,)] {
            tokio::task::yield_now().await;
        }
        server.kill();
        deaths += 1;
        assert!(deaths < 60, "it gets on");
    }
    assert!(deaths > 4, "it died in the middle: {deaths}");
    let left: Vec<(i64,)> = place.rows("SELECT COUNT(*) FROM messages WHERE body LIKE 'Quince%'").await;
    assert_eq!(left, [(0,)]);
    let answers: Vec<(i64,)> = place.rows("SELECT COUNT(*) FROM messages WHERE body = 'An answer'").await;
    assert_eq!(answers, [(230,)]);
    device.compare(&place).await;
    device.open_thread(&place, talk).await;
    device.compare(&place).await;
    assert_eq!(checker::rows(&place).await, Vec::<String>::new());
}

#[tokio::test]
async fn f6_reactions_go_with_the_texts_of_a_closed_account_and_stay_with_them() {
    for with_texts in [true, false] {
        let place = Place::new().await;
        let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
        let conversation = place.conversation(&guest, &host).await.id;
        let said = place.send(&host, conversation, "Is it clean?").await.unwrap();
        let own = place.send(&guest, conversation, "It is").await.unwrap();
        for (viewer, message) in [(&guest, &said), (&host, &said), (&host, &own)] {
            messages::reactions::change(&place.context, viewer, message.id, "👍", true).await.unwrap();
        }
        place.set_password(&guest).await;
        closing::close(&place.context, &guest, PASSWORD, with_texts, &who("home")).await.unwrap();
        place.erased(guest.id).await;
        let page = messages::page(&place.context, &host, conversation, Range::Newest, None).await.unwrap();
        let counts =
            page.messages.iter().map(|message| message.reactions.read().first().map_or(0, |one| one.count));
        assert_eq!(counts.collect::<Vec<_>>(), if with_texts { [1, 0] } else { [2, 1] });
        let rows = "SELECT user_id FROM reactions WHERE emoji = '👍'";
        let rows = place.rows::<(uuid::Uuid,)>(rows).await;
        assert_eq!(rows.iter().any(|(user,)| *user == guest.id.0), !with_texts);
    }
}
