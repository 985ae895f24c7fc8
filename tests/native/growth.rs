//! Work that must not grow with what one person has: changes that many conversations show, the order board, searches,
//! and statements that would run for ever.

use std::time::Duration;

use stoa::{
    server::{
        domain::{
            conversations, fan_out, listings,
            messages::{self, receipts},
            notifications::{self, NewNotification, NotificationAction},
            operators::broadcasts::{self, BroadcastDraft},
            orders, rooms, sync, users,
        },
        store::{Database, StoreError, sync::positions},
    },
    shared::{
        conversations::rooms::History,
        errors::ErrorCode,
        ids::{BroadcastId, ConversationId, MessageId, NotificationId, OrderId},
        notifications::kinds::NotificationKind,
        operators::broadcasts::Audience,
        orders::{
            OPEN_CUSTOM_ORDERS_MAX,
            board::OrderBoardRow,
            code::OrderKey,
            draft::OrderDraft,
            filter::OrderFilter,
            workflow::{Status, Transition},
        },
        positions::SyncSeq,
        users::{Viewer, rank::Rank},
        values::money::Money,
    },
};
use tokio::sync::oneshot;
use uuid::Uuid;

use crate::{
    checker, database,
    invariants::Dice,
    orders::stay,
    place::{Place, draft},
};

/// More than three transactions of the fan-out take.
const CONVERSATIONS: usize = 100;
const PER_BATCH: usize = 30;

/// A host with so many conversations, each with another guest.
async fn busy_host(place: &Place) -> (Viewer, Vec<(Viewer, ConversationId)>) {
    let host = place.user("Tomas").await;
    let listing = place.listing(&host).await;
    let mut guests = Vec::new();
    for number in 0..CONVERSATIONS {
        let guest = place.user(&format!("Guest {number}")).await;
        let opened = conversations::get_or_create(&place.context, &guest, listing).await.unwrap();
        guests.push((guest, opened.id));
    }
    (host, guests)
}

async fn heads(place: &Place, guests: &[(Viewer, ConversationId)]) -> Vec<SyncSeq> {
    let mut heads = Vec::new();
    for (guest, _) in guests {
        heads.push(sync::position(&place.context, guest).await.unwrap());
    }
    heads
}

#[tokio::test]
async fn h3_a_new_name_is_a_short_transaction_and_reaches_the_conversations_in_batches() {
    let place = Place::new().await;
    let (host, guests) = busy_host(&place).await;
    let before = heads(&place, &guests).await;
    // Without the domain, so that the background task is not woken.
    let user = host.id;
    let now = place.context.clock.now();
    let write = place.context.store.write(move |mut conn| {
        Box::pin(async move {
            let before = positions::get(&mut conn, user).await?;
            stoa::server::store::users::update_profile(&mut conn, user, "Tomas Berg", 3, now).await?;
            Ok(positions::get(&mut conn, user).await? - before)
        })
    });
    assert_eq!(write.await.unwrap(), 0, "the change itself touches no conversation");
    let touched = async || {
        let now = heads(&place, &guests).await;
        now.iter().zip(&before).filter(|(now, before)| now > before).count()
    };
    let mut count = touched().await;
    while fan_out::is_pending(&place.context).await.unwrap() {
        fan_out::advance(&place.context).await.unwrap();
        let more = touched().await;
        assert!(more <= count + 2 * PER_BATCH, "{more} after {count}");
        count = more;
    }
    assert_eq!(count, CONVERSATIONS);
    for (guest, id) in &guests {
        assert_eq!(place.get(guest, *id).await.names(), "Tomas Berg");
    }
    // Nothing is left to be told, and nothing moves.
    let after = heads(&place, &guests).await;
    place.settle().await;
    assert_eq!(heads(&place, &guests).await, after);
}

#[tokio::test]
async fn h3_a_change_while_another_one_is_told_reaches_everybody_too() {
    let place = Place::new().await;
    let (host, guests) = busy_host(&place).await;
    users::update_profile(&place.context, &host, "Tomas Berg", 3).await.unwrap();
    fan_out::advance(&place.context).await.unwrap();
    // Some have it, some have not; one of them writes, and so moves in the order in which they are touched.
    place.send(&guests[CONVERSATIONS - 1].0, guests[CONVERSATIONS - 1].1, "Hi").await.unwrap();
    let at_second = heads(&place, &guests).await;
    users::update_profile(&place.context, &host, "T. Berg", 3).await.unwrap();
    place.settle().await;
    let after = heads(&place, &guests).await;
    assert!(after.iter().zip(&at_second).all(|(after, before)| after > before));
    assert_eq!(checker::rows(&place).await, Vec::<String>::new());
}

