//! Invitations into rooms: whoever is invited sees nothing of the room before they accept, nobody learns who declines, and
//! nobody is asked more often than is decent.

use futures::future::join_all;
use stoa::{
    server::domain::{
        conversations,
        messages::{self, receipts},
        notifications,
        operators::user_directory,
        rooms::{self, invitations},
        sync,
        users::{blocks, presence},
    },
    shared::{
        conversations::{
            Conversation,
            role::Role,
            rooms::{History, RoomInvitation},
            system_messages::SystemMessage,
        },
        errors::{ErrorCode, Result},
        ids::{ConversationId, MessageId, UserId},
        messages::Range,
        notifications::NotificationFilter,
        operators::user_directory::UserChange,
        sync::wire::ToClient,
        users::Viewer,
        values::time::{DAY, HOUR, MINUTE},
    },
};

use crate::{checker, client::Client, place::Place};

/// Noor has a room with Tomas, and knows Mei, whom Tomas knows too.
struct Scene {
    place: Place,
    noor: Viewer,
    tomas: Viewer,
    mei: Viewer,
    room: ConversationId,
}

impl Scene {
    async fn new() -> Self {
        Self::with(History::Start).await
    }

    async fn with(history: History) -> Self {
        let place = Place::new().await;
        let (noor, tomas, mei) =
            (place.user("Noor Haddad").await, place.user("Tomas").await, place.user("Mei").await);
        for (one, other) in [(&noor, &tomas), (&noor, &mei), (&tomas, &mei)] {
            place.conversation(one, other).await;
        }
        let room = ConversationId::new();
        place.room(&noor, room, "Harbour market", history, &[tomas.id]).await;
        Self { place, noor, tomas, mei, room }
    }

    async fn invite(&self, by: &Viewer, who: &Viewer) -> Result<Conversation> {
        rooms::invite(&self.place.context, by, self.room, MessageId::new(), vec![who.id]).await
    }

    async fn accept(&self, who: &Viewer) -> Result<Conversation> {
        invitations::accept(&self.place.context, who, self.room, MessageId::new()).await
    }

    async fn decline(&self, who: &Viewer) -> Result<()> {
        invitations::decline(&self.place.context, who, self.room).await
    }

    async fn withdraw(&self, by: &Viewer, who: &Viewer) -> Result<()> {
        invitations::withdraw(&self.place.context, by, self.room, who.id).await
    }

    async fn remove(&self, by: &Viewer, who: &Viewer) {
        rooms::remove(&self.place.context, by, self.room, MessageId::new(), who.id).await.unwrap();
    }

    async fn open(&self, who: &Viewer) -> Vec<RoomInvitation> {
        invitations::list(&self.place.context, who).await.unwrap().invitations
    }

    /// Whom this member sees invited.
    async fn invited(&self, viewer: &Viewer) -> Vec<UserId> {
        let people = rooms::people(&self.place.context, viewer, self.room).await.unwrap();
        people.invited.into_iter().map(|one| one.person.id).collect()
    }

    async fn told(&self, who: &Viewer) -> usize {
        let page = notifications::list(&self.place.context, who, NotificationFilter::default(), None).await;
        page.unwrap().notifications.iter().filter(|one| one.is_invitation()).count()
    }

    async fn head(&self, who: &Viewer) -> i64 {
        sync::position(&self.place.context, who).await.unwrap()
    }

    async fn joined(&self) -> usize {
        let page = messages::page(&self.place.context, &self.noor, self.room, Range::Newest, None).await;
        let events =
            page.unwrap().messages.into_iter().map(|message| SystemMessage::from_body(&message.body));
        events.filter(|event| matches!(event, SystemMessage::Joined { .. })).count()
    }

    async fn assert_consistent(&self) {
        assert_eq!(checker::rows(&self.place).await, Vec::<String>::new());
    }
}

fn code(error: Result<impl Sized>) -> ErrorCode {
    error.err().expect("it is refused").code
}

