//! Rooms: who gets in, who sees what, and that who is out hears nothing more.

use serde_json::json;
use stoa::shared::conversations::{role::Role, update::ConversationUpdate};
use stoa::{
    server::domain::{
        conversations,
        messages::{self, receipts},
        rooms::{self, invitations},
        sync,
    },
    shared::{
        conversations::system_messages::SystemMessage,
        conversations::{
            Conversation,
            rooms::{History, ROOM_NAME_MAX_CHARS, link_made_at},
        },
        errors::{ErrorCode, Result},
        ids::{ConversationId, MessageId, UserId},
        messages::Range,
        sync::{
            changes::{OpenThread, Poll},
            wire::{ToClient, ToServer},
        },
        users::Viewer,
        values::time::{DAY, MINUTE},
    },
};

use crate::{checker, client::Client, place::Place};

/// Somebody who has talked with each of these people, and these people.
struct Scene {
    place: Place,
    me: Viewer,
    people: Vec<Viewer>,
}

async fn scene(names: &[&str]) -> Scene {
    let place = Place::new().await;
    let me = place.user("Noor").await;
    let mut people = Vec::new();
    for name in names {
        let other = place.user(name).await;
        place.conversation(&me, &other).await;
        people.push(other);
    }
    Scene { place, me, people }
}

impl Scene {
    async fn room(&self, history: History) -> Conversation {
        let people: Vec<_> = self.people.iter().map(|viewer| viewer.id).collect();
        self.place.room(&self.me, ConversationId::new(), "Harbour market", history, &people).await
    }

    async fn remove(&self, by: &Viewer, room: ConversationId, who: UserId) -> Result<()> {
        rooms::remove(&self.place.context, by, room, MessageId::new(), who).await
    }

    async fn said(&self, viewer: &Viewer, room: ConversationId) -> Vec<String> {
        let page = messages::page(&self.place.context, viewer, room, Range::Newest, None).await.unwrap();
        page.messages.into_iter().map(|message| message.body).collect()
    }
}

fn code(error: Result<impl Sized>) -> ErrorCode {
    error.err().expect("it is refused").code
}

#[tokio::test]
async fn e1_a_room_is_made_once_and_everybody_in_it_hears_what_is_said() {
    let scene = scene(&["Tomas", "Mei", "Rui"]).await;
    let (node, people) =
        (&scene.place.context, scene.people.iter().map(|viewer| viewer.id).collect::<Vec<_>>());
    let id = ConversationId::new();
    let make =
        async || rooms::create(node, &scene.me, id, "Harbour market", History::Start, people.clone()).await;
    let room = make().await.unwrap();
    assert_eq!((room.role, room.people.len()), (Role::Moderator, 0), "who is invited is not there yet");
    assert_eq!(make().await.unwrap(), room);
    for person in &scene.people {
        invitations::accept(node, person, id, MessageId::new()).await.unwrap();
    }
    let room = scene.place.get(&scene.me, id).await;
    assert_eq!((room.people.len(), room.subject.room().unwrap().people), (3, 4));
    assert_eq!(make().await.unwrap(), room);
    let other = rooms::create(node, &scene.me, room.id, "Another", History::Start, people).await;
    assert_eq!(code(other), ErrorCode::Conflict);
    scene.place.send(&scene.people[0], room.id, "Who brings the lamps?").await.unwrap();
    for viewer in scene.people[1..].iter().chain([&scene.me]) {
        // Besides the message: that there is a room, which is no news to who made it, and who else has joined.
        assert_eq!(scene.place.get(viewer, room.id).await.unread, 4);
    }
    assert_eq!(checker::rows(&scene.place).await, Vec::<String>::new());
}

