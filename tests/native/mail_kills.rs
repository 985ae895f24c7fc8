//! Servers that are killed while they mail (F2): between a task's claim and the mail server, after it has the mail, and before
//! the task is gone. Each mail that is due arrives; a second copy only from the one window that SMTP leaves, with the same
//! `Message-ID`; none after reading. STOA_MAIL_CONVERSATIONS and STOA_MAIL_KILLS make it long: `script/chaos --mail`.

use std::{
    collections::{HashMap, HashSet},
    process::Stdio,
    time::Duration,
};

use serde_json::json;
use stoa::shared::{
    ids::{ConversationId, NotificationId, TokenId},
    users::{Viewer, api_tokens::Scopes},
};
use tokio::time::{Instant, sleep, timeout};

use crate::{
    invariants::Dice,
    mail_server::MailServer,
    place::Place,
    server::{Server, free_address},
};

/// Tasks that a worker has at the same time: so many may be mailed twice by one kill.
const WORKERS: usize = 8;
/// Of so many conversations one was read in time.
const READ_EVERY: usize = 10;
const LEASE_SECONDS: &str = "4";
/// How long nothing must come before all is taken to be there: the lease, and a look of the workers.
const QUIET: Duration = Duration::from_secs(8);

/// In which a server with a fault has mailed all of them.
const MAILS_ALL_WITHIN: Duration = Duration::from_secs(10);

/// What was wrong.
#[derive(Debug, Default)]
struct Findings {
    missing: usize,
    /// Second copies beyond what the kills explain.
    doubled: usize,
    /// Copies of one mail that differ in their id.
    other_ids: usize,
    after_reading: usize,
}

impl Findings {
    fn is_empty(&self) -> bool {
        self.missing + self.doubled + self.other_ids + self.after_reading == 0
    }
}

/// A host with something unread, and whether they have read it in time.
struct Due {
    address: String,
    is_read: bool,
}

/// Conversations of a guest with as many hosts, who have confirmed their addresses.
async fn fill(place: &Place, conversations: usize) -> Vec<Due> {
    let guest = place.user("Gesa Guest").await;
    let mut all = Vec::new();
    for number in 0..conversations {
        let host = place.user(&format!("Host {number}")).await;
        let talk = place.conversation(&guest, &host).await.id;
        place.send(&guest, talk, "Is the sauna wood-fired?").await.expect("a message");
        let is_read = number % READ_EVERY == 0;
        if is_read {
            read(place, &host, talk).await;
        }
        all.push(Due { address: host.email.clone(), is_read });
    }
    place.run("UPDATE users SET email_verified_at = 1").await;
    // Two minutes ago, so that the sweep at start finds them at once.
    place.run("UPDATE conversations SET last_message_at = last_message_at - 120000000").await;
    all
}

async fn read(place: &Place, host: &Viewer, talk: ConversationId) {
    let context = &place.context;
    let read = stoa::server::domain::messages::receipts::mark_read(context, host, talk, 1, &context.epoch);
    read.await.expect("read");
}

/// Runs servers that die `kills` times, and says what was wrong with what came.
async fn run(conversations: usize, kills: usize, nodes: usize, fault: &str, slow_ms: u64) -> Findings {
    let place = Place::new().await;
    let due = fill(&place, conversations).await;
    let mut mails = MailServer::start().await;
    mails.delay_ms.store(slow_ms, std::sync::atomic::Ordering::Relaxed);
    let usual = [
        ("STOA_SMTP", mails.url.clone()),
        ("STOA_MAIL_FROM", "Acme <notify@acme.example>".to_owned()),
        ("STOA_PUBLIC_URL", "http://chat.example".to_owned()),
        ("STOA_MAIL_AFTER_SECONDS", "1".to_owned()),
        ("STOA_LEASE_SECONDS", LEASE_SECONDS.to_owned()),
        ("STOA_FAULT", fault.to_owned()),
    ];
    let usual: Vec<_> = usual.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let unread = due.iter().filter(|due| !due.is_read).count();
    let mut came: Vec<(String, String)> = Vec::new();
    let (mut dice, mut others) = (Dice(7), Vec::new());
    for _ in 1..nodes {
        others.push(Server::start(&place.database.url, &usual).await);
    }
    let address = free_address().await;
    for kill in 0..kills {
        // By turns at a random moment, before and after the mail server has a mail.
        let (point, passes) =
            (["", "after_task_was_claimed", "after_mail_was_taken"][kill % 3], dice.below(40).to_string());
        let mut environment = usual.clone();
        if fault.is_empty() {
            environment.extend([("STOA_FAULT", point), ("STOA_DIES_AT", passes.as_str())]);
        }
        let mut server = Server::spawn(address, &place.database.url, &environment, Stdio::null());
        server.listens().await;
        let before = came.len();
        // With a fault it lives until all are mailed once more.
        let lives = match fault {
            "" => Duration::from_millis(100 + dice.below(900) as u64),
            _ => MAILS_ALL_WITHIN,
        };
        let end = Instant::now() + lives;
        while Instant::now() < end && !server.is_dead() {
            sleep(Duration::from_millis(5)).await;
            if !fault.is_empty() {
                came.extend(mails.taken().into_iter().map(identified));
                if came.len() >= before + unread {
                    break;
                }
            }
        }
        server.kill();
        came.extend(mails.taken().into_iter().map(identified));
    }
    let _last = Server::start_until_it_runs(address, &place.database.url, &usual).await;
    // With too short a lease it never ends.
    while came.len() < 3 * due.len()
        && let Ok(mail) = timeout(QUIET, mails.next()).await
    {
        came.push(identified(mail));
    }
    let found = judge(&due, &came, kills);
    let copies = came.len() - came.iter().collect::<HashSet<_>>().len();
    println!(
        "{conversations} conversations, {kills} kills, {nodes} nodes, {fault:?}: {} mails, {copies} of them second copies; {found:?}",
        came.len()
    );
    found
}

