//! Reactions to messages (F6).

use futures::future::join_all;
use reqwest::{Method, StatusCode};
use stoa::{
    server::domain::{messages, operators::retention, rooms, sync},
    shared::{
        conversations::rooms::History,
        errors::{ErrorCode, Result},
        ids::{ConversationId, MessageId},
        messages::{
            Message, Range,
            reactions::{KINDS_MAX, OF_PERSON_MAX, USERS_SHOWN},
        },
        sync::{
            changes::{ApplyOutcome, OpenThread, Poll},
            thread::Thread,
        },
        users::Viewer,
        values::time::DAY,
    },
};

use crate::place::{Place, answer};

async fn react(place: &Place, who: &Viewer, to: &Message, emoji: &str, is_on: bool) -> Result<Message> {
    let changed = messages::reactions::change(&place.context, who, to.id, emoji, is_on).await?;
    Ok(changed.message)
}

/// Emoji with their counts.
fn counts(message: &Message) -> Vec<(&'static str, i64)> {
    let reactions = message.reactions.read().into_iter();
    reactions.map(|reaction| (&*reaction.emoji.leak(), reaction.count)).collect()
}

#[tokio::test]
async fn f6_a_reaction_is_a_new_version_that_moves_nothing_and_notifies_nobody() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    let said = place.send(&guest, conversation, "Is there a cot?").await.unwrap();
    let before = [place.get(&guest, conversation).await, place.get(&host, conversation).await];
    let reacted = react(&place, &host, &said, "👍", true).await.unwrap();
    assert_eq!((counts(&reacted), reacted.reactions.read()[0].users[0]), (vec![("👍", 1)], host.id));
    assert!(reacted.version > said.version && reacted.edited_at.is_none());
    for (before, viewer) in before.iter().zip([&guest, &host]) {
        let after = place.get(viewer, conversation).await;
        assert!(after.changed > before.changed && after.version == reacted.version);
        let still = |row: &stoa::shared::conversations::Conversation| {
            (row.listed, row.unread, row.noted, row.seen, row.last_seq, row.last_message.clone())
        };
        assert_eq!(still(&after), still(before), "{}", viewer.name);
    }
    // Both repeated: nothing changes.
    assert_eq!(react(&place, &host, &said, "👍", true).await.unwrap(), reacted);
    let back = react(&place, &host, &said, "👍", false).await.unwrap();
    assert!(back.reactions.is_empty() && back.version > reacted.version);
    assert_eq!(react(&place, &host, &said, "👍", false).await.unwrap(), back);
    assert_eq!(
        place.rows::<(i64,)>("SELECT COUNT(*) FROM messages WHERE reactions IS NOT NULL").await,
        [(0,)]
    );
    // Two spellings of one emoji are one.
    react(&place, &host, &said, "❤", true).await.unwrap();
    assert_eq!(counts(&react(&place, &guest, &said, "❤️", true).await.unwrap()), [("❤️", 2)]);
}

#[tokio::test]
async fn f6_a_thread_that_follows_equals_one_that_is_fetched() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    let said = place.send(&guest, conversation, "Is there a cot?").await.unwrap();
    let page = || messages::page(&place.context, &host, conversation, Range::Newest, None);
    let mut thread = Thread::from_page(page().await.unwrap());
    react(&place, &guest, &said, "🎉", true).await.unwrap();
    react(&place, &host, &said, "🎉", true).await.unwrap();
    let (epoch, open) = (place.context.epoch.clone(), OpenThread { conversation, version: thread.version });
    let Poll::News { change, .. } = sync::poll(&place.context, &host, &epoch, 0, Some(open)).await.unwrap()
    else {
        panic!("there is news")
    };
    for update in &change.messages {
        assert_eq!(thread.apply(update), ApplyOutcome::Applied);
    }
    let fetched = Thread::from_page(page().await.unwrap());
    assert_eq!((thread.version, thread.tail()), (fetched.version, fetched.tail()));
}

#[tokio::test]
async fn f6_an_edit_is_not_refused_because_somebody_reacted_meanwhile() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    let said = place.send(&guest, conversation, "Is there a cot?").await.unwrap();
    react(&place, &host, &said, "👍", true).await.unwrap();
    let edit = |seen, body: &str| messages::edit(&place.context, &guest, said.id, seen, body.to_owned());
    let edited = edit(said.version, "Is there a bed?").await.unwrap().message;
    assert_eq!((edited.body.as_str(), counts(&edited)), ("Is there a bed?", vec![("👍", 1)]));
    // One who saw the text from before does not overwrite it, and neither does who invents a version.
    react(&place, &host, &said, "👍", false).await.unwrap();
    for seen in [said.version, edited.version + 100] {
        assert_eq!(edit(seen, "Other").await.unwrap_err().code, ErrorCode::Conflict);
    }
    let deleted = messages::delete(&place.context, &guest, said.id, edited.version).await.unwrap().message;
    assert!(deleted.deleted_at.is_some());
}

