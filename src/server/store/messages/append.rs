//! Storing messages, many at once. On PostgreSQL that is one statement. On SQLite it is one step to look and one
//! to write, because the way to SQLite's thread and back takes longer than the statements; its one writer is the
//! lock: nothing changes in between.

use std::{
    collections::{BTreeMap, HashSet},
    sync::{Arc, OnceLock},
};

use serde_json::{Value, json};
use uuid::Uuid;

use super::{Appended, MessageRow, NewMessage};
use crate::server::store::{
    Conn, Database, Result, conversations,
    sync::updates::{Append, Step, Told},
};
use crate::{
    server::faults,
    shared::{
        ids::{MessageId, UserId},
        values::time::Timestamp,
    },
};

macro_rules! begin {
    () => {
        "BEGIN IMMEDIATE; SAVEPOINT command; "
    };
}

/// What the command before has done is kept, and the next can be undone alone.
macro_rules! go_on {
    () => {
        "RELEASE command; SAVEPOINT command; "
    };
}

/// Which ids are known, as rows without a user; and of each conversation what it has come to and who
/// takes part, at which head.
macro_rules! look {
    ($before:expr) => {
        concat!(
            $before,
            "SELECT m.id, NULL AS user_id, 0 AS last_seq, 0 AS version, 0 AS last_at, 0 AS unread, 0 AS is_muted, 0 AS head ",
            "FROM json_each($1) AS new JOIN messages m ON m.id = unhex(new.value) UNION ALL ",
            "SELECT c.id, p.user_id, c.last_seq, c.version, c.last_message_at, p.unread, p.muted_at IS NOT NULL, h.head ",
            "FROM json_each($2) AS new JOIN conversations c ON c.id = unhex(new.value) ",
            "JOIN participants p ON p.conversation_id = c.id AND p.left_at IS NULL JOIN heads h ON h.user_id = p.user_id"
        )
    };
}

/// What is to be done before, in the same step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    /// The caller has done it.
    Nothing,
    Transaction,
    /// What ran before is kept, and this can be undone alone.
    Savepoint,
}

impl Before {
    pub fn statements(self) -> &'static str {
        match self {
            Self::Nothing => "",
            Self::Transaction => begin!(),
            Self::Savepoint => go_on!(),
        }
    }

    fn look(self) -> &'static str {
        match self {
            Self::Nothing => look!(""),
            Self::Transaction => look!(begin!()),
            Self::Savepoint => look!(go_on!()),
        }
    }
}

/// Whether nothing else waits for the transaction, so that it ends with what is written.
pub type IsLast<'a> = &'a (dyn Fn() -> bool + Send + Sync);

/// What became of messages, each at its place.
pub struct AppendedAll {
    pub all: Vec<Appended>,
    /// The transaction has ended with them.
    pub is_committed: bool,
}

macro_rules! store {
    ($after:literal) => {
        concat!(
            "INSERT INTO messages (id, conversation_id, seq, version, sender_id, kind, body, first_hash, created_at) ",
            "SELECT unhex(value ->> 0), unhex(value ->> 1), value ->> 2, value ->> 3, unhex(value ->> 4), value ->> 5, ",
            "value ->> 6, unhex(value ->> 7), value ->> 8 FROM json_each($1); ",
            "UPDATE conversations SET last_seq = value ->> 1, version = value ->> 2, visible = visible + (value ->> 3), ",
            "last_message_id = unhex(value ->> 4), last_message_at = value ->> 5 ",
            "FROM json_each($2) WHERE conversations.id = unhex(value ->> 0); ",
            "UPDATE heads SET head = value ->> 1 FROM json_each($3) WHERE user_id = unhex(value ->> 0); ",
            "UPDATE participants SET changed = value ->> 2, listed = value ->> 2, unread = value ->> 3, ",
            "noted = COALESCE(value ->> 4, noted), noted_seq = COALESCE(value ->> 5, noted_seq) ",
            "FROM json_each($4) WHERE conversation_id = unhex(value ->> 0) AND user_id = unhex(value ->> 1)",
            $after
        )
    };
}

#[derive(sqlx::FromRow)]
struct StateRow {
    id: Uuid,
    user_id: Option<Uuid>,
    last_seq: i64,
    version: i64,
    last_at: i64,
    unread: i64,
    is_muted: bool,
    head: i64,
}

/// A conversation as the messages so far leave it.
struct Talk {
    last_seq: i64,
    version: i64,
    last_at: i64,
    last_id: Uuid,
    added: i64,
    people: Vec<Person>,
}

struct Person {
    user: Uuid,
    unread: i64,
    is_muted: bool,
    /// The head that the last message in this conversation gave him.
    head: i64,
    /// The last message of another among these: the head that it gave him, and its place.
    noted: Option<(i64, i64)>,
}

/// What was stored: the message, and what it means to each participant.
type Stored = (MessageRow, Vec<Told>);

