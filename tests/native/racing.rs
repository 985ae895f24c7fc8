//! Everything at once: what people do at the same moment leaves no contradiction behind.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use futures::future::join_all;
use stoa::{
    server::domain::{
        conversations, listings,
        messages::{self, receipts},
        sync, users,
    },
    shared::{
        conversations::Conversation,
        errors::{ErrorCode, Result},
        ids::{ListingId, MessageId},
        messages::{Message, Range},
        sync::thread::Thread,
        users::Viewer,
    },
};

use uuid::Uuid;

use crate::{
    checker,
    invariants::{Device, Dice},
    place::{Place, draft},
};

const PEOPLE: usize = 6;
/// Hands that act at once, two of each person.
const HANDS: usize = 12;
const ACTS: usize = 120;

/// What all hands know.
struct Crowd {
    place: Place,
    people: Vec<Viewer>,
    listings: Vec<(usize, ListingId)>,
    sent: Mutex<Vec<(usize, Message)>>,
    is_over: AtomicBool,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn d7_everything_at_once_leaves_no_contradiction_and_no_deadlock() {
    let crowd = Arc::new(Crowd::gather().await);
    let followers: Vec<_> = (0..PEOPLE).map(|person| tokio::spawn(follow(crowd.clone(), person))).collect();
    let hands = (0..HANDS).map(|hand| tokio::spawn(act(crowd.clone(), hand)));
    for hand in join_all(hands).await {
        hand.unwrap();
    }
    crowd.is_over.store(true, Ordering::Relaxed);
    assert_eq!(checker::rows(&crowd.place).await, Vec::<String>::new());
    let miscounted = "SELECT c.id FROM conversations c WHERE c.visible <> \
        (SELECT COUNT(*) FROM messages m WHERE m.conversation_id = c.id AND m.deleted_at IS NULL)";
    assert!(crowd.place.rows::<(Uuid,)>(miscounted).await.is_empty());
    for follower in followers {
        follower.await.unwrap().compare(&crowd.place).await;
    }
    assert!(crowd.sent.lock().unwrap().len() > HANDS * 20);
    assert_eq!(crowd.place.database.deadlocks().await.unwrap_or(0), 0);
}

/// Who changes a listing or a name tells all conversations about it; one that begins at the same
/// moment must not be left with what it showed before.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a8_a_conversation_that_begins_while_its_listing_changes_shows_the_change() {
    let place = Place::new().await;
    let host = place.user("Tomas").await;
    let listing = place.listing(&host).await;
    for round in 0..40 {
        let guest = place.user("Noor").await;
        let mut device = Device::open(&place, &guest).await;
        let change = async {
            let title = format!("Title {round}");
            listings::update(&place.context, &host, listing, draft(&title)).await.unwrap();
            users::update_profile(&place.context, &host, &format!("Name {round}"), 0).await.unwrap();
        };
        let is_over = AtomicBool::new(false);
        let begin = async {
            let (opened, ()) =
                tokio::join!(conversations::get_or_create(&place.context, &guest, listing), change);
            opened.unwrap();
            is_over.store(true, Ordering::Relaxed);
        };
        let following = async {
            while !is_over.load(Ordering::Relaxed) {
                device.follow(&place).await;
            }
            device.compare(&place).await;
        };
        tokio::join!(begin, following);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn e7_a_host_at_his_limit_gets_one_listing_more_however_many_he_makes_at_once() {
    let place = Place::new().await;
    let host = place.user("Tomas").await;
    for first in (0..499).step_by(20) {
        let some = (first..499.min(first + 20)).map(|_| place.listing(&host));
        join_all(some).await;
    }
    let racing = (0..8).map(|_| listings::create(&place.context, &host, ListingId::new(), draft("One more")));
    let made = join_all(racing).await;
    assert_eq!(made.iter().filter(|made| made.is_ok()).count(), 1);
    assert_eq!(listings::mine(&place.context, &host).await.unwrap().listings.len(), 500);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn e7_an_id_that_two_hosts_take_at_once_belongs_to_one_of_them() {
    let place = Place::new().await;
    let (one, other) = (place.user("Tomas").await, place.user("Rui").await);
    for _ in 0..20 {
        let id = ListingId::new();
        let (first, second) = tokio::join!(
            listings::create(&place.context, &one, id, draft("A boat")),
            listings::create(&place.context, &other, id, draft("A boat"))
        );
        assert_ne!(first.is_ok(), second.is_ok());
        assert_eq!(first.and(second).unwrap_err().code, ErrorCode::Conflict);
    }
}

impl Crowd {
    async fn gather() -> Self {
        let place = Place::new().await;
        let mut people = Vec::new();
        for person in 0..PEOPLE {
            people.push(place.user(&format!("Person {person}")).await);
        }
        let mut listings = Vec::new();
        for host in [0, 1, 2, 0, 1] {
            listings.push((host, place.listing(&people[host]).await));
        }
        Self { place, people, listings, sent: Mutex::default(), is_over: AtomicBool::new(false) }
    }
}

/// A device that follows all the time, with a thread on screen as soon as there is one.
async fn follow(crowd: Arc<Crowd>, person: usize) -> Device {
    let viewer = &crowd.people[person];
    let mut device = Device::open(&crowd.place, viewer).await;
    while !crowd.is_over.load(Ordering::Relaxed) {
        if device.thread.is_none() {
            device.thread = newest_thread(&crowd.place, viewer).await;
        }
        device.follow(&crowd.place).await;
    }
    device
}

async fn newest_thread(place: &Place, viewer: &Viewer) -> Option<Thread> {
    let inbox = conversations::list(&place.context, viewer, None, false, None).await.unwrap();
    let id = inbox.conversations.first()?.id;
    let page = messages::page(&place.context, viewer, id, Range::Newest, Some(50)).await.unwrap();
    Some(Thread::from_page(page))
}

async fn act(crowd: Arc<Crowd>, hand: usize) {
    let mut dice = Dice(hand as u64 + 1);
    let me = hand % PEOPLE;
    let mut mine: Vec<Conversation> = Vec::new();
    for _ in 0..ACTS {
        if mine.is_empty() || dice.below(10) == 0 {
            let (_, listing) = crowd.listings[dice.below(crowd.listings.len())];
            mine.extend(allowed(
                conversations::get_or_create(&crowd.place.context, &crowd.people[me], listing).await,
                &[ErrorCode::Forbidden, ErrorCode::Conflict],
            ));
            let page = conversations::list(&crowd.place.context, &crowd.people[me], None, false, None)
                .await
                .unwrap();
            mine.extend(page.conversations);
            continue;
        }
        let conversation = mine[dice.below(mine.len())].clone();
        one_act(&crowd, me, &mut dice, &conversation).await;
    }
}

async fn one_act(crowd: &Crowd, me: usize, dice: &mut Dice, conversation: &Conversation) {
    let (node, viewer) = (&crowd.place.context, &crowd.people[me]);
    match dice.below(20) {
        0..=8 => {
            let body = format!("message {}", dice.below(1_000_000));
            let (id, other) = (MessageId::new(), conversation.id);
            // Sent twice at once, as by a client that has lost patience.
            let (first, second) = tokio::join!(
                crowd.place.send_as(viewer, other, id, &body),
                crowd.place.send_as(viewer, other, id, &body)
            );
            let (first, second) = (first.unwrap(), second.unwrap());
            assert_eq!((first.id, first.seq, first.sender), (second.id, second.seq, second.sender));
            crowd.sent.lock().unwrap().push((me, first));
        }
        9..=11 => {
            let upto = crowd.place.get(viewer, conversation.id).await.last_seq;
            let marked = receipts::mark_read(node, viewer, conversation.id, upto, &node.epoch).await.unwrap();
            assert!(marked.read_seq >= upto);
        }
        12..=13 => {
            let head = sync::position(node, viewer).await.unwrap();
            sync::poll(node, viewer, &node.epoch, head, None).await.unwrap();
        }
        14..=16 => change_one(crowd, me, dice).await,
        17 => {
            let name = format!("Name {}", dice.below(1_000));
            users::update_profile(node, viewer, &name, dice.below(8) as i64).await.unwrap();
        }
        18 => {
            let (host, listing) = crowd.listings[dice.below(crowd.listings.len())];
            let is_paused = dice.below(2) == 0;
            listings::pause(node, &crowd.people[host], listing, is_paused).await.unwrap();
        }
        _ => {
            let (host, listing) = crowd.listings[dice.below(crowd.listings.len())];
            let changed = draft(&format!("Title {}", dice.below(1_000)));
            listings::update(node, &crowd.people[host], listing, changed).await.unwrap();
        }
    }
}

/// Edits and deletes one of my messages at once, which my other hand may be changing too.
async fn change_one(crowd: &Crowd, me: usize, dice: &mut Dice) {
    let chosen = {
        let sent = crowd.sent.lock().unwrap();
        let mine: Vec<&Message> =
            sent.iter().filter(|(by, _)| *by == me).map(|(_, message)| message).collect();
        if mine.is_empty() { return } else { mine[dice.below(mine.len())].clone() }
    };
    let (node, viewer) = (&crowd.place.context, &crowd.people[me]);
    let (body, seen) = (format!("edited {}", dice.below(1_000)), chosen.version);
    let (edited, deleted) = tokio::join!(
        messages::edit(node, viewer, chosen.id, seen, body),
        messages::delete(node, viewer, chosen.id, seen)
    );
    assert!(edited.is_err() || deleted.is_err(), "one of them saw a version that was gone");
    allowed(edited, &[ErrorCode::Conflict]);
    allowed(deleted, &[ErrorCode::Conflict]);
}

/// What came of it, or nothing where it was refused for one of these reasons; no other is right.
fn allowed<T>(result: Result<T>, codes: &[ErrorCode]) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(refused) => {
            assert!(codes.contains(&refused.code), "{refused:?}");
            None
        }
    }
}
