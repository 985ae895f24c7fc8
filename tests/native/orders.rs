//! Orders: making one, its status machine against the database, custom ones, and the dashboards.

use std::collections::HashMap;

use serde_json::json;
use stoa::shared::{
    orders::{
        code::OrderKey,
        draft::OrderDraft,
        filter::{OrderFilter, OrderView},
        workflow::{Actor, Status, Transition, TransitionRule},
    },
    users::{credentials::Email, rank::Rank},
};
use stoa::{
    server::{
        domain::{
            conversations,
            messages::{self, receipts},
            orders::{self, SeenOrder},
        },
        store::users,
    },
    shared::{
        conversations::Conversation,
        conversations::system_messages::SystemMessage,
        errors::{ErrorCode, Result},
        ids::{ConversationId, ListingId, MessageId, OrderId},
        messages::{Message, MessageKind, Range},
        orders::{Order, OrderOutcome},
        users::Viewer,
        values::{dates::Day, money::Money},
    },
};
use uuid::Uuid;

use crate::{checker, place::Place};

/// A booking of the boathouse from the third to the fifth day from now.
pub fn stay(place: &Place) -> OrderDraft {
    let today = Day::of(place.context.clock.now());
    OrderDraft {
        starts_on: today.plus(3).to_string(),
        ends_on: today.plus(5).to_string(),
        quantity: "2".into(),
        ..OrderDraft::default()
    }
}

fn custom() -> OrderDraft {
    OrderDraft { title: "Oak table".into(), note: "For eight people.".into(), ..OrderDraft::default() }
}

impl Place {
    pub async fn operator(&self, name: &str) -> Viewer {
        let viewer = self.user(name).await;
        let email = Email::parse(&viewer.email).unwrap();
        let write = self.context.store.write(move |mut conn| {
            let email = email.clone();
            Box::pin(async move { users::set_rank(&mut conn, &email, Rank::Operator).await })
        });
        assert!(write.await.unwrap());
        Viewer { rank: Rank::Operator, ..viewer }
    }

    pub async fn book(&self, guest: &Viewer, listing: ListingId) -> Order {
        orders::create(&self.context, guest, OrderId::new(), Some(listing), stay(self))
            .await
            .expect("an order")
    }

    pub async fn step(
        &self,
        viewer: &Viewer,
        order: &Order,
        from: Status,
        step: Transition,
    ) -> Result<OrderOutcome> {
        let key = OrderKey::Id(order.card.id);
        // Many of these orders are of the same nights.
        let seen = SeenOrder { status: from, quote: None, is_overlapping: true };
        orders::apply_transition(&self.context, viewer, &key, MessageId::new(), seen, step).await
    }

    async fn said(&self, viewer: &Viewer, conversation: ConversationId) -> Vec<Message> {
        let page = messages::page(&self.context, viewer, conversation, Range::Newest, None).await.unwrap();
        page.messages
    }
}

/// What the order's own conversation says of it, without what leads to another one.
fn steps(messages: &[Message]) -> usize {
    let is_link =
        |event: &SystemMessage| matches!(event, SystemMessage::Talked { .. } | SystemMessage::Ordered { .. });
    events(messages).iter().filter(|event| !is_link(event)).count()
}

fn events(messages: &[Message]) -> Vec<SystemMessage> {
    let system = messages.iter().filter(|message| message.kind == MessageKind::System);
    system.map(|message| SystemMessage::from_body(&message.body)).collect()
}

