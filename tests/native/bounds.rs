//! What one person can have: at the bound one more is refused with a sentence that says so, what is there stays
//! in use, and of several at once the last place goes to one.

use futures::future::join_all;
use stoa::shared::orders::draft::OrderDraft;
use stoa::{
    server::{
        domain::{
            conversations,
            listings::{self, Visitor},
            orders,
            rooms::{self, invitations},
        },
        store::Database,
    },
    shared::{
        conversations::{
            CONVERSATIONS_MAX,
            rooms::{History, ROOMS_MAX},
        },
        errors::ErrorCode,
        ids::{ConversationId, ListingId, MessageId, OrderId},
        sync::wire::{ToClient, ToServer, close},
        users::Viewer,
    },
};

use crate::{
    client::Client,
    place::{Place, draft},
};

#[tokio::test]
async fn e7_who_has_as_many_conversations_as_one_can_have_begins_no_more() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let known = place.conversation(&guest, &host).await;
    fill(&place, &guest, "listing", CONVERSATIONS_MAX - 2).await;
    let begin = |listing: ListingId| conversations::get_or_create(&place.context, &guest, listing);
    let mut listings = Vec::new();
    for _ in 0..4 {
        listings.push(place.listing(&host).await);
    }
    let opened = join_all(listings.iter().map(|listing| begin(*listing))).await;
    assert_eq!(opened.iter().filter(|opened| opened.is_ok()).count(), 1, "{opened:?}");
    let refused = opened.into_iter().find_map(Result::err).unwrap();
    assert_eq!(refused.code, ErrorCode::Conflict);
    assert!(refused.message.contains("50000 conversations"), "{refused}");
    let draft = OrderDraft { title: "A table".into(), note: "Of oak".into(), ..OrderDraft::default() };
    let order = orders::create(&place.context, &guest, OrderId::new(), None, draft).await.unwrap_err();
    assert_eq!(order, refused);
    // What is there is found, what is not is not found, and others are as free as before.
    assert_eq!(begin(known.subject.listing().unwrap().id).await.unwrap().id, known.id);
    assert_eq!(begin(ListingId::new()).await.unwrap_err().code, ErrorCode::NotFound);
    place.conversation(&place.user("Mei").await, &host).await;
}

#[tokio::test]
async fn e7_who_is_in_as_many_rooms_as_one_can_be_makes_and_joins_no_more_until_he_leaves_one() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    place.conversation(&guest, &host).await;
    let make = async |by: &Viewer, with: &Viewer| {
        let id = ConversationId::new();
        rooms::create(&place.context, by, id, "Harbour", History::Start, vec![with.id]).await
    };
    let other = place.user("Mei").await;
    place.conversation(&other, &host).await;
    let open = make(&host, &other).await.unwrap();
    let link = rooms::set_link(&place.context, &host, open.id, true).await.unwrap().unwrap();
    let link = link.rsplit('/').next().unwrap().to_owned();
    fill(&place, &guest, "room", ROOMS_MAX - 1).await;
    let made = join_all((0..4).map(|_| make(&guest, &host))).await;
    assert_eq!(made.iter().filter(|made| made.is_ok()).count(), 1, "{made:?}");
    let refused = made.iter().find_map(|made| made.as_ref().err()).unwrap();
    assert_eq!(refused.code, ErrorCode::Conflict);
    assert!(refused.message.contains("500"), "{refused}");
    rooms::invite(&place.context, &host, open.id, MessageId::new(), vec![guest.id]).await.unwrap();
    let accept = async || invitations::accept(&place.context, &guest, open.id, MessageId::new()).await;
    assert_eq!(accept().await.as_ref(), Err(refused), "an invitation waits until there is room for it");
    let join = async |link: &str| rooms::join(&place.context, &guest, link, MessageId::new()).await;
    assert_eq!(join(&link).await.as_ref(), Err(refused));
    assert_eq!(join(&"0".repeat(32)).await.unwrap_err().code, ErrorCode::NotFound);
    let mine = made.iter().find_map(|made| made.as_ref().ok()).unwrap().id;
    rooms::remove(&place.context, &guest, mine, MessageId::new(), guest.id).await.unwrap();
    assert_eq!(accept().await.unwrap().id, open.id);
    assert_eq!(join(&link).await.unwrap().id, open.id);
}