#[tokio::test]
async fn f6_strangers_and_former_participants_find_nothing_to_react_to() {
    let place = Place::new().await;
    let (host, guest, stranger) =
        (place.user("Tomas").await, place.user("Noor").await, place.user("Eve").await);
    let other = place.user("Mei").await;
    for person in [&guest, &other] {
        place.conversation(person, &host).await;
    }
    let room = ConversationId::new();
    place.room(&host, room, "A room", History::Joining, &[other.id]).await;
    let before = place.send(&host, room, "Before you came").await.unwrap();
    place.let_in(&host, room, &guest).await;
    let said = place.send(&host, room, "Welcome").await.unwrap();
    react(&place, &guest, &said, "👍", true).await.unwrap();
    rooms::remove(&place.context, &host, room, MessageId::new(), guest.id).await.unwrap();
    let nothing = Message { id: MessageId::new(), ..said.clone() };
    let missing = react(&place, &stranger, &nothing, "👍", true).await.unwrap_err();
    assert_eq!(missing.code, ErrorCode::NotFound);
    for (who, what) in [(&stranger, &said), (&guest, &said), (&guest, &before)] {
        assert_eq!(react(&place, who, what, "👍", true).await.unwrap_err(), missing);
        assert_eq!(react(&place, who, what, "👍", false).await.unwrap_err(), missing);
        let list = messages::reactions::reactors(&place.context, who, what.id).await;
        assert_eq!(list.unwrap_err(), missing);
    }
    // What they chose stays, as what they wrote.
    let list = messages::reactions::reactors(&place.context, &host, said.id).await.unwrap();
    assert_eq!(
        list.iter().map(|one| (one.emoji.as_str(), one.person.id)).collect::<Vec<_>>(),
        [("👍", guest.id)]
    );
    // A system message can't be reacted to.
    let page = messages::page(&place.context, &host, room, Range::Newest, None).await.unwrap();
    let joined =
        page.messages.iter().find(|message| message.sender == Some(host.id) && message.seq != before.seq);
    let system = page.messages.iter().find(|message| message.kind.as_str() == "system").or(joined).unwrap();
    assert_eq!(react(&place, &host, system, "👍", true).await.unwrap_err().code, ErrorCode::Conflict);
}

