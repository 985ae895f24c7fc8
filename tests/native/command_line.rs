//! The binary as an operator runs it.

use std::{
    io::Write,
    net::TcpListener,
    path::Path,
    process::{Command, Output, Stdio},
};

fn stoa(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stoa"));
    command.args(arguments).output().expect("the binary runs")
}

/// The one line that an operator gets.
fn complaint(output: &Output) -> String {
    assert!(!output.status.success());
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(text.lines().filter(|line| line.starts_with("stoa: ")).count(), 1, "{text}");
    assert!(!text.contains("panicked"), "{text}");
    text
}

#[test]
fn e8_a_database_that_can_not_be_opened_is_said_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let text = complaint(&stoa(&["demo", "--database", path]));
    assert!(text.contains(path) && text.contains("--database"), "{text}");
    let text = complaint(&stoa(&["demo", "--database", "/no/such/folder/stoa.db"]));
    assert!(text.contains("/no/such/folder"), "{text}");
    let broken = folder.path().join("broken.db");
    std::fs::write(&broken, "this is no database, only some text that is long enough to be looked at")
        .unwrap();
    complaint(&stoa(&["demo", "--database", broken.to_str().unwrap()]));
}

#[test]
fn e8_a_database_server_out_of_reach_is_said_in_one_line_without_its_password() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    drop(taken);
    let url = format!("postgres://stoa:secret@{address}/market?sslmode=disable");
    let text = complaint(&stoa(&["demo", "--database", &url]));
    assert!(text.contains(&format!("postgres://stoa@{address}/market")), "{text}");
    assert!(text.contains("--database") && !text.contains("secret"), "{text}");
    let text = complaint(&stoa(&["demo", "--database", "mysql://stoa:secret@host/market"]));
    assert!(text.contains("mysql://stoa@host/market") && !text.contains("secret"), "{text}");
}

#[test]
fn e8_a_port_in_use_is_said_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let database = folder.path().join("stoa.db");
    let output = stoa(&["serve", "--listen", &address, "--database", database.to_str().unwrap()]);
    let text = complaint(&output);
    assert!(text.contains(&address) && text.contains("--listen"), "{text}");
}

#[test]
fn e8_help_explains_every_option() {
    let output = stoa(&["serve", "--help"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    for option in ["--database", "--listen", "--public-url", "--demo", "--sends-per-second"] {
        assert!(text.contains(option), "{option}");
    }
}

#[test]
fn e9_accounts_are_made_and_promoted_on_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("stoa.db");
    let database = database.to_str().unwrap();
    let create = ["user", "create", "--database", database, "aino@example.com", "Aino Laine"];
    assert!(with_input(&create, "a long password\n").status.success());
    complaint(&with_input(&create, "a long password\n"));
    complaint(&with_input(&["user", "create", "--database", database, "b@example.com", "B"], "short\n"));
    for rank in ["operator", "admin"] {
        assert!(stoa(&["user", rank, "--database", database, " AINO@example.com"]).status.success());
        complaint(&stoa(&["user", rank, "--database", database, "nobody@example.com"]));
    }
    assert!(
        with_input(&["user", "password", "--database", database, "aino@example.com"], "another password\n")
            .status
            .success()
    );
    assert!(Path::new(database).exists());
}

#[test]
fn the_demo_fills_an_empty_database_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("demo.db");
    let arguments = ["demo", "--database", database.to_str().unwrap()];
    let first = stoa(&arguments);
    assert!(first.status.success(), "{}", String::from_utf8_lossy(&first.stderr));
    complaint(&stoa(&arguments));
}

fn with_input(arguments: &[&str], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stoa"));
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the binary runs");
    child.stdin.take().expect("its input").write_all(input.as_bytes()).expect("it reads");
    child.wait_with_output().expect("it ends")
}
