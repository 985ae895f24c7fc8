//! What Prometheus fetches from a real server, and whether what is written about it is true.

use std::{collections::BTreeSet, time::Duration};

use reqwest::{Method, StatusCode};
use serde_json::Value;
use stoa::{
    server::telemetry::metrics::{ALL, Kind},
    shared::{
        ids::MessageId,
        sync::wire::{ToClient, ToServer},
    },
};

use crate::{
    client::Client,
    place::{Place, Site},
    server::{Server, free_address},
};

const MESSAGES: usize = 20;

/// One fetch.
struct Scrape(String);

impl Scrape {
    async fn of(url: &str) -> Self {
        let answer = reqwest::get(url).await.expect("an answer");
        assert_eq!(answer.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
        Self(answer.text().await.expect("text"))
    }

    /// The value of a series, written as it is in the text.
    fn value(&self, series: &str) -> f64 {
        let of = |line: &&str| line.strip_prefix(series).is_some_and(|rest| rest.starts_with(' '));
        let line = self.0.lines().find(of).unwrap_or_else(|| panic!("no {series} in\n{}", self.0));
        line.rsplit_once(' ').unwrap().1.parse().unwrap()
    }

    fn series(&self, name: &str) -> Vec<&str> {
        self.0.lines().filter(|line| line.starts_with(&format!("{name}{{"))).collect()
    }
}

#[tokio::test]
async fn e8_what_the_server_does_is_counted() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    let sessions = [place.session(&host).await, place.session(&guest).await];
    let metrics = free_address().await;
    // The indexer writes when it likes.
    let environment = [("STOA_METRICS", &*metrics.to_string()), ("STOA_WITHOUT_SEARCH", "true")];
    let server = Server::start(&place.database.url, &environment).await;
    let (site, url) = (Site::at(server.url()), format!("http://{metrics}/metrics"));
    let mut clients = Vec::new();
    for session in &sessions {
        let mut client = Client::at(&server.url(), session, &place.context.epoch, 0).await;
        client.hear().await;
        clients.push(client);
    }
    for number in 0..MESSAGES {
        let (id, body) = (MessageId::new(), number.to_string());
        clients[1].say(&ToServer::SendMessage { id, conversation, body, attached: Default::default() }).await;
        clients[1].until(|frame| matches!(frame, ToClient::Ack { .. })).await;
        let came =
            |frame: &ToClient| matches!(frame, ToClient::Change(change) if !change.conversations.is_empty());
        clients[0].until(came).await;
    }
    clients[0].text("{\"nonsense\":1}").await;
    clients[0].until(|frame| matches!(frame, ToClient::Refused { .. })).await;
    assert_eq!(site.get("/api/orders/none", Some(&sessions[0])).await.0, StatusCode::NOT_FOUND);
    for number in 0..30 {
        let method = Method::from_bytes(format!("ODD{number}").as_bytes()).unwrap();
        site.request(method, &format!("/somewhere/{number}"), None).send().await.unwrap();
    }

    let now = Scrape::of(&url).await;
    for (name, value) in [
        ("stoa_connections", 2.0),
        ("stoa_people_online", 2.0),
        ("stoa_messages_total", MESSAGES as f64),
        ("stoa_writes_waiting", 0.0),
        ("stoa_presence_changes_total{to=\"online\"}", 2.0),
        ("stoa_errors_total{code=\"not_found\"}", 1.0),
        ("stoa_errors_total{code=\"invalid\"}", 1.0),
        ("stoa_errors_total{code=\"internal\"}", 0.0),
        ("stoa_sockets_closed_total{code=\"4401\"}", 0.0),
        ("stoa_http_requests_total{route=\"/ws\",method=\"GET\",status=\"1xx\"}", 2.0),
        ("stoa_http_requests_total{route=\"/api/orders/{key}\",method=\"GET\",status=\"4xx\"}", 1.0),
        ("stoa_http_requests_total{route=\"unknown\",method=\"other\",status=\"4xx\"}", 30.0),
    ] {
        assert_eq!(now.value(name), value, "{name}");
    }
    for name in ["stoa_commit_seconds", "stoa_commit_size", "stoa_write_seconds"] {
        assert!(now.value(&format!("{name}_count")) >= MESSAGES as f64, "{name}");
        assert!(now.value(&format!("{name}_sum")) > 0.0, "{name}");
    }
    assert!(now.value("stoa_fan_out_seconds_count") > 0.0);
    assert!(now.value("stoa_notifications_delivered_total") >= 1.0, "the messages were notified of");
    assert!(now.value("stoa_fan_out_seconds_count") <= 2.0 * MESSAGES as f64, "one for each of two sockets");
    assert!(now.value("stoa_commit_size_bucket{le=\"+Inf\"}") == now.value("stoa_commit_size_count"));
    for name in ["process_resident_memory_bytes", "process_open_fds", "stoa_database_connections"] {
        assert!(now.value(name) > 0.0, "{name}");
    }
    assert_eq!(now.series("stoa_http_requests_total").len(), 3, "whatever is asked for, the series are few");

    drop(clients.pop());
    while Scrape::of(&url).await.value("stoa_sockets_closed_total{code=\"gone\"}") != 1.0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(site.get("/metrics", None).await.0, StatusCode::NOT_FOUND, "not where people go");
}

/// Every word of ours in a text that could name a metric.
fn names(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let of_ours = words.filter(|word| word.starts_with("stoa_") || word.starts_with("process_"));
    of_ours.map(str::to_owned).collect()
}

fn known() -> BTreeSet<String> {
    ALL.iter().map(|(_, name, _)| (*name).to_owned()).collect()
}

#[test]
fn e8_the_documentation_names_all_metrics_and_no_other() {
    let text = std::fs::read_to_string("docs/operations.md").unwrap();
    let (_, section) = text.split_once("\n## Metrics\n").expect("a section");
    let section = section.split("\n## ").next().unwrap();
    assert_eq!(names(section), known());
}

#[test]
fn e8_the_dashboard_shows_only_what_there_is() {
    let text = std::fs::read_to_string("docs/grafana.json").unwrap();
    let dashboard: Value = serde_json::from_str(&text).expect("JSON");
    assert!(dashboard["schemaVersion"].as_i64().unwrap() >= 38, "Grafana 10");
    assert_eq!(dashboard["templating"]["list"][0]["type"], "datasource");
    let panels = dashboard["panels"].as_array().unwrap();
    let mut shown = BTreeSet::new();
    for panel in panels.iter().filter(|panel| panel["type"] != "row") {
        assert_eq!(panel["datasource"]["uid"], "${datasource}", "{}", panel["title"]);
        for target in panel["targets"].as_array().expect("queries") {
            shown.extend(names(target["expr"].as_str().expect("a query")));
        }
    }
    // What a histogram is asked by.
    let parts = |(kind, name, _): &(Kind, &str, &str)| match kind {
        Kind::Seconds | Kind::Sizes => {
            ["_bucket", "_sum", "_count"].map(|part| format!("{name}{part}")).to_vec()
        }
        Kind::Counter | Kind::Gauge => vec![(*name).to_owned()],
    };
    let there: BTreeSet<_> = ALL.iter().flat_map(parts).collect();
    assert_eq!(shown.difference(&there).collect::<Vec<_>>(), Vec::<&String>::new());
    let missing = ALL.iter().filter(|metric| parts(metric).iter().all(|part| !shown.contains(part)));
    assert_eq!(missing.map(|(_, name, _)| *name).collect::<Vec<_>>(), Vec::<&str>::new(), "on no panel");
}