#[tokio::test]
async fn f6_reactions_are_bounded_for_each_person_and_each_message() {
    let place = Place::new().await;
    let host = place.user("Tomas").await;
    let mut people = Vec::new();
    for name in ["Noor", "Mei", "Rui", "Ida"] {
        people.push(place.user(name).await);
        place.conversation(people.last().unwrap(), &host).await;
    }
    let room = ConversationId::new();
    let ids: Vec<_> = people.iter().map(|person| person.id).collect();
    place.room(&host, room, "A room", History::Start, &ids).await;
    let said = place.send(&host, room, "Welcome").await.unwrap();
    let faces: Vec<String> = ('😀'..='😿').map(|face| face.to_string()).collect();
    let mut kinds = faces.iter();
    for person in &people {
        for _ in 0..OF_PERSON_MAX {
            let outcome = react(&place, person, &said, kinds.next().unwrap(), true).await;
            if let Err(refused) = outcome {
                assert_eq!(refused.code, ErrorCode::Conflict);
            }
        }
    }
    let now = react(&place, &people[0], &said, &faces[0], true).await.unwrap();
    assert_eq!(now.reactions.read().len(), KINDS_MAX);
    // One of those that are there can still be chosen, until there are enough of a person.
    assert_eq!(react(&place, &host, &said, "🦊", true).await.unwrap_err().code, ErrorCode::Conflict);
    for face in &faces[..OF_PERSON_MAX] {
        react(&place, &host, &said, face, true).await.unwrap();
    }
    let more = react(&place, &host, &said, &faces[OF_PERSON_MAX], true).await.unwrap_err();
    assert_eq!(more.code, ErrorCode::Conflict);
    for wrong in ["", "a", "👍👍", "<b>", "\u{200d}", &"👍".repeat(1_000)] {
        let refused = react(&place, &host, &said, wrong, true).await.unwrap_err();
        assert_eq!((refused.code, refused.field.as_deref()), (ErrorCode::Invalid, Some("emoji")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn f6_a_hundred_at_once_are_all_counted_and_each_knows_their_own() {
    let place = Place::new().await;
    let host = place.user("Tomas").await;
    let (room, other) = (ConversationId::new(), place.user("Mei").await);
    place.conversation(&other, &host).await;
    place.room(&host, room, "A room", History::Start, &[other.id]).await;
    let link = rooms::set_link(&place.context, &host, room, true).await.unwrap().unwrap();
    let mut people = Vec::new();
    for number in 0..60 {
        let person = place.user(&format!("Guest {number}")).await;
        rooms::join(&place.context, &person, &link, MessageId::new()).await.unwrap();
        people.push(person);
    }
    let said = place.send(&host, room, "Welcome").await.unwrap();
    let before = place.get(&host, room).await.version;
    let all = join_all(people.iter().map(|person| react(&place, person, &said, "👍", true))).await;
    assert!(all.iter().all(Result::is_ok));
    let page = |viewer| messages::page(&place.context, viewer, room, Range::Newest, None);
    let last = page(&people[59]).await.unwrap();
    let message = last.messages.iter().find(|message| message.id == said.id).unwrap();
    assert_eq!((counts(message), message.reactions.read()[0].users.len()), (vec![("👍", 60)], USERS_SHOWN));
    // In a room of many they share versions.
    assert!(last.conversation.version - before <= 10, "{} versions", last.conversation.version - before);
    for (viewer, is_of) in people.iter().map(|person| (person, true)).chain([(&host, false)]) {
        let page = page(viewer).await.unwrap();
        let message = page.messages.iter().find(|message| message.id == said.id).unwrap();
        assert_eq!(message.reactions.read()[0].is_of(Some(viewer.id)), is_of, "{}", viewer.name);
    }
    let own = react(&place, &people[59], &said, "👍", false).await.unwrap();
    assert_eq!((counts(&own), own.reactions.read()[0].is_of(Some(people[59].id))), (vec![("👍", 59)], false));
}

#[tokio::test]
async fn f6_with_its_text_a_message_loses_its_reactions() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    let rows = async || place.rows::<(i64,)>("SELECT COUNT(*) FROM reactions").await[0].0;
    let said = place.send(&guest, conversation, "Is there a cot?").await.unwrap();
    let reacted = react(&place, &host, &said, "👍", true).await.unwrap();
    let deleted = messages::delete(&place.context, &guest, said.id, reacted.version).await.unwrap().message;
    assert!(deleted.reactions.is_empty());
    assert_eq!(rows().await, 0);
    assert_eq!(react(&place, &host, &said, "👍", true).await.unwrap_err().code, ErrorCode::Conflict);
    let old = place.send(&guest, conversation, "An old one").await.unwrap();
    react(&place, &host, &old, "👍", true).await.unwrap();
    place.keep_for(Some(1)).await;
    retention::run(&place.context, old.created_at.plus(3 * DAY)).await.unwrap();
    assert_eq!(rows().await, 0);
    assert_eq!(react(&place, &host, &old, "👍", true).await.unwrap_err().code, ErrorCode::NotFound);
}

#[tokio::test]
async fn f6_the_api_adds_and_removes_and_tells_who() {
    let place = Place::new().await;
    let site = place.serve().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    let said = place.send(&guest, conversation, "Is there a cot?").await.unwrap();
    let session = place.session(&host).await;
    let path = format!("/api/messages/{}/reactions", said.id);
    // 👍
    let of_thumb = format!("{path}/%F0%9F%91%8D");
    let ask = async |method: Method, path: &str| answer(site.request(method, path, Some(&session))).await;
    let (status, body) = ask(Method::PUT, &of_thumb).await;
    assert_eq!((status, &body["message"]["reactions"][0]["count"]), (StatusCode::OK, &1.into()), "{body}");
    let (_, list) = ask(Method::GET, &path).await;
    assert_eq!((&list[0]["emoji"], &list[0]["person"]["name"]), (&"👍".into(), &"Tomas".into()));
    let (status, body) = ask(Method::DELETE, &of_thumb).await;
    assert_eq!((status, body["message"].get("reactions")), (StatusCode::OK, None));
    let (status, body) = ask(Method::PUT, &format!("{path}/thumb")).await;
    assert_eq!((status, &body["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &"emoji".into()));
}
