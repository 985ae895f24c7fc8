//! The invariants of delivery (docs/protocol.md), checked after random actions from a seed.

use std::collections::{HashMap, HashSet};

use stoa::server::realtime::delivery_receipts;
use stoa::server::store::notifications::actions::NotificationAction;
use stoa::shared::orders::{code::OrderKey, workflow::Transition};
use stoa::shared::sync::pages::NotificationPage;
use stoa::{
    server::domain::{
        conversations, listings,
        messages::{self, receipts},
        notifications,
        operators::retention,
        orders,
        rooms::{self, invitations},
        sync,
        users::{self, blocks},
    },
    shared::{
        conversations::rooms::History,
        errors::ErrorCode,
        ids::{ConversationId, MessageId, NotificationId, OrderId},
        messages::{Message, Range, attached::NewAttached, reactions::Reaction},
        notifications::NotificationFilter,
        orders::Order,
        sync::{
            changes::{ApplyOutcome, OpenThread, Poll},
            inbox::Inbox,
            thread::Thread,
        },
        users::Viewer,
        values::time::{DAY, MINUTE, SECOND},
    },
};

use uuid::Uuid;

use crate::{
    checker,
    orders::stay,
    place::{Place, draft},
};

/// Small numbers from a seed (SplitMix64): the same seed makes the same run.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % bound as u64).unwrap_or_default()
    }
}

/// A client as the browser has it: the same state, moved by the same functions.
pub struct Device {
    pub viewer: Viewer,
    pub inbox: Inbox,
    pub thread: Option<Thread>,
}

struct Sent {
    by: usize,
    conversation: ConversationId,
    id: MessageId,
    body: String,
    answer: Message,
}

struct Run {
    place: Place,
    dice: Dice,
    people: Vec<Viewer>,
    devices: Vec<Device>,
    talks: Vec<(ConversationId, usize, usize)>,
    orders: Vec<(Order, usize, usize)>,
    rooms: Vec<ConversationId>,
    sent: Vec<Sent>,
    /// Steps of orders that were taken.
    steps: Vec<MessageId>,
    refused: Vec<MessageId>,
    replies: Vec<MessageId>,
    /// Messages that grew too old.
    deleted: i64,
}

#[tokio::test(flavor = "multi_thread")]
async fn a3_invariants_hold_after_random_actions() {
    for seed in 1..=4 {
        let mut run = Run::start(seed).await;
        for step in 0..500 {
            run.act().await;
            if step % 100 == 99 {
                run.check().await;
            }
        }
        assert!(run.sent.len() > 50 && !run.refused.is_empty(), "seed {seed} did something");
        assert!(run.deleted > 20, "seed {seed} let messages grow old");
    }
}

impl Run {
    async fn start(seed: u64) -> Self {
        let place = Place::new().await;
        place.keep_for(Some(1)).await;
        let mut people = Vec::new();
        for name in ["Noor", "Tomas", "Mei", "Rui"] {
            people.push(place.user(name).await);
        }
        let mut talks = Vec::new();
        for (guest, host) in [(0, 1), (2, 1), (0, 3), (3, 2), (1, 0)] {
            talks.push((place.conversation(&people[guest], &people[host]).await.id, guest, host));
        }
        // Two devices each, which follow at their own pace.
        let mut devices = Vec::new();
        for viewer in people.iter().chain(&people) {
            devices.push(Device::open(&place, viewer).await);
        }
        Self {
            place,
            dice: Dice(seed),
            people,
            devices,
            talks,
            orders: Vec::new(),
            rooms: Vec::new(),
            sent: Vec::new(),
            steps: Vec::new(),
            refused: Vec::new(),
            replies: Vec::new(),
            deleted: 0,
        }
    }

