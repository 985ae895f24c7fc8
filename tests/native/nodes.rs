//! Several servers on one PostgreSQL and a NATS server of their own: who is connected to one of them
//! has everything that happens on another, also while NATS is away or a server is killed. Where the
//! tests run on SQLite there is nothing to try, since one server alone writes a file.

use std::{
    process::{Command, Output},
    time::Duration,
};

use sqlx::{Connection, Executor, PgConnection};
use stoa::shared::conversations::update::ConversationUpdate;
use stoa::{
    server::{
        bus::{Bus, BusMessage},
        connections::registry::PRESENCE_GRACE_MICROS,
    },
    shared::{
        errors::ErrorCode,
        ids::{ConversationId, MessageId, UserId},
        sync::wire::{ToClient, ToServer, close},
        users::{Viewer, presence::Presence},
    },
};
use tempfile::TempDir;

use crate::{
    checker,
    client::Client,
    crowd::{CLIENTS, Crowd, PACE},
    database::{TestDatabase, server},
    invariants::Dice,
    live::Manner,
    place::{FAST, Place, Site},
    server::{Server, free_address},
};

pub struct Nats {
    folder: TempDir,
    pub url: String,
}

impl Nats {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = control(&folder, "start");
        Self { folder, url }
    }

    /// Killed; everybody who is connected notices.
    pub fn crash(&self) {
        control(&self.folder, "crash");
    }

    /// Where it was before.
    pub fn start_again(&self) {
        assert_eq!(control(&self.folder, "start"), self.url);
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        control(&self.folder, "stop");
    }
}

