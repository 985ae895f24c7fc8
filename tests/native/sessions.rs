//! Where somebody is signed in: seen, ended one by one, and ended by a new password, open sockets included.

use std::sync::Arc;

use futures::future::join_all;
use reqwest::{Method, StatusCode, header};
use serde_json::Value;
use stoa::{
    server::{
        auth::session_tokens::{self, Token},
        domain::{
            self, notifications,
            operators::audit,
            users::{Client as Who, security_events::SecurityEvent},
        },
        store::{
            StoreError,
            operators::security_events::{self, NewSecurityEvent},
        },
    },
    shared::{
        errors::ErrorCode,
        ids::TokenId,
        notifications::NotificationFilter,
        operators::audit::{AuditKind, AuditRow},
        sync::wire::ToServer,
        users::{Viewer, api_tokens::Scopes},
        values::time::{DAY, HOUR, SECOND},
    },
};

use crate::{
    client::Client,
    place::{Place, Site},
};

const EMAIL: &str = "noor@example.com";
const PASSWORD: &str = "a long password";
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

fn who(address: &str) -> Who {
    Who {
        client_ip: address.to_owned().into(),
        user_agent: FIREFOX.to_owned(),
        device_token: None,
        time_zone: None,
    }
}

async fn sign_up(place: &Place) -> (Token, Viewer) {
    place.admin("Ada").await;
    let opened = domain::users::sign_up(&place.context, "Noor", EMAIL, PASSWORD, &who("first")).await;
    let token = opened.unwrap().token;
    let viewer = place.viewer_of(token.as_str()).await.unwrap().unwrap();
    (token, viewer)
}

async fn sign_in(place: &Place, address: &str, password: &str) -> Result<Token, ErrorCode> {
    let signed_in = domain::users::sign_in(&place.context, EMAIL, password, &who(address)).await;
    signed_in.map(|outcome| outcome.opened().unwrap().token).map_err(|error| error.code)
}

async fn is_in(place: &Place, token: &Token) -> bool {
    place.viewer_of(token.as_str()).await.unwrap().is_some()
}

async fn change(site: &Site, session: &Token, present: &str, new: &str) -> (StatusCode, Value) {
    let fields = [("present_password", present), ("new_password", new)];
    site.form("/rpc/change_password", Some(session), &fields).await
}

/// A socket that has been let in.
async fn socket(place: &Place, site: &Site, session: &Token) -> Client {
    let mut client = Client::open_with(place, site, session, 0).await;
    client.hear().await;
    client
}

#[tokio::test]
async fn e7_a_person_sees_his_sessions_and_ends_one_of_them_with_its_sockets() {
    let place = Place::new().await;
    let (this, viewer) = sign_up(&place).await;
    let (other, third) = (sign_in(&place, "other", PASSWORD).await.unwrap(), place.session(&viewer).await);
    let site = place.serve().await;
    let (status, list) = site.get("/rpc/get_sessions", Some(&this)).await;
    assert_eq!(status, StatusCode::OK, "{list}");
    let sessions = list["sessions"].as_array().unwrap();
    let ours: Vec<_> = sessions.iter().map(|session| session["is_this"].as_bool().unwrap()).collect();
    assert_eq!(ours, [true, false, false], "{list}");
    assert_eq!(sessions[0]["client"], "Firefox on Linux");
    for token in [&this, &other, &third] {
        let hash: String =
            session_tokens::hash(token.as_str()).iter().map(|byte| format!("{byte:02x}")).collect();
        let text = list.to_string().replace('-', "");
        assert!(!text.contains(token.as_str()) && !text.contains(&hash[..16]), "no secret, nor its hash");
    }
    let id = session_tokens::session_id(&session_tokens::hash(other.as_str())).to_string();
    let mut ended = socket(&place, &site, &other).await;
    let (status, answer) = site.form("/rpc/end_session", Some(&this), &[("session_id", &id)]).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    assert_eq!(u16::from(ended.closed().await.unwrap().code), 4401);
    assert!(!is_in(&place, &other).await && is_in(&place, &this).await && is_in(&place, &third).await);
    let (status, _) = site.form("/rpc/end_session", Some(&this), &[("session_id", &id)]).await;
    assert_eq!(status, StatusCode::NOT_FOUND, "it is ended already");
}

