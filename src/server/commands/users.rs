//! Accounts from the command line: for the first admin, and for who has forgotten a password.

use std::io::IsTerminal;

use crate::server::{
    auth::passwords::Passwords,
    clock::Clock,
    config::{Done, User},
    domain::failed,
    store::{Store, users},
};
use crate::shared::users::{
    credentials::{Email, check_password},
    rank::Rank,
};
use crate::shared::{ids::UserId, users::check_name};

pub async fn change(change: User) -> Done {
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

async fn create_user(store: &Store, email: &str, name: &str, password: &str) -> Done {
    let (email, name) = (Email::parse(email).map_err(say)?, check_name(name).map_err(say)?);
    check_password(password).map_err(say)?;
    let password_hash = Passwords::default().hash(password).await.map_err(say)?;
    let user = users::NewUser { id: UserId::new(), email, name, hue: 0, rank: Rank::Member, password_hash };
    let now = Clock::default().now();
    let is_new = store
        .write(move |mut conn| Box::pin(async move { users::insert(&mut conn, user, now).await }))
        .await
        .map_err(|error| say(failed(error)))?;
    if is_new { Ok(()) } else { Err("there is an account with this address already".to_owned()) }
}

async fn set_rank(store: &Store, email: &str, rank: Rank) -> Done {
    let email = Email::parse(email).map_err(say)?;
    let found =
        store.write(move |mut conn| Box::pin(async move { users::set_rank(&mut conn, &email, rank).await }));
    known(found.await.map_err(|error| say(failed(error)))?)
}

async fn set_password(store: &Store, email: &str, password: &str) -> Done {
    let email = Email::parse(email).map_err(say)?;
    check_password(password).map_err(say)?;
    let hash = Passwords::default().hash(password).await.map_err(say)?;
    let found = store
        .write(move |mut conn| Box::pin(async move { users::set_password(&mut conn, &email, &hash).await }));
    known(found.await.map_err(|error| say(failed(error)))?)
}

fn known(is_known: bool) -> Done {
    if is_known { Ok(()) } else { Err("there is no account with this address".to_owned()) }
}

fn say(error: impl ToString) -> String {
    error.to_string()
}

fn read_password() -> Result<String, String> {
    if std::io::stdin().is_terminal() {
        eprint!("Password: ");
    }
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).map_err(|error| error.to_string())?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
