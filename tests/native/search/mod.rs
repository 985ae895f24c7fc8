//! Search in messages (F8): what is found, by whom, and what is left of words that are gone. On SQLite and on PostgreSQL the
//! same is found.

mod leftovers;
mod oracle;
mod rights;

use stoa::{
    server::domain::{
        messages::{
            self,
            search::{self, indexer},
        },
        orders,
    },
    shared::{
        errors::{ErrorCode, Result},
        ids::{ConversationId, MessageId},
        messages::search::{FOUND_PAGE, FoundPage, Has, MessageSearch},
        orders::draft::OrderDraft,
        users::Viewer,
        values::{dates::Day, time::DAY},
    },
};

use crate::place::{FAST, Place};

impl Place {
    /// Has everything indexed that was sent.
    pub async fn indexed(&self) {
        indexer::catch_up(&self.context).await.expect("the index");
    }

    async fn search(&self, viewer: &Viewer, search: MessageSearch) -> Result<FoundPage> {
        search::find(&self.context, viewer, search, None).await
    }

    /// The lines that are found for these words as they are, newest first, after everything is indexed.
    pub async fn sought(&self, viewer: &Viewer, text: &str) -> Vec<String> {
        self.indexed().await;
        let page = self.search(viewer, words(text)).await.unwrap();
        if page.instead.is_some() { Vec::new() } else { lines(page) }
    }
}

fn words(text: &str) -> MessageSearch {
    MessageSearch { text: text.to_owned(), ..MessageSearch::default() }
}

fn lines(page: FoundPage) -> Vec<String> {
    page.messages.into_iter().map(|message| message.excerpt).collect()
}

#[tokio::test]
async fn f8_words_beginnings_and_phrases_are_found_newest_first() {
    let place = Place::new().await;
    let (guest, host) = (place.user("Noor").await, place.user("Tomas").await);
    let id = place.conversation(&guest, &host).await.id;
    for text in
        ["The door code is 4711", "Is the back door open?", "明日の予約を確認します", "Señor José, 1,200 €"]
    {
        place.context.clock.advance(1_000);
        place.send(&host, id, text).await.unwrap();
    }
    for viewer in [&guest, &host] {
        let found = async |text| place.sought(viewer, text).await;
        assert_eq!(found("door").await, ["Is the back door open?", "The door code is 4711"]);
        assert_eq!(found("DOOR co").await, ["The door code is 4711"]);
        assert_eq!(found("\"back door\"").await, ["Is the back door open?"]);
        assert_eq!(found("\"door back\"").await, [""; 0]);
        assert_eq!(found("予約").await, ["明日の予約を確認します"]);
        assert_eq!(found("jose 1200").await, ["Señor José, 1,200 €"]);
        assert_eq!(found("door window").await, [""; 0]);
        for odd in ["\"", "AND", "door OR", "NEAR(", "d* ^", "' & !", "\\ | :*", "{ } :", "   ", "🙂"] {
            place.search(viewer, words(odd)).await.unwrap();
        }
    }
    let page = place.search(&guest, words("code")).await.unwrap();
    let message = &page.messages[0];
    assert_eq!((message.marks.len(), message.sender), (1, Some(host.id)));
    assert_eq!(message.pieces()[1], ("code".to_owned(), true));
    assert_eq!(message.sender_name.as_deref(), Some("Tomas"));
    assert_eq!(page.conversations.iter().map(|row| row.id).collect::<Vec<_>>(), [id]);
}

#[tokio::test]
async fn f8_pages_go_on_where_the_last_one_ended() {
    let place = Place::new().await;
    let (guest, host) = (place.user("Noor").await, place.user("Tomas").await);
    let id = place.conversation(&guest, &host).await.id;
    let mut expected = Vec::new();
    // Many of one moment, and others a year apart.
    for number in 0..75 {
        if number % 25 == 0 {
            place.context.clock.advance(300 * DAY);
        }
        let text = format!("Message number {number}");
        place.send(if number % 2 == 0 { &guest } else { &host }, id, &text).await.unwrap();
        expected.push(text);
    }
    place.indexed().await;
    let (mut all, mut sizes, mut after) = (Vec::new(), Vec::new(), None);
    loop {
        let page = search::find(&place.context, &guest, words("message"), after).await.unwrap();
        sizes.push(page.messages.len());
        after = page.next;
        all.extend(lines(page));
        if after.is_none() {
            break;
        }
    }
    assert_eq!(sizes, [FOUND_PAGE, FOUND_PAGE, 15]);
    let number = |text: &String| text.rsplit(' ').next().unwrap().parse::<usize>().unwrap();
    // Those of one moment have no order.
    let moments: Vec<_> = all.iter().map(|text| number(text) / 25).collect();
    assert!(moments.is_sorted_by(|one, other| one >= other), "{moments:?}");
    all.sort();
    expected.sort();
    assert_eq!(all, expected);
}

