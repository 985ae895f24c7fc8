//! The binary as an operator runs it.

use std::{
    io::Write,
    net::TcpListener,
    path::Path,
    process::{Command, Output, Stdio},
};

use clap::Parser;
use stoa::server::config::{self, Cli};

use crate::terminal::Terminal;

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

/// In a folder of its own, with these environment variables.
fn stoa_in(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stoa"));
    command.current_dir(folder).args(arguments).envs(environment.iter().copied()).stdin(Stdio::null());
    command.output().expect("the binary runs")
}

#[test]
fn e8_what_is_neither_a_path_nor_a_known_url_is_refused_without_its_password() {
    let folder = tempfile::tempdir().unwrap();
    let connections = [
        "host=localhost user=stoa password=secret dbname=stoa",
        "sqlite:secret.db",
        "sqlite:///secret.db",
        "file:secret.db?mode=memory",
        "mysql://stoa:secret@localhost/stoa",
        "stoa:secret@localhost/stoa",
        "postgres:stoa:secret@localhost",
        "postgres://stoa:sec?secret@localhost/stoa",
        ":memory:",
    ];
    let commands: [&[&str]; 9] = [
        &["serve", "--listen", "127.0.0.1:0"],
        &["doctor"],
        &["demo"],
        &["user", "create", "a@example.com", "Ana"],
        &["user", "admin", "a@example.com"],
        &["backup", "new.db"],
        &["restore"],
        &["import", "lines"],
        &["copy", "--to", "postgres://localhost/stoa"],
    ];
    for connection in connections {
        for command in commands {
            let by_variable = stoa_in(folder.path(), command, &[("DATABASE_URL", connection)]);
            let by_option = stoa_in(folder.path(), &[command, &["--database", connection]].concat(), &[]);
            for output in [by_variable, by_option] {
                let text = complaint(&output);
                assert!(!text.contains("secret@") && !text.contains("password=secret"), "{text}");
                assert!(text.contains("--database") && text.lines().count() == 1, "{text}");
            }
        }
        let text = complaint(&stoa_in(folder.path(), &["copy"], &[("STOA_COPY_TO", connection)]));
        assert!(!text.contains("secret@") && !text.contains("password=secret"), "{text}");
        assert!(text.contains("--to"), "{text}");
    }
    let nats = [("NATS_URL", "host=localhost password=secret")];
    let text = complaint(&stoa_in(folder.path(), &["serve"], &nats));
    assert!(text.contains("NATS_URL") && !text.contains("secret"), "{text}");
    let made: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert!(made.is_empty(), "{made:?}");
}

#[test]
fn e8_an_empty_variable_is_an_unset_one() {
    let folder = tempfile::tempdir().unwrap();
    let variables = [
        "DATABASE_URL",
        "NATS_URL",
        "STOA_LISTEN",
        "STOA_PUBLIC_URL",
        "STOA_INSECURE",
        "STOA_SYNCHRONOUS_STANDBY",
        "STOA_TRUSTED_PROXIES",
        "STOA_FORWARDING_HEADER",
        "STOA_DEMO",
        "STOA_PUBLIC_DEMO",
        "STOA_SENDS_PER_SECOND",
        "STOA_FILES",
        "STOA_VIRUS_SCANNER",
        "STOA_WITHOUT_SEARCH",
        "STOA_SMTP",
        "STOA_MAIL_FROM",
        "STOA_MAIL_AFTER_SECONDS",
        "STOA_MAIL_WITHOUT_TEXT",
        "STOA_MAIL_IN_DOMAIN",
        "STOA_LMTP",
        "STOA_MAIL_IN_KEY",
        "STOA_ALLOW_PRIVATE_PUSH_HOSTS",
        "STOA_ALLOW_PRIVATE_WEBHOOK_HOSTS",
        "STOA_SESSION_DAYS",
        "STOA_STAFF_IDLE_HOURS",
        "STOA_STAFF_SESSION_DAYS",
        "STOA_OIDC_PROVIDERS",
        "STOA_OIDC_ONLY",
        "STOA_EMBED_SITES",
        "STOA_METRICS",
        "STOA_DRAIN_SECONDS",
        "STOA_LOG",
    ];
    let help = String::from_utf8(stoa(&["serve", "--help"]).stdout).unwrap();
    let offered = help.matches("[env: ").count();
    assert_eq!(offered, variables.len(), "one is missing here, of those in\n{help}");
    let empty = variables.map(|variable| (variable, ""));
    let found = stoa_in(folder.path(), &["doctor"], &empty);
    let text = String::from_utf8_lossy(&found.stdout);
    assert!(text.contains("stoa.db is not there"), "{found:?}");
    let output = stoa_in(folder.path(), &["demo"], &empty);
    assert!(output.status.success() && folder.path().join("stoa.db").exists(), "{output:?}");
    let copied = complaint_of_clap(&stoa_in(folder.path(), &["copy"], &[("STOA_COPY_TO", "")]));
    assert!(copied.contains("--to"), "{copied}");
}

