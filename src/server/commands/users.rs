//! User commands (`stoa user`): create accounts, change ranks, and reset forgotten passwords.

use std::io::{IsTerminal, stdin};

use super::output::{note, print};
use crate::{
    server::{
        auth::{password_policy, passwords},
        clock::Clock,
        config::{ChangeRank, CommandResult, Database, Staff, User},
        domain::{failed, users::api_tokens},
        store::{
            Store,
            operators::command_line::{self, Account},
            users::{NewUser, api_tokens::InsertOutcome},
        },
    },
    shared::{
        ids::{TokenId, UserId},
        users::{
            api_tokens::{Scopes, TOKENS_MAX, TokenLifetime, check_scopes, check_token_name},
            check_name,
            credentials::Email,
            rank::Rank,
        },
    },
};

/// Runs a user command.
pub async fn run(change: User) -> CommandResult {
    match change {
        User::Create { database, staff, email, name } => create_user(&database, &staff, &email, &name).await,
        User::Operator(change) => set_rank(&change, Rank::Operator).await,
        User::Admin(change) => set_rank(&change, Rank::Admin).await,
        User::Token { database, email, name, scopes, lifetime } => {
            create_token(&database, &email, &name, (scopes, lifetime)).await
        }
        User::Password { database, email } => set_password(&database, &email).await,
        User::ResetSecondFactor { database, email } => reset_second_factor(&database, &email).await,
    }
}

async fn create_user(database: &Database, staff: &Staff, email: &str, name: &str) -> CommandResult {
    let rank = match staff {
        Staff { admin: true, .. } => Rank::Admin,
        Staff { operator: true, .. } => Rank::Operator,
        Staff { .. } => Rank::Member,
    };
    let (email, name) = (Email::parse(email).map_err(to_line)?, check_name(name).map_err(to_line)?);
    let password_hash = read_password_hash(&[&name, email.as_str()]).await?;
    let (id, now) = (UserId::new(), Clock::default().now());
    let text = format!("{name} <{email}> has an account: {}", id.0);
    let user = NewUser { id, email, name, hue: 0, rank, password_hash };
    let is_new = Store::open(&database.database)
        .await?
        .write(move |mut conn| Box::pin(async move { command_line::create(&mut conn, user, now).await }))
        .await
        .map_err(|error| to_line(failed(error)))?;
    if !is_new {
        return Err("there is an account with this address already; `stoa user operator` and `stoa user admin` show whose"
            .to_owned());
    }
    print(text)
}

async fn set_rank(change: &ChangeRank, rank: Rank) -> CommandResult {
    let email = Email::parse(&change.email).map_err(to_line)?;
    let store = Store::open(&change.database.database).await?;
    let searched = email.clone();
    let account = store
        .read(move |mut conn| Box::pin(async move { command_line::account(&mut conn, &searched).await }))
        .await
        .map_err(|error| to_line(failed(error)))?
        .ok_or(NO_ACCOUNT)?;
    print(describe(&account, &email))?;
    if !change.yes && !confirm(&format!("Make this account {}?", with_article(rank)))? {
        return Err("nothing was changed; if the account is the right one, say so with --yes".to_owned());
    }
    let (shown, now) = (account.id, Clock::default().now());
    let updated = store.write(move |mut conn| {
        Box::pin(async move { command_line::set_rank(&mut conn, shown, &email, rank, now).await })
    });
    check_exists(updated.await.map_err(|error| to_line(failed(error)))?)?;
    print(format!("{} is {} now.", account.name, with_article(rank)))
}

