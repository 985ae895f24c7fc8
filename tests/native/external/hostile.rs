//! Who may send, and what is refused: each bound, and everybody else.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use stoa::{
    server::{auth::session_tokens::Token, domain::operators::user_directory, limits::Limits},
    shared::{
        ids::{TokenId, UserId},
        operators::user_directory::UserChange,
        users::{api_tokens::Scopes, rank::Rank},
    },
};

use super::Sender;
use crate::{
    contents::{contents, difference},
    embed::shop::CHAT,
    place::answer,
};

#[tokio::test]
async fn r2_only_admins_and_their_programs_send() {
    let sender = Sender::new().await;
    sender.people_and_a_listing().await;
    let place = &sender.shop.place;
    let (member, operator) = (place.user("Eve").await, place.operator("Mara").await);
    let all = Scopes {
        read: true,
        write: true,
        system: true,
        notify: true,
        events: true,
        event_texts: true,
        manage: false,
    };
    let manage = Scopes { manage: true, ..Scopes::default() };
    let without_scope = place.token(&sender.shop.admin, TokenId::new(), all).await;
    let of_operator = place.token(&operator, TokenId::new(), manage).await;
    let of_member = place.token(&member, TokenId::new(), manage).await;
    let (frame, _) = sender.shop.visit(&sender.key, "noor").await;
    let (eve, mara) = (place.session(&member).await, place.session(&operator).await);
    let before = contents(place).await;
    let requests = [
        (Method::PUT, "/api/external/users/9", sender.user("Nine", 0)),
        (Method::DELETE, "/api/external/users/noor", Value::Null),
        (Method::DELETE, "/api/external/users/noor/sessions", Value::Null),
        (Method::PUT, "/api/external/listings/9", sender.listing("Nine", 0)),
        (Method::DELETE, "/api/external/listings/house", Value::Null),
        (Method::PUT, "/api/external/orders/9", sender.order("pending", 0)),
        (
            Method::POST,
            "/api/import",
            json!({ "type": "user", "id": "9", "name": "Nine", "changed_at": sender.at(0) }),
        ),
    ];
    let ask = async |bearer: Option<&str>, session: Option<&Token>, index: usize| {
        let (method, path, body) = &requests[index];
        let request = sender.shop.request(method.clone(), path, CHAT);
        let request = bearer.into_iter().fold(request, |request, token| request.bearer_auth(token));
        let cookie = session.map(|session| format!("__Host-stoa_session={}", session.as_str()));
        let request = cookie.into_iter().fold(request, |request, cookie| request.header("cookie", cookie));
        answer(if body.is_null() { request } else { request.json(body) }).await.0
    };
    for (index, request) in requests.iter().enumerate() {
        let of = [
            ask(None, None, index).await,
            ask(None, Some(&eve), index).await,
            ask(None, Some(&mara), index).await,
            ask(Some(without_scope.as_str()), None, index).await,
            ask(Some(of_operator.as_str()), None, index).await,
            ask(Some(of_member.as_str()), None, index).await,
            ask(Some(&frame), None, index).await,
        ];
        assert_eq!(of.map(|status| status.as_u16()), [401, 404, 403, 403, 403, 403, 403], "{:?}", request.1);
    }
    let mut changed = difference(&before, &contents(place).await);
    // When a token was last used.
    changed.retain(|table| !table.starts_with("tokens"));
    assert_eq!(changed, Vec::<String>::new());
    // Whoever is no admin any more has no such scope any more.
    let second = place.admin("Bo").await;
    let token = place.token(&second, TokenId::new(), manage).await;
    assert_eq!(ask(Some(token.as_str()), None, 0).await, StatusCode::OK);
    user_directory::change(
        &place.context,
        &sender.shop.admin,
        second.id,
        UserChange::SetRank(Rank::Operator),
    )
    .await
    .unwrap();
    assert_eq!(ask(Some(token.as_str()), None, 0).await, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn r2_what_is_wrong_in_one_field_is_refused_by_its_name_and_changes_nothing() {
    let sender = Sender::new().await;
    sender.people_and_a_listing().await;
    let before = contents(&sender.shop.place).await;
    let long = "x".repeat(1_000);
    let url = |rest: &str| json!(format!("https://shop.example.com/{rest}"));
    let (user, listing, order) =
        (sender.user("Nine", 0), sender.listing("Nine", 0), sender.order("pending", 0));
    let urls = [
        json!("http://shop.example.com/1"),
        json!("javascript:alert(1)"),
        json!("//shop.example.com"),
        json!("https://"),
        json!("https://user@shop.example.com/"),
        json!("https://shop.example.com/a b"),
        json!("https://shop.example.com/é"),
        json!("https:\\\\shop.example.com"),
        url(&long),
        json!(""),
    ];
    let days = ["2026-13-01", "2026-02-30", "12.6.2026", "tomorrow", ""].map(|day| json!(day));
    let times = [
        "",
        "yesterday",
        "2026-05-31",
        "2026-05-31T14:06:00",
        "1780236360",
        &sender.at(25 * 60),
        &"2".repeat(50),
    ]
    .map(|time| json!(time));
    let ids = ["", "a b", "é", "a\nb", &"x".repeat(129)].map(|id| json!(id));
    let prices = [json!(-1), json!(100_000_001), json!(i64::MAX)];
    let mut tried = 0;
    for (path, body, field, wrongs) in [
        (
            "users/9",
            &user,
            "name",
            vec![json!(""), json!("x".repeat(61)), json!("a\u{0}b"), json!("\u{202e}gpj")],
        ),
        ("users/9", &user, "changed_at", times.to_vec()),
        ("listings/9", &listing, "host", ids.to_vec()),
        ("listings/9", &listing, "title", vec![json!(""), json!("x".repeat(81)), json!("a\u{7}b")]),
        ("listings/9", &listing, "place", vec![json!("x".repeat(81))]),
        ("listings/9", &listing, "description", vec![json!("x".repeat(5_001)), json!("a\u{0}b")]),
        ("listings/9", &listing, "price_minor", prices.to_vec()),
        ("listings/9", &listing, "currency", vec![json!("USD"), json!("eur"), json!("")]),
        ("listings/9", &listing, "url", urls.to_vec()),
        ("listings/9", &listing, "changed_at", times.to_vec()),
        ("orders/9", &order, "listing", ids.to_vec()),
        ("orders/9", &order, "guest", ids.to_vec()),
        ("orders/9", &order, "starts_on", days.to_vec()),
        (
            "orders/9",
            &order,
            "ends_on",
            [days.to_vec(), vec![json!("2026-12-10"), json!("2026-12-09"), json!("2027-12-11")]].concat(),
        ),
        ("orders/9", &order, "quantity", vec![json!(0), json!(-1), json!(1_000_001)]),
        ("orders/9", &order, "price_minor", prices.to_vec()),
        ("orders/9", &order, "currency", vec![json!("SEK")]),
        ("orders/9", &order, "note", vec![json!("x".repeat(2_001)), json!("a\u{0}b")]),
        ("orders/9", &order, "url", urls.to_vec()),
        ("orders/9", &order, "changed_at", times.to_vec()),
    ] {
        for wrong in wrongs {
            let mut body = body.clone();
            body[field] = wrong.clone();
            let (status, refused) = sender.put(path, &body).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{path} {field} = {wrong:.80}: {refused}");
            assert_eq!(refused["field"], field, "{path} {field} = {wrong:.80}: {refused}");
            tried += 1;
        }
    }
    assert!(tried > 80, "{tried}");
    for id in ["a%20b", "%C3%A9", "%00", &"x".repeat(129), "%FF"] {
        for (path, body) in [("users", &user), ("listings", &listing), ("orders", &order)] {
            let (status, refused) = sender.put(&format!("{path}/{id}"), body).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{path}/{id}: {refused}");
        }
        assert_eq!(sender.delete(&format!("users/{id}")).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    }
    // A day without its first, and a status or a kind that is none.
    for (path, body, field, wrong) in [
        ("orders/9", &order, "starts_on", json!(null)),
        ("orders/9", &order, "status", json!("shipped")),
        ("orders/9", &order, "by", json!("operator")),
        ("listings/9", &listing, "kind", json!("boat")),
    ] {
        let mut body = body.clone();
        body[field] = wrong;
        assert_eq!(sender.put(path, &body).await.0, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
    }
    assert_eq!(difference(&before, &contents(&sender.shop.place).await), Vec::<String>::new());
    // What is just within the bounds is taken.
    let most = format!("users/{}", "!".repeat(127)).replace('!', "%21");
    sender.sent(&most, &sender.user(&"x".repeat(60), 0)).await;
    let mut wide = sender.listing(&"x".repeat(80), 0);
    (wide["url"], wide["price_minor"]) = (url(&long[..974]), json!(100_000_000));
    sender.sent("listings/9", &wide).await;
}

#[tokio::test]
async fn r2_no_admin_closes_their_own_account_by_an_id() {
    let sender = Sender::new().await;
    let id = sender.sent("users/7", &sender.user("Noor", -9)).await;
    let user = id.parse().unwrap();
    sender.shop.place.run("UPDATE users SET rank = 'admin' WHERE name = 'Noor'").await;
    let noor = sender.shop.place.user("Somebody").await;
    let own = stoa::shared::users::Viewer { id: user, rank: Rank::Admin, ..noor };
    let scopes = Scopes { manage: true, ..Scopes::default() };
    let token = sender.shop.place.token(&own, TokenId::new(), scopes).await;
    let url = format!("{}/api/external/users/7", sender.shop.url);
    let (status, refused) = answer(reqwest::Client::new().delete(&url).bearer_auth(token.as_str())).await;
    assert_eq!((status, &refused["code"]), (StatusCode::FORBIDDEN, &json!("forbidden")), "{refused}");
    // By another admin it is as in the desk.
    let (status, gone) = sender.delete("users/7").await;
    assert_eq!((status, &gone["applied"]), (StatusCode::OK, &json!(true)), "{gone}");
}

#[test]
fn r2_what_is_sent_one_by_one_has_a_rate_of_its_own() {
    let (limits, admin) = (Limits::new(10, true), UserId::new());
    let taken = (0..1_000).filter(|_| limits.external(admin).is_ok()).count();
    assert!((300..320).contains(&taken), "300 at once: {taken}");
    assert!(limits.external(admin).unwrap_err().retry_after.is_some());
    assert!(
        limits.change(admin).is_ok() && limits.external(UserId::new()).is_ok(),
        "nothing else is slower for it"
    );
}
