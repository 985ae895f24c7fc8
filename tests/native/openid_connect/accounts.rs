//! Which account an identity opens, and what groups give.

use serde_json::{Value, json};
use stoa::{
    server::domain::operators::user_directory,
    shared::{operators::user_directory::UserChange, users::rank::Rank},
};

use super::scene::{Came, Scene};

fn verified(is_verified: Value) -> Value {
    json!({ "name": "Noor", "email": "noor@example.com", "email_verified": is_verified })
}

#[tokio::test]
async fn r5_an_address_links_an_account_only_if_both_sides_have_confirmed_it_and_the_provider_is_trusted() {
    let mut scene = Scene::with(json!({ "trust_addresses": true }), &[]).await;
    let (_, noor) = scene.noor().await;
    let account = async |scene: &Scene, id: &str, provider, sub: &str, claims| {
        let mut browser = scene.browser();
        assert_eq!(browser.sign_in(provider, id, &scene.who(sub, claims)).await, Came::At("/".to_owned()));
        scene.viewer(&browser).await.unwrap()
    };
    // Not verified, or by a provider that is not trusted with addresses: somebody else, who only claims the address.
    let mut strangers = Vec::new();
    for (id, sub, claims) in [
        ("acme", "one", verified(json!(false))),
        ("acme", "two", verified(json!(null))),
        ("other", "three", verified(json!(true))),
    ] {
        let provider = if id == "acme" { &scene.acme } else { &scene.other };
        let viewer = account(&scene, id, provider, sub, claims).await;
        assert_ne!(viewer.id, noor.id, "{sub}");
        strangers.push(viewer);
    }
    let owned: Vec<(String,)> =
        scene.place.rows("SELECT email FROM users WHERE email = 'noor@example.com'").await;
    assert_eq!(owned.len(), 1);
    let viewer = account(&scene, "acme", &scene.acme, "noor", verified(json!(true))).await;
    assert_eq!(viewer.id, noor.id, "confirmed on both sides");
    let told: Vec<(String,)> =
        scene.place.rows("SELECT event FROM security_events WHERE event = 'identity_link'").await;
    assert_eq!(told.len(), 1, "the owner is told");
    // An address that the provider has given to somebody else: it knows the account by another subject.
    assert_ne!(account(&scene, "acme", &scene.acme, "recycled", verified(json!(true))).await.id, noor.id);
    // From now on by the subject alone, whatever the address is.
    let moved = json!({ "name": "Noor", "email": "somebody@else.example", "email_verified": true });
    assert_eq!(account(&scene, "acme", &scene.acme, "noor", moved).await.id, noor.id);
}

#[tokio::test]
async fn r5_an_address_that_nobody_has_confirmed_here_links_nothing() {
    let scene = Scene::with(json!({ "trust_addresses": true }), &[]).await;
    // As the command line makes one: whoever typed the address has shown nothing.
    let before = scene.place.user("Eve").await;
    scene.place.run("UPDATE users SET email = 'noor@example.com' WHERE name = 'Eve'").await;
    let browser = scene.sign_in(&scene.who("noor", verified(json!(true)))).await;
    let viewer = scene.viewer(&browser).await.unwrap();
    assert_ne!(viewer.id, before.id);
    let claims: Vec<(Option<String>, Option<String>)> =
        scene.place.rows("SELECT email, claimed_email FROM users WHERE name = 'Noor'").await;
    assert_eq!(claims, [(None, Some("noor@example.com".to_owned()))]);
    // An address that nobody has is the account's at once, where the provider is trusted with it.
    let claims = json!({ "name": "Tomas", "email": "Tomas@Example.com", "email_verified": true });
    scene.sign_in(&scene.who("tomas", claims)).await;
    let confirmed: Vec<(String, i64)> = scene
        .place
        .rows("SELECT email, CASE WHEN email_verified_at IS NULL THEN CAST(0 AS BIGINT) ELSE CAST(1 AS BIGINT) END FROM users WHERE name = 'Tomas'")
        .await;
    assert_eq!(confirmed, [("tomas@example.com".to_owned(), 1)]);
}