    async fn act(&mut self) {
        match self.dice.below(53) {
            0..=6 => self.send().await,
            7 => self.send_again().await,
            8 => self.send_as_stranger().await,
            9..=11 => self.read().await,
            12..=15 => self.follow().await,
            16 => self.open().await,
            17 => self.rename().await,
            18 => self.change_listing().await,
            19 | 20 => self.edit().await,
            21 => self.delete().await,
            22 => self.book().await,
            23..=25 => self.step().await,
            26 => self.make_room().await,
            27..=28 => self.say_in_room().await,
            29..=31 => self.come_and_go().await,
            48..=51 => self.answer_invitation().await,
            32..=35 => self.look_at_notifications().await,
            36 => self.read_all_notifications().await,
            37 => self.grow_old().await,
            38 | 39 => self.block().await,
            40 | 41 => self.reply().await,
            42 | 43 => self.react().await,
            44..=46 => self.shelve().await,
            _ => {
                self.place.context.clock.advance(if self.dice.below(4) == 0 { -MINUTE } else { 10 * SECOND })
            }
        }
    }

    async fn send(&mut self) {
        let (conversation, guest, host) = self.talks[self.dice.below(self.talks.len())];
        let by = if self.dice.below(2) == 0 { guest } else { host };
        let (id, body) = (MessageId::new(), format!("message {}", self.sent.len()));
        match self.place.send_as(&self.people[by], conversation, id, &body).await {
            Ok(answer) => self.sent.push(Sent { by, conversation, id, body, answer }),
            Err(refused) => {
                assert_eq!(refused.code, ErrorCode::Forbidden);
                assert!(self.place.get(&self.people[by], conversation).await.is_closed());
                self.refused.push(id);
            }
        }
    }

    /// Somebody blocks another with whom they talk, or takes it back. Done twice, the second changes nothing.
    async fn block(&mut self) {
        let (_, guest, host) = self.talks[self.dice.below(self.talks.len())];
        let (by, whom) = if self.dice.below(2) == 0 { (guest, host) } else { (host, guest) };
        let (context, by, whom) = (&self.place.context, &self.people[by], self.people[whom].id);
        // Most conversations stay open, or nothing would be said.
        let is_block = self.dice.below(8) == 0;
        for _ in 0..2 {
            if is_block {
                blocks::block(context, by, whom).await.unwrap();
            } else {
                blocks::unblock(context, by, whom).await.unwrap();
            }
        }
    }

    /// (3) Every answer for one id names the same place, at any later time, also after an edit or
    /// a deletion; and what was first sent decides whether it is the same.
    async fn send_again(&mut self) {
        if self.sent.is_empty() {
            return;
        }
        let sent = &self.sent[self.dice.below(self.sent.len())];
        if self.replies.contains(&sent.id) {
            return;
        }
        let again =
            self.place.send_as(&self.people[sent.by], sent.conversation, sent.id, &sent.body).await.unwrap();
        assert_eq!((again.id, again.seq, again.sender), (sent.id, sent.answer.seq, sent.answer.sender));
        let other =
            self.place.send_as(&self.people[sent.by], sent.conversation, sent.id, "other").await.unwrap_err();
        assert_eq!(other.code, ErrorCode::Conflict);
    }

    /// A reply to any place, there or not.
    async fn reply(&mut self) {
        let (conversation, guest, host) = self.talks[self.dice.below(self.talks.len())];
        let by = if self.dice.below(2) == 0 { guest } else { host };
        let viewer = &self.people[by];
        let row = self.place.get(viewer, conversation).await;
        let place = self.dice.below(row.last_seq as usize + 2) as i64;
        let (id, body) = (MessageId::new(), format!("reply {}", self.sent.len()));
        let attached = NewAttached { reply: Some(place), files: Vec::new() };
        let node = &self.place.context;
        let send = || messages::send_attached(node, viewer, conversation, id, body.clone(), attached.clone());
        match send().await {
            Ok(sent) => {
                assert!((row.first_seq()..=row.last_seq).contains(&place));
                assert_eq!(send().await.unwrap(), sent);
                // Sent again without the reply it would be another message, so it is not tried again.
                self.replies.push(id);
                self.sent.push(Sent { by, conversation, id, body, answer: sent.message });
            }
            Err(refused) => {
                let is_there = (row.first_seq()..=row.last_seq).contains(&place);
                match refused.code {
                    ErrorCode::Forbidden => assert!(row.is_closed()),
                    other => assert_eq!((other, is_there), (ErrorCode::Invalid, false)),
                }
                self.refused.push(id);
            }
        }
    }

