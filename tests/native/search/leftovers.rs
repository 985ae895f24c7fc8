//! What is gone is gone from the index and from its files.

use std::fs;

use stoa::{
    server::domain::{messages, operators::retention, users::personal_data::closing},
    shared::values::time::DAY,
};

use super::send;
use crate::place::Place;

/// The files of a SQLite database that hold this word.
fn files_with(place: &Place, word: &str) -> Vec<String> {
    let names = ["", "-wal", "-shm"].map(|end| format!("{}{end}", place.database.url));
    let has = |name: &String| {
        let bytes = fs::read(name).unwrap_or_default();
        bytes.windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
    };
    names.into_iter().filter(has).collect()
}

async fn empty_log(place: &Place) {
    // A reader may need it for a moment.
    while !place.context.store.empty_log().await {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn f8_words_of_deleted_and_edited_messages_are_in_no_file() {
    let place = Place::on_sqlite().await;
    let (guest, host) = (place.user("Noor").await, place.user("Tomas").await);
    let id = place.conversation(&guest, &host).await.id;
    let mut odd = Vec::new();
    for number in 0..400 {
        let text = format!("Message {number} with the words quagmire{number} and zephyr{}", number % 7);
        let sent = place.send(&guest, id, &text).await.unwrap();
        if number % 5 == 0 {
            odd.push((number, sent));
        }
        if number % 100 == 0 {
            place.indexed().await;
        }
    }
    place.indexed().await;
    empty_log(&place).await;
    assert!(!files_with(&place, "quagmire395").is_empty(), "needs the word in the file");
    for (number, sent) in &odd {
        let changed = if number % 2 == 0 {
            messages::delete(&place.context, &guest, sent.id, sent.version).await
        } else {
            messages::edit(&place.context, &guest, sent.id, sent.version, "Something else".into()).await
        };
        changed.unwrap();
    }
    place.indexed().await;
    empty_log(&place).await;
    for (number, _) in &odd {
        let word = format!("quagmire{number} ");
        assert_eq!(files_with(&place, &word), Vec::<String>::new(), "{word}");
        assert_eq!(place.sought(&guest, &format!("quagmire{number}")).await.len(), left(*number));
    }
    assert_eq!(place.sought(&guest, "quagmire1").await.len(), 30);
}

/// Messages whose word begins with that of this one, and that were not deleted.
fn left(number: usize) -> usize {
    let prefix = number.to_string();
    (0..400).filter(|other| other % 5 != 0 && other.to_string().starts_with(&prefix)).count().min(30)
}

#[tokio::test]
async fn f8_the_index_itself_holds_no_word_of_what_is_deleted() {
    let place = Place::on_sqlite().await;
    let (guest, host) = (place.user("Noor").await, place.user("Tomas").await);
    let id = place.conversation(&guest, &host).await.id;
    let sent = place.send(&guest, id, "Xylophone").await.unwrap();
    place.indexed().await;
    let has = "SELECT COUNT(*) FROM search_words_data WHERE instr(block, 'xylophone') > 0";
    let vocabulary = async || place.rows::<(i64,)>(has).await[0].0;
    assert!(vocabulary().await > 0, "needs it in the index");
    messages::delete(&place.context, &guest, sent.id, sent.version).await.unwrap();
    place.indexed().await;
    assert_eq!(vocabulary().await, 0);
    empty_log(&place).await;
    assert_eq!(files_with(&place, "xylophone"), Vec::<String>::new());
}

#[tokio::test]
async fn f8_retention_takes_entries_out() {
    let place = Place::new().await;
    let (guest, host) = (place.user("Noor").await, place.user("Tomas").await);
    let id = place.conversation(&guest, &host).await.id;
    for day in 0..10 {
        send(&place, &guest, id, &format!("Quagmire of day {day}")).await;
        place.context.clock.advance(DAY);
    }
    assert_eq!(place.sought(&host, "quagmire").await.len(), 10);
    place.keep_for(Some(4)).await;
    retention::run(&place.context, place.context.clock.now()).await.unwrap();
    let entries = async || place.rows::<(i64,)>("SELECT COUNT(*) FROM search_entries").await[0].0;
    // Whether or not the index knows yet.
    let found = place.search(&host, super::words("quagmire")).await.unwrap().messages.len();
    place.indexed().await;
    assert_eq!(place.sought(&host, "quagmire").await.len(), found);
    assert_eq!(entries().await, found as i64);
    assert!((3..=5).contains(&found), "{found}");
}

#[tokio::test]
async fn f8_a_closed_account_leaves_no_entry_of_its_texts() {
    let place = Place::new().await;
    let (guest, host) = (place.user("Noor").await, place.user("Tomas").await);
    let id = place.conversation(&guest, &host).await.id;
    send(&place, &guest, id, "Quagmire of mine").await;
    send(&place, &host, id, "Quagmire of the host").await;
    assert_eq!(place.sought(&host, "quagmire").await.len(), 2);
    place.set_password(&guest).await;
    let from = stoa::server::domain::users::Client::default();
    closing::close(&place.context, &guest, "marmalade on toast", true, &from).await.unwrap();
    place.settle().await;
    assert_eq!(place.sought(&host, "quagmire").await, ["Quagmire of the host"]);
    assert_eq!(place.rows::<(i64,)>("SELECT COUNT(*) FROM search_entries").await, [(1,)]);
}