fn complaint_of_clap(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(2));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn e8_every_complaint_about_a_file_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "a file, where a folder is wanted").unwrap();
    for missing in ["/no/such/folder/stoa.db".to_owned(), format!("{}/stoa.db", file.display())] {
        let database = ["--database", &missing];
        let serve = [&["serve", "--listen", "127.0.0.1:0"][..], &database].concat();
        for arguments in [
            serve,
            [&["backup"][..], &database, &["new.db"]].concat(),
            [&["import"][..], &database, &["-"]].concat(),
            [&["restore"][..], &database, &["backup.db"]].concat(),
            [&["copy", "--to", "postgres://localhost/stoa"][..], &database].concat(),
            [&["copy", "--undo"][..], &database].concat(),
            [&["user", "admin", "a@example.com"][..], &database].concat(),
        ] {
            let text = complaint(&stoa_in(folder.path(), &arguments, &[]));
            assert!(text.contains(&missing), "{arguments:?}: {text}");
        }
    }
}

#[test]
fn e7_a_server_that_others_can_reach_wants_its_public_url() {
    let folder = tempfile::tempdir().unwrap();
    for listen in ["0.0.0.0:0", "[::]:0", "192.0.2.1:3000"] {
        let text = complaint(&stoa_in(folder.path(), &["serve", "--listen", listen], &[]));
        assert!(text.contains("--public-url") && text.contains("--insecure"), "{text}");
    }
    let check = |options: &[&str]| {
        let words = ["stoa", "serve", "--listen"].iter().chain(options);
        let config::Command::Serve(config) = Cli::parse_from(words).command else {
            panic!("that is `serve`")
        };
        config.check()
    };
    assert_eq!(check(&["0.0.0.0:3000", "--insecure"]), Ok(()));
    assert_eq!(check(&["0.0.0.0:3000", "--public-url", "https://chat.example.com"]), Ok(()));
    for loopback in ["127.0.0.2:3000", "[::1]:3000", "[::ffff:127.0.0.1]:3000"] {
        assert_eq!(check(&[loopback]), Ok(()), "{loopback}");
    }
    let demo = ["127.0.0.1:3000", "--public-url", "https://chat.example.com", "--demo"];
    assert!(check(&demo).unwrap_err().contains("--public-demo"));
    assert_eq!(check(&[&demo[..], &["--public-demo"]].concat()), Ok(()));
}

#[test]
fn e8_a_pipe_that_nobody_reads_is_no_failure_and_a_full_disk_is_said_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let doctor = |output: Stdio| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stoa"));
        command
            .args(["doctor", "--database", "stoa.db", "--listen", "127.0.0.1:0"])
            .current_dir(folder.path())
            .stdout(output);
        command.stderr(Stdio::piped()).output().expect("the binary runs")
    };
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = doctor(writer.into());
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let text = complaint(&doctor(full.into()));
    assert!(text.contains("can't write the output"), "{text}");
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
        assert!(stoa(&["user", rank, "--database", database, "--yes", " AINO@example.com"]).status.success());
        complaint(&stoa(&["user", rank, "--database", database, "--yes", "nobody@example.com"]));
    }
    let token = ["user", "token", "--database", database, "aino@example.com", "Shop", "--scopes"];
    let made = stoa(&[&token[..], &["manage,events"]].concat());
    assert!(made.status.success());
    assert!(String::from_utf8_lossy(&made.stdout).starts_with("stoa_"));
    for scopes in ["", "all", "manage,all", "manage events"] {
        assert_eq!(stoa(&[&token[..], &[scopes]].concat()).status.code(), Some(2), "{scopes}");
    }
    assert_eq!(stoa(&[&token[..], &["read", "--lifetime", "1"]].concat()).status.code(), Some(2));
    complaint(&stoa(&["user", "token", "--database", database, "b@example.com", "B", "--scopes", "read"]));
    assert!(
        with_input(&["user", "password", "--database", database, "aino@example.com"], "another password\n")
            .status
            .success()
    );
    assert!(Path::new(database).exists());
}

#[test]
fn e8_a_long_command_shows_how_far_it_is_on_a_terminal_and_keeps_a_log_free_of_bars() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (database, other) = (path("stoa.db"), path("other.db"));
    let (shown, is_done) = Terminal::run(&["demo", "--long", "3000", "--database", &database]).end();
    assert!(is_done && shown.contains("messages") && shown.contains(" %"), "{shown}");
    let (shown, is_done) = Terminal::run(&["backup", "--database", &database, &path("copy.db")]).end();
    assert!(is_done && shown.contains("backup") && shown.contains(" %"), "{shown}");
    let output = stoa(&["demo", "--long", "3000", "--database", &other]);
    assert!(output.status.success() && !output.stderr.contains(&0x1b) && !output.stdout.contains(&0x1b));
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

pub fn with_input(arguments: &[&str], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stoa"));
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the binary runs");
    child.stdin.take().expect("its input").write_all(input.as_bytes()).expect("it reads");
    child.wait_with_output().expect("it ends")
}
