//! What operators and admins do: people, the audit log, and reading conversations.

use std::time::Duration;

use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};
use stoa::shared::{
    orders::workflow::{Status, Transition},
    users::{credentials::Email, rank::Rank},
};
use stoa::{
    server::{
        auth::session_tokens::Token,
        domain::{
            messages,
            operators::{audit, moderation, user_directory},
            sync,
        },
        store::users,
    },
    shared::{
        errors::ErrorCode,
        ids::{ConversationId, MessageId, TokenId, UserId},
        operators::{
            audit::{AUDIT_PAGE, AuditKind},
            user_directory::{PEOPLE_PAGE, UserChange},
        },
        users::{Viewer, api_tokens::Scopes},
        values::{
            page_cursor::PageCursor,
            time::{HOUR, MINUTE},
        },
    },
};
use tokio::time::timeout;
use uuid::Uuid;

use crate::{
    checker,
    client::{Client, connect},
    place::{Place, Site, answer},
};

impl Place {
    pub async fn admin(&self, name: &str) -> Viewer {
        let viewer = self.user(name).await;
        let email = Email::parse(&viewer.email).unwrap();
        let write = self.context.store.write(move |mut conn| {
            let email = email.clone();
            Box::pin(async move { users::set_rank(&mut conn, &email, Rank::Admin).await })
        });
        assert!(write.await.unwrap());
        Viewer { rank: Rank::Admin, ..viewer }
    }

    /// Who did what to whom, as the log has it.
    async fn log(&self) -> Vec<(String, Uuid, Option<Uuid>, String)> {
        self.rows("SELECT action, user_id, other_id, detail FROM audit ORDER BY at, id").await
    }
}

const PAGES: [&str; 5] = [
    "/operator/orders",
    "/operator/users",
    "/operator/conversations",
    "/operator/audit",
    "/operator/settings",
];

/// Status and text of a page.
async fn page(site: &Site, path: &str, session: &Token) -> (StatusCode, String) {
    let response = site.request(Method::GET, path, Some(session)).send().await.unwrap();
    (response.status(), response.text().await.unwrap())
}

const PASSWORD: &str = "a long password";

/// Somebody who has signed up with a password.
async fn sign_up(place: &Place, site: &Site, name: &str) -> (Viewer, Token) {
    let email = format!("{}@example.com", name.to_lowercase());
    let fields = [("name", name), ("email", &email), ("password", PASSWORD)];
    assert_eq!(site.form("/rpc/sign_up", None, &fields).await.0, StatusCode::OK);
    let ids: Vec<(Uuid, String)> = place.rows("SELECT id, name FROM users").await;
    let id = ids.into_iter().find(|(_, known)| known == name).unwrap().0;
    let viewer = Viewer { id: UserId(id), name: name.to_owned(), email, hue: 0, rank: Rank::Member };
    let session = place.session(&viewer).await;
    (viewer, session)
}

async fn sign_in(site: &Site, viewer: &Viewer, password: &str) -> (StatusCode, Value) {
    site.form("/rpc/sign_in", None, &[("email", &viewer.email), ("password", password)]).await
}

#[tokio::test]
async fn e7_who_may_suspend_whom_and_who_makes_operators() {
    let place = Place::new().await;
    let site = place.serve().await;
    let (eve, mara, ada) = (place.user("Eve").await, place.operator("Mara").await, place.admin("Ada").await);
    let commands = [
        ("/rpc/suspend_user", None),
        ("/rpc/reinstate_user", None),
        ("/rpc/set_user_rank", Some("operator")),
        ("/rpc/set_user_rank", Some("member")),
        ("/rpc/set_user_rank", Some("admin")),
    ];
    for by in [None, Some(&eve), Some(&mara), Some(&ada)] {
        // The one before may have ended in a suspension.
        let session = match by {
            Some(by) => Some(place.session(by).await),
            None => None,
        };
        for (path, rank) in commands {
            let targets = [place.user("Ida").await, place.operator("Otis").await, place.admin("Alma").await];
            for to in targets.iter().chain(by) {
                let before = place.log().await.len();
                let id = to.id.to_string();
                let fields: Vec<_> =
                    [("user_id", id.as_str())].into_iter().chain(rank.map(|rank| ("rank", rank))).collect();
                let (status, body) = site.form(path, session.as_ref(), &fields).await;
                let is_self = by.is_some_and(|by| by.id == to.id);
                let is_rank = path == "/rpc/set_user_rank";
                let expected = match by.map(|by| by.rank) {
                    None => StatusCode::UNAUTHORIZED,
                    Some(Rank::Member) => StatusCode::NOT_FOUND,
                    _ if is_self || rank == Some("admin") => StatusCode::FORBIDDEN,
                    Some(Rank::Operator) if is_rank || to.rank != Rank::Member => StatusCode::FORBIDDEN,
                    Some(_) => StatusCode::OK,
                };
                let what = format!("{path} {rank:?} by {by:?} to {to:?}: {body}");
                assert_eq!(status, expected, "{what}");
                let is_new = status == StatusCode::OK
                    && (path == "/rpc/suspend_user" || rank.is_some_and(|rank| rank != to.rank.as_str()));
                assert_eq!(place.log().await.len(), before + usize::from(is_new), "{what}");
            }
        }
    }
}