    /// Anybody reacts to any message, or takes it back; twice, the second changes nothing.
    async fn react(&mut self) {
        if self.sent.is_empty() {
            return;
        }
        let sent = &self.sent[self.dice.below(self.sent.len())];
        let viewer = &self.people[self.dice.below(self.people.len())];
        let (emoji, is_on) = (["👍", "❤️", "🎉"][self.dice.below(3)], self.dice.below(3) > 0);
        self.place.settle().await;
        let node = &self.place.context;
        let done = messages::reactions::change(node, viewer, sent.id, emoji, is_on).await;
        let head = sync::position(node, viewer).await.unwrap();
        assert_eq!(messages::reactions::change(node, viewer, sent.id, emoji, is_on).await, done);
        assert_eq!(sync::position(node, viewer).await.unwrap(), head);
        match done {
            Ok(done) => {
                let own = |reaction: &Reaction| reaction.emoji == emoji && reaction.is_of(Some(viewer.id));
                assert_eq!(done.message.reactions.read().iter().any(own), is_on);
            }
            Err(refused) => {
                let expected = [ErrorCode::NotFound, ErrorCode::Conflict, ErrorCode::Forbidden];
                assert!(expected.contains(&refused.code), "{refused:?}");
            }
        }
    }

    /// Somebody archives or stars a conversation, or undoes it; twice, the second changes nothing.
    async fn shelve(&mut self) {
        let (conversation, ..) = self.talks[self.dice.below(self.talks.len())];
        let viewer = &self.people[self.dice.below(self.people.len())];
        let (which, is_on) = (self.dice.below(3), self.dice.below(3) > 0);
        self.place.settle().await;
        let node = &self.place.context;
        let set = async || match which {
            0 => conversations::star(node, viewer, conversation, is_on).await,
            1 => conversations::mark_unread(node, viewer, conversation, is_on).await,
            _ => conversations::archive(node, viewer, conversation, is_on).await,
        };
        let done = set().await;
        let head = sync::position(node, viewer).await.unwrap();
        assert_eq!(set().await, done);
        assert_eq!(sync::position(node, viewer).await.unwrap(), head);
        match done {
            Ok(row) if which == 0 => assert_eq!(row.is_starred, is_on),
            Ok(row) if which == 1 => assert_eq!(row.is_marked, is_on),
            Ok(row) => assert_eq!(row.is_archived, is_on && row.last_seq > 0),
            Err(refused) => assert_eq!(refused.code, ErrorCode::NotFound),
        }
    }

    async fn edit(&mut self) {
        let Some((by, seen)) = self.one_that_stands().await else { return };
        let viewer = &self.people[by];
        // No other edit has this text: one to what stands already changes nothing, so the next would not be stale.
        let body = format!("edited {}", self.dice.below(usize::MAX));
        match messages::edit(&self.place.context, viewer, seen.id, seen.version, body.clone()).await {
            // (3) Sent twice, the second finds the result of the first.
            Ok(first) => {
                let again =
                    messages::edit(&self.place.context, viewer, seen.id, seen.version, body).await.unwrap();
                assert_eq!(first, again);
                let stale =
                    messages::edit(&self.place.context, viewer, seen.id, seen.version, "other".into()).await;
                assert_eq!(stale.unwrap_err().code, ErrorCode::Conflict);
            }
            Err(refused) => assert!(matches!(refused.code, ErrorCode::Conflict | ErrorCode::Forbidden)),
        }
    }

