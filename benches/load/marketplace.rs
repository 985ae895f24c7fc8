//! The data under load: 200 users, 1,000 conversations of one of them, and 100,000 messages, written through
//! the store in order of time.

use std::sync::atomic::{AtomicUsize, Ordering};

use sha2::{Digest, Sha256};
use stoa::{
    server::{
        auth::session_tokens::{self, Token},
        clock::Clock,
        store::{
            Conn, Result, Store, StoreError,
            conversations::{self, create::OpenOutcome},
            listings,
            messages::{self, receipts},
            users::{self, sessions},
        },
    },
    shared::{
        ids::{ConversationId, ListingId, MessageId, UserId},
        listings::{draft::ListingFields, kind::ListingKind},
        messages::MessageKind,
        users::{HUES, credentials::Email, rank::Rank},
        values::time::{DAY, MINUTE, Timestamp},
    },
};

const USERS: usize = 200;
/// Further users, in pairs.
const PAIRED: usize = 200;
const CONVERSATIONS: usize = 1_000;
const MESSAGES_EACH: usize = 100;
/// Messages in the conversation of each couple.
const COUPLE_MESSAGES: usize = 60;
/// Users created in one transaction.
const USERS_BATCH: usize = 500;
/// Rounds of one message in each conversation that are written in one transaction.
const ROUNDS_BATCH: usize = 5;

pub struct Marketplace {
    /// The first one, the viewer, participates in every conversation.
    pub users: Vec<SignedIn>,
    pub conversations: Vec<Talk>,
    /// Further users in pairs, each pair with its own conversation.
    pub pairs: Vec<Pair>,
    /// The number of users, which makes e-mail addresses unique.
    signed_up: AtomicUsize,
}

pub struct Pair {
    pub users: [SignedIn; 2],
    pub conversation: ConversationId,
}

/// A user with their session token.
#[derive(Clone)]
pub struct SignedIn {
    pub id: UserId,
    pub token: String,
}

/// A conversation with its participants.
#[derive(Clone, Copy)]
pub struct Talk {
    pub id: ConversationId,
    /// Indexes into the users; one of them is 0.
    pub guest: usize,
    pub host: usize,
}

impl Marketplace {
    /// Fills a new database; every user has a session.
    pub async fn fill(database: &str) -> crate::Result<Self> {
        let store = Store::open(database).await?;
        let now = Clock::default().now();
        let start = now.plus(-90 * DAY);
        let users = store
            .write(move |mut conn| Box::pin(async move { sign_up(&mut conn, 0, USERS, start, now).await }))
            .await?;
        let pairs = store
            .write(move |mut conn| Box::pin(async move { create_pairs(&mut conn, start, now).await }))
            .await?;
        let ids: Vec<UserId> = users.iter().map(|user| user.id).collect();
        let talks = {
            let ids = ids.clone();
            store
                .write(move |mut conn| {
                    Box::pin(async move { create_conversations(&mut conn, &ids, start).await })
                })
                .await?
        };
        for first in (0..MESSAGES_EACH).step_by(ROUNDS_BATCH) {
            let (ids, talks) = (ids.clone(), talks.clone());
            store
                .write(move |mut conn| {
                    Box::pin(async move {
                        for round in first..first + ROUNDS_BATCH {
                            send_round(&mut conn, &ids, &talks, round, start).await?;
                        }
                        Ok(())
                    })
                })
                .await?;
        }
        Ok(Self { users, conversations: talks, pairs, signed_up: (USERS + 2 * PAIRED).into() })
    }

    /// Signs up further users, in batches of 500.
    pub async fn crowd(&self, store: &Store, count: usize) -> crate::Result<Vec<SignedIn>> {
        let (now, mut people) = (Clock::default().now(), Vec::new());
        for _ in (0..count).step_by(USERS_BATCH) {
            let first = self.signed_up.fetch_add(USERS_BATCH, Ordering::Relaxed);
            people.extend(
                store
                    .write(move |mut conn| {
                        Box::pin(async move { sign_up(&mut conn, first, USERS_BATCH, now, now).await })
                    })
                    .await?,
            );
        }
        Ok(people)
    }

    /// Signs up further users in pairs, each pair with a conversation of 60 messages.
    pub async fn couples(
        &self,
        store: &Store,
        count: usize,
    ) -> crate::Result<Vec<(SignedIn, ConversationId)>> {
        let mut couples = Vec::new();
        for people in self.crowd(store, count).await?.chunks(USERS_BATCH) {
            let ids: Vec<_> = people.iter().map(|person| person.id).collect();
            let talks = store
                .write(move |mut conn| Box::pin(async move { create_couples(&mut conn, &ids).await }))
                .await?;
            let pairs = people.chunks_exact(2).zip(talks);
            couples.extend(pairs.flat_map(|(two, talk)| two.iter().map(move |one| (one.clone(), talk))));
        }
        Ok(couples)
    }

