//! Names that users choose: they can't be words of the marketplace, look like a sentence of the system, or look
//! like the name of a member of the staff.

use unicode_normalization::UnicodeNormalization;
use unicode_security::skeleton;

use crate::{
    server::store::{Conn, Result as StoreResult, users},
    shared::{
        errors::{ApiError, Result},
        ids::UserId,
        users::{NAME_MAX_CHARS, check_name},
        values::text::folded,
        words,
    },
};

/// Words that no part of a name may be.
const STAFF_WORDS: [&str; 13] = [
    "admin",
    "administrator",
    "administrators",
    "admins",
    "customerservice",
    "helpdesk",
    "moderator",
    "moderators",
    "official",
    "operator",
    "operators",
    "staff",
    "support",
];
/// Names that stand for somebody else in the sentences of the system.
const WHOLE_NAMES: [&str; 24] = [
    "all",
    "billing",
    "channel",
    "deleteduser",
    "everybody",
    "everyone",
    "formermember",
    "help",
    "here",
    "host",
    "guest",
    "marketplace",
    "me",
    "nobody",
    "payments",
    "room",
    "safety",
    "security",
    "service",
    "somebody",
    "someone",
    "system",
    "team",
    "you",
];
/// Neighbouring words that are the marketplace's, wherever they stand in a name.
const STAFF_PAIRS: [&str; 12] = [
    "customercare",
    "customerteam",
    "hostteam",
    "marketplaceteam",
    "ourteam",
    "paymentsteam",
    "paymentteam",
    "safetyteam",
    "securityteam",
    "serviceteam",
    "theteam",
    "trustsafety",
];
const SITE: &str = "stoa";
/// Words before a name that leave it the same: "The team".
const ARTICLES: [&str; 4] = ["the", "our", "your", "my"];
/// A full stop after a longer word ends a sentence; shorter ones are abbreviations.
const ABBREVIATION_MAX_CHARS: usize = 4;

/// The name that somebody has elsewhere as one may have it here, cut if it is too long.
pub fn own(name: String) -> Option<String> {
    let name: String = name.trim().chars().take(NAME_MAX_CHARS).collect();
    check_own(&name).ok()
}

/// For who has no name that one may have here.
pub fn fallback(user: UserId) -> String {
    let simple = user.0.simple().to_string();
    words::provider_unnamed(&simple[simple.len() - 4..])
}

/// Checks a name that a user chooses for themselves.
pub fn check_own(name: &str) -> Result<String> {
    let name = check_name(name)?;
    let refused = |reason: &str| ApiError::invalid("name", reason);
    if is_reserved(&name) {
        return Err(refused(words::name_refused_reserved()));
    }
    if is_sentence(&name) {
        return Err(refused(words::name_refused_sentence()));
    }
    Ok(name)
}

/// The error for a name that looks like that of a member of the staff.
pub fn taken() -> ApiError {
    ApiError::invalid("name", words::name_refused_taken())
}

/// Whether the name looks like that of a member of the staff other than this user.
pub async fn looks_like_staff(conn: &mut Conn<'_>, user: UserId, name: &str) -> StoreResult<bool> {
    let staff = users::staff_names(conn).await?;
    Ok(staff.iter().any(|(id, staff)| *id != user && are_alike(staff, name)))
}

/// How letters are made the same before they are compared: some are alike as capitals only.
const CASES: [fn(&str) -> String; 2] = [folded, str::to_uppercase];

/// What a text looks like (the skeleton of UTS 39), by its letters and digits without their marks: the same for texts
/// that can be confused.
fn appearance(text: &str, case: fn(&str) -> String) -> String {
    let looks: String = skeleton(&case(text)).collect();
    folded(&looks).nfd().filter(|c| c.is_alphanumeric()).collect()
}

/// Whether two names can be confused. Names without a letter are compared as they are.
fn are_alike(one: &str, other: &str) -> bool {
    let looks_same = |case| {
        let looks = appearance(one, case);
        !looks.is_empty() && looks == appearance(other, case)
    };
    one == other || CASES.into_iter().any(looks_same)
}

