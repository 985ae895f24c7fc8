//! Files of messages: uploads, what they are found to be, and who may read them.

use futures::future::join_all;
use reqwest::{Method, Response, StatusCode, header};
use serde_json::{Value, json};
use stoa::{
    server::{
        auth::session_tokens::Token,
        domain::{
            messages::{
                self,
                files::{cleanup, upload::UNSENT_KEPT},
            },
            operators::retention,
            rooms,
        },
    },
    shared::{
        conversations::rooms::History,
        errors::ErrorCode,
        ids::{ConversationId, FileId, MessageId},
        messages::{Range, attached::NewAttached, files::FileKind},
        users::Viewer,
        values::time::{DAY, HOUR},
    },
};

use tokio::time::{Duration, Instant};

use crate::{
    invariants::Dice,
    place::{Place, Site},
    server::{Server, free_address},
    uploaders::Uploaders,
};

/// What follows the picture of a polyglot.
const CANARY: &[u8] = b"<script>canary</script>";

pub struct Scene {
    pub place: Place,
    site: Site,
    host: Viewer,
    guest: Viewer,
    pub host_token: Token,
    pub guest_token: Token,
    conversation: ConversationId,
}

impl Scene {
    pub async fn new() -> Self {
        Self::with(&[]).await
    }

    pub async fn with(options: &[&str]) -> Self {
        let place = Place::with(options).await;
        let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
        let conversation = place.conversation(&guest, &host).await.id;
        let (host_token, guest_token) = (place.session(&host).await, place.session(&guest).await);
        let site = place.serve().await;
        Self { place, site, host, guest, host_token, guest_token, conversation }
    }

    pub async fn announce(&self, id: FileId, kind: &str, name: &str, size: usize) -> Response {
        let metadata = metadata(&[
            ("id", &id.to_string()),
            ("conversation", &self.conversation.to_string()),
            ("filename", name),
            ("kind", kind),
        ]);
        let request = self.site.request(Method::POST, "/api/files", Some(&self.guest_token));
        let request = request.header("upload-length", size).header("upload-metadata", metadata);
        request.send().await.expect("an answer")
    }

    pub async fn patch(&self, id: FileId, offset: usize, bytes: &[u8]) -> Response {
        let request = self.site.request(Method::PATCH, &format!("/api/files/{id}"), Some(&self.guest_token));
        let request = request
            .header(header::CONTENT_TYPE, "application/offset+octet-stream")
            .header("upload-offset", offset)
            .body(bytes.to_vec());
        request.send().await.expect("an answer")
    }

    pub async fn describe(&self, id: FileId) -> Value {
        let request = self.site.request(Method::GET, &format!("/api/files/{id}"), Some(&self.guest_token));
        request.send().await.expect("an answer").json().await.expect("JSON")
    }

    /// Uploads a file whole.
    pub async fn upload(&self, kind: &str, name: &str, bytes: &[u8]) -> FileId {
        let id = FileId::new();
        assert_eq!(self.announce(id, kind, name, bytes.len()).await.status(), StatusCode::CREATED);
        assert_eq!(self.patch(id, 0, bytes).await.status(), StatusCode::NO_CONTENT);
        id
    }

    pub async fn send(
        &self,
        body: &str,
        files: &[FileId],
    ) -> stoa::shared::errors::Result<stoa::shared::messages::Message> {
        self.send_as(MessageId::new(), body, files).await
    }

    async fn send_as(
        &self,
        id: MessageId,
        body: &str,
        files: &[FileId],
    ) -> stoa::shared::errors::Result<stoa::shared::messages::Message> {
        let attached = NewAttached { reply: None, files: files.to_vec() };
        let sent = messages::send_attached(
            &self.place.context,
            &self.guest,
            self.conversation,
            id,
            body.into(),
            attached,
        );
        Ok(sent.await?.message)
    }

    pub async fn read(&self, token: Option<&Token>, id: FileId, variant: &str) -> Response {
        let request = self.site.request(Method::GET, &format!("/api/files/{id}/{variant}"), token);
        request.send().await.expect("an answer")
    }
}

pub fn metadata(pairs: &[(&str, &str)]) -> String {
    use base64::{Engine, prelude::BASE64_STANDARD};
    let pairs = pairs.iter().map(|(key, value)| format!("{key} {}", BASE64_STANDARD.encode(value)));
    pairs.collect::<Vec<_>>().join(",")
}

