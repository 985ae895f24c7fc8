//! Accounts and sessions, over real sockets.

use reqwest::{Method, StatusCode, header};
use stoa::{
    server::{auth::session_tokens::Token, domain},
    shared::{errors::ErrorCode, values::time::DAY},
};

use crate::place::{Place, Site};

async fn sign_up(site: &Site, email: &str) -> reqwest::Response {
    let fields = [("name", "Noor Haddad"), ("email", email), ("password", "a long password")];
    site.request(Method::POST, "/rpc/sign_up", None).form(&fields).send().await.unwrap()
}

fn session_of(response: &reqwest::Response) -> String {
    let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap();
    cookie.split(['=', ';']).nth(1).unwrap().to_owned()
}

#[tokio::test]
async fn c12_signing_up_signs_in_and_signing_out_ends_the_session() {
    let place = Place::new().await;
    place.admin("Ada").await;
    let site = place.serve().await;
    let response = sign_up(&site, " Noor@Example.com ").await;
    assert_eq!(response.status(), StatusCode::OK);
    let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Path=/"),
        "{cookie}"
    );
    let with_cookie = |method, path: &str| {
        site.request(method, path, None)
            .header(header::COOKIE, format!("stoa_session={}", session_of(&response)))
    };
    let count = |request: reqwest::RequestBuilder| async { request.send().await.unwrap().status() };
    assert_eq!(count(with_cookie(Method::GET, "/api/messages/unread-count")).await, StatusCode::OK);
    assert_eq!(count(with_cookie(Method::POST, "/rpc/sign_out")).await, StatusCode::OK);
    assert_eq!(count(with_cookie(Method::GET, "/api/messages/unread-count")).await, StatusCode::UNAUTHORIZED);
    let again = sign_up(&site, "NOOR@example.com").await;
    assert_eq!(again.status(), StatusCode::CONFLICT);
}

#[tokio::test]
async fn e7_a_wrong_password_and_an_unknown_address_get_the_same_answer() {
    let place = Place::new().await;
    place.admin("Ada").await;
    let site = place.serve().await;
    sign_up(&site, "noor@example.com").await;
    let sign_in = async |email, password| {
        site.form("/rpc/sign_in", None, &[("email", email), ("password", password)]).await
    };
    let wrong = sign_in("noor@example.com", "another password").await;
    let unknown = sign_in("nobody@example.com", "a long password").await;
    assert_eq!(wrong, unknown);
    assert_eq!(wrong.0, StatusCode::FORBIDDEN);
    assert_eq!(sign_in("noor@example.com", "a long password").await.0, StatusCode::OK);
}

#[tokio::test]
async fn e7_the_cookie_is_secure_over_https() {
    let place = Place::with(&["--public-url", "https://stoa.example"]).await;
    place.admin("Ada").await;
    let site = place.serve().await;
    let fields = [("name", "Noor"), ("email", "noor@example.com"), ("password", "a long password")];
    let request = site.request(Method::POST, "/rpc/sign_up", None).form(&fields);
    assert_eq!(
        request.send().await.unwrap().status(),
        StatusCode::FORBIDDEN,
        "the Origin is not the public address"
    );
    let client = reqwest::Client::new();
    let request =
        client.post(format!("{}/rpc/sign_up", site.url)).header(header::ORIGIN, "https://stoa.example");
    let response = request.form(&fields).send().await.unwrap();
    let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap();
    assert!(cookie.starts_with("__Host-stoa_session=") && cookie.ends_with("; Secure"), "{cookie}");
}

