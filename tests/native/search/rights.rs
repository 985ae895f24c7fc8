//! Who finds what: rights are looked at when something is found, not when it was indexed.

use reqwest::StatusCode;
use stoa::{
    server::domain::{orders, rooms},
    shared::{
        conversations::rooms::History,
        ids::{ConversationId, MessageId},
        orders::{code::OrderKey, workflow::Status},
    },
};

use super::{send, wish};
use crate::place::Place;

#[tokio::test]
async fn f8_seven_roles_find_what_they_may_read_and_nothing_else() {
    let place = Place::new().await;
    let (guest, host, stranger) =
        (place.user("Noor").await, place.user("Tomas").await, place.user("Mei").await);
    let (operator, admin) = (place.operator("Mara").await, place.admin("Ada").await);
    let former = place.user("Rui").await;
    place.conversation(&guest, &former).await;
    let talk = place.conversation(&guest, &host).await.id;
    send(&place, &guest, talk, "Quagmire in the garden").await;
    let room = ConversationId::new();
    place.room(&guest, room, "Harbour", History::Start, &[former.id]).await;
    send(&place, &guest, room, "Quagmire in the room").await;
    assert_eq!(place.sought(&former, "quagmire").await, ["Quagmire in the room"]);
    rooms::remove(&place.context, &guest, room, MessageId::new(), former.id).await.unwrap();
    assert_eq!(place.sought(&guest, "quagmire").await.len(), 2);
    assert_eq!(place.sought(&host, "quagmire").await, ["Quagmire in the garden"]);
    for nobody in [&stranger, &operator, &admin, &former] {
        assert_eq!(place.sought(nobody, "quagmire").await, [""; 0], "{}", nobody.name);
        assert_eq!(place.sought(nobody, "quagmir").await, [""; 0], "{}", nobody.name);
    }
    let site = place.serve().await;
    assert_eq!(site.get("/api/search?q=quagmire", None).await.0, StatusCode::UNAUTHORIZED);
    let session = place.session(&stranger).await;
    let (status, page) = site.get("/api/search?q=quagmire", Some(&session)).await;
    assert_eq!((status, page["messages"].as_array().map(Vec::len)), (StatusCode::OK, Some(0)));
    let path = format!("/api/search?q=quagmire&conversation={talk}");
    assert_eq!(site.get(&path, Some(&session)).await.1["messages"].as_array().map(Vec::len), Some(0));
    let session = place.session(&host).await;
    assert_eq!(site.get(&path, Some(&session)).await.1["messages"].as_array().map(Vec::len), Some(1));
    assert_eq!(site.get("/api/search?q=x&after=y", Some(&session)).await.0, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn f8_a_member_finds_from_where_they_may_read() {
    let place = Place::new().await;
    let (me, other) = (place.user("Noor").await, place.user("Tomas").await);
    place.conversation(&me, &other).await;
    let third = place.user("Mei").await;
    place.conversation(&me, &third).await;
    let room = ConversationId::new();
    place.room(&me, room, "Harbour", History::Joining, &[other.id]).await;
    send(&place, &me, room, "Before you came").await;
    place.let_in(&me, room, &third).await;
    send(&place, &me, room, "After you came").await;
    assert_eq!(place.sought(&third, "came").await, ["After you came"]);
    rooms::remove(&place.context, &me, room, MessageId::new(), third.id).await.unwrap();
    send(&place, &me, room, "When you had left, she came").await;
    assert_eq!(place.sought(&third, "came").await, [""; 0]);
    assert_eq!(place.sought(&other, "came").await.len(), 3);
    place.let_in(&me, room, &third).await;
    send(&place, &me, room, "And came again").await;
    let again = place.sought(&third, "came").await;
    assert!(
        again.contains(&"And came again".to_owned()) && !again.contains(&"Before you came".to_owned()),
        "{again:?}"
    );
}

#[tokio::test]
async fn f8_an_operator_finds_an_order_from_its_beginning_once_it_is_taken_up() {
    let place = Place::new().await;
    let (guest, operator) = (place.user("Noor").await, place.operator("Mara").await);
    let order = wish(&place, &guest).await;
    send(&place, &guest, order.conversation, "Quagmire oak, please").await;
    assert_eq!(place.sought(&operator, "quagmire").await, [""; 0]);
    let key = OrderKey::Id(order.card.id);
    orders::take(&place.context, &operator, &key, MessageId::new(), Status::Pending).await.unwrap();
    assert_eq!(place.sought(&operator, "quagmire").await, ["Quagmire oak, please"]);
    assert_eq!(place.sought(&guest, "quagmire").await, ["Quagmire oak, please"]);
}
