//! A second factor (R5): an authenticator app and recovery codes. Whoever only knows the password does not get in, and does not
//! keep its owner out.

use std::collections::BTreeSet;

use reqwest::{Client as Http, Method, RequestBuilder, StatusCode, header};
use ring::hmac;
use serde_json::{Value, json};
use stoa::{
    server::{
        auth::{
            cookies::SESSION,
            link_tokens::{Link, LinkPurpose},
            session_tokens::{self, Token},
        },
        domain::users::{self, Client as Who, SignInOutcome, sign_in::code},
    },
    shared::{
        errors::ErrorCode,
        ids::{PasskeyId, TokenId},
        users::{Viewer, api_tokens::Scopes},
        values::time::{DAY, HOUR, MINUTE, SECOND},
    },
};

use crate::{
    mail::{SITE, mailing_place},
    mail_server::MailServer,
    place::{Place, Site, answer},
};

const EMAIL: &str = "noor@example.com";
const PASSWORD: &str = "marmalade on toast";
/// The steps of the clock of codes.
const STEP: i64 = 30 * SECOND;

struct Scene {
    place: Place,
    site: Site,
    noor: Viewer,
    session: Token,
    /// Of the browser with which the account was made.
    device: String,
}

fn who(ip: &str) -> Who {
    Who { client_ip: ip.to_owned().into(), ..Who::default() }
}