#[tokio::test]
async fn e1_whoever_is_invited_sees_nothing_of_a_room_until_they_accept() {
    for (history, seen) in [(History::Start, 3), (History::Joining, 1)] {
        let scene = Scene::with(history).await;
        let (place, node, mei, room) = (&scene.place, &scene.place.context, &scene.mei, scene.room);
        let stranger = place.user("Eve").await;
        let (site, before) = (place.serve().await, scene.head(mei).await);
        let mut socket = Client::open(place, &site, mei, before).await;
        let others = [scene.head(&scene.noor).await, scene.head(&scene.tomas).await];
        scene.invite(&scene.noor, mei).await.unwrap();
        // They are told at once, in an open page too; nobody else is.
        let told = socket
            .until(
                |frame| matches!(frame, ToClient::Change(change) if !change.notifications.items.is_empty()),
            )
            .await;
        let ToClient::Change(change) = told else { panic!("it is a change") };
        let notification = &change.notifications.items[0];
        assert_eq!(notification.text().title, "Noor Haddad invited you");
        assert_eq!(notification.text().text, "Harbour market, 2 people");
        assert_eq!(notification.href().as_deref(), Some("/rooms/invitations"));
        assert!(change.conversations.is_empty() && change.messages.is_empty());
        assert_eq!(others, [scene.head(&scene.noor).await, scene.head(&scene.tomas).await]);
        let open = scene.open(mei).await;
        assert_eq!(
            (open.len(), open[0].room, &*open[0].name, open[0].people),
            (1, room, "Harbour market", 2)
        );
        assert_eq!(open[0].invited_by.id, scene.noor.id);
        assert_eq!(open[0].moderators.iter().map(|one| one.id).collect::<Vec<_>>(), [scene.noor.id]);
        // What is said there, who is there, and when: nothing of it.
        place.send(&scene.tomas, room, "A secret about the lamps").await.unwrap();
        let missing = conversations::get(node, &stranger, ConversationId::new()).await.unwrap_err();
        assert_eq!(conversations::get(node, mei, room).await.unwrap_err(), missing);
        assert_eq!(messages::page(node, mei, room, Range::Newest, None).await.unwrap_err(), missing);
        assert_eq!(place.send(mei, room, "Hello?").await.unwrap_err(), missing);
        assert_eq!(rooms::people(node, mei, room).await.unwrap_err(), missing);
        assert_eq!(code(rooms::readers(node, mei, room, 1).await), ErrorCode::NotFound);
        assert_eq!(code(presence::others(node, mei, room, 60).await), ErrorCode::NotFound);
        assert_eq!(receipts::unread_total(node, mei).await.unwrap(), 0);
        let listed = conversations::list(node, mei, Some("Harbour".into()), false, None).await.unwrap();
        assert!(listed.conversations.is_empty());
        socket.join(room).await;
        for frame in socket.heard_so_far().await {
            assert!(!format!("{frame:?}").contains("secret"), "{frame:?}");
        }
        let members = rooms::people(node, &scene.noor, room).await.unwrap().people;
        assert_eq!(members.len(), 2);
        assert_eq!(scene.told(mei).await, 1, "what is said notifies nobody who is invited");
        // Now they are a member like one who joined.
        let joined = scene.accept(mei).await.unwrap();
        assert_eq!((joined.role, joined.subject.room().unwrap().people), (Role::Member, 3));
        let page = messages::page(node, mei, room, Range::Newest, None).await.unwrap();
        assert_eq!(page.messages.len(), seen, "{history:?}");
        assert_eq!((scene.joined().await, scene.told(mei).await), (1, 0));
        assert!(scene.open(mei).await.is_empty() && scene.invited(&scene.noor).await.is_empty());
        scene.assert_consistent().await;
    }
}

