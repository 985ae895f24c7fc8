//! The settings of the marketplace: who changes them, and that they hold at once and everywhere.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use reqwest::{Method, StatusCode};
use serde_json::json;
use stoa::{
    server::{
        auth::session_tokens::Token,
        domain::{
            operators::{audit, site_settings},
            rooms,
        },
        store::{Store, operators::site_settings as stored},
    },
    shared::{
        conversations::rooms::History,
        errors::ErrorCode,
        ids::{ConversationId, UserId},
        operators::{
            audit::AuditKind,
            look::Look,
            site_settings::{SettingsChange, SiteSettings},
        },
        users::Viewer,
    },
};

use crate::place::{Place, Site};

const CHANGES: [SettingsChange; 10] = [
    SettingsChange::Retention(Some(400)),
    SettingsChange::SignUp(false),
    SettingsChange::Rooms(false),
    SettingsChange::Rooms(true),
    SettingsChange::Look(Some(Look::OWN)),
    SettingsChange::Look(None),
    SettingsChange::Unconfirmed(true),
    SettingsChange::Unconfirmed(false),
    SettingsChange::SignUp(true),
    SettingsChange::Retention(None),
];

async fn now(place: &Place) -> SiteSettings {
    let read = place.context.store.read_one(|mut conn| Box::pin(async move { stored::get(&mut conn).await }));
    read.await.unwrap()
}

/// As another process does it, with a connection of its own.
async fn set_elsewhere(store: &Store, admin: UserId, change: SettingsChange) {
    let write = store.write(move |mut conn| {
        Box::pin(async move {
            let seen = stored::get(&mut conn).await?.version;
            stored::change(&mut conn, admin, seen, change, stoa::shared::values::time::Timestamp(1)).await
        })
    });
    assert!(matches!(write.await.unwrap(), stored::ChangeOutcome::Changed(_)));
}

async fn page(site: &Site, path: &str, session: Option<&Token>) -> (StatusCode, String) {
    let response = site.request(Method::GET, path, session).send().await.unwrap();
    (response.status(), response.text().await.unwrap())
}

#[tokio::test]
async fn e9_only_admins_change_settings_and_each_change_is_in_the_log_once() {
    let place = Place::new().await;
    let (eve, mara, ada) = (place.user("Eve").await, place.operator("Mara").await, place.admin("Ada").await);
    let before = now(&place).await;
    for change in CHANGES {
        for (viewer, code) in [(&eve, ErrorCode::NotFound), (&mara, ErrorCode::Forbidden)] {
            let refused =
                site_settings::change(&place.context, viewer, before.version, change).await.unwrap_err();
            assert_eq!(refused.code, code, "{change:?}");
        }
    }
    assert_eq!(now(&place).await, before);
    assert!(site_settings::get(&place.context, &mara, None).await.is_ok(), "operators read them");
    assert_eq!(site_settings::get(&place.context, &eve, None).await.unwrap_err().code, ErrorCode::NotFound);
    let mut seen = before.version;
    for change in CHANGES {
        let first = site_settings::change(&place.context, &ada, seen, change).await.unwrap();
        // The answer was lost, and the same is asked for with what was seen then.
        assert_eq!(site_settings::change(&place.context, &ada, seen, change).await.unwrap(), first);
        assert_eq!((first, first.version), (now(&place).await, seen + 1));
        seen = first.version;
    }
    assert_eq!(now(&place).await, SiteSettings { version: seen, ..before });
    let page = audit::list(&place.context, &mara, Some(AuditKind::Settings), None, None).await.unwrap();
    let log: Vec<_> = page.entries.iter().rev().map(|entry| entry.sentence()).collect();
    assert_eq!(
        log,
        [
            "Ada let messages be deleted after 400 days",
            "Ada closed signing up",
            "Ada left making rooms to the staff",
            "Ada let everybody make rooms",
            "Ada gave the pages another look: #0f766e #3cbcae soft system",
            "Ada gave the pages the look of Stoa again",
            "Ada let people make listings and rooms before they confirm their address",
            "Ada had people confirm their address before they make listings and rooms",
            "Ada opened signing up to everybody",
            "Ada turned off that old messages are deleted",
        ]
    );
}

