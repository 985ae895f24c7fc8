//! Who is online, and who may know.

use reqwest::StatusCode;
use serde_json::{Value, json};
use stoa::{
    server::{connections::registry::PRESENCE_GRACE_MICROS, domain},
    shared::{
        ids::{ConversationId, UserId},
        sync::wire::{ToClient, ToServer},
        users::{Viewer, presence::Presence},
        values::time::{MINUTE, SECOND, Timestamp},
    },
};

use crate::{
    client::Client,
    place::{Place, Site},
};

/// Two who talk, one with whom neither does, and a site.
async fn scene() -> (Place, Site, [Viewer; 3], ConversationId) {
    let place = Place::new().await;
    let people = [place.user("Tomas").await, place.user("Noor").await, place.user("Eve").await];
    let conversation = place.conversation(&people[1], &people[0]).await.id;
    let site = place.serve().await;
    (place, site, people, conversation)
}

/// The next word about somebody's presence.
async fn presence(client: &mut Client) -> Presence {
    match client.until(|frame| matches!(frame, ToClient::Presence(_))).await {
        ToClient::Presence(presence) => presence,
        other => panic!("{other:?}"),
    }
}

/// When somebody was last here, as it is stored.
async fn stored(place: &Place, viewer: &Viewer, user: UserId) -> Option<Timestamp> {
    let viewer = viewer.id;
    let read = place.context.store.read_one(move |mut conn| {
        Box::pin(async move { stoa::server::store::users::presence::of(&mut conn, viewer, &[user]).await })
    });
    read.await.unwrap().pop().and_then(|(_, at)| at)
}

#[tokio::test]
async fn e3_coming_and_going_is_told_to_who_shares_a_conversation_and_to_nobody_else() {
    let (place, site, [host, guest, stranger], _) = scene().await;
    let mut of_host = Client::open(&place, &site, &host, 0).await;
    let mut of_stranger = Client::open(&place, &site, &stranger, 0).await;
    let of_guest = Client::open(&place, &site, &guest, 0).await;
    let came = presence(&mut of_host).await;
    assert_eq!(came, Presence { user: guest.id, is_online: true, last_seen: None });
    let before = place.context.clock.now();
    drop(of_guest);
    while !place.context.sockets.all().iter().all(|socket| socket.user != guest.id) {
        tokio::task::yield_now().await;
    }
    place.context.clock.advance(PRESENCE_GRACE_MICROS);
    let went = presence(&mut of_host).await;
    assert!((went.user, went.is_online) == (guest.id, false));
    let last_seen = went.last_seen.expect("when it was");
    assert!(last_seen >= before && last_seen < before.plus(MINUTE));
    assert_eq!(stored(&place, &host, guest.id).await, Some(last_seen), "it outlives the server");
    assert_eq!(of_stranger.heard_so_far().await.len(), 1, "a stranger hears only his own welcome");
}

#[tokio::test]
async fn e3_a_reload_does_not_blink_and_one_device_of_two_is_enough() {
    let (place, site, [host, guest, _], _) = scene().await;
    let first = Client::open(&place, &site, &guest, 0).await;
    let mut second = Client::open(&place, &site, &guest, 0).await;
    second.hear().await;
    let mut of_host = Client::open(&place, &site, &host, 0).await;
    of_host.hear().await;
    of_host.heard_so_far().await;
    // Of two devices one goes; then the other reloads.
    drop(first);
    drop(second);
    while !place.context.sockets.all().iter().all(|socket| socket.user != guest.id) {
        tokio::task::yield_now().await;
    }
    let now = domain::users::presence::get(&place.context, &host, guest.id).await.unwrap();
    assert!(now.is_online, "within the grace");
    let mut again = Client::open(&place, &site, &guest, 0).await;
    again.hear().await;
    place.context.clock.advance(2 * PRESENCE_GRACE_MICROS);
    // Somebody else who comes is told of later than the reload would have been.
    let third = place.user("Ana").await;
    place.conversation(&third, &host).await;
    let _of_third = Client::open(&place, &site, &third, 0).await;
    let mut heard = presence(&mut of_host).await;
    // That he has come may be told late.
    while heard.user == guest.id {
        assert!(heard.is_online, "it does not blink");
        heard = presence(&mut of_host).await;
    }
    assert_eq!(heard.user, third.id);
}

#[tokio::test]
async fn e3_joining_a_conversation_tells_who_of_the_others_is_online() {
    let (place, site, [host, guest, _], conversation) = scene().await;
    let mut of_host = Client::open(&place, &site, &host, 0).await;
    of_host.hear().await;
    of_host.join(conversation).await;
    let offline = Presence { user: guest.id, is_online: false, last_seen: None };
    assert_eq!(presence(&mut of_host).await, offline);
    let mut of_guest = Client::open(&place, &site, &guest, 0).await;
    of_guest.hear().await;
    of_guest.join(conversation).await;
    assert!(presence(&mut of_guest).await.is_online);
}

