//! The commands of `stoa user`.

use clap::{Args, Subcommand};

use super::Database;

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
