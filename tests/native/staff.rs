//! Staff and the order board: who is told of a new order, and what a demoted operator keeps.

use stoa::{
    server::domain::{
        conversations, notifications,
        operators::{moderation, user_directory},
        orders, sync,
    },
    shared::{
        conversations::system_messages::SystemMessage,
        conversations::{rooms::History, update::ConversationUpdate},
        errors::ErrorCode,
        ids::{ConversationId, MessageId, OrderId},
        notifications::NotificationFilter,
        operators::user_directory::UserChange,
        orders::{OPEN_CUSTOM_ORDERS_MAX, Order, code::OrderKey, draft::OrderDraft, workflow::Status},
        sync::{changes::Poll, wire::ToClient},
        users::{Viewer, rank::Rank},
    },
};

use crate::{checker, client::Client, place::Place};

/// More conversations than one sync position stamps.
const ORDERS: usize = 35;

impl Place {
    async fn custom_order(&self, guest: &Viewer, title: &str) -> Order {
        let draft = OrderDraft { title: title.into(), note: "For eight.".into(), ..OrderDraft::default() };
        orders::create(&self.context, guest, OrderId::new(), None, draft).await.expect("an order")
    }

    async fn take_up(&self, operator: &Viewer, order: &Order) -> stoa::shared::errors::Result<()> {
        let key = OrderKey::Id(order.card.id);
        let taken = orders::take(&self.context, operator, &key, MessageId::new(), Status::Pending).await;
        taken.map(|_| ())
    }

    /// The links of the viewer's notifications.
    async fn links(&self, viewer: &Viewer) -> Vec<String> {
        let page = notifications::list(&self.context, viewer, NotificationFilter::default(), None).await;
        page.unwrap().notifications.iter().filter_map(|item| item.href()).collect()
    }
}

#[tokio::test]
async fn b6_all_operators_are_notified_of_a_new_custom_order_and_nobody_else() {
    let place = Place::new().await;
    let (guest, other) = (place.user("Noor").await, place.user("Tomas").await);
    let (mara, sol, ada) =
        (place.operator("Mara").await, place.operator("Sol").await, place.admin("Ada").await);
    let gone = place.operator("Otis").await;
    user_directory::change(&place.context, &ada, gone.id, UserChange::Suspend).await.unwrap();
    let order = place.custom_order(&guest, "Oak table").await;
    let link = format!("/orders/{}", order.card.code);
    for operator in [&mara, &sol, &ada] {
        assert_eq!(place.links(operator).await, std::slice::from_ref(&link));
    }
    for person in [&guest, &other, &gone] {
        assert_eq!(place.links(person).await, [""; 0]);
    }
    // An operator's own order is told to the others; what has a host is the host's.
    place.custom_order(&mara, "Bench").await;
    assert_eq!((place.links(&mara).await.len(), place.links(&sol).await.len()), (1, 2));
    place.book(&guest, place.listing(&other).await).await;
    assert_eq!(place.links(&sol).await.len(), 2);
    // The page of the order works before anybody has taken it up.
    let key = OrderKey::Id(order.card.id);
    let details = orders::details(&place.context, &sol, &key).await.unwrap();
    assert_eq!((details.order.note.as_str(), details.conversation), ("For eight.", None));
    assert!(orders::details(&place.context, &guest, &key).await.unwrap().conversation.is_some());
    assert_eq!(checker::rows(&place).await, Vec::<String>::new());
}

#[tokio::test]
async fn b6_an_operators_socket_is_told_the_number_of_unread_orders() {
    let place = Place::new().await;
    let (guest, mara) = (place.user("Noor").await, place.operator("Mara").await);
    place.custom_order(&guest, "Oak table").await;
    let site = place.serve().await;
    let mut socket = Client::open(&place, &site, &mara, 0).await;
    let is_desk = |unread| move |frame: &ToClient| *frame == ToClient::Desk { unread: Some(unread) };
    socket.until(is_desk(1)).await;
    place.custom_order(&guest, "Bench").await;
    socket.until(is_desk(2)).await;
}

#[tokio::test]
async fn b6_two_operators_who_order_from_each_other_at_once_do_not_block_each_other() {
    let place = Place::new().await;
    let (mara, sol) = (place.operator("Mara").await, place.operator("Sol").await);
    for _ in 0..10 {
        tokio::join!(place.custom_order(&mara, "Bench"), place.custom_order(&sol, "Shelf"));
    }
    assert_eq!((place.links(&mara).await.len(), place.links(&sol).await.len()), (10, 10));
}

