//! Notifications: made by what causes them, read and deleted by whose they are, told to many.

use std::collections::BTreeSet;

use serde_json::json;
use stoa::server::store::notifications::actions::NotificationAction;
use stoa::shared::sync::pages::NotificationPage;
use stoa::shared::{
    listings::draft::ListingDraft,
    notifications::{
        kinds::{KindSet, NotificationKind},
        preferences::Preferences,
    },
    operators::broadcasts::{Audience, NOTICE_TITLE_MAX_CHARS},
    orders::{
        code::OrderKey,
        draft::OrderDraft,
        workflow::{Status, Transition},
    },
};
use stoa::{
    server::domain::{
        messages::{self, receipts},
        notifications::{self, NewNotification},
        operators::broadcasts::{self, BroadcastDraft},
        orders,
        rooms::{self, invitations},
        sync,
    },
    shared::{
        conversations::rooms::History,
        errors::{ErrorCode, Result},
        ids::{BroadcastId, ConversationId, MessageId, NotificationId, OrderId},
        notifications::{NOTIFICATIONS_PAGE, NotificationFilter},
        sync::{
            changes::{Change, Poll},
            wire::{ToClient, ToServer},
        },
        users::{Viewer, api_tokens::Scopes},
    },
};

use crate::{
    checker,
    client::Client,
    place::{Place, answer, draft},
};

impl Place {
    /// Tells somebody something, as the marketplace's staff.
    pub async fn tell(&self, user: &Viewer, kind: NotificationKind, title: &str) -> NotificationId {
        let staff = self.operator("Mara").await;
        let new = news(user, kind, title);
        let id = new.id;
        notifications::send(&self.context, &staff, new).await.expect("a notification");
        id
    }

    async fn told(&self, viewer: &Viewer) -> NotificationPage {
        self.found(viewer, NotificationFilter::default()).await
    }

    pub async fn found(&self, viewer: &Viewer, filter: NotificationFilter) -> NotificationPage {
        notifications::list(&self.context, viewer, filter, None).await.expect("a page")
    }

    /// What the last one says.
    async fn title(&self, viewer: &Viewer) -> String {
        self.told(viewer).await.notifications.first().expect("a notification").text().title
    }

    async fn unread(&self, viewer: &Viewer, kind: NotificationKind) -> i64 {
        self.told(viewer).await.totals.of(kind)
    }

    async fn since(&self, viewer: &Viewer, head: i64) -> Change {
        let poll = sync::poll(&self.context, viewer, &self.context.epoch, head, None).await.unwrap();
        let Poll::News { change, .. } = poll else { panic!("no reset") };
        change
    }

    async fn act(&self, viewer: &Viewer, id: NotificationId, act: NotificationAction) -> Result<()> {
        notifications::act(&self.context, viewer, vec![id], act).await
    }
}

fn news(user: &Viewer, kind: NotificationKind, title: &str) -> NewNotification {
    NewNotification {
        id: NotificationId::new(),
        user: user.id,
        kind,
        title: title.to_owned(),
        text: String::new(),
        link: None,
        order: None,
    }
}

fn of_messages(id: ConversationId) -> NotificationId {
    NotificationId(id.0)
}

#[tokio::test]
async fn e4_each_step_of_an_order_tells_the_other_side_in_its_own_words() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let listing = place.listing(&host).await;
    let order = place.book(&guest, listing).await;
    assert_eq!(place.title(&host).await, "Noor wants to book");
    assert!(place.told(&guest).await.notifications.is_empty());
    let before = place.told(&guest).await.head;
    place.step(&host, &order, Status::Pending, Transition::Accept).await.unwrap();
    assert_eq!(place.title(&guest).await, "Your booking is accepted");
    // With the status, in one change.
    let change = place.since(&guest, before).await;
    assert_eq!((change.notifications.items.len(), change.conversations.len()), (1, 1));
    assert_eq!(change.notifications.items[0].order_code, Some(order.card.code));
    place.step(&guest, &order, Status::Accepted, Transition::Cancel).await.unwrap();
    assert_eq!(place.title(&host).await, "Noor cancelled");
    assert_eq!(place.unread(&host, NotificationKind::Booking).await, 2);
    assert_eq!(checker::rows(&place).await, Vec::<String>::new());
}