#[tokio::test]
async fn h3_a_paused_or_changed_listing_reaches_its_conversations_and_orders() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let talk = place.conversation(&guest, &host).await;
    let listing = talk.subject.listing().unwrap().id;
    let order =
        orders::create(&place.context, &guest, OrderId::new(), Some(listing), stay(&place)).await.unwrap();
    for change in ["paused", "title"] {
        let before = sync::position(&place.context, &guest).await.unwrap();
        if change == "paused" {
            listings::pause(&place.context, &host, listing, true).await.unwrap();
        } else {
            listings::update(&place.context, &host, listing, draft("Another title")).await.unwrap();
        }
        place.settle().await;
        let (news, _) = changes(&place, &guest, before).await;
        for id in [talk.id, order.conversation] {
            assert!(news.contains(&id), "{change}");
        }
    }
    let seen = place.get(&guest, talk.id).await.subject.listing().unwrap().clone();
    assert!(seen.is_paused && seen.title == "Another title");
}

/// The conversations of which somebody gets news since a position, and where that ends.
async fn changes(place: &Place, viewer: &Viewer, since: SyncSeq) -> (Vec<ConversationId>, SyncSeq) {
    let context = &place.context;
    let polled = sync::poll(context, viewer, &context.epoch, since, None).await.unwrap();
    let stoa::shared::sync::changes::Poll::News { change, .. } = polled else { panic!("the same epoch") };
    (change.conversations.iter().map(|update| update.id()).collect(), change.to)
}

fn custom(title: &str) -> OrderDraft {
    OrderDraft { title: title.into(), note: "For eight people.".into(), ..OrderDraft::default() }
}

#[tokio::test]
async fn h4_one_person_has_ten_open_custom_orders_at_most() {
    let place = Place::new().await;
    let (guest, other) = (place.user("Noor").await, place.user("Mei").await);
    let ask = |id| orders::create(&place.context, &guest, id, None, custom("Oak table"));
    let first = ask(OrderId::new()).await.unwrap();
    for _ in 2..OPEN_CUSTOM_ORDERS_MAX {
        ask(OrderId::new()).await.unwrap();
    }
    let ids: Vec<_> = (0..4).map(|_| OrderId::new()).collect();
    let asked = futures::future::join_all(ids.iter().map(|id| ask(*id))).await;
    assert_eq!(
        asked.iter().filter(|asked| asked.is_ok()).count(),
        1,
        "the last place goes to one: {asked:?}"
    );
    let refused = ask(OrderId::new()).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Conflict);
    assert!(refused.message.contains("10 open requests"), "{refused}");
    // What is there is the first answer again, others are not concerned, and bookings are not counted.
    assert!(ask(first.card.id).await.is_ok());
    assert!(orders::create(&place.context, &other, OrderId::new(), None, custom("Shelf")).await.is_ok());
    let host = place.user("Tomas").await;
    let listing = place.listing(&host).await;
    assert!(
        orders::create(&place.context, &guest, OrderId::new(), Some(listing), stay(&place)).await.is_ok()
    );
    place.step(&guest, &first, Status::Pending, Transition::Cancel).await.unwrap();
    assert!(ask(OrderId::new()).await.is_ok());
}

