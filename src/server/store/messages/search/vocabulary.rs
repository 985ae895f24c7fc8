//! Words of the viewer's own entries, among which the right spelling of a word is sought. There is no list of all words of the
//! marketplace: it would keep those of deleted messages, and its use could tell of messages of others.

use std::collections::BTreeSet;

use super::{
    index::IDS_OF_MOMENT,
    statement::Scope,
    tags::{self, MARK},
};
use crate::{
    server::store::{Conn, Database, Result},
    shared::values::search::query::Query,
};

/// Words of the newest entries of a search, at most of `limit` of them.
pub async fn words(
    conn: &mut Conn<'_>,
    scope: &Scope,
    query: &Query,
    limit: i64,
) -> Result<BTreeSet<String>> {
    let mut words = BTreeSet::new();
    match &mut conn.database {
        Database::Sqlite(c) => {
            let texts: Vec<String> = sqlx::query_scalar(
                "SELECT words FROM search_words WHERE search_words MATCH $1 ORDER BY rowid DESC LIMIT $2",
            )
            .bind(scope.fts5(query))
            .bind(limit)
            .fetch_all(&mut **c)
            .await?;
            words.extend(texts.iter().flat_map(|text| text.split(' ')).map(str::to_owned));
        }
        Database::Postgres(c) => {
            let newest: Option<i64> =
                sqlx::query_scalar("SELECT id FROM search_entries ORDER BY id DESC LIMIT 1")
                    .fetch_optional(&mut **c)
                    .await?;
            let Some(newest) = newest else { return Ok(words) };
            let last = tags::period_of(newest.div_euclid(IDS_OF_MOMENT));
            let first = last - scope.next_periods(Some(scope.next_periods(None))) + 1;
            let texts: Vec<Vec<String>> = sqlx::query_scalar(
                "SELECT tsvector_to_array(words) FROM (SELECT id, words FROM search_entries \
                     WHERE words @@ CAST($1 AS TSQUERY) OFFSET 0) found ORDER BY id DESC LIMIT $2",
            )
            .bind(scope.coarse(query, first..=last))
            .bind(limit)
            .persistent(false)
            .fetch_all(&mut **c)
            .await?;
            words.extend(texts.into_iter().flatten());
        }
    }
    words.retain(|word| !word.starts_with(MARK));
    Ok(words)
}