    /// Signs up a host with a listing about which `count` guests have each sent one message.
    pub async fn busy_host(&self, store: &Store, count: usize) -> crate::Result<SignedIn> {
        let people = self.crowd(store, count + 1).await?;
        let (host, guests) = (people[0].clone(), &people[1..=count]);
        let (start, owner) = (Clock::default().now().plus(-DAY), host.id);
        let listing = store
            .write(move |mut conn| Box::pin(async move { create_listing(&mut conn, owner, 0, start).await }))
            .await?;
        for guests in guests.chunks(USERS_BATCH) {
            let ids: Vec<_> = std::iter::once(owner).chain(guests.iter().map(|guest| guest.id)).collect();
            store
                .write(move |mut conn| {
                    Box::pin(async move {
                        let mut talks = Vec::new();
                        for (guest, id) in ids.iter().enumerate().skip(1) {
                            let opened =
                                conversations::create::get_or_create(&mut conn, listing, *id, start).await?;
                            let OpenOutcome::Conversation(id) = opened else { return Err(StoreError::Retry) };
                            talks.push(Talk { id, guest, host: 0 });
                        }
                        send_round(&mut conn, &ids, &talks, 0, start).await
                    })
                })
                .await?;
        }
        Ok(host)
    }

    /// The user who participates in every conversation.
    pub fn viewer(&self) -> &SignedIn {
        &self.users[0]
    }

    /// Users other than the viewer, each with a different conversation.
    pub fn senders(&self) -> impl Iterator<Item = (&SignedIn, ConversationId)> {
        self.conversations[..USERS - 1].iter().map(|talk| (&self.users[talk.host.max(talk.guest)], talk.id))
    }
}

/// Gives a user the rank of an operator. `index` is the number in the e-mail address; the viewer is 0.
pub async fn make_operator(conn: &mut Conn<'_>, index: usize) -> Result<()> {
    let email = Email::parse(&format!("person{index}@bench.stoa.example")).map_err(|_| StoreError::Retry)?;
    users::set_rank(conn, &email, Rank::Operator).await.map(drop)
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

async fn create_pairs(conn: &mut Conn<'_>, start: Timestamp, now: Timestamp) -> Result<Vec<Pair>> {
    let mut pairs = Vec::new();
    let users = sign_up(conn, USERS, PAIRED, start, now).await?;
    for (index, users) in users.chunks_exact(2).enumerate() {
        let [host, guest] = [&users[0], &users[1]];
        let conversation = create_conversation(conn, host.id, guest.id, index, start).await?;
        pairs.push(Pair { users: [host.clone(), guest.clone()], conversation });
    }
    Ok(pairs)
}

/// Creates a conversation about a new listing of the host.
async fn create_conversation(
    conn: &mut Conn<'_>,
    host: UserId,
    guest: UserId,
    index: usize,
    at: Timestamp,
) -> Result<ConversationId> {
    let listing = create_listing(conn, host, index, at).await?;
    match conversations::create::get_or_create(conn, listing, guest, at).await? {
        OpenOutcome::Conversation(id) => Ok(id),
        _ => Err(StoreError::Retry),
    }
}

/// Creates a conversation with messages for each pair of users.
async fn create_couples(conn: &mut Conn<'_>, users: &[UserId]) -> Result<Vec<ConversationId>> {
    let start = Clock::default().now().plus(-DAY);
    let mut talks = Vec::new();
    for (index, two) in users.chunks_exact(2).enumerate() {
        let id = create_conversation(conn, two[0], two[1], index, start).await?;
        talks.push(Talk { id, guest: 1 + 2 * index, host: 2 * index });
    }
    for round in 0..COUPLE_MESSAGES {
        send_round(conn, users, &talks, round, start).await?;
    }
    Ok(talks.into_iter().map(|talk| talk.id).collect())
}

/// Creates the viewer's conversations. In the first half the viewer is the guest, of a listing for each
/// conversation; in the second half the viewer is the host.
async fn create_conversations(conn: &mut Conn<'_>, users: &[UserId], start: Timestamp) -> Result<Vec<Talk>> {
    let (mut talks, mut own_listing) = (Vec::new(), ListingId::new());
    let half = CONVERSATIONS / 2;
    for index in 0..CONVERSATIONS {
        let other = 1 + index % (USERS - 1);
        let (host, guest) = if index < half { (other, 0) } else { (0, other) };
        // A guest has at most one conversation about a listing, so each round of guests needs a new listing.
        let listing = if index < half {
            create_listing(conn, users[host], index, start).await?
        } else {
            if index == half || other == 1 {
                own_listing = create_listing(conn, users[host], index, start).await?;
            }
            own_listing
        };
        let opened = conversations::create::get_or_create(conn, listing, users[guest], start).await?;
        let OpenOutcome::Conversation(id) = opened else { return Err(StoreError::Retry) };
        talks.push(Talk { id, guest, host });
    }
    Ok(talks)
}

async fn create_listing(conn: &mut Conn<'_>, host: UserId, index: usize, at: Timestamp) -> Result<ListingId> {
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

/// Sends one message in every conversation, from guest and host in turn, and marks some as read. One
/// conversation in ten stays unread.
async fn send_round(
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
        let new = messages::new_message::NewMessage {
            id,
            conversation: talk.id,
            sender,
            kind,
            body,
            attached: None,
            first_hash,
        };
        messages::append::append(conn, new, at).await?;
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