#[tokio::test]
async fn e7_a_suspended_person_is_out_at_once_and_back_when_reinstated() {
    let place = Place::new().await;
    let site = place.serve().await;
    let (host, ada) = (place.user("Tomas").await, place.admin("Ada").await);
    let (noor, session) = sign_up(&place, &site, "Noor").await;
    let conversation = place.conversation(&noor, &host).await.id;
    let scopes = Scopes { read: true, write: true, ..Scopes::default() };
    let token = place.token(&noor, TokenId::new(), scopes).await;
    let mut socket = Client::open_with(&place, &site, &session, 0).await;
    let mut of_host = Client::open(&place, &site, &host, 0).await;
    socket.hear().await;

    let path = format!("/api/conversations/{conversation}/messages");
    let poll = format!("/api/messages/poll?epoch={}&since=0", place.context.epoch);
    let tries = async |session: &Token| {
        let message = json!({ "id": MessageId::new(), "body": "Hi" });
        let with_token = |method, path: &str| {
            reqwest::Client::new().request(method, format!("{}{path}", site.url)).bearer_auth(token.as_str())
        };
        [
            site.get(&poll, Some(session)).await.0,
            site.get("/rpc/get_tokens", Some(session)).await.0,
            site.post(&path, Some(session), &message).await.0,
            answer(with_token(Method::GET, "/api/conversations")).await.0,
            answer(with_token(Method::POST, &path).json(&json!({ "id": MessageId::new(), "body": "Hi" })))
                .await
                .0,
        ]
    };
    assert_eq!(tries(&session).await, [StatusCode::OK; 5]);

    user_directory::change(&place.context, &ada, noor.id, UserChange::Suspend).await.unwrap();
    assert_eq!(tries(&session).await, [StatusCode::UNAUTHORIZED; 5]);
    let page = site.request(Method::GET, "/messages", Some(&session)).send().await.unwrap();
    assert!(page.headers()[header::LOCATION].to_str().unwrap().starts_with("/sign-in"));
    let closed = timeout(Duration::from_secs(1), socket.closed()).await.expect("within a second");
    assert_eq!(u16::from(closed.unwrap().code), 4403);
    assert!(connect(&site, Some(&session), &site.url).await.is_err());
    of_host.heard_so_far().await;
    let (status, refused) = sign_in(&site, &noor, PASSWORD).await;
    assert_eq!((status, &refused["message"]), (StatusCode::FORBIDDEN, &json!("This account is suspended.")));
    let (_, wrong) = sign_in(&site, &noor, "another password").await;
    assert_eq!(wrong["message"], "The address or the password is wrong.");
    // Only the person themselves is told why: by the session that they had, not to an unknown one.
    assert_eq!(site.get(&poll, Some(&session)).await.1["code"], "suspended");
    assert_eq!(site.get("/rpc/get_tokens", Some(&session)).await.1["code"], "suspended");
    assert_eq!(site.get(&poll, Some(&Token::new())).await.1["code"], "signed_out");

    user_directory::change(&place.context, &ada, noor.id, UserChange::Reinstate).await.unwrap();
    let sessions = place.rows::<(Uuid,)>("SELECT user_id FROM sessions").await;
    assert!(!sessions.contains(&(noor.id.0,)), "none is left to come back by itself");
    assert_eq!(sign_in(&site, &noor, PASSWORD).await.0, StatusCode::OK);
    assert_eq!(tries(&place.session(&noor).await).await, [StatusCode::OK; 5]);
    assert_eq!(
        site.get(&poll, Some(&session)).await.0,
        StatusCode::UNAUTHORIZED,
        "an ended session stays ended"
    );
}

