//! Pairs of users for load tests: two of each share a conversation, and both are signed in. The sessions are written to a
//! file, so that a load generator needs neither passwords nor the database.

use std::{fs::OpenOptions, io::Write, os::unix::fs::OpenOptionsExt, path::Path};

use serde::Serialize;

use crate::{
    server::{
        auth::{
            cookies,
            session_tokens::{self, Token},
        },
        clock::Clock,
        domain::{failed, users::SESSION_LIFETIME_MICROS},
        store::{
            self, Conn, Store,
            conversations::create::OpenOutcome,
            users::{NewUser, sessions, sessions::NewSession},
        },
    },
    shared::{
        errors::{ApiError, Result},
        ids::{ConversationId, ListingId, UserId},
        listings::{draft::ListingFields, kind::ListingKind},
        users::{HUES, credentials::Email, rank::Rank},
        values::time::Timestamp,
    },
};

pub const PAIRS_MAX: u32 = 100_000;
/// Pairs written in one transaction.
const BATCH_SIZE: u32 = 100;
/// No password has this hash.
const NO_PASSWORD: &str = "nobody signs in with a password here";

/// A user of a pair, as the file names them: 2c and 2c + 1 share the conversation c.
#[derive(Serialize)]
struct Account {
    /// The cookie header of a request: `stoa_session=…`.
    cookie: String,
    user: UserId,
    conversation: ConversationId,
}

/// Fills an empty database with pairs, and writes their sessions to a new file that only its owner may read.
/// `report` is called with how many pairs are written.
pub async fn fill(store: &Store, pairs: u32, file: &Path, report: &dyn Fn(u64, u64)) -> Result<()> {
    if pairs > PAIRS_MAX {
        return Err(ApiError::invalid("pairs", format!("The demo makes {PAIRS_MAX} pairs at most.")));
    }
    super::check_empty(store).await?;
    let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
    let mut opened = opened.map_err(|error| unwritable(file, &error))?;
    let now = Clock::default().now();
    let mut accounts = Vec::new();
    for from in (0..pairs).step_by(BATCH_SIZE as usize) {
        let upto = pairs.min(from + BATCH_SIZE);
        let batch = store
            .write(move |mut conn| {
                Box::pin(async move {
                    let mut accounts = Vec::new();
                    for number in from..upto {
                        accounts.extend(add(&mut conn, number, now).await?);
                    }
                    Ok(accounts)
                })
            })
            .await
            .map_err(failed)?;
        accounts.extend(batch);
        report(upto.into(), pairs.into());
    }
    let json = serde_json::to_string(&accounts).map_err(|error| unwritable(file, &error.into()))?;
    opened.write_all(json.as_bytes()).map_err(|error| unwritable(file, &error))
}

fn unwritable(file: &Path, error: &std::io::Error) -> ApiError {
    ApiError::conflict(format!("The sessions can't be written to {}: {error}.", file.display()))
}

async fn add(conn: &mut Conn<'_>, number: u32, now: Timestamp) -> store::Result<Vec<Account>> {
    let (host, host_cookie) = add_user(conn, 2 * number, now).await?;
    let (guest, guest_cookie) = add_user(conn, 2 * number + 1, now).await?;
    let fields = ListingFields {
        kind: ListingKind::Stay,
        title: format!("Boathouse number {number}"),
        place: "Åre, Sweden".to_owned(),
        description: String::new(),
        price_cents: 14_800,
    };
    let listing = ListingId::new();
    store::listings::insert(conn, listing, host, &fields, now).await?;
    Ok(match store::conversations::create::get_or_create(conn, listing, guest, now).await? {
        OpenOutcome::Conversation(conversation) => vec![
            Account { cookie: host_cookie, user: host, conversation },
            Account { cookie: guest_cookie, user: guest, conversation },
        ],
        _ => Vec::new(),
    })
}

/// Adds a user with a session. Returns the cookie of it.
async fn add_user(conn: &mut Conn<'_>, number: u32, now: Timestamp) -> store::Result<(UserId, String)> {
    let id = UserId::new();
    let Ok(email) = Email::parse(&format!("person{number}@example.com")) else {
        return Err(store::StoreError::Retry);
    };
    let (name, hue) = (format!("Person {number}"), i64::from(number) % HUES);
    let password_hash = NO_PASSWORD.to_owned();
    store::users::insert(conn, NewUser { id, email, name, hue, rank: Rank::Member, password_hash }, now)
        .await?;
    let token = Token::new();
    let session = NewSession {
        token_hash: session_tokens::hash(token.as_str()),
        user: id,
        client: "load test".to_owned(),
        expires_at: now.plus(SESSION_LIFETIME_MICROS),
    };
    sessions::insert(conn, session, now).await?;
    Ok((id, format!("{}={}", cookies::SESSION.plain, token.as_str())))
}
