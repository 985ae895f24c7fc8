//! Blocks (F10): blocked means blocked, by every way in; the other side is not told by whom; an order that is under way goes on
//! with the desk.

use std::sync::Arc;

use reqwest::StatusCode;
use serde_json::{Value, json};
use stoa::{
    server::{
        auth::session_tokens::Token,
        domain::{
            conversations, messages, notifications, orders, rooms,
            users::{blocks, presence},
        },
    },
    shared::{
        conversations::{Conversation, rooms::History, system_messages::SystemMessage},
        errors::ErrorCode,
        ids::{ConversationId, ListingId, MessageId, OrderId, TokenId, UserId},
        messages::{Message, Range},
        notifications::NotificationFilter,
        orders::{
            code::OrderKey,
            workflow::{Status, Transition},
        },
        sync::wire::{ToClient, ToServer},
        users::{Viewer, api_tokens::Scopes},
    },
};

use crate::{
    client::Client,
    orders::stay,
    place::{Place, Site},
};

/// Two who have written to each other, with all that one may begin with the other.
struct Pair {
    place: Place,
    site: Site,
    /// The one who tries, and the other.
    one: Viewer,
    other: Viewer,
    session: Token,
    token: Token,
    talk: ConversationId,
    own: Message,
    /// Another listing of the host's, about which nobody has written.
    listing: ListingId,
    /// Where the other is, and some third person.
    room: ConversationId,
    third: UserId,
}

const ALL: Scopes = Scopes {
    read: true,
    write: true,
    system: false,
    notify: false,
    events: false,
    event_texts: false,
    manage: false,
};

impl Pair {
    /// `is_guest` says whether the one who tries is the guest.
    async fn new(is_guest: bool) -> Self {
        let place = Place::new().await;
        let (guest, host) = (place.user("Noor").await, place.user("Tomas").await);
        let talk = place.conversation(&guest, &host).await.id;
        let (one, other) = if is_guest { (guest, host) } else { (host, guest) };
        place.send(&other, talk, "Hello").await.unwrap();
        let own = place.send(&one, talk, "Hello you").await.unwrap();
        let listing = place.listing(&other).await;
        let room = ConversationId::new();
        let third = place.user("Ana").await;
        place.conversation(&third, &one).await;
        place.conversation(&third, &other).await;
        let people = vec![one.id, other.id];
        place.room(&third, room, "A room", History::Start, &people).await;
        Self {
            session: place.session(&one).await,
            token: place.token(&one, TokenId::new(), ALL).await,
            site: place.serve().await,
            place,
            one,
            other,
            talk,
            own,
            listing,
            room,
            third: third.id,
        }
    }

    /// Which of the two blocks.
    async fn block(&self, by_one: bool) {
        let (by, whom) = if by_one { (&self.one, &self.other) } else { (&self.other, &self.one) };
        blocks::block(&self.place.context, by, whom.id).await.unwrap();
    }

    async fn rpc(&self, path: &str, fields: &[(&str, &str)]) -> Result<(), String> {
        let (status, body) = self.site.form(path, Some(&self.session), fields).await;
        if status == StatusCode::OK { Ok(()) } else { Err(format!("{status} {}", body["code"])) }
    }

    async fn rest(&self, path: &str, body: Value) -> Result<(), String> {
        let request = reqwest::Client::new().post(format!("{}{path}", self.site.url)).json(&body);
        let (status, body) = crate::place::answer(request.bearer_auth(self.token.as_str())).await;
        if status == StatusCode::OK { Ok(()) } else { Err(format!("{status} {}", body["code"])) }
    }

