//! What the load is put on: 200 people, 1,000 conversations of one of them, 100,000 messages,
//! told to the store as it would have happened.

use std::sync::atomic::{AtomicUsize, Ordering};

use sha2::{Digest, Sha256};
use stoa::shared::{
    listings::{draft::ListingFields, kind::ListingKind},
    users::{credentials::Email, rank::Rank},
};
use stoa::{
    server::{
        auth::session_tokens::{self, Token},
        clock::Clock,
        store::{
            Conn, Result, Store, StoreError,
            conversations::{self, Opened},
            listings,
            messages::{self, receipts},
            users::{self, sessions},
        },
    },
    shared::{
        ids::{ConversationId, ListingId, MessageId, UserId},
        messages::MessageKind,
        users::HUES,
        values::time::{DAY, MINUTE, Timestamp},
    },
};

const USERS: usize = 200;
/// People in pairs, besides those.
const PAIRED: usize = 200;
const CONVERSATIONS: usize = 1_000;
const MESSAGES_EACH: usize = 100;
/// Messages that two of a couple have written.
const TALKED: usize = 60;
/// Of a crowd, that share a transaction.
const CROWD_AT_ONCE: usize = 500;
/// Rounds of one message in each conversation that share a transaction.
const ROUNDS_AT_ONCE: usize = 5;

pub struct Marketplace {
    /// The first one takes part in every conversation.
    pub users: Vec<SignedIn>,
    pub conversations: Vec<Talk>,
    /// Others, two and two, each pair with a conversation of its own.
    pub pairs: Vec<Pair>,
    /// How many there are, for the next ones' addresses.
    signed_up: AtomicUsize,
}

pub struct Pair {
    pub users: [SignedIn; 2],
    pub conversation: ConversationId,
}

#[derive(Clone)]
pub struct SignedIn {
    pub id: UserId,
    pub token: String,
}

#[derive(Clone, Copy)]
pub struct Talk {
    pub id: ConversationId,
    /// Indexes into the users; one of them is 0.
    pub guest: usize,
    pub host: usize,
}

impl Marketplace {
    /// Fills a new database; everybody is signed in.
    pub async fn fill(database: &str) -> crate::Result<Self> {
        let store = Store::open(database).await?;
        let now = Clock::default().now();
        let start = now.plus(-90 * DAY);
        let users = store
            .write(move |mut conn| Box::pin(async move { sign_up(&mut conn, 0, USERS, start, now).await }))
            .await?;
        let pairs = store
            .write(move |mut conn| Box::pin(async move { pair_up(&mut conn, start, now).await }))
            .await?;
        let ids: Vec<UserId> = users.iter().map(|user| user.id).collect();
        let talks = {
            let ids = ids.clone();
            store.write(move |mut conn| Box::pin(async move { meet(&mut conn, &ids, start).await })).await?
        };
        for first in (0..MESSAGES_EACH).step_by(ROUNDS_AT_ONCE) {
            let (ids, talks) = (ids.clone(), talks.clone());
            store
                .write(move |mut conn| {
                    Box::pin(async move {
                        for round in first..first + ROUNDS_AT_ONCE {
                            talk(&mut conn, &ids, &talks, round, start).await?;
                        }
                        Ok(())
                    })
                })
                .await?;
        }
        Ok(Self { users, conversations: talks, pairs, signed_up: (USERS + 2 * PAIRED).into() })
    }

    /// People beside the others.
    pub async fn crowd(&self, store: &Store, count: usize) -> crate::Result<Vec<SignedIn>> {
        let (now, mut people) = (Clock::default().now(), Vec::new());
        for _ in (0..count).step_by(CROWD_AT_ONCE) {
            let first = self.signed_up.fetch_add(CROWD_AT_ONCE, Ordering::Relaxed);
            people.extend(
                store
                    .write(move |mut conn| {
                        Box::pin(async move { sign_up(&mut conn, first, CROWD_AT_ONCE, now, now).await })
                    })
                    .await?,
            );
        }
        Ok(people)
    }