#[tokio::test]
async fn e7_a_demoted_operator_loses_what_they_took_up_and_nothing_else() {
    let place = Place::new().await;
    let (mara, ada) = (place.operator("Mara").await, place.admin("Ada").await);
    // One guest has so many open custom orders at most.
    let guests = [
        place.user("Noor").await,
        place.user("Tomas").await,
        place.user("Ines").await,
        place.user("Jun").await,
    ];
    let guest_of = |number: usize| &guests[number / OPEN_CUSTOM_ORDERS_MAX as usize];
    let guest = guest_of(0);
    let mut taken = Vec::new();
    for number in 0..ORDERS {
        let order = place.custom_order(guest_of(number), &format!("Table {number}")).await;
        place.take_up(&mara, &order).await.unwrap();
        taken.push(order);
    }
    let own = place.custom_order(&mara, "For myself").await;
    let talk = place.conversation(&mara, guest).await;
    let before = sync::position(&place.context, &mara).await.unwrap();
    user_directory::change(&place.context, &ada, mara.id, UserChange::SetRank(Rank::Member)).await.unwrap();

    let mara = Viewer { rank: Rank::Member, ..mara };
    for (number, order) in taken.iter().enumerate() {
        let guest = guest_of(number);
        let found = conversations::get(&place.context, &mara, order.conversation).await;
        assert_eq!(found.unwrap_err().code, ErrorCode::NotFound);
        let of_guest = place.get(guest, order.conversation).await;
        assert!(of_guest.people.is_empty(), "the guest sees that nobody is there");
        let last = of_guest.last_message.unwrap();
        assert!(matches!(SystemMessage::from_body(&last.text), SystemMessage::Left { .. }), "{last:?}");
        let again = orders::get(&place.context, guest, &OrderKey::Id(order.card.id)).await.unwrap();
        assert_eq!(again.operator, None, "it is back on the board");
    }
    place.get(&mara, own.conversation).await;
    place.get(&mara, talk.id).await;
    assert_eq!(place.links(&mara).await, [""; 0], "what the board told them is gone");
    assert_eq!(left_since(&place, &mara, before).await.len(), ORDERS, "their devices are told");
    let refused = place.take_up(&Viewer { rank: Rank::Operator, ..mara.clone() }, &taken[0]).await;
    assert_eq!(refused.unwrap_err().code, ErrorCode::NotFound, "not even by a command that was on its way");
    assert_eq!(checker::rows(&place).await, Vec::<String>::new());

    // Who is an operator again can take it up again.
    place.send(guest, taken[0].conversation, "Anybody there?").await.unwrap();
    user_directory::change(&place.context, &ada, mara.id, UserChange::SetRank(Rank::Operator)).await.unwrap();
    place.take_up(&Viewer { rank: Rank::Operator, ..mara.clone() }, &taken[0]).await.unwrap();
    assert!(place.get(&mara, taken[0].conversation).await.unread > 0);
    assert_eq!(checker::rows(&place).await, Vec::<String>::new());
}

/// The conversations that a device is told to drop when it catches up from `since`.
async fn left_since(place: &Place, viewer: &Viewer, since: i64) -> Vec<ConversationId> {
    let (mut left, mut since) = (Vec::new(), since);
    loop {
        let polled = sync::poll(&place.context, viewer, &place.context.epoch, since, None).await.unwrap();
        let Poll::News { change, more, .. } = polled else { panic!("the cursor is of this epoch") };
        left.extend(change.conversations.iter().filter_map(|update| match update {
            ConversationUpdate::Left { id, .. } => Some(*id),
            ConversationUpdate::Active(_) => None,
        }));
        if !more {
            return left;
        }
        since = change.to;
    }
}

#[tokio::test]
async fn e9_rooms_have_their_names_in_moderation() {
    let place = Place::new().await;
    let (ana, ben, mara) = (place.user("Ana").await, place.user("Ben").await, place.operator("Mara").await);
    place.conversation(&ana, &ben).await;
    let room = ConversationId::new();
    place.room(&ana, room, "Harbour market", History::Start, &[ben.id]).await;
    for search in [None, Some("harbour".to_owned())] {
        let page = moderation::list(&place.context, &mara, search.clone(), None).await.unwrap();
        let titles: Vec<_> = page.rows.iter().map(|row| row.title.as_str()).collect();
        assert_eq!(titles, ["Harbour market"], "{search:?}");
    }
}