#[tokio::test]
async fn h4_the_board_is_paged_by_what_is_unread_and_its_count_holds_after_random_actions() {
    let place = Place::new().await;
    let mara = place.operator("Mara").await;
    let host = place.user("Tomas").await;
    let listing = place.listing(&host).await;
    let mut dice = Dice(7);
    let mut made = Vec::new();
    for number in 0..8 {
        let guest = place.user(&format!("Guest {number}")).await;
        for _ in 0..8 {
            let order = orders::create(&place.context, &guest, OrderId::new(), None, custom("Oak table"));
            made.push((guest.clone(), order.await.unwrap()));
        }
        let booking = orders::create(&place.context, &guest, OrderId::new(), Some(listing), stay(&place));
        let booking = booking.await.unwrap();
        made.push((guest, booking));
    }
    let mut taken = Vec::new();
    let mut said = Vec::new();
    for _ in 0..150 {
        place.context.clock.advance(1_000_000);
        let (guest, order) = &made[dice.below(made.len())];
        let key = OrderKey::Id(order.card.id);
        match dice.below(6) {
            0 | 1 => said.push((guest, place.send(guest, order.conversation, "And?").await.unwrap())),
            2 if order.card.host.is_none() => {
                let status = orders::get(&place.context, guest, &key).await.unwrap().card.status;
                let id = MessageId::new();
                orders::take(&place.context, &mara, &key, id, status).await.unwrap();
                taken.push(order.conversation);
            }
            3 if !taken.is_empty() => {
                let id = taken[dice.below(taken.len())];
                let upto = place.get(&mara, id).await.last_seq - dice.below(3) as i64;
                receipts::mark_read(&place.context, &mara, id, upto.max(0), &place.context.epoch)
                    .await
                    .unwrap();
            }
            4 if !said.is_empty() => {
                let (guest, message) = said.swap_remove(dice.below(said.len()));
                messages::delete(&place.context, guest, message.id, message.version).await.unwrap();
            }
            _ => drop(place.step(guest, order, Status::Pending, Transition::Cancel).await),
        }
    }
    assert_eq!(checker::rows(&place).await, Vec::<String>::new());

    for statuses in [vec![], vec![Status::Cancelled], vec![Status::Pending, Status::Cancelled]] {
        let (mut rows, mut after) = (Vec::<OrderBoardRow>::new(), None);
        loop {
            let filter = OrderFilter { statuses: statuses.clone(), ..OrderFilter::default() };
            let page = orders::board(&place.context, &mara, filter, after).await.unwrap();
            rows.extend(page.rows);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let is_wanted = |status| statuses.is_empty() || statuses.contains(&status);
        let mut wanted = 0;
        for (guest, order) in &made {
            let order = orders::get(&place.context, guest, &OrderKey::Id(order.card.id)).await.unwrap();
            wanted += usize::from(is_wanted(order.card.status));
        }
        assert_eq!(rows.len(), wanted, "each is there once");
        let place_of = |row: &OrderBoardRow| (row.unread == 0, -row.active_at.0);
        assert!(rows.is_sorted_by_key(place_of), "unread first, then the latest");
        assert!(rows.iter().all(|row| is_wanted(row.order.card.status)));
        assert!(rows.iter().all(|row| (row.unread > 0) == row.waiting_since.is_some()));
    }
}

#[tokio::test]
async fn h4_operators_are_woken_by_what_touches_an_order_and_by_nothing_else() {
    let place = Place::new().await;
    let (host, guest, mara) =
        (place.user("Tomas").await, place.user("Noor").await, place.operator("Mara").await);
    let talk = place.conversation(&guest, &host).await;
    let order = orders::create(&place.context, &guest, OrderId::new(), None, custom("Oak table"));
    let order = order.await.unwrap();
    let mut commits = place.commits();
    let mut wakes = async || {
        let mut wakes = commits.recv().await.unwrap();
        while let Ok(more) = commits.try_recv() {
            wakes |= more;
        }
        wakes
    };
    let chat = place.send(&guest, talk.id, "Is it free in June?").await.unwrap();
    assert!(!wakes().await, "a message of others");
    messages::edit(&place.context, &guest, chat.id, chat.version, "In July?".into()).await.unwrap();
    assert!(!wakes().await, "an edit of others");
    receipts::mark_read(&place.context, &host, talk.id, 1, &place.context.epoch).await.unwrap();
    assert!(!wakes().await, "a receipt of others");
    let asked = place.send(&guest, order.conversation, "When?").await.unwrap();
    assert!(wakes().await, "a message about an order");
    messages::delete(&place.context, &guest, asked.id, asked.version).await.unwrap();
    assert!(wakes().await, "a deleted message about an order");
    let key = OrderKey::Id(order.card.id);
    orders::take(&place.context, &mara, &key, MessageId::new(), Status::Pending).await.unwrap();
    assert!(wakes().await, "an order that is taken up");
    receipts::mark_read(&place.context, &mara, order.conversation, 1, &place.context.epoch).await.unwrap();
    assert!(wakes().await, "an operator who reads");
}

#[tokio::test]
async fn s2_a_search_in_the_inbox_looks_at_a_bounded_number_and_goes_on_with_the_next_page() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let known = place.conversation(&guest, &host).await;
    crate::bounds::fill_after(&place, &guest, 4_500).await;
    let (mut found, mut after, mut pages) = (Vec::new(), None, 0);
    loop {
        let page =
            conversations::list(&place.context, &guest, Some("tomas".into()), false, after).await.unwrap();
        found.extend(page.conversations.iter().map(|one| one.id));
        (after, pages) = (page.next, pages + 1);
        if after.is_none() {
            break;
        }
    }
    assert_eq!((found, pages), (vec![known.id], 5));
}