#[tokio::test]
async fn e7_ending_all_other_sessions_leaves_this_one_and_those_of_others() {
    let place = Place::new().await;
    let (this, viewer) = sign_up(&place).await;
    let (one, two) = (place.session(&viewer).await, place.session(&viewer).await);
    let somebody_else = place.session(&place.user("Tomas").await).await;
    let site = place.serve().await;
    let mut stays = socket(&place, &site, &this).await;
    let mut ended = [socket(&place, &site, &one).await, socket(&place, &site, &two).await];
    let request = site.request(Method::POST, "/rpc/end_other_sessions", Some(&this));
    assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
    for socket in &mut ended {
        assert_eq!(u16::from(socket.closed().await.unwrap().code), 4401);
    }
    let tokens = async || {
        let rows: Vec<(i64,)> = place.rows("SELECT COUNT(*) FROM tokens").await;
        rows[0].0
    };
    place.token(&viewer, TokenId::new(), Scopes::default()).await;
    let request = || site.request(Method::POST, "/rpc/end_other_sessions", Some(&this));
    assert_eq!(request().send().await.unwrap().status(), StatusCode::OK);
    assert_eq!(tokens().await, 1, "tokens stay unless they are meant too");
    let with_tokens = request().form(&[("with_tokens", "true")]).send().await.unwrap();
    assert_eq!(with_tokens.status(), StatusCode::OK);
    assert_eq!(tokens().await, 0);
    assert!(is_in(&place, &this).await && is_in(&place, &somebody_else).await);
    assert!(!is_in(&place, &one).await && !is_in(&place, &two).await);
    stays.say(&ToServer::Ping).await;
    stays.hear().await;
}

#[tokio::test]
async fn e7_a_new_password_ends_other_sessions_their_sockets_and_all_tokens() {
    let place = Place::new().await;
    let (this, viewer) = sign_up(&place).await;
    let other = place.session(&viewer).await;
    let scopes = Scopes { read: true, ..Scopes::default() };
    let program = place.token(&viewer, TokenId::new(), scopes).await;
    let site = place.serve().await;
    let bearer = async || {
        let request = reqwest::Client::new().get(format!("{}/api/users/me", site.url));
        request.bearer_auth(program.as_str()).send().await.unwrap().status()
    };
    for (present, new, field) in [
        ("another password", "a new password", "present_password"),
        ("", "a new password", "present_password"),
        (PASSWORD, "short", "new_password"),
    ] {
        let (status, error) = change(&site, &this, present, new).await;
        assert!(status.is_client_error(), "{status}");
        assert_eq!(error["field"], field, "{error}");
    }
    assert!(is_in(&place, &other).await, "nothing was done");
    assert_eq!(bearer().await, StatusCode::OK);
    let mut ended = socket(&place, &site, &other).await;
    let mut stays = socket(&place, &site, &this).await;
    let (status, answer) = change(&site, &this, PASSWORD, "a new password").await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    assert_eq!(u16::from(ended.closed().await.unwrap().code), 4401);
    assert_eq!(bearer().await, StatusCode::UNAUTHORIZED);
    assert!(is_in(&place, &this).await && !is_in(&place, &other).await);
    stays.say(&ToServer::Ping).await;
    stays.hear().await;
    assert_eq!(sign_in(&place, "second", PASSWORD).await.err(), Some(ErrorCode::Forbidden));
    assert!(sign_in(&place, "second", "a new password").await.is_ok());
}