#[tokio::test]
async fn e4_an_order_of_a_tour_tells_of_a_tour_and_a_custom_one_of_its_price() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let mara = place.operator("Mara").await;
    let listing = stoa::shared::ids::ListingId::new();
    let tour = ListingDraft { kind: "tour".into(), ..draft("Harbour at night") };
    stoa::server::domain::listings::create(&place.context, &host, listing, tour).await.unwrap();
    let day = OrderDraft { ends_on: String::new(), ..crate::orders::stay(&place) };
    orders::create(&place.context, &guest, OrderId::new(), Some(listing), day).await.unwrap();
    assert_eq!(place.unread(&host, NotificationKind::Tour).await, 1);
    let wish = OrderDraft { title: "Oak table".into(), note: "For eight.".into(), ..OrderDraft::default() };
    let wish = orders::create(&place.context, &guest, OrderId::new(), None, wish).await.unwrap();
    let key = OrderKey::Id(wish.card.id);
    orders::take(&place.context, &mara, &key, MessageId::new(), Status::Pending).await.unwrap();
    assert_eq!(place.title(&guest).await, "Mara looks after your order");
    let price = stoa::shared::values::money::Money::euros(42_000);
    orders::quote(&place.context, &mara, &key, MessageId::new(), price).await.unwrap();
    assert_eq!(place.title(&guest).await, "Mara proposes €420");
    orders::apply_transition(
        &place.context,
        &guest,
        &key,
        MessageId::new(),
        Status::Pending,
        Transition::AcceptQuote,
    )
    .await
    .unwrap();
    assert_eq!(place.title(&mara).await, "Noor accepted");
}

#[tokio::test]
async fn e4_new_messages_are_one_notification_for_each_conversation_and_reading_reads_it() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let (first, second) =
        (place.conversation(&guest, &host).await.id, place.conversation(&guest, &host).await.id);
    for text in ["One", "Two", "Three"] {
        place.send(&guest, first, text).await.unwrap();
    }
    place.send(&guest, second, "Another").await.unwrap();
    let told = place.told(&host).await;
    assert_eq!(told.conversations.iter().map(|row| row.id).collect::<Vec<_>>(), [second, first]);
    assert_eq!(told.totals.of(NotificationKind::Message), 2);
    assert_eq!(place.unread(&guest, NotificationKind::Message).await, 0);
    let node = &place.context;
    receipts::mark_read(node, &host, first, 3, &node.epoch).await.unwrap();
    assert_eq!(place.unread(&host, NotificationKind::Message).await, 1);
    let unread = NotificationFilter { is_unread_only: true, ..NotificationFilter::default() };
    assert_eq!(place.found(&host, unread).await.conversations.len(), 1);
    // Marked by hand it is read, and the messages stay unread; the next one tells again.
    place.act(&host, of_messages(second), NotificationAction::Read).await.unwrap();
    assert_eq!(place.unread(&host, NotificationKind::Message).await, 0);
    assert_eq!(receipts::unread_total(node, &host).await.unwrap(), 1);
    place.send(&guest, second, "Hello?").await.unwrap();
    assert_eq!(place.unread(&host, NotificationKind::Message).await, 1);
    // Deleted it is gone, until the next one.
    place.act(&host, of_messages(second), NotificationAction::Delete).await.unwrap();
    assert_eq!(place.told(&host).await.conversations.len(), 1);
    place.act(&host, of_messages(second), NotificationAction::Restore).await.unwrap();
    assert_eq!(place.told(&host).await.conversations.len(), 2);
    assert_eq!(checker::rows(&place).await, Vec::<String>::new());
}

#[tokio::test]
async fn d4_what_the_marketplace_says_in_a_conversation_is_told_like_a_message() {
    let place = Place::new().await;
    let (host, guest, mara) =
        (place.user("Tomas").await, place.user("Noor").await, place.operator("Mara").await);
    let conversation = place.conversation(&guest, &host).await.id;
    let said = messages::send_system(&place.context, &mara, conversation, MessageId::new(), "Paid").await;
    assert_eq!(said.unwrap().message.seq, 1);
    for viewer in [&host, &guest] {
        let told = place.told(viewer).await;
        assert_eq!(told.conversations.len(), 1);
        assert_eq!(told.totals.of(NotificationKind::Message), 1);
    }
    assert_eq!(checker::rows(&place).await, Vec::<String>::new());
}