fn control(folder: &TempDir, command: &str) -> String {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/script/nats");
    let output = Command::new(script).arg(command).arg(folder.path()).output();
    let Output { status, stdout, stderr } = output.expect("the script runs");
    assert!(status.success(), "{command}: {}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).expect("a URL").trim().to_owned()
}

/// Two nodes on one database, and two who talk: the host on the first, the guest on the second.
struct Pair {
    nats: Nats,
    first: Place,
    second: Place,
    sites: [Site; 2],
    host: Viewer,
    guest: Viewer,
    conversation: ConversationId,
}

impl Pair {
    async fn start() -> Option<Self> {
        server()?;
        let nats = Nats::start();
        let first = node(TestDatabase::new().await, &nats).await;
        let second = node(TestDatabase::at(first.database.url.clone()), &nats).await;
        let sites = [first.serve().await, second.serve().await];
        let (host, guest) = (first.user("Tomas").await, first.user("Noor").await);
        let conversation = first.conversation(&guest, &host).await.id;
        Some(Self { nats, first, second, sites, host, guest, conversation })
    }

    /// Both connected, each to a node of his own, and both nodes know it.
    async fn connect(&self) -> (Client, Client) {
        let mut host = Client::open(&self.first, &self.sites[0], &self.host, 0).await;
        host.hear().await;
        let mut guest = Client::open(&self.second, &self.sites[1], &self.guest, 0).await;
        while !self.is_online(&self.first, self.guest.id).await {}
        while !self.is_online(&self.second, self.host.id).await {}
        host.heard_so_far().await;
        guest.heard_so_far().await;
        (host, guest)
    }

    /// Waits until the first node knows that somebody is on no other.
    async fn is_nowhere_else(&self, user: &Viewer) {
        while !self.first.context.sockets.on_other_nodes([&user.id]).is_empty() {
            tokio::task::yield_now().await;
        }
    }

    async fn is_online(&self, at: &Place, user: UserId) -> bool {
        tokio::task::yield_now().await;
        at.context.sockets.presence(user, None).is_online
    }
}

async fn node(database: TestDatabase, nats: &Nats) -> Place {
    Place::on(database, &[FAST, &["--nats", &nats.url]].concat()).await
}

async fn text_of_next_change(client: &mut Client) -> String {
    loop {
        let change = client.change().await;
        if let Some(ConversationUpdate::Active(summary)) = change.conversations.first() {
            return summary.last_message.as_ref().expect("a message").text.clone();
        }
    }
}

async fn presence_of(client: &mut Client, user: UserId, is_online: bool) -> Presence {
    let about = |presence: &Presence| presence.user == user && presence.is_online == is_online;
    let wanted = |frame: &ToClient| matches!(frame, ToClient::Presence(presence) if about(presence));
    match client.until(wanted).await {
        ToClient::Presence(presence) => presence,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn c1_what_is_sent_on_one_node_comes_to_who_is_connected_to_another() {
    let Some(pair) = Pair::start().await else { return };
    let (mut host, mut guest) = pair.connect().await;
    for number in 0..20 {
        let (id, body) = (MessageId::new(), format!("question {number}"));
        guest
            .say(&ToServer::SendMessage {
                id,
                conversation: pair.conversation,
                body: body.clone(),
                attached: Default::default(),
            })
            .await;
        assert_eq!(text_of_next_change(&mut host).await, body);
        let (id, body) = (MessageId::new(), format!("answer {number}"));
        host.say(&ToServer::SendMessage {
            id,
            conversation: pair.conversation,
            body: body.clone(),
            attached: Default::default(),
        })
        .await;
        while text_of_next_change(&mut guest).await != body {}
        host.heard_so_far().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn c8_typing_is_seen_from_another_node() {
    let Some(pair) = Pair::start().await else { return };
    let (mut host, mut guest) = pair.connect().await;
    let conversation = pair.conversation;
    for is_typing in [true, false] {
        guest.say(&ToServer::Typing { conversation, is_typing }).await;
        let typing = host.until(|frame| matches!(frame, ToClient::Typing { .. })).await;
        assert_eq!(typing, ToClient::Typing { conversation, user: pair.guest.id, is_typing });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn e3_coming_and_going_is_seen_from_another_node() {
    let Some(pair) = Pair::start().await else { return };
    let (mut host, guest) = pair.connect().await;
    drop(guest);
    while !pair.second.context.sockets.all().is_empty() {
        tokio::task::yield_now().await;
    }
    assert!(pair.is_online(&pair.first, pair.guest.id).await, "a reload does not blink elsewhere either");
    pair.second.context.clock.advance(PRESENCE_GRACE_MICROS);
    let gone = presence_of(&mut host, pair.guest.id, false).await;
    assert!(gone.last_seen.is_some());
    let _again = Client::open(&pair.second, &pair.sites[1], &pair.guest, 0).await;
    presence_of(&mut host, pair.guest.id, true).await;
    // A node that starts now learns who is on the others.
    let third = node(TestDatabase::at(pair.first.database.url.clone()), &pair.nats).await;
    while !(pair.is_online(&third, pair.guest.id).await && pair.is_online(&third, pair.host.id).await) {}
}

#[tokio::test(flavor = "multi_thread")]
async fn d9_without_nats_what_is_sent_still_comes_and_nobody_seems_to_have_gone() {
    let Some(pair) = Pair::start().await else { return };
    let (mut host, mut guest) = pair.connect().await;
    pair.nats.crash();
    for number in 0..3 {
        let (id, body) = (MessageId::new(), format!("without NATS {number}"));
        guest
            .say(&ToServer::SendMessage {
                id,
                conversation: pair.conversation,
                body: body.clone(),
                attached: Default::default(),
            })
            .await;
        assert_eq!(text_of_next_change(&mut host).await, body);
    }
    // Who goes meanwhile is known to have gone once the nodes hear each other again.
    drop(guest);
    while !pair.second.context.sockets.all().is_empty() {
        tokio::task::yield_now().await;
    }
    pair.second.context.clock.advance(PRESENCE_GRACE_MICROS);
    while pair.is_online(&pair.second, pair.guest.id).await {}
    assert!(pair.is_online(&pair.first, pair.guest.id).await, "nothing is heard, so nothing has changed");
    pair.nats.start_again();
    pair.is_nowhere_else(&pair.guest).await;
    pair.first.context.clock.advance(PRESENCE_GRACE_MICROS);
    presence_of(&mut host, pair.guest.id, false).await;
    let _again = Client::open(&pair.second, &pair.sites[1], &pair.guest, 0).await;
    presence_of(&mut host, pair.guest.id, true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn e3_whose_node_is_killed_is_gone_unless_he_comes_to_another() {
    let Some(pair) = Pair::start().await else { return };
    let (mut host, _guest) = pair.connect().await;
    let other = pair.first.user("Mei").await;
    pair.first.conversation(&other, &pair.host).await;
    let environment = [("NATS_URL", pair.nats.url.as_str())];
    let mut third = Server::start(&pair.first.database.url, &environment).await;
    let epoch = pair.first.context.epoch.clone();
    let session = pair.first.session(&other).await;
    let mut of_other = Client::at(&third.url(), &session, &epoch, 0).await;
    of_other.hear().await;
    presence_of(&mut host, other.id, true).await;
    third.kill();
    pair.is_nowhere_else(&other).await;
    pair.first.context.clock.advance(PRESENCE_GRACE_MICROS);
    let gone = presence_of(&mut host, other.id, false).await;
    assert!(gone.last_seen.is_some(), "about when its node was heard last");
    // The same with a node that stops, whose people come to another at once: nobody sees a gap.
    let mut third = Server::start(&pair.first.database.url, &environment).await;
    let mut of_other = Client::at(&third.url(), &session, &epoch, 0).await;
    presence_of(&mut host, other.id, true).await;
    third.terminate();
    assert_eq!(of_other.closed().await.map(|reason| u16::from(reason.code)), Some(close::GOING_AWAY));
    let mut again = Client::at(&pair.sites[1].url, &session, &epoch, 0).await;
    again.hear().await;
    assert!(third.ended_within(25).await.is_ok_and(|status| status.success()));
    while pair.first.context.sockets.on_other_nodes([&other.id]).is_empty() {
        tokio::task::yield_now().await;
    }
    pair.first.context.clock.advance(PRESENCE_GRACE_MICROS);
    pair.second.context.clock.advance(PRESENCE_GRACE_MICROS);
    pair.first.send(&pair.guest, pair.conversation, "Still here?").await.expect("it is sent");
    let heard = host.until(|frame| matches!(frame, ToClient::Change(_) | ToClient::Presence(_))).await;
    assert!(!matches!(heard, ToClient::Presence(Presence { is_online: false, .. })), "{heard:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn d7_nodes_and_nats_that_are_killed_while_people_write_lose_and_double_nothing() {
    if server().is_none() {
        return;
    }
    let nats = Nats::start();
    let place = node(TestDatabase::new().await, &nats).await;
    let addresses = [free_address().await, free_address().await];
    let urls = addresses.map(|address| format!("http://{address}"));
    let crowd = Crowd::at_nodes(&place, CLIENTS, &urls, 4 * PACE, Manner::default()).await;
    let environment = [("NATS_URL", nats.url.as_str())];
    let start =
        async |number: usize| Server::start_at(addresses[number], &place.database.url, &environment).await;
    let mut servers = [start(0).await, start(1).await];
    let mut dice = Dice(5);
    for _ in 0..6 {
        // What happens next happens while people write.
        tokio::time::sleep(Duration::from_millis(500)).await;
        match dice.below(3) {
            0 => {
                nats.crash();
                tokio::time::sleep(Duration::from_millis(500)).await;
                nats.start_again();
            }
            number => {
                servers[number - 1].kill();
                servers[number - 1] = start(number - 1).await;
            }
        }
    }
    let clients = crowd.finish().await;
    let found = checker::findings(&place, &clients).await;
    let answers: usize = clients.iter().map(|client| client.history.acks.len()).sum();
    assert!(found.is_empty(), "{found:#?}");
    assert!(answers > CLIENTS, "{answers} answers");
    assert_eq!(place.database.deadlocks().await, Some(0), "(17)");
}

#[tokio::test(flavor = "multi_thread")]
async fn e7_signing_out_on_one_node_closes_the_sockets_on_another() {
    let Some(pair) = Pair::start().await else { return };
    let session = pair.first.session(&pair.guest).await;
    let mut guest = Client::open_with(&pair.second, &pair.sites[1], &session, 0).await;
    guest.hear().await;
    let (status, _) = pair.sites[0].form("/rpc/sign_out", Some(&session), &[]).await;
    assert!(status.is_success() || status.is_redirection(), "{status}");
    assert_eq!(guest.closed().await.map(|reason| u16::from(reason.code)), Some(close::SIGNED_OUT));
}

/// While whose contact somebody is can't be read, other messages of nodes still arrive.
#[tokio::test(flavor = "multi_thread")]
async fn s8_made_up_presence_does_not_hold_up_what_other_nodes_say() {
    let Some(pair) = Pair::start().await else { return };
    let (mut host, _guest) = pair.connect().await;
    let mut holder = PgConnection::connect(&pair.first.database.url).await.unwrap();
    holder.execute("BEGIN").await.unwrap();
    holder.execute("LOCK TABLE participants IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let bus = Bus::on_nats(&pair.nats.url, &pair.first.context.epoch).await.expect("the bus");
    // Once it hears another node it is connected; what it publishes before is dropped.
    let mut heard = bus.take_incoming().expect("nobody else listens");
    heard.recv().await.expect("the bus goes on");
    bus.publish(BusMessage::PresenceSnapshot { revision: 1, users: vec![UserId::new(); 20] });
    let (conversation, by, to) = (pair.conversation, pair.guest.id, vec![pair.host.id]);
    bus.publish(BusMessage::Typing { conversation, by, is_typing: true, to });
    host.until(|frame| matches!(frame, ToClient::Typing { .. })).await;
    holder.execute("ROLLBACK").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn e7_who_sends_too_fast_on_one_node_is_held_up_on_another() {
    let Some(pair) = Pair::start().await else { return };
    let listener = Bus::on_nats(&pair.nats.url, &pair.first.context.epoch).await.expect("the bus");
    let mut heard = listener.take_incoming().expect("nobody else listens");
    // Several servers are named with commas.
    let servers = format!("{0},{0}", pair.nats.url);
    let options = ["--sends-per-second", "1", "--nats", &servers];
    let database = || TestDatabase::at(pair.first.database.url.clone());
    let nodes = [Place::on(database(), &options).await, Place::on(database(), &options).await];
    for number in 0..5 {
        let sent = nodes[0].send(&pair.guest, pair.conversation, &format!("fast {number}")).await;
        sent.expect("five at once are allowed");
    }
    let mut told = 0;
    while told < 5 {
        let said = heard.recv().await.expect("the bus goes on");
        let spent = said.messages.iter().filter_map(|word| match word {
            BusMessage::SpentRates { spent } => Some(spent.iter().map(|spent| spent.times).sum::<u32>()),
            _ => None,
        });
        told += spent.sum::<u32>();
    }
    let mut passed = 0;
    let refused = loop {
        match nodes[1].send(&pair.guest, pair.conversation, "and more").await {
            Ok(_) => passed += 1,
            Err(refused) => break refused,
        }
    };
    assert_eq!(refused.code, ErrorCode::TooFast);
    assert!(refused.retry_after.is_some_and(|seconds| seconds >= 1));
    assert!(passed < 5, "another five were let through on the other node");
}

#[tokio::test]
async fn e8_nats_with_a_sqlite_file_is_refused_in_clear_words() {
    let database = TestDatabase::sqlite();
    let output = Command::new(env!("CARGO_BIN_EXE_stoa"))
        .args([
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--nats",
            "nats://127.0.0.1:1",
            "--database",
            &database.url,
        ])
        .output()
        .expect("the binary runs");
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("PostgreSQL"));
}
