//! A full disk: an error, nothing half done, and it goes on when space is back.

use stoa::{
    server::{
        domain,
        store::{
            Database, StoreError,
            messages::{NewMessage, append},
        },
    },
    shared::{errors::ErrorCode, ids::MessageId, messages::MessageKind, time::DAY},
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
    place.node.clock.advance(DAY);
    assert!(domain::users::viewer(&place.node, session.as_str()).await.unwrap().is_some());
    let head = domain::changes::head(&place.node, &host).await.unwrap();
    domain::changes::poll(&place.node, &host, &place.node.epoch, head, None).await.unwrap();

    set_max_pages(&place, i64::from(i32::MAX)).await;
    let sent = place.send_as(&guest, conversation, id, &body).await.unwrap();
    assert_eq!(sent.seq, stored.last_seq + 1);
}

/// What writes in one step has no savepoint of its own.
#[tokio::test]
async fn d7_a_step_that_fails_leaves_nothing_behind_and_what_comes_after_it_is_stored() {
    let place = Place::on_sqlite().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    let now = place.node.clock.now();
    let new = NewMessage {
        id: MessageId::new(),
        conversation,
        sender: guest.id,
        kind: MessageKind::Text,
        body: "half done".into(),
        first_hash: [0; 32],
    };
    let failing = place.node.store.write_one(move |mut conn| {
        Box::pin(async move {
            append(&mut conn, new, now).await?;
            Err::<(), _>(StoreError::Database(sqlx::Error::RowNotFound))
        })
    });
    let (failed, sent) = tokio::join!(failing, place.send(&guest, conversation, "beside it"));
    assert!(matches!(failed, Err(StoreError::Database(sqlx::Error::RowNotFound))), "it hears why");
    // In the same commit it is asked to come again, in another it is stored.
    assert!(sent.is_ok() || sent.is_err_and(|error| error.code == ErrorCode::Retry));
    let last = place.send(&guest, conversation, "after it").await.unwrap();
    let bodies: Vec<(String,)> = place.rows("SELECT body FROM messages ORDER BY seq").await;
    assert!(bodies.iter().all(|(body,)| body != "half done"));
    assert_eq!(last.seq as usize, bodies.len());
}

/// SQLite takes the file's present size if it is more.
async fn set_max_pages(place: &Place, pages: i64) {
    let pragma = format!("PRAGMA max_page_count = {pages}");
    let write = place.node.store.write(move |conn| {
        Box::pin(async move {
            let Database::Sqlite(connection) = conn.database else { panic!("only SQLite can do this") };
            sqlx::query(sqlx::AssertSqlSafe(pragma)).execute(&mut *connection).await?;
            Ok(())
        })
    });
    write.await.unwrap();
}