/// Stores messages with different ids, in this order, and says what became of each.
pub async fn append(
    conn: &mut Conn<'_>,
    messages: &[(&NewMessage, Timestamp)],
    before: Before,
    is_last: IsLast<'_>,
) -> Result<AppendedAll> {
    let (stored, is_committed) = match &conn.database {
        Database::Sqlite(_) => on_sqlite(conn, messages, before, is_last).await?,
        Database::Postgres(_) => (on_postgres(conn, messages).await?, false),
    };
    let mut all = Vec::new();
    for ((new, _), stored) in messages.iter().zip(stored) {
        let row = match stored {
            Some((row, told)) => {
                // Without it the large room is read, by each socket. That is no reason to take the message back.
                let sender = conversations::sender_of(conn, new.conversation, new.sender, told.len()).await;
                let (message, sender) = (row.clone().into_message(), sender.ok().flatten());
                let committed_at = OnceLock::new();
                conn.news.steps.push(Arc::new(Step::Append(Append { message, told, sender, committed_at })));
                conn.news.messages += 1;
                Some(row)
            }
            None => crate::server::store::messages::by_id(conn, new.id).await?,
        };
        all.push(Appended::of(row, new));
    }
    Ok(AppendedAll { all, is_committed })
}

/// The row of a message at its place.
fn row_of(new: &NewMessage, id: Uuid, seq: i64, version: i64, created_at: i64) -> MessageRow {
    MessageRow {
        id,
        conversation_id: new.conversation.0,
        seq,
        version,
        sender_id: Some(new.sender.0),
        kind: new.kind.as_str().to_owned(),
        body: new.body.clone(),
        first_hash: new.first_hash.to_vec(),
        created_at,
        edited_at: None,
        deleted_at: None,
    }
}

#[derive(sqlx::FromRow)]
struct PlacedRow {
    /// Among what was given, from 1.
    place: i64,
    seq: i64,
    version: i64,
    created_at: i64,
    told_users: Vec<Uuid>,
    told_heads: Vec<i64>,
    told_unread: Vec<i64>,
    told_muted: Vec<bool>,
}

impl PlacedRow {
    fn told(&self) -> Vec<Told> {
        let marks = self.told_heads.iter().zip(&self.told_unread).zip(&self.told_muted);
        let told = |(user, ((head, unread), is_muted)): (&Uuid, ((&i64, &i64), &bool))| Told {
            user: UserId(*user),
            head: *head,
            unread: *unread,
            is_muted: *is_muted,
        };
        self.told_users.iter().zip(marks).map(told).collect()
    }
}

/// One way to the server and back; the function is in the migrations.
async fn on_postgres(
    conn: &mut Conn<'_>,
    messages: &[(&NewMessage, Timestamp)],
) -> Result<Vec<Option<Stored>>> {
    fn each<T>(messages: &[(&NewMessage, Timestamp)], of: impl Fn(&NewMessage) -> T) -> Vec<T> {
        messages.iter().map(|(new, _)| of(new)).collect()
    }
    let mut stored: Vec<Option<Stored>> = messages.iter().map(|_| None).collect();
    let Database::Postgres(connection) = &mut conn.database else { return Ok(stored) };
    let times: Vec<_> = messages.iter().map(|(_, now)| now.0).collect();
    let rows: Vec<PlacedRow> = sqlx::query_as("SELECT * FROM append_together($1, $2, $3, $4, $5, $6, $7)")
        .bind(each(messages, |new| new.id.0))
        .bind(each(messages, |new| new.conversation.0))
        .bind(each(messages, |new| new.sender.0))
        .bind(each(messages, |new| new.kind.as_str()))
        .bind(each(messages, |new| new.body.clone()))
        .bind(each(messages, |new| new.first_hash.to_vec()))
        .bind(times)
        .fetch_all(&mut **connection)
        .await?;
    for placed in rows {
        let place = placed.place as usize - 1;
        let (new, _) = messages[place];
        let row = row_of(new, new.id.0, placed.seq, placed.version, placed.created_at);
        stored[place] = Some((row, placed.told()));
    }
    Ok(stored)
}

async fn on_sqlite(
    conn: &mut Conn<'_>,
    messages: &[(&NewMessage, Timestamp)],
    before: Before,
    is_last: IsLast<'_>,
) -> Result<(Vec<Option<Stored>>, bool)> {
    let (known, mut talks, mut heads) = look(conn, messages, before).await?;
    let mut stored: Vec<Option<Stored>> = Vec::new();
    for (new, now) in messages {
        let is_known = known.contains(&new.id.0);
        if is_known && !faults::is("forgotten_id") {
            stored.push(None);
            continue;
        }
        let id = if is_known { MessageId::new().0 } else { new.id.0 };
        let placed = talks.get_mut(&new.conversation.0).and_then(|talk| {
            let row = talk.append(new, id, *now)?;
            Some((row, talk.tell(new.sender.0, &mut heads)))
        });
        stored.push(placed);
    }
    let rows: Vec<_> = stored.iter().flatten().map(|(row, _)| row.to_json()).collect();
    // What is known is read once more, within the transaction.
    let commits = rows.len() == stored.len() && is_last();
    if !rows.is_empty() {
        write(conn, rows, &talks, &heads, commits).await?;
    }
    Ok((stored, commits))
}

