//! Deleting old messages: what goes, what stays, and that everybody hears of it.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::json;
use stoa::server::store::notifications::actions::NotificationAction;
use stoa::shared::{
    notifications::kinds::NotificationKind,
    orders::{
        code::OrderKey,
        workflow::{Status, Transition},
    },
};
use stoa::{
    server::{
        domain::{
            conversations,
            messages::{self, receipts},
            notifications,
            operators::{retention, site_settings},
            orders, rooms, sync,
        },
        store::operators::{
            retention as store, retention::Deleted, site_settings as stored, site_settings::ChangeOutcome,
        },
    },
    shared::{
        conversations::{Conversation, rooms::History},
        errors::ErrorCode,
        ids::{ConversationId, MessageId, NotificationId},
        messages::{Message, MessageKind, Range},
        notifications::NotificationFilter,
        operators::site_settings::SettingsChange,
        sync::{
            changes::{OpenThread, Poll},
            wire::ToClient,
        },
        users::Viewer,
        values::time::{DAY, HOUR, Timestamp},
    },
};
use tokio::time::timeout;
use uuid::Uuid;

use crate::{
    checker,
    client::Client,
    invariants::{Device, Dice},
    place::Place,
};

impl Place {
    /// Sets for how many days messages are kept, as another node would: no run begins by it.
    pub async fn keep_for(&self, days: Option<i64>) {
        let (admin, now) = (self.admin("Ada").await.id, self.context.clock.now());
        let write = self.context.store.write(move |mut conn| {
            Box::pin(async move {
                let seen = stored::get(&mut conn).await?.version;
                stored::change(&mut conn, admin, seen, SettingsChange::Retention(days), now).await
            })
        });
        assert!(
            matches!(write.await.unwrap(), ChangeOutcome::Changed(now) | ChangeOutcome::Unchanged(now) if now.retention_days == days)
        );
    }

    async fn delete_old(&self) -> Deleted {
        retention::run(&self.context, self.context.clock.now()).await.unwrap()
    }

    /// One transaction of a run, with at most so many messages.
    async fn delete_some(&self, max: i64) -> Deleted {
        let (ids, now): (Vec<(Uuid,)>, _) =
            (self.rows("SELECT id FROM conversations ORDER BY id").await, self.context.clock.now());
        let ids: Vec<_> = ids.into_iter().map(|(id,)| ConversationId(id)).collect();
        let write = self
            .context
            .store
            .write(move |mut conn| Box::pin(async move { store::delete(&mut conn, &ids, max, now).await }));
        write.await.unwrap()
    }

    /// Places and texts of a conversation as they are stored, whoever may see them.
    async fn stored(&self, id: ConversationId) -> Vec<(i64, String)> {
        let rows: Vec<(Uuid, i64, String)> =
            self.rows("SELECT conversation_id, seq, body FROM messages ORDER BY seq").await;
        rows.into_iter().filter(|row| row.0 == id.0).map(|(_, seq, body)| (seq, body)).collect()
    }

    async fn assert_consistent(&self) {
        assert_eq!(checker::rows(self).await, Vec::<String>::new());
    }
}

async fn seqs(place: &Place, viewer: &Viewer, id: ConversationId, range: Range) -> Vec<i64> {
    let page = messages::page(&place.context, viewer, id, range, None).await.unwrap();
    page.messages.into_iter().map(|message| message.seq).collect()
}

/// A guest and a host who have said something on each of so many days, the last of them today.
struct Scene {
    place: Place,
    guest: Viewer,
    host: Viewer,
    id: ConversationId,
    said: Vec<Message>,
}

async fn scene(days: i64) -> Scene {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let id = place.conversation(&guest, &host).await.id;
    let mut said = Vec::new();
    for day in 1..=days {
        place.context.clock.advance(DAY);
        let from = if day % 3 == 0 { &host } else { &guest };
        said.push(place.send(from, id, &format!("Day {day}")).await.unwrap());
    }
    Scene { place, guest, host, id, said }
}

impl Scene {
    async fn get(&self, viewer: &Viewer) -> Conversation {
        self.place.get(viewer, self.id).await
    }
}