    async fn delete(&mut self) {
        let Some((by, seen)) = self.one_that_stands().await else { return };
        let viewer = &self.people[by];
        let deleted = messages::delete(&self.place.context, viewer, seen.id, seen.version).await.unwrap();
        assert!(deleted.message.body.is_empty() && deleted.message.deleted_at.is_some());
        let again = messages::delete(&self.place.context, viewer, seen.id, seen.version).await.unwrap();
        assert_eq!(deleted, again);
        let stranger = (0..self.people.len()).find(|person| *person != by).unwrap();
        let refused =
            messages::delete(&self.place.context, &self.people[stranger], seen.id, seen.version).await;
        assert!(matches!(refused.unwrap_err().code, ErrorCode::NotFound | ErrorCode::Forbidden));
    }

    /// A message that was sent and not deleted, as it stands now, and who sent it.
    async fn one_that_stands(&mut self) -> Option<(usize, Message)> {
        if self.sent.is_empty() {
            return None;
        }
        let sent = &self.sent[self.dice.below(self.sent.len())];
        let around = Range::AroundSeq(sent.answer.seq);
        let viewer = &self.people[sent.by];
        // Who has left the room since sees nothing of it.
        let page =
            messages::page(&self.place.context, viewer, sent.conversation, around, Some(1)).await.ok()?;
        let message = page.messages.into_iter().find(|message| message.id == sent.id)?;
        message.deleted_at.is_none().then_some((sent.by, message))
    }

    /// An order of a listing that is talked about. The first one goes on in that conversation; another one is a
    /// conversation more, and a line in the old one.
    async fn book(&mut self) {
        let (conversation, guest, host) = self.talks[self.dice.below(self.talks.len())];
        let listing =
            self.place.get(&self.people[host], conversation).await.subject.listing().unwrap().clone();
        let draft = stay(&self.place);
        let asked = OrderId::new();
        let made =
            orders::create(&self.place.context, &self.people[guest], asked, Some(listing.id), draft).await;
        match made {
            Ok(order) => {
                if self.talks.iter().all(|(known, _, _)| *known != order.conversation) {
                    self.talks.push((order.conversation, guest, host));
                }
                self.orders.push((order, guest, host));
            }
            Err(refused) => {
                let expected = if listing.is_paused { ErrorCode::Conflict } else { ErrorCode::Forbidden };
                assert_eq!(refused.code, expected);
            }
        }
    }

    async fn step(&mut self) {
        if self.orders.is_empty() {
            return;
        }
        let (order, guest, host) = &self.orders[self.dice.below(self.orders.len())];
        let viewer = &self.people[if self.dice.below(2) == 0 { *guest } else { *host }];
        let key = OrderKey::Id(order.card.id);
        let standing = orders::get(&self.place.context, viewer, &key).await.unwrap().card;
        let step = Transition::ALL[self.dice.below(Transition::ALL.len())];
        let (id, from) = (MessageId::new(), standing.status);
        let done = orders::apply_transition(&self.place.context, viewer, &key, id, from, step).await;
        match standing.rule(step, standing.actor(viewer.id, viewer.rank).unwrap()) {
            // Closed by a block, or of nights that are booked.
            Some(_) if done.is_err() => {
                let expected = [ErrorCode::Forbidden, ErrorCode::Conflict];
                assert!(expected.contains(&done.unwrap_err().code));
                assert_eq!(step, Transition::Accept);
                self.refused.push(id);
            }
            Some(rule) => {
                assert_eq!(done.unwrap().order.status, rule.to);
                self.steps.push(id);
                let again = orders::apply_transition(&self.place.context, viewer, &key, id, from, step)
                    .await
                    .unwrap();
                assert_eq!(again.order.status, rule.to);
            }
            None => {
                assert_eq!(done.unwrap_err().code, ErrorCode::Forbidden);
                self.refused.push(id);
            }
        }
    }

    /// A room of all whom somebody knows; there are a few.
    async fn make_room(&mut self) {
        if self.rooms.len() >= 3 {
            return;
        }
        let by = &self.people[self.dice.below(self.people.len())];
        let history = if self.dice.below(2) == 0 { History::Start } else { History::Joining };
        let (node, id) = (&self.place.context, ConversationId::new());
        let known = rooms::contacts(node, by, String::new()).await.unwrap();
        let others = known.into_iter().map(|person| person.id).collect();
        rooms::create(node, by, id, "A room", history, others).await.unwrap();
        self.rooms.push(id);
    }