#[tokio::test]
async fn d8_a_new_booking_greets_with_a_first_system_message_in_the_conversation_about_its_listing() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let talk = place.conversation(&guest, &host).await;
    let listing = talk.subject.listing().unwrap().id;
    place.send(&guest, talk.id, "Is there a stove?").await.unwrap();
    let id = OrderId::new();
    let asked = OrderDraft { note: "We come by train.".into(), ..stay(&place) };
    let order = orders::create(&place.context, &guest, id, Some(listing), asked.clone()).await.unwrap();
    assert_eq!(order.card.price, Some(Money::euros(2 * 14_800)));
    assert_eq!((order.card.status, order.card.host), (Status::Pending, Some(host.id)));

    assert_eq!(order.conversation, talk.id);
    let said = place.said(&host, order.conversation).await;
    let (starts_on, ends_on) = (order.card.starts_on, order.card.ends_on);
    let requested = SystemMessage::Requested { kind: order.card.kind, starts_on, ends_on };
    assert_eq!(events(&said), [requested]);
    let texts: Vec<_> = said.iter().filter(|message| message.kind == MessageKind::Text).collect();
    assert_eq!(texts.first().unwrap().body, "Is there a stove?");
    assert_eq!(said.last().unwrap().body, "We come by train.");
    // To the host all of it is new, to the guest nothing.
    let summary = place.get(&host, order.conversation).await;
    assert_eq!((summary.unread, summary.total), (3, 3));
    assert_eq!(summary.subject.order().unwrap().id, id);
    assert_eq!(place.get(&guest, order.conversation).await.unread, 0);

    // Sent again it is the same order, and nothing is said twice.
    let again = orders::create(&place.context, &guest, id, Some(listing), asked.clone()).await.unwrap();
    assert_eq!(again, order);
    assert_eq!(place.said(&host, order.conversation).await, said);
    let other = OrderDraft { note: "By car.".into(), ..asked };
    let refused = orders::create(&place.context, &guest, id, Some(listing), other).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Conflict);
    // Who saw another price has not asked for this one.
    let dearer = OrderDraft { seen_price_cents: Some(9_900), ..stay(&place) };
    let refused = orders::create(&place.context, &guest, OrderId::new(), Some(listing), dearer).await;
    assert_eq!(refused.unwrap_err().code, ErrorCode::Conflict);
    let own = orders::create(&place.context, &host, OrderId::new(), Some(listing), stay(&place)).await;
    assert_eq!(own.unwrap_err().code, ErrorCode::Forbidden);
    assert_eq!(checker::rows(&place).await, Vec::<String>::new());
}

#[tokio::test]
async fn d2_a_step_its_message_and_its_entry_in_the_log_stand_together() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let listing = place.listing(&host).await;
    let order = place.book(&guest, listing).await;
    let (id, key) = (MessageId::new(), OrderKey::Code(order.card.code));
    let accept =
        || orders::apply_transition(&place.context, &host, &key, id, Status::Pending, Transition::Accept);
    let done = accept().await.unwrap();
    assert_eq!(done.order.status, Status::Accepted);
    for viewer in [&host, &guest] {
        let summary = place.get(viewer, order.conversation).await;
        assert_eq!(summary.subject.order().unwrap().status, Status::Accepted);
        assert_eq!(summary.last_message.unwrap().id, id);
    }
    // The answer was lost: it is the same step, also once the order has gone on.
    assert_eq!(accept().await.unwrap(), done);
    place.step(&host, &order, Status::Accepted, Transition::Start).await.unwrap();
    assert_eq!(accept().await.unwrap().order.status, Status::InProgress);
    // The same id for something else is refused.
    let other =
        orders::apply_transition(&place.context, &host, &key, id, Status::InProgress, Transition::Complete)
            .await;
    assert_eq!(other.unwrap_err().code, ErrorCode::Conflict);
    // Operators see how it stands; what the guest wrote to the host is theirs.
    let operator = place.operator("Mara").await;
    let asked = OrderDraft { note: "Just between us".into(), ..stay(&place) };
    let noted = orders::create(&place.context, &guest, OrderId::new(), Some(listing), asked).await.unwrap();
    let seen = orders::get(&place.context, &operator, &OrderKey::Id(noted.card.id)).await.unwrap();
    assert_eq!((seen.note.as_str(), noted.note.as_str()), ("", "Just between us"));
    let desk = orders::board(&place.context, &operator, OrderFilter::default(), None).await.unwrap();
    assert!(!format!("{desk:?}").contains("Just between us"));
    // A stale one is refused with what it is now.
    let stale = place.step(&host, &order, Status::Pending, Transition::Decline).await.unwrap_err();
    assert_eq!(stale.code, ErrorCode::Conflict);
    assert!(stale.message.contains("in progress"), "{stale}");

    let log = place.rows::<(String, Uuid)>("SELECT action, user_id FROM audit ORDER BY at, id").await;
    assert_eq!(log, [("order_accept".to_owned(), host.id.0), ("order_start".to_owned(), host.id.0)]);
    // (8) Each status change has one system message.
    assert_eq!(steps(&place.said(&guest, order.conversation).await), 3);
    assert_eq!(checker::rows(&place).await, Vec::<String>::new());
}

