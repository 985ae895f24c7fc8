//! Many conversations from each format. STOA_IMPORT_CONVERSATIONS says how many, of ten messages each; the figures are printed.

use std::time::Instant;

use super::{
    Import, hash,
    model::{Format, Model},
};
use crate::checker;

const CONVERSATIONS: usize = 60;
const MESSAGES: usize = 10;

#[tokio::test(flavor = "multi_thread")]
async fn r2_many_conversations_come_from_each_format_and_a_second_run_changes_nothing() {
    let conversations = std::env::var("STOA_IMPORT_CONVERSATIONS").ok().and_then(|text| text.parse().ok());
    let conversations: usize = conversations.unwrap_or(CONVERSATIONS);
    for format in Format::ALL {
        let model = Model { conversations, messages: MESSAGES, format };
        let import = Import::new().await;
        let (listings, export) = (import.folder.path().join("listings"), import.folder.path().join("export"));
        model.write_listings(&listings).unwrap();
        model.write(&export).unwrap();
        import.imported(&[&listings], &[]);
        let began = Instant::now();
        let of = import.imported(&[&export], format.options());
        let took = began.elapsed();
        let [conversations, messages] = [conversations as u64, (conversations * MESSAGES) as u64];
        assert_eq!(of["conversations"], [conversations, conversations, 0, 0]);
        assert_eq!(of["messages"], [messages, messages, 0, 0]);
        let (expected, stored) = (hash(&model.said()), hash(&import.said().await));
        println!(
            "{format:?}: {conversations} conversations and {messages} messages in {took:.1?}; {expected}, stored {stored}"
        );
        assert_eq!(stored, expected);
        assert_eq!(checker::rows(&import.place).await, Vec::<String>::new());
        let heads = "SELECT CAST(SUM(head) AS BIGINT) FROM heads";
        let before: Vec<(i64,)> = import.place.rows(heads).await;
        let began = Instant::now();
        let of = import.imported(&[&export], format.options());
        println!("{format:?}: the same again in {:.1?}", began.elapsed());
        assert_eq!(of["messages"], [messages, 0, messages, 0]);
        assert_eq!(hash(&import.said().await), expected);
        assert_eq!(import.place.rows::<(i64,)>(heads).await, before, "nothing has changed for anybody");
        import.check().await;
    }
}