    async fn say_in_room(&mut self) {
        if self.rooms.is_empty() {
            return;
        }
        let conversation = self.rooms[self.dice.below(self.rooms.len())];
        let by = self.dice.below(self.people.len());
        let named = &self.people[self.dice.below(self.people.len())].id;
        let name = self.place.rows::<(Uuid, String)>("SELECT id, name FROM users").await;
        let name = name.into_iter().find(|(id, _)| *id == named.0).map(|(_, name)| name).unwrap_or_default();
        let (id, body) = (MessageId::new(), format!("to all, @{name} {}", self.sent.len()));
        match self.place.send_as(&self.people[by], conversation, id, &body).await {
            Ok(answer) => self.sent.push(Sent { by, conversation, id, body, answer }),
            Err(refused) => {
                assert_eq!(refused.code, ErrorCode::NotFound);
                self.refused.push(id);
            }
        }
    }

    /// Somebody leaves a room, is taken out of it or let in, or it gets another name.
    async fn come_and_go(&mut self) {
        if self.rooms.is_empty() {
            return;
        }
        let room = self.rooms[self.dice.below(self.rooms.len())];
        let by = &self.people[self.dice.below(self.people.len())];
        let who = self.people[self.dice.below(self.people.len())].id;
        let (node, id) = (&self.place.context, MessageId::new());
        let done = match self.dice.below(4) {
            0 => rooms::remove(node, by, room, id, by.id).await,
            1 => rooms::remove(node, by, room, id, who).await,
            2 => {
                let name = format!("Room {}", self.dice.below(1_000));
                rooms::rename(node, by, room, id, &name).await.map(|_| ())
            }
            _ => rooms::invite(node, by, room, id, vec![who]).await.map(|_| ()),
        };
        if let Err(refused) = done {
            let expected = [ErrorCode::NotFound, ErrorCode::Forbidden, ErrorCode::Invalid];
            assert!(expected.contains(&refused.code), "{refused:?}");
        }
    }

    /// Somebody accepts or declines an invitation into any room, or one is withdrawn. Done twice, the second changes nothing.
    async fn answer_invitation(&mut self) {
        if self.rooms.is_empty() {
            return;
        }
        let room = self.rooms[self.dice.below(self.rooms.len())];
        let (by, who) =
            (self.dice.below(self.people.len()), self.people[self.dice.below(self.people.len())].id);
        let (node, by) = (&self.place.context, &self.people[by]);
        let (which, id) = (self.dice.below(6), MessageId::new());
        self.place.settle().await;
        let invited = invitations::list(node, by).await.unwrap().invitations;
        let is_invited = invited.iter().any(|invitation| invitation.room == room);
        let was_in = conversations::get(node, by, room).await.is_ok();
        let answer = async || match which {
            0..=2 => invitations::accept(node, by, room, id).await.map(drop),
            3 => invitations::decline(node, by, room).await,
            _ => invitations::withdraw(node, by, room, who).await,
        };
        let done = answer().await;
        let heads = self.heads().await;
        assert_eq!(answer().await.is_ok(), done.is_ok());
        assert_eq!(self.heads().await, heads);
        if which <= 2 {
            assert_eq!(done.is_ok(), is_invited || was_in, "{done:?}");
            assert_eq!(conversations::get(node, by, room).await.is_ok(), done.is_ok());
        }
        if let Err(refused) = done {
            assert!(matches!(refused.code, ErrorCode::NotFound | ErrorCode::Conflict), "{refused:?}");
        }
        let open = invitations::list(node, by).await.unwrap().invitations;
        assert!(which > 3 || open.iter().all(|invitation| invitation.room != room), "it is answered");
    }

    async fn heads(&self) -> Vec<i64> {
        let mut heads = Vec::new();
        for person in &self.people {
            heads.push(sync::position(&self.place.context, person).await.unwrap());
        }
        heads
    }

