//! User commands (`stoa user`): create the first admin, change ranks, and reset forgotten passwords.

use std::io::IsTerminal;

use crate::{
    server::{
        auth::{password_policy, passwords::Passwords},
        clock::Clock,
        config::{CommandResult, User},
        domain::failed,
        store::{Store, users},
    },
    shared::{
        ids::UserId,
        users::{check_name, credentials::Email, rank::Rank},
    },
};

/// Runs a user command. Passwords are read from standard input, so that they stay out of the process list.
pub async fn run(change: User) -> CommandResult {
    match change {
        User::Create { database, email, name } => {
            let password = read_password()?;
            create_user(&Store::open(&database.database).await?, &email, &name, &password).await
        }
        User::Operator { database, email } => {
            set_rank(&Store::open(&database.database).await?, &email, Rank::Operator).await
        }
        User::Admin { database, email } => {
            set_rank(&Store::open(&database.database).await?, &email, Rank::Admin).await
        }
        User::Password { database, email } => {
            let password = read_password()?;
            set_password(&Store::open(&database.database).await?, &email, &password).await
        }
    }
}

async fn create_user(store: &Store, email: &str, name: &str, password: &str) -> CommandResult {
    let (email, name) = (Email::parse(email).map_err(to_line)?, check_name(name).map_err(to_line)?);
    let password = password_policy::check_new(password, &[&name, email.as_str()]).map_err(to_line)?;
    let password_hash = Passwords::default().hash(&password).await.map_err(to_line)?;
    let user = users::NewUser { id: UserId::new(), email, name, hue: 0, rank: Rank::Member, password_hash };
    let now = Clock::default().now();
    let is_new = store
        .write(move |mut conn| Box::pin(async move { users::insert(&mut conn, user, now).await }))
        .await
        .map_err(|error| to_line(failed(error)))?;
    if is_new { Ok(()) } else { Err("there is an account with this address already".to_owned()) }
}

async fn set_rank(store: &Store, email: &str, rank: Rank) -> CommandResult {
    let email = Email::parse(email).map_err(to_line)?;
    let updated =
        store.write(move |mut conn| Box::pin(async move { users::set_rank(&mut conn, &email, rank).await }));
    check_exists(updated.await.map_err(|error| to_line(failed(error)))?)
}

async fn set_password(store: &Store, email: &str, password: &str) -> CommandResult {
    let email = Email::parse(email).map_err(to_line)?;
    let password = password_policy::check_new(password, &[email.as_str()]).map_err(to_line)?;
    let hash = Passwords::default().hash(&password).await.map_err(to_line)?;
    let updated = store
        .write(move |mut conn| Box::pin(async move { users::set_password(&mut conn, &email, &hash).await }));
    check_exists(updated.await.map_err(|error| to_line(failed(error)))?)
}

fn check_exists(exists: bool) -> CommandResult {
    if exists { Ok(()) } else { Err("there is no account with this address".to_owned()) }
}

fn to_line(error: impl ToString) -> String {
    error.to_string()
}

/// The first line of standard input. Prompts for it if that is a terminal.
fn read_password() -> Result<String, String> {
    if std::io::stdin().is_terminal() {
        eprint!("Password: ");
    }
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).map_err(|error| error.to_string())?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