    /// People beside the others, two and two with a conversation of 60 messages.
    pub async fn couples(
        &self,
        store: &Store,
        count: usize,
    ) -> crate::Result<Vec<(SignedIn, ConversationId)>> {
        let mut couples = Vec::new();
        for people in self.crowd(store, count).await?.chunks(CROWD_AT_ONCE) {
            let ids: Vec<_> = people.iter().map(|person| person.id).collect();
            let talks =
                store.write(move |mut conn| Box::pin(async move { court(&mut conn, &ids).await })).await?;
            let pairs = people.chunks_exact(2).zip(talks);
            couples.extend(pairs.flat_map(|(two, talk)| two.iter().map(move |one| (one.clone(), talk))));
        }
        Ok(couples)
    }

    /// A person whom so many others have written to about one listing, each a line.
    pub async fn busy_host(&self, store: &Store, count: usize) -> crate::Result<SignedIn> {
        let people = self.crowd(store, count + 1).await?;
        let (host, guests) = (people[0].clone(), &people[1..=count]);
        let (start, owner) = (Clock::default().now().plus(-DAY), host.id);
        let listing = store
            .write(move |mut conn| Box::pin(async move { offer(&mut conn, owner, 0, start).await }))
            .await?;
        for guests in guests.chunks(CROWD_AT_ONCE) {
            let ids: Vec<_> = std::iter::once(owner).chain(guests.iter().map(|guest| guest.id)).collect();
            store
                .write(move |mut conn| {
                    Box::pin(async move {
                        let mut talks = Vec::new();
                        for (guest, id) in ids.iter().enumerate().skip(1) {
                            let opened = conversations::get_or_create(&mut conn, listing, *id, start).await?;
                            let Opened::Conversation(id) = opened else { return Err(StoreError::Retry) };
                            talks.push(Talk { id, guest, host: 0 });
                        }
                        talk(&mut conn, &ids, &talks, 0, start).await
                    })
                })
                .await?;
        }
        Ok(host)
    }

    pub fn viewer(&self) -> &SignedIn {
        &self.users[0]
    }

    /// People other than the viewer, each with a conversation that is nobody else's of them.
    pub fn senders(&self) -> impl Iterator<Item = (&SignedIn, ConversationId)> {
        self.conversations[..USERS - 1].iter().map(|talk| (&self.users[talk.host.max(talk.guest)], talk.id))
    }
}

async fn sign_up(
    conn: &mut Conn<'_>,
    first: usize,
    count: usize,
    start: Timestamp,
    now: Timestamp,
) -> Result<Vec<SignedIn>> {
    let mut signed_in = Vec::new();
    for (index, hue) in (first..first + count).zip((0..HUES).cycle()) {
        let (id, token) = (UserId::new(), Token::new());
        let email =
            Email::parse(&format!("person{index}@bench.stoa.example")).map_err(|_| StoreError::Retry)?;
        let name = format!("Person {index}");
        let password_hash = "nobody signs in with a password here".to_owned();
        let user = users::NewUser { id, email, name, hue, rank: Rank::Member, password_hash };
        users::insert(conn, user, start).await?;
        let session = sessions::NewSession {
            token_hash: session_tokens::hash(token.as_str()),
            user: id,
            client: "load".to_owned(),
            expires_at: now.plus(DAY),
        };
        sessions::insert(conn, session, now).await?;
        signed_in.push(SignedIn { id, token: token.as_str().to_owned() });
    }
    Ok(signed_in)
}

async fn pair_up(conn: &mut Conn<'_>, start: Timestamp, now: Timestamp) -> Result<Vec<Pair>> {
    let mut pairs = Vec::new();
    let users = sign_up(conn, USERS, PAIRED, start, now).await?;
    for (index, users) in users.chunks_exact(2).enumerate() {
        let [host, guest] = [&users[0], &users[1]];
        let conversation = introduce(conn, host.id, guest.id, index, start).await?;
        pairs.push(Pair { users: [host.clone(), guest.clone()], conversation });
    }
    Ok(pairs)
}