    /// Somebody marks, deletes or restores a notification, of his or of another.
    async fn look_at_notifications(&mut self) {
        let by = &self.people[self.dice.below(self.people.len())];
        let of = &self.people[if self.dice.below(4) == 0 { 0 } else { self.dice.below(self.people.len()) }];
        let (node, filter) = (&self.place.context, NotificationFilter::default());
        let page = notifications::list(node, of, filter, None).await.unwrap();
        let mut ids: Vec<_> = page.notifications.iter().map(|one| one.id).collect();
        ids.extend(page.conversations.iter().map(|one| NotificationId(one.id.0)));
        if ids.is_empty() {
            return;
        }
        let id = ids[self.dice.below(ids.len())];
        let act = [NotificationAction::Read, NotificationAction::Delete, NotificationAction::Restore]
            [self.dice.below(3)];
        self.place.settle().await;
        let before = sync::position(node, by).await.unwrap();
        let done = notifications::act(node, by, vec![id], act).await;
        let head = sync::position(node, by).await.unwrap();
        assert!(head <= before + 1);
        // Somebody else's is not found; and done already, nothing changes.
        assert!(done.is_ok() || done.as_ref().unwrap_err().code == ErrorCode::NotFound);
        assert_eq!(notifications::act(node, by, vec![id], act).await, done);
        assert_eq!(sync::position(node, by).await.unwrap(), head);
    }

    async fn read_all_notifications(&mut self) {
        let device = &self.devices[self.dice.below(self.devices.len())];
        let (node, upto) = (&self.place.context, device.inbox.head);
        notifications::read_all(node, &device.viewer, &node.epoch, upto).await.unwrap();
    }

    /// Messages grow a day old, up to one of the latest.
    async fn grow_old(&mut self) {
        if self.sent.is_empty() {
            return;
        }
        let back = self.dice.below(self.sent.len().min(30));
        let oldest_kept = self.sent[self.sent.len() - 1 - back].answer.created_at;
        self.deleted += retention::run(&self.place.context, oldest_kept.plus(DAY)).await.unwrap().messages;
    }

