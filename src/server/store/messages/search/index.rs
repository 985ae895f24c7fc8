//! The indexer's writes: entries of a conversation follow its messages, batch by batch. Everything that changed since the last
//! batch is in one transaction with the note of how far it has come, so a crash loses nothing and repeats nothing.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    statement::{PREFIX_CHARS, lexeme},
    tags,
};
use crate::{
    server::store::{Conn, Database, Result, on},
    shared::{
        conversations::system_messages::SystemMessage,
        ids::{ConversationId, ListingId, UserId},
        messages::{MessageKind, attached::Attached, search::Has},
        values::{
            links::{Segment, segments},
            search::tokens::{Kind, Tokens, tokens},
        },
    },
};

/// An entry's id is its message's time in microseconds times this, and a number below it, or a greater one where that many have one
/// time: order by time is order by id.
pub const IDS_OF_MOMENT: i64 = 2_048;
/// PostgreSQL keeps no greater positions, and no more than this many of one word.
const POSITION_MAX: usize = 16_383;
const POSITIONS_OF_WORD_MAX: usize = 255;
/// Positions between the words of a text and what is added to them: no phrase reaches over them.
const GAP: usize = 3;

/// What a transaction has done.
#[derive(Clone, Debug, Default)]
pub struct Indexed {
    /// Changes of messages that were written.
    pub changes: usize,
    /// Entries that were taken out, which leaves their words in the log of SQLite for a while.
    pub removed: u64,
    /// Conversations that are not done.
    pub rest: Vec<Uuid>,
}

/// Brings these conversations up to date, at most `max` changes of messages.
pub async fn index(conn: &mut Conn<'_>, conversations: &[Uuid], max: usize) -> Result<Indexed> {
    let (mut done, mut entries) = (Indexed::default(), Vec::new());
    for id in conversations {
        if done.changes >= max || !advance(conn, *id, max - done.changes, &mut done, &mut entries).await? {
            done.rest.push(*id);
        }
    }
    insert(conn, entries).await?;
    Ok(done)
}

#[derive(sqlx::FromRow)]
struct State {
    kind: String,
    listing_id: Option<Uuid>,
    version: i64,
    floor_seq: i64,
    indexed_version: i64,
    indexed_floor: i64,
    audience: i64,
}

#[derive(sqlx::FromRow)]
struct ChangedMessage {
    id: Uuid,
    seq: i64,
    version: i64,
    sender_id: Option<Uuid>,
    kind: String,
    body: String,
    created_at: i64,
    attached: Option<String>,
    is_deleted: bool,
}

/// Brings one conversation forward, but for what it adds to `entries`. False if there is more to do.
async fn advance(
    conn: &mut Conn<'_>,
    id: Uuid,
    max: usize,
    done: &mut Indexed,
    entries: &mut Vec<Entry>,
) -> Result<bool> {
    let is_sqlite = matches!(conn.database, Database::Sqlite(_));
    let Some(mut state) = lock_state(conn, id).await? else { return Ok(true) };
    let is_room = state.kind == "room";
    let people = if is_room { Vec::new() } else { people_of(conn, id).await? };
    let audience = audience_of(&people, state.listing_id);
    let max = max as i64;
    if state.audience != audience {
        // Somebody has joined who is found by another tag: all entries are written anew.
        let removed = remove(conn, id, i64::MAX, max).await?;
        done.removed += removed;
        done.changes += removed as usize;
        if removed as i64 == max {
            return Ok(false);
        }
        state.indexed_version = 0;
    }
    if state.floor_seq > state.indexed_floor {
        let removed = remove(conn, id, state.floor_seq, max).await?;
        done.removed += removed;
        done.changes += removed as usize;
        if removed as i64 == max {
            return Ok(false);
        }
    }
    let rows: Vec<ChangedMessage> = on!(conn, c => sqlx::query_as(
        "SELECT id, seq, version, sender_id, kind, body, created_at, attached, deleted_at IS NOT NULL AS is_deleted FROM messages \
         WHERE conversation_id = $1 AND version > $2 ORDER BY version LIMIT $3")
        .bind(id).bind(state.indexed_version).bind(max).fetch_all(&mut **c).await?);
    let is_all = (rows.len() as i64) < max;
    let version = if is_all { state.version } else { rows.last().map_or(state.version, |row| row.version) };
    let of = Audience { conversation: ConversationId(id), people, listing: state.listing_id.map(ListingId) };
    for row in rows {
        done.changes += 1;
        // New messages have no entry.
        if state.indexed_version > 0 {
            done.removed += remove_one(conn, id, row.seq).await?;
        }
        if row.seq > state.floor_seq && !row.is_deleted {
            entries.extend(Entry::new(&row, &of, is_sqlite));
        }
    }
    on!(conn, c => sqlx::query(
        "UPDATE search_state SET version = $2, floor_seq = $3, audience = $4 WHERE conversation_id = $1")
        .bind(id).bind(version).bind(state.floor_seq).bind(audience).execute(&mut **c).await?.rows_affected());
    Ok(is_all)
}