#[tokio::test]
async fn e3_presence_is_kept_for_a_crash_and_when_the_server_stops() {
    let (place, site, [host, guest, _], _) = scene().await;
    let mut of_guest = Client::open(&place, &site, &guest, 0).await;
    of_guest.hear().await;
    assert_eq!(stored(&place, &host, guest.id).await, None);
    // What a crash leaves behind is at most 15 seconds old.
    place.context.clock.advance(11 * SECOND);
    let kept = loop {
        if let Some(kept) = stored(&place, &host, guest.id).await {
            break kept;
        }
    };
    place.context.clock.advance(MINUTE / 2);
    place.context.stopping.send_replace(true);
    stoa::server::realtime::finish(&place.context).await;
    let stopped = stored(&place, &host, guest.id).await.unwrap();
    assert!(stopped.0 - kept.0 >= MINUTE / 2);
}

#[tokio::test]
async fn e5_presence_over_http_is_for_who_shares_a_conversation() {
    let (place, site, [host, guest, stranger], _) = scene().await;
    let session = place.session(&guest).await;
    let get = async |user: UserId| site.get(&format!("/api/users/{user}/presence"), Some(&session)).await;
    let (status, offline) = get(host.id).await;
    assert_eq!(
        (status, &offline["is_online"], &offline["last_seen"]),
        (StatusCode::OK, &json!(false), &Value::Null)
    );
    let mut of_host = Client::open(&place, &site, &host, 0).await;
    of_host.hear().await;
    of_host.heard_so_far().await;
    assert_eq!(get(host.id).await.1["is_online"], json!(true));
    let (missing, theirs) = (get(UserId::new()).await, get(stranger.id).await);
    assert_eq!(missing.0, StatusCode::NOT_FOUND);
    assert_eq!(missing, theirs, "a stranger is not told from nobody");
}

#[tokio::test]
async fn e3_one_question_asks_for_sixty_people_at_most() {
    let (place, _, [host, guest, stranger], conversation) = scene().await;
    let all = vec![guest.id, stranger.id, UserId::new()];
    let known = domain::users::presence::of(&place.context, &host, all).await.unwrap();
    assert_eq!(known.iter().map(|presence| presence.user).collect::<Vec<_>>(), [guest.id]);
    let many = (0..61).map(|_| UserId::new()).collect();
    assert!(domain::users::presence::of(&place.context, &host, many).await.is_err());
    leave(&place, &guest, conversation).await;
    let known = domain::users::presence::of(&place.context, &host, vec![guest.id]).await.unwrap();
    assert!(known.is_empty(), "who left the only conversation is a stranger again");
}

/// As leaving will do it: the row stays.
pub async fn leave(place: &Place, user: &Viewer, conversation: ConversationId) {
    let (user, now) = (user.id, place.context.clock.now());
    let write = place.context.store.write(move |mut conn| {
        Box::pin(async move {
            stoa::server::store::sync::positions::raise_all(&mut conn, conversation).await?;
            crate::sql::execute(
                &mut conn,
                "UPDATE participants SET left_at = $3 WHERE conversation_id = $1 AND user_id = $2",
                (conversation.0, user.0, now.0),
            )
            .await
        })
    });
    write.await.unwrap();
}

#[tokio::test]
async fn e7_who_left_hears_neither_text_nor_typing_nor_presence_any_more() {
    let (place, site, [host, guest, _], conversation) = scene().await;
    let mut of_guest = Client::open(&place, &site, &guest, 1).await;
    of_guest.hear().await;
    of_guest.join(conversation).await;
    let mut of_host = Client::open(&place, &site, &host, 1).await;
    of_host.hear().await;
    of_host.heard_so_far().await;
    of_guest.until(|frame| matches!(frame, ToClient::Presence(Presence { is_online: true, .. }))).await;
    leave(&place, &guest, conversation).await;
    let left = of_guest.change().await;
    assert!(matches!(
        left.conversations[..],
        [stoa::shared::conversations::update::ConversationUpdate::Left { .. }]
    ));
    place.send(&host, conversation, "A secret").await.unwrap();
    of_host.say(&ToServer::Typing { conversation, is_typing: true }).await;
    of_host.heard_so_far().await;
    let third = place.conversation(&guest, &place.user("Ana").await).await.id;
    // What comes next of what is news is of another conversation.
    assert_eq!(of_guest.change().await.conversations[0].id(), third);
    assert_eq!(of_guest.heard_so_far().await, []);
    of_guest.say(&ToServer::Typing { conversation, is_typing: true }).await;
    assert!(matches!(of_guest.hear().await, ToClient::Refused { .. }));
}
