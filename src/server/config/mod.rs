//! Configuration: the command line, with environment variables for the same options. The `///` comments on
//! options are their help texts.

pub mod database_url;
mod embed;
mod embed_keys;
mod environment;
mod files;
mod import;
mod mail;
pub mod openid_connect;
mod public_url;
mod push;
mod sessions;
pub mod trusted_proxies;
mod users;
mod webhooks;

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use embed::Embed;
pub use embed_keys::EmbedKey;
pub use files::Files;
pub use import::{Import, ImportSource};
pub use mail::Mail;
pub use openid_connect::OpenIdConnect;
pub use push::Push;
pub use sessions::{IDLE_DAYS, Sessions};
use trusted_proxies::{ForwardingHeader, TrustedProxy};
pub use users::{ChangeRank, Staff, User};
pub use webhooks::Webhooks;

/// The result of a command. An error is one line that says what to do.
pub type CommandResult = Result<(), String>;

/// Liveness check: its path, and the body with which a live server answers.
pub const LIVENESS_PATH: &str = "/healthz";
pub const LIVENESS_TEXT: &str = "alive\n";
/// The path of the metrics endpoint on the address of `--metrics`.
pub const METRICS_PATH: &str = "/metrics";
/// Open connections. Further ones wait to be accepted until one closes. Stays below the usual limit of open
/// files.
pub const CONNECTIONS_MAX: u32 = 16_000;

/// Stoa: messaging for marketplaces. One binary, one database.
#[derive(Parser)]
#[command(name = "stoa", version)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Runs the server.
    Serve(Serve),
    /// Looks at everything that `serve` needs, with the same options, and says what to do. Changes nothing.
    Doctor(Serve),
    /// Fills an empty database with a believable marketplace, for trying things out.
    Demo(Demo),
    /// Imports users, listings, orders, and conversations with their messages, that a marketplace had elsewhere. The same again changes
    /// nothing; after an interruption the same command goes on.
    Import(Import),
    /// Moves everything from a SQLite file to an empty PostgreSQL database, and compares both. The file
    /// takes nothing more from then on; a server on it stops. If it is interrupted, the same command
    /// goes on where it was.
    Copy(Copy),
    /// Writes a copy of a SQLite file, which may be in use, to a new file.
    Backup(Backup),
    /// Puts a backup in the place of a SQLite file; or says that a PostgreSQL database, or a file, has
    /// been restored by other means. Clients then start over, and send again what was not answered.
    Restore(Restore),
    /// Makes accounts and changes what they may do.
    #[command(subcommand)]
    User(User),
    /// Makes, lists and revokes the keys with which a marketplace signs who its visitors are.
    #[command(subcommand)]
    EmbedKey(EmbedKey),
    /// Tries the mail server.
    #[command(subcommand)]
    Mail(MailCommand),
}

/// Which database.
#[derive(Args, Clone)]
pub struct Database {
    /// Where everything is kept: the path of a SQLite file, which is made if it is not there, or a
    /// database of PostgreSQL, like postgres://user:password@host/name.
    #[arg(
        long,
        env = "DATABASE_URL",
        hide_env_values = true,
        default_value = "stoa.db",
        value_name = "FILE or URL"
    )]
    pub database: String,
}

/// What the demo is to hold.
#[derive(Args, Clone)]
pub struct Demo {
    #[command(flatten)]
    pub database: Database,

    /// Also writes one conversation with this many messages, to see how a long history behaves.
    #[arg(long, default_value_t = 0, value_name = "MESSAGES")]
    pub long: i64,

    /// Writes only so many pairs of signed-in users with a conversation each, for a load test, in place of the
    /// marketplace.
    #[arg(long, value_name = "PAIRS", requires = "sessions", conflicts_with = "long")]
    pub pairs: Option<u32>,

    /// The new file for the pairs' sessions, as JSON: a list of {cookie, user, conversation}, in which those at 2c and
    /// 2c + 1 share a conversation.
    #[arg(long, value_name = "FILE", requires = "pairs")]
    pub sessions: Option<PathBuf>,
}

/// Which file, where it can only be one.
#[derive(Args, Clone)]
pub struct DatabaseFile {
    /// The SQLite file.
    #[arg(
        long,
        env = "DATABASE_URL",
        hide_env_values = true,
        default_value = "stoa.db",
        value_name = "FILE"
    )]
    pub database: PathBuf,
}