#[tokio::test]
async fn e4_a_pushed_message_counts_as_one_that_is_read() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    let other = place.conversation(&guest, &host).await.id;
    let site = place.serve().await;
    let mut client = Client::open(&place, &site, &host, 0).await;
    for (to, expected) in [(conversation, 1), (conversation, 1), (other, 2), (conversation, 2)] {
        place.send(&guest, to, "Hi").await.unwrap();
        let head = place.told(&host).await.head;
        let news = client.until(|frame| matches!(frame, ToClient::Change(change) if change.to == head));
        let ToClient::Change(change) = news.await else { panic!("a change") };
        assert_eq!(change.notifications.totals.of(NotificationKind::Message), expected);
        assert_eq!(change.notifications.totals, place.told(&host).await.totals);
    }
    client.say(&ToServer::MarkRead { conversation, upto_seq: 3 }).await;
    let news = client.until(|frame| matches!(frame, ToClient::Change(change) if change.unread == 1)).await;
    let ToClient::Change(change) = news else { panic!("a change") };
    assert_eq!(change.notifications.totals.of(NotificationKind::Message), 1);
}

#[tokio::test]
async fn e4_reading_a_conversation_reads_what_was_told_of_it() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let listing = place.listing(&host).await;
    let order = place.book(&guest, listing).await;
    let node = &place.context;
    assert_eq!(place.unread(&host, NotificationKind::Booking).await, 1);
    receipts::mark_read(node, &host, order.conversation, 1, &node.epoch).await.unwrap();
    let told = place.told(&host).await;
    assert!(told.notifications[0].is_read && told.totals.unread.is_empty());
}

#[tokio::test]
async fn e4_some_all_and_none_are_marked_deleted_and_restored_by_whose_they_are() {
    let place = Place::new().await;
    let (noor, eve) = (place.user("Noor").await, place.user("Eve").await);
    let paid = place.tell(&noor, NotificationKind::Payment, "Paid").await;
    let moved = place.tell(&noor, NotificationKind::Tour, "The tour begins at 10:00").await;
    let late = place.told(&noor).await.head;
    let offer = place.tell(&noor, NotificationKind::Promotion, "Two for one").await;
    let node = &place.context;
    // Nobody else's.
    for act in [NotificationAction::Read, NotificationAction::Delete, NotificationAction::Restore] {
        assert_eq!(place.act(&eve, paid, act).await.unwrap_err().code, ErrorCode::NotFound);
    }
    assert!(place.told(&eve).await.notifications.is_empty());
    place.act(&noor, paid, NotificationAction::Read).await.unwrap();
    assert_eq!(place.unread(&noor, NotificationKind::Payment).await, 0);
    // All that he had seen, and not what came since.
    notifications::read_all(node, &noor, &node.epoch, late).await.unwrap();
    let told = place.told(&noor).await;
    let unread = told.notifications.iter().filter(|one| one.is_unread(told.totals.read_upto));
    assert_eq!(unread.map(|one| one.id).collect::<Vec<_>>(), [offer]);
    let only = NotificationFilter { kind: Some(NotificationKind::Tour), is_unread_only: false };
    assert_eq!(place.found(&noor, only).await.notifications[0].id, moved);
    // Deleted, it is gone from every list, and comes back as it was.
    let before = place.told(&noor).await;
    place.act(&noor, offer, NotificationAction::Delete).await.unwrap();
    let change = place.since(&noor, before.head).await;
    assert!(change.notifications.items[0].is_deleted && change.notifications.items[0].text().text.is_empty());
    assert_eq!(place.told(&noor).await.notifications.len(), 2);
    assert_eq!(place.unread(&noor, NotificationKind::Promotion).await, 0);
    place.act(&noor, offer, NotificationAction::Restore).await.unwrap();
    assert_eq!(place.told(&noor).await.notifications.len(), 3);
    // A cursor of another history says nothing about this one; beyond the head there is nothing.
    let other = notifications::read_all(node, &noor, "another", late).await;
    assert_eq!(other.unwrap_err().code, ErrorCode::Conflict);
    notifications::read_all(node, &noor, &node.epoch, i64::MAX).await.unwrap();
    assert!(place.told(&noor).await.totals.unread.is_empty());
    place.tell(&noor, NotificationKind::System, "Later").await;
    assert_eq!(place.unread(&noor, NotificationKind::System).await, 1);
    for ids in [vec![], vec![paid; NOTIFICATIONS_PAGE as usize + 1]] {
        let refused = notifications::act(node, &noor, ids, NotificationAction::Read).await;
        assert_eq!(refused.unwrap_err().field.as_deref(), Some("ids"));
    }
}