fn picture(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let picture = image::RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, 90]));
    picture.write_to(&mut bytes, image::ImageFormat::Png).expect("a picture");
    bytes.into_inner()
}

#[tokio::test(flavor = "multi_thread")]
async fn f4_a_picture_is_encoded_anew_sent_and_read_by_both_and_by_nobody_else() {
    let scene = Scene::new().await;
    let mut bytes = picture(400, 200);
    bytes.extend(CANARY);
    let id = scene.upload("image", "tap.png", &bytes).await;
    let described = scene.describe(id).await;
    assert_eq!(described["state"], "ready");
    assert_eq!((&described["file"]["width"], &described["file"]["height"]), (&json!(400), &json!(200)));
    // Its sender sees it before it is sent, and nobody else does.
    assert_eq!(scene.read(Some(&scene.guest_token), id, "preview").await.status(), StatusCode::OK);
    assert_eq!(scene.read(Some(&scene.host_token), id, "preview").await.status(), StatusCode::NOT_FOUND);
    let message = scene.send("", &[id]).await.unwrap();
    assert_eq!(message.body, "📷 tap.png");
    assert_eq!(message.attached.read().files[0].id, id);
    assert_eq!(message.attached.read().files[0].kind, FileKind::Image);
    let answer = scene.read(Some(&scene.host_token), id, "large").await;
    assert_eq!(answer.headers()[header::CONTENT_TYPE], "image/jpeg");
    assert_eq!(answer.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    assert!(answer.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().starts_with("sandbox"));
    let large = answer.bytes().await.unwrap();
    assert!(!large.windows(CANARY.len()).any(|part| part == CANARY));
    assert_eq!(image::load_from_memory(&large).unwrap().width(), 400);
    let stranger = scene.place.session(&scene.place.user("Eve").await).await;
    let (theirs, missing) = (
        scene.read(Some(&stranger), id, "large").await,
        scene.read(Some(&stranger), FileId::new(), "large").await,
    );
    assert_eq!((theirs.status(), missing.status()), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
    assert_eq!(theirs.text().await.unwrap(), missing.text().await.unwrap());
    assert_eq!(scene.read(None, id, "large").await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(scene.read(Some(&scene.host_token), id, "original").await.status(), StatusCode::NOT_FOUND);
    // The page that the host reads has it too.
    let page = messages::page(&scene.place.context, &scene.host, scene.conversation, Range::Newest, None)
        .await
        .unwrap();
    assert_eq!(page.messages[0], message);
}

#[tokio::test(flavor = "multi_thread")]
async fn f4_an_upload_goes_on_where_it_was_and_bytes_of_another_place_are_refused() {
    let scene = Scene::new().await;
    let bytes: Vec<u8> = (0..3_000_000_u32).map(|at| (at * 7 + at / 251) as u8).collect();
    let id = FileId::new();
    let created = scene.announce(id, "file", "rules.pdf", bytes.len()).await;
    assert_eq!(created.headers()[header::LOCATION], format!("/api/files/{id}"));
    let patched = scene.patch(id, 0, &bytes[..1_500_000]).await;
    assert_eq!(patched.headers()["upload-offset"], "1500000");
    assert_eq!(scene.patch(id, 0, &bytes[..10]).await.status(), StatusCode::CONFLICT);
    // Announced again it is the same.
    let again = scene.announce(id, "file", "rules.pdf", bytes.len()).await;
    assert_eq!(again.headers()["upload-offset"], "1500000");
    assert_eq!(scene.announce(id, "file", "other.pdf", bytes.len()).await.status(), StatusCode::CONFLICT);
    let head = scene.site.request(Method::HEAD, &format!("/api/files/{id}"), Some(&scene.guest_token));
    let head = head.send().await.unwrap();
    assert_eq!(head.headers()["upload-offset"], "1500000");
    assert_eq!(head.headers()["upload-length"], "3000000");
    // It can't be sent yet, and may later.
    let early = scene.send("", &[id]).await.unwrap_err();
    assert_eq!(early.code, ErrorCode::Retry);
    assert_eq!(scene.patch(id, 1_500_000, &bytes[1_500_000..]).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(scene.patch(id, 3_000_000, b"more").await.status(), StatusCode::CONFLICT);
    scene.send("The rules", &[id]).await.unwrap();
    let answer = scene.read(Some(&scene.host_token), id, "original").await;
    assert_eq!(answer.headers()[header::CONTENT_TYPE], "application/octet-stream");
    assert_eq!(answer.headers()[header::CONTENT_DISPOSITION], "attachment; filename*=UTF-8''rules.pdf");
    assert_eq!(answer.bytes().await.unwrap(), bytes);
    let request =
        scene.site.request(Method::GET, &format!("/api/files/{id}/original"), Some(&scene.host_token));
    let part = request.header(header::RANGE, "bytes=1048570-1048585").send().await.unwrap();
    assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(part.headers()[header::CONTENT_RANGE], "bytes 1048570-1048585/3000000");
    assert_eq!(part.bytes().await.unwrap(), bytes[1_048_570..1_048_586]);
}

/// Its check ends while its message is tried again and again, and then it is sent: it is never said to be gone.
#[tokio::test(flavor = "multi_thread")]
async fn f4_a_file_that_becomes_ready_while_its_message_is_sent_is_sent() {
    let scene = Scene::new().await;
    let ids: Vec<_> = (0..20).map(|_| FileId::new()).collect();
    for id in &ids {
        assert_eq!(scene.announce(*id, "file", "rules.txt", 5).await.status(), StatusCode::CREATED);
    }
    let sent = async |id: FileId| loop {
        match scene.send("", &[id]).await {
            Ok(message) => return message.seq,
            Err(error) => {
                assert!(matches!(error.code, ErrorCode::Retry | ErrorCode::TooFast), "{error:?}");
                tokio::task::yield_now().await;
            }
        }
    };
    let patched = join_all(ids.iter().map(|id| scene.patch(*id, 0, b"rules")));
    let (patched, mut sent) = tokio::join!(patched, join_all(ids.iter().map(|id| sent(*id))));
    assert!(patched.iter().all(|answer| answer.status() == StatusCode::NO_CONTENT));
    sent.sort_unstable();
    assert_eq!(sent, (1..=20).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn f4_a_message_with_files_is_sent_once_and_each_file_stands_in_one_message() {
    let scene = Scene::new().await;
    let (one, two) = (scene.upload("file", "a.txt", b"a").await, scene.upload("file", "b.txt", b"b").await);
    let id = MessageId::new();
    let both = [one, two];
    let sends = (0..20).map(|_| scene.send_as(id, "Both", &both));
    let answers = futures::future::join_all(sends).await;
    let first = answers[0].as_ref().unwrap();
    assert!(answers.iter().all(|answer| answer.as_ref().unwrap() == first));
    assert_eq!(scene.send("Again", &[one]).await.unwrap_err().code, ErrorCode::Invalid);
    assert_eq!(scene.send_as(id, "Both", &[one]).await.unwrap_err().code, ErrorCode::Conflict);
    assert_eq!(scene.send("Twice", &[two, two]).await.unwrap_err().code, ErrorCode::Invalid);
    // Another's file is as good as none.
    let theirs = NewAttached { reply: None, files: vec![scene.upload("file", "c.txt", b"c").await] };
    let send = messages::send_attached(
        &scene.place.context,
        &scene.host,
        scene.conversation,
        MessageId::new(),
        String::new(),
        theirs,
    );
    assert_eq!(send.await.unwrap_err().code, ErrorCode::Invalid);
    assert_eq!(scene.place.get(&scene.host, scene.conversation).await.last_seq, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn f4_bounds_of_size_number_and_names_are_kept() {
    let scene = Scene::new().await;
    let status = async |kind, name, size| scene.announce(FileId::new(), kind, name, size).await.status();
    assert_eq!(status("file", "a", 0).await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(status("file", "a", 100 * 1024 * 1024 + 1).await, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(status("image", "a", 25 * 1024 * 1024 + 1).await, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(status("file", &"n".repeat(201), 1).await, StatusCode::UNPROCESSABLE_ENTITY);
    let id = FileId::new();
    scene.announce(id, "file", "a", 3).await;
    assert_eq!(scene.patch(id, 0, b"four").await.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(scene.describe(id).await["received"], 0);
    let mut files = vec![];
    for _ in 0..11 {
        files.push(scene.upload("file", "a", b"a").await);
    }
    assert_eq!(scene.send("Eleven", &files).await.unwrap_err().code, ErrorCode::Invalid);
    assert_eq!(scene.send("Ten", &files[..10]).await.unwrap().attached.read().files.len(), 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn f4_a_checksum_that_differs_keeps_nothing() {
    let scene = Scene::new().await;
    let id = FileId::new();
    scene.announce(id, "file", "a", 5).await;
    let send = async |checksum: &str| {
        let request =
            scene.site.request(Method::PATCH, &format!("/api/files/{id}"), Some(&scene.guest_token));
        let request = request
            .header(header::CONTENT_TYPE, "application/offset+octet-stream")
            .header("upload-offset", 0)
            .header("upload-checksum", checksum)
            .body("hello");
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(send("sha1 AAAAAAAAAAAAAAAAAAAAAAAAAAA=").await, 460);
    assert_eq!(scene.describe(id).await["received"], 0);
    assert_eq!(send("md5 AAAA").await, 422);
    assert_eq!(send("sha1 qvTGHdzF6KLavt4PO0gs2a6pQ00=").await, 204);
    assert_eq!(scene.describe(id).await["state"], "ready");
}

#[tokio::test(flavor = "multi_thread")]
async fn f4_deletion_retention_leaving_and_time_reach_the_bytes() {
    let scene = Scene::new().await;
    let context = &scene.place.context;
    let [deleted, expired, unsent] = [
        scene.upload("file", "deleted.txt", b"1").await,
        scene.upload("file", "expired.txt", b"2").await,
        scene.upload("file", "unsent.txt", b"3").await,
    ];
    let message = scene.send("", &[deleted]).await.unwrap();
    scene.send("", &[expired]).await.unwrap();
    let gone = messages::delete(context, &scene.guest, message.id, message.version).await.unwrap().message;
    assert!(gone.attached.is_empty());
    for token in [&scene.host_token, &scene.guest_token] {
        assert_eq!(scene.read(Some(token), deleted, "original").await.status(), StatusCode::NOT_FOUND);
        assert_eq!(scene.read(Some(token), expired, "original").await.status(), StatusCode::OK);
    }
    // Retention reaches the second, and nobody ever sends the third.
    context.clock.advance(40 * DAY);
    scene.place.keep_for(Some(30)).await;
    retention::run(context, context.clock.now()).await.unwrap();
    let host = scene.place.session(&scene.host).await;
    assert_eq!(scene.read(Some(&host), expired, "original").await.status(), StatusCode::NOT_FOUND);
    assert_eq!(cleanup::run(context).await.unwrap(), 1, "the first one, after a day");
    context.clock.advance(DAY + HOUR);
    assert_eq!(cleanup::run(context).await.unwrap(), 2);
    let folder = scene.place.files.path().join("files");
    for id in [deleted, expired, unsent] {
        // A bucket has no folder.
        assert!(!folder.join(id.to_string()).join("original").exists());
    }
    let rows: Vec<(i64,)> = scene.place.rows("SELECT COUNT(*) FROM files").await;
    assert_eq!(rows[0].0, 0);
    const _: () = assert!(UNSENT_KEPT <= DAY);
}

#[tokio::test(flavor = "multi_thread")]
async fn f4_a_file_whose_look_was_cut_off_is_looked_at_again_whatever_the_clock_says() {
    let scene = Scene::new().await;
    let context = &scene.place.context;
    for left in [
        "UPDATE files SET state = 'checking', changed_at = changed_at - 3600000000 WHERE message_id IS NULL",
        "UPDATE files SET state = 'checking', changed_at = changed_at + 3600000000 WHERE state = 'ready'",
    ] {
        scene.upload("file", "rules.txt", b"No shoes.").await;
        scene.place.run(left).await;
        cleanup::run(context).await.unwrap();
        // Its parts are gone since the first look, so the second finds nothing.
        let states: Vec<(String,)> = scene.place.rows("SELECT DISTINCT state FROM files").await;
        assert_eq!(states, [("refused".to_owned(),)], "{left}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn f4_who_left_a_room_or_came_later_reads_no_file_of_that_time() {
    let place = Place::new().await;
    let (owner, member, late) = (place.user("Ana").await, place.user("Ben").await, place.user("Cleo").await);
    for other in [&member, &late] {
        place.conversation(other, &owner).await;
    }
    let room = ConversationId::new();
    place.room(&owner, room, "Hosts", History::Joining, &[member.id]).await;
    let site = place.serve().await;
    let [owner_token, member_token, late_token] =
        [place.session(&owner).await, place.session(&member).await, place.session(&late).await];
    let scene = Scene {
        host: member.clone(),
        guest: owner.clone(),
        host_token: member_token,
        guest_token: owner_token,
        conversation: room,
        place,
        site,
    };
    let id = scene.upload("file", "a.txt", b"a").await;
    scene.send("", &[id]).await.unwrap();
    scene.place.let_in(&owner, room, &late).await;
    assert_eq!(scene.read(Some(&scene.host_token), id, "original").await.status(), StatusCode::OK);
    assert_eq!(scene.read(Some(&late_token), id, "original").await.status(), StatusCode::NOT_FOUND);
    rooms::remove(&scene.place.context, &owner, room, MessageId::new(), member.id).await.unwrap();
    assert_eq!(scene.read(Some(&scene.host_token), id, "original").await.status(), StatusCode::NOT_FOUND);
}

/// Each address of a file, before nobody, a stranger, an operator and an admin who take no part, the other side, and its sender. Who
/// left and who came later are above.
#[tokio::test(flavor = "multi_thread")]
async fn f4_each_address_of_a_file_answers_each_role_as_it_may() {
    let scene = Scene::new().await;
    let sent = scene.upload("file", "a.txt", b"a").await;
    scene.send("", &[sent]).await.unwrap();
    let unsent = scene.upload("file", "b.txt", b"b").await;
    let place = &scene.place;
    let operator = place.session(&place.operator("Oda").await).await;
    let admin = place.session(&place.admin("Ada").await).await;
    let stranger = place.session(&place.user("Eve").await).await;
    let roles = [
        ("nobody", None),
        ("stranger", Some(&stranger)),
        ("operator", Some(&operator)),
        ("admin", Some(&admin)),
        ("host", Some(&scene.host_token)),
    ];
    for route in stoa::web::rest::files::routes() {
        for id in [sent, unsent, FileId::new()] {
            let path = route.path.replace("{id}", &id.to_string()).replace("{variant}", "original");
            for (name, role) in roles {
                let request = scene.site.request(route.method.clone(), &path, role);
                let request = request
                    .header("upload-length", 1)
                    .header("upload-offset", 0)
                    .header("upload-metadata", metadata(&[("conversation", &scene.conversation.to_string())]))
                    .header(header::CONTENT_TYPE, "application/offset+octet-stream");
                let status = request.send().await.unwrap().status();
                let is_host = name == "host";
                let expected = match (name, route.method.as_str()) {
                    ("nobody", _) => StatusCode::UNAUTHORIZED,
                    (_, "POST") if is_host => StatusCode::CREATED,
                    (_, "GET") if is_host && id == sent && path.ends_with("original") => StatusCode::OK,
                    _ => StatusCode::NOT_FOUND,
                };
                assert_eq!(status, expected, "{} {path} {name}", route.method);
            }
        }
    }
    assert_eq!(scene.read(Some(&scene.guest_token), unsent, "original").await.status(), StatusCode::OK);
}

/// People who upload and send files while the server is killed again and again: each message that was answered has its bytes,
/// in its place, once.
#[tokio::test(flavor = "multi_thread")]
async fn f4_d7_a_server_killed_again_and_again_loses_no_file() {
    let seconds = std::env::var("STOA_KILL_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(6_u64);
    let place = Place::new().await;
    let folder = place.files.path().to_string_lossy().into_owned();
    let environment = [("STOA_FILES", folder.as_str())];
    let address = free_address().await;
    let mut server = Server::start_at(address, &place.database.url, &environment).await;
    let uploaders = Uploaders::start(&place, 6, &[format!("http://{address}")], (3_000_000, false)).await;
    let end = Instant::now() + Duration::from_secs(seconds);
    let (mut dice, mut kills) = (Dice(7), 0);
    while Instant::now() < end {
        tokio::time::sleep(Duration::from_millis(200 + dice.below(1_200) as u64)).await;
        server.kill();
        kills += 1;
        server = Server::start_at(address, &place.database.url, &environment).await;
    }
    let (sent, found) = uploaders.finish(&place, &Site::at(format!("http://{address}"))).await;
    let total: usize = sent.iter().map(|sent| sent.size).sum();
    println!("{kills} kills, {} files with {total} bytes in {seconds} s", sent.len());
    assert!(found.is_empty(), "{found:#?}");
    assert!(kills >= seconds / 3 && sent.len() > 5, "{kills} kills, {} files", sent.len());
    server.kill();
}