    async fn send_as_stranger(&mut self) {
        let (conversation, guest, host) = self.talks[self.dice.below(self.talks.len())];
        let stranger = (0..self.people.len()).find(|person| ![guest, host].contains(person)).unwrap();
        let id = MessageId::new();
        let refused = self.place.send_as(&self.people[stranger], conversation, id, "Hi").await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::NotFound);
        self.refused.push(id);
    }

    async fn read(&mut self) {
        let (conversation, guest, host) = self.talks[self.dice.below(self.talks.len())];
        let reader = self.people[if self.dice.below(2) == 0 { guest } else { host }].clone();
        let before = self.place.get(&reader, conversation).await;
        let upto = before.read_seq + self.dice.below(6) as i64 - 1;
        let node = &self.place.context;
        let marked =
            receipts::mark_read(node, &reader, conversation, upto.max(0), &node.epoch).await.unwrap();
        // (12) Positions never fall and never exceed the last message.
        assert!(marked.read_seq >= before.read_seq && marked.read_seq <= before.last_seq);
    }

    async fn follow(&mut self) {
        let device = self.dice.below(self.devices.len());
        self.devices[device].follow(&self.place).await;
        if self.dice.below(2) == 0 {
            self.devices[device].compare(&self.place).await;
        }
    }

    async fn open(&mut self) {
        let device = self.dice.below(self.devices.len());
        let viewer = self.devices[device].viewer.id;
        let mine: Vec<_> = self
            .talks
            .iter()
            .filter(|(_, guest, host)| self.people[*guest].id == viewer || self.people[*host].id == viewer)
            .map(|(id, ..)| *id)
            .collect();
        let id = mine[self.dice.below(mine.len())];
        self.devices[device].open_thread(&self.place, id).await;
    }

    async fn rename(&mut self) {
        let person = self.dice.below(self.people.len());
        let (name, hue) = (format!("Name {}", self.dice.below(1_000)), self.dice.below(8) as i64);
        users::update_profile(&self.place.context, &self.people[person], &name, hue).await.unwrap();
    }

    async fn change_listing(&mut self) {
        let (conversation, _, host) = self.talks[self.dice.below(self.talks.len())];
        let host = &self.people[host];
        let listing = self.place.get(host, conversation).await.subject.listing().unwrap().clone();
        if self.dice.below(2) == 0 {
            listings::pause(&self.place.context, host, listing.id, !listing.is_paused).await.unwrap();
        } else {
            let changed = draft(&format!("Title {}", self.dice.below(1_000)));
            listings::update(&self.place.context, host, listing.id, changed).await.unwrap();
        }
    }

    async fn check(&mut self) {
        self.place.settle().await;
        let found = checker::rows(&self.place).await;
        assert!(found.is_empty(), "{found:#?}");
        self.check_answers().await;
        for device in 0..self.devices.len() {
            self.devices[device].catch_up(&self.place).await;
            self.devices[device].compare(&self.place).await;
        }
        self.check_rest().await;
    }

    /// (2) what was acknowledged is stored once, what was refused is not; (4) one sender's
    /// messages stand in the order in which he sent them.
    async fn check_answers(&self) {
        // (8) Each status change has one system message.
        let told = "SELECT m.id, m.seq > c.floor_seq AND m.body LIKE '{\"code\":\"stepped\"%', m.seq <= c.floor_seq \
                    FROM messages m JOIN conversations c ON c.id = m.conversation_id WHERE m.kind = 'system'";
        let told = self.place.rows::<(Uuid, bool, bool)>(told).await;
        let is_step = |(id, is_told, is_old): &(Uuid, bool, bool)| {
            *is_told || *is_old && self.steps.contains(&MessageId(*id))
        };
        let log = "SELECT COUNT(*) FROM audit WHERE action LIKE 'order%'";
        let steps = told.into_iter().filter(is_step).map(|(id, ..)| MessageId(id)).collect::<HashSet<_>>();
        assert_eq!(steps, self.steps.iter().copied().collect());
        assert_eq!(self.place.rows::<(i64,)>(log).await, [(self.steps.len() as i64,)]);
        let texts = "SELECT id, seq FROM messages WHERE kind = 'text'";
        let rows = self.place.rows::<(Uuid, i64)>(texts).await;
        let stored: HashMap<MessageId, i64> =
            rows.into_iter().map(|(id, seq)| (MessageId(id), seq)).collect();
        assert_eq!(stored.len(), self.sent.len());
        let mut last: HashMap<(usize, ConversationId), i64> = HashMap::new();
        for sent in &self.sent {
            assert_eq!(stored[&sent.id], sent.answer.seq);
            let before = last.insert((sent.by, sent.conversation), sent.answer.seq);
            assert!(before.is_none_or(|before| before < sent.answer.seq));
        }
        assert!(self.refused.iter().all(|id| !stored.contains_key(id)));
    }

    /// (16) With no commands, heads stand still.
    async fn check_rest(&mut self) {
        let mut heads = Vec::new();
        for _ in 0..2 {
            heads.clear();
            for device in 0..self.devices.len() {
                self.devices[device].catch_up(&self.place).await;
                heads.push(self.devices[device].inbox.head);
            }
        }
        for (device, head) in self.devices.iter().zip(heads) {
            assert_eq!(sync::position(&self.place.context, &device.viewer).await.unwrap(), head);
        }
    }
}

impl Device {
    pub async fn open(place: &Place, viewer: &Viewer) -> Self {
        let page = conversations::list(&place.context, viewer, None, false, None).await.unwrap();
        let mut inbox = Inbox::from_page(page);
        for page in notifications_of(place, viewer).await {
            inbox.add_notifications(page);
        }
        Self { viewer: viewer.clone(), inbox, thread: None }
    }

    pub async fn open_thread(&mut self, place: &Place, id: ConversationId) {
        let page = messages::page(&place.context, &self.viewer, id, Range::Newest, Some(10)).await.unwrap();
        self.thread = Some(Thread::from_page(page));
    }

