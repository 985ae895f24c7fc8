//! The commands of `stoa embed-key`.

use std::path::PathBuf;

use clap::Subcommand;

use super::Database;
use crate::shared::{ids::EmbedKeyId, operators::embed_keys::EmbedAlgorithm};

/// What can be done with embed keys.
#[derive(Subcommand)]
pub enum EmbedKey {
    /// Makes a key with which a marketplace signs who its visitors are, and prints its id and, for HS256, its
    /// secret, which can't be seen again.
    Create {
        #[command(flatten)]
        database: Database,
        /// Who signs: the `iss` of tokens, like shop.example.com. Keys of one issuer name the same people.
        issuer: String,
        /// HS256, for which a secret is made, or ES256, EdDSA or RS256, for which you give the public key.
        #[arg(long, default_value = "HS256", value_name = "ALGORITHM", value_parser = algorithm)]
        algorithm: EmbedAlgorithm,
        /// The public key, in PEM.
        #[arg(long, value_name = "FILE")]
        public_key: Option<PathBuf>,
        /// In place of a key: where the public keys of this issuer are, like https://shop.example.com/.well-known/jwks.json.
        #[arg(long, value_name = "URL", conflicts_with_all = ["algorithm", "public_key"])]
        jwks: Option<String>,
    },
    /// Lists the keys, without their secrets.
    List {
        #[command(flatten)]
        database: Database,
    },
    /// Revokes a key, and ends at once what it has opened.
    Revoke {
        #[command(flatten)]
        database: Database,
        /// The id of the key: its `kid`.
        #[arg(value_parser = id)]
        id: EmbedKeyId,
    },
}

impl EmbedKey {
    pub(super) fn database(&self) -> &Database {
        match self {
            Self::Create { database, .. } | Self::List { database } | Self::Revoke { database, .. } => {
                database
            }
        }
    }
}

fn algorithm(text: &str) -> Result<EmbedAlgorithm, String> {
    let found = EmbedAlgorithm::ALL.into_iter().find(|algorithm| algorithm.as_str() == text);
    found.ok_or_else(|| "give HS256, ES256, EdDSA or RS256".to_owned())
}

fn id(text: &str) -> Result<EmbedKeyId, String> {
    text.parse().map_err(|_| "give an id as `stoa embed-key list` shows it".to_owned())
}
