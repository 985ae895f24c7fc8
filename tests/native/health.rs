//! Whether the operator's tools hear how a node is.

use std::time::Duration;

use reqwest::{Method, StatusCode};

use crate::{
    database::server,
    place::{FAST, Place, Site, answer},
    postgres,
    server::Server,
};

const READY: (u16, &str) = (200, "ready\n");

/// The answer at once: status and word.
async fn ask(site: &Site, path: &str) -> (u16, String) {
    let (status, word) = answer(site.request(Method::GET, path, None)).await;
    (status.as_u16(), word.as_str().unwrap_or_default().to_owned())
}

async fn readiness(site: &Site) -> (u16, String) {
    ask(site, "/readyz").await
}

/// As a probe does: again, until it hears this.
async fn until_ready_is(site: &Site, wanted: (u16, &str)) {
    while readiness(site).await != (wanted.0, wanted.1.to_owned()) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn e8_a_node_lives_and_is_ready_as_far_as_its_database_has_all_tables() {
    let place = Place::new().await;
    let site = place.serve().await;
    assert_eq!(ask(&site, "/healthz").await, (200, "alive\n".to_owned()));
    assert_eq!(readiness(&site).await, (READY.0, READY.1.to_owned()));
    let answer = site.request(Method::GET, "/readyz", None).send().await.unwrap();
    assert_eq!(answer.headers()["cache-control"], "no-store");
    assert_eq!(site.post("/readyz", None, &"".into()).await.0, StatusCode::METHOD_NOT_ALLOWED);

    // As if an older copy had been put in its place.
    place
        .run("DELETE FROM _sqlx_migrations WHERE version = (SELECT MAX(version) FROM _sqlx_migrations)")
        .await;
    assert_eq!(readiness(&site).await, (503, "schema\n".to_owned()));
    assert_eq!(ask(&site, "/healthz").await.0, 200);
}

#[tokio::test]
async fn e8_what_a_newer_node_has_added_turns_no_older_one_away() {
    let place = Place::new().await;
    let site = place.serve().await;
    place
        .run(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         SELECT 9999, 'newer', success, checksum, 0 FROM _sqlx_migrations WHERE version = 1",
        )
        .await;
    let rows: Vec<(i64,)> = place.rows("SELECT version FROM _sqlx_migrations WHERE version = 9999").await;
    assert_eq!((rows.len(), readiness(&site).await), (1, (READY.0, READY.1.to_owned())));
}

#[tokio::test]
async fn e8_a_node_that_is_told_to_stop_is_not_ready_and_goes_on_until_it_stops() {
    let place = Place::new().await;
    let mut stoa = Server::start(&place.database.url, &[("STOA_DRAIN_SECONDS", "600")]).await;
    let site = Site::at(stoa.url());
    assert_eq!(readiness(&site).await, (READY.0, READY.1.to_owned()));
    stoa.terminate();
    until_ready_is(&site, (503, "stopping\n")).await;
    // On connections of their own, which are accepted still.
    let other = Site::at(stoa.url());
    assert_eq!(ask(&other, "/healthz").await.0, 200);
    assert_eq!(other.get("/", None).await.0, StatusCode::OK);
    // Who insists need not wait.
    stoa.terminate();
    assert!(stoa.ended_within(30).await.is_ok_and(|status| status.success()));
}

#[tokio::test(flavor = "multi_thread")]
async fn e8_a_node_is_not_ready_while_its_database_is_away() {
    if server().is_none() {
        return;
    }
    let (database_server, database) = postgres::Server::start();
    let place = Place::on(database, FAST).await;
    let site = place.serve().await;
    assert_eq!(readiness(&site).await, (READY.0, READY.1.to_owned()));
    database_server.control("halt");
    assert_eq!(readiness(&site).await, (503, "database\n".to_owned()));
    assert_eq!(ask(&site, "/healthz").await.0, 200);
    database_server.control("start");
    until_ready_is(&site, READY).await;
}