#[tokio::test]
async fn r5_a_new_account_is_asked_to_confirm_the_address_of_a_provider_that_is_not_trusted_with_it() {
    let mut scene = Scene::new().await;
    scene.sign_in(&scene.who("noor", verified(json!(true)))).await;
    let token = scene.mails.token("noor@example.com", crate::mail::SITE, "/mail/confirm/").await;
    let (status, _) = scene.browser().form("/rpc/confirm_address", &[("token", &token)]).await;
    assert!(status.is_success());
}

#[tokio::test]
async fn r5_who_is_suspended_stays_out_by_any_way() {
    let mut scene = Scene::with(json!({ "trust_addresses": true }), &[]).await;
    let (_, noor) = scene.noor().await;
    let ada = scene.place.admin("Another Admin").await;
    user_directory::change(&scene.place.context, &ada, noor.id, UserChange::Suspend).await.unwrap();
    let suspended = "This account is suspended.";
    let by_address = scene.who("noor", verified(json!(true)));
    assert_eq!(scene.browser().sign_in(&scene.acme, "acme", &by_address).await.refusal(), suspended);
    user_directory::change(&scene.place.context, &ada, noor.id, UserChange::Reinstate).await.unwrap();
    let browser = scene.sign_in(&by_address).await;
    user_directory::change(&scene.place.context, &ada, noor.id, UserChange::Suspend).await.unwrap();
    assert!(scene.place.viewer_of(&browser.cookies["stoa_session"]).await.is_err(), "as any session");
    assert_eq!(scene.browser().sign_in(&scene.acme, "acme", &by_address).await.refusal(), suspended);
}

#[tokio::test]
async fn r5_a_provider_may_let_in_only_those_who_have_an_account() {
    let mut scene = Scene::with(json!({ "new_accounts": false, "trust_addresses": true }), &[]).await;
    let (_, noor) = scene.noor().await;
    let before = scene.rest().await;
    let came =
        scene.browser().sign_in(&scene.acme, "acme", &scene.who("eve", json!({ "name": "Eve" }))).await;
    assert_eq!(came.refusal(), "You have no account here. Ask the people who run this marketplace for one.");
    assert_eq!(scene.rest().await, before);
    let browser = scene.sign_in(&scene.who("noor", verified(json!(true)))).await;
    assert_eq!(scene.viewer(&browser).await.unwrap().id, noor.id);
}

/// The rank after a sign-in with these groups.
async fn rank(scene: &Scene, sub: &str, groups: Value) -> Rank {
    let browser = scene.sign_in(&scene.who(sub, json!({ "name": sub, "groups": groups }))).await;
    scene.viewer(&browser).await.unwrap().rank
}

fn with_groups() -> Value {
    json!({ "groups": { "operator": ["desk", "night desk"], "admin": ["heads"] } })
}

#[tokio::test]
async fn r5_groups_give_a_rank_and_take_back_what_they_gave() {
    let scene = Scene::with(with_groups(), &[]).await;
    for (groups, expected) in [
        (json!(["others"]), Rank::Member),
        (json!(["others", "desk"]), Rank::Operator),
        (json!("night desk"), Rank::Operator),
        (json!(["desk", "heads"]), Rank::Admin),
        (json!(["desk"]), Rank::Operator),
        (json!(null), Rank::Member),
    ] {
        assert_eq!(rank(&scene, "Noor", groups.clone()).await, expected, "{groups}");
    }
    let entries: Vec<(String, String)> = scene
        .place
        .rows("SELECT action, detail FROM audit WHERE action = 'user_rank_by_provider' ORDER BY at, id")
        .await;
    let ranks: Vec<_> = entries.iter().map(|(_, rank)| rank.as_str()).collect();
    assert_eq!(ranks, ["operator", "admin", "operator", "member"]);
    // The groups of a provider that gives no rank are nothing.
    let mut browser = scene.browser();
    let who = scene.who("eve", json!({ "name": "Eve", "groups": ["heads"] }));
    browser.sign_in(&scene.other, "other", &who).await;
    assert_eq!(scene.viewer(&browser).await.unwrap().rank, Rank::Member);
}