#[tokio::test]
async fn e7_who_signs_in_by_the_old_password_while_it_changes_is_not_in_afterwards() {
    let place = Place::new().await;
    let (this, viewer) = sign_up(&place).await;
    let addresses: Vec<_> = (0..6).map(|number| format!("address {number}")).collect();
    let passwords = (PASSWORD, "a new password");
    let client = who("first");
    let change = domain::users::sessions::change_password(
        &place.context,
        &viewer,
        Some(this.as_str()),
        passwords,
        &client,
    );
    let sign_ins = join_all(addresses.iter().map(|address| sign_in(&place, address, PASSWORD)));
    let (changed, signed_in) = tokio::join!(change, sign_ins);
    changed.unwrap();
    for token in signed_in.into_iter().flatten() {
        assert!(!is_in(&place, &token).await);
    }
}

#[tokio::test]
async fn e7_guessing_the_present_password_is_slowed_down() {
    let place = Place::new().await;
    let (this, _) = sign_up(&place).await;
    let site = place.serve().await;
    let mut statuses = Vec::new();
    for _ in 0..11 {
        let fields = [("present_password", "a guess"), ("new_password", "a new password")];
        let request = site.request(Method::POST, "/rpc/change_password", Some(&this)).form(&fields);
        let response = request.send().await.unwrap();
        let is_told = response.headers().contains_key(header::RETRY_AFTER);
        assert_eq!(is_told, response.status() == StatusCode::TOO_MANY_REQUESTS);
        statuses.push(response.status());
    }
    assert!(statuses.contains(&StatusCode::FORBIDDEN) && statuses.contains(&StatusCode::TOO_MANY_REQUESTS));
}

#[tokio::test]
async fn e7_the_oldest_of_more_than_a_hundred_sessions_ends() {
    let place = Place::new().await;
    let (first, viewer) = sign_up(&place).await;
    let mut sessions = Vec::new();
    for _ in 0..99 {
        place.context.clock.advance(SECOND);
        sessions.push(place.session(&viewer).await);
    }
    assert!(is_in(&place, &first).await);
    place.context.clock.advance(SECOND);
    let last = sign_in(&place, "last", PASSWORD).await.unwrap();
    assert!(!is_in(&place, &first).await);
    assert!(is_in(&place, &sessions[0]).await && is_in(&place, &last).await);
}

#[tokio::test]
async fn a8_sessions_and_password_work_as_plain_forms() {
    let place = Place::new().await;
    let (this, viewer) = sign_up(&place).await;
    let other = place.session(&viewer).await;
    let site = place.serve().await;
    let page = site.request(Method::GET, "/settings", Some(&this)).send().await.unwrap();
    let html = page.text().await.unwrap();
    let id = session_tokens::session_id(&session_tokens::hash(other.as_str())).to_string();
    for part in [
        "Where you are signed in",
        "Firefox on Linux",
        &id,
        "action=\"/rpc/end_session\"",
        "action=\"/rpc/end_other_sessions\"",
        "action=\"/rpc/change_password\"",
    ] {
        assert!(html.contains(part), "{part} is missing");
    }
    let post = async |path: &str, fields: &[(&str, &str)]| {
        let request = site.request(Method::POST, path, Some(&this)).header(header::ACCEPT, "text/html");
        let request = request.header(header::REFERER, format!("{}/settings", site.url));
        let answer = request.form(fields).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::FOUND, "{path}");
        answer.headers()[header::LOCATION].to_str().unwrap().to_owned()
    };
    let wrong = [("present_password", "wrong password"), ("new_password", "a new password")];
    let back = post("/rpc/change_password", &wrong).await;
    assert!(back.contains("/settings?") && back.contains("__err=") && !back.contains("password="), "{back}");
    let right = [("present_password", PASSWORD), ("new_password", "a new password")];
    assert_eq!(post("/rpc/change_password", &right).await, "/settings#sessions");
    assert!(!is_in(&place, &other).await);
}

