//! Scenario `search`: searches at a fixed rate, with as many messages as `--messages` says. They are of many people in pairs,
//! their words as frequent as those of a language (Zipf), and the server has indexed them before it is asked.

use std::{io, time::Duration};

use futures::future::join_all;
use serde_json::json;
use stoa::{
    server::store::{Conn, Database, Result as StoreResult, Store},
    shared::ids::{ConversationId, MessageId},
};
use tokio::time::{Instant, sleep, sleep_until};
use uuid::Uuid;

use crate::{
    Result,
    client::{Connection, Pool},
    marketplace::{Marketplace, SignedIn},
    report::{Report, Started},
    server::Server,
};

/// Messages of a pair.
const MESSAGES_EACH: u64 = 1_000;
const PEOPLE_MIN: usize = 200;
const WORDS: u64 = 20_000;
const WORDS_EACH: u64 = 12;
/// Messages of one transaction.
const ROWS: u64 = 5_000;
/// In microseconds.
const MINUTE: i64 = 60_000_000;
/// What is searched for, in turn: a frequent word, a rare one, two, beginnings of two to six letters, a phrase, and nothing.
const KINDS: u64 = 8;

pub async fn search(
    server: &mut Server,
    marketplace: &Marketplace,
    database: &str,
    (messages, rate): (u64, u64),
    lasts: Duration,
) -> Result<Report> {
    let store = Store::open(database).await?;
    let people = (messages / MESSAGES_EACH * 2).max(PEOPLE_MIN as u64) as usize;
    let couples = marketplace.couples(&store, people).await?;
    let mut dice = Dice(7);
    let pairs = couples.len() as u64 / 2;
    for pair in 0..pairs {
        let talk = couples[2 * pair as usize].1;
        let senders = [couples[2 * pair as usize].0.id, couples[2 * pair as usize + 1].0.id].map(|id| id.0);
        let mut rest = messages / pairs;
        while rest > 0 {
            let count = rest.min(ROWS);
            let texts: Vec<String> = (0..count).map(|_| dice.text()).collect();
            store
                .write(move |mut conn| {
                    let texts = texts.clone();
                    Box::pin(async move { insert(&mut conn, talk, senders, texts).await })
                })
                .await?;
            rest -= count;
        }
    }
    store.close().await;
    let began = Instant::now();
    server.restart().await?;
    indexed(server, marketplace.viewer()).await?;
    let indexing = began.elapsed();

    let requests: Vec<Vec<u8>> = (0..rate * lasts.as_secs())
        .map(|number| {
            let (user, _) = &couples[dice.below(couples.len() as u64) as usize];
            server.get(user, &format!("/api/search?q={}", dice.query(number)), "identity")
        })
        .collect();
    let pool = Pool::new(&server.address);
    let started = Started::now(server);
    let start = Instant::now();
    let visits = requests.iter().enumerate().map(|(number, request)| {
        let due = start + Duration::from_secs_f64(number as f64 / rate as f64);
        let pool = &pool;
        async move {
            sleep_until(due).await;
            let answer = pool.ask(request).await?;
            match answer.status {
                200 => Ok(due.elapsed()),
                _ => Err(io::Error::from(io::ErrorKind::InvalidData)),
            }
        }
    });
    let measured = join_all(visits).await.into_iter().collect();
    let load = format!(
        "{rate} searches/s, {messages} messages of {people} people, indexed in {:.0} s",
        indexing.as_secs_f64()
    );
    Ok(Report::new("search", load, server, &started, measured))
}

/// Waits until the server has indexed every message.
pub async fn indexed(server: &Server, viewer: &SignedIn) -> Result<()> {
    let request = server.get(viewer, "/api/search?q=boathouse", "identity");
    loop {
        let answer = Connection::open(&server.address).await?.ask(&request).await?;
        if String::from_utf8_lossy(&answer.body).contains("\"is_complete\":true") {
            return Ok(());
        }
        sleep(Duration::from_millis(200)).await;
    }
}

