//! What people type: one form for names, addresses, passwords, messages and searches, on both databases.

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, SaltString},
};
use reqwest::{Method, StatusCode, header};
use stoa::{
    server::{
        domain::{
            listings, messages, operators::audit, operators::user_directory, orders, rooms, text_upgrade,
            users,
        },
        store::messages::new_message::{NewMessage, hash_of},
    },
    shared::{
        conversations::rooms::History,
        errors::ErrorCode,
        ids::{ConversationId, ListingId, MessageId, OrderId},
        messages::MessageKind,
        orders::draft::OrderDraft,
        users::{Viewer, rank::Rank},
    },
};

use crate::place::{Place, Site, draft};

const PASSWORD: &str = "marmalade on toast";

async fn sign_up(site: &Site, name: &str, email: &str, password: &str) -> (StatusCode, serde_json::Value) {
    site.form("/rpc/sign_up", None, &[("name", name), ("email", email), ("password", password)]).await
}

async fn signs_in(site: &Site, email: &str, password: &str) -> bool {
    let (status, _) = site.form("/rpc/sign_in", None, &[("email", email), ("password", password)]).await;
    status == StatusCode::OK
}

#[tokio::test]
async fn b20_names_and_addresses_with_hidden_characters_are_refused() {
    let place = Place::new().await;
    // Nobody signs up before.
    place.admin("Mara").await;
    let site = place.serve().await;
    for (name, email, field) in [
        ("Ana", "ana@example.com\u{200B}", "email"),
        ("Ana", "\u{FEFF}ana@example.com", "email"),
        ("Ana", "\u{202A}ana@example.com\u{202C}", "email"),
        ("Ana", "a\u{AD}na@example.com", "email"),
        ("Ana", "ana@exa\u{200B}mple.com", "email"),
        ("An\u{200B}a", "ana@example.com", "name"),
        ("a\u{310}\u{310}\u{310}", "ana@example.com", "name"),
    ] {
        let (status, error) = sign_up(&site, name, email, PASSWORD).await;
        assert_eq!((status.as_u16(), &error["field"]), (422, &field.into()), "{name:?} {email:?}: {error}");
    }
    assert_eq!(sign_up(&site, "Ana", "ana@example.com", PASSWORD).await.0, StatusCode::OK);
}

#[tokio::test]
async fn b21_an_address_in_another_script_signs_in_in_either_form() {
    let place = Place::new().await;
    // Nobody signs up before.
    let admin = place.admin("Mara").await;
    let site = place.serve().await;
    assert_eq!(sign_up(&site, "Ana", "ana@bücher.example", PASSWORD).await.0, StatusCode::OK);
    for typed in ["ana@xn--bcher-kva.example", "ANA@BÜCHER.example", "ana@bu\u{308}cher.example"] {
        assert!(signs_in(&site, typed, PASSWORD).await, "{typed}");
        assert_eq!(sign_up(&site, "Ana", typed, PASSWORD).await.0, StatusCode::CONFLICT, "{typed}");
    }
    let found = user_directory::list(&place.context, &admin, Some("bücher.ex".into()), None).await.unwrap();
    assert_eq!(found.people.len(), 1);
}

#[tokio::test]
async fn b22_a_password_is_the_same_however_it_is_composed_and_old_hashes_still_open() {
    let place = Place::new().await;
    // Nobody signs up before.
    place.admin("Mara").await;
    let site = place.serve().await;
    let (composed, decomposed) = ("crème brûlée pour deux", "cre\u{300}me bru\u{302}le\u{301}e pour deux");
    assert_eq!(sign_up(&site, "Ana", "ana@example.com", composed).await.0, StatusCode::OK);
    assert_eq!(sign_up(&site, "Bo", "bo@example.com", composed).await.0, StatusCode::OK);
    assert!(signs_in(&site, "ana@example.com", decomposed).await);
    assert!(!signs_in(&site, "ana@example.com", "creme brulee pour deux").await);
    // Hashed as it was typed, before passwords were prepared.
    let salt = SaltString::encode_b64(b"sixteen bytes of").unwrap();
    let old = Argon2::default().hash_password(decomposed.as_bytes(), &salt).unwrap().to_string();
    let statement = format!("UPDATE users SET password_hash = '{old}' WHERE email = 'bo@example.com'");
    place.run(statement.leak()).await;
    assert!(signs_in(&site, "bo@example.com", decomposed).await);
}

