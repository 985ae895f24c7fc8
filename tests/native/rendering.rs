//! Pages that are rendered at the same time.

use std::collections::BTreeSet;

use futures::future::join_all;
use reqwest::{Method, StatusCode};

use crate::place::Place;

const AT_ONCE: usize = 8;
const ROUNDS: usize = 40;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn e7_pages_of_several_people_at_once_show_each_only_his_own() {
    let place = Place::new().await;
    let mut pages = Vec::new();
    for index in 0..AT_ONCE {
        let (host, guest) = (place.user(&format!("Host{index}")).await, place.user("Guest").await);
        let conversation = place.conversation(&guest, &host).await.id;
        for _ in 0..=index {
            place.send(&host, conversation, "Hi").await.unwrap();
        }
        let unread = index + 1;
        let session = place.session(&guest).await;
        pages.push((session, format!("/messages/{conversation}"), format!("({unread}) Host{index} · Stoa")));
    }
    let site = &place.serve().await;
    let shown = join_all(pages.iter().map(|(session, path, title)| async move {
        let mut shown = BTreeSet::new();
        for _ in 0..ROUNDS {
            let response = site.request(Method::GET, path, Some(session)).send().await.expect("an answer");
            assert_eq!(response.status(), StatusCode::OK);
            let html = response.text().await.expect("a page");
            let found = html.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next());
            shown.insert(found.unwrap_or_default().to_owned());
        }
        (title, shown)
    }))
    .await;
    for (title, shown) in shown {
        assert_eq!(shown, BTreeSet::from([title.clone()]));
    }
}