#[tokio::test]
async fn e7_who_has_five_hundred_listings_offers_no_more() {
    let place = Place::new().await;
    let host = place.user("Tomas").await;
    let offer = |id: ListingId| listings::create(&place.context, &host, id, draft("Boathouse"));
    for _ in 0..499 {
        offer(ListingId::new()).await.unwrap();
    }
    let ids: Vec<_> = (0..4).map(|_| ListingId::new()).collect();
    let offered = join_all(ids.iter().map(|id| offer(*id))).await;
    assert_eq!(offered.iter().filter(|offered| offered.is_ok()).count(), 1, "{offered:?}");
    for (id, offered) in ids.into_iter().zip(offered) {
        // The one that is there is the first answer again.
        let again = offer(id).await;
        assert_eq!(again, offered);
        assert!(again.err().is_none_or(|error| error.code == ErrorCode::Conflict));
    }
    assert_eq!(listings::mine(&place.context, &host).await.unwrap().listings.len(), 500);
    for page in [-1, 1_000, i64::MAX] {
        let refused =
            listings::browse(&place.context, Visitor::default(), None, None, Some(page)).await.unwrap_err();
        assert_eq!((refused.code, refused.field.as_deref()), (ErrorCode::Invalid, Some("page")));
    }
}

#[tokio::test]
async fn e7_of_more_than_fifty_sockets_of_one_person_the_oldest_closes() {
    let place = Place::new().await;
    let (noor, eve) = (place.user("Noor").await, place.user("Eve").await);
    let site = place.serve().await;
    let session = place.session(&noor).await;
    let mut others = Client::open(&place, &site, &eve, 0).await;
    others.hear().await;
    let mut sockets = Vec::new();
    for _ in 0..51 {
        let mut socket = Client::open_with(&place, &site, &session, 0).await;
        socket.hear().await;
        sockets.push(socket);
    }
    assert_eq!(u16::from(sockets[0].closed().await.unwrap().code), close::TOO_MANY);
    for stays in sockets[1..].iter_mut().chain([&mut others]) {
        stays.say(&ToServer::Ping).await;
        stays.until(|frame| matches!(frame, ToClient::Pong { .. })).await;
    }
}

/// Has this person take part in so many conversations more, whose last messages are the latest.
pub async fn fill_after(place: &Place, user: &Viewer, count: i64) {
    fill(place, user, "listing", count).await;
    place
        .run(
            "UPDATE participants SET listed = 1000, changed = 1000 WHERE conversation_id IN \
             (SELECT id FROM conversations WHERE kind = 'listing' AND listing_id IS NULL)",
        )
        .await;
    place.run("UPDATE conversations SET last_seq = 1 WHERE listing_id IS NULL").await;
    place.run("UPDATE heads SET head = 1000").await;
}

/// Has this person take part in so many conversations more, which nobody has written in.
async fn fill(place: &Place, user: &Viewer, kind: &'static str, count: i64) {
    const COUNTED: &str = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ";
    let user = user.id;
    let write = place.context.store.write(move |mut conn| {
        Box::pin(async move {
            let is_sqlite = matches!(conn.database, Database::Sqlite(_));
            let id = if is_sqlite { "randomblob(16)" } else { "gen_random_uuid()" };
            // A kind of their own, so that the index of one conversation for each listing has no say.
            let statements = [
                format!("{COUNTED}{count}) INSERT INTO conversations (id, kind, created_at) SELECT {id}, 'filled', 0 FROM n"),
                "INSERT INTO rooms (conversation_id, name, folded, history, people, created_by, first_hash, created_at) \
                 SELECT id, 'Filled', 'filled', 'start', 1, $1, $2, 0 FROM conversations WHERE kind = 'filled'"
                    .to_owned(),
                "INSERT INTO participants (conversation_id, user_id, role, from_seq, changed, listed) \
                 SELECT id, $1, 'guest', 1, 0, 0 FROM conversations WHERE kind = 'filled'"
                    .to_owned(),
                format!("UPDATE conversations SET kind = '{kind}' WHERE kind = 'filled'"),
            ];
            for (place, statement) in statements.into_iter().enumerate() {
                if place == 1 && kind != "room" {
                    continue;
                }
                macro_rules! run {
                    ($c:ident) => {{
                        let query = sqlx::query(sqlx::AssertSqlSafe(statement));
                        let query = if matches!(place, 1 | 2) { query.bind(user.0) } else { query };
                        let query = if place == 1 { query.bind(vec![0_u8; 32]) } else { query };
                        query.execute(&mut **$c).await?;
                    }};
                }
                match &mut conn.database {
                    Database::Sqlite(c) => run!(c),
                    Database::Postgres(c) => run!(c),
                }
            }
            Ok(())
        })
    });
    write.await.unwrap();
}