async fn create_token(
    database: &Database,
    email: &str,
    name: &str,
    (scopes, lifetime): (Scopes, TokenLifetime),
) -> CommandResult {
    let (email, name) = (Email::parse(email).map_err(to_line)?, check_token_name(name).map_err(to_line)?);
    let store = Store::open(&database.database).await?;
    let account = store
        .read(move |mut conn| Box::pin(async move { command_line::account(&mut conn, &email).await }))
        .await
        .map_err(|error| to_line(failed(error)))?
        .ok_or(NO_ACCOUNT)?;
    let scopes = check_scopes(scopes, account.rank).map_err(to_line)?;
    let now = Clock::default().now();
    let (token, new) = api_tokens::new_token(TokenId::new(), account.id, name, (scopes, lifetime), now);
    let inserted = store
        .write(move |mut conn| {
            Box::pin(async move { command_line::create_token(&mut conn, new, TOKENS_MAX, now).await })
        })
        .await
        .map_err(|error| to_line(failed(error)))?;
    match inserted {
        InsertOutcome::Yes => print(token.as_str()),
        InsertOutcome::Taken => Err("nothing was made; try it again".to_owned()),
        InsertOutcome::TooMany => Err(format!(
            "{} has {TOKENS_MAX} access tokens already; revoke one in their settings",
            account.name
        )),
    }
}

async fn set_password(database: &Database, email: &str) -> CommandResult {
    let email = Email::parse(email).map_err(to_line)?;
    let hash = read_password_hash(&[email.as_str()]).await?;
    let now = Clock::default().now();
    let updated = Store::open(&database.database)
        .await?
        .write(move |mut conn| {
            Box::pin(async move { command_line::set_password(&mut conn, &email, &hash, now).await })
        })
        .await;
    check_exists(updated.map_err(|error| to_line(failed(error)))?)
}

async fn reset_second_factor(database: &Database, email: &str) -> CommandResult {
    let (email, now) = (Email::parse(email).map_err(to_line)?, Clock::default().now());
    let updated = Store::open(&database.database)
        .await?
        .write(move |mut conn| {
            Box::pin(async move { command_line::reset_second_factor(&mut conn, &email, now).await })
        })
        .await;
    check_exists(updated.map_err(|error| to_line(failed(error)))?)
}

const NO_ACCOUNT: &str = "there is no account with this address";

fn check_exists(exists: bool) -> CommandResult {
    if exists { Ok(()) } else { Err(NO_ACCOUNT.to_owned()) }
}

fn to_line(error: impl ToString) -> String {
    error.to_string()
}

/// Whose account it is. The name and the address are what somebody typed who may be somebody else.
fn describe(account: &Account, email: &Email) -> String {
    let used = account.used_at.map_or("no session".to_owned(), |at| at.to_rfc3339());
    let suspended = account.suspended_at.map(|at| format!("\nsuspended  {}", at.to_rfc3339()));
    format!(
        "name       {}\ne-mail     {email}, which nobody has verified\nid         {}\nmade       {}\nlast used  {used}\nrank       {}{}",
        account.name,
        account.id.0,
        account.created_at.to_rfc3339(),
        account.rank.as_str(),
        suspended.unwrap_or_default(),
    )
}

fn with_article(rank: Rank) -> &'static str {
    match rank {
        Rank::Member => "a member",
        Rank::Operator => "an operator",
        Rank::Admin => "an admin",
    }
}

/// Asks at a terminal. Elsewhere the answer is no.
fn confirm(question: &str) -> Result<bool, String> {
    if !stdin().is_terminal() {
        return Ok(false);
    }
    note(format!("{question} [y/N]"));
    let mut line = String::new();
    stdin().read_line(&mut line).map_err(to_line)?;
    Ok(matches!(line.trim().to_lowercase().as_str(), "y" | "yes"))
}

/// `context` is what the password must not repeat.
async fn read_password_hash(context: &[&str]) -> Result<String, String> {
    let password = password_policy::check_new(&read_password()?, context).map_err(to_line)?;
    passwords::hash(&password).await.map_err(to_line)
}

/// Asks twice at a terminal, without showing it; elsewhere the first line of standard input. Never an argument, which
/// others could see in the list of processes.
fn read_password() -> Result<String, String> {
    if stdin().is_terminal() {
        let ask = |prompt: &str| {
            rpassword::prompt_password(prompt).map_err(|error| format!("can't read the password: {error}"))
        };
        let password = ask("Password: ")?;
        let is_same = ask("Once more: ")? == password;
        return if is_same {
            Ok(password)
        } else {
            Err("these are two passwords; nothing was changed".to_owned())
        };
    }
    let mut line = String::new();
    stdin().read_line(&mut line).map_err(|error| format!("can't read the password: {error}"))?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
