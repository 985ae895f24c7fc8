//! People who send files over HTTP, whatever happens to the server and the network: each goes on until their message is answered.
//! What they write down is compared with what is stored.

use std::{collections::HashSet, sync::Arc, time::Duration};

use base64::{Engine, prelude::BASE64_STANDARD};
use reqwest::{Method, RequestBuilder, Response, StatusCode, header};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use stoa::{
    server::auth::session_tokens::Token,
    shared::{
        ids::{ConversationId, FileId, MessageId},
        users::Viewer,
    },
};
use tokio::{sync::watch, task::JoinSet, time::sleep};

use crate::{
    files::metadata,
    invariants::Dice,
    place::{Place, Site},
};

/// A request that has no answer by then is made again.
const PATIENCE: Duration = Duration::from_secs(5);
const AGAIN_AFTER: Duration = Duration::from_millis(30);
const LOOK_EVERY: Duration = Duration::from_millis(500);
const LOOKS_MAX: usize = 240;

/// A file of which its uploader knows that it was sent.
pub struct Sent {
    pub file: FileId,
    pub message: MessageId,
    pub size: usize,
    hash: [u8; 32],
}

/// What one uploader has done.
#[derive(Default)]
pub struct Uploads {
    sent: Vec<Sent>,
    /// Uploaded whole, and never sent.
    unsent: Vec<FileId>,
}

pub struct Uploaders {
    running: JoinSet<Uploads>,
    is_over: watch::Sender<bool>,
    guest: Arc<Token>,
    host: Token,
    host_name: Viewer,
    conversation: ConversationId,
}

impl Uploaders {
    /// So many uploads at once, all of a guest in a conversation with a host, by turns at each of the URLs. With checksums where
    /// the network says bytes twice, as no TCP does.
    pub async fn start(
        place: &Place,
        count: usize,
        urls: &[String],
        (bytes_max, has_checksums): (usize, bool),
    ) -> Self {
        let (host, guest) = (place.user("Host of files").await, place.user("Guest with files").await);
        let conversation = place.conversation(&guest, &host).await.id;
        let (host_name, guest, host) =
            (host.clone(), Arc::new(place.session(&guest).await), place.session(&host).await);
        let (is_over, over) = watch::channel(false);
        let mut running = JoinSet::new();
        for number in 0..count {
            let uploader = Uploader {
                site: Site::at(urls[number % urls.len()].clone()),
                token: guest.clone(),
                conversation,
                seed: number as u64 + 1,
                bytes_max,
                has_checksums,
            };
            running.spawn(uploader.run(over.clone()));
        }
        Self { running, is_over, guest, host, host_name, conversation }
    }

    /// Lets each end what it has begun, and gives what was sent, with everything that is wrong with it.
    pub async fn finish(self, place: &Place, site: &Site) -> (Vec<Sent>, Vec<String>) {
        self.is_over.send_replace(true);
        let uploads = self.running.join_all().await;
        let mut found = Vec::new();
        let (mut sent, mut unsent) = (Vec::new(), Vec::new());
        for one in uploads {
            sent.extend(one.sent);
            unsent.extend(one.unsent);
        }
        let read = async |token: &Token, id: FileId| {
            let request = site.request(Method::GET, &format!("/api/files/{id}/original"), Some(token));
            request.send().await.expect("an answer")
        };
        // What a node was looking at when it was killed is looked at again some time later.
        let looked_at = async |id: FileId| {
            let path = format!("/api/files/{id}");
            for _ in 0..LOOKS_MAX {
                let request = site.request(Method::GET, &path, Some(&self.guest));
                let described: Value = request.send().await.expect("an answer").json().await.expect("JSON");
                if described["state"] != "checking" {
                    break;
                }
                sleep(LOOK_EVERY).await;
            }
        };
        for Sent { file, message, hash, .. } in &sent {
            let answer = read(&self.host, *file).await;
            let status = answer.status();
            if status != StatusCode::OK {
                found.push(format!("(files) {file} of {message}, which was answered: {status}"));
            } else if Sha256::digest(answer.bytes().await.expect("bytes")) != (*hash).into() {
                found.push(format!("(files) {file} of {message} has other bytes"));
            }
        }
        for file in unsent {
            looked_at(file).await;
            let (host, guest) =
                (read(&self.host, file).await.status(), read(&self.guest, file).await.status());
            if (host, guest) != (StatusCode::NOT_FOUND, StatusCode::OK) {
                found.push(format!(
                    "(files) {file}, never sent, answers {host} to the other, {guest} to its own"
                ));
            }
        }
        let rows = "SELECT COUNT(*), COUNT(DISTINCT message_id) FROM files WHERE message_id IS NOT NULL";
        let (files, messages) = place.rows::<(i64, i64)>(rows).await[0];
        let last_seq = place.get(&self.host_name, self.conversation).await.last_seq;
        let distinct = sent.iter().map(|sent| sent.message).collect::<HashSet<_>>().len() as i64;
        if [files, messages, last_seq] != [distinct; 3] {
            found.push(format!(
                "(files) {distinct} files were sent, {files} are stored in {messages} messages of {last_seq}"
            ));
        }
        (sent, found)
    }
}

