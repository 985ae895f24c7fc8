//! What the people of the demo were told from outside: by a payment service, and by the marketplace.

use std::collections::HashMap;

use super::Deed;
use crate::shared::notifications::kinds::NotificationKind;
use crate::{
    server::store::{self, Conn, notifications::FromOutside},
    shared::{
        ids::{NotificationId, UserId},
        system_messages,
        values::time::{MINUTE, Timestamp},
    },
};

pub struct Event {
    kind: NotificationKind,
    title: &'static str,
    text: &'static str,
    link: Option<&'static str>,
}

const HOURS: i64 = 60;
const DAYS: i64 = 24 * HOURS;

pub fn events(people: &HashMap<&str, UserId>, now: Timestamp) -> Vec<crate::server::commands::demo::Event> {
    use NotificationKind::{Payment, Promotion, System};
    let told = [
        ("noor", 27 * HOURS, Payment, "Payment sent", "€444 for Boathouse on the lake.", Some("/orders")),
        (
            "noor",
            4 * DAYS,
            Promotion,
            "Two nights, one of them on us",
            "Stays in Portugal, until the end of the month.",
            Some("/?kind=stay"),
        ),
        (
            "noor",
            9 * DAYS,
            System,
            "New sign-in",
            "From a browser that you have not used before. Was this not you? Write to us.",
            None,
        ),
        (
            "tomas",
            26 * HOURS,
            Payment,
            "Payment received",
            "€444 for Boathouse on the lake.",
            Some("/hosting"),
        ),
        (
            "tomas",
            6 * DAYS,
            System,
            "Your profile is seen",
            "Hosts who answer within the hour are asked more often.",
            None,
        ),
    ];
    told.into_iter()
        .map(|(who, minutes, kind, title, text, link)| crate::server::commands::demo::Event {
            at: now.plus(-minutes * MINUTE),
            listing: Default::default(),
            guest: people[who],
            user: people[who],
            deed: Deed::Told(Event { kind, title, text, link }),
        })
        .collect()
}

impl Event {
    pub async fn happen(self, conn: &mut Conn<'_>, user: UserId, at: Timestamp) -> store::Result<()> {
        let event = system_messages::SystemMessage::Notice {
            title: self.title.to_owned(),
            text: self.text.to_owned(),
            link: self.link.map(str::to_owned),
        };
        let id = NotificationId::new();
        let new =
            FromOutside { id, by: user, user, kind: self.kind, event, order: None, first_hash: [0; 32] };
        store::notifications::send(conn, new, at).await?;
        // What is older than a day has been read.
        let head = store::sync::positions::get(conn, user).await?;
        store::notifications::read_all(conn, user, head).await
    }
}
