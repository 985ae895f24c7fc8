//! A second client, written from docs/protocol.md alone (`tests/clients/follower.py`): in the end it holds what is
//! stored.

use std::{
    collections::HashSet,
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::Duration,
};

use serde_json::{Value, json};
use stoa::{
    server::domain::{conversations, messages},
    shared::{
        ids::{ConversationId, MessageId, TokenId},
        messages::Range,
        users::{Viewer, api_tokens::Scopes},
    },
};
use tokio::{task::spawn_blocking, time::timeout};

use crate::{
    place::Place,
    proxy::{Proxy, bad_luck},
};

/// For everything that it is told to do, also while nodes are killed.
const ANSWER_WITHIN: Duration = Duration::from_secs(300);

pub struct SecondClient {
    viewer: Viewer,
    conversation: ConversationId,
    process: Child,
    commands: ChildStdin,
    answers: Option<BufReader<ChildStdout>>,
}

impl Drop for SecondClient {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The Python that has what the client needs, if there is one (`script/chaos`, `script/test`).
fn python() -> Option<String> {
    let python = std::env::var("STOA_CLIENT_PYTHON").ok().filter(|path| !path.is_empty());
    if python.is_none() {
        println!("SKIPPED: the second client needs Python with websockets, in STOA_CLIENT_PYTHON");
        assert!(std::env::var_os("CI").is_none(), "the second client is not left out under CI");
    }
    python
}

impl SecondClient {
    /// One who has this conversation open at this address. `None` without a Python to run it.
    pub async fn start(
        place: &Place,
        viewer: &Viewer,
        conversation: ConversationId,
        url: &str,
    ) -> Option<Self> {
        let python = python()?;
        let scopes = Scopes { read: true, write: true, ..Scopes::default() };
        let token = place.token(viewer, TokenId::new(), scopes).await;
        let mut process = Command::new(python)
            .args(["-B", "tests/clients/follower.py"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env("STOA_URL", url)
            .env("STOA_TOKEN", token.as_str())
            .env("STOA_CONVERSATION", conversation.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Python starts");
        let commands = process.stdin.take().expect("a pipe");
        let answers = process.stdout.take().map(BufReader::new);
        Some(Self { viewer: viewer.clone(), conversation, process, commands, answers })
    }

    pub fn tell(&mut self, command: &str) {
        writeln!(self.commands, "{command}").expect("it still runs");
    }

    pub async fn answer(&mut self) -> String {
        let mut answers = self.answers.take().expect("it has answered");
        let reading = spawn_blocking(move || {
            let mut line = String::new();
            answers.read_line(&mut line).map(|_| (answers, line))
        });
        let read = timeout(ANSWER_WITHIN, reading).await.expect("it answers in time");
        let (answers, line) = read.expect("a thread").expect("a line");
        self.answers = Some(answers);
        line.trim().to_owned()
    }

    /// Lets it say nothing more, once all that it wrote is answered.
    pub async fn rest(&mut self) {
        self.tell("rest");
        assert_eq!(self.answer().await, "rested");
    }

    /// What it wrote, and what is wrong with what it holds. Everybody is at rest.
    pub async fn finish(mut self, place: &Place) -> (HashSet<MessageId>, Vec<String>) {
        self.tell("report");
        let state: Value = serde_json::from_str(&self.answer().await).expect("its state");
        let ids = |name: &str| -> HashSet<MessageId> {
            let all = state[name].as_array().expect(name).iter();
            all.map(|id| id.as_str().unwrap().parse().unwrap()).collect()
        };
        let made = ids("made");
        let mut found: Vec<String> = Vec::new();
        let mut expect = |what: &str, held: &Value, stored: Value| {
            if *held != stored {
                found.push(format!("second client: {what}: {held} is held, {stored} is stored"));
            }
        };
        let (node, viewer) = (&place.context, &self.viewer);
        let list = conversations::list(node, viewer, None, false, None).await.expect("a page");
        expect("head", &state["head"], json!(list.head));
        expect("unread", &state["unread"], json!(list.unread));
        expect("totals", &state["totals"], json!(list.totals));
        let summaries = list.conversations.iter().map(|row| (row.id.to_string(), json!(row))).collect();
        expect("conversations", &state["conversations"], Value::Object(summaries));
        expect("refused", &state["refused"], json!({}));
        expect("unsent", &state["unsent"], json!([]));
        expect("wrong", &state["wrong"], json!([]));
        let mut stored = Vec::new();
        loop {
            let after = stored.last().map_or(0, |message: &stoa::shared::messages::Message| message.seq);
            let page =
                messages::page(node, viewer, self.conversation, Range::AfterSeq(after), Some(200)).await;
            let page = page.expect("a page");
            if page.messages.is_empty() {
                expect("version", &state["version"], json!(page.conversation.version));
                break;
            }
            stored.extend(page.messages);
        }
        // One that was sent the newest page instead of all that it missed holds the messages from there on.
        let held = state["messages"].as_array().expect("messages");
        let from = held.first().map_or(i64::MAX, |message| message["seq"].as_i64().unwrap());
        let expected: Vec<_> = stored.iter().filter(|message| message.seq >= from).collect();
        expect("messages", &state["messages"], json!(expected));
        for message in stored.iter().filter(|message| made.contains(&message.id)) {
            expect("place", &state["acked"][message.id.to_string()], json!(message.seq));
        }
        let kept = stored.iter().filter(|message| made.contains(&message.id)).count();
        expect("messages of its own", &json!(made.len()), json!(kept));
        (made, found)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn c5_a_client_written_from_the_document_loses_nothing_on_a_bad_network() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    let site = place.serve().await;
    let address = site.url.trim_start_matches("http://").parse().unwrap();
    let network = Proxy::before(address, bad_luck(7, 30_000)).await;
    let mut clients = Vec::new();
    for viewer in [&host, &guest] {
        let Some(mut client) = SecondClient::start(&place, viewer, conversation, &network.url()).await else {
            return;
        };
        client.tell("write 60");
        clients.push(client);
    }
    for client in &mut clients {
        assert_eq!(client.answer().await, "wrote");
    }
    for client in &mut clients {
        client.rest().await;
    }
    for client in clients {
        let (made, found) = client.finish(&place).await;
        assert_eq!((made.len(), found), (60, Vec::new()));
    }
}