struct Uploader {
    site: Site,
    token: Arc<Token>,
    conversation: ConversationId,
    seed: u64,
    bytes_max: usize,
    has_checksums: bool,
}

fn checksum(bytes: &[u8]) -> String {
    format!("sha256 {}", BASE64_STANDARD.encode(Sha256::digest(bytes)))
}

impl Uploader {
    async fn run(self, over: watch::Receiver<bool>) -> Uploads {
        let (mut dice, mut done) = (Dice(self.seed), Uploads::default());
        while !*over.borrow() {
            let (file, message) = (FileId::new(), MessageId::new());
            let size = 1 + dice.below(self.bytes_max);
            let bytes: Vec<u8> = (0..size).map(|at| ((at as u64 * (self.seed + 3)) >> 3) as u8).collect();
            self.upload(file, &bytes).await;
            if dice.below(8) == 0 {
                done.unsent.push(file);
                continue;
            }
            self.send(message, file).await;
            done.sent.push(Sent { file, message, size, hash: Sha256::digest(&bytes).into() });
        }
        done
    }

    async fn upload(&self, id: FileId, bytes: &[u8]) {
        let conversation = self.conversation.to_string();
        let metadata =
            metadata(&[("id", &id.to_string()), ("conversation", &conversation), ("filename", "a")]);
        loop {
            // To announce it again tells how much of it is there.
            let request = self.site.request(Method::POST, "/api/files", Some(&self.token));
            let request = request.header("upload-length", bytes.len()).header("upload-metadata", &metadata);
            let answer = self.answer(request, StatusCode::CREATED).await;
            let offset: usize = answer.headers()["upload-offset"].to_str().unwrap().parse().unwrap();
            if offset == bytes.len() {
                return;
            }
            let request = self.site.request(Method::PATCH, &format!("/api/files/{id}"), Some(&self.token));
            let request = request
                .header(header::CONTENT_TYPE, "application/offset+octet-stream")
                .header("upload-offset", offset)
                .body(bytes[offset..].to_vec());
            let request = match self.has_checksums {
                true => request.header("upload-checksum", checksum(&bytes[offset..])),
                false => request,
            };
            let _ = request.timeout(PATIENCE).send().await;
        }
    }

    async fn send(&self, id: MessageId, file: FileId) {
        let body = json!({ "id": id, "body": "", "attached": { "files": [file] } });
        let path = format!("/api/conversations/{}/messages", self.conversation);
        self.answer(self.site.request(Method::POST, &path, Some(&self.token)).json(&body), StatusCode::OK)
            .await;
    }

    /// The answer to a request, made again while there is none, or the server says that it can't now.
    async fn answer(&self, request: RequestBuilder, wanted: StatusCode) -> Response {
        loop {
            let again = request.try_clone().expect("a body that can be sent again");
            match again.timeout(PATIENCE).send().await {
                Ok(answer) if answer.status() == wanted => return answer,
                Ok(answer) if answer.status().is_server_error() => {}
                Ok(answer) if answer.status() == StatusCode::TOO_MANY_REQUESTS => {}
                Ok(answer) => panic!("{}: {}", answer.status(), answer.text().await.unwrap_or_default()),
                Err(_) => {}
            }
            sleep(AGAIN_AFTER).await;
        }
    }
}
