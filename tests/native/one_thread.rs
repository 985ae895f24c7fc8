//! One conversation for a guest and a listing: it is stored with its first message, and goes on as that of the first order.

use futures::future::join_all;
use stoa::{
    server::domain::{conversations, listings, messages, orders},
    shared::{
        conversations::Conversation,
        conversations::system_messages::SystemMessage,
        errors::{ErrorCode, Result},
        ids::{ConversationId, ListingId, MessageId, OrderId},
        messages::{Message, MessageKind, Range},
        orders::{
            Order,
            code::OrderKey,
            workflow::{Status, Transition},
        },
        users::Viewer,
    },
};

use crate::{checker, orders::stay, place::Place};

impl Place {
    async fn begin(&self, guest: &Viewer, listing: ListingId, text: &str) -> Result<Conversation> {
        conversations::start(&self.context, guest, listing, MessageId::new(), text.to_owned()).await
    }

    async fn contact(&self, guest: &Viewer, listing: ListingId) -> Option<ConversationId> {
        let found = conversations::find(&self.context, guest, listing).await.unwrap();
        found.map(|conversation| conversation.id)
    }

    async fn newest(&self, viewer: &Viewer, conversation: ConversationId) -> Vec<Message> {
        let page = messages::page(&self.context, viewer, conversation, Range::Newest, None).await.unwrap();
        page.messages
    }

    async fn cancel(&self, guest: &Viewer, order: &Order) {
        let (key, id) = (OrderKey::Id(order.card.id), MessageId::new());
        orders::apply_transition(&self.context, guest, &key, id, Status::Pending, Transition::Cancel)
            .await
            .unwrap();
    }

    async fn inbox(&self, viewer: &Viewer) -> Vec<ConversationId> {
        let page = conversations::list(&self.context, viewer, None, false, None).await.unwrap();
        page.conversations.iter().map(|conversation| conversation.id).collect()
    }
}

fn links(messages: &[Message]) -> Vec<ConversationId> {
    let system = messages.iter().filter(|message| message.kind == MessageKind::System);
    let link = |message: &Message| match SystemMessage::from_body(&message.body) {
        SystemMessage::Ordered { conversation, .. } | SystemMessage::Talked { conversation } => {
            Some(conversation)
        }
        _ => None,
    };
    system.filter_map(link).collect()
}

#[tokio::test]
async fn a2_a_conversation_is_stored_with_its_first_message_and_not_before() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let listing = place.listing(&host).await;
    assert_eq!(place.contact(&guest, listing).await, None);
    for wrong in ["", "   ", "\u{0}"] {
        assert_eq!(place.begin(&guest, listing, wrong).await.unwrap_err().code, ErrorCode::Invalid);
    }
    assert!(place.inbox(&guest).await.is_empty() && place.inbox(&host).await.is_empty());

    let id = MessageId::new();
    let say = |text: &str| conversations::start(&place.context, &guest, listing, id, text.to_owned());
    let begun = say("Is there a stove?").await.unwrap();
    assert_eq!(place.contact(&guest, listing).await, Some(begun.id));
    assert_eq!(say("Is there a stove?").await.unwrap().id, begun.id);
    assert_eq!(say("Is there a bath?").await.unwrap_err().code, ErrorCode::Conflict);
    let seen = place.get(&host, begun.id).await;
    assert_eq!((seen.unread, seen.last_seq), (1, 1));
    // To the host it is a new message as any other.
    assert!(seen.noted > 0 && place.get(&guest, begun.id).await.noted == 0);
    // A second one goes where the first one went.
    assert_eq!(place.begin(&guest, listing, "And a bath?").await.unwrap().id, begun.id);
    assert_eq!(place.newest(&host, begun.id).await.len(), 2);
    assert_eq!(checker::rows(&place).await, Vec::<String>::new());
}

