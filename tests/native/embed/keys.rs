//! Embed keys: who makes and revokes them, and what is no key.

use std::process::Command;

use stoa::{
    server::domain::operators::embed_keys::{create, list, revoke},
    shared::{
        errors::ErrorCode,
        ids::EmbedKeyId,
        operators::embed_keys::{EMBED_KEYS_MAX, EmbedAlgorithm, SECRET_PREFIX},
    },
};

use super::shop::{CHAT, Key, Pair, SHOP, Shop};
use crate::place::Place;

#[tokio::test]
async fn r1_an_admin_makes_keys_and_sees_a_secret_once() {
    let shop = Shop::new().await;
    let (context, admin) = (&shop.place.context, &shop.admin);
    let id = EmbedKeyId::new();
    let make = async |id| create(context, admin, id, "shop.example.com", EmbedAlgorithm::Hs256, "").await;
    let secret = make(id).await.unwrap().expect("a secret");
    assert!(secret.starts_with(SECRET_PREFIX) && secret.len() > 64, "{secret}");
    assert_ne!(make(EmbedKeyId::new()).await.unwrap(), Some(secret.clone()));
    assert_eq!(make(id).await.unwrap_err().code, ErrorCode::Conflict, "there is nothing left to show");
    let listed = list(context, admin, None).await.unwrap();
    assert_eq!((listed.keys.len(), listed.sites, &*listed.audience), (2, vec![SHOP.to_owned()], CHAT));
    let text = serde_json::to_string(&listed.keys).unwrap();
    assert!(!text.contains(SECRET_PREFIX), "{text}");
    let key = Key { id, algorithm: EmbedAlgorithm::Hs256, pair: Pair::Secret(secret) };
    assert_eq!(listed.keys.iter().find(|key| key.id == id).unwrap().used_at, None);
    shop.visit(&key, "noor").await;
    let listed = list(context, admin, None).await.unwrap();
    assert!(listed.keys.iter().find(|key| key.id == id).unwrap().used_at.is_some());
    // Revoked twice is revoked.
    for _ in 0..2 {
        revoke(context, admin, id).await.unwrap();
    }
    let stored: Vec<(String,)> =
        shop.place.rows("SELECT material FROM embed_keys WHERE revoked_at IS NOT NULL").await;
    assert_eq!(stored, [(String::new(),)], "nothing of it is kept");
    assert_eq!(revoke(context, admin, EmbedKeyId::new()).await.unwrap_err().code, ErrorCode::NotFound);
    let audit: Vec<(String, i64)> = shop
        .place
        .rows("SELECT action, COUNT(*) FROM audit WHERE action LIKE 'settings_embed_key%' GROUP BY action ORDER BY action")
        .await;
    assert_eq!(audit, [("settings_embed_key".to_owned(), 2), ("settings_embed_key_revoked".to_owned(), 1)]);
}

#[tokio::test]
async fn r1_what_is_no_key_is_refused_by_the_field_that_is_wrong() {
    let shop = Shop::new().await;
    let make = async |issuer: &str, algorithm, public_key: &str| {
        let error =
            create(&shop.place.context, &shop.admin, EmbedKeyId::new(), issuer, algorithm, public_key);
        error.await.unwrap_err().field.unwrap_or_default()
    };
    for issuer in ["", "Shop", "a b", "shop/../x", "embed:shop", "büro", &"a".repeat(61)] {
        assert_eq!(make(issuer, EmbedAlgorithm::Hs256, "").await, "issuer", "{issuer}");
    }
    let pems: Vec<_> =
        EmbedAlgorithm::ALL.into_iter().map(|algorithm| (algorithm, Pair::new(algorithm).pem())).collect();
    for algorithm in EmbedAlgorithm::ALL {
        for (of, pem) in pems.iter().filter(|(of, _)| *of != algorithm) {
            let is_secret = algorithm == EmbedAlgorithm::Hs256 || *of == EmbedAlgorithm::Hs256;
            assert!(
                is_secret || make("shop", algorithm, pem).await == "public_key",
                "{algorithm:?} with {of:?}"
            );
        }
    }
    let long = "A".repeat(5_000);
    // 1,024 bits; P-384; a private key.
    let small =
        "-----BEGIN PUBLIC KEY-----\nMIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDB\n-----END PUBLIC KEY-----";
    for wrong in [
        "",
        "text",
        "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----",
        small,
        SMALL_RSA,
        P_384,
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
        &long,
    ] {
        for algorithm in [EmbedAlgorithm::Es256, EmbedAlgorithm::EdDsa, EmbedAlgorithm::Rs256] {
            assert_eq!(make("shop", algorithm, wrong).await, "public_key", "{algorithm:?}: {wrong}");
        }
    }
    assert_eq!(make("shop", EmbedAlgorithm::Hs256, &pems[1].1).await, "public_key", "a secret is made here");
    assert!(list(&shop.place.context, &shop.admin, None).await.unwrap().keys.is_empty());
}

