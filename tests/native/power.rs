//! What a power cut would leave: the calls that the server makes, written down by strace, show that each
//! answer was handed to the network after the flush of its message had returned. `script/power-loss`.

use std::{
    collections::HashMap,
    fs,
    path::Path,
    process::{Command, Stdio},
};

use futures::future::join_all;
use stoa::shared::{
    ids::MessageId,
    sync::wire::{ToClient, ToServer},
};
use tokio::net::TcpStream;

use crate::{client::Client, place::Place, server::free_address};

const CLIENTS: usize = 8;
const EACH: usize = 50;

/// One call of the server, in lines of the trace.
#[derive(Debug)]
struct Call {
    text: String,
    begins: usize,
    ends: usize,
}

/// The calls of a trace. One that others came in between of stands in two lines.
fn calls(trace: &str) -> Vec<Call> {
    let mut open: HashMap<&str, Call> = HashMap::new();
    let mut calls = Vec::new();
    for (number, line) in trace.lines().enumerate() {
        let Some((process, call)) = line.split_once(' ') else { continue };
        let call = call.trim_start();
        if let Some(begun) = call.strip_suffix("<unfinished ...>") {
            open.insert(process, Call { text: begun.to_owned(), begins: number, ends: number });
        } else if let Some((_, rest)) =
            call.split_once(" resumed>").filter(|(name, _)| name.starts_with("<... "))
        {
            let Some(mut begun) = open.remove(process) else { continue };
            begun.text.push_str(rest);
            begun.ends = number;
            calls.push(begun);
        } else {
            calls.push(Call { text: call.to_owned(), begins: number, ends: number });
        }
    }
    calls
}

/// How many of these messages were answered after a flush that began when they were written and had
/// returned when the answer was handed over; and those that were not.
fn judge(calls: &[Call], bodies: &[String]) -> (usize, Vec<String>) {
    let named = |call: &Call, names: &[&str]| names.iter().any(|name| call.text.starts_with(name));
    let is_log = |call: &&Call| call.text.contains("stoa.db-wal");
    let written: Vec<_> = calls.iter().filter(is_log).filter(|call| named(call, &["pwrite64("])).collect();
    let flushed: Vec<_> = calls
        .iter()
        .filter(is_log)
        // Not `fsync`, which waits for more (.cargo/config.toml).
        .filter(|call| named(call, &["fdatasync("]) && call.text.ends_with("= 0"))
        .collect();
    let is_answer = |call: &&Call| {
        named(call, &["write(", "writev(", "sendto("])
            && call.text.contains("socket:")
            && call.text.contains(r#"\"type\":\"ack\""#)
    };
    let answers: Vec<_> = calls.iter().filter(is_answer).collect();
    let (mut right, mut wrong) = (0, Vec::new());
    for body in bodies {
        let write = written.iter().find(|call| call.text.contains(body));
        let answer = answers.iter().find(|call| call.text.contains(body));
        let flush = write.and_then(|write| flushed.iter().find(|flush| flush.begins > write.ends));
        match (flush, answer) {
            (Some(flush), Some(answer)) if flush.ends < answer.begins => right += 1,
            places => wrong.push(format!("{body}: {write:?}, {places:?}")),
        }
    }
    (right, wrong)
}

/// Runs a server under strace while some write, each the next message when the last is answered. Gives the
/// calls, and what was answered.
async fn traced(fault: &str) -> (Vec<Call>, Vec<String>) {
    let place = Place::on_sqlite().await;
    let (host, address) = (place.user("Tomas").await, free_address().await);
    let mut writers = Vec::new();
    for number in 0..CLIENTS {
        let guest = place.user(&format!("Guest {number}")).await;
        let conversation = place.conversation(&guest, &host).await.id;
        writers.push((number, place.session(&guest).await, conversation));
    }
    let folder = tempfile::tempdir().unwrap();
    let trace = folder.path().join("trace");
    let mut strace = start(address, &place.database.url, fault, &trace);
    while TcpStream::connect(address).await.is_err() {
        assert!(strace.try_wait().unwrap().is_none(), "strace can't run the server here");
        tokio::task::yield_now().await;
    }
    let (url, epoch) = (format!("http://{address}"), &place.context.epoch);
    let answered = join_all(writers.iter().map(|(number, session, conversation)| {
        let url = &url;
        async move {
            let mut client = Client::at(url, session, epoch, 0).await;
            let mut answered = Vec::new();
            for message in 0..EACH {
                let (id, body) = (MessageId::new(), format!("<{number}: message {message}>"));
                client
                    .say(&ToServer::SendMessage {
                        id,
                        conversation: *conversation,
                        body: body.clone(),
                        attached: Default::default(),
                    })
                    .await;
                client.until(|frame| matches!(frame, ToClient::Ack { id: acked, .. } if *acked == id)).await;
                answered.push(body);
            }
            answered
        }
    }));
    let answered = answered.await.into_iter().flatten().collect();
    // strace ends with what it runs.
    let of_strace = format!("/proc/{0}/task/{0}/children", strace.id());
    let server = fs::read_to_string(of_strace).unwrap();
    assert!(Command::new("kill").args(["-TERM", server.trim()]).status().unwrap().success());
    strace.wait().unwrap();
    (calls(&fs::read_to_string(trace).unwrap()), answered)
}

fn start(address: std::net::SocketAddr, database: &str, fault: &str, trace: &Path) -> std::process::Child {
    Command::new("strace")
        .args(["-f", "-y", "-s", "70000", "-e", "trace=fdatasync,fsync,write,writev,sendto,pwrite64", "-o"])
        .arg(trace)
        .arg(env!("CARGO_BIN_EXE_stoa"))
        .args([
            "serve",
            "--sends-per-second",
            "1000000",
            "--listen",
            &address.to_string(),
            "--database",
            database,
        ])
        .envs([("RUST_LOG", "error"), ("STOA_FAULT", fault), ("STOA_DIES_AT", "-1")])
        .stdout(Stdio::null())
        .spawn()
        .expect("strace is installed")
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs strace: script/power-loss"]
async fn d7_every_answer_is_handed_over_after_its_flush_has_returned() {
    let (calls, answered) = traced("").await;
    let is_flush = |call: &&Call| call.text.starts_with("fdatasync(");
    let flushes = calls.iter().filter(is_flush).count();
    let (right, wrong) = judge(&calls, &answered);
    println!(
        "{} calls, {flushes} of them fdatasync; {} answers, {right} of them handed over after the flush of their message \
         had returned",
        calls.len(),
        answered.len()
    );
    assert_eq!((right, wrong), (CLIENTS * EACH, Vec::<String>::new()));
}

/// What shows it can also show the contrary.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs strace: script/power-loss"]
async fn d7_an_answer_before_its_flush_is_seen_in_the_trace() {
    let (calls, answered) = traced("ack_before_commit").await;
    let (right, wrong) = judge(&calls, &answered);
    println!("with the fault ack_before_commit: {right} of {} answers after the flush", answered.len());
    assert!(wrong.len() > answered.len() / 2, "{right} of {}", answered.len());
}