#[tokio::test]
async fn m14_common_and_personal_passwords_are_refused_wherever_one_is_chosen() {
    let place = Place::new().await;
    // Nobody signs up before.
    place.admin("Mara").await;
    let site = place.serve().await;
    for password in ["1234567890", "aaaaaaaaaa", "password12", "noor haddad 1", "stoastoastoa"] {
        let (status, error) = sign_up(&site, "Noor Haddad", "noor@example.com", password).await;
        assert_eq!((status.as_u16(), &error["field"]), (422, &"password".into()), "{password}: {error}");
    }
    let fields = [("name", "Noor Haddad"), ("email", "noor@example.com"), ("password", PASSWORD)];
    let opened = site.request(Method::POST, "/rpc/sign_up", None).form(&fields).send().await.unwrap();
    let cookie = opened.headers()[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
    let change = site
        .request(Method::POST, "/rpc/change_password", None)
        .header(header::COOKIE, cookie)
        .form(&[("present_password", PASSWORD), ("new_password", "noorhaddad2026")]);
    let (status, error) = crate::place::answer(change).await;
    assert_eq!((status.as_u16(), &error["field"]), (422, &"new_password".into()), "{error}");
}

#[tokio::test]
async fn b22_a_message_is_stored_composed_and_a_repeated_send_is_compared_so() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    let id = MessageId::new();
    let sent = place
        .send_as(&guest, conversation, id, "Cafe\u{301} 👩\u{200D}🍳\u{202E} a\u{310}\u{310}\u{310}")
        .await
        .unwrap();
    assert_eq!(sent.body, "Café 👩\u{200D}🍳 a\u{310}\u{310}");
    for again in
        ["Café 👩\u{200D}🍳 a\u{310}\u{310}", "Cafe\u{301} 👩\u{200D}🍳 a\u{310}\u{310}\u{310}\u{310}"]
    {
        assert_eq!(place.send_as(&guest, conversation, id, again).await.unwrap().seq, sent.seq);
    }
    let other = place.send_as(&guest, conversation, id, "Cafe").await.unwrap_err();
    assert_eq!(other.code, ErrorCode::Conflict);
}

#[tokio::test]
async fn b22_a_send_that_an_older_server_stored_as_typed_is_known_when_it_is_repeated() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    let (id, kind, body) = (MessageId::new(), MessageKind::Text, "Cafe\u{301}".to_owned());
    let first_hash = hash_of(kind, &body);
    let old = NewMessage { id, conversation, sender: guest.id, kind, body, attached: None, first_hash };
    place.context.store.append(old, place.context.clock.now()).await.unwrap();
    assert_eq!(place.send_as(&guest, conversation, id, "Cafe\u{301}\r\n").await.unwrap().seq, 1);
    assert_eq!(place.get(&guest, conversation).await.last_seq, 1);
}

