//! Accounts and ranks from the command line: whose they are is shown, they are asked for, and recorded.

use std::process::Output;

use stoa::{server::domain::operators::audit, shared::operators::audit::AuditKind};

use crate::{
    command_line::with_input,
    place::{FAST, Place},
    terminal::Terminal,
};

const PASSWORD: &str = "correct horse battery";

fn run(place: &Place, arguments: &[&str]) -> Output {
    let (command, rest) = arguments.split_at(2);
    with_input(&[command, &["--database", &place.database.url], rest].concat(), &format!("{PASSWORD}\n"))
}

async fn log(place: &Place) -> Vec<String> {
    let ada = place.admin("Ada").await;
    let page = audit::list(&place.context, &ada, Some(AuditKind::User), None, None).await.unwrap();
    page.entries.iter().rev().map(|entry| entry.sentence()).collect()
}

async fn ranks(place: &Place) -> Vec<(String, String)> {
    place.rows("SELECT name, rank FROM users ORDER BY name").await
}

#[tokio::test]
async fn e9_a_rank_is_given_when_its_account_was_shown_and_is_said_to_be_the_right_one() {
    let place = Place::with(FAST).await;
    let eve = place.user("Eve").await;
    let refused = run(&place, &["user", "admin", &eve.email]);
    let shown = String::from_utf8_lossy(&refused.stdout);
    for part in ["Eve", &eve.email, &eve.id.0.to_string(), "made       20", "no session", "member"] {
        assert!(shown.contains(part), "{part} is not in {shown}");
    }
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--yes"), "{refused:?}");
    assert_eq!(ranks(&place).await, [("Eve".to_owned(), "member".to_owned())]);
    let given = run(&place, &["user", "admin", "--yes", &eve.email]);
    assert!(given.status.success(), "{given:?}");
    assert_eq!(ranks(&place).await, [("Eve".to_owned(), "admin".to_owned())]);
    assert_eq!(log(&place).await, ["The command line made Eve an admin"]);
}

#[tokio::test]
async fn e9_an_admin_is_made_in_one_step_and_everything_is_recorded() {
    let place = Place::with(FAST).await;
    let made = run(&place, &["user", "create", "--admin", "boss@company.example", "Boss"]);
    assert!(made.status.success(), "{made:?}");
    let taken = run(&place, &["user", "create", "--operator", "boss@company.example", "Another"]);
    assert!(String::from_utf8_lossy(&taken.stderr).contains("already"), "{taken:?}");
    assert!(run(&place, &["user", "create", "--operator", "mara@company.example", "Mara"]).status.success());
    assert!(run(&place, &["user", "create", "eve@company.example", "Eve"]).status.success());
    assert!(run(&place, &["user", "password", "eve@company.example"]).status.success());
    let of = |name: &str, rank: &str| (name.to_owned(), rank.to_owned());
    assert_eq!(ranks(&place).await, [of("Boss", "admin"), of("Eve", "member"), of("Mara", "operator")]);
    assert_eq!(
        log(&place).await,
        [
            "The command line made an account for Boss",
            "The command line made Boss an admin",
            "The command line made an account for Mara",
            "The command line made Mara an operator",
            "The command line made an account for Eve",
            "The command line gave Eve a new password",
        ]
    );
}

#[tokio::test]
async fn e9_a_password_is_not_shown_at_a_terminal_and_asked_for_twice() {
    let place = Place::on_sqlite().await;
    let create = ["user", "create", "--database", &place.database.url, "noor@example.com", "Noor"];
    for (again, is_right) in [("correct horse batteries", false), (PASSWORD, true)] {
        let mut terminal = Terminal::run(&create);
        for (prompt, password) in [("Password: ", PASSWORD), ("Once more: ", again)] {
            terminal.until(prompt);
            terminal.until_hidden();
            terminal.answer(password);
        }
        let (shown, is_done) = terminal.end();
        assert!(!shown.contains("horse") && is_done == is_right, "{shown}");
    }
    let mut terminal =
        Terminal::run(&["user", "admin", "--database", &place.database.url, "noor@example.com"]);
    terminal.until("[y/N]");
    terminal.answer("y");
    assert!(terminal.end().1);
    assert_eq!(ranks(&place).await, [("Noor".to_owned(), "admin".to_owned())]);
}