#[tokio::test]
async fn e7_a_command_whose_result_stands_is_success_and_leaves_no_second_entry() {
    let place = Place::new().await;
    let (eve, ada) = (place.user("Eve").await, place.admin("Ada").await);
    let steps = [
        UserChange::Suspend,
        UserChange::Reinstate,
        UserChange::SetRank(Rank::Operator),
        UserChange::SetRank(Rank::Member),
    ];
    for change in steps {
        let first = user_directory::change(&place.context, &ada, eve.id, change).await.unwrap();
        let again = user_directory::change(&place.context, &ada, eve.id, change).await.unwrap();
        assert_eq!((again.rank, again.suspended_at), (first.rank, first.suspended_at));
    }
    let entry = |action: &str, detail: &str| (action.to_owned(), ada.id.0, Some(eve.id.0), detail.to_owned());
    assert_eq!(
        place.log().await,
        [
            entry("user_suspend", ""),
            entry("user_reinstate", ""),
            entry("user_rank", "operator"),
            entry("user_rank", "member"),
        ]
    );
    let nobody = user_directory::change(&place.context, &ada, UserId::new(), UserChange::Suspend).await;
    assert_eq!(nobody.unwrap_err().code, ErrorCode::NotFound);
}

#[tokio::test]
async fn e7_of_two_admins_who_suspend_each_other_at_once_one_stays() {
    let place = Place::new().await;
    for _ in 0..10 {
        let (ada, alma) = (place.admin("Ada").await, place.admin("Alma").await);
        let (one, other) = tokio::join!(
            user_directory::change(&place.context, &ada, alma.id, UserChange::Suspend),
            user_directory::change(&place.context, &alma, ada.id, UserChange::Suspend),
        );
        assert_ne!(one.is_ok(), other.is_ok());
        assert_eq!(one.and(other).unwrap_err().code, ErrorCode::Forbidden);
    }
}

