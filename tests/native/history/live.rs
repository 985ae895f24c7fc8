//! An import into a marketplace where people write already: nothing of theirs is lost, moved or told again.

use serde_json::json;
use stoa::{
    server::store::sync::event_log::{self, collect},
    shared::{
        ids::UserId,
        users::{Viewer, rank::Rank},
    },
};
use uuid::Uuid;

use super::Import;
use crate::checker;

/// Whom the marketplace calls so.
async fn viewer(import: &Import, subject: &str) -> Viewer {
    let users: Vec<(String, Uuid, String, i64)> = import
        .place
        .rows("SELECT i.subject, u.id, u.name, u.hue FROM identities i JOIN users u ON u.id = i.user_id")
        .await;
    let found = users.into_iter().find(|user| user.0 == subject);
    let (_, id, name, hue) = found.expect("a user");
    Viewer { id: UserId(id), name, email: String::new(), hue, rank: Rank::Member }
}

/// Has all events collected, and gives their types.
async fn events(import: &Import) -> Vec<String> {
    let ids: Vec<(Uuid,)> = import.place.rows("SELECT id FROM conversations").await;
    let ids: Vec<Uuid> = ids.into_iter().map(|(id,)| id).collect();
    let collected = import.place.context.store.write(move |mut conn| {
        let ids = ids.clone();
        Box::pin(async move { collect::collect(&mut conn, &ids).await })
    });
    collected.await.expect("events");
    let types: Vec<(String,)> = import.place.rows("SELECT type FROM events ORDER BY position").await;
    types
        .into_iter()
        .map(|(kind,)| kind)
        .filter(|kind| kind.starts_with("message") || kind.starts_with("conversation"))
        .collect()
}

#[tokio::test]
async fn r2_people_who_write_already_keep_what_they_have() {
    let import = Import::new().await;
    let place = &import.place;
    let now = place.context.clock.now();
    let started = place
        .context
        .store
        .write(move |mut conn| Box::pin(async move { event_log::start(&mut conn, now).await }));
    started.await.expect("the log");
    let at = "2023-11-14T22:13:20Z";
    let user =
        |id: &str| json!({ "type": "user", "id": id, "name": format!("Visitor {id}"), "changed_at": at });
    let listing = json!({ "type": "listing", "id": "house", "host": "tomas", "kind": "stay", "title": "Boathouse", "price_minor": 1,
        "changed_at": at });
    import.taken(&format!("{}\n{}\n{listing}", user("noor"), user("tomas")));
    let (noor, tomas) = (viewer(&import, "noor").await, viewer(&import, "tomas").await);
    let listing: Vec<(Uuid,)> = place.rows("SELECT id FROM listings").await;
    let opened = stoa::server::domain::conversations::get_or_create(
        &place.context,
        &noor,
        stoa::shared::ids::ListingId(listing[0].0),
    )
    .await;
    let talk = opened.expect("a conversation").id;
    let live = place.send(&noor, talk, "Is it free tomorrow?").await.expect("sent");

    let conversation = json!({ "type": "conversation", "id": "c", "participants": ["noor", "tomas"], "listing": "house", "created_at": at });
    let message = |id: &str, sender: &str, at: &str| json!({ "type": "message", "id": id, "conversation": "c", "sender": sender, "text": format!("Old {id}"), "created_at": at });
    let old = [message("1", "noor", at), message("2", "tomas", "2023-11-14T22:13:21Z")];
    let output = import.lines(&format!("{conversation}\n{}\n{}", old[0], old[1]));
    assert!(output.status.success(), "{output:?}");
    // What they wrote stays where it was, and what is older comes after it, with its time.
    let said: Vec<(String, i64)> = import.said().await.into_iter().map(|said| (said.3, said.2)).collect();
    let expected =
        ["Is it free tomorrow?", "Old 1", "Old 2"].map(|text| (text.to_owned(), live.created_at.0));
    assert_eq!(said, expected);
    assert_eq!(checker::rows(place).await, Vec::<String>::new());
    let unread: Vec<(String, i64)> = place
        .rows("SELECT i.subject, p.unread FROM participants p JOIN identities i ON i.user_id = p.user_id ORDER BY i.subject")
        .await;
    assert_eq!(
        unread,
        [("noor".to_owned(), 0), ("tomas".to_owned(), 2)],
        "what was unread is, and what came after it"
    );
    // Programs are told of what was written live, and of nothing else.
    assert_eq!(events(&import).await, ["conversation.created", "message.created"]);
    let now = place.context.clock.now().to_rfc3339();
    let room =
        json!({ "type": "conversation", "id": "r", "participants": ["noor", "tomas"], "created_at": now });
    let in_room = json!({ "type": "message", "id": "1", "conversation": "r", "sender": "noor", "text": "Just now", "created_at": now });
    import.taken(&format!("{room}\n{in_room}"));
    assert_eq!(events(&import).await.len(), 2, "not even of a moment ago");
    let room: Vec<(Uuid,)> = place.rows("SELECT conversation_id FROM rooms").await;
    place.send(&tomas, stoa::shared::ids::ConversationId(room[0].0), "And now").await.expect("sent");
    assert_eq!(events(&import).await.len(), 3, "what is written in it later is told");
    assert_eq!(checker::rows(place).await, Vec::<String>::new());
}