#[tokio::test]
async fn b4_searches_ignore_case_and_accents_in_every_script() {
    let place = Place::new().await;
    let (host, guest) = (place.user("José Ærø").await, place.user("Émile Żak").await);
    let operator = place.admin("Mara").await;
    let listing = ListingId::new();
    let fields = stoa::shared::listings::draft::ListingDraft {
        place: "Ёлкино".into(),
        ..draft("Cafe\u{301} Straße")
    };
    listings::create(&place.context, &host, listing, fields).await.unwrap();
    let about =
        stoa::server::domain::conversations::get_or_create(&place.context, &guest, listing).await.unwrap();
    place.send(&guest, about.id, "Hello").await.unwrap();
    let note =
        OrderDraft { note: "In oak".into(), title: "Tisch für Émile".into(), ..OrderDraft::default() };
    orders::create(&place.context, &guest, OrderId::new(), None, note).await.unwrap();
    for search in ["émile", "Émile", "E\u{301}MILE", "żak", "Żak", "ŻAK", "mile", "zak", "FÜR"] {
        let query = stoa::server::store::orders::query::OrderQuery {
            search: stoa::shared::values::text::search_form(search),
            ..Default::default()
        };
        let user = operator.id;
        let board = place.context.store.read(move |mut conn| {
            Box::pin(
                async move { stoa::server::store::orders::board::page(&mut conn, user, &query, None).await },
            )
        });
        assert_eq!(board.await.unwrap().rows.len(), 1, "the board, {search}");
    }
    for search in
        ["Café", "cafe\u{301}", "STRASSE", "straße", "ёлкино", "JOSÉ", "jose", "ÆRØ", "\u{200B}café\u{200B}"]
    {
        let found =
            listings::browse(&place.context, listings::Visitor::default(), Some(search.into()), None, None)
                .await
                .unwrap();
        assert_eq!(found.listings.len(), 1, "listings, {search}");
        let inbox = stoa::server::domain::conversations::list(
            &place.context,
            &guest,
            Some(search.into()),
            false,
            None,
        );
        assert_eq!(inbox.await.unwrap().conversations.len(), 1, "the inbox, {search}");
    }
}

#[tokio::test]
async fn b22_texts_from_before_are_brought_into_the_form_that_searches_and_sign_ins_use() {
    let place = Place::new().await;
    let site = place.serve().await;
    let mara = place.admin("Mara").await;
    for (name, email) in
        [("Zoë", "zoe@example.com"), ("Ana", "ana@example.com"), ("Twin", "twin@example.com")]
    {
        assert_eq!(sign_up(&site, name, email, PASSWORD).await.0, StatusCode::OK);
    }
    // The upgrade of the new database is over.
    while place.rows::<(String,)>("SELECT value FROM meta WHERE key = 'text_form'").await.is_empty() {
        tokio::task::yield_now().await;
    }
    // As older versions stored it.
    for statement in [
        "UPDATE users SET name = 'Zoe\u{308}\u{200B}', folded_name = 'zoe\u{308}\u{200B}', email = 'zoe@bücher.example' WHERE email = 'zoe@example.com'",
        "UPDATE users SET email = 'twin@example.com\u{200B}' WHERE email = 'ana@example.com'",
        "DELETE FROM meta WHERE key = 'text_form'",
    ] {
        place.run(statement).await;
    }
    assert_eq!(text_upgrade::run(&place.context).await.unwrap(), 1, "one address stays");
    assert_eq!(text_upgrade::run(&place.context).await.unwrap(), 0, "it runs once");
    assert!(signs_in(&site, "zoe@bücher.example", PASSWORD).await);
    assert!(signs_in(&site, "twin@example.com", PASSWORD).await);
    let found = user_directory::list(&place.context, &mara, Some("zoë".into()), None).await.unwrap();
    assert_eq!(found.people[0].person.name, "Zoë");
}

#[tokio::test]
async fn m9_a_name_is_not_the_marketplaces_nor_one_of_its_staff_and_a_former_one_is_kept() {
    let place = Place::new().await;
    let site = place.serve().await;
    let (aino, noor) = (place.admin("Aino Laine").await, place.user("Noor").await);
    for name in [
        "The team",
        "Stoa Support",
        "Payment of €480 received. Noor",
        "AINO LAINE",
        "Аino Lаine",
        "Aino-Laine",
    ] {
        let refused = users::update_profile(&place.context, &noor, name, 1).await.unwrap_err();
        assert_eq!((refused.code, refused.field.as_deref()), (ErrorCode::Invalid, Some("name")), "{name}");
        let (status, error) = sign_up(&site, name, "new@example.com", PASSWORD).await;
        assert_eq!((status.as_u16(), &error["field"]), (422, &"name".into()), "{name}: {error}");
    }
    let place = Place::with(&[]).await;
    let (aino, mut noor) = (place.admin(&aino.name).await, place.user("Noor").await);
    for name in ["Noor Haddad", "Noor H.", "Noor"] {
        users::update_profile(&place.context, &noor, name, 1).await.unwrap();
        noor = Viewer { name: name.to_owned(), ..noor };
    }
    users::update_profile(&place.context, &noor, "Noor", 2).await.expect("the colour alone is no new name");
    let refused = users::update_profile(&place.context, &noor, "Eve", 1).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::TooFast);
    let log = audit::list(&place.context, &aino, None, None, None).await.unwrap();
    let renames: Vec<_> =
        log.entries.iter().filter(|row| row.action == "user_rename").map(|row| &*row.detail).collect();
    assert_eq!(renames, ["Noor H.", "Noor Haddad", "Noor"]);
}