#[tokio::test]
async fn e1_nobody_learns_who_declines_and_nobody_is_asked_again_for_thirty_days() {
    let scene = Scene::new().await;
    let (noor, tomas, mei) = (&scene.noor, &scene.tomas, &scene.mei);
    scene.invite(noor, mei).await.unwrap();
    let before = (scene.head(noor).await, scene.head(tomas).await, scene.invited(noor).await);
    scene.decline(mei).await.unwrap();
    scene.decline(mei).await.unwrap();
    assert_eq!((scene.head(noor).await, scene.head(tomas).await, scene.invited(noor).await), before);
    assert!(scene.open(mei).await.is_empty());
    assert_eq!((scene.told(mei).await, code(scene.accept(mei).await)), (0, ErrorCode::NotFound));
    // Neither by asking again nor by withdrawing first, nor by somebody else, nor when it has expired.
    let quiet = scene.head(mei).await;
    scene.invite(noor, mei).await.unwrap();
    scene.invite(tomas, mei).await.unwrap();
    assert_eq!(scene.head(mei).await, quiet);
    scene.withdraw(noor, mei).await.unwrap();
    assert!(scene.invited(noor).await.is_empty());
    scene.invite(tomas, mei).await.unwrap();
    scene.place.context.clock.advance(29 * DAY);
    scene.invite(noor, mei).await.unwrap();
    assert_eq!(scene.invited(noor).await, [mei.id], "as everybody who has not answered");
    assert!(scene.open(mei).await.is_empty());
    assert_eq!(scene.told(mei).await, 0);
    scene.place.context.clock.advance(31 * DAY);
    scene.invite(noor, mei).await.unwrap();
    assert_eq!((scene.open(mei).await.len(), scene.told(mei).await), (1, 1));
    scene.accept(mei).await.unwrap();
    scene.assert_consistent().await;
}

#[tokio::test]
async fn e1_moderators_withdraw_any_invitation_and_members_their_own() {
    let scene = Scene::new().await;
    let (noor, tomas, mei, place) = (&scene.noor, &scene.tomas, &scene.mei, &scene.place);
    let (late, eve) = (place.user("Late").await, place.user("Eve").await);
    for other in [noor, tomas] {
        place.conversation(other, &late).await;
    }
    scene.invite(noor, mei).await.unwrap();
    scene.invite(tomas, &late).await.unwrap();
    assert_eq!(scene.invited(noor).await.len(), 2);
    assert_eq!(scene.invited(tomas).await, [late.id]);
    // Another's is not there for a member, and nothing is for a stranger or for who is invited.
    let unknown = invitations::withdraw(&place.context, tomas, scene.room, UserId::new()).await.unwrap_err();
    assert_eq!(scene.withdraw(tomas, mei).await.unwrap_err(), unknown);
    let missing =
        invitations::withdraw(&place.context, &eve, ConversationId::new(), mei.id).await.unwrap_err();
    for outside in [&eve, &late, mei] {
        assert_eq!(scene.withdraw(outside, mei).await.unwrap_err(), missing);
    }
    assert_eq!(code(scene.accept(&eve).await), ErrorCode::NotFound);
    assert_eq!(code(scene.decline(&eve).await), ErrorCode::NotFound);
    for _ in 0..2 {
        scene.withdraw(tomas, &late).await.unwrap();
        scene.withdraw(noor, mei).await.unwrap();
    }
    assert!(scene.invited(noor).await.is_empty());
    for gone in [mei, &late] {
        assert!(scene.open(gone).await.is_empty());
        assert_eq!((scene.told(gone).await, code(scene.accept(gone).await)), (0, ErrorCode::NotFound));
    }
    // On the same day it is open again without another notification.
    let head = scene.head(mei).await;
    scene.invite(noor, mei).await.unwrap();
    assert_eq!((scene.open(mei).await.len(), scene.told(mei).await, scene.head(mei).await), (1, 0, head));
    scene.withdraw(noor, mei).await.unwrap();
    place.context.clock.advance(DAY + HOUR);
    scene.invite(noor, mei).await.unwrap();
    assert_eq!((scene.open(mei).await.len(), scene.told(mei).await), (1, 1));
    scene.accept(mei).await.unwrap();
    assert_eq!(code(scene.withdraw(noor, mei).await), ErrorCode::Conflict);
    scene.assert_consistent().await;
}