#[tokio::test]
async fn e9_of_two_admins_who_saw_the_same_settings_one_changes_them() {
    let place = Place::new().await;
    let (ada, alma) = (place.admin("Ada").await, place.admin("Alma").await);
    for _ in 0..10 {
        let seen = now(&place).await;
        let (days, others) = (10 * seen.version, 10 * seen.version + 1);
        let (one, other) = tokio::join!(
            site_settings::change(&place.context, &ada, seen.version, SettingsChange::Retention(Some(days))),
            site_settings::change(
                &place.context,
                &alma,
                seen.version,
                SettingsChange::Retention(Some(others))
            ),
        );
        assert_ne!(one.is_ok(), other.is_ok());
        assert_eq!(one.and(other).unwrap_err().code, ErrorCode::Conflict);
        assert_eq!(now(&place).await.version, seen.version + 1);
    }
}

#[tokio::test]
async fn e9_who_is_no_admin_any_more_changes_nothing() {
    let place = Place::new().await;
    let mara = place.operator("Mara").await;
    // As his session knew him a moment ago.
    let stale = Viewer { rank: stoa::shared::users::rank::Rank::Admin, ..mara };
    let refused =
        site_settings::change(&place.context, &stale, 1, SettingsChange::SignUp(false)).await.unwrap_err();
    assert_eq!((refused.code, now(&place).await.can_sign_up), (ErrorCode::Forbidden, true));
}