    /// Whether the way leads through.
    async fn attempt(&self, way: &str) -> Result<(), String> {
        let (context, one, other) = (&self.place.context, &self.one, &self.other);
        let said = |error: stoa::shared::errors::ApiError| format!("{:?}", error.code);
        let (talk, id) = (self.talk.to_string(), MessageId::new().to_string());
        match way {
            "a message by a form or a server function" => {
                let fields = [("conversation_id", &*talk), ("message_id", &*id), ("body", "Hi")];
                self.rpc("/rpc/send_message", &fields).await
            }
            "a message by REST, with a token" => {
                let path = format!("/api/conversations/{talk}/messages");
                self.rest(&path, json!({ "id": id, "body": "Hi" })).await
            }
            "a message by socket" => {
                let mut client = Client::open(&self.place, &self.site, one, 1).await;
                let sent = ToServer::SendMessage {
                    id: MessageId::new(),
                    conversation: self.talk,
                    body: "Hi".into(),
                    attached: Default::default(),
                };
                client.say(&sent).await;
                let answer = client
                    .until(|frame| matches!(frame, ToClient::Ack { .. } | ToClient::Refused { .. }))
                    .await;
                match answer {
                    ToClient::Refused { error, .. } => Err(said(error)),
                    _ => Ok(()),
                }
            }
            "four messages of a batch" => {
                let batch = (0..4).map(|_| self.place.send(one, self.talk, "Hi"));
                let sent = futures::future::join_all(batch).await;
                let refused = sent.into_iter().filter_map(std::result::Result::err).count();
                if refused == 0 { Ok(()) } else { Err(format!("{refused} refused")) }
            }
            "another text by an edit" => {
                let edited =
                    messages::edit(context, one, self.own.id, self.own.version, "Other words".into()).await;
                edited.map(drop).map_err(said)
            }
            "typing" => match messages::typing::recipients(context, one, self.talk).await {
                Ok(told) if told == [other.id] => Ok(()),
                told => Err(format!("{told:?}")),
            },
            "presence" => presence::get(context, one, other.id).await.map(drop).map_err(said),
            "presence of an open conversation" => {
                let seen = presence::others(context, one, self.talk, 60).await.map_err(said)?;
                if seen.is_empty() { Err("nobody".into()) } else { Ok(()) }
            }
            "being told of coming and going" => {
                let told = presence::contacts(context, other.id).await.map_err(said)?;
                if told.contains(&one.id) { Ok(()) } else { Err("not told".into()) }
            }
            "an enquiry about another listing" => {
                conversations::get_or_create(context, one, self.listing).await.map(drop).map_err(said)
            }
            "an enquiry with its first message" => {
                let started =
                    conversations::start(context, one, self.listing, MessageId::new(), "Hi".into()).await;
                started.map(drop).map_err(said)
            }
            "an enquiry by REST" => {
                self.rest("/api/conversations", json!({ "listing_id": self.listing })).await
            }
            "an order" => {
                let draft = stay(&self.place);
                let made = orders::create(context, one, OrderId::new(), Some(self.listing), draft).await;
                made.map(drop).map_err(said)
            }
            "an invitation into a room" => {
                let (room, people) = (ConversationId::new(), vec![other.id]);
                let made = rooms::create(context, one, room, "Come", History::Start, people).await;
                made.map(drop).map_err(said)
            }
            "an invitation into a room that is there" => {
                let room = ConversationId::new();
                self.place.room(one, room, "Mine", History::Start, &[self.third]).await;
                let invited = rooms::invite(context, one, room, MessageId::new(), vec![other.id]).await;
                invited.map(drop).map_err(said)
            }
            "being offered for an invitation" => {
                let offered = rooms::contacts(context, one, String::new()).await.map_err(said)?;
                let is_there = offered.iter().any(|person| person.id == other.id);
                if is_there { Ok(()) } else { Err("not offered".into()) }
            }
            "a mention in a room of both" => {
                let body = format!("@{} look", other.name);
                self.place.send(one, self.room, &body).await.unwrap();
                let page = notifications::list(context, other, NotificationFilter::default(), None).await;
                let told = page.unwrap().notifications;
                let is_told = told.iter().any(|one| one.event == SystemMessage::Mentioned);
                if is_told { Ok(()) } else { Err("not told".into()) }
            }
            way => panic!("{way} is none"),
        }
    }
}

const WAYS: [&str; 17] = [
    "a message by a form or a server function",
    "a message by REST, with a token",
    "a message by socket",
    "four messages of a batch",
    "another text by an edit",
    "typing",
    "presence",
    "presence of an open conversation",
    "being told of coming and going",
    "an enquiry about another listing",
    "an enquiry with its first message",
    "an enquiry by REST",
    "an order",
    "an invitation into a room",
    "an invitation into a room that is there",
    "being offered for an invitation",
    "a mention in a room of both",
];