#[tokio::test]
async fn e9_people_are_found_by_name_and_address_page_by_page() {
    let place = Place::new().await;
    let mara = place.operator("Mara Lund").await;
    for n in 0..PEOPLE_PAGE + 5 {
        place.user(&format!("Guest {n}")).await;
    }
    let find = async |search: &str, after| {
        user_directory::list(&place.context, &mara, Some(search.to_owned()), after).await.unwrap()
    };
    let found = find(" LUND", None).await.people;
    assert_eq!((found.len(), found[0].person.id, found[0].rank), (1, mara.id, Rank::Operator));
    assert_eq!(find(&mara.email, None).await.people, found);
    assert!(find("100%", None).await.people.is_empty());
    let mut after: Option<PageCursor> = None;
    let mut names = Vec::new();
    loop {
        let page = find("", after).await;
        assert!(page.people.len() as i64 <= PEOPLE_PAGE);
        names.extend(page.people.into_iter().map(|row| row.person.id));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let all = names.len();
    names.sort();
    names.dedup();
    assert_eq!((all, names.len()), (PEOPLE_PAGE as usize + 6, PEOPLE_PAGE as usize + 6), "each once");
}

#[tokio::test]
async fn m13_looking_through_people_and_conversations_is_written_down_once_an_hour_for_each_search() {
    let place = Place::new().await;
    let (mara, ada) = (place.operator("Mara").await, place.admin("Ada").await);
    let people = async |viewer, search: Option<&str>, after| {
        user_directory::list(&place.context, viewer, search.map(str::to_owned), after).await.unwrap();
    };
    for after in [None, Some(PageCursor::START)] {
        people(&mara, None, after).await;
        people(&mara, Some(" ZOË "), after).await;
        moderation::list(&place.context, &mara, Some("harbour".into()), after).await.unwrap();
    }
    // A page further on does not hide who begins there.
    people(&ada, None, Some(PageCursor::START)).await;
    let log = async || {
        let page = audit::list(&place.context, &ada, None, None, None).await.unwrap();
        page.entries.iter().rev().map(|entry| entry.sentence()).collect::<Vec<_>>()
    };
    let all = [
        "Mara looked through the people",
        "Mara searched the people for “zoe”",
        "Mara searched the conversations for “harbour”",
        "Ada looked through the people",
    ];
    assert_eq!(log().await, all);
    place.context.clock.advance(2 * HOUR);
    people(&mara, None, None).await;
    assert_eq!(log().await.len(), all.len() + 1, "hours later it is another look");
    let member = place.user("Noor").await;
    assert!(user_directory::list(&place.context, &member, None, None).await.is_err());
    assert_eq!(log().await.len(), all.len() + 1, "who is refused has seen nothing");
}

#[tokio::test]
async fn e7_the_audit_log_is_read_newest_first_by_kind_and_by_person() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let (mara, ada) = (place.operator("Mara").await, place.admin("Ada").await);
    let listing = place.listing(&host).await;
    let order = place.book(&guest, listing).await;
    place.step(&host, &order, Status::Pending, Transition::Accept).await.unwrap();
    user_directory::change(&place.context, &mara, guest.id, UserChange::Suspend).await.unwrap();
    moderation::read(&place.context, &ada, order.conversation, None).await.unwrap();
    let list = async |kind, search: &str| {
        let page = audit::list(&place.context, &mara, kind, Some(search.to_owned()), None).await.unwrap();
        assert_eq!(page.next, None);
        page.entries.iter().map(|entry| entry.sentence()).collect::<Vec<_>>()
    };
    let all = ["Ada read a conversation", "Mara suspended Noor", "Tomas accepted"];
    assert_eq!(list(None, "").await, all);
    assert_eq!(list(Some(AuditKind::Order), "").await, all[2..]);
    assert_eq!(list(Some(AuditKind::User), "").await, all[1..2]);
    assert_eq!(list(Some(AuditKind::Conversation), "").await, all[..1]);
    assert_eq!(list(None, "NOOR").await, all[1..2], "to whom");
    assert_eq!(list(None, "ada").await, all[..1], "who");
    assert!(list(Some(AuditKind::User), "ada").await.is_empty());
    let page = audit::list(&place.context, &mara, None, None, None).await.unwrap();
    for entry in [&page.entries[0], &page.entries[2]] {
        assert_eq!((entry.order, entry.conversation), (Some(order.card.code), Some(order.conversation)));
        assert_eq!(entry.title.as_deref(), Some("Boathouse on the lake"));
    }
    let refused = audit::list(&place.context, &guest, None, None, None).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::NotFound);
}

#[tokio::test]
async fn e7_a_long_audit_log_is_read_page_by_page_each_entry_once() {
    let place = Place::new().await;
    let (eve, ada) = (place.user("Eve").await, place.admin("Ada").await);
    let count = AUDIT_PAGE as usize + 3;
    for n in 0..count {
        // Several at the same time.
        place.context.clock.advance(i64::from(n % 3 == 0));
        let change = if n % 2 == 0 { UserChange::Suspend } else { UserChange::Reinstate };
        user_directory::change(&place.context, &ada, eve.id, change).await.unwrap();
    }
    let first = audit::list(&place.context, &ada, None, None, None).await.unwrap();
    assert_eq!(first.entries.len(), AUDIT_PAGE as usize);
    let rest = audit::list(&place.context, &ada, None, None, first.next).await.unwrap();
    assert_eq!((rest.entries.len(), rest.next), (3, None));
    let mut entries = first.entries;
    entries.extend(rest.entries);
    assert!(entries.is_sorted_by(|newer, older| (newer.at, newer.id.0) > (older.at, older.id.0)));
}