#[tokio::test]
async fn e4_pages_go_on_where_the_one_before_ended_messages_and_others_in_one_order() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let mut expected = Vec::new();
    for number in 0..NOTIFICATIONS_PAGE {
        let title = format!("Payment {number}");
        expected.push(place.tell(&host, NotificationKind::Payment, &title).await);
        if number % 5 == 0 {
            let conversation = place.conversation(&guest, &host).await.id;
            place.send(&guest, conversation, "Hi").await.unwrap();
            expected.push(of_messages(conversation));
        }
    }
    expected.reverse();
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let filter = NotificationFilter::default();
        let page = notifications::list(&place.context, &host, filter, after).await.unwrap();
        let own = page.notifications.iter().map(|one| (one.raised, one.id));
        let rows = page.conversations.iter().map(|row| (row.noted, of_messages(row.id)));
        let mut all: Vec<_> = own.chain(rows).collect();
        assert!(all.len() as i64 <= NOTIFICATIONS_PAGE);
        all.sort();
        found.extend(all.into_iter().rev().map(|(_, id)| id));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(found, expected);
}

#[tokio::test]
async fn e4_kinds_that_are_not_wanted_are_not_listed() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    place.send(&guest, conversation, "Hi").await.unwrap();
    place.tell(&host, NotificationKind::Promotion, "Two for one").await;
    place.tell(&host, NotificationKind::System, "We are moving").await;
    let app = KindSet::of(&[NotificationKind::System]);
    let choices = Preferences { app, ..Preferences::default() };
    notifications::save_preferences(&place.context, &host, choices, false).await.unwrap();
    let told = place.told(&host).await;
    assert_eq!((told.notifications.len(), told.conversations.len()), (1, 0));
    let only = NotificationFilter { kind: Some(NotificationKind::Promotion), is_unread_only: false };
    assert!(place.found(&host, only).await.notifications.is_empty());
    let site = place.serve().await;
    let session = place.session(&host).await;
    let (status, _) =
        site.form("/rpc/choose_notifications", Some(&session), &[("app", "message of-tomorrow")]).await;
    assert_eq!(status, 422);
}

