//! Who is typing, as the others see it.

use stoa::shared::{
    ids::ConversationId,
    sync::wire::{ToClient, ToServer},
    users::Viewer,
};

use crate::{client::Client, place::Place};

async fn open(place: &Place, site: &crate::place::Site, viewer: &Viewer) -> Client {
    let mut client = Client::open(place, site, viewer, 0).await;
    client.hear().await;
    client
}

fn typing(conversation: ConversationId, is_typing: bool) -> ToServer {
    ToServer::Typing { conversation, is_typing }
}

#[tokio::test]
async fn c8_typing_reaches_the_others_on_every_device_also_where_only_the_list_is_open() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    let site = place.serve().await;
    let mut of_guest = open(&place, &site, &guest).await;
    let mut second_of_guest = open(&place, &site, &guest).await;
    let mut with_thread = open(&place, &site, &host).await;
    with_thread.join(conversation).await;
    let mut with_list = open(&place, &site, &host).await;
    for is_typing in [true, false] {
        of_guest.say(&typing(conversation, is_typing)).await;
        for client in [&mut with_thread, &mut with_list] {
            let heard = client.until(|frame| matches!(frame, ToClient::Typing { .. })).await;
            assert_eq!(heard, ToClient::Typing { conversation, user: guest.id, is_typing });
        }
    }
    let own = second_of_guest.heard_so_far().await;
    assert!(!own.iter().any(|frame| matches!(frame, ToClient::Typing { .. })), "nobody hears himself");
}

#[tokio::test]
async fn e7_typing_without_end_is_dropped_and_the_socket_goes_on() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    let site = place.serve().await;
    let mut of_host = open(&place, &site, &host).await;
    // It has begun to follow, and waits for what comes.
    of_host.heard_so_far().await;
    let mut of_guest = open(&place, &site, &guest).await;
    for number in 0..200 {
        of_guest.say(&typing(conversation, number % 2 == 0)).await;
    }
    let answers = of_guest.heard_so_far().await;
    assert!(!answers.iter().any(|frame| matches!(frame, ToClient::Refused { .. })));
    // An answer may overtake what is passing, once.
    let mut heard = of_host.heard_so_far().await;
    heard.extend(of_host.heard_so_far().await);
    let heard = heard.iter().filter(|frame| matches!(frame, ToClient::Typing { .. })).count();
    assert!((1..100).contains(&heard), "{heard} of 200");
}