#[tokio::test]
async fn e1_an_invitation_goes_with_its_time_its_room_and_whoever_made_it() {
    let scene = Scene::new().await;
    let (noor, tomas, mei, place) = (&scene.noor, &scene.tomas, &scene.mei, &scene.place);
    let node = &place.context;
    let is_open = async || {
        let open = scene.open(mei).await.len();
        let people = rooms::people(node, noor, scene.room).await.map(|people| people.invited.len());
        (open, people.unwrap_or_default())
    };
    // A block hides it, and tells nobody.
    scene.invite(tomas, mei).await.unwrap();
    blocks::block(node, mei, tomas.id).await.unwrap();
    assert_eq!(is_open().await, (0, 1));
    assert_eq!(code(scene.accept(mei).await), ErrorCode::NotFound);
    blocks::unblock(node, mei, tomas.id).await.unwrap();
    assert_eq!(is_open().await, (1, 1));
    // Whoever is suspended asks nobody.
    let ada = place.admin("Ada").await;
    user_directory::change(node, &ada, tomas.id, UserChange::Suspend).await.unwrap();
    assert_eq!(is_open().await.0, 0);
    user_directory::change(node, &ada, tomas.id, UserChange::Reinstate).await.unwrap();
    assert_eq!(is_open().await, (1, 1));
    // Thirty days.
    node.clock.advance(30 * DAY - MINUTE);
    assert_eq!(is_open().await, (1, 1));
    node.clock.advance(2 * MINUTE);
    assert_eq!(is_open().await, (0, 0));
    assert_eq!(code(scene.accept(mei).await), ErrorCode::NotFound);
    invitations::delete_old(node).await.unwrap();
    assert_eq!(place.rows::<(i64,)>("SELECT COUNT(*) FROM room_invitations").await, [(0,)]);
    // Whom a moderator takes out has invited nobody; who leaves has.
    scene.invite(tomas, mei).await.unwrap();
    scene.remove(noor, tomas).await;
    assert_eq!(is_open().await, (0, 0));
    scene.invite(noor, mei).await.unwrap();
    assert_eq!(is_open().await, (1, 1));
    // A room that the staff has closed, and one that is empty.
    place.run("UPDATE conversations SET closed = 1 WHERE kind = 'room'").await;
    assert_eq!(is_open().await.0, 0);
    place.run("UPDATE conversations SET closed = 0 WHERE kind = 'room'").await;
    scene.remove(noor, noor).await;
    assert_eq!(is_open().await.0, 0);
    assert_eq!(code(scene.accept(mei).await), ErrorCode::NotFound);
    scene.assert_consistent().await;
}

#[tokio::test]
async fn e1_whoever_is_taken_out_comes_back_by_a_moderators_invitation_alone() {
    let scene = Scene::new().await;
    let (noor, tomas, mei) = (&scene.noor, &scene.tomas, &scene.mei);
    scene.invite(tomas, mei).await.unwrap();
    // Joining by the link answers the invitation.
    let link = rooms::set_link(&scene.place.context, noor, scene.room, true).await.unwrap().unwrap();
    rooms::join(&scene.place.context, mei, &link, MessageId::new()).await.unwrap();
    assert!(scene.open(mei).await.is_empty() && scene.invited(noor).await.is_empty());
    scene.remove(noor, mei).await;
    assert_eq!(code(scene.accept(mei).await), ErrorCode::NotFound, "the old invitation leads nowhere");
    let refused = scene.invite(tomas, mei).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Forbidden);
    assert!(refused.message.contains("Only a moderator"), "{refused}");
    let link = rooms::set_link(&scene.place.context, noor, scene.room, true).await.unwrap().unwrap();
    let by_link = rooms::join(&scene.place.context, mei, &link, MessageId::new()).await.unwrap_err();
    assert_eq!(by_link.code, ErrorCode::Forbidden);
    scene.invite(noor, mei).await.unwrap();
    scene.accept(mei).await.unwrap();
    // Whoever leaves by themselves comes back as anybody.
    scene.remove(mei, mei).await;
    scene.invite(tomas, mei).await.unwrap();
    scene.accept(mei).await.unwrap();
    scene.assert_consistent().await;
}