#[tokio::test]
async fn f8_an_edit_takes_the_old_words_out_at_once_and_the_new_ones_in() {
    let place = Place::new().await;
    let (guest, host) = (place.user("Noor").await, place.user("Tomas").await);
    let id = place.conversation(&guest, &host).await.id;
    let sent = place.send(&host, id, "Come on Monday").await.unwrap();
    assert_eq!(place.sought(&guest, "monday").await.len(), 1);
    messages::edit(&place.context, &host, sent.id, sent.version, "Come on Friday".into()).await.unwrap();
    // Whether or not the index knows yet.
    assert_eq!(lines(place.search(&guest, words("monday")).await.unwrap()), [""; 0]);
    assert_eq!(place.sought(&guest, "friday").await, ["Come on Friday"]);
    assert_eq!(place.sought(&guest, "monday").await, [""; 0]);
}

#[tokio::test]
async fn f8_filters_hold_together_and_alone() {
    let place = Place::new().await;
    let (me, tomas, mei) = (place.user("Noor").await, place.user("Tomas").await, place.user("Mei").await);
    let (one, two) = (place.conversation(&me, &tomas).await, place.conversation(&me, &mei).await);
    place.send(&me, one.id, "Keys of the boat").await.unwrap();
    place.send(&tomas, one.id, "Keys: https://example.com/keys").await.unwrap();
    place.context.clock.advance(3 * DAY);
    place.send(&mei, two.id, "Keys of the cabin").await.unwrap();
    place.indexed().await;
    let base = words("keys");
    let find = async |search: MessageSearch| {
        let mut found = lines(place.search(&me, search).await.unwrap());
        found.sort();
        found
    };
    let (boat, link, cabin) = ("Keys of the boat", "Keys: https://example.com/keys", "Keys of the cabin");
    assert_eq!(find(base.clone()).await, [boat, cabin, link]);
    assert_eq!(find(MessageSearch { with: Some(mei.id), ..base.clone() }).await, [cabin]);
    assert_eq!(find(MessageSearch { is_mine: true, ..base.clone() }).await, [boat]);
    assert_eq!(find(MessageSearch { has: Some(Has::Link), ..base.clone() }).await, [link]);
    assert_eq!(find(MessageSearch { conversation: Some(one.id), ..base.clone() }).await, [boat, link]);
    let listing = one.subject.listing().unwrap().id;
    assert_eq!(find(MessageSearch { listing: Some(listing), ..base.clone() }).await, [boat, link]);
    let today = Day::of(place.context.clock.now());
    assert_eq!(find(MessageSearch { since: Some(today), ..base.clone() }).await, [cabin]);
    assert_eq!(find(MessageSearch { until: Some(today.plus(-1)), ..base.clone() }).await, [boat, link]);
    // Without words.
    let all_links = MessageSearch { has: Some(Has::Link), ..MessageSearch::default() };
    assert_eq!(find(all_links).await, [link]);
    assert_eq!(find(MessageSearch::default()).await, [""; 0]);
    let stranger = MessageSearch { with: Some(place.user("Rui").await.id), ..base.clone() };
    assert_eq!(find(stranger).await, [""; 0]);
    for (field, wrong) in [
        ("order", MessageSearch { order: Some("nonsense".into()), ..base.clone() }),
        ("since", MessageSearch { since: Some(Day(i64::MAX)), ..base.clone() }),
        ("until", MessageSearch { until: Some(Day(-5)), ..base.clone() }),
        ("q", words(&"x".repeat(101))),
    ] {
        let refused = place.search(&me, wrong).await.unwrap_err();
        assert_eq!((refused.code, refused.field.as_deref()), (ErrorCode::Invalid, Some(field)));
    }
}

