//! Pages as they leave the server, before any script runs.

use reqwest::{Method, StatusCode, header};

use crate::place::Place;

#[tokio::test]
async fn e7_every_answer_carries_its_security_headers() {
    let place = Place::new().await;
    let viewer = place.user("Noor").await;
    let (site, session) = (place.serve().await, place.session(&viewer).await);
    for path in [
        "/",
        "/messages",
        "/sign-in",
        "/no-such-page",
        "/api/messages/unread-count",
        "/covers/x.svg",
        "/rpc/get_listings",
    ] {
        let response = site.request(Method::GET, path, Some(&session)).send().await.unwrap();
        let header = |name: &str| {
            response.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
        };
        let policy = header("content-security-policy");
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{path}: {policy}"
        );
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{path}: {policy}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("referrer-policy"), "same-origin", "{path}");
        // What a proxy rewrites in a page could not be hydrated.
        let is_html = header("content-type").starts_with("text/html");
        let is_kept_as_it_is = header("cache-control") == "no-store, no-transform";
        assert!(is_kept_as_it_is || (header("cache-control") == "no-store" && !is_html), "{path}");
    }
}

#[tokio::test]
async fn e7_the_nonce_is_new_each_time_and_markup_has_no_style_attribute() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    place.send(&host, conversation, "<script>alert(1)</script>").await.unwrap();
    let (site, session) = (place.serve().await, place.session(&guest).await);
    let mut nonces = Vec::new();
    for _ in 0..2 {
        let page = site
            .request(Method::GET, &format!("/messages/{conversation}"), Some(&session))
            .send()
            .await
            .unwrap();
        let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
        let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned();
        let html = page.text().await.unwrap();
        assert!(!html.contains(" style="), "no style attributes");
        assert!(html.contains("&lt;script>") || html.contains("&lt;script&gt;"), "text of people is text");
        for script in html.split("<script").skip(1) {
            let tag = script.split('>').next().unwrap();
            assert!(tag.contains(&format!("nonce=\"{nonce}\"")) || tag.contains("application/json"), "{tag}");
        }
        nonces.push(nonce);
    }
    assert_ne!(nonces[0], nonces[1]);
}

#[tokio::test]
async fn e7_titles_and_names_can_not_leave_the_title_or_a_text_area() {
    let place = Place::new().await;
    let (host, guest) = (place.user("</title><b>T").await, place.user("Noor").await);
    let listing = stoa::shared::ids::ListingId::new();
    let mut draft = crate::place::draft("</title><meta http-equiv=refresh content=0>");
    draft.description = "</textarea><b>out</b> &lt;kept&gt;".into();
    let domain = stoa::server::domain::listings::create(&place.context, &host, listing, draft);
    domain.await.unwrap();
    let conversation =
        stoa::server::domain::conversations::get_or_create(&place.context, &guest, listing).await.unwrap().id;
    let (site, of_host, of_guest) =
        (place.serve().await, place.session(&host).await, place.session(&guest).await);
    for (path, session) in [
        (format!("/listings/{listing}"), &of_guest),
        (format!("/messages/{conversation}"), &of_guest),
        (format!("/listings/{listing}/edit"), &of_host),
    ] {
        let html =
            site.request(Method::GET, &path, Some(session)).send().await.unwrap().text().await.unwrap();
        for raw in ["</title><b>", "<meta http-equiv=refresh", "</textarea><b>"] {
            assert!(!html.contains(raw), "{path} has {raw}");
        }
        assert!(
            !path.ends_with("edit") || html.contains("&amp;lt;kept"),
            "the description is kept to the letter"
        );
    }
}

#[tokio::test]
async fn e7_words_of_others_do_not_come_in_by_the_address() {
    let place = Place::new().await;
    let site = place.serve().await;
    let path = "/sign-in?__path=/rpc/sign_in&__err=eyJjb2RlIjoiaW50ZXJuYWwifQ";
    // Not even by a link that stands on our own pages.
    for from in ["cross-site", "none", "same-origin"] {
        let request = site.request(Method::GET, path, None).header("sec-fetch-site", from);
        assert_eq!(request.send().await.unwrap().status(), StatusCode::SEE_OTHER, "{from}");
    }
    // Written in another way it is the same; and the way back never leads elsewhere.
    let encoded = path.replace("__err", "%5F%5Ferr");
    for (path, to) in [(encoded.as_str(), "/sign-in"), ("//evil.example/login?__err=1", "/")] {
        let url = format!("{}{path}", site.url);
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let answer = client.get(url).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{path}");
        assert_eq!(answer.headers()[header::LOCATION], to, "{path}");
    }
}

