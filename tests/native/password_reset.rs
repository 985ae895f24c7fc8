//! A forgotten password (R5): a link that is mailed, good for half an hour and once, and nobody learns who has an account.

use reqwest::{Client as Http, Method, StatusCode, header};
use serde_json::Value;
use stoa::{
    server::{
        auth::{
            link_tokens::{Link, LinkKey, LinkPurpose},
            session_tokens::Token,
        },
        domain::users::{self, Client as Who},
    },
    shared::{
        errors::ErrorCode,
        ids::TokenId,
        users::{Viewer, api_tokens::Scopes},
        values::time::{DAY, MINUTE, SECOND},
    },
};

use crate::{
    mail::{SITE, mailing_place},
    mail_server::MailServer,
    place::{Place, Site, answer},
};

const EMAIL: &str = "noor@example.com";
const PASSWORD: &str = "marmalade on toast";
const NEW_PASSWORD: &str = "a kettle by the sea";

struct Scene {
    place: Place,
    site: Site,
    server: MailServer,
    noor: Viewer,
    session: Token,
}

fn who(ip: &str) -> Who {
    Who { client_ip: ip.to_owned().into(), ..Who::default() }
}

impl Scene {
    /// Somebody who has an account whose address they have confirmed.
    async fn new() -> Self {
        let mut server = MailServer::start().await;
        let place = mailing_place(&server.url, &[]).await;
        place.admin("Ada").await;
        let opened = users::sign_up(&place.context, "Noor", EMAIL, PASSWORD, &who("home")).await.unwrap();
        let noor = place.viewer_of(opened.token.as_str()).await.unwrap().unwrap();
        // The mail that asks to confirm the address.
        server.next().await;
        place.run("UPDATE users SET email_verified_at = 1").await;
        let site = place.serve().await;
        Self { place, site, server, noor, session: opened.token }
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> (StatusCode, Value) {
        let request = Http::new().post(format!("{}{path}", self.site.url)).header(header::ORIGIN, SITE);
        answer(request.form(fields)).await
    }

    async fn ask(&self, email: &str) -> (StatusCode, Value) {
        self.post("/rpc/ask_password_reset", &[("email", email)]).await
    }

    async fn reset(&self, token: &str, password: &str) -> StatusCode {
        self.post("/rpc/reset_password", &[("token", token), ("password", password)]).await.0
    }

    /// The path of the link that comes next, and its token.
    async fn link(&mut self) -> (String, String) {
        let token = self.server.token(EMAIL, SITE, "/password/").await;
        (format!("/password/{token}"), token)
    }

    async fn signs_in(&self, password: &str) -> bool {
        users::sign_in(&self.place.context, EMAIL, password, &who("elsewhere")).await.is_ok()
    }

    async fn is_in(&self, token: &Token) -> bool {
        self.place.viewer_of(token.as_str()).await.unwrap().is_some()
    }
}

#[tokio::test]
async fn r5_a_forgotten_password_is_set_anew_by_a_link_once() {
    let mut scene = Scene::new().await;
    let api_token = scene.place.token(&scene.noor, TokenId::new(), Scopes::default()).await;
    let other = scene.place.session(&scene.noor).await;
    assert_eq!(scene.ask("  Noor@Example.com ").await.0, StatusCode::OK);
    let (path, token) = scene.link().await;
    assert_eq!(scene.ask(EMAIL).await.0, StatusCode::OK);
    let (_, second) = scene.link().await;

    let page = scene.site.request(Method::GET, &path, None).send().await.unwrap();
    assert_eq!(page.status(), StatusCode::OK);
    assert!(page.text().await.unwrap().contains(EMAIL), "for password managers");
    assert!(scene.signs_in(PASSWORD).await, "opening the link changes nothing");

    assert_eq!(scene.reset(&token, "1234567890").await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(scene.reset(&token, "noor@example.com").await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(scene.reset(&token, NEW_PASSWORD).await, StatusCode::OK);
    assert!(scene.signs_in(NEW_PASSWORD).await && !scene.signs_in(PASSWORD).await);
    assert!(!scene.is_in(&scene.session).await && !scene.is_in(&other).await, "all sessions have ended");
    let api = Http::new().get(format!("{}/api/users/me", scene.site.url)).bearer_auth(api_token.as_str());
    assert_eq!(api.send().await.unwrap().status(), StatusCode::UNAUTHORIZED);

    for used in [&token, &second] {
        assert_eq!(scene.reset(used, "another kettle by the sea").await, StatusCode::NOT_FOUND);
    }
    let page = scene.site.request(Method::GET, &path, None).send().await.unwrap();
    assert_eq!(page.status(), StatusCode::NOT_FOUND);
    let told: Vec<(i64,)> = scene
        .place
        .rows("SELECT COUNT(*) FROM notifications n JOIN users u ON u.id = n.user_id WHERE u.email = 'noor@example.com'")
        .await;
    assert!(told[0].0 > 0, "the owner is told");
    let events: Vec<(i64,)> =
        scene.place.rows("SELECT COUNT(*) FROM security_events WHERE event = 'password_reset'").await;
    assert_eq!(events[0].0, 1);
}

#[tokio::test]
async fn r5_a_link_for_a_new_password_is_good_for_half_an_hour_and_for_its_account_alone() {
    let mut scene = Scene::new().await;
    let (context, now) = (scene.place.context.clone(), scene.place.context.clock.now());
    scene.ask(EMAIL).await;
    let (_, token) = scene.link().await;
    // Another link of the same account is none for this.
    let confirm =
        Link { purpose: LinkPurpose::ConfirmAddress, user: scene.noor.id, expires_at: now.plus(MINUTE) };
    for wrong in [
        context.link_key.sign(&confirm, EMAIL),
        token.chars().rev().collect(),
        token[..99].to_owned(),
        String::new(),
    ] {
        let status = scene.reset(&wrong, NEW_PASSWORD).await;
        assert!(status == StatusCode::NOT_FOUND || status == StatusCode::UNPROCESSABLE_ENTITY, "{status}");
    }
    assert_eq!(
        scene.post("/rpc/confirm_address", &[("token", &token)]).await.0,
        StatusCode::NOT_FOUND,
        "it confirms nothing"
    );
    context.clock.advance(29 * MINUTE + 50 * SECOND);
    let (status, address) = scene.site.get(&format!("/rpc/get_password_reset?token={token}"), None).await;
    assert_eq!((status, address), (StatusCode::OK, EMAIL.into()));
    context.clock.advance(20 * SECOND);
    assert_eq!(scene.reset(&token, NEW_PASSWORD).await, StatusCode::NOT_FOUND);

    // An address that its owner has not confirmed is theirs once they come by its mail; one who is suspended gets none.
    scene.place.run("UPDATE users SET email_verified_at = NULL").await;
    scene.ask(EMAIL).await;
    let (_, token) = scene.link().await;
    assert_eq!(scene.reset(&token, NEW_PASSWORD).await, StatusCode::OK);
    let verified: Vec<(i64,)> =
        scene.place.rows("SELECT COUNT(*) FROM users WHERE email_verified_at IS NOT NULL").await;
    assert_eq!(verified[0].0, 1);
    assert_eq!(scene.ask(EMAIL).await.0, StatusCode::OK);
    let (_, token) = scene.link().await;
    scene.place.run("UPDATE users SET suspended_at = 1 WHERE email = 'noor@example.com'").await;
    assert_eq!(scene.reset(&token, "another kettle by the sea").await, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn r5_nobody_learns_from_a_forgotten_password_who_has_an_account() {
    let mut scene = Scene::new().await;
    for round in 0..5 {
        let known = scene.ask(EMAIL).await;
        let unknown = scene.ask("nobody@example.com").await;
        assert_eq!(known.0, unknown.0, "{round}");
        assert_eq!(known.1["message"].is_string(), unknown.1["message"].is_string());
        assert_eq!(known.0, if round < 3 { StatusCode::OK } else { StatusCode::TOO_MANY_REQUESTS });
        if round < 3 {
            scene.link().await;
        }
    }
    assert_eq!(scene.ask("no address").await.0, StatusCode::UNPROCESSABLE_ENTITY);
    while !scene.place.rows::<(String,)>("SELECT key FROM tasks").await.is_empty() {
        tokio::task::yield_now().await;
    }
    assert!(scene.server.is_empty(), "nobody is mailed who has no account");
}

#[tokio::test]
async fn r5_without_a_mail_server_nobody_is_promised_a_link() {
    let place = Place::new().await;
    let site = place.serve().await;
    let (status, _) = site.form("/rpc/ask_password_reset", None, &[("email", EMAIL)]).await;
    assert_eq!(status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn r5_whoever_sees_a_browser_that_is_not_theirs_shuts_everybody_out_by_its_mail() {
    let mut scene = Scene::new().await;
    let api_token = scene.place.token(&scene.noor, TokenId::new(), Scopes::default()).await;
    // Whatever is chosen, and whatever whoever came in has read.
    scene.place.run("DELETE FROM notification_choices").await;
    let stranger = users::sign_in(&scene.place.context, EMAIL, PASSWORD, &who("elsewhere"))
        .await
        .unwrap()
        .opened()
        .unwrap()
        .token;
    scene.place.run("DELETE FROM notifications").await;
    let token = scene.server.token(EMAIL, SITE, "/mail/secure/").await;
    let page = scene.site.request(Method::GET, &format!("/mail/secure/{token}"), None).send().await.unwrap();
    assert_eq!(page.status(), StatusCode::OK);
    assert!(page.text().await.unwrap().contains(EMAIL));
    assert!(scene.is_in(&stranger).await, "opening the link changes nothing");
    let secure = async |scene: &Scene| scene.post("/rpc/secure_account", &[("token", &token)]).await.0;
    assert_eq!(secure(&scene).await, StatusCode::OK);
    assert!(!scene.is_in(&stranger).await && !scene.is_in(&scene.session).await);
    assert!(!scene.signs_in(PASSWORD).await, "the password is no good any more");
    let api = Http::new().get(format!("{}/api/users/me", scene.site.url)).bearer_auth(api_token.as_str());
    assert_eq!(api.send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
    assert_eq!(secure(&scene).await, StatusCode::NOT_FOUND, "once");
    scene.ask(EMAIL).await;
    let (_, reset) = scene.link().await;
    assert_eq!(scene.reset(&reset, NEW_PASSWORD).await, StatusCode::OK);
    assert!(scene.signs_in(NEW_PASSWORD).await);
}

#[tokio::test]
async fn r5_a_link_that_shuts_everybody_out_is_good_for_a_week_and_until_the_password_changes() {
    let mut scene = Scene::new().await;
    scene.signs_in(PASSWORD).await;
    let first = scene.server.token(EMAIL, SITE, "/mail/secure/").await;
    scene.ask(EMAIL).await;
    let (_, reset) = scene.link().await;
    assert_eq!(scene.post("/rpc/secure_account", &[("token", &reset)]).await.0, StatusCode::NOT_FOUND);
    assert_eq!(scene.reset(&first, NEW_PASSWORD).await, StatusCode::NOT_FOUND, "each is for its own");
    assert_eq!(scene.reset(&reset, NEW_PASSWORD).await, StatusCode::OK);
    assert_eq!(scene.post("/rpc/secure_account", &[("token", &first)]).await.0, StatusCode::NOT_FOUND);
    // The new password is told, too.
    let second = scene.server.token(EMAIL, SITE, "/mail/secure/").await;
    scene.place.context.clock.advance(7 * DAY + SECOND);
    assert_eq!(scene.post("/rpc/secure_account", &[("token", &second)]).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn r5_a_thousand_guesses_at_a_link_from_as_many_networks_open_nothing_and_keep_nobody_out() {
    let mut scene = Scene::new().await;
    let context = scene.place.context.clone();
    scene.ask(EMAIL).await;
    let (_, token) = scene.link().await;
    for number in 0..1_000 {
        // Of the right account, purpose and time, with another key.
        let link = Link {
            purpose: LinkPurpose::ResetPassword,
            user: scene.noor.id,
            expires_at: context.clock.now().plus(MINUTE),
        };
        let guess = LinkKey::new(&number.to_string()).sign(&link, EMAIL);
        let from = who(&format!("network {number}"));
        let refused = users::password_reset::reset(&context, &guess, NEW_PASSWORD, &from).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::NotFound, "{number}");
    }
    assert!(scene.signs_in(PASSWORD).await, "the owner still gets in");
    assert_eq!(scene.reset(&token, NEW_PASSWORD).await, StatusCode::OK);
}