#[tokio::test]
async fn b7_by_default_nothing_is_deleted() {
    let Scene { place, guest, host, id, .. } = scene(3).await;
    place.context.clock.advance(5_000 * DAY);
    let before = (place.get(&guest, id).await, place.get(&host, id).await, place.stored(id).await);
    assert_eq!(place.delete_old().await, Deleted::default());
    assert_eq!(place.delete_some(100).await, Deleted::default());
    assert_eq!((place.get(&guest, id).await, place.get(&host, id).await, place.stored(id).await), before);
    let ran: Vec<(Option<i64>, i64)> = place.rows("SELECT ran_at, deleted FROM retention").await;
    assert_eq!(ran, [(None, 0)]);
}

#[tokio::test]
async fn b7_what_is_older_than_so_many_days_goes_and_nothing_younger() {
    let scene = scene(10).await;
    let Scene { place, guest, host, id, .. } = &scene;
    // The seventh is just about to be four days old.
    place.context.clock.advance(DAY - HOUR);
    let young = place.stored(*id).await[6..].to_vec();
    place.keep_for(Some(4)).await;
    let deleted = place.delete_old().await;
    assert_eq!((deleted.messages, deleted.conversations), (6, 1));
    let left = place.stored(*id).await;
    assert_eq!(left[6..], young[..]);
    assert!(left[..6].iter().all(|(_, body)| body.is_empty()));
    for viewer in [guest, host] {
        let row = scene.get(viewer).await;
        assert_eq!((row.floor_seq, row.last_seq, row.total), (6, 10, 4));
        assert_eq!(row.last_message.unwrap().text, "Day 10");
        // The host wrote the ninth.
        assert_eq!(row.unread, if viewer.id == host.id { 3 } else { 1 });
        for range in [Range::Newest, Range::AfterSeq(0), Range::AroundSeq(3), Range::BeforeSeq(11)] {
            assert_eq!(seqs(place, viewer, *id, range).await, [7, 8, 9, 10], "{range:?}");
        }
        assert!(seqs(place, viewer, *id, Range::BeforeSeq(7)).await.is_empty());
    }
    place.assert_consistent().await;
    // An hour later the seventh is.
    assert_eq!(place.delete_old().await.messages, 0);
    place.context.clock.advance(2 * HOUR);
    assert_eq!(place.delete_old().await.messages, 1);
    place.assert_consistent().await;
}

#[tokio::test]
async fn b7_when_all_is_gone_the_conversation_stays_and_goes_on() {
    let scene = scene(4).await;
    let Scene { place, guest, host, id, said } = &scene;
    place.context.clock.advance(10 * DAY);
    place.keep_for(Some(1)).await;
    assert_eq!(place.delete_old().await.messages, 4);
    for viewer in [guest, host] {
        let list = conversations::list(&place.context, viewer, None, false, None).await.unwrap();
        let [row] = &list.conversations[..] else { panic!("it is still in the list") };
        assert_eq!((row.unread, row.total, row.floor_seq, list.unread), (0, 0, 4, 0));
        assert_eq!(row.last_message, None);
        assert!(seqs(place, viewer, *id, Range::Newest).await.is_empty());
    }
    let next = place.send(host, *id, "Still here").await.unwrap();
    assert_eq!(next.seq, said.len() as i64 + 1);
    assert_eq!(scene.get(guest).await.unread, 1);
    receipts::mark_read(&place.context, guest, *id, 2, &place.context.epoch).await.unwrap();
    assert_eq!(scene.get(guest).await.unread, 1);
    assert_eq!(place.delete_old().await.messages, 0);
    place.assert_consistent().await;
}