#[tokio::test]
async fn d2_of_two_steps_at_once_one_is_taken() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let listing = place.listing(&host).await;
    for _ in 0..10 {
        let order = place.book(&guest, listing).await;
        let (accepted, cancelled) = tokio::join!(
            place.step(&host, &order, Status::Pending, Transition::Accept),
            place.step(&guest, &order, Status::Pending, Transition::Cancel),
        );
        assert_ne!(accepted.is_ok(), cancelled.is_ok());
        assert_eq!(steps(&place.said(&guest, order.conversation).await), 2);
    }
    assert_eq!(checker::rows(&place).await, Vec::<String>::new());
}

/// The steps that lead to a status.
fn way(to: Status) -> &'static [Transition] {
    match to {
        Status::Pending => &[],
        Status::Accepted => &[Transition::Accept],
        Status::InProgress => &[Transition::Accept, Transition::Start],
        Status::Completed => &[Transition::Accept, Transition::Start, Transition::Complete],
        Status::Declined => &[Transition::Decline],
        Status::Cancelled => &[Transition::Accept, Transition::Cancel],
    }
}

#[tokio::test]
async fn d1_every_role_tries_every_step_from_every_status() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let (operator, stranger) = (place.operator("Mara").await, place.user("Eve").await);
    let listing = place.listing(&host).await;
    let people = [
        (&guest, Some(Actor::Guest)),
        (&host, Some(Actor::Host)),
        (&operator, Some(Actor::Operator)),
        (&stranger, None),
    ];
    for from in Status::ALL {
        let mut order = None;
        for (viewer, party) in people {
            for step in Transition::ALL {
                // The one before may have moved on.
                let standing = match order.take() {
                    Some(order) => order,
                    None => place.at(&guest, &host, listing, from).await,
                };
                let before = place.said(&guest, standing.conversation).await.len();
                let rule = TransitionRule::of(step, from);
                // Of a booking there is never a quote.
                let is_allowed = party.is_some_and(|party| rule.is_some_and(|rule| rule.allows(party)))
                    && !matches!(step, Transition::AcceptQuote | Transition::DeclineQuote);
                let done = place.step(viewer, &standing, from, step).await;
                let after = place.said(&guest, standing.conversation).await.len();
                if is_allowed {
                    assert_eq!(done.unwrap().order.status, rule.unwrap().to);
                    assert_eq!(after, before + 1);
                } else {
                    let wanted = if party.is_none() { ErrorCode::NotFound } else { ErrorCode::Forbidden };
                    assert_eq!(done.unwrap_err().code, wanted, "{party:?} {step:?} {from:?}");
                    assert_eq!(after, before);
                    order = Some(standing);
                }
            }
        }
    }
}

impl Place {
    /// An order in this status.
    async fn at(&self, guest: &Viewer, host: &Viewer, listing: ListingId, status: Status) -> Order {
        let order = self.book(guest, listing).await;
        let mut now = Status::Pending;
        for step in way(status) {
            now = self.step(host, &order, now, *step).await.unwrap().order.status;
        }
        assert_eq!(now, status);
        order
    }
}

