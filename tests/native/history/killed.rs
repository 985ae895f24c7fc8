//! An import that is killed goes on: the same command again ends as one that was not.

use super::{
    Import, hash,
    model::{Format, Model},
};

#[tokio::test(flavor = "multi_thread")]
async fn r2_an_import_that_is_killed_again_and_again_ends_as_one_that_was_not() {
    for format in [Format::Lines, Format::Sendbird] {
        let model = Model { conversations: 300, messages: 12, format };
        let import = Import::new().await;
        let (listings, export) = (import.folder.path().join("listings"), import.folder.path().join("export"));
        model.write_listings(&listings).unwrap();
        model.write(&export).unwrap();
        import.imported(&[&listings], &[]);
        let expected = model.said();
        let count = async || {
            let count: Vec<(i64,)> = import.place.rows("SELECT COUNT(*) FROM messages").await;
            count[0].0 as usize
        };
        let (mut kills, mut before) = (0, 0);
        loop {
            let mut process = import.import(&[&export], format.options()).spawn().expect("it runs");
            // As soon as it has stored something more.
            while count().await <= before && process.try_wait().unwrap().is_none() {
                tokio::task::yield_now().await;
            }
            process.kill().unwrap();
            let ended = process.wait().unwrap();
            before = count().await;
            if ended.success() {
                break;
            }
            kills += 1;
            let said = import.said().await;
            assert!(said.iter().all(|said| expected.contains(said)), "what is stored is as it was");
        }
        println!("{format:?}: killed {kills} times");
        assert!(kills >= 3, "{kills} kills");
        assert_eq!(hash(&import.said().await), hash(&expected));
        import.check().await;
        let of = import.imported(&[&export], format.options());
        assert_eq!(of["messages"], [expected.len() as u64, 0, expected.len() as u64, 0]);
    }
}