#[tokio::test]
async fn m9_staff_is_marked_wherever_it_speaks_and_members_look_as_before() {
    let place = Place::new().await;
    let (operator, guest) = (place.operator("Mara").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &operator).await;
    assert!(conversation.people[0].person.is_staff && operator.rank == Rank::Operator);
    let seen = serde_json::to_value(place.get(&operator, conversation.id).await).unwrap();
    assert!(seen["people"][0]["person"].get("is_staff").is_none(), "{seen}");
    let room = ConversationId::new();
    place.room(&guest, room, "Harbour", History::Start, &[operator.id]).await;
    let people = rooms::people(&place.context, &guest, room).await.unwrap().people;
    let staff: Vec<_> = people.iter().map(|other| (other.person.id, other.person.is_staff)).collect();
    assert!(staff.contains(&(operator.id, true)) && staff.contains(&(guest.id, false)));
}

#[tokio::test]
async fn m9_a_host_of_the_staff_is_marked_on_their_listings_and_no_other_host_is() {
    let place = Place::new().await;
    let (operator, member) = (place.operator("Mara").await, place.user("Tomas").await);
    let site = place.serve().await;
    let marks = async |path: &str| {
        let page = site.request(Method::GET, path, None).send().await.unwrap();
        page.text().await.unwrap().matches("class=\"staff\">our team").count()
    };
    let (of_staff, of_member) = (place.listing(&operator).await, place.listing(&member).await);
    assert_eq!(marks(&format!("/listings/{of_staff}")).await, 1);
    assert_eq!(marks(&format!("/listings/{of_member}")).await, 0);
    assert_eq!(marks("/").await, 1, "of two cards");
}

#[tokio::test]
async fn b2_b3_a_mention_tells_the_one_who_is_meant_and_only_who_is_there() {
    let place = Place::new().await;
    let noor = place.user("Noor").await;
    let (ruiz, silva) = (place.user("Ana Ruiz").await, place.user("Ana Silva").await);
    for other in [&ruiz, &silva] {
        place.conversation(&noor, other).await;
    }
    let room = ConversationId::new();
    place.room(&noor, room, "Harbour", History::Start, &[ruiz.id, silva.id]).await;
    let mentions = async |user: &Viewer| {
        let found = place.found(user, Default::default()).await.notifications;
        found.iter().filter(|told| told.text().title == "Noor mentioned you").count()
    };
    for body in
        ["@Ana Ruiz-Gomez hi", "write to host@ana.com", "https://medium.com/@ana/my-post", "mail me at x@ana"]
    {
        place.send(&noor, room, body).await.unwrap();
        assert_eq!((mentions(&ruiz).await, mentions(&silva).await), (0, 0), "{body}");
    }
    place.send(&noor, room, "@Ana Silva can you?").await.unwrap();
    assert_eq!((mentions(&ruiz).await, mentions(&silva).await), (0, 1));
    rooms::remove(&place.context, &ruiz, room, MessageId::new(), ruiz.id).await.unwrap();
    place.send(&noor, room, "@Ana Ruiz?").await.unwrap();
    assert_eq!(mentions(&ruiz).await, 0, "she has left");
    let page = messages::page(&place.context, &noor, room, stoa::shared::messages::Range::Newest, None).await;
    assert!(page.unwrap().messages.iter().any(|message| message.body == "@Ana Ruiz?"));
}