#[tokio::test(flavor = "multi_thread")]
async fn f10_blocked_means_blocked_by_every_way_in() {
    let mut found = Vec::new();
    for is_guest in [true, false] {
        let (open, closed, undone) =
            (Pair::new(is_guest).await, Pair::new(is_guest).await, Pair::new(is_guest).await);
        // Whoever of the two blocks: it holds in both directions, with the same answers.
        let other = Pair::new(is_guest).await;
        closed.block(true).await;
        other.block(false).await;
        undone.block(true).await;
        blocks::unblock(&undone.place.context, &undone.one, undone.other.id).await.unwrap();
        for way in WAYS {
            let (open, undone) = (open.attempt(way).await, undone.attempt(way).await);
            found.extend(open.err().map(|why| format!("{way} is none without a block: {why}")));
            found.extend(undone.err().map(|why| format!("{way} is none after the block: {why}")));
            let (by_one, by_other) = (closed.attempt(way).await, other.attempt(way).await);
            if by_one.is_ok() || by_one != by_other {
                found.push(format!("{way}: {by_one:?} for who blocks, {by_other:?} for who is blocked"));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

async fn get(place: &Place, viewer: &Viewer, talk: ConversationId) -> Conversation {
    place.get(viewer, talk).await
}

#[tokio::test]
async fn f10_both_see_it_closed_and_who_is_blocked_is_not_told_by_whom() {
    let pair = Pair::new(true).await;
    let (context, talk) = (&pair.place.context, pair.talk);
    let site = &pair.site;
    let mut of_other = Client::open(&pair.place, site, &pair.other, 1).await;
    of_other.hear().await;
    of_other.heard_so_far().await;
    let before = get(&pair.place, &pair.other, talk).await;
    pair.block(true).await;
    // The other side hears of it at once, and reads what was written as before.
    let change = of_other.change().await;
    let told = serde_json::to_string(&change).unwrap();
    assert!(told.contains("\"closed\":1"), "{told}");
    let after = get(&pair.place, &pair.other, talk).await;
    assert_eq!(after, Conversation { closed: 1, changed: after.changed, ..before }, "nothing else is told");
    let mine = get(&pair.place, &pair.one, talk).await;
    assert!(mine.is_closed() && mine.is_blocked_by_me() && !after.is_blocked_by_me());
    let page = messages::page(context, &pair.other, talk, Range::Newest, None).await.unwrap();
    assert_eq!(page.messages.len(), 2, "what was written stays");
    let refused = pair.place.send(&pair.other, talk, "Why?").await.unwrap_err();
    assert_eq!(
        (refused.code, &*refused.message),
        (ErrorCode::Forbidden, "You can’t write in this conversation any more.")
    );
    // What was said can be taken back.
    messages::delete(context, &pair.one, pair.own.id, pair.own.version).await.unwrap();
    // A message that was stored before is answered as ever.
    let again = pair.place.send_as(&pair.one, talk, pair.own.id, "Hello you").await.unwrap();
    assert_eq!(again.seq, pair.own.seq);
    // If both have blocked, it opens when both have undone it.
    pair.block(false).await;
    pair.block(false).await;
    let list = blocks::list(context, &pair.other).await.unwrap();
    assert_eq!(list.people.iter().map(|one| one.person.id).collect::<Vec<_>>(), [pair.one.id]);
    assert!(get(&pair.place, &pair.other, talk).await.is_blocked_by_me());
    blocks::unblock(context, &pair.one, pair.other.id).await.unwrap();
    blocks::unblock(context, &pair.one, pair.other.id).await.unwrap();
    assert_eq!(get(&pair.place, &pair.one, talk).await.closed, 1, "still closed, by the other");
    blocks::unblock(context, &pair.other, pair.one.id).await.unwrap();
    assert_eq!(get(&pair.place, &pair.one, talk).await.closed, 0);
    pair.place.send(&pair.other, talk, "Hello again").await.unwrap();
}

#[tokio::test]
async fn f10_an_order_that_is_under_way_goes_on_with_the_desk_until_it_ends() {
    let place = Place::new().await;
    let (guest, host) = (place.user("Noor").await, place.user("Tomas").await);
    let operator = place.operator("Mara").await;
    let listing = place.listing(&host).await;
    let (first, second) = (place.book(&guest, listing).await, place.book(&guest, listing).await);
    place.step(&host, &first, Status::Pending, Transition::Accept).await.unwrap();
    let context = &place.context;
    blocks::block(context, &guest, host.id).await.unwrap();
    // That of the order which is accepted goes on, and says so without saying by whom.
    let (going, closed) = (first.conversation, second.conversation);
    assert_eq!(get(&place, &guest, going).await.closed, 2 + 4);
    assert_eq!(get(&place, &host, going).await.closed, 2);
    let note =
        messages::page(context, &host, going, Range::Newest, None).await.unwrap().messages.pop().unwrap();
    assert_eq!(note.sender, None);
    assert!(
        note.body.contains("the team") && !note.body.contains("Noor") && !note.body.contains("block"),
        "{note:?}"
    );
    place.send(&host, going, "The key is under the mat").await.unwrap();
    // What was only asked for can be ended, and not begun.
    assert_eq!(get(&place, &host, closed).await.closed, 1);
    let refused = place.step(&host, &second, Status::Pending, Transition::Accept).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Forbidden);
    place.step(&host, &second, Status::Pending, Transition::Decline).await.unwrap();
    assert_eq!(get(&place, &guest, closed).await.closed, 1 + 4);
    // The desk is told, and an operator can take part.
    let told = notifications::list(context, &operator, NotificationFilter::default(), None).await.unwrap();
    let link = Some(format!("/orders/{}", first.card.code));
    let is_told =
        |event: &SystemMessage| matches!(event, SystemMessage::Notice { link: found, .. } if *found == link);
    assert!(told.notifications.iter().any(|one| is_told(&one.event)), "{told:?}");
    let key = OrderKey::Id(first.card.id);
    orders::take(context, &operator, &key, MessageId::new(), Status::Accepted).await.unwrap();
    place.send(&operator, going, "I am here to help").await.unwrap();
    // With the order ends the conversation.
    place.step(&host, &first, Status::Accepted, Transition::Cancel).await.unwrap();
    assert_eq!(get(&place, &host, going).await.closed, 1);
    for viewer in [&guest, &host, &operator] {
        assert_eq!(place.send(viewer, going, "Hi").await.unwrap_err().code, ErrorCode::Forbidden);
    }
    blocks::unblock(context, &guest, host.id).await.unwrap();
    place.send(&host, going, "Hi").await.unwrap();
}

#[tokio::test]
async fn f10_nobody_takes_up_what_goes_on_without_a_block() {
    let place = Place::new().await;
    let (guest, host) = (place.user("Noor").await, place.user("Tomas").await);
    let operator = place.operator("Mara").await;
    let order = place.book(&guest, place.listing(&host).await).await;
    let key = OrderKey::Id(order.card.id);
    let refused = orders::take(&place.context, &operator, &key, MessageId::new(), Status::Pending).await;
    assert_eq!(refused.unwrap_err().code, ErrorCode::Forbidden);
}

#[tokio::test]
async fn f10_only_people_one_shares_a_conversation_with_are_blocked_and_no_staff() {
    let place = Place::new().await;
    let (guest, host) = (place.user("Noor").await, place.user("Tomas").await);
    let (stranger, operator) = (place.user("Eve").await, place.operator("Mara").await);
    place.conversation(&guest, &host).await;
    place.conversation(&guest, &operator).await;
    let context = &place.context;
    let missing = blocks::block(context, &guest, UserId::new()).await.unwrap_err();
    assert_eq!(blocks::block(context, &guest, stranger.id).await.unwrap_err(), missing);
    assert_eq!(blocks::block(context, &guest, guest.id).await.unwrap_err(), missing);
    assert_eq!(blocks::block(context, &guest, operator.id).await.unwrap_err().code, ErrorCode::Forbidden);
    assert_eq!(blocks::unblock(context, &guest, stranger.id).await.unwrap_err(), missing);
    assert!(blocks::list(context, &guest).await.unwrap().people.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn f10_after_the_commit_of_a_block_nothing_gets_through() {
    let place = Arc::new(Place::new().await);
    for round in 0..8 {
        let (guest, host) = (place.user("Noor").await, place.user("Tomas").await);
        let talk = place.conversation(&guest, &host).await.id;
        let listing = place.listing(&host).await;
        let senders = [&guest, &host].map(|viewer| {
            let (place, viewer) = (place.clone(), viewer.clone());
            tokio::spawn(async move {
                let mut stored = 0_i64;
                for number in 0..400 {
                    match place.send(&viewer, talk, &format!("{number}")).await {
                        Ok(_) => stored += 1,
                        Err(error) => {
                            assert_eq!(error.code, ErrorCode::Forbidden);
                            return (stored, true);
                        }
                    }
                }
                (stored, false)
            })
        });
        let starter = {
            let (place, guest) = (place.clone(), guest.clone());
            tokio::spawn(async move {
                conversations::get_or_create(&place.context, &guest, listing).await.is_ok()
            })
        };
        while get(&place, &guest, talk).await.last_seq < 5 {
            tokio::task::yield_now().await;
        }
        blocks::block(&place.context, &host, guest.id).await.unwrap();
        let at_block = get(&place, &host, talk).await;
        let mut stored = 0;
        for sender in senders {
            let (sent, was_refused) = sender.await.unwrap();
            assert!(was_refused, "round {round}");
            stored += sent;
        }
        let after = get(&place, &host, talk).await;
        assert_eq!((after.last_seq, after.last_seq), (at_block.last_seq, stored), "round {round}");
        // The other conversation either began before, and is closed, or did not begin.
        let began = starter.await.unwrap();
        let found = conversations::find(&place.context, &guest, listing).await.unwrap();
        assert_eq!(found.is_some(), began);
        assert!(found.is_none_or(|talk| talk.is_closed()), "round {round}");
    }
    assert_eq!(crate::checker::rows(&place).await, Vec::<String>::new());
}

#[tokio::test]
async fn f10_presence_can_be_switched_off_and_then_one_sees_nobodys() {
    let pair = Pair::new(true).await;
    let (context, one, other) = (&pair.place.context, &pair.one, &pair.other);
    blocks::set_presence(context, one, true).await.unwrap();
    for (viewer, seen) in [(one, other), (other, one)] {
        assert!(presence::get(context, viewer, seen.id).await.is_err());
        assert!(presence::others(context, viewer, pair.talk, 60).await.unwrap().is_empty());
        assert!(!presence::contacts(context, seen.id).await.unwrap().contains(&viewer.id));
    }
    assert!(blocks::list(context, one).await.unwrap().is_presence_off);
    blocks::set_presence(context, one, false).await.unwrap();
    presence::get(context, other, one.id).await.unwrap();
}

#[tokio::test]
async fn f10_who_only_opened_a_conversation_sees_no_presence_and_invites_nobody() {
    let place = Place::new().await;
    let (guest, host) = (place.user("Noor").await, place.user("Tomas").await);
    let listing = place.listing(&host).await;
    let context = &place.context;
    let talk = conversations::get_or_create(context, &guest, listing).await.unwrap().id;
    let is_shown = async || {
        let get = presence::get(context, &guest, host.id).await.is_ok();
        let offered = rooms::contacts(context, &guest, String::new()).await.unwrap();
        let others = presence::others(context, &guest, talk, 60).await.unwrap();
        let told = presence::contacts(context, host.id).await.unwrap();
        let answers = [get, !offered.is_empty(), !others.is_empty(), !told.is_empty()];
        assert!(answers.iter().all(|answer| *answer == get), "{answers:?}");
        get
    };
    assert!(!is_shown().await, "opened, and nothing said");
    place.send(&guest, talk, "Is it free?").await.unwrap();
    assert!(!is_shown().await, "only one has written");
    let room = ConversationId::new();
    let refused = rooms::create(context, &guest, room, "Come", History::Start, vec![host.id]).await;
    assert_eq!(refused.unwrap_err().code, ErrorCode::NotFound);
    place.send(&host, talk, "It is").await.unwrap();
    assert!(is_shown().await);
    place.room(&guest, room, "Come", History::Start, &[host.id]).await;
}

#[tokio::test]
async fn f10_whoever_was_taken_out_of_a_room_comes_back_only_by_a_moderator() {
    let place = Place::new().await;
    let (owner, member, third) =
        (place.user("Noor").await, place.user("Tomas").await, place.user("Ana").await);
    for (one, other) in [(&owner, &member), (&owner, &third), (&member, &third)] {
        place.conversation(one, other).await;
    }
    let (context, room) = (&place.context, ConversationId::new());
    let people = vec![member.id, third.id];
    place.room(&owner, room, "A room", History::Start, &people).await;
    rooms::remove(context, &owner, room, MessageId::new(), third.id).await.unwrap();
    let link = rooms::set_link(context, &owner, room, true).await.unwrap().unwrap();
    let by_link = rooms::join(context, &third, &link, MessageId::new()).await.unwrap_err();
    assert_eq!(by_link.code, ErrorCode::Forbidden);
    assert!(by_link.message.contains("taken you out"), "{by_link}");
    let by_member =
        rooms::invite(context, &member, room, MessageId::new(), vec![third.id]).await.unwrap_err();
    assert_eq!(by_member.code, ErrorCode::Forbidden);
    assert!(by_member.message.contains("Only a moderator can invite them"), "{by_member}");
    place.let_in(&owner, room, &third).await;
    // Whoever leaves by themselves comes back by the link.
    rooms::remove(context, &third, room, MessageId::new(), third.id).await.unwrap();
    rooms::join(context, &third, &link, MessageId::new()).await.unwrap();
}