#[tokio::test]
async fn b7_a_number_of_days_that_makes_no_sense_is_refused_with_a_sentence() {
    let place = Place::new().await;
    let site = place.serve().await;
    let ada = place.admin("Ada").await;
    let session = place.session(&ada).await;
    for days in ["0", "-5", "36501", "1.5", "many"] {
        let fields = [("seen_version", "1"), ("days", days)];
        let (status, body) = site.form("/rpc/set_retention", Some(&session), &fields).await;
        assert_eq!((status, &body["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("days")), "{days}");
        let (_, looked) = site.get(&format!("/rpc/get_settings?days={days}"), Some(&session)).await;
        assert_eq!(looked, body, "{days}");
        let (status, html) = page(&site, &format!("/operator/settings?days={days}"), Some(&session)).await;
        assert_eq!(status, StatusCode::OK);
        assert!(html.contains(body["message"].as_str().unwrap()), "{days}");
        assert!(!html.contains("/rpc/set_retention"), "{days}: nothing can be chosen");
    }
    assert_eq!(now(&place).await.retention_days, None);
}

#[tokio::test]
async fn e9_signing_up_is_closed_and_opened_at_once_also_by_another_process() {
    let place = Place::new().await;
    let site = place.serve().await;
    let ada = place.admin("Ada").await;
    let elsewhere = place.database.open().await;
    let sign_up = async |email: &str| {
        let fields = [("name", "Noor"), ("email", email), ("password", "a long password")];
        site.form("/rpc/sign_up", None, &fields).await
    };
    assert_eq!(sign_up("first@example.com").await.0, StatusCode::OK);
    set_elsewhere(&elsewhere, ada.id, SettingsChange::SignUp(false)).await;
    // Whether there is an account already is not told either.
    for email in ["first@example.com", "second@example.com"] {
        let (status, body) = sign_up(email).await;
        assert_eq!((status, &body["code"]), (StatusCode::FORBIDDEN, &json!("forbidden")), "{body}");
    }
    let (_, html) = page(&site, "/sign-up", None).await;
    assert!(html.contains("Accounts are made by the team here.") && !html.contains("/rpc/sign_up"));
    let (_, html) = page(&site, "/sign-in", None).await;
    assert!(html.contains("/rpc/sign_in") && !html.contains("/sign-up"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_stoa"));
    command.args(["user", "create", "--database", &place.database.url, "mei@example.com", "Mei"]);
    let mut command = command.stdin(Stdio::piped()).spawn().expect("the binary runs");
    command.stdin.take().unwrap().write_all(b"a long password\n").unwrap();
    assert!(command.wait().unwrap().success(), "the command line makes accounts all the same");
    set_elsewhere(&elsewhere, ada.id, SettingsChange::SignUp(true)).await;
    assert_eq!(sign_up("second@example.com").await.0, StatusCode::OK);
    let (_, html) = page(&site, "/sign-up", None).await;
    assert!(html.contains("/rpc/sign_up"));
}

#[tokio::test]
async fn e1_rooms_are_left_to_the_staff_at_once_on_every_path() {
    let place = Place::new().await;
    let site = place.serve().await;
    let (noor, tomas) = (place.user("Noor").await, place.user("Tomas").await);
    let (mara, ada) = (place.operator("Mara").await, place.admin("Ada").await);
    place.conversation(&noor, &tomas).await;
    let (session, made) = (place.session(&noor).await, ConversationId::new());
    let create = async |viewer: &Viewer, id| {
        rooms::create(&place.context, viewer, id, "Market", History::Start, vec![tomas.id]).await
    };
    create(&noor, made).await.unwrap();
    site_settings::change(&place.context, &ada, 1, SettingsChange::Rooms(false)).await.unwrap();
    assert_eq!(create(&noor, ConversationId::new()).await.unwrap_err().code, ErrorCode::Forbidden);
    assert!(create(&noor, made).await.is_ok(), "what stands already is answered as before");
    for viewer in [&mara, &ada] {
        assert!(create(viewer, ConversationId::new()).await.is_ok());
    }
    let room = json!({ "id": ConversationId::new(), "name": "Market", "people": [tomas.id] });
    assert_eq!(site.post("/api/rooms", Some(&session), &room).await.0, StatusCode::FORBIDDEN);
    let id = ConversationId::new().to_string();
    let fields = [("conversation_id", id.as_str()), ("name", "Market"), ("people[0]", &tomas.id.to_string())];
    assert_eq!(site.form("/rpc/create_room", Some(&session), &fields).await.0, StatusCode::FORBIDDEN);
    let (_, html) = page(&site, "/rooms/new", Some(&session)).await;
    assert!(html.contains("Rooms are made by the team") && !html.contains("/rpc/create_room"));
    let (_, html) = page(&site, "/messages", Some(&session)).await;
    assert!(!html.contains("/rooms/new"));
    site_settings::change(&place.context, &ada, 2, SettingsChange::Rooms(true)).await.unwrap();
    assert!(create(&noor, ConversationId::new()).await.is_ok());
    let (_, html) = page(&site, "/messages", Some(&session)).await;
    assert!(html.contains("/rooms/new"));
}

#[tokio::test]
async fn b7_the_page_shows_what_would_be_deleted_before_it_can_be_chosen() {
    let place = Place::new().await;
    let site = place.serve().await;
    let (noor, tomas) = (place.user("Noor").await, place.user("Tomas").await);
    let id = place.conversation(&noor, &tomas).await.id;
    for text in ["One", "Two"] {
        place.send(&noor, id, text).await.unwrap();
    }
    place.context.clock.advance(10 * stoa::shared::values::time::DAY);
    let (of_mara, of_ada) =
        (place.session(&place.operator("Mara").await).await, place.session(&place.admin("Ada").await).await);
    let (_, html) = page(&site, "/operator/settings", Some(&of_ada)).await;
    assert!(html.contains("Messages are kept for good.") && !html.contains("/rpc/set_retention"));
    let (_, html) = page(&site, "/operator/settings?days=5", Some(&of_ada)).await;
    assert!(html.contains("This deletes 2 messages in 1 conversation for everybody"), "{html}");
    assert!(html.contains("can’t be undone") && html.contains("action=\"/rpc/set_retention\""));
    let (_, html) = page(&site, "/operator/settings?days=5", Some(&of_mara)).await;
    assert!(html.contains("Only admins change these.") && !html.contains("/rpc/set_"));
    // A plain form does it too.
    let request = site.request(Method::POST, "/rpc/set_retention", Some(&of_ada));
    let request =
        request.header("accept", "text/html").header("referer", format!("{}/operator/settings", site.url));
    let response = request.form(&[("seen_version", "1"), ("days", "5")]).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::FOUND);
    let (_, html) = page(&site, "/operator/settings", Some(&of_mara)).await;
    assert!(html.contains("Messages older than 5 days are deleted"));
    let (_, html) = page(&site, "/operator/settings?days=5", Some(&of_ada)).await;
    assert!(html.contains("This is how it is set.") && html.contains("Keep messages for good"));
}
