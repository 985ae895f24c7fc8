//! The commands of `stoa user`.

use clap::{Args, Subcommand};

use super::Database;
use crate::shared::users::api_tokens::{Scopes, TokenLifetime};

/// What can be done with accounts.
#[derive(Subcommand)]
pub enum User {
    /// Makes an account. The password is read from standard input.
    Create {
        #[command(flatten)]
        database: Database,
        #[command(flatten)]
        staff: Staff,
        /// The e-mail address that identifies the account.
        email: String,
        /// The name that others see.
        name: String,
    },
    /// Makes an account an operator: the marketplace's staff. Shows whose it is, and asks.
    Operator(ChangeRank),
    /// Makes an account an admin: an operator who may also make operators and change settings. Shows whose
    /// it is, and asks.
    Admin(ChangeRank),
    /// Removes the second factors of an account whose owner has lost them, and ends its sessions.
    ResetSecondFactor {
        #[command(flatten)]
        database: Database,
        email: String,
    },
    /// Makes an access token of an account, for a program, and prints it. It can't be seen again; the account's settings
    /// list and revoke it.
    Token {
        #[command(flatten)]
        database: Database,
        email: String,
        /// The name that the settings show.
        name: String,
        /// What it may do, separated by commas: read, write, system, notify, events, event_texts, manage.
        #[arg(long, value_name = "SCOPES", value_parser = scopes)]
        scopes: Scopes,
        /// Days until it ends: 30, 90 or 365; or none, for until it is revoked.
        #[arg(long, default_value = "90", value_name = "DAYS", value_parser = lifetime)]
        lifetime: TokenLifetime,
    },
    /// Sets a new password, read from standard input, and ends all sessions and tokens of the account.
    Password {
        #[command(flatten)]
        database: Database,
        email: String,
    },
}

/// The rank of a new account.
#[derive(Args)]
#[group(multiple = false)]
pub struct Staff {
    /// Makes it an operator's: the marketplace's staff.
    #[arg(long)]
    pub operator: bool,

    /// Makes it an admin's: an operator who may also make operators and change settings.
    #[arg(long)]
    pub admin: bool,
}

/// Whose rank.
#[derive(Args)]
pub struct ChangeRank {
    #[command(flatten)]
    pub database: Database,

    pub email: String,

    /// Does it without asking. Look first that the account is the right one: nobody has checked whether
    /// an address belongs to whoever signed up with it.
    #[arg(long)]
    pub yes: bool,
}

fn scopes(text: &str) -> Result<Scopes, String> {
    let scopes = Scopes::from_words(&text.replace(',', " "));
    let count = text.split(',').count();
    let is_known = scopes.to_words().split_whitespace().count() == count;
    is_known.then_some(scopes).ok_or_else(|| {
        "give some of read, write, system, notify, events, event_texts, manage, separated by commas"
            .to_owned()
    })
}

fn lifetime(text: &str) -> Result<TokenLifetime, String> {
    let found = TokenLifetime::ALL.into_iter().find(|lifetime| lifetime.as_str() == text);
    found.ok_or_else(|| "give 30, 90, 365 or none".to_owned())
}