/// A conversation about a new listing of the host.
async fn introduce(
    conn: &mut Conn<'_>,
    host: UserId,
    guest: UserId,
    index: usize,
    at: Timestamp,
) -> Result<ConversationId> {
    let listing = offer(conn, host, index, at).await?;
    match conversations::get_or_create(conn, listing, guest, at).await? {
        Opened::Conversation(id) => Ok(id),
        _ => Err(StoreError::Retry),
    }
}

/// Two and two talk about a listing of the first.
async fn court(conn: &mut Conn<'_>, users: &[UserId]) -> Result<Vec<ConversationId>> {
    let start = Clock::default().now().plus(-DAY);
    let mut talks = Vec::new();
    for (index, two) in users.chunks_exact(2).enumerate() {
        let id = introduce(conn, two[0], two[1], index, start).await?;
        talks.push(Talk { id, guest: 1 + 2 * index, host: 2 * index });
    }
    for round in 0..TALKED {
        talk(conn, users, &talks, round, start).await?;
    }
    Ok(talks.into_iter().map(|talk| talk.id).collect())
}

/// The first half of the conversations is about listings of others, each its own; in the second
/// half the viewer is the host.
async fn meet(conn: &mut Conn<'_>, users: &[UserId], start: Timestamp) -> Result<Vec<Talk>> {
    let (mut talks, mut own_listing) = (Vec::new(), ListingId::new());
    let half = CONVERSATIONS / 2;
    for index in 0..CONVERSATIONS {
        let other = 1 + index % (USERS - 1);
        let (host, guest) = if index < half { (other, 0) } else { (0, other) };
        // A guest has one conversation about a listing, so each round of guests needs a new one.
        let listing = if index < half {
            offer(conn, users[host], index, start).await?
        } else {
            if index == half || other == 1 {
                own_listing = offer(conn, users[host], index, start).await?;
            }
            own_listing
        };
        let opened = conversations::get_or_create(conn, listing, users[guest], start).await?;
        let Opened::Conversation(id) = opened else { return Err(StoreError::Retry) };
        talks.push(Talk { id, guest, host });
    }
    Ok(talks)
}

async fn offer(conn: &mut Conn<'_>, host: UserId, index: usize, at: Timestamp) -> Result<ListingId> {
    let id = ListingId::new();
    let fields = ListingFields {
        kind: ListingKind::ALL[index % ListingKind::ALL.len()],
        title: format!("Boathouse on the lake, number {index}"),
        place: "Åre, Sweden".to_owned(),
        description: "A small red boathouse with its own jetty.".to_owned(),
        price_cents: 14_800,
    };
    listings::insert(conn, id, host, &fields, at).await?;
    Ok(id)
}

/// One more message in every conversation, guest and host in turn, read from time to time. One
/// conversation in ten stays unread.
async fn talk(
    conn: &mut Conn<'_>,
    users: &[UserId],
    talks: &[Talk],
    round: usize,
    start: Timestamp,
) -> Result<()> {
    const LINES: [&str; 4] = [
        "Hello, is the boathouse still free in the second week of June? We are two, with a small dog.",
        "Yes, it is. The ferry is twelve minutes away on foot, and dogs are welcome.",
        "Lovely. We would come on Tuesday with the last ferry, if that is not too late for you.",
        "Not at all 👍",
    ];
    let now = start.plus(round as i64 * 20 * 60 * MINUTE);
    for (index, talk) in talks.iter().enumerate() {
        let (sender, reader) =
            if round.is_multiple_of(2) { (talk.guest, talk.host) } else { (talk.host, talk.guest) };
        let at = now.plus(index as i64 * MINUTE);
        let body = LINES[(round + index) % LINES.len()].to_owned();
        let first_hash = Sha256::digest(&body).into();
        let (id, sender, kind) = (MessageId::new(), users[sender], MessageKind::Text);
        let new = messages::NewMessage { id, conversation: talk.id, sender, kind, body, first_hash };
        messages::append(conn, new, at).await?;
        if round % 10 == 9 {
            let upto = round as i64 + 1;
            receipts::mark_read(conn, sender, talk.id, upto, at.plus(MINUTE)).await?;
            if index % 10 != 0 {
                receipts::mark_read(conn, users[reader], talk.id, upto, at.plus(MINUTE)).await?;
            }
        }
    }
    Ok(())
}