#[tokio::test]
async fn e9_an_operator_finds_and_reads_a_conversation_and_leaves_a_trace_in_the_log_alone() {
    let place = Place::new().await;
    let site = place.serve().await;
    let (host, guest, mara) =
        (place.user("Tomas").await, place.user("Noor").await, place.operator("Mara").await);
    let order = place.book(&guest, place.listing(&host).await).await;
    let id = order.conversation;
    place.send(&guest, id, "We come by train").await.unwrap();
    let find = async |search: &str| {
        let page = moderation::list(&place.context, &mara, Some(search.to_owned()), None).await.unwrap();
        page.rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
    };
    for search in ["tomas", "NOOR", "boathouse", &order.card.code.to_string(), ""] {
        assert_eq!(find(search).await, [id], "{search}");
    }
    assert!(find("Mara").await.is_empty() && find("train").await.is_empty(), "what is said is not searched");
    let looks = place.log().await.len();

    const STATE: &str =
        "SELECT user_id, changed, unread, read_seq, delivered_seq FROM participants ORDER BY user_id";
    let state = async || {
        let rows: Vec<(Uuid, i64, i64, i64, i64)> = place.rows(STATE).await;
        let heads: Vec<(Uuid, i64, i64)> =
            place.rows("SELECT user_id, head, delivered FROM heads ORDER BY user_id").await;
        (rows, heads, sync::position(&place.context, &mara).await.unwrap())
    };
    let before = state().await;
    let session = place.session(&mara).await;
    let fields = [("conversation_id", &*id.to_string())];
    let (status, seen) = site.form("/rpc/read_conversation", Some(&session), &fields).await;
    assert_eq!((status, &seen["messages"][1]["body"]), (StatusCode::OK, &json!("We come by train")));
    assert_eq!(seen["conversation"]["people_count"], 2);
    assert_eq!(seen["conversation"]["order"], json!(order.card.code));
    let upto = seen["messages"].as_array().unwrap().last().unwrap()["seq"].to_string();
    assert_eq!(place.log().await[looks..], [("conversation_read".to_owned(), mara.id.0, None, upto)]);
    assert_eq!(state().await, before);
    let page = site.request(Method::GET, &format!("/messages/{id}"), Some(&session)).send().await.unwrap();
    assert_eq!(page.status(), StatusCode::NOT_FOUND, "he takes no part");
    assert_eq!(checker::rows(&place).await, Vec::<String>::new());
}

#[tokio::test]
async fn e9_further_pages_belong_to_the_look_that_was_written_down() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let (mara, ada) = (place.operator("Mara").await, place.admin("Ada").await);
    let id = place.conversation(&guest, &host).await.id;
    for n in 1..=120 {
        place.send(&guest, id, &format!("Message {n}")).await.unwrap();
    }
    let read = async |viewer, before| moderation::read(&place.context, viewer, id, before).await.unwrap();
    let mut before = None;
    let mut seen = Vec::new();
    loop {
        let page = read(&mara, before).await;
        seen.splice(0..0, page.messages.iter().map(|message| message.seq));
        assert_eq!(page.senders.len(), 1);
        before = page.before;
        if before.is_none() {
            break;
        }
    }
    assert_eq!(seen, (1..=120).collect::<Vec<_>>());
    assert_eq!(place.log().await.len(), 1);
    // What is said after the look is not part of it.
    place.send(&guest, id, "Not for everybody").await.unwrap();
    read(&mara, Some(121)).await;
    assert_eq!(place.log().await.len(), 1);
    read(&mara, Some(i64::MAX)).await;
    assert_eq!(place.log().await.len(), 2, "newer messages are another look");
    read(&ada, Some(60)).await;
    assert_eq!(place.log().await.len(), 3, "who begins with an earlier page looks as well");
    place.context.clock.advance(2 * MINUTE);
    read(&mara, Some(60)).await;
    assert_eq!(place.log().await.len(), 4, "and minutes later it is another look");
    for (viewer, id) in [(&mara, ConversationId::new()), (&guest, id), (&host, id)] {
        let refused = moderation::read(&place.context, viewer, id, None).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::NotFound);
    }
    assert_eq!(place.log().await.len(), 4);
}