#[tokio::test]
async fn b7_an_order_keeps_its_status_and_its_steps_are_deleted_as_texts_are() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let order = place.book(&guest, place.listing(&host).await).await;
    let (key, id) = (OrderKey::Id(order.card.id), MessageId::new());
    let step = async || {
        orders::apply_transition(&place.context, &host, &key, id, Status::Pending, Transition::Accept).await
    };
    step().await.unwrap();
    place.context.clock.advance(100 * DAY);
    place.keep_for(Some(30)).await;
    assert!(place.delete_old().await.messages >= 2);
    assert!(place.stored(order.conversation).await.iter().all(|(_, body)| body.is_empty()));
    assert_eq!(orders::get(&place.context, &guest, &key).await.unwrap().card.status, Status::Accepted);
    // Sent again, it is the step that was taken.
    assert_eq!(step().await.unwrap().order.status, Status::Accepted);
    let other =
        orders::apply_transition(&place.context, &guest, &key, id, Status::Accepted, Transition::Cancel)
            .await;
    assert_eq!(other.unwrap_err().code, ErrorCode::Conflict);
    place.assert_consistent().await;
}

#[tokio::test]
async fn b7_a_late_retry_gets_its_first_answer_and_nobody_changes_what_is_gone() {
    let scene = scene(3).await;
    let Scene { place, guest, id, said, .. } = &scene;
    let first = &said[0];
    place.context.clock.advance(2 * HOUR);
    place.keep_for(Some(1)).await;
    place.delete_old().await;
    let version = scene.get(guest).await.version;
    let again = place.send_as(guest, *id, first.id, &first.body).await.unwrap();
    assert_eq!((again.seq, again.version, again.created_at), (first.seq, first.version, first.created_at));
    assert!(again.body.is_empty());
    let other = place.send_as(guest, *id, first.id, "Another text").await.unwrap_err();
    assert_eq!(other.code, ErrorCode::Conflict);
    for text in ["Changed", "", "Day 1"] {
        let edited = messages::edit(&place.context, guest, first.id, first.version, text.to_owned()).await;
        let expected = if text.is_empty() { ErrorCode::Invalid } else { ErrorCode::NotFound };
        assert_eq!(edited.unwrap_err().code, expected);
    }
    let deleted = messages::delete(&place.context, guest, first.id, first.version).await;
    assert_eq!(deleted.unwrap_err().code, ErrorCode::NotFound);
    assert_eq!(scene.get(guest).await.version, version);
    place.assert_consistent().await;
}

#[tokio::test]
async fn b7_a_late_retry_in_a_room_gets_its_first_answer_and_who_joins_sees_what_is_left() {
    let place = Place::new().await;
    let (mei, rui, ana) = (place.user("Mei").await, place.user("Rui").await, place.user("Ana").await);
    for other in [&rui, &ana] {
        place.conversation(&mei, other).await;
    }
    let room = ConversationId::new();
    let people = vec![rui.id];
    place.room(&mei, room, "Market", History::Start, &people).await;
    let renamed = MessageId::new();
    let rename = async || rooms::rename(&place.context, &mei, room, renamed, "Harbour market").await;
    rename().await.unwrap();
    rooms::remove(&place.context, &rui, room, MessageId::new(), rui.id).await.unwrap();
    place.context.clock.advance(50 * DAY);
    place.send(&mei, room, "Anybody?").await.unwrap();
    place.keep_for(Some(7)).await;
    assert_eq!(place.delete_old().await.messages, 3);
    assert!(rename().await.is_ok());
    assert_eq!(place.get(&mei, room).await.last_seq, 4);
    for user in [&rui, &ana] {
        place.let_in(&mei, room, user).await;
    }
    assert_eq!(seqs(&place, &rui, room, Range::AfterSeq(0)).await, [4, 5, 6]);
    assert_eq!(seqs(&place, &ana, room, Range::AfterSeq(0)).await, [4, 5, 6]);
    place.assert_consistent().await;
}