/// Locks the note of how far a conversation is indexed, and makes it if there is none. `None` without such a conversation.
async fn lock_state(conn: &mut Conn<'_>, id: Uuid) -> Result<Option<State>> {
    on!(conn, c => sqlx::query(
        "INSERT INTO search_state (conversation_id, version, floor_seq, audience) \
         SELECT id, 0, 0, 0 FROM conversations WHERE id = $1 ON CONFLICT (conversation_id) DO NOTHING")
        .bind(id).execute(&mut **c).await?.rows_affected());
    if let Database::Postgres(c) = &mut conn.database {
        sqlx::query("SELECT 1 FROM search_state WHERE conversation_id = $1 FOR UPDATE")
            .bind(id)
            .execute(&mut **c)
            .await?;
    }
    Ok(on!(conn, c => sqlx::query_as(
        "SELECT c.kind, c.listing_id, c.version, c.floor_seq, s.version AS indexed_version, s.floor_seq AS indexed_floor, s.audience \
         FROM conversations c JOIN search_state s ON s.conversation_id = c.id WHERE c.id = $1")
        .bind(id).fetch_optional(&mut **c).await?))
}

/// All who ever took part: whether they still do is looked at when something is found.
async fn people_of(conn: &mut Conn<'_>, id: Uuid) -> Result<Vec<Uuid>> {
    Ok(on!(conn, c => sqlx::query_scalar(
        "SELECT user_id FROM participants WHERE conversation_id = $1 ORDER BY user_id")
        .bind(id).fetch_all(&mut **c).await?))
}

/// A number that differs when the tags of a conversation's entries do.
fn audience_of(people: &[Uuid], listing: Option<Uuid>) -> i64 {
    let mut hash = Sha256::new();
    hash.update([1]);
    listing.iter().chain(people).for_each(|id| hash.update(id.as_bytes()));
    let digest = hash.finalize();
    let first = digest.first_chunk::<8>().copied().unwrap_or_default();
    i64::from_be_bytes(first)
}

/// Takes entries of a conversation up to a seq out, at most `max`.
async fn remove(conn: &mut Conn<'_>, id: Uuid, upto: i64, max: i64) -> Result<u64> {
    let entries: Vec<i64> = on!(conn, c => sqlx::query_scalar(
        "SELECT id FROM search_entries WHERE conversation_id = $1 AND seq <= $2 ORDER BY seq LIMIT $3")
        .bind(id).bind(upto).bind(max).fetch_all(&mut **c).await?);
    for entry in &entries {
        delete(conn, *entry).await?;
    }
    Ok(entries.len() as u64)
}

async fn remove_one(conn: &mut Conn<'_>, id: Uuid, seq: i64) -> Result<u64> {
    let entry: Option<i64> = on!(conn, c => sqlx::query_scalar(
        "SELECT id FROM search_entries WHERE conversation_id = $1 AND seq = $2")
        .bind(id).bind(seq).fetch_optional(&mut **c).await?);
    let Some(entry) = entry else { return Ok(0) };
    delete(conn, entry).await?;
    Ok(1)
}