#[tokio::test]
async fn e7_people_invited_on_a_day_and_open_invitations_are_bounded() {
    let place = Place::with(&["--sends-per-second", "19"]).await;
    let node = &place.context;
    let desk = place.operator("Mara").await;
    let mut people = Vec::new();
    for number in 0..102 {
        people.push(place.user(&format!("Person {number}")).await.id);
    }
    let (room, first) = (ConversationId::new(), people[..99].to_vec());
    let make = async || rooms::create(node, &desk, room, "All", History::Start, first.clone()).await;
    make().await.unwrap();
    let invite = async |id, range: std::ops::Range<usize>| {
        rooms::invite(node, &desk, room, id, people[range].to_vec()).await
    };
    // Of two more one is too many, and nobody of them is invited; those of before cost nothing.
    let refused = invite(MessageId::new(), 99..101).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::TooFast);
    let wait = refused.retry_after.unwrap();
    assert!((86_000..=86_401).contains(&wait), "{wait}");
    assert_eq!(rooms::people(node, &desk, room).await.unwrap().invited.len(), 99);
    let hundredth = MessageId::new();
    invite(hundredth, 60..100).await.unwrap();
    assert_eq!(code(invite(MessageId::new(), 100..101).await), ErrorCode::TooFast);
    let another = ConversationId::new();
    let made = rooms::create(node, &desk, another, "More", History::Start, vec![people[101]]).await;
    assert_eq!(code(made), ErrorCode::TooFast);
    assert_eq!(code(conversations::get(node, &desk, another).await), ErrorCode::NotFound, "nothing is made");
    // Repeated, they are answered as before.
    invite(hundredth, 60..100).await.unwrap();
    make().await.unwrap();
    node.clock.advance(DAY + MINUTE);
    invite(MessageId::new(), 100..101).await.unwrap();
    assert_eq!(rooms::people(node, &desk, room).await.unwrap().invited.len(), 101);
}