#[tokio::test]
async fn b7_the_preview_says_what_the_run_deletes() {
    let place = Place::new().await;
    let (admin, host) = (place.admin("Alma").await, place.user("Tomas").await);
    let mut dice = Dice(7);
    let mut talks = Vec::new();
    for name in ["Noor", "Mei", "Rui", "Ana", "Leo"] {
        let guest = place.user(name).await;
        talks.push((place.conversation(&guest, &host).await.id, guest));
    }
    for _ in 0..120 {
        place.context.clock.advance(DAY * dice.below(4) as i64 / 2);
        let (id, guest) = &talks[dice.below(talks.len())];
        let sent = place.send(guest, *id, "Hello").await.unwrap();
        if dice.below(5) == 0 {
            messages::delete(&place.context, guest, sent.id, sent.version).await.unwrap();
        }
    }
    let look = async |days: &str| site_settings::get(&place.context, &admin, Some(days)).await.unwrap();
    let mut total = 0;
    for days in ["36500", "60", "59", "20", "1"] {
        let preview = look(days).await.preview.unwrap();
        let expected: Vec<(i64, i64)> = place.rows("SELECT m.created_at, m.seq FROM messages m JOIN conversations c ON c.id = m.conversation_id WHERE m.seq > c.floor_seq AND m.deleted_at IS NULL").await;
        let expected = expected.iter().filter(|(at, _)| Timestamp(*at) < preview.before).count();
        assert_eq!(preview.messages, expected as i64, "{days}");
        place.keep_for(Some(preview.days)).await;
        let before = look(days).await.retention;
        assert_eq!(before.waiting, preview.messages);
        let deleted = place.delete_old().await;
        assert_eq!((deleted.messages, deleted.conversations), (preview.messages, preview.conversations));
        total += deleted.messages;
        let after = look(days).await;
        assert_eq!((after.retention.waiting, after.retention.deleted), (0, total));
        assert_eq!(after.preview.map(|preview| (preview.messages, preview.conversations)), Some((0, 0)));
        assert_eq!(
            after.retention.ran_at,
            Some(after.retention.ran_at.unwrap().min(place.context.clock.now()))
        );
        place.assert_consistent().await;
    }
    assert!(total > 50, "{total}");
}

#[tokio::test]
async fn b7_a_run_that_was_interrupted_goes_on_where_it_was() {
    let scene = scene(9).await;
    let Scene { place, guest, host, .. } = &scene;
    let other = place.conversation(host, guest).await.id;
    for n in 0..5 {
        place.send(host, other, &format!("Old {n}")).await.unwrap();
    }
    place.context.clock.advance(3 * DAY);
    let young = place.send(host, other, "Young").await.unwrap();
    place.keep_for(Some(2)).await;
    let first = place.delete_some(4).await;
    assert_eq!((first.messages, first.rest.is_some()), (4, true));
    place.assert_consistent().await;
    let second = place.delete_some(4).await;
    assert_eq!(second.messages, 4);
    place.assert_consistent().await;
    let rest = place.delete_old().await;
    assert_eq!(rest.messages, 14 - 8);
    place.assert_consistent().await;
    assert_eq!(seqs(place, guest, other, Range::AfterSeq(0)).await, [young.seq]);
    assert!(seqs(place, guest, scene.id, Range::AfterSeq(0)).await.is_empty());
}

#[tokio::test]
async fn b7_more_than_one_transaction_takes_is_deleted_in_one_run() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let id = place.conversation(&guest, &host).await.id;
    for n in 0..450 {
        place.send(&guest, id, &format!("Message {n}")).await.unwrap();
    }
    // More conversations than one transaction takes.
    for _ in 0..40 {
        let other = place.conversation(&guest, &host).await.id;
        place.send(&guest, other, "Hello").await.unwrap();
    }
    place.context.clock.advance(2 * DAY);
    place.keep_for(Some(1)).await;
    let mut device = Device::open(&place, &host).await;
    assert_eq!(device.inbox.unread, 490);
    let deleted = place.delete_old().await;
    assert_eq!((deleted.messages, deleted.conversations), (490, 41));
    device.compare(&place).await;
    assert_eq!(device.inbox.unread, 0);
    place.assert_consistent().await;
}

#[tokio::test]
async fn b7_a_change_of_the_setting_holds_from_the_next_transaction_on() {
    let scene = scene(10).await;
    let place = &scene.place;
    place.keep_for(Some(1)).await;
    assert_eq!(place.delete_some(2).await.messages, 2);
    place.keep_for(Some(5)).await;
    assert_eq!(place.delete_some(100).await.messages, 3, "the rest is no longer old enough");
    place.keep_for(None).await;
    assert_eq!(place.delete_some(100).await, Deleted::default());
    assert_eq!(place.delete_old().await, Deleted::default());
    assert_eq!(place.stored(scene.id).await.iter().filter(|(_, body)| body.is_empty()).count(), 5);
}