#[tokio::test]
async fn e7_the_public_url_is_compared_as_browsers_write_it() {
    for (given, origin) in [
        ("https://stoa.example:443", "https://stoa.example"),
        ("HTTPS://Stoa.Example/", "https://stoa.example"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
    ] {
        let place = Place::with(&["--public-url", given]).await;
        let (site, session) = (place.serve().await, place.session(&place.user("Noor").await).await);
        let change = async |origin: &str| {
            let request = reqwest::Client::new()
                .post(format!("{}/rpc/update_profile", site.url))
                .header(header::ORIGIN, origin)
                .header(header::COOKIE, format!("__Host-stoa_session={}", session.as_str()));
            request.form(&[("name", "Noor H"), ("hue", "1")]).send().await.unwrap().status()
        };
        assert_eq!(change(origin).await, StatusCode::OK, "{given}");
        assert_eq!(change("https://evil.example").await, StatusCode::FORBIDDEN, "{given}");
    }
}

#[tokio::test]
async fn e7_nobody_signs_up_before_there_is_an_admin() {
    let place = Place::new().await;
    let site = place.serve().await;
    let page = async || {
        let response = site.request(Method::GET, "/sign-up", None).send().await.unwrap();
        response.text().await.unwrap()
    };
    let refused = sign_up(&site, "boss@company.example").await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    assert!(refused.text().await.unwrap().contains("stoa user create --admin"));
    let html = page().await;
    assert!(html.contains("stoa user create --admin") && !html.contains("/rpc/sign_up"), "{html}");
    place.admin("Ada").await;
    assert!(page().await.contains("/rpc/sign_up"));
    assert_eq!(sign_up(&site, "noor@example.com").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn e7_unsafe_requests_from_elsewhere_are_refused() {
    let place = Place::new().await;
    let site = place.serve().await;
    let session = place.session(&place.user("Noor").await).await;
    let client = reqwest::Client::new();
    for origin in ["https://evil.example", "null", "http://127.0.0.1:1"] {
        let request = client.post(format!("{}/rpc/update_profile", site.url)).header(header::ORIGIN, origin);
        let request = request.header(header::COOKIE, format!("stoa_session={}", session.as_str()));
        let response = request.form(&[("name", "Mallory"), ("hue", "1")]).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{origin}");
    }
    let own = site.form("/rpc/update_profile", Some(&session), &[("name", "Noor H"), ("hue", "1")]).await;
    assert_eq!(own.0, StatusCode::OK);
}

#[tokio::test]
async fn e7_a_session_ends_when_it_is_not_used_and_goes_on_when_it_is() {
    let place = Place::new().await;
    let viewer = place.user("Noor").await;
    let session = place.session(&viewer).await;
    let is_in = async || place.viewer_of(session.as_str()).await.unwrap().is_some();
    for _ in 0..3 {
        place.context.clock.advance(20 * DAY);
        assert!(is_in().await);
    }
    place.context.clock.advance(31 * DAY);
    assert!(!is_in().await);
    assert!(place.viewer_of(Token::new().as_str()).await.unwrap().is_none());
}

#[tokio::test]
async fn e7_guessing_passwords_is_slowed_down() {
    let place = Place::new().await;
    let site = place.serve().await;
    let mut statuses = Vec::new();
    for _ in 0..12 {
        statuses.push(
            site.form("/rpc/sign_in", None, &[("email", "noor@example.com"), ("password", "guess")]).await.0,
        );
    }
    assert!(statuses.contains(&StatusCode::FORBIDDEN) && statuses.contains(&StatusCode::TOO_MANY_REQUESTS));
}

#[tokio::test]
async fn a8_a_new_name_reaches_those_who_talk_with_this_person() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await;
    let before = domain::sync::position(&place.context, &guest).await.unwrap();
    domain::users::update_profile(&place.context, &host, "Tomas Berg", 3).await.unwrap();
    place.settle().await;
    assert!(domain::sync::position(&place.context, &guest).await.unwrap() > before);
    let seen = place.get(&guest, conversation.id).await;
    assert_eq!((seen.names().as_str(), seen.people[0].person.hue), ("Tomas Berg", 3));
}

#[tokio::test]
async fn e7_signing_out_by_a_plain_form_has_the_browser_drop_what_it_keeps() {
    let place = Place::new().await;
    let viewer = place.user("Noor").await;
    let site = place.serve().await;
    for (accept, dropped) in [("text/html", Some("\"storage\"")), ("application/json", None)] {
        let session = place.session(&viewer).await;
        let request =
            site.request(Method::POST, "/rpc/sign_out", Some(&session)).header(header::ACCEPT, accept);
        let response = request.send().await.unwrap();
        let value = response.headers().get("clear-site-data").map(|value| value.to_str().unwrap());
        assert_eq!(value, dropped, "{accept}");
    }
}

#[tokio::test]
async fn e7_a_contact_shows_open_listings_and_the_orders_between_the_two_and_nobody_elses() {
    let place = Place::new().await;
    let (host, noor, leo) = (place.user("Tomas").await, place.user("Noor").await, place.user("Leo").await);
    let contact = async |viewer, user| domain::users::contact::get(&place.context, viewer, user).await;
    let (open, paused) = (place.listing(&host).await, place.listing(&host).await);
    domain::listings::pause(&place.context, &host, paused, true).await.unwrap();
    assert_eq!(contact(&noor, host.id).await.unwrap_err().code, ErrorCode::NotFound);
    let order = place.book_days(&noor, open, 10, 12).await;
    place.book_days(&leo, open, 20, 22).await;
    let seen = contact(&noor, host.id).await.unwrap();
    assert_eq!(seen.person, host.person());
    assert_eq!(seen.listings.iter().map(|listing| listing.id).collect::<Vec<_>>(), [open]);
    assert_eq!(seen.orders.iter().map(|order| order.id).collect::<Vec<_>>(), [order.card.id]);
    // From the other side it is the same order.
    let seen = contact(&host, noor.id).await.unwrap();
    assert_eq!((seen.listings.len(), seen.orders.len()), (0, 1));
    assert_eq!(contact(&noor, leo.id).await.unwrap_err().code, ErrorCode::NotFound);
    assert_eq!(contact(&noor, noor.id).await.unwrap_err().code, ErrorCode::NotFound);
}