#[tokio::test]
async fn b6_a_custom_order_is_taken_up_quoted_and_accepted() {
    let place = Place::new().await;
    let (guest, operator, other) =
        (place.user("Noor").await, place.operator("Mara").await, place.operator("Sol").await);
    let made = orders::create(&place.context, &guest, OrderId::new(), None, custom()).await.unwrap();
    let key = OrderKey::Id(made.card.id);
    assert_eq!((made.card.host, made.card.price), (None, None));
    // Nobody is there yet, but the guest can go on writing, and the desk counts it.
    place.send(&guest, made.conversation, "Oiled, not varnished.").await.unwrap();
    let desk = orders::board(&place.context, &operator, OrderFilter::default(), None).await.unwrap();
    assert_eq!((desk.unread, desk.rows[0].unread, desk.rows[0].total), (1, 3, 3));
    assert!(!desk.rows[0].is_joined && desk.rows[0].waiting_since.is_some());
    // Operators take part only in what they took up.
    let stranger = conversations::get(&place.context, &operator, made.conversation).await;
    assert_eq!(stranger.unwrap_err().code, ErrorCode::NotFound);

    let id = MessageId::new();
    let take = || orders::take(&place.context, &operator, &key, id, Status::Pending);
    take().await.unwrap();
    take().await.unwrap();
    let joined = place.get(&operator, made.conversation).await;
    assert_eq!((joined.unread, joined.people.len()), (3, 1));
    receipts::mark_read(&place.context, &operator, made.conversation, 3, &place.context.epoch).await.unwrap();
    // What one operator has read, the desk has read.
    let desk = orders::board(&place.context, &other, OrderFilter::default(), None).await.unwrap();
    assert_eq!((desk.unread, desk.rows[0].unread), (0, 0));
    assert_eq!(desk.rows[0].order.operator.as_ref().map(|person| person.id), Some(operator.id));

    // Without a price it can't be accepted; a quote can be declined and asked anew.
    let early = place.step(&operator, &made, Status::Pending, Transition::Accept).await.unwrap_err();
    assert_eq!(early.code, ErrorCode::Forbidden);
    let early = place.step(&guest, &made, Status::Pending, Transition::AcceptQuote).await.unwrap_err();
    assert_eq!(early.code, ErrorCode::Forbidden);
    let quote = async |cents| {
        orders::quote(&place.context, &operator, &key, MessageId::new(), Money::euros(cents)).await.unwrap()
    };
    quote(90_000).await;
    let declined = place.step(&guest, &made, Status::Pending, Transition::DeclineQuote).await.unwrap();
    assert_eq!((declined.order.status, declined.order.quote), (Status::Pending, None));
    quote(80_000).await;
    // Who saw another price has not accepted this one.
    let accept = async |seen| {
        let (step, seen) = (
            Transition::AcceptQuote,
            SeenOrder { status: Status::Pending, quote: Some(seen), is_overlapping: false },
        );
        orders::apply_transition(&place.context, &guest, &key, MessageId::new(), seen, step).await
    };
    assert_eq!(accept(90_000).await.unwrap_err().code, ErrorCode::Conflict);
    let accepted = accept(80_000).await.unwrap();
    assert_eq!(accepted.order.status, Status::Accepted);
    assert_eq!((accepted.order.price, accepted.order.quote), (Some(Money::euros(80_000)), None));
    let told = events(&place.said(&guest, made.conversation).await);
    assert_eq!(
        told[2..4],
        [
            SystemMessage::Quoted { price: Money::euros(90_000) },
            SystemMessage::QuoteDeclined { price: Money::euros(90_000) }
        ]
    );
    // A guest can’t propose a price.
    let own = orders::quote(&place.context, &guest, &key, MessageId::new(), Money::euros(1)).await;
    assert_eq!(own.unwrap_err().code, ErrorCode::NotFound);
    assert_eq!(checker::rows(&place).await, Vec::<String>::new());
}

#[tokio::test]
async fn d3_an_order_is_found_by_id_and_by_code_in_any_case_and_by_nobody_else() {
    let place = Place::new().await;
    let (host, guest, stranger) =
        (place.user("Tomas").await, place.user("Noor").await, place.user("Eve").await);
    let order = place.book(&guest, place.listing(&host).await).await;
    let (site, session, other) =
        (place.serve().await, place.session(&guest).await, place.session(&stranger).await);
    let code = order.card.code.to_string();
    for name in [order.card.id.to_string(), code.clone(), code.to_lowercase()] {
        let (status, found) = site.get(&format!("/api/orders/{name}"), Some(&session)).await;
        assert_eq!((status.as_u16(), &found["card"]["code"]), (200, &json!(code)));
        let (status, _) = site.get(&format!("/api/orders/{name}"), Some(&other)).await;
        assert_eq!(status.as_u16(), 404);
    }
    for name in ["REQ-222222", "nonsense", "REQ-"] {
        let (status, problem) = site.get(&format!("/api/orders/{name}"), Some(&session)).await;
        assert_eq!((status.as_u16(), &problem["code"]), (404, &json!("not_found")), "{name}");
    }
}