#[tokio::test]
async fn b7_every_client_hears_of_it_and_drops_what_is_gone() {
    let scene = scene(10).await;
    let Scene { place, guest, host, id, .. } = &scene;
    let site = place.serve().await;
    let mut devices = [Device::open(place, guest).await, Device::open(place, host).await];
    for device in &mut devices {
        device.open_thread(place, *id).await;
    }
    let mut away = Device::open(place, guest).await;
    away.open_thread(place, *id).await;
    let head = away.inbox.head;
    let mut socket = Client::open(place, &site, guest, head).await;
    socket.join(*id).await;
    // While one is away more is said, which is gone before he comes back.
    place.send(host, *id, "Nobody reads this").await.unwrap();
    place.context.clock.advance(6 * DAY);
    let kept = place.send(host, *id, "This stays").await.unwrap();
    place.keep_for(Some(5)).await;
    place.delete_old().await;
    let heard = socket.until(
        |frame| matches!(frame, ToClient::Change(change) if change.summary(*id).is_some_and(|row| row.floor_seq == 11)),
    );
    let ToClient::Change(change) = heard.await else { panic!("a change") };
    assert_eq!((change.unread, change.summary(*id).unwrap().total), (1, 1));
    for device in devices.iter_mut().chain([&mut away]) {
        device.compare(place).await;
        let thread = device.thread.as_ref().unwrap();
        assert_eq!(thread.tail().iter().map(|message| message.seq).collect::<Vec<_>>(), [kept.seq]);
        assert_eq!((thread.first_seq(), thread.is_stale()), (12, false));
    }
    let since = OpenThread { conversation: *id, version: 0 };
    let poll = sync::poll(&place.context, guest, &place.context.epoch, 0, Some(since)).await.unwrap();
    let Poll::News { change, .. } = poll else { panic!("news") };
    assert_eq!(change.messages[0].messages.iter().map(|message| message.seq).collect::<Vec<_>>(), [12]);
    assert_eq!(change.messages[0].messages[0].kind, MessageKind::Text);
    let text = serde_json::to_string(&change).unwrap();
    assert!(!text.contains("Day 1") && !text.contains("Nobody reads this"), "{text}");
}

#[tokio::test]
async fn b7_what_was_told_of_a_message_goes_with_it() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let order = place.book(&guest, place.listing(&host).await).await;
    place.step(&host, &order, Status::Pending, Transition::Accept).await.unwrap();
    place.send(&host, order.conversation, "We look forward to it").await.unwrap();
    let told = async || {
        let page =
            notifications::list(&place.context, &guest, NotificationFilter::default(), None).await.unwrap();
        let unread = page.totals.of(NotificationKind::Booking) + page.totals.of(NotificationKind::Message);
        (page.notifications.len(), page.conversations.len(), unread)
    };
    let mut device = Device::open(&place, &guest).await;
    assert_eq!(told().await, (1, 1, 2));
    place.context.clock.advance(3 * DAY);
    place.keep_for(Some(2)).await;
    place.delete_old().await;
    assert_eq!(told().await, (0, 0, 0));
    device.compare(&place).await;
    // Nor is it brought back.
    let ids: Vec<(Uuid,)> =
        place.rows("SELECT id FROM notifications UNION ALL SELECT id FROM conversations").await;
    let ids = ids.into_iter().map(|(id,)| NotificationId(id)).collect();
    notifications::act(&place.context, &guest, ids, NotificationAction::Restore).await.unwrap();
    assert_eq!(told().await, (0, 0, 0));
    place.send(&host, order.conversation, "Are you on your way?").await.unwrap();
    assert_eq!(told().await, (0, 1, 1));
    device.compare(&place).await;
    place.assert_consistent().await;
}