#[tokio::test]
async fn s2_a_listing_is_found_by_the_name_that_its_host_has_now() {
    let place = Place::new().await;
    let host = place.user("Tomas").await;
    let listing = place.listing(&host).await;
    users::update_profile(&place.context, &host, "Aino Virtanen", 3).await.unwrap();
    for (search, is_found) in [("tomas", false), ("virtanen", true), ("boathouse", true), ("zzzz", false)] {
        let visitor = listings::Visitor::default();
        let page = listings::browse(&place.context, visitor, Some(search.into()), None, None).await.unwrap();
        assert_eq!(page.listings.iter().any(|one| one.id == listing), is_found, "{search}");
    }
}

#[tokio::test]
async fn s2_searches_have_a_limit_of_their_own() {
    let place = Place::with(&[]).await;
    let (guest, other) = (place.user("Noor").await, place.user("Mei").await);
    let search = |viewer| conversations::list(&place.context, viewer, Some("a".into()), false, None);
    let mut refused = None;
    for _ in 0..100 {
        if let Err(error) = search(&guest).await {
            refused = Some(error);
            break;
        }
    }
    assert_eq!(refused.expect("it is refused in the end").code, ErrorCode::TooFast);
    assert!(conversations::list(&place.context, &guest, None, false, None).await.is_ok(), "the inbox is not");
    assert!(search(&other).await.is_ok(), "nor is somebody else");
    // Who is signed out is counted by address.
    let browse = |client_ip: &str, search: Option<&str>| {
        let visitor = listings::Visitor { viewer: None, client_ip: client_ip.to_owned().into() };
        listings::browse(&place.context, visitor, search.map(str::to_owned), None, None)
    };
    let mut is_refused = false;
    for _ in 0..100 {
        is_refused |= browse("192.0.2.1", Some("zzzz")).await.is_err();
    }
    assert!(is_refused);
    assert!(browse("192.0.2.2", Some("zzzz")).await.is_ok());
    assert!(browse("192.0.2.1", None).await.is_ok());
}

#[tokio::test]
async fn s2_a_read_that_would_never_end_is_interrupted_and_the_next_one_is_answered() {
    const ENDLESS: &str = "WITH RECURSIVE n (i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n) \
                           SELECT COUNT(*) FROM n WHERE i < 0";
    let place = Place::new().await;
    let endless = place.context.store.read(|conn| {
        Box::pin(async move {
            Ok(match conn.database {
                Database::Sqlite(c) => sqlx::query_scalar::<_, i64>(ENDLESS).fetch_one(c).await?,
                Database::Postgres(c) => sqlx::query_scalar::<_, i64>(ENDLESS).fetch_one(c).await?,
            })
        })
    });
    let ended = tokio::time::timeout(Duration::from_secs(60), endless).await.expect("it has an end");
    assert!(matches!(ended, Err(StoreError::Retry)), "{ended:?}");
    for _ in 0..8 {
        assert_eq!(place.rows::<(i64,)>("SELECT COUNT(*) FROM users").await, [(0,)]);
    }
}