fn identified(mail: crate::mail_server::Mail) -> (String, String) {
    let id = mail.header("Message-ID").expect("an id");
    (mail.to, id)
}

fn judge(due: &[Due], came: &[(String, String)], kills: usize) -> Findings {
    let mut by_address = HashMap::<&str, Vec<&str>>::new();
    for (address, id) in came {
        by_address.entry(address).or_default().push(id);
    }
    let mut found = Findings::default();
    let mut copies = 0;
    for Due { address, is_read } in due {
        let ids = by_address.remove(address.as_str()).unwrap_or_default();
        found.missing += usize::from(!is_read && ids.is_empty());
        found.after_reading += if *is_read { ids.len() } else { 0 };
        found.other_ids += ids.iter().collect::<HashSet<_>>().len().saturating_sub(1);
        copies += ids.len().saturating_sub(1);
    }
    found.doubled = copies.saturating_sub(kills * WORKERS);
    found
}

fn number(name: &str, usual: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

#[tokio::test(flavor = "multi_thread")]
async fn f2_servers_that_are_killed_lose_no_mail() {
    let (conversations, kills) = (number("STOA_MAIL_CONVERSATIONS", 60), number("STOA_MAIL_KILLS", 3));
    let nodes = if crate::database::server().is_some() { 2 } else { 1 };
    let found = run(conversations, kills, nodes, "", 0).await;
    assert!(found.is_empty(), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn f2_a_task_that_is_deleted_before_the_answer_is_found() {
    // Nothing says then that they were mailed, so each new server mails all of them again.
    let found = run(40, 4, 1, "task_deleted_before_answer", 0).await;
    assert!(found.doubled > 0, "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn f2_a_lease_that_is_shorter_than_an_answer_is_found() {
    let found = run(16, 0, 1, "short_lease", 2_500).await;
    assert!(found.doubled > 0, "{found:?}");
}

/// Notifications of somebody who is away, from a server that dies after one of their commits: how many were never mailed.
async fn never_mailed(fault: &str) -> usize {
    let place = Place::new().await;
    let (guest, mara) = (place.user("Gesa Guest").await, place.operator("Mara").await);
    place.run("UPDATE users SET email_verified_at = 1").await;
    let scopes = Scopes { notify: true, ..Scopes::default() };
    let token = place.token(&mara, TokenId::new(), scopes).await;
    let mut mails = MailServer::start().await;
    let smtp = mails.url.clone();
    let usual = [
        ("STOA_SMTP", smtp.as_str()),
        ("STOA_MAIL_FROM", "Acme <notify@acme.example>"),
        ("STOA_PUBLIC_URL", "http://chat.example"),
        ("STOA_LEASE_SECONDS", LEASE_SECONDS),
        ("STOA_DIES_AT", "5"),
    ];
    let with_fault: Vec<_> = usual.into_iter().chain([("STOA_FAULT", fault)]).collect();
    let mut server = Server::start(&place.database.url, &with_fault).await;
    let (client, url) = (reqwest::Client::new(), format!("{}/api/notifications", server.url()));
    let post = async || {
        let body =
            json!({ "id": NotificationId::new(), "user_id": guest.id, "kind": "payment", "title": "Paid" });
        client.post(&url).bearer_auth(token.as_str()).json(&body).send().await
    };
    let mut sent = 0;
    while post().await.is_ok() {
        sent += 1;
        assert!(sent < 100, "it was to die");
    }
    server.kill();
    let mut came: HashSet<_> = mails.taken().into_iter().map(identified).collect();
    let _last = Server::start(&place.database.url, &usual).await;
    while let Ok(mail) = timeout(QUIET, mails.next()).await {
        came.insert(identified(mail));
    }
    let [(stored,)] = place.rows::<(i64,)>("SELECT count(*) FROM notifications").await[..] else { panic!() };
    assert!(stored >= sent, "what was answered is stored");
    usize::try_from(stored).expect("a count") - came.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn f2_a_task_outside_its_transaction_is_found() {
    assert_eq!(never_mailed("die_after_commit").await, 0);
    assert_eq!(never_mailed("task_outside_transaction").await, 1);
}