async fn delete(conn: &mut Conn<'_>, entry: i64) -> Result<()> {
    if let Database::Sqlite(c) = &mut conn.database {
        sqlx::query("DELETE FROM search_words WHERE rowid = $1").bind(entry).execute(&mut **c).await?;
    }
    on!(conn, c => sqlx::query("DELETE FROM search_entries WHERE id = $1")
        .bind(entry).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// Of whom the entries of a conversation tell.
struct Audience {
    conversation: ConversationId,
    people: Vec<Uuid>,
    listing: Option<ListingId>,
}

/// An entry that is to be written.
struct Entry {
    place: Place,
    conversation: Uuid,
    seq: i64,
    /// As the database wants them.
    words: String,
}

impl Entry {
    /// `None` if the message has nothing to be found by.
    fn new(row: &ChangedMessage, of: &Audience, is_sqlite: bool) -> Option<Self> {
        let text = searched_text(&row.kind, &row.body)?;
        let tokens = tokens(&text);
        let mut audience = vec![tags::conversation(of.conversation)];
        audience.extend(of.people.iter().map(|user| tags::person(UserId(*user))));
        let mut others: Vec<String> =
            row.sender_id.map(|user| tags::sender(UserId(user))).into_iter().collect();
        others.extend(of.listing.map(tags::listing));
        if segments(&text).iter().any(|part| matches!(part, Segment::Link(_))) {
            others.push(tags::has(Has::Link));
        }
        let files = Attached::from_column(row.attached.as_deref()).files;
        let kinds: BTreeSet<_> = files.iter().map(|file| tags::has(Has::of_file(file.kind))).collect();
        others.extend(kinds);
        let period = tags::period_of(row.created_at);
        let words = if is_sqlite {
            document(&tokens, audience.into_iter().chain(others))
        } else {
            let audience = audience.iter().map(|tag| tags::in_period(tag, period));
            vector(&tokens, audience.chain(others))
        };
        Some(Self { place: Place::new(row), conversation: of.conversation.0, seq: row.seq, words })
    }
}

/// Writes entries, each where no other is.
async fn insert(conn: &mut Conn<'_>, entries: Vec<Entry>) -> Result<()> {
    let (mut tried, mut placed) = (HashSet::new(), BTreeMap::new());
    let mut rest = entries;
    while !rest.is_empty() {
        let mut places = BTreeMap::new();
        for mut entry in rest {
            while !tried.insert(entry.place.id()) {
                entry.place.widen();
            }
            places.insert(entry.place.id(), entry);
        }
        let free = insert_where_free(conn, &places).await?;
        let taken = places.keys().copied().filter(|id| !free.contains(id)).collect::<Vec<_>>();
        rest = taken.iter().filter_map(|id| places.remove(id)).collect();
        placed.append(&mut places);
    }
    // FTS5 gathers in memory what comes in the order of its rows; whatever goes back is a segment of its own.
    if let Database::Sqlite(c) = &mut conn.database
        && !placed.is_empty()
    {
        let rows: Vec<_> = placed.iter().map(|(id, entry)| json!([id, entry.words])).collect();
        sqlx::query(
            "INSERT INTO search_words (rowid, words) SELECT value ->> 0, value ->> 1 FROM json_each($1)",
        )
        .bind(json!(rows).to_string())
        .execute(&mut **c)
        .await?;
    }
    Ok(())
}

/// Answers the ids of those that were inserted; at the others there is an entry.
async fn insert_where_free(conn: &mut Conn<'_>, entries: &BTreeMap<i64, Entry>) -> Result<HashSet<i64>> {
    let inserted: Vec<i64> = match &mut conn.database {
        Database::Sqlite(c) => {
            let rows: Vec<_> = entries
                .iter()
                .map(|(id, entry)| json!([id, entry.conversation.simple().to_string(), entry.seq]))
                .collect();
            sqlx::query_scalar(
                "INSERT INTO search_entries (id, conversation_id, seq) \
                 SELECT value ->> 0, unhex(value ->> 1), value ->> 2 FROM json_each($1) WHERE TRUE \
                 ON CONFLICT (id) DO NOTHING RETURNING id",
            )
            .bind(json!(rows).to_string())
            .fetch_all(&mut **c)
            .await?
        }
        Database::Postgres(c) => {
            let ids: Vec<i64> = entries.keys().copied().collect();
            let (conversations, seqs): (Vec<Uuid>, Vec<i64>) =
                entries.values().map(|entry| (entry.conversation, entry.seq)).unzip();
            let words: Vec<&str> = entries.values().map(|entry| &*entry.words).collect();
            sqlx::query_scalar(
                "INSERT INTO search_entries (id, conversation_id, seq, words) \
                 SELECT id, conversation_id, seq, CAST(words AS TSVECTOR) \
                 FROM UNNEST(CAST($1 AS BIGINT[]), CAST($2 AS UUID[]), CAST($3 AS BIGINT[]), CAST($4 AS TEXT[])) \
                 AS new (id, conversation_id, seq, words) ON CONFLICT (id) DO NOTHING RETURNING id",
            )
            .bind(ids)
            .bind(conversations)
            .bind(seqs)
            .bind(words)
            .fetch_all(&mut **c)
            .await?
        }
    };
    Ok(inserted.into_iter().collect())
}

/// The id that an entry is tried with. Of an import many thousands may have one time, so every attempt has twice as many ids as the
/// one before: a free one is found by a few, however many are taken.
struct Place {
    moment: i64,
    width: i64,
    random: u64,
}

impl Place {
    fn new(row: &ChangedMessage) -> Self {
        Self { moment: row.created_at, width: IDS_OF_MOMENT, random: row.id.as_u64_pair().1 }
    }

    fn id(&self) -> i64 {
        self.moment * IDS_OF_MOMENT + (self.random % self.width as u64) as i64
    }

    fn widen(&mut self) {
        self.width *= 2;
        self.random = Uuid::new_v4().as_u64_pair().1;
    }
}

/// What a message is found by. Of system messages only what somebody has typed: the others are codes.
pub(super) fn searched_text(kind: &str, body: &str) -> Option<String> {
    let text = match MessageKind::parse(kind) {
        MessageKind::Text => Some(body.to_owned()),
        MessageKind::System => match SystemMessage::from_body(body) {
            SystemMessage::Note { text } => Some(text),
            _ => None,
        },
        MessageKind::Unknown => None,
    };
    text.filter(|text| !text.is_empty())
}

/// The text of an entry for FTS5.
fn document(tokens: &Tokens, tags: impl Iterator<Item = String>) -> String {
    let words = tokens.words.iter().chain(&tokens.numbers).map(|token| token.text.clone());
    words.chain(tags).collect::<Vec<_>>().join(" ")
}

/// The vector of an entry for PostgreSQL: words with their positions, beginnings and tags without.
fn vector(tokens: &Tokens, tags: impl Iterator<Item = String>) -> String {
    let mut positions: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut prefixes = BTreeSet::new();
    let numbers = tokens
        .numbers
        .iter()
        .enumerate()
        .map(|(index, token)| (index * GAP + tokens.words.len() + GAP, token));
    for (position, token) in tokens.words.iter().enumerate().chain(numbers) {
        let places = positions.entry(&token.text).or_default();
        if places.len() < POSITIONS_OF_WORD_MAX {
            places.push((position + 1).min(POSITION_MAX));
        }
        let lengths = PREFIX_CHARS.into_iter().chain((token.kind != Kind::Word).then_some(1));
        for length in lengths {
            if let Some((last, c)) = token.text.char_indices().nth(length - 1) {
                prefixes.insert(&token.text[..last + c.len_utf8()]);
            }
        }
    }
    let words = positions.into_iter().map(|(word, places)| {
        let places: Vec<_> = places.iter().map(usize::to_string).collect();
        format!("{}:{}", lexeme(word), places.join(","))
    });
    let prefixes = prefixes.into_iter().map(|prefix| lexeme(&tags::prefix(prefix)));
    words.chain(prefixes).chain(tags.map(|tag| lexeme(&tag))).collect::<Vec<_>>().join(" ")
}