fn is_reserved(name: &str) -> bool {
    CASES.into_iter().any(|case| {
        let is_any = |looks: &str, words: &[&str]| words.iter().any(|word| appearance(word, case) == looks);
        let words = name.split(|c: char| c.is_whitespace() || "-_.,&/()’'".contains(c));
        let words: Vec<String> = words.map(|word| appearance(word, case)).collect();
        let site = appearance(SITE, case);
        let whole: String =
            words.iter().filter(|word| !is_any(word, &ARTICLES)).map(String::as_str).collect();
        let beside_site = whole.strip_prefix(&*site).or_else(|| whole.strip_suffix(&*site));
        let said: Vec<&String> = words.iter().filter(|word| !word.is_empty() && *word != "and").collect();
        let has_pair = said.windows(2).any(|pair| is_any(&format!("{}{}", pair[0], pair[1]), &STAFF_PAIRS));
        let is_whole = |looks: &str| is_any(looks, &STAFF_WORDS) || is_any(looks, &WHOLE_NAMES);
        words.iter().any(|word| *word == site || is_any(word, &STAFF_WORDS))
            || has_pair
            || is_whole(&whole)
            || beside_site.is_some_and(|rest| rest.is_empty() || is_whole(rest))
    })
}

/// Whether the name has the marks of a sentence of the system: a price, typographic quotes, or a full stop between
/// words.
fn is_sentence(name: &str) -> bool {
    let is_currency = |c: char| "$€£¥₹₽¢₩₺₴".contains(c);
    let chars: Vec<char> = name.chars().filter(|c| !c.is_whitespace()).collect();
    let has_price = chars.windows(2).any(|pair| {
        is_currency(pair[0]) && pair[1].is_numeric() || pair[0].is_numeric() && is_currency(pair[1])
    });
    let has_quotes = name.contains(['“', '”', '„', '«', '»']);
    let mut words = name.split(' ').peekable();
    let mut has_stop = false;
    while let Some(word) = words.next() {
        let is_end = word.ends_with(['.', '。', '…']) && word.chars().count() > ABBREVIATION_MAX_CHARS + 1;
        has_stop |= is_end && words.peek().is_some();
    }
    has_stop || has_price || has_quotes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn m9_names_of_the_marketplace_and_sentences_are_refused() {
        for name in [
            "The team",
            "Our Team",
            "Stoa",
            "STOA",
            "Stoa Support",
            "StoaSupport",
            "Stоa",
            "ЅТОА",
            "St0a",
            "Support",
            "Ѕupport",
            "Admin",
            "Noor (admin)",
            "Noor Haddad (our team)",
            "Marketplace Team",
            "Customer Care",
            "Trust & Safety",
            "Trust and Safety",
            "Şupport",
            "Moderator",
            "You",
            "everyone",
            "Payment of €480 received. Noor",
            "Payment received. Noor",
            "480 € paid",
            "“Noor”",
        ] {
            assert_eq!(check_own(name).unwrap_err().field.as_deref(), Some("name"), "{name}");
        }
        for name in [
            "Noor Haddad",
            "Kite & Wood",
            "J. R. Smith",
            "Prof. Ana Ruiz",
            "Dream Team Rentals",
            "Émile Żak",
            "Stoakes",
            "Teamwork Studio",
            "李小龙",
            "O’Brien-Lee",
            "Théa",
            "Thế",
            "My",
            "😀",
            "Ana 😀",
            "Max 2",
        ] {
            assert_eq!(check_own(name).as_deref(), Ok(name));
        }
    }

    #[test]
    fn m9_names_that_can_be_confused_are_alike() {
        for other in ["AINO LAINE", "Аіnо Lаіnе", "Aino-Laine", "ΑΙΝΟ LAINE", "AinoLaine", "Ainó Laine"]
        {
            assert!(are_alike(other, "Aino Laine"), "{other}");
        }
        assert!(!are_alike("Aino Lane", "Aino Laine"));
        assert!(!are_alike("😀", "🎉") && are_alike("😀", "😀"));
    }
}