#[tokio::test]
async fn e7_what_was_wrong_with_a_plain_form_is_shown_to_who_posted_it() {
    let place = Place::new().await;
    let site = place.serve().await;
    let request = site.request(Method::POST, "/rpc/sign_in", None).header(header::ACCEPT, "text/html");
    let request = request.header(header::REFERER, format!("{}/sign-in", site.url));
    let request = request.form(&[("email", "noor@example.com"), ("password", "a wrong guess")]);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::FOUND);
    let cookie = answer.headers()[header::SET_COOKIE].to_str().unwrap();
    assert!(cookie.contains("; HttpOnly; SameSite=Lax; Max-Age=60"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap();
    let back = answer.headers()[header::LOCATION].to_str().unwrap().replace(&site.url, "");
    let get = async |path: &str| {
        let request = site.request(Method::GET, path, None).header(header::COOKIE, cookie);
        let response = request.send().await.unwrap();
        (response.status(), response.text().await.unwrap())
    };
    let (status, html) = get(&back).await;
    assert_eq!(status, StatusCode::OK);
    assert!(html.contains("The address or the password is wrong."));
    let twice = format!("{back}&__err=eyJjb2RlIjoiaW50ZXJuYWwifQ");
    for other in ["/sign-in?__path=/rpc/sign_in&__err=eyJjb2RlIjoiaW50ZXJuYWwifQ", &twice] {
        assert_eq!(get(other).await.0, StatusCode::SEE_OTHER, "{other}");
    }
    assert_eq!(site.get(&back, None).await.0, StatusCode::SEE_OTHER, "in another browser");
}

#[tokio::test]
async fn a1_a_signed_out_visitor_is_led_to_sign_in_and_back() {
    let place = Place::new().await;
    let listing = place.listing(&place.user("Tomas").await).await;
    let site = place.serve().await;
    for path in ["/messages", "/settings", "/hosting", "/listings/new"] {
        let request = site.request(Method::GET, path, None).header(header::ACCEPT, "text/html");
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), StatusCode::FOUND, "{path}");
        assert_eq!(response.headers()[header::LOCATION], format!("/sign-in?next={path}"), "{path}");
    }
    let post =
        site.request(Method::POST, "/rpc/start_conversation", None).header(header::ACCEPT, "text/html");
    let fields = [
        ("listing_id", listing.to_string()),
        ("message_id", stoa::shared::ids::MessageId::new().to_string()),
        ("body", "Hello".to_owned()),
    ];
    let response = post.form(&fields).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::FOUND);
    let location = format!("/sign-in?next=/listings/{listing}%3Fcontact%3D1");
    assert_eq!(response.headers()[header::LOCATION], location);
}

#[tokio::test]
async fn a8_pages_are_complete_without_a_script() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas Berg").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await;
    place.send(&host, conversation.id, "The stove is lit").await.unwrap();
    let (site, session) = (place.serve().await, place.session(&guest).await);
    let html = async |path: String, status| {
        let response = site.request(Method::GET, &path, Some(&session)).send().await.unwrap();
        assert_eq!(response.status(), status, "{path}");
        response.text().await.unwrap()
    };
    let inbox = html("/messages".into(), StatusCode::OK).await;
    assert!(
        inbox.contains("Tomas Berg")
            && inbox.contains("The stove is lit")
            && inbox.contains("1 unread") | inbox.contains(">1<")
    );
    let thread = html(format!("/messages/{}", conversation.id), StatusCode::OK).await;
    assert!(thread.contains("The stove is lit") && thread.contains("action=\"/rpc/send_message\""));
    let explore = html("/".into(), StatusCode::OK).await;
    assert!(explore.contains("Boathouse on the lake"));
    let listing = conversation.subject.listing().unwrap().id;
    let page = html(format!("/listings/{listing}"), StatusCode::OK).await;
    assert!(page.contains("name=\"contact\"") && !page.contains("action=\"/rpc/start_conversation\""));
    let page = html(format!("/listings/{listing}?contact=1"), StatusCode::OK).await;
    assert!(page.contains("action=\"/rpc/start_conversation\""));
    for missing in [
        "/nothing/here",
        "/listings/00000000-0000-7000-8000-000000000000",
        "/messages/00000000-0000-7000-8000-000000000000",
    ] {
        html(missing.into(), StatusCode::NOT_FOUND).await;
    }
}

#[tokio::test]
async fn a8_rendering_a_page_neither_delivers_nor_reads() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    place.send(&host, conversation, "Hi").await.unwrap();
    let (site, session) = (place.serve().await, place.session(&guest).await);
    site.get(&format!("/messages/{conversation}"), Some(&session)).await;
    let seen = place.get(&host, conversation).await;
    assert_eq!((seen.people[0].delivered_seq, seen.people[0].read_seq), (0, 0));
}

#[tokio::test]
async fn c5_a_plain_form_sends_once_however_often_it_is_posted() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    let (site, session) = (place.serve().await, place.session(&guest).await);
    let id = stoa::shared::ids::MessageId::new().to_string();
    for _ in 0..2 {
        let fields = [
            ("conversation_id", conversation.to_string()),
            ("message_id", id.clone()),
            ("body", "Hi\r\nthere".into()),
        ];
        let request = site
            .request(Method::POST, "/rpc/send_message", Some(&session))
            .header(header::ACCEPT, "text/html");
        let response = request.form(&fields).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::FOUND);
        assert_eq!(response.headers()[header::LOCATION], format!("/messages/{conversation}"));
    }
    let summary = place.get(&host, conversation).await;
    assert_eq!((summary.last_seq, summary.last_message.unwrap().text.as_str()), (1, "Hi\nthere"));
}

#[tokio::test]
async fn e7_a_visitor_is_redirected_whatever_they_accept() {
    let place = Place::new().await;
    let site = place.serve().await;
    for accept in ["text/html", "*/*", ""] {
        let request = site.request(Method::GET, "/messages", None).header(header::ACCEPT, accept);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::FOUND, "{accept}");
        assert_eq!(answer.headers()[header::LOCATION], "/sign-in?next=/messages", "{accept}");
    }
}

#[tokio::test]
async fn a8_without_script_times_are_shown_in_utc() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    let at = place.send(&host, conversation, "Hello").await.unwrap().created_at.to_rfc3339();
    let (site, session) = (place.serve().await, place.session(&guest).await);
    let path = format!("/messages/{conversation}");
    let html = site.request(Method::GET, &path, Some(&session)).send().await.unwrap().text().await.unwrap();
    let utc = format!(", {} UTC\"", &at[11..16]);
    assert!(html.contains(&utc), "{utc}");
}
