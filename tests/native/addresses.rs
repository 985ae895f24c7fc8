//! Whose address it is (R5): an account has it once its owner has opened a link, and nobody learns before whose it is.

use reqwest::{Client as Http, Method, StatusCode, header};
use serde_json::Value;
use stoa::{
    server::{
        auth::session_tokens::Token,
        domain::{
            listings,
            operators::site_settings,
            rooms,
            users::{self, Client as Who},
        },
    },
    shared::{
        conversations::rooms::History,
        errors::ErrorCode,
        ids::{ConversationId, ListingId},
        operators::site_settings::SettingsChange,
        users::Viewer,
        values::time::DAY,
    },
};

use crate::{
    mail::{SITE, mailing_place},
    mail_server::{Mail, MailServer},
    place::{Place, Site, answer, draft},
};

const EMAIL: &str = "noor@example.com";
const PASSWORD: &str = "marmalade on toast";
const OTHER_PASSWORD: &str = "a kettle by the sea";

struct Scene {
    place: Place,
    site: Site,
    server: MailServer,
}

fn who(ip: &str) -> Who {
    Who { client_ip: ip.to_owned().into(), ..Who::default() }
}

fn token_of(mail: &Mail, path: &str) -> String {
    mail.link(SITE, path).rsplit('/').next().unwrap().to_owned()
}

impl Scene {
    async fn new() -> Self {
        let server = MailServer::start().await;
        let place = mailing_place(&server.url, &[]).await;
        place.admin("Ada").await;
        let site = place.serve().await;
        Self { place, site, server }
    }

    async fn post(
        &self,
        path: &str,
        session: Option<&Token>,
        fields: &[(&str, &str)],
    ) -> (StatusCode, Value) {
        let request = Http::new().post(format!("{}{path}", self.site.url)).header(header::ORIGIN, SITE);
        let request = match session {
            Some(token) => request.header(header::COOKIE, format!("stoa_session={}", token.as_str())),
            None => request,
        };
        answer(request.form(fields)).await
    }

    async fn sign_up(&self, name: &str, email: &str, password: &str) -> (Token, Viewer) {
        let opened = users::sign_up(&self.place.context, name, email, password, &who(name)).await.unwrap();
        let viewer = self.place.viewer_of(opened.token.as_str()).await.unwrap().unwrap();
        (opened.token, viewer)
    }

    /// With the address that its owner has confirmed.
    async fn member(&mut self, name: &str, email: &str, password: &str) -> (Token, Viewer) {
        let member = self.sign_up(name, email, password).await;
        let token = token_of(&self.server.next().await, "/mail/confirm/");
        assert_eq!(self.confirm(&token).await, StatusCode::OK);
        member
    }

    async fn confirm(&self, token: &str) -> StatusCode {
        self.post("/rpc/confirm_address", None, &[("token", token)]).await.0
    }

    /// Who is in with this address and password.
    async fn signs_in(&self, email: &str, password: &str) -> Option<Viewer> {
        let opened =
            users::sign_in(&self.place.context, email, password, &who("elsewhere")).await.ok()?.opened()?;
        self.place.viewer_of(opened.token.as_str()).await.unwrap()
    }

    async fn is_in(&self, token: &Token) -> bool {
        self.place.viewer_of(token.as_str()).await.unwrap().is_some()
    }
}

#[tokio::test]
async fn r5_signing_up_with_a_known_address_looks_like_any_other_and_its_owner_is_told() {
    let mut scene = Scene::new().await;
    let (_, noor) = scene.member("Noor", EMAIL, PASSWORD).await;
    let sign_up = async |email: &str| {
        let fields = [("name", "Tomas"), ("email", email), ("password", OTHER_PASSWORD)];
        scene.post("/rpc/sign_up", None, &fields).await
    };
    let (known, unknown) = (sign_up(EMAIL).await, sign_up("tomas@example.com").await);
    assert_eq!(known, unknown);
    assert_eq!(known.0, StatusCode::OK);
    let (one, other) = (scene.server.next().await, scene.server.next().await);
    let (warning, question) = if one.to == EMAIL { (one, other) } else { (other, one) };
    assert!(warning.text().contains("You have an account already"), "{}", warning.text());
    assert!(
        !warning.text().contains("/mail/confirm/") && !warning.text().contains("Tomas"),
        "{}",
        warning.text()
    );
    assert_eq!(scene.confirm(&token_of(&question, "/mail/confirm/")).await, StatusCode::OK);

    // Each signs in with their own password, and the address stays with whom it belongs to.
    assert_eq!(scene.signs_in(EMAIL, PASSWORD).await.unwrap().id, noor.id);
    let claimant = scene.signs_in(EMAIL, OTHER_PASSWORD).await.unwrap();
    assert!(claimant.id != noor.id && claimant.email == EMAIL);
    assert!(scene.signs_in(EMAIL, "neither of the two").await.is_none());
    assert!(scene.signs_in("tomas@example.com", OTHER_PASSWORD).await.is_some());
}