#[tokio::test]
async fn r5_a_rank_that_was_given_by_hand_stays() {
    let scene = Scene::with(with_groups(), &[]).await;
    let ada = scene.place.admin("Another Admin").await;
    assert_eq!(rank(&scene, "Noor", json!([])).await, Rank::Member);
    let browser = scene.sign_in(&scene.who("Noor", json!({ "groups": [] }))).await;
    let noor = scene.viewer(&browser).await.unwrap();
    let by_hand = UserChange::SetRank(Rank::Operator);
    user_directory::change(&scene.place.context, &ada, noor.id, by_hand).await.unwrap();
    assert_eq!(rank(&scene, "Noor", json!([])).await, Rank::Operator);
    assert_eq!(rank(&scene, "Noor", json!(["desk"])).await, Rank::Operator);
    assert_eq!(rank(&scene, "Noor", json!([])).await, Rank::Operator, "the groups have not given it");
    assert_eq!(rank(&scene, "Noor", json!(["heads"])).await, Rank::Admin);
    assert_eq!(rank(&scene, "Noor", json!([])).await, Rank::Member, "and that one they have");
}

#[tokio::test]
async fn r5_the_last_admin_stays_one() {
    let scene = Scene::with(with_groups(), &[]).await;
    assert_eq!(rank(&scene, "Noor", json!(["heads"])).await, Rank::Admin);
    scene.place.run("UPDATE users SET rank = 'member' WHERE name = 'Ada'").await;
    assert_eq!(rank(&scene, "Noor", json!([])).await, Rank::Admin);
    assert_eq!(rank(&scene, "Tomas", json!(["heads"])).await, Rank::Admin);
    assert_eq!(rank(&scene, "Noor", json!([])).await, Rank::Member, "there is another now");
    // Two who go at once: one stays.
    assert_eq!(rank(&scene, "Noor", json!(["heads"])).await, Rank::Admin);
    let (one, two) = tokio::join!(rank(&scene, "Noor", json!([])), rank(&scene, "Tomas", json!([])));
    assert!([one, two].contains(&Rank::Admin) && [one, two].contains(&Rank::Member), "{one:?} {two:?}");
}

#[tokio::test]
async fn r5_the_first_admin_may_come_by_a_provider_and_nobody_comes_before() {
    let scene = Scene::with(with_groups(), &[]).await;
    scene.place.run("UPDATE users SET rank = 'member'").await;
    let came =
        scene.browser().sign_in(&scene.acme, "acme", &scene.who("eve", json!({ "name": "Eve" }))).await;
    assert!(came.refusal().contains("has an admin"), "{came:?}");
    assert_eq!(rank(&scene, "Noor", json!(["heads"])).await, Rank::Admin);
    assert_eq!(rank(&scene, "Eve", json!([])).await, Rank::Member);
}

#[tokio::test]
async fn r5_two_first_sign_ins_at_once_make_one_account() {
    let scene = Scene::new().await;
    let who = scene.who("noor", json!({ "name": "Noor" }));
    let go = async || {
        let mut browser = scene.browser();
        let came = browser.sign_in(&scene.acme, "acme", &who).await;
        assert_eq!(came, Came::At("/".to_owned()));
        scene.viewer(&browser).await.unwrap().id
    };
    let all = futures::future::join_all((0..8).map(|_| go())).await;
    assert!(all.windows(2).all(|pair| pair[0] == pair[1]), "{all:?}");
    let accounts: Vec<(i64,)> = scene.place.rows("SELECT COUNT(*) FROM users WHERE name = 'Noor'").await;
    assert_eq!(accounts, [(1,)]);
}