#[tokio::test]
async fn e1_whoever_is_named_or_invited_in_a_room_is_told_and_who_is_out_hears_nothing_more() {
    let place = Place::new().await;
    let (noor, tomas, eve) =
        (place.user("Noor Haddad").await, place.user("Tomas Berg").await, place.user("Eve Stone").await);
    for other in [&tomas, &eve] {
        place.conversation(&noor, other).await;
    }
    let room = ConversationId::new();
    rooms::create(&place.context, &noor, room, "Harbour market", History::Start, vec![tomas.id])
        .await
        .unwrap();
    let told = place.told(&tomas).await;
    let text = told.notifications[0].text();
    assert_eq!((&*text.title, &*text.text), ("Noor Haddad invited you", "Harbour market, 1 person"));
    assert_eq!(told.notifications[0].href().as_deref(), Some("/rooms/invitations"));
    // Nothing of the room reaches whoever has not accepted.
    place.send(&noor, room, "@Tomas, come in").await.unwrap();
    assert_eq!(place.told(&tomas).await, told);
    // Deleted by mistake, it comes back.
    let id = vec![told.notifications[0].id];
    for act in [NotificationAction::Delete, NotificationAction::Restore] {
        notifications::act(&place.context, &tomas, id.clone(), act).await.unwrap();
    }
    assert_eq!(place.title(&tomas).await, "Noor Haddad invited you");
    invitations::accept(&place.context, &tomas, room, MessageId::new()).await.unwrap();
    assert!(place.told(&tomas).await.notifications.is_empty(), "it is answered");
    let before = place.told(&tomas).await.head;
    place.send(&noor, room, "@Tomas, can you bring the long table? And ask @Eve.").await.unwrap();
    let told = place.told(&tomas).await;
    assert_eq!(told.notifications[0].text().title, "Noor Haddad mentioned you");
    assert_eq!(told.notifications[0].text().text, "Harbour market");
    assert!(!format!("{:?}", told.notifications).contains("table"), "no copy of what was said");
    // In one change with the message itself.
    let change = place.since(&tomas, before).await;
    assert_eq!((change.notifications.items.len(), change.conversations.len()), (1, 1));
    // Who is not in the room is told nothing of it.
    assert!(place.told(&eve).await.notifications.is_empty());
    // Sent again it tells nothing more.
    let id = MessageId::new();
    for _ in 0..2 {
        place.send_as(&noor, room, id, "@tomas berg!").await.unwrap();
    }
    assert_eq!(place.told(&tomas).await.notifications.len(), 2);
    let head = place.told(&tomas).await.head;
    rooms::remove(&place.context, &noor, room, MessageId::new(), tomas.id).await.unwrap();
    let told = place.told(&tomas).await;
    assert!(told.notifications.is_empty() && told.conversations.iter().all(|row| row.id != room));
    assert_eq!(told.totals.of(NotificationKind::Message), 0);
    let change = place.since(&tomas, head).await;
    assert!(change.notifications.items.iter().all(|one| one.is_deleted && one.conversation.is_none()));
    place.send(&noor, room, "@Tomas is gone").await.unwrap();
    assert!(place.told(&tomas).await.notifications.is_empty());
    assert_eq!(checker::rows(&place).await, Vec::<String>::new());
}

#[tokio::test]
async fn e4_a_program_tells_people_with_a_token_of_that_scope_and_once() {
    let place = Place::new().await;
    let (host, guest, mara) =
        (place.user("Tomas").await, place.user("Noor").await, place.operator("Mara").await);
    let order = place.book(&guest, place.listing(&host).await).await;
    let site = place.serve().await;
    let token = async |scopes| place.token(&mara, stoa::shared::ids::TokenId::new(), scopes).await;
    let notify = token(Scopes { notify: true, ..Scopes::default() }).await;
    let write = token(Scopes {
        read: true,
        write: true,
        system: true,
        notify: false,
        events: false,
        event_texts: false,
        manage: false,
    })
    .await;
    let id = NotificationId::new();
    let paid = json!({ "id": id, "user_id": guest.id, "kind": "payment", "title": "Paid", "text": "€486",
        "link": "/orders", "order": order.card.code.to_string() });
    let post = async |token: &stoa::server::auth::session_tokens::Token, body: &serde_json::Value| {
        let request = reqwest::Client::new().post(format!("{}/api/notifications", site.url));
        answer(request.bearer_auth(token.as_str()).json(body)).await
    };
    assert_eq!(post(&write, &paid).await.0, 403);
    for _ in 0..2 {
        assert_eq!(post(&notify, &paid).await.0, 200);
    }
    let told = place.told(&guest).await;
    let [one] = &told.notifications[..] else { panic!("{told:?}") };
    assert_eq!((one.text().title.as_str(), one.href().as_deref()), ("Paid", Some("/orders")));
    assert_eq!(one.order_code, Some(order.card.code));
    // It is kept in the log who told whom.
    let log = "SELECT user_id, other_id FROM audit WHERE action = 'notification_send'";
    assert_eq!(place.rows::<(uuid::Uuid, uuid::Uuid)>(log).await, [(mara.id.0, guest.id.0)]);
    let with = |field: &str, value: serde_json::Value| {
        let mut body = paid.clone();
        body["id"] = json!(NotificationId::new());
        body[field] = value;
        body
    };
    for (body, status) in [
        (with("id", json!(id)), 200),
        (json!({ "id": id, "user_id": guest.id, "kind": "payment", "title": "Another" }), 409),
        (with("user_id", json!(stoa::shared::ids::UserId::new())), 404),
        (with("order", json!("REQ-222222")), 404),
        (with("kind", json!("message")), 422),
        (with("kind", json!("gossip")), 422),
        (with("title", json!("")), 422),
        (with("title", json!("x".repeat(NOTICE_TITLE_MAX_CHARS + 1))), 422),
        (with("link", json!("javascript:alert(1)")), 422),
        (with("more", json!(1)), 422),
        (with("id", json!(uuid::Uuid::new_v4())), 422),
    ] {
        assert_eq!(post(&notify, &body).await.0, status, "{body}");
    }
    assert_eq!(place.told(&guest).await.notifications.len(), 1);
    let member =
        notifications::send(&place.context, &host, news(&guest, NotificationKind::System, "Hi")).await;
    assert_eq!(member.unwrap_err().code, ErrorCode::Forbidden);
}