#[tokio::test]
async fn r5_of_two_who_claim_an_address_one_gets_it_by_its_mail() {
    let mut scene = Scene::new().await;
    let (_, first) = scene.sign_up("Tomas", EMAIL, OTHER_PASSWORD).await;
    let first_link = token_of(&scene.server.next().await, "/mail/confirm/");
    let (_, second) = scene.sign_up("Noor", EMAIL, PASSWORD).await;
    let second_link = token_of(&scene.server.next().await, "/mail/confirm/");
    assert_ne!(first.id, second.id);
    assert_eq!(scene.confirm(&second_link).await, StatusCode::OK);
    assert_eq!(scene.confirm(&second_link).await, StatusCode::OK, "twice is as good as once");
    assert_eq!(scene.confirm(&first_link).await, StatusCode::NOT_FOUND, "it is taken");
    assert_eq!(scene.signs_in(EMAIL, PASSWORD).await.unwrap().id, second.id);

    // Whoever gets the mails of an address that is only claimed gets the account by them.
    let (session, third) = scene.sign_up("Mei", "mei@example.com", PASSWORD).await;
    scene.post("/rpc/ask_password_reset", None, &[("email", "mei@example.com")]).await;
    let token = scene.server.token("mei@example.com", SITE, "/password/").await;
    let reset = [("token", token.as_str()), ("password", OTHER_PASSWORD)];
    assert_eq!(scene.post("/rpc/reset_password", None, &reset).await.0, StatusCode::OK);
    assert!(!scene.is_in(&session).await);
    assert_eq!(scene.signs_in("mei@example.com", OTHER_PASSWORD).await.unwrap().id, third.id);
    let owned: Vec<(i64,)> = scene
        .place
        .rows("SELECT COUNT(*) FROM users WHERE email = 'mei@example.com' AND email_verified_at IS NOT NULL")
        .await;
    assert_eq!(owned[0].0, 1);
}

