//! A full disk: an error, nothing half done, and it goes on when space is back.

use futures::future::join_all;
use stoa::{
    server::{domain, store::Database},
    shared::{errors::ErrorCode, ids::MessageId, values::time::DAY},
};

use crate::place::Place;

#[tokio::test]
async fn d7_a_full_disk_refuses_and_goes_on_when_space_is_back() {
    let place = Place::on_sqlite().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    place.send(&guest, conversation, "before").await.unwrap();

    set_max_pages(&place, 1).await;
    let id = MessageId::new();
    let body = "x".repeat(9_000);
    let mut refused = None;
    for _ in 0..50 {
        let answer = place.send_as(&guest, conversation, MessageId::new(), &body).await;
        refused = answer.err();
        if refused.is_some() {
            break;
        }
    }
    assert_eq!(refused.expect("the disk was full at some point").code, ErrorCode::Full);
    assert_eq!(place.send_as(&guest, conversation, id, &body).await.unwrap_err().code, ErrorCode::Full);
    let stored = place.get(&host, conversation).await;
    assert_eq!(stored.last_seq, stored.unread, "what was refused left nothing behind");

    // Reading goes on, also where it would have stored a receipt or kept a session from expiring.
    let session = place.session(&host).await;
    place.context.clock.advance(DAY);
    assert!(place.viewer_of(session.as_str()).await.unwrap().is_some());
    let head = domain::sync::position(&place.context, &host).await.unwrap();
    domain::sync::poll(&place.context, &host, &place.context.epoch, head, None).await.unwrap();

    set_max_pages(&place, i64::from(i32::MAX)).await;
    let sent = place.send_as(&guest, conversation, id, &body).await.unwrap();
    assert_eq!(sent.seq, stored.last_seq + 1);
}

/// Messages that are stored together are not refused together.
#[tokio::test]
async fn d7_a_message_that_can_not_be_stored_holds_up_no_other() {
    let place = Place::on_sqlite().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    run(
        &place,
        "CREATE TRIGGER refuses BEFORE INSERT ON messages WHEN NEW.body = 'bad' \
         BEGIN SELECT RAISE(ABORT, 'this one not'); END",
    )
    .await;
    let bodies: Vec<_> =
        (0..40).map(|number| if number % 7 == 3 { "bad".into() } else { number.to_string() }).collect();
    let sent = join_all(bodies.iter().map(|body| place.send(&guest, conversation, body))).await;
    for (body, sent) in bodies.iter().zip(&sent) {
        match sent {
            Ok(message) => assert_eq!(&message.body, body),
            Err(error) => assert_eq!((body.as_str(), error.code), ("bad", ErrorCode::Internal)),
        }
    }
    let stored: Vec<(i64, String)> = place.rows("SELECT seq, body FROM messages ORDER BY seq").await;
    let good: Vec<_> = bodies.iter().filter(|body| *body != "bad").cloned().collect();
    assert_eq!(stored, (1..).zip(good).collect::<Vec<_>>(), "in the order in which they were sent");
    assert_eq!(place.get(&host, conversation).await.unread, stored.len() as i64);
}

/// SQLite takes the file's present size if it is more.
async fn set_max_pages(place: &Place, pages: i64) {
    place.context.store.limit_pages(pages).await.unwrap();
}

async fn run(place: &Place, statement: &str) {
    let statement = statement.to_owned();
    let write = place.context.store.write(move |conn| {
        Box::pin(async move {
            let Database::Sqlite(connection) = conn.database else { panic!("only SQLite can do this") };
            sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&mut *connection).await?;
            Ok(())
        })
    });
    write.await.unwrap();
}