/// From where to where.
#[derive(Args, Clone)]
pub struct Copy {
    #[command(flatten)]
    pub file: DatabaseFile,

    /// The database of PostgreSQL, like postgres://user:password@host/name.
    #[arg(
        long,
        env = "STOA_COPY_TO",
        hide_env_values = true,
        value_name = "URL",
        required_unless_present = "undo"
    )]
    pub to: Option<String>,

    /// Opens the file again instead: what was copied is of no use then.
    #[arg(long)]
    pub undo: bool,
}

#[derive(Args, Clone)]
pub struct Backup {
    #[command(flatten)]
    pub file: DatabaseFile,

    /// The file to write; it must not be there yet.
    #[arg(value_name = "NEW FILE")]
    pub to: PathBuf,
}

#[derive(Args, Clone)]
pub struct Restore {
    #[command(flatten)]
    pub database: Database,

    /// What `stoa backup` has written. The file in whose place it comes is kept beside it. Without a
    /// backup only the clients are told.
    #[arg(value_name = "BACKUP")]
    pub from: Option<PathBuf>,
}

/// How to serve.
#[derive(Args, Clone)]
pub struct Serve {
    #[command(flatten)]
    pub database: Database,

    /// The address to listen on.
    #[arg(long, env = "STOA_LISTEN", default_value = "127.0.0.1:3000", value_name = "ADDRESS:PORT")]
    pub listen: SocketAddr,

    /// Where several servers on one PostgreSQL tell each other whose messages came and who is there:
    /// a server of NATS, like nats://user:password@host:4222, or several with commas. A single server
    /// needs none.
    #[arg(long, env = "NATS_URL", hide_env_values = true, value_name = "URL,…")]
    pub nats: Option<String>,

    /// The address that people type, like https://chat.example.com, without a path. Requests that
    /// change something must come from it, and over https cookies are marked Secure. Without it,
    /// the host of each request counts, which is for development only.
    #[arg(long, env = "STOA_PUBLIC_URL", value_name = "URL", value_parser = public_url::parse)]
    pub public_url: Option<String>,

    /// Listens where others can reach it without a public URL. For development only: cookies are not
    /// secure then, and any host that is asked for counts as ours.
    #[arg(long, env = "STOA_INSECURE")]
    pub insecure: bool,

    /// A standby that takes over from the PostgreSQL server has everything that was acknowledged, so it is followed
    /// and clients go on: for clusters that promote synchronous standbys alone, like Patroni with
    /// `synchronous_mode`. Otherwise the server ends then, and clients start over.
    #[arg(long, env = "STOA_SYNCHRONOUS_STANDBY")]
    pub synchronous_standby: bool,

    /// Proxies that are believed for whom they ask, by IP or network, like 10.0.0.5,10.1.0.0/16. Rates count
    /// by client IP, so behind a proxy that is not named here all people share one.
    #[arg(long, env = "STOA_TRUSTED_PROXIES", value_name = "IP or NETWORK,…", value_delimiter = ',', value_parser = TrustedProxy::parse)]
    pub trusted_proxies: Vec<TrustedProxy>,

    /// The header in which trusted proxies name the client. It has to be one that they write themselves.
    #[arg(long, env = "STOA_FORWARDING_HEADER", value_enum, default_value = "x-forwarded-for")]
    pub forwarding_header: ForwardingHeader,

    /// Offers the demo accounts on the sign-in page. Never use it with real people.
    #[arg(long, env = "STOA_DEMO")]
    pub demo: bool,

    /// Offers them where the public URL is https too, so that anybody may sign in as the demo's admin.
    #[arg(long, env = "STOA_PUBLIC_DEMO", requires = "demo")]
    pub public_demo: bool,

    /// Messages a second that one person may send on average; five times as many at once. Other rates go with
    /// it: requests of a user (5 times), of a client IP without a session (10 times), new sockets.
    #[arg(long, env = "STOA_SENDS_PER_SECOND", default_value_t = 10, value_name = "N")]
    pub sends_per_second: u32,

    /// Does not index messages, so that no new ones are found by their words. For measurements, and for machines that have no
    /// room for the index.
    #[arg(long, env = "STOA_WITHOUT_SEARCH")]
    pub without_search: bool,

