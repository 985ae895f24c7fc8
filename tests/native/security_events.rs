//! Events of security as admins look for them (R5): the filter, and the file.

use reqwest::{Method, StatusCode};
use serde_json::Value;
use stoa::{
    server::{
        auth::session_tokens::Token,
        domain::users::{self, Client as Who},
        store::operators::security_events::{self, NewSecurityEvent},
    },
    shared::values::{dates::Day, time::DAY},
};
use tracing::Span;

use crate::place::{Place, Site, answer};

const PASSWORD: &str = "marmalade on toast";
const EXPORT: &str = "/operator/security-events/export";

fn who(ip: &str) -> Who {
    Who { client_ip: ip.to_owned().into(), ..Who::default() }
}

/// An admin, and somebody who signed up and was then refused.
async fn scene() -> (Place, Site, Token) {
    let place = Place::new().await;
    let admin = place.admin("Ada").await;
    users::sign_up(&place.context, "=Noor", "noor@example.com", PASSWORD, &who("198.51.100.7"))
        .await
        .unwrap();
    let refused =
        users::sign_in(&place.context, "noor@example.com", "not the one", &who("198.51.100.8")).await;
    assert!(refused.is_err());
    let (site, session) = (place.serve().await, place.session(&admin).await);
    (place, site, session)
}

async fn found(site: &Site, session: &Token, fields: &[(&str, &str)]) -> (StatusCode, Value) {
    answer(site.request(Method::GET, "/rpc/find_security_events", Some(session)).query(fields)).await
}

/// The actions and names of the entries.
fn entries(page: &Value) -> Vec<(String, String)> {
    let entries = page["entries"].as_array().expect("a page").iter();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    entries.map(|entry| (text(&entry["action"]), text(&entry["person"]["name"]))).collect()
}

#[tokio::test]
async fn r5_admins_find_events_by_person_event_result_and_days() {
    let (place, site, session) = scene().await;
    let today = Day::of(place.context.clock.now());
    let (day, tomorrow) = (today.to_string(), today.plus(1).to_string());
    let refused = ("security_sign_in_refused".to_owned(), "=Noor".to_owned());
    for (fields, count) in [
        (vec![], 2),
        (vec![("q", "noor")], 2),
        (vec![("q", "tomas")], 0),
        (vec![("event", "sign_in_refused")], 1),
        (vec![("result", "refused")], 1),
        (vec![("result", "done")], 1),
        (vec![("from", day.as_str()), ("to", day.as_str())], 2),
        (vec![("from", tomorrow.as_str())], 0),
        (vec![("to", "2020-01-01")], 0),
    ] {
        let (status, page) = found(&site, &session, &fields).await;
        assert_eq!(status, StatusCode::OK, "{fields:?} {page}");
        assert_eq!(entries(&page).len(), count, "{fields:?} {page}");
    }
    let (_, page) = found(&site, &session, &[("result", "refused")]).await;
    assert_eq!(entries(&page), [refused]);
    assert!(page.to_string().contains("198.51.100.8"), "{page}");
    for wrong in [
        ("event", "Sign-In"),
        ("event", "%"),
        ("result", "maybe"),
        ("from", "yesterday"),
        ("to", "2026-13-01"),
    ] {
        let (status, problem) = found(&site, &session, &[wrong]).await;
        assert_eq!(
            (status, &problem["field"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &wrong.0.into()),
            "{problem}"
        );
    }
}

#[tokio::test]
async fn r5_events_are_exported_for_admins_alone_and_that_is_in_the_log() {
    let (place, site, session) = scene().await;
    let request = |session: &Token, fields: &[(&str, &str)]| {
        site.request(Method::POST, EXPORT, Some(session)).form(fields)
    };
    let csv = request(&session, &[("format", "csv"), ("result", "refused")]).send().await.unwrap();
    assert_eq!(csv.status(), StatusCode::OK);
    let headers = csv.headers().clone();
    assert_eq!(headers["content-disposition"], "attachment; filename=\"security-events.csv\"");
    assert_eq!(headers["cache-control"], "no-store, no-transform");
    let csv = csv.text().await.unwrap();
    let lines: Vec<_> = csv.trim_end().split("\r\n").collect();
    assert_eq!(lines.len(), 2, "{csv}");
    assert_eq!(lines[0], "at,user_id,name,event,result,ip,client,detail");
    assert!(lines[1].contains(",'=Noor,sign_in_refused,refused,198.51.100.8,"), "no formula: {csv}");

    let all = request(&session, &[("format", "ndjson")]).send().await.unwrap().text().await.unwrap();
    let events: Vec<Value> = all.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(events.len(), 2);
    assert_eq!((&events[0]["name"], &events[0]["result"]), (&"=Noor".into(), &"refused".into()));
    let log: Vec<(String,)> =
        place.rows("SELECT detail FROM audit WHERE action = 'user_export_events' ORDER BY at").await;
    assert_eq!(log, [("result=refused".to_owned(),), (String::new(),)]);

    let operator = place.session(&place.operator("Mara").await).await;
    let member = place.session(&place.user("Tomas").await).await;
    for (session, expected) in [(&operator, StatusCode::FORBIDDEN), (&member, StatusCode::NOT_FOUND)] {
        let (status, problem) = answer(request(session, &[("format", "csv")])).await;
        assert_eq!(status, expected, "{problem}");
    }
    for wrong in [vec![("format", "xml")], vec![], vec![("format", "csv"), ("from", "x")]] {
        assert_eq!(answer(request(&session, &wrong)).await.0, StatusCode::UNPROCESSABLE_ENTITY, "{wrong:?}");
    }
    let nobody = site.request(Method::POST, EXPORT, None).form(&[("format", "csv")]);
    assert_eq!(answer(nobody).await.0, StatusCode::UNAUTHORIZED);
    // What is refused leaves nothing.
    let log: Vec<(i64,)> = place.rows("SELECT COUNT(*) FROM audit WHERE action = 'user_export_events'").await;
    assert_eq!(log, [(2,)]);
}

#[tokio::test]
async fn r5_a_file_of_many_events_has_each_once() {
    let (place, site, session) = scene().await;
    let now = place.context.clock.now().plus(-DAY);
    let write = place.context.store.write(move |mut conn| {
        Box::pin(async move {
            for number in 0..1_200 {
                let new = NewSecurityEvent {
                    event: "sign_out",
                    user: None,
                    client_ip: format!("ip-{number}"),
                    client: String::new(),
                    detail: String::new(),
                    span: Span::none(),
                };
                // Many at the same time.
                security_events::add(&mut conn, new, now.plus(number / 7)).await?;
            }
            Ok(())
        })
    });
    write.await.unwrap();
    let fields = [("format", "ndjson"), ("event", "sign_out")];
    let all = site.request(Method::POST, EXPORT, Some(&session)).form(&fields).send().await.unwrap();
    let all = all.text().await.unwrap();
    let mut ips: Vec<String> = all
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["ip"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(ips.len(), 1_200);
    ips.sort();
    ips.dedup();
    assert_eq!(ips.len(), 1_200);
}
