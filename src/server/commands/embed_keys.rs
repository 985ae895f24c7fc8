//! Embed key commands (`stoa embed-key`): make, list and revoke the keys with which a marketplace signs who its visitors are.

use std::{fs, path::Path};

use super::output::print;
use crate::{
    server::{
        clock::Clock,
        config::{CommandResult, Database, EmbedKey},
        domain::{failed, operators::embed_keys as domain},
        store::{Store, operators::embed_keys},
    },
    shared::{
        ids::EmbedKeyId,
        operators::embed_keys::{EMBED_KEYS_MAX, EMBED_KEYS_SHOWN_MAX, EmbedAlgorithm},
    },
};

/// Runs an embed key command.
pub async fn run(command: EmbedKey) -> CommandResult {
    match command {
        EmbedKey::Create { database, issuer, jwks: Some(address), .. } => {
            create(&database, &issuer, EmbedAlgorithm::Jwks, &address).await
        }
        EmbedKey::Create { database, issuer, algorithm, public_key, .. } => {
            let public_key = read(public_key.as_deref())?;
            create(&database, &issuer, algorithm, &public_key).await
        }
        EmbedKey::List { database } => list(&database).await,
        EmbedKey::Revoke { database, id } => revoke(&database, id).await,
    }
}

fn read(public_key: Option<&Path>) -> Result<String, String> {
    let Some(path) = public_key else { return Ok(String::new()) };
    fs::read_to_string(path).map_err(|error| format!("can't read {}: {error}", path.display()))
}

async fn create(
    database: &Database,
    issuer: &str,
    algorithm: EmbedAlgorithm,
    public_key: &str,
) -> CommandResult {
    let (id, now) = (EmbedKeyId::new(), Clock::default().now());
    let (new, secret) = domain::new_key(id, issuer, algorithm, public_key).map_err(to_line)?;
    let inserted = Store::open(&database.database)
        .await?
        .write(move |mut conn| {
            Box::pin(async move { embed_keys::insert(&mut conn, new, None, EMBED_KEYS_MAX, now).await })
        })
        .await
        .map_err(|error| to_line(failed(error)))?;
    domain::to_result(inserted).map_err(to_line)?;
    if algorithm == EmbedAlgorithm::Jwks {
        return print(format!("id         {id}\naddress    {public_key}"));
    }
    print(format!("kid        {id}"))?;
    print(format!("algorithm  {}", algorithm.as_str()))?;
    secret.map_or(Ok(()), |secret| print(format!("secret     {secret}")))
}

async fn list(database: &Database) -> CommandResult {
    let keys = Store::open(&database.database)
        .await?
        .read(|mut conn| Box::pin(async move { embed_keys::list(&mut conn, EMBED_KEYS_SHOWN_MAX).await }))
        .await
        .map_err(|error| to_line(failed(error)))?;
    for key in keys {
        let state = match (key.revoked_at, key.used_at) {
            (Some(at), _) => format!("revoked {}", at.to_rfc3339()),
            (None, Some(at)) => format!("last used {}", at.to_rfc3339()),
            (None, None) => "never used".to_owned(),
        };
        print(format!("{}  {:5}  {}  {state}", key.id, key.algorithm.as_str(), key.issuer))?;
    }
    Ok(())
}

async fn revoke(database: &Database, id: EmbedKeyId) -> CommandResult {
    let now = Clock::default().now();
    let revoked = Store::open(&database.database)
        .await?
        .write(move |mut conn| Box::pin(async move { embed_keys::revoke(&mut conn, id, None, now).await }))
        .await
        .map_err(|error| to_line(failed(error)))?;
    match revoked {
        Some(true) => print(format!("{id} is revoked.")),
        Some(false) => print(format!("{id} was revoked before.")),
        None => Err("there is no key with this id; `stoa embed-key list` shows them".to_owned()),
    }
}

fn to_line(error: impl ToString) -> String {
    error.to_string()
}
