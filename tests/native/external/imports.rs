//! Many at once: each line by itself, in the order of the lines.

use reqwest::{StatusCode, header};
use serde_json::{Value, json};

use super::Sender;
use crate::place::answer;

/// Sends lines and returns those of the answer.
async fn import(sender: &Sender, body: String) -> (StatusCode, Vec<Value>) {
    let request = reqwest::Client::new().post(format!("{}/api/import", sender.shop.url));
    let request =
        request.bearer_auth(sender.token.as_str()).header(header::CONTENT_TYPE, "application/x-ndjson");
    let response = request.body(body).send().await.expect("an answer");
    let (status, text) = (response.status(), response.text().await.expect("a body"));
    (status, text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect())
}

fn line(kind: &str, id: &str, mut body: Value) -> String {
    (body["type"], body["id"]) = (json!(kind), json!(id));
    body.to_string()
}

#[tokio::test]
async fn r2_each_line_of_many_is_applied_or_refused_by_itself() {
    let sender = Sender::new().await;
    let lines = [
        line("order", "1", sender.order("pending", -10)),
        line("user", "noor", sender.user("Noor", -9)),
        line("user", "tomas", sender.user("Tomas", -9)),
        line("listing", "house", sender.listing("Boathouse", -9)),
        "not JSON".to_owned(),
        String::new(),
        "[]".to_owned(),
        line("basket", "1", json!({})),
        line("user", "with space", sender.user("Eve", -9)),
        line("user", "eve", json!({ "name": "Eve" })),
        line("user", "eve", json!({ "name": "Eve", "changed_at": sender.at(0), "email": "eve@example.com" })),
        line("order", "1", sender.order("accepted", -9)),
        line("user", "noor", sender.user("Nora", -10)),
    ];
    let (status, answers) = import(&sender, lines.join("\n")).await;
    assert_eq!(status, StatusCode::OK);
    let of = |answer: &Value| {
        (
            answer["line"].as_i64().unwrap(),
            answer["status"].as_i64().unwrap(),
            answer["error"]["field"].clone(),
        )
    };
    let field = |name: &str| json!(name);
    assert_eq!(
        answers.iter().map(of).collect::<Vec<_>>(),
        [
            (1, 409, field("guest")),
            (2, 200, Value::Null),
            (3, 200, Value::Null),
            (4, 200, Value::Null),
            (5, 422, Value::Null),
            (6, 422, Value::Null),
            (7, 422, Value::Null),
            (8, 422, field("type")),
            (9, 422, field("id")),
            (10, 422, Value::Null),
            (11, 422, Value::Null),
            (12, 200, Value::Null),
            (13, 200, Value::Null),
        ],
        "{answers:?}"
    );
    assert_eq!(
        (&answers[12]["result"]["applied"], &answers[11]["result"]["applied"]),
        (&json!(false), &json!(true))
    );
    assert!(answers[0]["error"]["title"].as_str().unwrap().ends_with('.'));
    // The whole again: what was refused for its order is taken now, and nothing else changes.
    let (_, again) = import(&sender, lines.join("\r\n")).await;
    assert_eq!(again[0]["result"]["applied"], false, "the newer one stands: {}", again[0]);
    assert_eq!(again[11]["result"]["id"], answers[11]["result"]["id"]);
    let count: Vec<(i64, i64)> =
        sender.shop.place.rows("SELECT (SELECT COUNT(*) FROM orders), (SELECT COUNT(*) FROM messages)").await;
    assert_eq!(count, [(1, 3)]);
}

#[tokio::test]
async fn r2_a_thousand_lines_are_taken_and_more_are_refused_as_a_whole() {
    let sender = Sender::new().await;
    // Most are refused, which takes no time.
    let people = 7;
    let lines = |count: usize| {
        let line = |number: usize| {
            let body = sender.user(&format!("Person {number}"), 0);
            if number < people { line("user", &format!("{number}"), body) } else { "{}".to_owned() }
        };
        (0..count).map(line).collect::<Vec<_>>().join("\n")
    };
    let users = "SELECT COUNT(*) FROM users";
    let (status, refused) = import(&sender, lines(1_001)).await;
    assert_eq!((status, &refused[0]["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("body")));
    let (status, refused) = import(&sender, " ".repeat(4 * 1024 * 1024 + 1)).await;
    assert_eq!((status, &refused[0]["code"]), (StatusCode::PAYLOAD_TOO_LARGE, &json!("too_large")));
    let (status, refused) = import(&sender, String::new()).await;
    assert_eq!((status, &refused[0]["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("invalid")));
    assert_eq!(sender.shop.place.rows::<(i64,)>(users).await, [(1,)]);
    let (status, answers) = import(&sender, lines(1_000)).await;
    assert_eq!((status, answers.len()), (StatusCode::OK, 1_000));
    let applied = answers.iter().filter(|answer| answer["result"]["applied"] == true).count();
    assert_eq!(
        (applied, sender.shop.place.rows::<(i64,)>(users).await),
        (people, vec![(people as i64 + 1,)])
    );
    let request = reqwest::Client::new().post(format!("{}/api/import", sender.shop.url));
    let (status, refused) = answer(request.bearer_auth(sender.token.as_str()).body("x")).await;
    assert_eq!(
        (status, &refused["code"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("invalid")),
        "{refused}"
    );
}