    #[command(flatten)]
    pub files: Files,

    #[command(flatten)]
    pub mail: Mail,

    #[command(flatten)]
    pub push: Push,

    #[command(flatten)]
    pub webhooks: Webhooks,

    #[command(flatten)]
    pub sessions: Sessions,

    #[command(flatten)]
    pub openid_connect: OpenIdConnect,

    #[command(flatten)]
    pub embed: Embed,

    /// The address at which Prometheus may fetch /metrics, for nobody else to reach; not served without.
    #[arg(long, env = "STOA_METRICS", value_name = "ADDRESS:PORT")]
    pub metrics: Option<SocketAddr>,

    /// How long to go on as before when told to stop, while /readyz says `stopping`, so that a proxy in
    /// front can take this node out.
    #[arg(long, env = "STOA_DRAIN_SECONDS", default_value_t = 0, value_name = "SECONDS")]
    pub drain_seconds: u64,

    /// How the log is written: JSON lines, or text for people. What is logged is set by RUST_LOG.
    #[arg(long, env = "STOA_LOG", value_enum, default_value_t = LogFormat::Auto)]
    pub log: LogFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Text on a terminal, JSON elsewhere.
    Auto,
    Text,
    Json,
}

impl Serve {
    /// Refuses to serve where others could reach it with cookies that are not secure, or with the demo's accounts.
    pub fn check(&self) -> CommandResult {
        self.check_listen()?;
        self.check_demo()
    }

    pub(crate) fn check_listen(&self) -> CommandResult {
        if self.public_url.is_some() || self.insecure || self.listen.ip().to_canonical().is_loopback() {
            return Ok(());
        }
        Err(format!(
            "others can reach {}, and without a public URL cookies are not secure; set --public-url (STOA_PUBLIC_URL) \
             to the address that people type, or --insecure for development",
            self.listen
        ))
    }

    pub(crate) fn check_demo(&self) -> CommandResult {
        if !self.demo || self.public_demo || !self.is_https() {
            return Ok(());
        }
        Err("anybody may sign in as the demo's admin; leave --demo out, or add --public-demo if that is meant".to_owned())
    }

    /// Whether the public URL is https, and with it whether cookies are `Secure`.
    pub fn is_https(&self) -> bool {
        self.public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
    }
}

/// What can be done with mail.
#[derive(Subcommand)]
pub enum MailCommand {
    /// Sends one mail, as `serve` with the same options would.
    Test {
        #[command(flatten)]
        mail: Mail,
        /// Whom to send it to.
        address: String,
    },
}

impl Command {
    /// Checks what clap's parsers do not: their errors would repeat the password that a value may hold.
    fn check(&self) -> CommandResult {
        match self {
            Self::Serve(serve) | Self::Doctor(serve) => {
                database_url::check(&serve.database.database)?;
                serve.nats.as_deref().map_or(Ok(()), database_url::check_nats)
            }
            Self::EmbedKey(command) => database_url::check(&command.database().database),
            Self::Mail(_) => Ok(()),
            Self::Demo(demo) => database_url::check(&demo.database.database),
            Self::Import(import) => database_url::check(&import.database.database),
            Self::Copy(copy) => {
                copy.file.check("copy from")?;
                match (&copy.to, copy.undo) {
                    (Some(to), false) => database_url::check_postgres("--to", to),
                    _ => Ok(()),
                }
            }
            Self::Backup(backup) => backup.file.check("back up"),
            Self::Restore(restore) => database_url::check(&restore.database.database),
            Self::User(
                User::Create { database, .. }
                | User::Token { database, .. }
                | User::Password { database, .. }
                | User::ResetSecondFactor { database, .. }
                | User::Operator(ChangeRank { database, .. })
                | User::Admin(ChangeRank { database, .. }),
            ) => database_url::check(&database.database),
        }
    }
}

impl DatabaseFile {
    fn check(&self, what: &str) -> CommandResult {
        let database = self.database.to_string_lossy();
        if database_url::is_url(&database) {
            return Err(format!(
                "{} is a URL, and only a SQLite file is what one can {what}; name one with --database",
                database_url::redacted(&database)
            ));
        }
        database_url::check_path(&database)
    }
}