#[tokio::test]
async fn m13_signing_in_and_out_refusals_passwords_and_tokens_are_written_down_for_admins() {
    let place = Place::new().await;
    let (this, viewer) = sign_up(&place).await;
    let (admin, mara) = (place.admin("Ines").await, place.operator("Mara").await);
    let second = sign_in(&place, "second", PASSWORD).await.unwrap();
    assert_eq!(sign_in(&place, "third", "a wrong password").await.err(), Some(ErrorCode::Forbidden));
    let unknown = domain::users::sign_in(&place.context, "nobody@example.com", PASSWORD, &who("third")).await;
    assert!(unknown.is_err());
    domain::users::sign_out(&place.context, Some(second.as_str()), &who("second")).await.unwrap();
    domain::users::sign_out(&place.context, Some(second.as_str()), &who("second")).await.unwrap();
    let (id, scopes) = (TokenId::new(), Scopes { read: true, ..Scopes::default() });
    let create = async |password| {
        let client = who("first");
        domain::users::api_tokens::create(
            &place.context,
            &viewer,
            password,
            id,
            "Calendar",
            (scopes, Default::default()),
            &client,
        )
        .await
        .map(drop)
    };
    assert!(create("a wrong password").await.is_err());
    create(PASSWORD).await.unwrap();
    domain::users::api_tokens::revoke(&place.context, &viewer, id, &who("first")).await.unwrap();
    let change = async |present, new| {
        let token = Some(this.as_str());
        domain::users::sessions::change_password(
            &place.context,
            &viewer,
            token,
            (present, new),
            &who("first"),
        )
        .await
    };
    assert!(change("a wrong password", "a new password").await.is_err());
    change(PASSWORD, "a new password").await.unwrap();
    domain::users::sessions::end_others(&place.context, &viewer, Some(this.as_str()), false, &who("first"))
        .await
        .unwrap();

    let kind = Some(AuditKind::Security);
    let page = audit::list(&place.context, &admin, kind, None, None).await.unwrap();
    let mut told: Vec<_> = page.entries.iter().map(AuditRow::sentence).collect();
    told.reverse();
    assert_eq!(
        told,
        [
            "Noor signed up (Firefox on Linux, first)",
            "Noor signed in (Firefox on Linux, second)",
            "Somebody could not sign in as Noor (wrong password, Firefox on Linux, third)",
            "Somebody could not sign in (no such account, Firefox on Linux, third)",
            "Noor signed out (Firefox on Linux, second)",
            "Noor typed a wrong password to make an API token (Firefox on Linux, first)",
            "Noor made an API token (Calendar, Firefox on Linux, first)",
            "Noor revoked an API token (Firefox on Linux, first)",
            "Noor typed a wrong password to change it (Firefox on Linux, first)",
            "Noor changed the password (Firefox on Linux, first)",
            "Noor ended all other sessions (Firefox on Linux, first)",
        ]
    );
    let noors = audit::list(&place.context, &admin, kind, Some("noor".into()), None).await.unwrap();
    assert_eq!(noors.entries.len(), told.len() - 1, "found by name, without the account that there is not");
    // They hold IPs: not for operators, and not for ever.
    let refused = audit::list(&place.context, &mara, kind, None, None).await;
    assert_eq!(refused.unwrap_err().code, ErrorCode::NotFound);
    let all = audit::list(&place.context, &mara, None, None, None).await.unwrap();
    assert!(all.entries.iter().all(|row| !row.action.starts_with("security")), "nor among the others");
    let now = place.context.clock.now();
    let kept = domain::users::security_events::delete_old(&place.context, now.plus(89 * DAY)).await.unwrap();
    let gone = domain::users::security_events::delete_old(&place.context, now.plus(91 * DAY)).await.unwrap();
    assert_eq!((kept, gone), (0, told.len() as u64));
}

#[tokio::test]
async fn m13_refusals_without_end_are_stored_in_part() {
    let place = Place::new().await;
    for number in 0..1_100 {
        let event = SecurityEvent::SignInRefused;
        domain::users::security_events::add_refusal(
            &place.context,
            event,
            None,
            &who(&number.to_string()),
            "",
        )
        .await;
    }
    let stored = place.rows::<(i64,)>("SELECT COUNT(*) FROM security_events").await[0].0;
    assert!((1_000..1_100).contains(&stored), "{stored}");
}