#[tokio::test]
async fn l8_who_is_no_operator_any_more_does_nothing_with_a_rank_read_before() {
    let place = Place::new().await;
    let (guest, mara) = (place.user("Noor").await, place.user("Mara").await);
    // As the request has read it, just before the demotion.
    let mara = Viewer { rank: Rank::Operator, ..mara };
    let context = &place.context;
    let order = orders::create(context, &guest, OrderId::new(), None, custom("Oak table")).await.unwrap();
    let key = OrderKey::Id(order.card.id);
    let id = MessageId::new();
    let take = orders::take(context, &mara, &key, id, Status::Pending).await.unwrap_err();
    let quote = orders::quote(context, &mara, &key, id, Money::euros(90_000)).await.unwrap_err();
    let decline = orders::apply_transition(context, &mara, &key, id, Status::Pending, Transition::Decline);
    let decline = decline.await.unwrap_err();
    let said = messages::send_system(context, &mara, order.conversation, id, "Paid").await.unwrap_err();
    let new = NewNotification {
        id: NotificationId::new(),
        user: guest.id,
        kind: NotificationKind::System,
        title: "Hello".into(),
        text: String::new(),
        link: None,
        order: None,
    };
    let told = notifications::send(context, &mara, new).await.unwrap_err();
    let draft = BroadcastDraft {
        id: BroadcastId::new(),
        kind: NotificationKind::System,
        audience: Audience::Everybody,
        title: "Hello".into(),
        text: "All".into(),
        link: None,
    };
    let broadcast = broadcasts::send(context, &mara, draft).await.unwrap_err();
    for refused in [take, quote, decline, said, told, broadcast] {
        assert_eq!(refused.code, ErrorCode::NotFound, "{refused:?}");
    }
    assert_eq!(place.rows::<(i64,)>("SELECT COUNT(*) FROM audit").await, [(0,)]);
    assert_eq!(place.rows::<(i64,)>("SELECT COUNT(*) FROM participants").await, [(1,)]);
    let status = orders::get(context, &guest, &key).await.unwrap().card.status;
    assert_eq!(status, Status::Pending);
}

/// On PostgreSQL, where commands run side by side: a command of somebody who takes no part does not wait for
/// those who do, so it does not hold them up either.
#[tokio::test(flavor = "multi_thread")]
async fn l9_who_takes_no_part_does_not_lock_a_conversation() {
    if database::server().is_none() {
        return;
    }
    let place = Place::new().await;
    let (host, guest, eve) = (place.user("Tomas").await, place.user("Noor").await, place.user("Eve").await);
    let talk = place.conversation(&guest, &host).await;
    let room = ConversationId::new();
    place.room(&guest, room, "A room", History::Start, &[host.id]).await;
    let (locked, is_locked) = oneshot::channel::<()>();
    let (release, released) = oneshot::channel::<()>();
    let hands = std::sync::Arc::new(std::sync::Mutex::new(Some((locked, released))));
    let ids = [talk.id.0, room.0];
    let store = place.context.store.clone();
    let holder = tokio::spawn(async move {
        let write = store.write(move |conn| {
            let hands = hands.clone();
            Box::pin(async move {
                let Database::Postgres(c) = conn.database else { return Ok(()) };
                let lock = "SELECT 1 FROM conversations WHERE id = ANY ($1) FOR NO KEY UPDATE";
                sqlx::query(lock).bind(Vec::<Uuid>::from(ids)).execute(c).await?;
                let taken = hands.lock().unwrap().take();
                if let Some((locked, released)) = taken {
                    let _ = locked.send(());
                    let _ = released.await;
                }
                Ok(())
            })
        });
        write.await.unwrap();
    });
    is_locked.await.unwrap();
    let context = &place.context;
    let strangers = async {
        let read = receipts::mark_read(context, &eve, talk.id, 1, &context.epoch).await.unwrap_err();
        let ids = vec![NotificationId(talk.id.0)];
        let acted = notifications::act(context, &eve, ids, NotificationAction::Read).await.unwrap_err();
        let renamed = rooms::rename(context, &eve, room, MessageId::new(), "Mine").await.unwrap_err();
        for refused in [read, acted, renamed] {
            assert_eq!(refused.code, ErrorCode::NotFound);
        }
    };
    tokio::time::timeout(Duration::from_secs(20), strangers).await.expect("nobody waits for the lock");
    release.send(()).unwrap();
    holder.await.unwrap();
}
