//! Clients that are not our pages: one written from docs/protocol.md alone (`tests/clients/follower.py`), and the one that we
//! publish (`packages/client`, by `tests/clients/driver.mjs`). In the end each holds what is stored.

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

/// What a variable of the environment names, if it names something (`script/env`, which `script/chaos` and `script/test` ask).
fn named(variable: &str, needs: &str) -> Option<String> {
    let path = std::env::var(variable).ok().filter(|path| !path.is_empty());
    if path.is_none() {
        println!("SKIPPED: this needs {needs}, in {variable}");
        assert!(std::env::var_os("CI").is_none(), "nothing is left out under CI");
    }
    path
}

/// A Python that has what our clients need.
pub fn python(arguments: &[&str]) -> Option<Command> {
    let mut command = Command::new(named("STOA_CLIENT_PYTHON", "a Python with websockets")?);
    command.arg("-B").args(arguments).current_dir(env!("CARGO_MANIFEST_DIR"));
    Some(command)
}

/// A Node, where packages/client is built.
pub fn node(arguments: &[&str]) -> Option<Command> {
    let node = named("STOA_CLIENT_NODE", "a Node, and packages/client built")?;
    // Before version 22 only this flag brings its WebSocket.
    let flag = ["--experimental-websocket"];
    let has_flag =
        Command::new(&node).args(flag).arg("--version").output().is_ok_and(|found| found.status.success());
    let mut command = Command::new(node);
    command.args(flag.iter().filter(|_| has_flag)).args(["--no-warnings"]).args(arguments);
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    Some(command)
}

impl SecondClient {
    /// One who has this conversation open at this address, written by others. `None` without a Python to run it.
    pub async fn start(
        place: &Place,
        viewer: &Viewer,
        conversation: ConversationId,
        url: &str,
    ) -> Option<Self> {
        let command = python(&["tests/clients/follower.py"])?;
        Some(Self::run(command, place, viewer, conversation, url).await)
    }

    /// The same with the client that we publish. `None` without a Node to run it.
    async fn published(
        place: &Place,
        viewer: &Viewer,
        conversation: ConversationId,
        url: &str,
    ) -> Option<Self> {
        let command = node(&["tests/clients/driver.mjs"])?;
        Some(Self::run(command, place, viewer, conversation, url).await)
    }

    async fn run(
        mut command: Command,
        place: &Place,
        viewer: &Viewer,
        conversation: ConversationId,
        url: &str,
    ) -> Self {
        let scopes = Scopes { read: true, write: true, ..Scopes::default() };
        let token = place.token(viewer, TokenId::new(), scopes).await;
        let mut process = command
            .env("STOA_URL", url)
            .env("STOA_TOKEN", token.as_str())
            .env("STOA_CONVERSATION", conversation.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        let commands = process.stdin.take().expect("a pipe");
        let answers = process.stdout.take().map(BufReader::new);
        Self { viewer: viewer.clone(), conversation, process, commands, answers }
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

/// Two clients of one conversation on a bad network, started by `start`: nothing lost, nothing doubled, all in order.
async fn write_on_a_bad_network(
    seed: u64,
    start: impl AsyncFn(&Place, &Viewer, ConversationId, &str) -> Option<SecondClient>,
) {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    let site = place.serve().await;
    let address = site.url.trim_start_matches("http://").parse().unwrap();
    let network = Proxy::before(address, bad_luck(seed, 30_000)).await;
    let mut clients = Vec::new();
    for viewer in [&host, &guest] {
        let Some(mut client) = start(&place, viewer, conversation, &network.url()).await else {
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

#[tokio::test(flavor = "multi_thread")]
async fn c5_a_client_written_from_the_document_loses_nothing_on_a_bad_network() {
    write_on_a_bad_network(7, SecondClient::start).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn r7_the_published_client_loses_nothing_on_a_bad_network() {
    write_on_a_bad_network(8, SecondClient::published).await;
}
