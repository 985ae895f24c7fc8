//! The options of `stoa import`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Database;

/// What to import, and from where.
#[derive(Args, Clone)]
pub struct Import {
    #[command(flatten)]
    pub database: Database,

    /// The files, in any order; - for what comes on standard input.
    #[arg(value_name = "FILE or -", required = true)]
    pub files: Vec<PathBuf>,

    /// Which system wrote them. Without it they are lines of JSON as docs/import.md describes them.
    #[arg(long, value_enum, value_name = "SYSTEM")]
    pub from: Option<ImportSource>,

    /// Whose ids these are: the issuer of embed keys. It can be left out where there is one.
    #[arg(long, value_name = "ISSUER")]
    pub issuer: Option<String>,

    /// The name of the field in which conversations elsewhere have the marketplace's id of the listing that they are about.
    #[arg(long, value_name = "FIELD", requires = "from")]
    pub listing_field: Option<String>,

    /// Prints the lines of JSON that the files become, and imports nothing.
    #[arg(long, requires = "from")]
    pub print: bool,
}

/// Systems whose exports are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ImportSource {
    Talkjs,
    Stream,
    Sendbird,
    Chatwoot,
}