#[tokio::test]
async fn r1_keys_are_for_admins_alone_and_not_without_end() {
    let place = Place::new().await;
    let (admin, operator, noor) =
        (place.admin("Ada").await, place.operator("Mara").await, place.user("Noor").await);
    let make = async |viewer, algorithm| {
        create(&place.context, viewer, EmbedKeyId::new(), "shop", algorithm, "").await.map(|_| ())
    };
    for (viewer, code) in [(&noor, ErrorCode::NotFound), (&operator, ErrorCode::Forbidden)] {
        assert_eq!(make(viewer, EmbedAlgorithm::Hs256).await.unwrap_err().code, code);
        assert_eq!(list(&place.context, viewer, None).await.unwrap_err().code, code);
        assert_eq!(revoke(&place.context, viewer, EmbedKeyId::new()).await.unwrap_err().code, code);
    }
    for _ in 0..EMBED_KEYS_MAX {
        make(&admin, EmbedAlgorithm::Hs256).await.unwrap();
    }
    assert_eq!(make(&admin, EmbedAlgorithm::Hs256).await.unwrap_err().code, ErrorCode::Conflict);
    let keys = list(&place.context, &admin, None).await.unwrap().keys;
    revoke(&place.context, &admin, keys[0].id).await.unwrap();
    make(&admin, EmbedAlgorithm::Hs256).await.unwrap();
}

#[test]
fn r1_the_command_line_makes_lists_and_revokes_keys() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("stoa.db");
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stoa"));
        let output =
            command.arg("embed-key").args(arguments).env("DATABASE_URL", &database).output().unwrap();
        (
            output.status.success(),
            String::from_utf8(output.stdout).unwrap(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    let (is_done, made, said) = run(&["create", "shop.example.com"]);
    assert!(is_done && made.contains("algorithm  HS256") && made.contains(SECRET_PREFIX), "{made} {said}");
    let kid = made.lines().next().unwrap().split_whitespace().nth(1).unwrap().to_owned();
    let pem = folder.path().join("key.pem");
    std::fs::write(&pem, Pair::new(EmbedAlgorithm::EdDsa).pem()).unwrap();
    let pem = pem.to_str().unwrap();
    let (is_done, made, _) =
        run(&["create", "shop.example.com", "--algorithm", "EdDSA", "--public-key", pem]);
    assert!(is_done && made.contains("EdDSA") && !made.contains("secret"), "{made}");
    for (wrong, says) in [
        (&["create", "Shop"][..], "lower-case"),
        (&["create", "shop", "--algorithm", "none"], "HS256, ES256, EdDSA or RS256"),
        (&["create", "shop", "--algorithm", "ES256", "--public-key", pem], "no public key"),
        (&["create", "shop", "--algorithm", "ES256"], "no public key"),
        (&["create", "shop", "--public-key", "/no/such/file"], "/no/such/file"),
        (&["revoke", "nonsense"], "embed-key list"),
        (&["revoke", "01900000-0000-7000-8000-000000000000"], "there is no key with this id"),
    ] {
        let (is_done, _, said) = run(wrong);
        assert!(!is_done && said.contains(says), "{wrong:?}: {said}");
    }
    assert!(run(&["revoke", &kid]).1.contains("is revoked"));
    assert!(run(&["revoke", &kid]).1.contains("was revoked before"));
    let (_, list, _) = run(&["list"]);
    assert!(
        list.lines().count() == 2 && list.contains(&format!("{kid}  HS256")) && list.contains("revoked 20"),
        "{list}"
    );
    assert!(!list.contains(SECRET_PREFIX), "{list}");
}

const SMALL_RSA: &str = "\
-----BEGIN PUBLIC KEY-----\n\
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC4E0s9v+swLt3MHTv+Upvtf81E\n\
9cq3uC8ddAeo5XqwRR26NZqiDsTu6sTeVC9fuGQcJ2NitSoTHpAYW7ff36+5trnH\n\
pgkKmYgzssibhHuUAuhSFAH6DS5p1gS6MF7AjfL87AX+naMEa6RrF+Gb1s8KF72c\n\
peziuYrZv+jn07XZswIDAQAB\n\
-----END PUBLIC KEY-----\n\
";
const P_384: &str = "\
-----BEGIN PUBLIC KEY-----\n\
MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEYpy+ZxItPRHyuIuriZCYiVienYRMROH2\n\
PeZva8MHkYMlqit1KAkYqPoihu9Jp0r5VFKfqUnwsIrOdb+ahuN43k5l+FJeAEpP\n\
rzQp/vxBIoWP3wO7QjuMZ4QI7Xeeq5Kh\n\
-----END PUBLIC KEY-----\n\
";