#[tokio::test]
async fn r5_an_address_is_changed_by_its_owner_and_the_former_one_can_take_it_back() {
    let mut scene = Scene::new().await;
    let (session, noor) = scene.member("Noor", EMAIL, PASSWORD).await;
    let change = async |scene: &Scene, email: &str, password: &str| {
        let fields = [("email", email), ("address_password", password)];
        scene.post("/rpc/change_address", Some(&session), &fields).await
    };
    let (status, refused) = change(&scene, "new@example.com", "not the one").await;
    assert_eq!((status, &refused["field"]), (StatusCode::FORBIDDEN, &"address_password".into()), "{refused}");
    assert_eq!(change(&scene, "no address", PASSWORD).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(change(&scene, "new@example.com", PASSWORD).await.0, StatusCode::OK);
    let confirm = scene.server.token("new@example.com", SITE, "/mail/confirm/").await;
    assert_eq!(scene.signs_in(EMAIL, PASSWORD).await.unwrap().id, noor.id, "not before the link is opened");
    assert!(scene.signs_in("new@example.com", PASSWORD).await.is_none());
    assert_eq!(scene.confirm(&confirm).await, StatusCode::OK);
    assert_eq!(scene.signs_in("new@example.com", PASSWORD).await.unwrap().email, "new@example.com");
    assert!(scene.signs_in(EMAIL, PASSWORD).await.is_none());
    assert!(scene.is_in(&session).await);

    let undo = scene.server.token(EMAIL, SITE, "/mail/undo/").await;
    // Another change does not take the way back.
    assert_eq!(change(&scene, "third@example.com", PASSWORD).await.0, StatusCode::OK);
    let third = scene.server.token("third@example.com", SITE, "/mail/confirm/").await;
    assert_eq!(scene.confirm(&third).await, StatusCode::OK);
    let page = scene.site.request(Method::GET, &format!("/mail/undo/{undo}"), None).send().await.unwrap();
    assert_eq!(page.status(), StatusCode::OK);
    assert!(page.text().await.unwrap().contains(EMAIL));
    assert!(scene.is_in(&session).await, "opening the link changes nothing");
    assert_eq!(scene.post("/rpc/restore_address", None, &[("token", &undo)]).await.0, StatusCode::OK);
    assert!(!scene.is_in(&session).await);
    for email in [EMAIL, "new@example.com", "third@example.com"] {
        assert!(scene.signs_in(email, PASSWORD).await.is_none(), "the password is no good any more: {email}");
    }
    assert_eq!(scene.post("/rpc/restore_address", None, &[("token", &undo)]).await.0, StatusCode::NOT_FOUND);
    scene.post("/rpc/ask_password_reset", None, &[("email", EMAIL)]).await;
    let token = scene.server.token(EMAIL, SITE, "/password/").await;
    let reset = [("token", token.as_str()), ("password", OTHER_PASSWORD)];
    assert_eq!(scene.post("/rpc/reset_password", None, &reset).await.0, StatusCode::OK);
    assert_eq!(scene.signs_in(EMAIL, OTHER_PASSWORD).await.unwrap().id, noor.id);
}

#[tokio::test]
async fn r5_a_change_of_address_can_be_taken_back_for_a_week() {
    let mut scene = Scene::new().await;
    let (session, _) = scene.member("Noor", EMAIL, PASSWORD).await;
    let fields = [("email", "new@example.com"), ("address_password", PASSWORD)];
    assert_eq!(scene.post("/rpc/change_address", Some(&session), &fields).await.0, StatusCode::OK);
    let token = scene.server.token("new@example.com", SITE, "/mail/confirm/").await;
    assert_eq!(scene.confirm(&token).await, StatusCode::OK);
    let undo = scene.server.token(EMAIL, SITE, "/mail/undo/").await;
    scene.place.context.clock.advance(7 * DAY + 1);
    assert_eq!(scene.post("/rpc/restore_address", None, &[("token", &undo)]).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn r5_before_an_address_is_confirmed_one_writes_and_makes_neither_listings_nor_rooms() {
    let mut scene = Scene::new().await;
    scene.place.run("UPDATE settings SET can_publish_unconfirmed = 0").await;
    let (_, noor) = scene.sign_up("Noor", EMAIL, PASSWORD).await;
    let confirm = token_of(&scene.server.next().await, "/mail/confirm/");
    let (context, host) = (scene.place.context.clone(), scene.place.operator("Tomas").await);
    let conversation = scene.place.conversation(&noor, &host).await.id;
    scene.place.send(&noor, conversation, "Is it free in May?").await.unwrap();
    let listing = async || listings::create(&context, &noor, ListingId::new(), draft("A hut")).await;
    let room = async || {
        rooms::create(&context, &noor, ConversationId::new(), "Harbour", History::Start, vec![host.id]).await
    };
    assert_eq!(listing().await.unwrap_err().code, ErrorCode::Forbidden);
    assert_eq!(room().await.unwrap_err().code, ErrorCode::Forbidden);
    let ada = scene.place.admin("Alma").await;
    let open = SettingsChange::Unconfirmed(true);
    site_settings::change(&context, &ada, 1, open).await.unwrap();
    assert!(listing().await.is_ok() && room().await.is_ok());
    site_settings::change(&context, &ada, 2, SettingsChange::Unconfirmed(false)).await.unwrap();
    assert_eq!(listing().await.unwrap_err().code, ErrorCode::Forbidden);
    assert_eq!(scene.confirm(&confirm).await, StatusCode::OK);
    assert!(listing().await.is_ok() && room().await.is_ok());
}

#[tokio::test]
async fn r5_an_address_is_asked_three_times_an_hour_whoever_claims_it() {
    let mut scene = Scene::new().await;
    for number in 0..5 {
        scene.sign_up(&format!("Guest {number}"), EMAIL, PASSWORD).await;
    }
    for _ in 0..3 {
        assert_eq!(scene.server.next().await.to, EMAIL);
    }
    while !scene.place.rows::<(String,)>("SELECT key FROM tasks").await.is_empty() {
        tokio::task::yield_now().await;
    }
    assert!(scene.server.is_empty());
}