#[tokio::test]
async fn m13_an_event_is_in_the_log_once_it_is_committed_and_not_if_it_is_rolled_back() {
    let log = tempfile::NamedTempFile::new().unwrap();
    let file = Arc::new(log.reopen().unwrap());
    // With one subscriber, a thread without any that first comes to a line would turn it off for all.
    let _another = tracing::Dispatch::new(tracing_subscriber::fmt().with_writer(std::io::sink).finish());
    let logging = tracing_subscriber::fmt().with_ansi(false).with_writer(file).finish();
    let _logging = tracing::subscriber::set_default(logging);
    let place = Place::on_sqlite().await;
    let (_, viewer) = sign_up(&place).await;
    let new = NewSecurityEvent {
        event: "rolled_back",
        user: Some(viewer.id),
        client_ip: String::new(),
        client: String::new(),
        detail: String::new(),
        span: tracing::Span::current(),
    };
    let now = place.context.clock.now();
    let rolled_back = place.context.store.write::<(), _>(move |mut conn| {
        Box::pin(async move {
            security_events::add(&mut conn, new, now).await?;
            Err(StoreError::Full)
        })
    });
    assert!(rolled_back.await.is_err());
    let text = std::fs::read_to_string(log.path()).unwrap();
    let of = |event: &str| text.lines().filter(|line| line.contains(event)).count();
    assert_eq!((of("sign_up"), of("rolled_back")), (1, 0), "{text}");
}

#[tokio::test]
async fn m6_signing_in_ends_the_session_that_this_browser_had() {
    let place = Place::new().await;
    let (before, viewer) = sign_up(&place).await;
    let (elsewhere, other) = (place.session(&viewer).await, place.session(&place.user("Tomas").await).await);
    let site = place.serve().await;
    let fields = [("email", EMAIL), ("password", PASSWORD)];
    let wrong = [("email", EMAIL), ("password", "a wrong password")];
    assert_eq!(site.form("/rpc/sign_in", Some(&before), &wrong).await.0, StatusCode::FORBIDDEN);
    assert!(is_in(&place, &before).await, "who is refused stays who they were");
    assert_eq!(site.form("/rpc/sign_in", Some(&before), &fields).await.0, StatusCode::OK);
    assert!(!is_in(&place, &before).await && is_in(&place, &elsewhere).await);
    // Also if somebody else was signed in.
    let new = [("name", "Ida"), ("email", "ida@example.com"), ("password", PASSWORD)];
    assert_eq!(site.form("/rpc/sign_up", Some(&other), &new).await.0, StatusCode::OK);
    assert!(!is_in(&place, &other).await);
}

#[tokio::test]
async fn r5_an_admin_ends_the_sessions_of_a_person_without_suspending_them() {
    let place = Place::new().await;
    let (noor, mara, ada) =
        (place.user("Noor").await, place.operator("Mara").await, place.admin("Ada").await);
    let (one, two, elsewhere) =
        (place.session(&noor).await, place.session(&noor).await, place.session(&mara).await);
    let site = place.serve().await;
    let mut socket = socket(&place, &site, &one).await;
    let sign_out = async |session: &Token| {
        let fields = [("user_id", &*noor.id.to_string())];
        site.form("/rpc/sign_out_user", Some(session), &fields).await
    };
    assert_eq!(sign_out(&elsewhere).await.0, StatusCode::FORBIDDEN, "that is for admins");
    let admin = place.session(&ada).await;
    let (status, people) = site.form("/rpc/get_people", Some(&admin), &[("search", "noor")]).await;
    assert_eq!((status, &people["people"][0]["sessions"]), (StatusCode::OK, &2.into()), "{people}");
    let (status, row) = sign_out(&admin).await;
    assert_eq!((status, &row["sessions"], &row["suspended_at"]), (StatusCode::OK, &0.into(), &Value::Null));
    assert_eq!(u16::from(socket.closed().await.unwrap().code), 4401);
    assert!(!is_in(&place, &one).await && !is_in(&place, &two).await && is_in(&place, &elsewhere).await);
    assert_eq!(sign_out(&admin).await.0, StatusCode::OK, "twice is as good as once");
    let log = audit::list(&place.context, &ada, Some(AuditKind::User), None, None).await.unwrap();
    let ended =
        log.entries.iter().filter(|entry| entry.sentence() == "Ada ended all sessions of Noor").count();
    assert_eq!(ended, 1);
    let again = place.session(&noor).await;
    assert!(is_in(&place, &again).await);
}