/// The code of RFC 6238 (HOTP of RFC 4226), by its text and not by the library that the server uses.
fn totp(secret: &str, micros: i64) -> String {
    let secret: Vec<u8> = secret
        .bytes()
        .filter(|byte| *byte != b' ')
        .flat_map(|byte| {
            let value = if byte.is_ascii_uppercase() { byte - b'A' } else { byte - b'2' + 26 };
            (0..5).rev().map(move |bit| value >> bit & 1)
        })
        .collect::<Vec<_>>()
        .chunks_exact(8)
        .map(|bits| bits.iter().fold(0, |byte, bit| byte << 1 | bit))
        .collect();
    let counter = (micros / STEP).to_be_bytes();
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &secret);
    let tag = hmac::sign(&key, &counter);
    let digest = tag.as_ref();
    let offset = usize::from(digest[digest.len() - 1] & 15);
    let number = u32::from_be_bytes(digest[offset..offset + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

impl Scene {
    async fn new() -> Self {
        Self::at(Place::new().await).await
    }

    async fn at(place: Place) -> Self {
        place.admin("Ada").await;
        let opened = users::sign_up(&place.context, "Noor", EMAIL, PASSWORD, &who("home")).await.unwrap();
        let noor = place.viewer_of(opened.token.as_str()).await.unwrap().unwrap();
        let site = place.serve().await;
        Self { place, site, noor, session: opened.token, device: opened.device_token }
    }

    /// A request of this session, at a site of https too.
    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let config = &self.place.context.config;
        let origin = config.public_url.as_ref().unwrap_or(&self.site.url);
        let request = Http::new().request(method, format!("{}{path}", self.site.url));
        let cookie = format!("{}={}", SESSION.name(config), self.session.as_str());
        request.header(header::ORIGIN, origin).header(header::COOKIE, cookie)
    }

    async fn form(&self, path: &str, fields: &[(&str, &str)]) -> (StatusCode, Value) {
        answer(self.request(Method::POST, path).form(fields)).await
    }

    async fn factor(&self) -> Value {
        answer(self.request(Method::GET, "/rpc/get_second_factor")).await.1
    }

    fn code(&self, secret: &str) -> String {
        totp(secret, self.place.context.clock.now().0)
    }

    /// Sets an app up. Returns its secret and the recovery codes.
    async fn app(&self) -> (String, Vec<String>) {
        assert_eq!(self.form("/rpc/begin_app", &[("app_password", PASSWORD)]).await.0, StatusCode::OK);
        let secret = self.factor().await["setup"]["secret"].as_str().unwrap().to_owned();
        let (status, codes) = self.form("/rpc/confirm_app", &[("app_code", &self.code(&secret))]).await;
        assert_eq!(status, StatusCode::OK, "{codes}");
        // The same code is not good again.
        self.place.context.clock.advance(STEP);
        (secret, codes.as_str().unwrap().split_whitespace().map(str::to_owned).collect())
    }

    /// What lets whoever knows the password send a code.
    async fn pending(&self, client: &Who) -> String {
        match users::sign_in(&self.place.context, EMAIL, PASSWORD, client).await.unwrap() {
            SignInOutcome::NeedsCode(pending) => pending,
            SignInOutcome::Open(_) => panic!("the password alone opened a session"),
        }
    }

    async fn complete(&self, code: &str, client: &Who) -> Result<Token, ErrorCode> {
        let pending = self.pending(client).await;
        let opened = code::complete(&self.place.context, Some(&pending), code, client).await;
        opened.map(|opened| opened.token).map_err(|error| error.code)
    }

    async fn is_in(&self, token: &Token) -> bool {
        self.place.viewer_of(token.as_str()).await.unwrap().is_some()
    }

    async fn count(&self, query: &'static str) -> i64 {
        self.place.rows::<(i64,)>(query).await[0].0
    }
}

#[tokio::test]
async fn r5_an_app_is_set_up_by_the_password_and_a_code_and_signing_in_asks_for_one() {
    let scene = Scene::new().await;
    assert_eq!(scene.factor().await["app_since"], Value::Null);
    let (status, error) = scene.form("/rpc/begin_app", &[("app_password", "not the one")]).await;
    assert_eq!((status, &error["field"]), (StatusCode::FORBIDDEN, &"app_password".into()));
    scene.form("/rpc/begin_app", &[("app_password", PASSWORD)]).await;
    let setup = scene.factor().await["setup"].clone();
    let secret = setup["secret"].as_str().unwrap();
    assert!(setup["uri"].as_str().unwrap().contains(&format!("secret={}", secret.replace(' ', ""))));
    // Another session of the same account sees nothing of it.
    let other = scene.place.session(&scene.noor).await;
    assert_eq!(scene.site.get("/rpc/get_second_factor", Some(&other)).await.1["setup"], Value::Null);
    let (status, error) = scene.form("/rpc/confirm_app", &[("app_code", "000000")]).await;
    assert_eq!((status, &error["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &"app_code".into()));
    assert!(
        users::sign_in(&scene.place.context, EMAIL, PASSWORD, &who("home")).await.unwrap().opened().is_some()
    );

    let (secret, codes) = scene.app().await;
    assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), 10);
    let factor = scene.factor().await;
    assert!(
        factor["app_since"].is_i64() && factor["recovery_codes"] == 10 && factor["setup"].is_null(),
        "{factor}"
    );
    assert_eq!(scene.count("SELECT COUNT(*) FROM security_events WHERE event = 'app_add'").await, 1);

    let code = scene.code(&secret);
    let first = scene.complete(&code, &who("phone")).await.unwrap();
    assert!(scene.is_in(&first).await);
    assert_eq!(scene.complete(&code, &who("phone")).await.err(), Some(ErrorCode::Forbidden), "once");
    scene.place.context.clock.advance(STEP);
    let spaced = scene.code(&secret);
    let spaced = format!(" {} {}", &spaced[..3], &spaced[3..]);
    assert!(scene.complete(&spaced, &who("phone")).await.is_ok(), "as apps show it");
    for wrong in ["", "12345", "1234567", "abcdef", &"1".repeat(1_000)] {
        assert_eq!(
            scene.complete(wrong, &who("phone")).await.err(),
            Some(ErrorCode::Forbidden),
            "{wrong:.20}"
        );
    }

    assert_eq!(
        scene.form("/rpc/remove_app", &[("off_password", "not the one")]).await.0,
        StatusCode::FORBIDDEN
    );
    assert_eq!(scene.form("/rpc/remove_app", &[("off_password", PASSWORD)]).await.0, StatusCode::OK);
    assert!(
        users::sign_in(&scene.place.context, EMAIL, PASSWORD, &who("home")).await.unwrap().opened().is_some()
    );
    assert_eq!(scene.factor().await["recovery_codes"], 0);
    let renewed = scene.form("/rpc/make_recovery_codes", &[("codes_password", PASSWORD)]).await;
    assert_eq!(renewed.0, StatusCode::CONFLICT, "they stand in for nothing");
}

#[tokio::test]
async fn r5_a_setup_ends_after_an_hour_and_another_app_takes_the_place_of_the_first() {
    let scene = Scene::new().await;
    let (first, codes) = scene.app().await;
    scene.form("/rpc/begin_app", &[("app_password", PASSWORD)]).await;
    let second = scene.factor().await["setup"]["secret"].as_str().unwrap().to_owned();
    assert!(
        scene.complete(&scene.code(&first), &who("phone")).await.is_ok(),
        "the first is in use until then"
    );
    scene.place.context.clock.advance(HOUR + SECOND);
    let late = scene.form("/rpc/confirm_app", &[("app_code", &scene.code(&second))]).await;
    assert_eq!(late.0, StatusCode::CONFLICT);
    scene.form("/rpc/begin_app", &[("app_password", PASSWORD)]).await;
    assert_eq!(scene.form("/rpc/cancel_app", &[]).await.0, StatusCode::OK);
    assert_eq!(scene.factor().await["setup"], Value::Null);
    let (third, none) = scene.app().await;
    assert!(none.is_empty(), "the recovery codes stay");
    assert_eq!(scene.complete(&scene.code(&first), &who("phone")).await.err(), Some(ErrorCode::Forbidden));
    assert!(scene.complete(&scene.code(&third), &who("phone")).await.is_ok());
    assert!(scene.complete(&codes[0], &who("phone")).await.is_ok());
}

#[tokio::test]
async fn r5_each_recovery_code_signs_in_once_and_new_ones_end_the_old() {
    let scene = Scene::new().await;
    let (_, codes) = scene.app().await;
    for (number, code) in codes.iter().enumerate().take(9) {
        let from = who(&format!("network {number}"));
        assert!(scene.complete(&code.to_uppercase().replace('-', " "), &from).await.is_ok(), "{code}");
        assert_eq!(scene.complete(code, &from).await.err(), Some(ErrorCode::Forbidden), "{code} again");
    }
    assert_eq!(scene.factor().await["recovery_codes"], 1);
    let (status, made) = scene.form("/rpc/make_recovery_codes", &[("codes_password", PASSWORD)]).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(scene.complete(&codes[9], &who("elsewhere")).await.err(), Some(ErrorCode::Forbidden));
    let fresh = made.as_str().unwrap().split_whitespace().next().unwrap().to_owned();
    assert!(scene.complete(&fresh, &who("elsewhere")).await.is_ok());
    let used = "SELECT COUNT(*) FROM security_events WHERE event = 'recovery_code_use'";
    assert_eq!(scene.count(used).await, 10);
    // Of two who use one at the same time, one gets in.
    let second = made.as_str().unwrap().split_whitespace().nth(1).unwrap().to_owned();
    let (one, two) = (who("one"), who("two"));
    let (one, two) = tokio::join!(scene.complete(&second, &one), scene.complete(&second, &two));
    assert_eq!(usize::from(one.is_ok()) + usize::from(two.is_ok()), 1);
}

#[tokio::test]
async fn r5_a_thousand_guesses_at_a_code_from_as_many_networks_are_bounded_and_keep_nobody_out() {
    let scene = Scene::new().await;
    let (secret, codes) = scene.app().await;
    let right = scene.code(&secret);
    let pending = scene.pending(&who("thief")).await;
    let mut looked_at = 0;
    for number in 0..1_000 {
        let guess = format!("{number:06}");
        let from = who(&format!("network {number}"));
        let refused = code::complete(&scene.place.context, Some(&pending), &guess, &from).await;
        match refused.err().map(|error| error.code) {
            Some(ErrorCode::Forbidden) => looked_at += 1,
            Some(ErrorCode::TooFast) => {}
            other => panic!("{guess}: {other:?} (the code is {right})"),
        }
    }
    assert!((1..=12).contains(&looked_at), "{looked_at} of a thousand were looked at");
    let warnings = "SELECT COUNT(*) FROM notifications WHERE event LIKE '%knew your password%'";
    assert_eq!(scene.count(warnings).await, 1, "the owner is told once");
    // Guesses at recovery codes are slowed down too, and don't keep the owner from theirs.
    let mut tried = 0;
    for number in 0..1_000 {
        let guess = format!("{number:024}");
        let from = who(&format!("network {}", number % 20));
        let refused = code::complete(&scene.place.context, Some(&pending), &guess, &from).await;
        tried += usize::from(refused.err().map(|error| error.code) == Some(ErrorCode::Forbidden));
    }
    assert!(tried < 30 + 20 * 4, "{tried}");

    let known = Who { device_token: Some(scene.device.clone()), ..who("thief") };
    assert!(scene.complete(&right, &known).await.is_ok(), "the owner at a browser that was here before");
    assert!(
        scene.complete(&codes[0], &who("on the way")).await.is_ok(),
        "and with a recovery code elsewhere"
    );
    scene.place.context.clock.advance(STEP);
    let changed = scene.form(
        "/rpc/change_password",
        &[("present_password", PASSWORD), ("new_password", "a kettle by the sea")],
    );
    assert_eq!(changed.await.0, StatusCode::OK);
    let guess =
        code::complete(&scene.place.context, Some(&pending), &scene.code(&secret), &who("thief")).await;
    assert_eq!(
        guess.err().map(|error| error.code),
        Some(ErrorCode::Conflict),
        "the thief knows no password any more"
    );
    let outcome =
        users::sign_in(&scene.place.context, EMAIL, "a kettle by the sea", &who("new")).await.unwrap();
    let SignInOutcome::NeedsCode(pending) = outcome else { panic!("a code is asked for") };
    let opened =
        code::complete(&scene.place.context, Some(&pending), &scene.code(&secret), &who("new")).await;
    assert!(opened.is_ok(), "the owner on a new browser, with the new password and the app");
}

#[tokio::test]
async fn r5_a_code_is_worth_nothing_without_the_password_and_after_ten_minutes() {
    let scene = Scene::new().await;
    let (secret, _) = scene.app().await;
    let (context, now) = (&scene.place.context, scene.place.context.clock.now());
    let refusal = async |pending: Option<&str>| {
        let opened = code::complete(context, pending, &scene.code(&secret), &who("phone")).await;
        opened.err().map(|error| error.code)
    };
    let of_mail =
        Link { purpose: LinkPurpose::ResetPassword, user: scene.noor.id, expires_at: now.plus(MINUTE) };
    let pending = scene.pending(&who("phone")).await;
    for wrong in [
        None,
        Some(""),
        Some(&*"a".repeat(100)),
        Some(&context.link_key.sign(&of_mail, EMAIL)),
        Some(&pending.chars().rev().collect::<String>()),
    ] {
        assert_eq!(refusal(wrong).await, Some(ErrorCode::Conflict), "{wrong:?}");
    }
    context.clock.advance(10 * MINUTE + SECOND);
    assert_eq!(refusal(Some(&pending)).await, Some(ErrorCode::Conflict));
    let pending = scene.pending(&who("phone")).await;
    scene.place.run("UPDATE users SET suspended_at = 1 WHERE email = 'noor@example.com' OR claimed_email = 'noor@example.com'").await;
    assert_eq!(refusal(Some(&pending)).await, Some(ErrorCode::Forbidden));
    scene.place.run("UPDATE users SET suspended_at = NULL").await;
    assert_eq!(refusal(Some(&pending)).await, None);
}

#[tokio::test]
async fn r5_all_of_it_works_without_script() {
    let scene = Scene::new().await;
    let http = Http::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let post = async |path: &str, cookies: &str, fields: &[(&str, &str)]| {
        let request = http.post(format!("{}{path}", scene.site.url)).header(header::ORIGIN, &scene.site.url);
        let response = request
            .header(header::ACCEPT, "text/html")
            .header(header::COOKIE, cookies)
            .form(fields)
            .send()
            .await
            .unwrap();
        let cookies: Vec<_> = response
            .headers()
            .get_all(header::SET_COOKIE)
            .iter()
            .map(|cookie| cookie.to_str().unwrap().to_owned())
            .collect();
        assert_eq!(response.status(), StatusCode::FOUND, "{path}");
        (response.headers()[header::LOCATION].to_str().unwrap().to_owned(), cookies)
    };
    let page = async |path: &str, cookies: &str| {
        let request = http.get(format!("{}{path}", scene.site.url)).header(header::COOKIE, cookies);
        request.send().await.unwrap().text().await.unwrap()
    };
    let session = format!("stoa_session={}", scene.session.as_str());
    let (next, _) = post("/rpc/begin_app", &session, &[("app_password", PASSWORD)]).await;
    assert_eq!(next, "/settings#second-factor");
    let html = page("/settings", &session).await;
    let secret = scene.factor().await["setup"]["secret"].as_str().unwrap().to_owned();
    assert!(html.contains("second-factor__qr") && html.contains(&secret), "the QR code and the key");
    let (_, cookies) = post("/rpc/confirm_app", &session, &[("app_code", &scene.code(&secret))]).await;
    let made = cookies.iter().find_map(|cookie| cookie.strip_prefix("stoa_codes=")?.split(';').next());
    let made = made.unwrap().to_owned();
    assert!(cookies.iter().any(|cookie| cookie.contains("HttpOnly") && cookie.contains("Max-Age=60")));
    let html = page("/settings", &format!("{session}; stoa_codes={made}")).await;
    assert!(made.split('.').count() == 10 && made.split('.').all(|code| html.contains(code)));
    assert!(!page("/settings", &session).await.contains(made.split('.').next().unwrap()), "once");
    let eve = scene.place.session(&scene.place.user("Eve").await).await;
    let html = page("/settings", &format!("stoa_session={}; stoa_codes={made}", eve.as_str())).await;
    assert!(!html.contains(made.split('.').next().unwrap()), "somebody else’s are not shown");

    scene.place.context.clock.advance(STEP);
    let fields = [("email", EMAIL), ("password", PASSWORD), ("next", "/orders?view=mine")];
    let (next, cookies) = post("/rpc/sign_in", "", &fields).await;
    assert_eq!(next, "/sign-in/code?next=/orders%3Fview%3Dmine");
    assert!(!cookies.iter().any(|cookie| cookie.starts_with("stoa_session=")), "{cookies:?}");
    let pending = cookies.iter().find(|cookie| cookie.starts_with("stoa_second_step=")).unwrap();
    assert!(pending.contains("HttpOnly") && pending.contains("Max-Age=600"), "{pending}");
    let pending = pending.split(';').next().unwrap();
    let html = page(&next, pending).await;
    assert!(
        html.contains(r#"action="/rpc/complete_sign_in""#) && html.contains(r#"value="/orders?view=mine""#)
    );
    let fields = [("code", &*scene.code(&secret)), ("next", "/orders?view=mine")];
    let (next, cookies) = post("/rpc/complete_sign_in", pending, &fields).await;
    assert_eq!(next, "/orders?view=mine");
    let token =
        cookies.iter().find_map(|cookie| cookie.strip_prefix("stoa_session=")?.split(';').next()).unwrap();
    assert!(scene.place.viewer_of(token).await.unwrap().is_some());
    assert!(cookies.iter().any(|cookie| cookie.starts_with("stoa_second_step=;")), "{cookies:?}");
}

#[tokio::test]
async fn r5_an_admin_removes_a_second_factor_that_is_lost_and_its_owner_is_told() {
    let scene = Scene::new().await;
    scene.app().await;
    let (ada, mara) = (scene.place.admin("Ida").await, scene.place.operator("Mara").await);
    let (ada, mara) = (scene.place.session(&ada).await, scene.place.session(&mara).await);
    let id = scene.noor.id.to_string();
    let reset = async |session: &Token| {
        scene.site.form("/rpc/reset_second_factor", Some(session), &[("user_id", &id)]).await
    };
    assert_eq!(reset(&scene.session).await.0, StatusCode::NOT_FOUND, "nobody for themselves");
    assert_eq!(reset(&mara).await.0, StatusCode::FORBIDDEN);
    let (status, row) = reset(&ada).await;
    assert_eq!(
        (status, &row["has_second_factor"], &row["sessions"]),
        (StatusCode::OK, &false.into(), &0.into())
    );
    assert!(!scene.is_in(&scene.session).await);
    assert_eq!(reset(&ada).await.0, StatusCode::OK, "again");
    let opened = users::sign_in(&scene.place.context, EMAIL, PASSWORD, &who("home")).await.unwrap().opened();
    assert!(opened.is_some(), "the password alone");
    assert_eq!(scene.count("SELECT COUNT(*) FROM audit WHERE action = 'user_second_factor'").await, 1);
    assert_eq!(
        scene.count("SELECT COUNT(*) FROM security_events WHERE event = 'second_factor_reset'").await,
        1
    );
    assert_eq!(
        scene
            .count("SELECT COUNT(*) FROM notifications WHERE event LIKE '%second factor was removed%'")
            .await,
        1
    );
    assert_eq!(scene.count("SELECT COUNT(*) FROM recovery_codes").await, 0);
}

#[tokio::test]
async fn r5_whoever_did_not_add_a_second_factor_is_rid_of_it_by_the_mail_about_it_and_an_older_one_stays() {
    let mut server = MailServer::start().await;
    let place = mailing_place(&server.url, &[]).await;
    let scene = Scene::at(place).await;
    server.next().await;
    scene.place.run("UPDATE users SET email_verified_at = 1").await;
    let secure = async |token: &str| {
        let request =
            Http::new().post(format!("{}/rpc/secure_account", scene.site.url)).header(header::ORIGIN, SITE);
        answer(request.form(&[("token", token)])).await.0
    };
    // Somebody who knows the password adds an app of their own.
    scene.app().await;
    let token = server.token(EMAIL, SITE, "/mail/secure/").await;
    scene.place.context.clock.advance(DAY);
    assert_eq!(secure(&token).await, StatusCode::OK);
    assert_eq!(scene.count("SELECT COUNT(*) FROM totp").await, 0);
    assert_eq!(scene.count("SELECT COUNT(*) FROM recovery_codes").await, 0);

    // The owner's own app stays when somebody signs in a day later.
    let (context, password) = (scene.place.context.clone(), "a kettle by the sea");
    users::password_reset::ask(&context, EMAIL, &who("home")).await.unwrap();
    let reset = server.token(EMAIL, SITE, "/password/").await;
    users::password_reset::reset(&context, &reset, password, &who("home")).await.unwrap();
    let session = scene.place.session(&scene.noor).await;
    let scene = Scene { session, ..scene };
    scene.form("/rpc/begin_app", &[("app_password", password)]).await;
    let secret = scene.factor().await["setup"]["secret"].as_str().unwrap().to_owned();
    let (status, _) = scene.form("/rpc/confirm_app", &[("app_code", &scene.code(&secret))]).await;
    assert_eq!(status, StatusCode::OK);
    context.clock.advance(DAY);
    let SignInOutcome::NeedsCode(pending) =
        users::sign_in(&context, EMAIL, password, &who("thief")).await.unwrap()
    else {
        panic!("a code is asked for")
    };
    let guess = code::complete(&context, Some(&pending), "000000", &who("thief")).await;
    assert!(guess.is_err());
    let mail = loop {
        let mail = server.next().await;
        if mail.text().contains("knew your password") {
            break mail;
        }
    };
    let link = mail.link(SITE, "/mail/secure/");
    let token = link.rsplit('/').next().unwrap();
    let page = scene.site.request(Method::GET, &format!("/mail/secure/{token}"), None).send().await.unwrap();
    assert_eq!(page.status(), StatusCode::OK);
    let request =
        Http::new().post(format!("{}/rpc/secure_account", scene.site.url)).header(header::ORIGIN, SITE);
    assert_eq!(answer(request.form(&[("token", token)])).await.0, StatusCode::OK);
    assert_eq!(
        scene.count("SELECT COUNT(*) FROM totp").await,
        1,
        "the mailbox alone does not open the account"
    );
}

#[tokio::test]
async fn r5_what_is_dangerous_asks_again_who_it_is_after_half_an_hour() {
    let scene = Scene::new().await;
    let (secret, _) = scene.app().await;
    scene.place.run("UPDATE users SET rank = 'admin'").await;
    let other = scene.place.session(&scene.noor).await;
    let close = async || scene.form("/rpc/set_rooms", &[("seen_version", "1"), ("is_open", "true")]).await;
    assert_eq!(close().await.0, StatusCode::OK, "one who has just signed in");
    scene.place.context.clock.advance(30 * MINUTE + SECOND);
    let mara = scene.place.user("Mara").await.id.to_string();
    let passkey = PasskeyId::new().to_string();
    let dangerous: [(&str, &[(&str, &str)]); 8] = [
        ("/rpc/set_user_rank", &[("user_id", &mara), ("rank", "operator")]),
        ("/rpc/reset_second_factor", &[("user_id", &mara)]),
        ("/rpc/set_retention", &[("seen_version", "1")]),
        ("/rpc/set_sign_up", &[("seen_version", "1"), ("is_open", "true")]),
        ("/rpc/set_rooms", &[("seen_version", "1"), ("is_open", "true")]),
        ("/rpc/set_unconfirmed", &[("seen_version", "1"), ("is_open", "true")]),
        ("/rpc/set_second_factor", &[("seen_version", "1"), ("is_open", "true")]),
        ("/rpc/remove_passkey", &[("passkey_id", &passkey)]),
    ];
    for (path, fields) in dangerous {
        let (status, error) = scene.form(path, fields).await;
        assert_eq!(
            (status, &error["field"]),
            (StatusCode::FORBIDDEN, &"reauthentication".into()),
            "{path}: {error}"
        );
    }
    let (status, _) = scene.form("/operator/security-events/export", &[("format", "csv")]).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "exports, too");
    let plain = scene.request(Method::POST, "/rpc/set_rooms").header(header::ACCEPT, "text/html");
    let http = Http::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let plain = plain.form(&[("seen_version", "1"), ("is_open", "true")]).build().unwrap();
    let answer = http.execute(plain).await.unwrap();
    assert_eq!(answer.headers()[header::LOCATION], "/confirm?next=/operator/settings");

    let prove = async |proof: &str| {
        scene.form("/rpc/confirm_identity", &[("proof", proof), ("next", "/operator/settings")]).await
    };
    for wrong in ["not the one", "000000", ""] {
        let (status, error) = prove(wrong).await;
        assert_eq!((status, &error["field"]), (StatusCode::FORBIDDEN, &"proof".into()), "{wrong}");
    }
    assert_eq!(close().await.0, StatusCode::FORBIDDEN);
    assert_eq!(prove(PASSWORD).await, (StatusCode::OK, "/operator/settings".into()));
    assert_eq!(close().await.0, StatusCode::OK);
    let elsewhere =
        scene.site.form("/rpc/set_rooms", Some(&other), &[("seen_version", "1"), ("is_open", "true")]).await;
    assert_eq!(elsewhere.0, StatusCode::FORBIDDEN, "another session proves it for itself");
    scene.place.context.clock.advance(31 * MINUTE);
    assert_eq!(close().await.0, StatusCode::FORBIDDEN);
    assert_eq!(prove(&scene.code(&secret)).await.0, StatusCode::OK, "a code of the app is as good");
    assert_eq!(close().await.0, StatusCode::OK);
    let guesses = (0..20).map(|_| prove("not the one"));
    let answers = futures::future::join_all(guesses).await;
    let refused = answers.iter().filter(|(status, _)| *status == StatusCode::TOO_MANY_REQUESTS).count();
    assert!(refused >= 10, "guesses are bounded: {refused} of 20");
}

#[tokio::test]
async fn r5_where_the_team_needs_a_second_factor_whoever_has_none_is_a_member_after_a_week() {
    let scene = Scene::new().await;
    scene.place.run("UPDATE users SET rank = 'admin'").await;
    let (context, mara) = (scene.place.context.clone(), scene.place.operator("Mara").await);
    let need = async |is_open: &str| {
        let seen = scene.place.rows::<(i64,)>("SELECT version FROM settings").await[0].0.to_string();
        scene.form("/rpc/set_second_factor", &[("seen_version", &seen), ("is_open", is_open)]).await
    };
    assert_eq!(need("false").await.0, StatusCode::CONFLICT, "nobody asks of others what they don't do");
    scene.app().await;
    let before = context.clock.now();
    let (status, settings) = need("false").await;
    assert_eq!(status, StatusCode::OK);
    let from = settings["second_factor_from"].as_i64().unwrap();
    assert!((before.0..=context.clock.now().0).contains(&(from - 7 * DAY)), "a week from now");
    context.clock.advance(HOUR / 4);
    assert_eq!(need("false").await.1["second_factor_from"], from, "said again it changes no date");
    let told = "SELECT COUNT(*) FROM notifications n JOIN users u ON u.id = n.user_id WHERE u.name = 'Mara' AND n.event LIKE '%needs a second factor%'";
    assert_eq!(scene.count(told).await, 1);

    let token = scene
        .place
        .token(&mara, TokenId::new(), Scopes { read: true, system: true, ..Scopes::default() })
        .await;
    let people =
        async |session: &Token| scene.site.post("/rpc/get_people", Some(session), &json!({})).await.0;
    let session = scene.place.session(&mara).await;
    assert_eq!(people(&session).await, StatusCode::OK, "there is a week to add one");
    let (_, factor) = scene.site.get("/rpc/get_second_factor", Some(&session)).await;
    assert_eq!(factor["needed_from"], from);
    context.clock.advance(7 * DAY);
    let session = scene.place.session(&mara).await;
    assert_eq!(people(&session).await, StatusCode::NOT_FOUND, "as for any member");
    let scopes =
        users::api_tokens::holder(&context, session_tokens::hash(token.as_str())).await.unwrap().unwrap().1;
    assert!(scopes.read && !scopes.system, "nor do their tokens have more");
    scene.place.run("INSERT INTO totp (user_id, secret, last_step, created_at) SELECT u.id, t.secret, 0, 0 FROM users u, totp t WHERE u.name = 'Mara'").await;
    assert_eq!(people(&session).await, StatusCode::OK, "at once when they add one");
    let ida = scene.place.session(&scene.noor).await;
    assert_eq!(people(&ida).await, StatusCode::OK, "whoever has one keeps their rights");
}