#[tokio::test]
async fn c12_no_message_begins_a_conversation_that_may_not_be() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let listing = place.listing(&host).await;
    let own = place.begin(&host, listing, "Hello").await.unwrap_err();
    assert_eq!(own.code, ErrorCode::Forbidden);
    let missing = place.begin(&guest, ListingId::new(), "Hello").await.unwrap_err();
    assert_eq!(missing.code, ErrorCode::NotFound);
    listings::pause(&place.context, &host, listing, true).await.unwrap();
    assert_eq!(place.begin(&guest, listing, "Hello").await.unwrap_err().code, ErrorCode::Conflict);
    listings::pause(&place.context, &host, listing, false).await.unwrap();

    // An id that belongs to another's message, or to one of the guest's own elsewhere, begins nothing.
    let elsewhere = place.conversation(&guest, &place.user("Aino").await).await;
    let own = place.send(&guest, elsewhere.id, "Hello").await.unwrap();
    let others = place.conversation(&place.user("Mei").await, &host).await;
    let foreign = place.send(&host, others.id, "Hello").await.unwrap();
    for id in [own.id, foreign.id] {
        let taken = conversations::start(&place.context, &guest, listing, id, "Another".to_owned()).await;
        assert_eq!(taken.unwrap_err().code, ErrorCode::Conflict);
    }
    assert_eq!(place.contact(&guest, listing).await, None);
    assert_eq!(checker::rows(&place).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a2_messages_and_orders_that_begin_at_once_share_one_conversation() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let listing = place.listing(&host).await;
    let writing = join_all((0..20).map(async |number| {
        let id = MessageId::new();
        let text = format!("Hello {number}");
        // Each comes twice, as from a phone that did not get its answer.
        let say = || conversations::start(&place.context, &guest, listing, id, text.clone());
        let (once, again) = tokio::join!(say(), say());
        assert_eq!(once.unwrap().id, again.unwrap().id);
    }));
    let asking = join_all((0..5).map(|_| place.book(&guest, listing)));
    let (_, orders) = tokio::join!(writing, asking);
    // The first order has the conversation about the listing, the others one each.
    let mut places: Vec<_> = orders.iter().map(|order| order.conversation).collect();
    places.sort();
    places.dedup();
    assert_eq!(places.len(), 5);
    let mut inbox = place.inbox(&guest).await;
    inbox.sort();
    assert_eq!(inbox, places);
    let mut written = 0;
    for conversation in places {
        let texts = place.newest(&host, conversation).await;
        written += texts.iter().filter(|message| message.kind == MessageKind::Text).count();
    }
    assert_eq!(written, 20);
    assert_eq!(checker::rows(&place).await, Vec::<String>::new());
    assert_eq!(place.database.deadlocks().await.unwrap_or(0), 0);
}

#[tokio::test]
async fn b1_the_first_order_goes_on_in_the_conversation_and_the_next_has_one_of_its_own() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let listing = place.listing(&host).await;
    let talk = place.begin(&guest, listing, "Is there a stove?").await.unwrap().id;
    let first = place.book(&guest, listing).await;
    assert_eq!(first.conversation, talk);
    assert_eq!(place.inbox(&host).await, [talk]);
    assert_eq!(place.contact(&guest, listing).await, Some(talk));
    assert_eq!(conversations::get_or_create(&place.context, &guest, listing).await.unwrap().id, talk);

    // While it is open, another one stands beside it, and each leads to the other.
    let second = place.book(&guest, listing).await;
    assert_ne!(second.conversation, talk);
    assert_eq!(links(&place.newest(&guest, second.conversation).await), [talk]);
    assert_eq!(links(&place.newest(&guest, talk).await), [second.conversation]);
    assert_eq!(place.contact(&guest, listing).await, Some(second.conversation));
    place.cancel(&guest, &second).await;
    assert_eq!(place.contact(&guest, listing).await, Some(talk));
    place.cancel(&guest, &first).await;
    assert_eq!(place.contact(&guest, listing).await, Some(talk));

    // A conversation becomes that of an order once.
    let third = place.book(&guest, listing).await;
    assert!(third.conversation != talk && third.conversation != second.conversation);
    assert_eq!(links(&place.newest(&guest, third.conversation).await), [talk]);
    assert_eq!(place.contact(&guest, listing).await, Some(third.conversation));
    assert_eq!(checker::rows(&place).await, Vec::<String>::new());
}

#[tokio::test]
async fn b1_an_order_without_a_word_before_is_the_conversation_of_guest_and_listing() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let listing = place.listing(&host).await;
    let order = place.book(&guest, listing).await;
    assert!(links(&place.newest(&guest, order.conversation).await).is_empty());
    place.cancel(&guest, &order).await;
    assert_eq!(place.begin(&guest, listing, "And in May?").await.unwrap().id, order.conversation);
    // Of another guest none of this is found.
    assert_eq!(place.contact(&place.user("Mei").await, listing).await, None);
    assert_eq!(place.inbox(&host).await, [order.conversation]);
}

/// What an earlier version has stored stays as it is: orders apart from the conversation about their listing.
#[tokio::test]
async fn b1_conversations_of_an_earlier_version_stay_apart() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let listing = place.listing(&host).await;
    let order = place.book(&guest, listing).await;
    place.run("UPDATE conversations SET kind = 'order' WHERE order_id IS NOT NULL").await;
    assert_eq!(place.contact(&guest, listing).await, Some(order.conversation));
    // It is open, so another one has a conversation of its own.
    let second = place.book(&guest, listing).await;
    assert_eq!(links(&place.newest(&guest, second.conversation).await), [order.conversation]);
    place.cancel(&guest, &second).await;
    place.cancel(&guest, &order).await;
    assert_eq!(place.contact(&guest, listing).await, None);
    let talk = place.begin(&guest, listing, "Is it free in May?").await.unwrap().id;
    assert_eq!(place.book(&guest, listing).await.conversation, talk);
    assert_eq!(checker::rows(&place).await, Vec::<String>::new());
    let of_order = orders::create(&place.context, &guest, OrderId::new(), Some(listing), stay(&place)).await;
    assert_ne!(of_order.unwrap().conversation, talk);
}
