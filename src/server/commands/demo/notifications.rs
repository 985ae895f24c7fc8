//! Notifications of the demo that come from outside: from a payment service and from the marketplace.

use std::collections::HashMap;

use super::{DemoAction, DemoEvent};
use crate::{
    server::store::{self, Conn, notifications::external::ExternalNotification},
    shared::{
        conversations::system_messages::SystemMessage,
        ids::{NotificationId, UserId},
        notifications::kinds::NotificationKind,
        values::time::{MINUTE, Timestamp},
    },
};

/// A notification that a user of the demo received.
pub struct NotificationEvent {
    kind: NotificationKind,
    title: &'static str,
    text: &'static str,
    link: Option<&'static str>,
}

/// Hours in minutes.
const HOURS: i64 = 60;
/// Days in minutes.
const DAYS: i64 = 24 * HOURS;

/// All notifications, unordered.
pub fn events(people: &HashMap<&str, UserId>, now: Timestamp) -> Vec<DemoEvent> {
    use NotificationKind::{Payment, Promotion, System};
    let notifications = [
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
    notifications
        .into_iter()
        .map(|(who, minutes, kind, title, text, link)| DemoEvent {
            at: now.plus(-minutes * MINUTE),
            listing: Default::default(),
            guest: people[who],
            user: people[who],
            action: DemoAction::Notification(NotificationEvent { kind, title, text, link }),
        })
        .collect()
}

impl NotificationEvent {
    pub async fn apply(self, conn: &mut Conn<'_>, user: UserId, at: Timestamp) -> store::Result<()> {
        let event = SystemMessage::Notice {
            title: self.title.to_owned(),
            text: self.text.to_owned(),
            link: self.link.map(str::to_owned),
        };
        let id = NotificationId::new();
        let new = ExternalNotification {
            id,
            by: user,
            user,
            kind: self.kind,
            event,
            order: None,
            first_hash: [0; 32],
        };
        store::notifications::external::send(conn, new, at).await?;
        // All notifications of the demo have been read.
        let head = store::sync::positions::get(conn, user).await?;
        store::notifications::actions::mark_all_read(conn, user, head).await
    }
}