#[tokio::test]
async fn b7_with_nothing_to_delete_heads_stand_still() {
    let scene = scene(3).await;
    let place = &scene.place;
    place.context.clock.advance(3 * HOUR);
    place.keep_for(Some(1)).await;
    let heads = async || place.rows::<(Uuid, i64)>("SELECT user_id, head FROM heads ORDER BY user_id").await;
    let before = heads().await;
    place.delete_old().await;
    let after = heads().await;
    assert_ne!(before, after);
    place.delete_old().await;
    assert_eq!(heads().await, after);
}

#[tokio::test(flavor = "multi_thread")]
async fn b7_two_nodes_delete_while_people_write_read_and_edit() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let mut talks = Vec::new();
    for _ in 0..8 {
        talks.push(place.conversation(&guest, &host).await.id);
    }
    let old = 30;
    for id in &talks {
        for n in 0..old {
            let from = if n % 2 == 0 { &guest } else { &host };
            place.send(from, *id, &format!("Old {n}")).await.unwrap();
        }
    }
    place.context.clock.advance(2 * DAY);
    place.keep_for(Some(1)).await;
    let say = async |from: &Viewer| {
        for n in 0..20 {
            for id in &talks {
                let sent = place.send(from, *id, &format!("Young {n}")).await.unwrap();
                match n % 4 {
                    0 => drop(messages::delete(&place.context, from, sent.id, sent.version).await.unwrap()),
                    1 => drop(
                        messages::edit(&place.context, from, sent.id, sent.version, format!("Younger {n}"))
                            .await
                            .unwrap(),
                    ),
                    2 => {
                        let upto = sent.seq / 2;
                        receipts::mark_read(&place.context, from, *id, upto, &place.context.epoch)
                            .await
                            .unwrap();
                    }
                    _ => {}
                }
            }
        }
    };
    let delete = async || {
        let mut deleted = 0;
        while place.rows::<(i64,)>("SELECT CAST(SUM(floor_seq) AS BIGINT) FROM conversations").await
            != [(8 * old,)]
        {
            deleted += place.delete_some(7).await.messages;
        }
        deleted
    };
    let ((), (), one, other) = tokio::join!(say(&guest), say(&host), delete(), delete());
    assert_eq!(one + other, 8 * old);
    place.assert_consistent().await;
    for id in talks {
        let stored = place.stored(id).await;
        assert_eq!(stored.len() as i64, old + 40);
        let young = |(seq, body): &(i64, String)| *seq > old && body.starts_with("Young");
        assert_eq!(stored.iter().filter(|row| young(row)).count(), 30, "each but those that were deleted");
    }
    if let Some(deadlocks) = place.database.deadlocks().await {
        assert_eq!(deadlocks, 0);
    }
}

#[tokio::test]
async fn b7_setting_it_begins_a_run_at_once() {
    let Scene { place, id, .. } = scene(10).await;
    let site = place.serve().await;
    let session = place.session(&place.admin("Alma").await).await;
    let mut commits = place.commits();
    let fields = [("seen_version", "1"), ("days", "3")];
    let (status, body) = site.form("/rpc/set_retention", Some(&session), &fields).await;
    assert_eq!((status, &body["retention_days"]), (StatusCode::OK, &json!(3)));
    let emptied = async {
        while place.stored(id).await.iter().filter(|(_, body)| body.is_empty()).count() < 7 {
            commits.recv().await.unwrap();
        }
    };
    timeout(Duration::from_secs(10), emptied).await.expect("it is woken by the change");
    assert_eq!(place.stored(id).await[7], (8, "Day 8".to_owned()));
}

#[tokio::test]
async fn b7_a_node_that_starts_takes_up_what_another_left() {
    let Scene { place, id, .. } = scene(10).await;
    place.keep_for(Some(3)).await;
    place.delete_some(2).await;
    let mut commits = place.commits();
    place.context.retention_wake_up.notify_one();
    let emptied = async {
        while place.stored(id).await.iter().filter(|(_, body)| body.is_empty()).count() < 7 {
            commits.recv().await.unwrap();
        }
    };
    timeout(Duration::from_secs(10), emptied).await.expect("it goes on");
}