#[tokio::test]
async fn e7_a_room_has_five_hundred_open_invitations_and_a_person_a_hundred() {
    let place = Place::new().await;
    let node = &place.context;
    let (desk, sought) = (place.operator("Mara").await, place.user("Noor").await);
    for _ in 0..100 {
        let id = ConversationId::new();
        rooms::create(node, &desk, id, "Another", History::Start, vec![sought.id]).await.unwrap();
    }
    assert_eq!(invitations::list(node, &sought).await.unwrap().invitations.len(), 100);
    let (room, other) = (ConversationId::new(), place.user("Mei").await);
    rooms::create(node, &desk, room, "One more", History::Start, vec![other.id]).await.unwrap();
    let invite = async |people| rooms::invite(node, &desk, room, MessageId::new(), people).await;
    let refused = invite(vec![sought.id]).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Conflict);
    // Every answer makes room for one.
    let oldest = invitations::list(node, &sought).await.unwrap().invitations[99].room;
    invitations::decline(node, &sought, oldest).await.unwrap();
    invite(vec![sought.id]).await.unwrap();
    let mut people = Vec::new();
    for number in 0..499 {
        people.push(place.user(&format!("Person {number}")).await.id);
    }
    for some in people[..498].chunks(100) {
        invite(some.to_vec()).await.unwrap();
    }
    let refused = invite(people[498..].to_vec()).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Conflict);
    assert!(refused.message.contains("500"), "{refused}");
    assert_eq!(rooms::people(node, &desk, room).await.unwrap().invited.len(), 500);
    invitations::withdraw(node, &desk, room, people[0]).await.unwrap();
    invite(people[498..].to_vec()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a3_of_answers_at_the_same_time_one_counts() {
    let scene = Scene::new().await;
    let (noor, tomas, mei) = (&scene.noor, &scene.tomas, &scene.mei);
    for round in 1..=12 {
        scene.place.context.clock.advance(61 * DAY);
        let invited = join_all([scene.invite(noor, mei), scene.invite(tomas, mei)]).await;
        assert!(invited.iter().all(Result::is_ok), "{invited:?}");
        assert_eq!((scene.open(mei).await.len(), scene.told(mei).await), (1, 1), "asked once");
        let is_in = match round % 3 {
            0 => {
                let accepted = join_all((0..4).map(|_| scene.accept(mei))).await;
                assert!(accepted.iter().all(Result::is_ok), "{accepted:?}");
                true
            }
            1 => {
                let (accepted, withdrawn) = futures::join!(scene.accept(mei), scene.withdraw(noor, mei));
                assert_ne!(accepted.is_ok(), withdrawn.is_ok(), "{accepted:?} {withdrawn:?}");
                accepted.is_ok()
            }
            _ => {
                let (accepted, declined) = futures::join!(scene.accept(mei), scene.decline(mei));
                assert_ne!(accepted.is_ok(), declined.is_ok(), "{accepted:?} {declined:?}");
                accepted.is_ok()
            }
        };
        assert_eq!(conversations::get(&scene.place.context, mei, scene.room).await.is_ok(), is_in);
        assert!(scene.open(mei).await.is_empty() && scene.told(mei).await == 0);
        let before = scene.joined().await;
        if is_in {
            scene.remove(mei, mei).await;
        }
        assert_eq!(scene.joined().await, before);
        scene.assert_consistent().await;
    }
    let page = messages::page(&scene.place.context, noor, scene.room, Range::Newest, None).await.unwrap();
    let events = page.messages.iter().map(|message| SystemMessage::from_body(&message.body));
    let (mut joined, mut left) = (0, 0);
    for event in events {
        joined += usize::from(matches!(event, SystemMessage::Joined { .. }));
        left += usize::from(matches!(event, SystemMessage::Left { .. }));
    }
    assert_eq!(joined, left, "one line for each time they came in");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn d7_people_who_invite_each_other_at_once_leave_no_contradiction_and_no_deadlock() {
    let place = Place::new().await;
    let mut people = Vec::new();
    for name in ["Noor", "Tomas", "Mei", "Rui"] {
        people.push(place.user(name).await);
    }
    for (at, one) in people.iter().enumerate() {
        for other in &people[at + 1..] {
            place.conversation(one, other).await;
        }
    }
    let all: Vec<_> = people.iter().map(|person| person.id).collect();
    let make = async |by: &Viewer| {
        let others = all.iter().copied().filter(|id| *id != by.id).collect();
        let id = ConversationId::new();
        rooms::create(&place.context, by, id, "Crossed", History::Start, others).await
    };
    for _ in 0..5 {
        let made = join_all(people.iter().map(&make)).await;
        assert!(made.iter().all(Result::is_ok), "{made:?}");
    }
    let answered = join_all(people.iter().map(async |person| {
        let open = invitations::list(&place.context, person).await.unwrap().invitations;
        assert_eq!(open.len(), 15);
        let accepted = join_all(open.iter().map(async |invitation| {
            invitations::accept(&place.context, person, invitation.room, MessageId::new()).await
        }));
        accepted.await.into_iter().filter(Result::is_ok).count()
    }));
    assert_eq!(answered.await, [15; 4]);
    assert_eq!(checker::rows(&place).await, Vec::<String>::new());
}