#[tokio::test]
async fn d4_an_order_is_moved_on_and_talked_about_over_http() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let listing = place.listing(&host).await;
    let (site, hosting, asking) =
        (place.serve().await, place.session(&host).await, place.session(&guest).await);
    let asked = stay(&place);
    let (id, new) = (
        OrderId::new(),
        |id: OrderId| json!({ "id": id, "listing_id": listing, "starts_on": asked.starts_on, "ends_on": asked.ends_on, "quantity": 2 }),
    );
    let (status, made) = site.post("/api/orders", Some(&asking), &new(id)).await;
    assert_eq!(status.as_u16(), 200, "{made}");
    let path = format!("/api/orders/{}", made["card"]["code"].as_str().unwrap());
    let patch = async |session, to: &str, expected: &str| {
        let body = json!({ "message_id": MessageId::new(), "status": to, "expected": expected });
        let request =
            site.request(reqwest::Method::PATCH, &format!("{path}/status"), Some(session)).json(&body);
        crate::place::answer(request).await
    };
    assert_eq!(patch(&asking, "accepted", "pending").await.0.as_u16(), 403);
    let (status, accepted) = patch(&hosting, "accepted", "pending").await;
    assert_eq!((status.as_u16(), &accepted["order"]["status"]), (200, &json!("accepted")));
    assert_eq!(patch(&hosting, "declined", "pending").await.0.as_u16(), 409);
    assert_eq!(patch(&hosting, "completed", "accepted").await.0.as_u16(), 403);
    let said = json!({ "id": MessageId::new(), "body": "See you then" });
    assert_eq!(site.post(&format!("{path}/messages"), Some(&hosting), &said).await.0.as_u16(), 200);
    let (_, page) = site.get(&format!("{path}/messages"), Some(&asking)).await;
    assert_eq!(page["messages"].as_array().unwrap().len(), 3);
    // Bad input has a code and changes nothing.
    for (field, wrong) in [
        ("starts_on", json!("2020-01-01")),
        ("starts_on", json!("tomorrow")),
        ("ends_on", json!(asked.starts_on)),
        ("quantity", json!(0)),
        ("quantity", json!(-1)),
        ("quantity", json!(10_000)),
        ("quantity", json!("2")),
        ("note", json!("x".repeat(2_001))),
        ("listing_id", json!(ListingId::new())),
        ("surprise", json!(1)),
    ] {
        let mut body = new(OrderId::new());
        body[field] = wrong.clone();
        let (status, problem) = site.post("/api/orders", Some(&asking), &body).await;
        assert!(
            status.is_client_error() && problem["code"].is_string(),
            "{field} {wrong}: {status} {problem}"
        );
    }
    let (_, mine) = site.get("/api/orders?view=mine", Some(&asking)).await;
    assert_eq!(mine["orders"].as_array().unwrap().len(), 1);
    assert_eq!(site.get("/api/orders?view=desk", Some(&asking)).await.0.as_u16(), 422);
}