#[tokio::test]
async fn e1_history_is_seen_from_the_start_or_from_joining_as_the_room_says() {
    for (history, seen) in [(History::Start, 4), (History::Joining, 2)] {
        let scene = scene(&["Tomas"]).await;
        let late = scene.place.user("Late").await;
        scene.place.conversation(&scene.me, &late).await;
        let room = scene.room(history).await;
        let early = scene.place.send(&scene.me, room.id, "Early").await.unwrap();
        scene.place.let_in(&scene.me, room.id, &late).await;
        scene.place.send(&scene.me, room.id, "Now").await.unwrap();
        assert_eq!(scene.said(&late, room.id).await.len(), seen, "{history:?}");
        // That they came in is no news to themselves.
        assert_eq!(scene.place.get(&late, room.id).await.unread, seen as i64 - 1);
        let around =
            messages::page(&scene.place.context, &late, room.id, Range::AroundSeq(early.seq), None).await;
        let sees_early = around.unwrap().messages.iter().any(|message| message.id == early.id);
        assert_eq!(sees_early, history == History::Start);
        // Who leaves and comes back counts right again.
        scene.remove(&late, room.id, late.id).await.unwrap();
        scene.place.send(&scene.me, room.id, "Meanwhile").await.unwrap();
        scene.place.let_in(&scene.me, room.id, &late).await;
        assert_eq!(checker::rows(&scene.place).await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn e1_who_sees_from_joining_learns_only_who_has_left_since() {
    for (history, known) in [(History::Start, vec!["Mei", "Tomas"]), (History::Joining, vec!["Mei"])] {
        let scene = scene(&["Tomas", "Mei"]).await;
        let late = scene.place.user("Late").await;
        scene.place.conversation(&scene.me, &late).await;
        let room = scene.room(history).await.id;
        scene.remove(&scene.me, room, scene.people[0].id).await.unwrap();
        let node = &scene.place.context;
        scene.place.let_in(&scene.me, room, &late).await;
        scene.remove(&scene.me, room, scene.people[1].id).await.unwrap();
        let former = rooms::people(node, &late, room).await.unwrap().former;
        assert_eq!(former.iter().map(|person| &*person.name).collect::<Vec<_>>(), known, "{history:?}");
        // Nor does a search tell who was there before.
        for name in ["Tomas", "Mei"] {
            let found = conversations::list(node, &late, Some(name.to_owned()), false, None).await.unwrap();
            assert_eq!(found.conversations.len(), usize::from(known.contains(&name)), "{history:?} {name}");
        }
    }
}

#[tokio::test]
async fn e1_who_is_taken_out_gets_nothing_more_on_any_path() {
    let scene = scene(&["Tomas", "Mei"]).await;
    let room = scene.room(History::Start).await;
    let (place, tomas) = (&scene.place, &scene.people[0]);
    place.send(&scene.me, room.id, "For all of us").await.unwrap();
    let head = sync::position(&place.context, tomas).await.unwrap();
    let (site, moderator) = (place.serve().await, place.session(&scene.me).await);
    let mut socket = Client::open(place, &site, tomas, head).await;
    socket.hear().await;
    socket.join(room.id).await;
    socket.until(|frame| matches!(frame, ToClient::Change(change) if !change.messages.is_empty())).await;

    let mut other = Client::open_with(place, &site, &moderator, 0).await;
    other.hear().await;
    let path = format!("/api/rooms/{}/remove", room.id);
    let body = json!({ "message_id": MessageId::new(), "user_id": tomas.id });
    assert_eq!(site.post(&path, Some(&moderator), &body).await.0.as_u16(), 200);
    // He is told that he is out, without a word of what is said.
    let told = socket
        .until(|frame| {
            matches!(frame, ToClient::Change(change) if change.conversations.iter().any(|news| matches!(news, ConversationUpdate::Left { id, .. } if *id == room.id)))
        })
        .await;
    let ToClient::Change(change) = told else { panic!("it is a change") };
    assert!(change.messages.is_empty());
    // From now on nothing of the room reaches him, whatever he asks for.
    let id = MessageId::new();
    other
        .say(&ToServer::SendMessage {
            id,
            conversation: room.id,
            body: "Only for us".into(),
            attached: Default::default(),
        })
        .await;
    other.until(|frame| matches!(frame, ToClient::Ack { .. })).await;
    other.say(&ToServer::Typing { conversation: room.id, is_typing: true }).await;
    socket.join(room.id).await;
    for frame in socket.heard_so_far().await {
        assert!(!format!("{frame:?}").contains("Only for us"), "{frame:?}");
        assert!(!matches!(frame, ToClient::Typing { .. }), "{frame:?}");
    }
    let node = &place.context;
    assert_eq!(code(messages::page(node, tomas, room.id, Range::Newest, None).await), ErrorCode::NotFound);
    assert_eq!(code(conversations::get(node, tomas, room.id).await), ErrorCode::NotFound);
    assert_eq!(code(place.send(tomas, room.id, "Let me in").await), ErrorCode::NotFound);
    assert_eq!(code(receipts::mark_read(node, tomas, room.id, 9, &node.epoch).await), ErrorCode::NotFound);
    assert_eq!(code(rooms::people(node, tomas, room.id).await), ErrorCode::NotFound);
    assert_eq!(code(rooms::readers(node, tomas, room.id, 1).await), ErrorCode::NotFound);
    let open = Some(OpenThread { conversation: room.id, version: 0 });
    let Poll::News { change, .. } = sync::poll(node, tomas, &node.epoch, 0, open).await.unwrap() else {
        panic!("the epoch has not changed")
    };
    assert!(!format!("{change:?}").contains("Only for us") && change.messages.is_empty());
    let found = conversations::list(node, tomas, Some("Harbour".into()), false, None).await.unwrap();
    assert!(found.conversations.is_empty());
    assert_eq!(receipts::unread_total(node, tomas).await.unwrap(), 0);
    assert_eq!(checker::rows(place).await, Vec::<String>::new());
}

#[tokio::test]
async fn e1_members_and_moderators_may_what_they_may() {
    let scene = scene(&["Tomas", "Mei"]).await;
    let room = scene.room(History::Start).await.id;
    let (node, tomas, mei) = (&scene.place.context, &scene.people[0], &scene.people[1]);
    let id = MessageId::new;
    assert_eq!(code(scene.remove(tomas, room, mei.id).await), ErrorCode::Forbidden);
    assert_eq!(code(rooms::rename(node, tomas, room, id(), "Mine").await), ErrorCode::Forbidden);
    assert_eq!(code(rooms::set_link(node, tomas, room, true).await), ErrorCode::Forbidden);
    let promoted = rooms::set_role(node, tomas, room, id(), tomas.id, Role::Moderator).await;
    assert_eq!(code(promoted), ErrorCode::Forbidden);
    rooms::set_role(node, &scene.me, room, id(), tomas.id, Role::Moderator).await.unwrap();
    let renamed = rooms::rename(node, tomas, room, id(), "Night market").await.unwrap();
    assert_eq!(renamed.subject.title(), "Night market");
    // Never without somebody who looks after it.
    rooms::set_role(node, tomas, room, id(), scene.me.id, Role::Member).await.unwrap();
    let last = rooms::set_role(node, tomas, room, id(), tomas.id, Role::Member).await;
    assert_eq!(code(last), ErrorCode::Forbidden);
    scene.remove(tomas, room, tomas.id).await.unwrap();
    let people = rooms::people(node, &scene.me, room).await.unwrap().people;
    assert_eq!(people.iter().filter(|person| person.role == Role::Moderator).count(), 1);
    // A stranger and a missing room get the same answer.
    let stranger = scene.place.user("Eve").await;
    let unknown = rooms::rename(node, &stranger, ConversationId::new(), id(), "Mine").await.unwrap_err();
    assert_eq!(rooms::rename(node, &stranger, room, id(), "Mine").await.unwrap_err(), unknown);
    assert_eq!(checker::rows(&scene.place).await, Vec::<String>::new());
}

#[tokio::test]
async fn e1_by_a_link_one_gets_in_as_long_as_it_is_open() {
    let scene = scene(&["Tomas"]).await;
    let room = scene.room(History::Joining).await;
    let (node, stranger) = (&scene.place.context, scene.place.user("Eve").await);
    let link = rooms::set_link(node, &scene.me, room.id, true).await.unwrap().unwrap();
    assert_eq!(rooms::people(node, &scene.me, room.id).await.unwrap().link.as_ref(), Some(&link));
    assert_eq!(rooms::people(node, &scene.people[0], room.id).await.unwrap().link, None);
    let asked = rooms::invitation(node, &stranger, &link).await.unwrap();
    assert_eq!((&*asked.name, asked.people, asked.joined), ("Harbour market", 2, None));
    assert_eq!(asked.link_by.map(|person| person.id), Some(scene.me.id));
    let id = MessageId::new();
    let joined = rooms::join(node, &stranger, &link, id).await.unwrap();
    assert_eq!((joined.id, joined.role), (room.id, Role::Member));
    assert_eq!(rooms::join(node, &stranger, &link, id).await.unwrap().id, room.id);
    let said = scene.said(&scene.me, room.id).await;
    assert_eq!(
        said.iter()
            .filter(|body| matches!(SystemMessage::from_body(body), SystemMessage::Joined { .. }))
            .count(),
        1
    );
    let newer = rooms::set_link(node, &scene.me, room.id, true).await.unwrap().unwrap();
    assert_ne!(newer, link);
    rooms::set_link(node, &scene.me, room.id, false).await.unwrap();
    let other = scene.place.user("Rui").await;
    for closed in [link.as_str(), newer.as_str(), "", "nonsense"] {
        assert_eq!(code(rooms::join(node, &other, closed, MessageId::new()).await), ErrorCode::NotFound);
    }
    // Who is taken out does not come back by the link that he has.
    let link = rooms::set_link(node, &scene.me, room.id, true).await.unwrap().unwrap();
    scene.remove(&scene.me, room.id, stranger.id).await.unwrap();
    assert_eq!(code(rooms::join(node, &stranger, &link, MessageId::new()).await), ErrorCode::NotFound);
}

#[tokio::test]
async fn l10_a_link_works_for_thirty_days_and_says_when_it_was_made() {
    let scene = scene(&["Tomas"]).await;
    let room = scene.room(History::Start).await.id;
    let (node, clock) = (&scene.place.context, &scene.place.context.clock);
    let join = async |link: &str| {
        let stranger = scene.place.user("Eve").await;
        rooms::join(node, &stranger, link, MessageId::new()).await
    };
    let shown = async || rooms::people(node, &scene.me, room).await.unwrap().link;
    let link = rooms::set_link(node, &scene.me, room, true).await.unwrap().unwrap();
    let (made_at, now) = (link_made_at(&link).unwrap(), clock.now());
    assert!(made_at <= now && now < made_at.plus(MINUTE), "{made_at:?}");
    clock.advance(29 * DAY);
    join(&link).await.unwrap();
    assert_eq!(shown().await, Some(link.clone()));
    clock.advance(2 * DAY);
    let expired = join(&link).await.unwrap_err();
    assert_eq!(expired.code, ErrorCode::NotFound);
    assert!(expired.message.contains("expired"), "{expired:?}");
    assert_eq!(shown().await, None);
    // Renewed, it is another.
    let newer = rooms::set_link(node, &scene.me, room, true).await.unwrap().unwrap();
    join(&newer).await.unwrap();
    // One from before links had a time goes on.
    scene.place.run("UPDATE rooms SET link = '3f2b8c1e4d5a4b6c9e7f0a1b2c3d4e5f'").await;
    clock.advance(60 * DAY);
    join("3f2b8c1e4d5a4b6c9e7f0a1b2c3d4e5f").await.unwrap();
}

#[tokio::test]
async fn e1_bad_rooms_are_refused_and_change_nothing() {
    let scene = scene(&["Tomas"]).await;
    let (node, tomas) = (&scene.place.context, scene.people[0].id);
    let stranger = scene.place.user("Eve").await.id;
    let make = async |name: &str, people: Vec<UserId>| {
        rooms::create(node, &scene.me, ConversationId::new(), name, History::Start, people).await
    };
    let long = "x".repeat(ROOM_NAME_MAX_CHARS + 1);
    for name in ["", "  ", "\u{202E}room", long.as_str()] {
        assert_eq!(make(name, vec![tomas]).await.unwrap_err().field.as_deref(), Some("name"));
    }
    for people in [vec![], vec![scene.me.id], vec![tomas, scene.me.id], vec![UserId::new(); 101]] {
        assert_eq!(make("Room", people).await.unwrap_err().field.as_deref(), Some("people"));
    }
    let many = (0..10_000).map(|_| UserId::new()).collect();
    assert_eq!(make("Room", many).await.unwrap_err().field.as_deref(), Some("people"));
    // Somebody with whom one has never talked, and nobody at all, get the same answer.
    let unknown = make("Room", vec![UserId::new()]).await.unwrap_err();
    assert_eq!(make("Room", vec![tomas, stranger]).await.unwrap_err(), unknown);
    assert_eq!(unknown.code, ErrorCode::NotFound);
    let rows = scene.place.rows::<(i64,)>("SELECT COUNT(*) FROM rooms").await;
    assert_eq!(rows, [(0,)]);
    let found = rooms::contacts(node, &scene.me, "TOM".into()).await.unwrap();
    assert_eq!(found.iter().map(|person| person.id).collect::<Vec<_>>(), [tomas]);
    assert!(rooms::contacts(node, &scene.me, "Eve".into()).await.unwrap().is_empty());
}

#[tokio::test]
async fn e1_who_has_read_is_told_by_name_and_raises_nobody_elses_head() {
    let scene = scene(&["Tomas", "Mei"]).await;
    let room = scene.room(History::Start).await;
    let (node, tomas, mei) = (&scene.place.context, &scene.people[0], &scene.people[1]);
    let message = scene.place.send(&scene.me, room.id, "Read this").await.unwrap();
    let before = sync::position(node, &scene.me).await.unwrap();
    receipts::mark_read(node, tomas, room.id, message.seq, &node.epoch).await.unwrap();
    assert_eq!(sync::position(node, &scene.me).await.unwrap(), before);
    let readers = async |viewer: &Viewer| {
        let readers = rooms::readers(node, viewer, room.id, message.seq).await.unwrap();
        readers.into_iter().map(|reader| reader.person.id).collect::<Vec<_>>()
    };
    assert_eq!(readers(&scene.me).await, [tomas.id]);
    receipts::mark_read(node, mei, room.id, message.seq, &node.epoch).await.unwrap();
    assert_eq!(readers(&scene.me).await, [tomas.id, mei.id]);
    assert_eq!(readers(tomas).await, [mei.id]);
    assert_eq!(code(rooms::readers(node, tomas, room.id, 99).await), ErrorCode::NotFound);
    // Who came later and could not read it is not among them.
    let late = scene.place.user("Late").await;
    scene.place.conversation(&scene.me, &late).await;
    let room = scene.room(History::Joining).await.id;
    let early = scene.place.send(&scene.me, room, "Early").await.unwrap();
    scene.place.let_in(&scene.me, room, &late).await;
    receipts::mark_read(node, &late, room, early.seq + 1, &node.epoch).await.unwrap();
    assert!(rooms::readers(node, &scene.me, room, early.seq).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn e1_the_summary_of_a_large_room_names_whoever_wrote_last_as_a_fresh_one_does() {
    let names: Vec<_> = (0..11).map(|number| format!("Person {number}")).collect();
    let scene = scene(&names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let room = scene.room(History::Start).await.id;
    let site = scene.place.serve().await;
    let reader = &scene.people[4];
    let head = sync::position(&scene.place.context, reader).await.unwrap();
    let mut client = Client::open(&scene.place, &site, reader, head).await;
    for round in 0..2 {
        for writer in scene.people.iter().chain([&scene.me]) {
            let body = format!("Round {round} of {}", writer.name);
            let message = scene.place.send(writer, room, &body).await.unwrap();
            let told = loop {
                let change = client.change().await;
                if let Some(told) = change.summary(room).filter(|told| told.last_seq == message.seq) {
                    break told.clone();
                }
            };
            assert_eq!(told, scene.place.get(reader, room).await, "{body}");
            assert!(told.people.len() <= 9 && told.people.len() >= 8);
            let is_named = told.people.iter().any(|other| other.person.id == writer.id);
            assert!(is_named || writer.id == reader.id);
        }
    }
}