#[tokio::test]
async fn e7_operators_pages_are_not_there_for_members() {
    let place = Place::new().await;
    let site = place.serve().await;
    let (host, guest, mara) =
        (place.user("Tomas").await, place.user("Noor").await, place.operator("Mara").await);
    let id = place.conversation(&guest, &host).await.id;
    place.send(&guest, id, "What only these two know").await.unwrap();
    let transcript = format!("/operator/conversations/{id}");
    let (of_guest, of_mara) = (place.session(&guest).await, place.session(&mara).await);
    let missing = page(&site, "/operator/nowhere", &of_guest).await;
    assert_eq!(missing.0, StatusCode::NOT_FOUND);
    for path in PAGES.into_iter().chain([transcript.as_str()]) {
        let nobody = site.request(Method::GET, path, None).header(header::ACCEPT, "text/html");
        let nobody = nobody.send().await.unwrap();
        assert_eq!(nobody.status(), StatusCode::FOUND, "{path}");
        let (status, html) = page(&site, path, &of_guest).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        assert!(html.contains("There is nothing here") && missing.1.contains("There is nothing here"));
        // The page brings the words of its chunk, which anybody may read, but nothing of the desk.
        assert!(
            !html.contains("What only these two know") && !html.contains("href=\"/operator/audit"),
            "{path}"
        );
        let (status, html) = page(&site, path, &of_mara).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        assert!(PAGES.iter().all(|other| html.contains(&format!("href=\"{other}\""))), "{path}");
    }
    let looks: Vec<_> = place.log().await.into_iter().map(|(action, user, ..)| (action, user)).collect();
    let of_mara = ["user_list", "conversation_list", "conversation_read"];
    assert_eq!(looks, of_mara.map(|action| (action.to_owned(), mara.id.0)), "only the operator’s looks");
}

#[tokio::test]
async fn e9_a_conversation_is_shown_in_words_and_its_page_is_one_entry_in_the_log() {
    let place = Place::new().await;
    let site = place.serve().await;
    let (host, guest, mara) =
        (place.user("Tomas").await, place.user("Noor").await, place.operator("Mara").await);
    let order = place.book(&guest, place.listing(&host).await).await;
    place.send(&guest, order.conversation, "<b>Is there a stove?</b>").await.unwrap();
    let gone = place.send(&host, order.conversation, "A slip").await.unwrap();
    messages::delete(&place.context, &host, gone.id, gone.version).await.unwrap();
    let session = place.session(&mara).await;
    let path = format!("/operator/conversations/{}", order.conversation);
    let (_, html) = page(&site, &path, &session).await;
    for words in
        ["Noor asked for", "Is there a stove?&lt;/b", "Message deleted", "Boathouse on the lake", "Tomas"]
    {
        assert!(html.contains(words), "{words}");
    }
    assert!(!html.contains("A slip"));
    assert_eq!(place.log().await.len(), 1);
    let (_, html) = page(&site, "/operator/audit", &session).await;
    assert!(html.contains("Mara read a conversation") && html.contains(&format!("href=\"{path}\"")));
    let (_, html) = page(&site, "/operator/conversations?q=stove", &session).await;
    assert!(html.contains("Nothing found"));
    let (status, html) = page(&site, "/operator/conversations/nonsense", &session).await;
    assert!(status == StatusCode::NOT_FOUND && html.contains("We can’t find this conversation"));
}

#[tokio::test]
async fn e7_people_are_suspended_by_a_plain_form_too() {
    let place = Place::new().await;
    let site = place.serve().await;
    let (eve, otis, mara) =
        (place.user("Eve").await, place.operator("Otis").await, place.operator("Mara").await);
    let session = place.session(&mara).await;
    let back = format!("{}/operator/users?q=e", site.url);
    let post = async |user: UserId| {
        let request = site.request(Method::POST, "/rpc/suspend_user", Some(&session));
        let request = request.header(header::ACCEPT, "text/html").header(header::REFERER, &back);
        let response = request.form(&[("user_id", user.to_string())]).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::FOUND);
        let text = |name| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        (text(header::LOCATION).unwrap(), text(header::SET_COOKIE))
    };
    assert_eq!(post(eve.id).await, (back.clone(), None));
    let (_, html) = page(&site, "/operator/users?q=eve", &session).await;
    assert!(html.contains("Suspended") && html.contains("action=\"/rpc/reinstate_user\""));
    assert!(!html.contains("/rpc/set_user_rank"), "that is for admins");
    let (refused, cookie) = post(otis.id).await;
    let request = site.request(Method::GET, refused.strip_prefix(&site.url).unwrap(), Some(&session));
    let request = request.header(header::COOKIE, cookie.unwrap().split(';').next().unwrap());
    let html = request.send().await.unwrap().text().await.unwrap();
    assert!(html.contains("Only an admin can do this."), "{refused}");
}