    /// One poll, applied as the browser applies it. True if there is more.
    pub async fn follow(&mut self, place: &Place) -> bool {
        let open = self
            .thread
            .as_ref()
            .map(|thread| OpenThread { conversation: thread.conversation, version: thread.version });
        let since = self.inbox.head;
        let answer = sync::poll(&place.context, &self.viewer, &self.inbox.epoch, since, open).await.unwrap();
        let Poll::News { change, more, .. } = answer else { panic!("the epoch has not changed") };
        delivery_receipts::store_reports(&place.context).await;
        if change.to > since {
            assert_eq!(self.inbox.apply(&change), ApplyOutcome::Applied);
        }
        // (10) A cursor never falls.
        assert!(self.inbox.head >= since);
        if let Some(thread) = &mut self.thread {
            for news in &change.messages {
                change.summary(news.conversation).into_iter().for_each(|row| thread.apply_bounds(row));
                assert_ne!(thread.apply(news), ApplyOutcome::Behind);
            }
            if let Some(conversation) = self.inbox.get(thread.conversation) {
                thread.apply_summary(conversation);
            }
            assert!(!thread.is_stale());
        }
        more
    }

    async fn catch_up(&mut self, place: &Place) {
        while self.follow(place).await {}
    }

    /// (11) State applied up to a cursor equals a fresh fetch at it.
    pub async fn compare(&mut self, place: &Place) {
        place.settle().await;
        self.catch_up(place).await;
        let fresh = conversations::list(&place.context, &self.viewer, None, false, None).await.unwrap();
        if fresh.head != self.inbox.head {
            return;
        }
        assert_eq!(fresh.unread, self.inbox.unread);
        for conversation in &fresh.conversations {
            assert_eq!(self.inbox.get(conversation.id), Some(conversation));
        }
        self.compare_notifications(place).await;
        if let Some(thread) = &self.thread {
            self.compare_thread(place, thread).await;
        }
    }

    async fn compare_notifications(&self, place: &Place) {
        let pages = notifications_of(place, &self.viewer).await;
        let (bell, filter) = (&self.inbox.notifications, NotificationFilter::default());
        assert!(pages.iter().all(|page| page.totals == *bell.totals()));
        let fresh: Vec<_> = pages.iter().flat_map(|page| &page.notifications).collect();
        for one in &fresh {
            assert_eq!(bell.get(one.id), Some(*one));
        }
        assert_eq!(bell.rows(filter, None).len(), fresh.len());
        let fresh: Vec<_> = pages.iter().flat_map(|page| &page.conversations).collect();
        for conversation in &fresh {
            assert_eq!(self.inbox.get(conversation.id), Some(*conversation));
        }
        assert_eq!(self.inbox.with_notification(None).len(), fresh.len());
    }

    async fn compare_thread(&self, place: &Place, thread: &Thread) {
        let count = thread.tail().len().max(1) as i64;
        let page =
            messages::page(&place.context, &self.viewer, thread.conversation, Range::Newest, Some(count))
                .await
                .unwrap();
        assert_eq!(thread.tail(), page.messages.iter().collect::<Vec<_>>());
        assert_eq!(thread.version, page.conversation.version);
        let fresh = Thread::from_page(page);
        for message in fresh.tail().into_iter().filter(|message| message.sender == Some(self.viewer.id)) {
            let (held, fetched) = (thread.delivery(message.seq), fresh.delivery(message.seq));
            // A read time that came between two polls may be unknown here, but never differs.
            let is_unknown = matches!(held, stoa::shared::sync::thread::delivery::Delivery::Read(None));
            assert!(held == fetched || is_unknown && fetched >= held, "{held:?} {fetched:?}");
        }
    }
}

/// All of somebody's notifications.
async fn notifications_of(place: &Place, viewer: &Viewer) -> Vec<NotificationPage> {
    let (mut pages, mut after) = (Vec::new(), None);
    loop {
        let page =
            notifications::list(&place.context, viewer, NotificationFilter::default(), after).await.unwrap();
        after = page.next;
        pages.push(page);
        if after.is_none() {
            return pages;
        }
    }
}