type State = (HashSet<Uuid>, BTreeMap<Uuid, Talk>, BTreeMap<Uuid, i64>);

async fn look(conn: &mut Conn<'_>, messages: &[(&NewMessage, Timestamp)], before: Before) -> Result<State> {
    let Database::Sqlite(connection) = &mut conn.database else { return Ok(State::default()) };
    let ids: Vec<_> = messages.iter().map(|(new, _)| hex(new.id.0)).collect();
    let conversations: HashSet<_> = messages.iter().map(|(new, _)| hex(new.conversation.0)).collect();
    let rows: Vec<StateRow> = sqlx::query_as(before.look())
        .bind(json!(ids).to_string())
        .bind(json!(conversations).to_string())
        .fetch_all(&mut **connection)
        .await?;
    let (mut known, mut talks, mut heads) = State::default();
    for row in rows {
        let StateRow { id, user_id, last_seq, version, last_at, unread, is_muted, head } = row;
        let Some(user) = user_id else {
            known.insert(id);
            continue;
        };
        heads.insert(user, head);
        let talk = talks.entry(id).or_insert(Talk {
            last_seq,
            version,
            last_at,
            last_id: Uuid::nil(),
            added: 0,
            people: Vec::new(),
        });
        talk.people.push(Person { user, unread, is_muted, head, noted: None });
    }
    Ok((known, talks, heads))
}

async fn write(
    conn: &mut Conn<'_>,
    rows: Vec<Value>,
    talks: &BTreeMap<Uuid, Talk>,
    heads: &BTreeMap<Uuid, i64>,
    commits: bool,
) -> Result<()> {
    let Database::Sqlite(connection) = &mut conn.database else { return Ok(()) };
    let changed = || talks.iter().filter(|(_, talk)| talk.added > 0);
    let conversations: Vec<_> = changed()
        .map(|(id, talk)| {
            json!([hex(*id), talk.last_seq, talk.version, talk.added, hex(talk.last_id), talk.last_at])
        })
        .collect();
    let participants: Vec<_> = changed()
        .flat_map(|(id, talk)| talk.people.iter().map(move |person| (id, person)))
        .map(|(id, person)| {
            let (noted, noted_seq) = person.noted.unzip();
            json!([hex(*id), hex(person.user), person.head, person.unread, noted, noted_seq])
        })
        .collect();
    let heads: Vec<_> = heads.iter().map(|(user, head)| json!([hex(*user), head])).collect();
    sqlx::query(if commits { store!("; COMMIT") } else { store!("") })
        .bind(Value::from(rows).to_string())
        .bind(Value::from(conversations).to_string())
        .bind(Value::from(heads).to_string())
        .bind(Value::from(participants).to_string())
        .execute(&mut **connection)
        .await?;
    Ok(())
}

impl Talk {
    /// The row of the next message; nothing if the sender takes no part.
    fn append(&mut self, new: &NewMessage, id: Uuid, now: Timestamp) -> Option<MessageRow> {
        self.people.iter().find(|person| person.user == new.sender.0)?;
        self.last_seq += 1;
        self.version += 1;
        self.last_at = self.last_at.max(now.0);
        self.last_id = id;
        self.added += 1;
        Some(row_of(new, id, self.last_seq, self.version, self.last_at))
    }

    /// Raises everybody's head by one, and the others' unread messages.
    fn tell(&mut self, sender: Uuid, heads: &mut BTreeMap<Uuid, i64>) -> Vec<Told> {
        let last_seq = self.last_seq;
        let tell = |person: &mut Person| {
            let head = heads.entry(person.user).or_insert(person.head);
            *head += 1;
            person.head = *head;
            if person.user != sender {
                person.unread += 1;
                person.noted = Some((person.head, last_seq));
            }
            Told {
                user: UserId(person.user),
                head: person.head,
                unread: person.unread,
                is_muted: person.is_muted,
            }
        };
        self.people.iter_mut().map(tell).collect()
    }
}

impl MessageRow {
    fn to_json(&self) -> Value {
        json!([
            hex(self.id),
            hex(self.conversation_id),
            self.seq,
            self.version,
            self.sender_id.map(hex),
            self.kind,
            self.body,
            hash_hex(&self.first_hash),
            self.created_at
        ])
    }
}

fn hex(id: Uuid) -> String {
    id.simple().to_string()
}

fn hash_hex(hash: &[u8]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}