#[tokio::test]
async fn m6_a_session_ends_after_90_days_however_much_it_is_used() {
    let place = Place::new().await;
    let session = place.session(&place.user("Noor").await).await;
    for _ in 0..4 {
        place.context.clock.advance(22 * DAY);
        assert!(is_in(&place, &session).await, "in use");
    }
    place.context.clock.advance(DAY);
    assert!(is_in(&place, &session).await, "after 89 days");
    place.context.clock.advance(2 * DAY);
    assert!(!is_in(&place, &session).await, "after 91 days");
}

#[tokio::test]
async fn r5_a_session_of_the_staff_ends_after_12_hours_without_use_and_after_7_days() {
    let place = Place::new().await;
    let mara = place.operator("Mara").await;
    let (idle, used) = (place.session(&mara).await, place.session(&mara).await);
    for _ in 0..15 {
        place.context.clock.advance(11 * HOUR);
        assert!(is_in(&place, &used).await, "in use");
    }
    assert!(!is_in(&place, &idle).await, "nobody has used it for half a day");
    place.context.clock.advance(4 * HOUR);
    assert!(!is_in(&place, &used).await, "after 169 hours");

    // Whose rank changes is held to it at once.
    let noor = place.user("Noor").await;
    let session = place.session(&noor).await;
    place.context.clock.advance(2 * DAY);
    place.run("UPDATE users SET rank = 'operator' WHERE name = 'Noor'").await;
    assert!(!is_in(&place, &session).await);
    let short = Place::with(&["--session-days", "3"]).await;
    let session = short.session(&short.user("Noor").await).await;
    short.context.clock.advance(2 * DAY);
    assert!(is_in(&short, &session).await);
    short.context.clock.advance(DAY);
    assert!(!is_in(&short, &session).await);
}

/// What somebody else could have done with the account is told to whoever has it.
#[tokio::test]
async fn m6_the_owner_is_told_of_a_new_browser_a_token_and_a_new_password() {
    let place = Place::new().await;
    let (first, viewer) = sign_up(&place).await;
    let told = async || {
        let page = notifications::list(&place.context, &viewer, NotificationFilter::default(), None).await;
        let told: Vec<_> = page.unwrap().notifications.iter().map(|one| one.text().title).collect();
        told
    };
    assert!(told().await.is_empty(), "not of one's own first browser");
    let mut known = who("second");
    let opened =
        domain::users::sign_in(&place.context, EMAIL, PASSWORD, &known).await.unwrap().opened().unwrap();
    assert_eq!(told().await, ["New sign-in: Firefox on Linux"]);
    known.device_token = Some(opened.device_token);
    domain::users::sign_in(&place.context, EMAIL, PASSWORD, &known).await.unwrap();
    assert_eq!(told().await.len(), 1, "not of a browser that has signed in before");
    assert!(sign_in(&place, "third", "a wrong password").await.is_err());
    assert_eq!(told().await.len(), 1, "nor of who was refused");
    let scopes = Scopes { read: true, ..Scopes::default() };
    let (context, id) = (&place.context, TokenId::new());
    domain::users::api_tokens::create(
        context,
        &viewer,
        PASSWORD,
        id,
        "Till",
        (scopes, Default::default()),
        &known,
    )
    .await
    .unwrap();
    assert_eq!(told().await[0], "New API token: Till");
    let passwords = (PASSWORD, "another long one");
    let changed =
        domain::users::sessions::change_password(context, &viewer, Some(first.as_str()), passwords, &known);
    changed.await.unwrap();
    assert_eq!(
        told().await,
        ["Your password was changed", "New API token: Till", "New sign-in: Firefox on Linux"]
    );
}
