//! The users of the demo. The sign-in page offers the first one first, so they have the most content.

use crate::shared::users::rank::Rank;

pub struct DemoPerson {
    /// Identifies this person in listings and conversations of the demo.
    pub key: &'static str,
    pub name: &'static str,
    pub email: &'static str,
    pub hue: i64,
    /// A short description for the sign-in page.
    pub about: &'static str,
    pub rank: Rank,
}

pub const PEOPLE: [DemoPerson; 12] = [
    member("noor", "Noor Haddad", "noor@demo.stoa.example", 0, "Guest with many conversations"),
    member("tomas", "Tomas Berg", "tomas@demo.stoa.example", 1, "Host of the boathouse"),
    member("mei", "Mei Lin", "mei@demo.stoa.example", 2, "Host in Ghent, travels by bicycle"),
    member("kite", "Kite & Wood", "hello.kite@demo.stoa.example", 3, "A furniture workshop"),
    member("ana", "Ana Ribeiro", "ana@demo.stoa.example", 4, "Host and guide in Seville"),
    member("rui", "Rui Martins", "rui@demo.stoa.example", 5, "Host on a vineyard"),
    member("leo", "Leo Park", "leo@demo.stoa.example", 6, "Photographer in Lyon"),
    member("jonas", "Jonas Okoye", "jonas@demo.stoa.example", 7, "Makes cups and lamps"),
    member("sam", "Sam Adeyemi", "sam@demo.stoa.example", 0, "Keeps a lighthouse"),
    member("ines", "Inês Faria", "ines@demo.stoa.example", 4, "Sews quilts, cooks for guests"),
    member("yara", "Yara Khoury", "yara@demo.stoa.example", 2, "Host in the desert"),
    DemoPerson {
        rank: Rank::Admin,
        ..member("aino", "Aino Laine", "aino@demo.stoa.example", 6, "Runs this marketplace")
    },
];

const fn member(
    key: &'static str,
    name: &'static str,
    email: &'static str,
    hue: i64,
    about: &'static str,
) -> DemoPerson {
    DemoPerson { key, name, email, hue, about, rank: Rank::Member }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::shared::users::credentials::Email;
    use crate::shared::users::{check_hue, check_name};

    #[test]
    fn the_demo_has_twelve_people_that_could_have_signed_up() {
        let keys: HashSet<_> = PEOPLE.iter().map(|person| person.key).collect();
        let emails: HashSet<_> = PEOPLE.iter().map(|person| person.email).collect();
        assert_eq!((keys.len(), emails.len()), (12, 12));
        for person in &PEOPLE {
            assert_eq!(check_name(person.name).unwrap(), person.name);
            assert_eq!(Email::parse(person.email).unwrap().as_str(), person.email);
            assert!(person.email.ends_with("@demo.stoa.example"), "{}", person.email);
            assert!(check_hue(person.hue).is_ok(), "{}", person.name);
            assert!(!person.about.is_empty());
        }
        assert_eq!(PEOPLE[0].name, "Noor Haddad");
        assert!(PEOPLE.iter().any(|person| person.rank == Rank::Admin));
    }
}