#[tokio::test]
async fn b1_the_badges_of_a_dashboard_are_each_orders_own() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let listing = place.listing(&host).await;
    let mut made = Vec::new();
    for _ in 0..3 {
        made.push(place.book(&guest, listing).await);
    }
    for (order, count) in made.iter().zip([2, 0, 1]) {
        for _ in 0..count {
            place.send(&host, order.conversation, "A word").await.unwrap();
        }
    }
    let page =
        orders::list(&place.context, &guest, OrderView::Mine, OrderFilter::default(), None).await.unwrap();
    let badge = |talk: &Conversation| (talk.id, (talk.unread, talk.total));
    let badges: HashMap<_, _> = page.orders.iter().map(badge).collect();
    // The next order has left a line in the one before, which leads to it, and the other way round.
    for (order, wanted) in made.iter().zip([(2, 4), (0, 3), (1, 3)]) {
        assert_eq!(badges[&order.conversation], wanted);
    }
    // The latest message first.
    assert_eq!(page.orders[0].id, made[2].conversation);
    place.step(&host, &made[1], Status::Pending, Transition::Decline).await.unwrap();
    let filter = OrderFilter { statuses: vec![Status::Declined], ..OrderFilter::default() };
    let declined = orders::list(&place.context, &guest, OrderView::Mine, filter, None).await.unwrap();
    assert_eq!(declined.orders.len(), 1);
    let search = OrderFilter { search: made[0].card.code.to_string(), ..OrderFilter::default() };
    let found = orders::list(&place.context, &host, OrderView::Hosting, search, None).await.unwrap();
    assert_eq!(found.orders.iter().map(|talk| talk.id).collect::<Vec<_>>(), [made[0].conversation]);
    let other =
        orders::list(&place.context, &host, OrderView::Mine, OrderFilter::default(), None).await.unwrap();
    assert!(other.orders.is_empty());
}

#[tokio::test]
async fn e9_the_audit_log_is_only_added_to() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let order = place.book(&guest, place.listing(&host).await).await;
    place.step(&host, &order, Status::Pending, Transition::Accept).await.unwrap();
    for statement in [
        "UPDATE audit SET action = 'nothing' WHERE $1 = $1 AND $2 = $2 AND $3 = $3",
        "DELETE FROM audit WHERE $1 = $1 AND $2 = $2 AND $3 = $3",
    ] {
        let ids = (order.conversation.0, host.id.0, 0);
        let write = place.context.store.write(move |mut conn| {
            Box::pin(async move { crate::sql::execute(&mut conn, statement, ids).await })
        });
        assert!(write.await.is_err(), "{statement}");
    }
    let kept = place.rows::<(String,)>("SELECT action FROM audit").await;
    assert_eq!(kept, [("order_accept".to_owned(),)]);
}

#[tokio::test]
async fn d4_programs_of_the_marketplace_say_what_happened_elsewhere() {
    let place = Place::new().await;
    let (host, guest, operator) =
        (place.user("Tomas").await, place.user("Noor").await, place.operator("Mara").await);
    let order = place.book(&guest, place.listing(&host).await).await;
    let (site, staff, other) =
        (place.serve().await, place.session(&operator).await, place.session(&host).await);
    let id = MessageId::new();
    let body = |text: &str| json!({ "id": id, "order": order.card.code, "text": text });
    let path = "/api/messages/system";
    assert_eq!(site.post(path, Some(&other), &body("Paid")).await.0.as_u16(), 403);
    let (status, first) = site.post(path, Some(&staff), &body("Payment received")).await;
    assert_eq!(status.as_u16(), 200, "{first}");
    let (_, again) = site.post(path, Some(&staff), &body("Payment received")).await;
    assert_eq!(again, first);
    assert_eq!(site.post(path, Some(&staff), &body("Another")).await.0.as_u16(), 409);
    for wrong in [
        json!({ "id": MessageId::new(), "text": "Nowhere" }),
        json!({ "id": MessageId::new(), "order": order.card.code, "text": "" }),
        json!({ "id": MessageId::new(), "order": order.card.code, "text": "x".repeat(301) }),
        json!({ "id": MessageId::new(), "order": order.card.code, "conversation_id": order.conversation, "text": "Both" }),
    ] {
        assert_eq!(site.post(path, Some(&staff), &wrong).await.0.as_u16(), 422, "{wrong}");
    }
    // It is news to both, from nobody.
    let said = events(&place.said(&guest, order.conversation).await);
    assert_eq!(said.last(), Some(&SystemMessage::Note { text: "Payment received".into() }));
    assert_eq!(place.get(&guest, order.conversation).await.unread, 1);
    assert_eq!(place.get(&host, order.conversation).await.unread, 2);
    let log = place.rows::<(String, Uuid)>("SELECT action, user_id FROM audit").await;
    assert_eq!(log, [("message_system".to_owned(), operator.id.0)]);
    assert_eq!(checker::rows(&place).await, Vec::<String>::new());
}