/// Adds messages at the end of a conversation, a minute apart, without telling anybody.
async fn insert(
    conn: &mut Conn<'_>,
    talk: ConversationId,
    senders: [Uuid; 2],
    texts: Vec<String>,
) -> StoreResult<()> {
    let grow = "UPDATE conversations SET last_seq = last_seq + $2, version = version + $2, visible = visible + $2, \
         last_message_at = last_message_at + $2 * 60000000 WHERE id = $1 RETURNING last_seq, last_message_at";
    let count = texts.len() as i64;
    let (last, at): (i64, i64) = match &mut conn.database {
        Database::Sqlite(c) => sqlx::query_as(grow).bind(talk.0).bind(count).fetch_one(&mut **c).await?,
        Database::Postgres(c) => sqlx::query_as(grow).bind(talk.0).bind(count).fetch_one(&mut **c).await?,
    };
    let (first, begin) = (last - count, at - count * MINUTE);
    let ids: Vec<Uuid> = texts.iter().map(|_| MessageId::new().0).collect();
    match &mut conn.database {
        Database::Sqlite(c) => {
            let rows: Vec<_> =
                ids.iter().zip(&texts).map(|(id, text)| json!([id.simple().to_string(), text])).collect();
            sqlx::query(
                "INSERT INTO messages (id, conversation_id, seq, version, sender_id, kind, body, first_hash, created_at) \
                 SELECT unhex(value ->> 0), $1, $2 + key + 1, $2 + key + 1, iif(key % 2 = 0, $3, $4), 'text', value ->> 1, \
                 zeroblob(32), $5 + (key + 1) * $6 FROM json_each($7)",
            )
            .bind(talk.0)
            .bind(first)
            .bind(senders[0])
            .bind(senders[1])
            .bind(begin)
            .bind(MINUTE)
            .bind(json!(rows).to_string())
            .execute(&mut **c)
            .await?;
        }
        Database::Postgres(c) => {
            sqlx::query(
                "INSERT INTO messages (id, conversation_id, seq, version, sender_id, kind, body, first_hash, created_at) \
                 SELECT id, $1, $2 + at, $2 + at, CASE at % 2 WHEN 1 THEN $3 ELSE $4 END, 'text', body, \
                 decode(repeat('00', 32), 'hex'), $5 + at * $6 \
                 FROM UNNEST($7, $8) WITH ORDINALITY AS new (id, body, at)",
            )
            .bind(talk.0)
            .bind(first)
            .bind(senders[0])
            .bind(senders[1])
            .bind(begin)
            .bind(MINUTE)
            .bind(ids)
            .bind(texts)
            .execute(&mut **c)
            .await?;
        }
    }
    Ok(())
}

struct Dice(u64);

impl Dice {
    fn below(&mut self, count: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % count
    }

    /// A word, the frequent ones more often.
    fn word(&mut self) -> String {
        let share = self.below(1 << 30) as f64 / f64::from(1 << 30);
        spelt((WORDS as f64).powf(share) as u64)
    }

    fn text(&mut self) -> String {
        (0..WORDS_EACH).map(|_| self.word()).collect::<Vec<_>>().join(" ")
    }

    fn query(&mut self, number: u64) -> String {
        match number % KINDS {
            0 => spelt(1 + self.below(20)),
            1 => spelt(WORDS / 2 + self.below(WORDS / 2)),
            2 => format!("{}%20{}", self.word(), self.word()),
            kind @ 3..=5 => self.word().chars().take(2 * kind as usize - 4).collect(),
            6 => format!("%22{}%20{}%22", self.word(), self.word()),
            _ => format!("zq{}", spelt(self.below(WORDS))),
        }
    }
}

/// The nth word: syllables, longer ones for rarer words.
fn spelt(mut number: u64) -> String {
    const SYLLABLES: [&str; 16] =
        ["ka", "to", "mi", "ren", "so", "lu", "ber", "da", "ni", "vo", "pel", "gar", "ti", "hus", "ma", "le"];
    let mut word = String::new();
    loop {
        word.push_str(SYLLABLES[(number % 16) as usize]);
        number /= 16;
        if number == 0 {
            return word;
        }
    }
}