#[tokio::test]
async fn e4_a_broadcast_reaches_each_of_its_audience_once_while_messages_go_on() {
    const PEOPLE: usize = 250;
    let place = Place::new().await;
    let (host, guest, mara) =
        (place.user("Tomas").await, place.user("Noor").await, place.operator("Mara").await);
    let conversation = place.conversation(&guest, &host).await.id;
    let mut others = Vec::new();
    for number in 0..PEOPLE {
        others.push(place.user(&format!("Person {number}")).await);
    }
    let notice = |id, kind, audience| BroadcastDraft {
        id,
        kind,
        audience,
        title: "We are moving".into(),
        text: "On Sunday morning.".into(),
        link: None,
    };
    let id = BroadcastId::new();
    let system = NotificationKind::System;
    let member = broadcasts::send(&place.context, &host, notice(id, system, Audience::Everybody)).await;
    assert_eq!(member.unwrap_err().code, ErrorCode::NotFound);
    let wrong = notice(id, NotificationKind::Payment, Audience::Everybody);
    assert_eq!(
        broadcasts::send(&place.context, &mara, wrong).await.unwrap_err().field.as_deref(),
        Some("kind")
    );
    // Sent twice, it is one.
    for _ in 0..2 {
        broadcasts::send(&place.context, &mara, notice(id, system, Audience::Everybody)).await.unwrap();
    }
    let other = broadcasts::send(&place.context, &mara, notice(id, system, Audience::Hosts)).await;
    assert_eq!(other.unwrap_err().code, ErrorCode::Conflict);
    let hosts = BroadcastId::new();
    broadcasts::send(&place.context, &mara, notice(hosts, NotificationKind::Promotion, Audience::Hosts))
        .await
        .unwrap();
    let mut sent = 0;
    loop {
        place.send(&guest, conversation, "Meanwhile").await.unwrap();
        sent += 1;
        let list = broadcasts::list(&place.context, &mara).await.unwrap();
        if list.broadcasts.iter().all(|one| one.done_at.is_some()) {
            assert_eq!(
                list.broadcasts.iter().map(|one| one.sent).collect::<Vec<_>>(),
                [1, PEOPLE as i64 + 3]
            );
            break;
        }
    }
    let rows = place.rows::<(uuid::Uuid,)>("SELECT user_id FROM notifications WHERE kind = 'system'").await;
    let distinct: BTreeSet<_> = rows.iter().collect();
    assert_eq!((rows.len(), distinct.len()), (PEOPLE + 3, PEOPLE + 3));
    assert_eq!(place.title(&others[0]).await, "We are moving");
    assert_eq!(place.unread(&host, NotificationKind::Promotion).await, 1);
    assert_eq!(place.unread(&guest, NotificationKind::Promotion).await, 0);
    let page =
        messages::page(&place.context, &host, conversation, stoa::shared::messages::Range::Newest, Some(1))
            .await
            .unwrap();
    assert_eq!(page.conversation.last_seq, sent);
    assert_eq!(checker::rows(&place).await, Vec::<String>::new());
}