#[tokio::test]
async fn f8_the_conversation_of_an_order_is_found_by_its_code() {
    let place = Place::new().await;
    let (guest, host) = (place.user("Noor").await, place.user("Tomas").await);
    let listing = place.listing(&host).await;
    let order = place.book(&guest, listing).await;
    let other = place.conversation(&guest, &host).await;
    place.send(&guest, order.conversation, "We come by train").await.unwrap();
    place.send(&guest, other.id, "We come by car").await.unwrap();
    place.indexed().await;
    let by_code = MessageSearch { order: Some(order.card.code.to_string()), ..words("come") };
    assert_eq!(lines(place.search(&guest, by_code.clone()).await.unwrap()), ["We come by train"]);
    assert_eq!(lines(place.search(&host, by_code.clone()).await.unwrap()), ["We come by train"]);
    let stranger = place.user("Mei").await;
    assert_eq!(lines(place.search(&stranger, by_code).await.unwrap()), [""; 0]);
    let unknown = MessageSearch { order: Some("REQ-222222".into()), ..words("come") };
    assert_eq!(lines(place.search(&guest, unknown).await.unwrap()), [""; 0]);
}

#[tokio::test]
async fn f8_a_typing_error_finds_words_of_ones_own_messages_alone() {
    let place = Place::new().await;
    let (guest, host) = (place.user("Noor").await, place.user("Tomas").await);
    let others = (place.user("Mei").await, place.user("Rui").await);
    let (mine, theirs) =
        (place.conversation(&guest, &host).await.id, place.conversation(&others.0, &others.1).await.id);
    place.send(&host, mine, "Bring your passport to the harbour").await.unwrap();
    place.send(&others.0, theirs, "Marmalade is in the cupboard").await.unwrap();
    place.indexed().await;
    let find = async |text: &str| {
        let page = place.search(&guest, words(text)).await.unwrap();
        (page.messages.len(), page.instead)
    };
    assert_eq!(find("pasport").await, (1, Some("passport".to_owned())));
    assert_eq!(find("harbor bring").await, (1, Some("harbour bring".to_owned())));
    assert_eq!(find("habroru").await, (0, None), "two errors in a word of seven letters");
    assert_eq!(find("pssporte bring").await, (0, None));
    assert_eq!(find("bringt").await, (1, Some("bring".to_owned())));
    assert_eq!(find("yuor").await, (0, None), "too short");
    // The words of others are not suggested, and neither do they make a difference.
    assert_eq!(find("marmelade").await, (0, None));
    assert_eq!(find("marmalade").await, (0, None));
    assert_eq!(find("cupbord").await, (0, None));
}

#[tokio::test]
async fn f8_what_no_node_remembers_is_found_by_the_sweep() {
    let place = Place::new().await;
    let (guest, host) = (place.user("Noor").await, place.user("Tomas").await);
    let id = place.conversation(&guest, &host).await.id;
    // As if the node had died between the commit and the index.
    place.run("DELETE FROM search_state").await;
    place.send(&host, id, "Lost and found").await.unwrap();
    place.context.pending_index.take(usize::MAX);
    assert_eq!(place.sought(&guest, "lost").await, ["Lost and found"]);
}

#[tokio::test]
async fn f8_a_message_is_found_soon_after_it_was_sent() {
    let place = Place::new().await;
    let (guest, host) = (place.user("Noor").await, place.user("Tomas").await);
    let id = place.conversation(&guest, &host).await.id;
    place.send(&host, id, "By the background task").await.unwrap();
    let soon = async {
        while place.search(&guest, words("background")).await.unwrap().messages.is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(crate::client::SOON, soon).await.expect("it is found");
    let (waiting, _) = place.context.pending_index.lag();
    assert_eq!(waiting, 0);
}

#[tokio::test]
async fn f8_searches_are_bounded_in_their_rate() {
    let place = Place::with(&["--sends-per-second", "10"]).await;
    let guest = place.user("Noor").await;
    let mut refused = 0;
    for _ in 0..40 {
        if let Err(error) = place.search(&guest, words("door")).await {
            assert_eq!(error.code, ErrorCode::TooFast);
            refused += 1;
        }
    }
    assert!(refused > 0);
    assert_eq!(FAST.len(), 2);
}

/// A message that is known by its id, for tests that look at what becomes of it.
async fn send(place: &Place, from: &Viewer, to: ConversationId, text: &str) -> MessageId {
    place.send(from, to, text).await.unwrap().id
}

/// An order without a host, which operators take up.
async fn wish(place: &Place, guest: &Viewer) -> stoa::shared::orders::Order {
    let draft = OrderDraft { title: "A table".into(), note: "Of oak".into(), ..OrderDraft::default() };
    orders::create(&place.context, guest, stoa::shared::ids::OrderId::new(), None, draft).await.unwrap()
}
