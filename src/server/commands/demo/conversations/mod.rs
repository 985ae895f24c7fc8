//! The conversations of the demo between guests and hosts of listings.

pub mod noor;
pub mod noor_and_tomas;
pub mod stays;
pub mod things;

/// The sender of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    Guest,
    Host,
}

pub struct DemoLine {
    pub by: By,
    /// Minutes between the line before and this one; 0 for the first.
    pub gap_minutes: i64,
    pub text: &'static str,
}

pub struct DemoConversation {
    /// A listing's key.
    pub listing: &'static str,
    /// A person's key; never the listing's host.
    pub guest: &'static str,
    pub minutes_ago_of_last: i64,
    pub lines: &'static [DemoLine],
    /// At most one of the two counts is above 0: the sender of the last line has read all earlier ones.
    pub unread_by_host: i64,
    pub unread_by_guest: i64,
}

/// All conversations of the demo, unordered.
pub fn conversations() -> impl Iterator<Item = &'static DemoConversation> {
    [noor_and_tomas::CONVERSATIONS, noor::CONVERSATIONS, stays::CONVERSATIONS, things::CONVERSATIONS]
        .into_iter()
        .flatten()
}

impl DemoConversation {
    const fn all_read(
        listing: &'static str,
        guest: &'static str,
        minutes_ago_of_last: i64,
        lines: &'static [DemoLine],
    ) -> Self {
        Self { listing, guest, minutes_ago_of_last, lines, unread_by_host: 0, unread_by_guest: 0 }
    }
}

/// Syntax for conversations: listing, guest, minutes since the last line and unread count, then for each line
/// its sender, the minutes since the previous line, and its text.
macro_rules! talks {
    ($($listing:ident with $guest:ident, $minutes:literal ago $(, $unread:ident $count:literal)?: {
        $($by:ident $gap:literal $text:literal)+
    })+) => {
        &[$($crate::server::commands::demo::conversations::DemoConversation {
            $($unread: $count,)?
            ..$crate::server::commands::demo::conversations::DemoConversation::all_read(
                stringify!($listing),
                stringify!($guest),
                $minutes,
                &[$($crate::server::commands::demo::conversations::DemoLine {
                    by: $crate::server::commands::demo::conversations::By::$by,
                    gap_minutes: $gap,
                    text: $text,
                }),+],
            )
        }),+]
    };
}
use talks;

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::server::commands::demo::{listings::LISTINGS, people::PEOPLE};
    use crate::shared::messages::body::check_body;

    const DAY: i64 = 24 * 60;

    fn host_of(talk: &DemoConversation) -> &'static str {
        LISTINGS.iter().find(|listing| listing.key == talk.listing).expect("a listing of the demo").host
    }

    #[test]
    fn the_demo_has_forty_conversations_between_its_people() {
        let pairs: HashSet<_> = conversations().map(|talk| (talk.listing, talk.guest)).collect();
        assert_eq!((conversations().count(), pairs.len()), (40, 40));
        for talk in conversations() {
            assert!(PEOPLE.iter().any(|person| person.key == talk.guest), "{}", talk.guest);
            assert_ne!(host_of(talk), talk.guest, "{}", talk.listing);
        }
    }

    #[test]
    fn every_line_could_have_been_sent() {
        for talk in conversations() {
            let (listing, guest) = (talk.listing, talk.guest);
            assert_eq!(talk.lines[0].gap_minutes, 0, "{listing} {guest}");
            assert_eq!(talk.lines[0].by, By::Guest, "{listing} {guest}: only a guest begins");
            assert!((2..=200 * DAY).contains(&talk.minutes_ago_of_last), "{listing} {guest}");
            for line in talk.lines {
                assert_eq!(check_body(line.text).unwrap(), line.text);
                assert!(line.gap_minutes >= 0, "{listing} {guest}");
            }
        }
    }

    #[test]
    fn unread_lines_are_the_other_sides_last_ones() {
        for talk in conversations() {
            for (unread, by) in [(talk.unread_by_host, By::Guest), (talk.unread_by_guest, By::Host)] {
                let last = talk.lines.iter().rev().take_while(|line| line.by == by).count() as i64;
                assert!((0..=last).contains(&unread), "{} {}: {unread} of {last}", talk.listing, talk.guest);
            }
        }
    }

    #[test]
    fn noor_has_much_to_look_at() {
        let is_noors = |talk: &&DemoConversation| talk.guest == "noor" || host_of(talk) == "noor";
        assert!(conversations().filter(is_noors).count() >= 10);
        let unread = conversations().filter(is_noors).filter(|talk| match talk.guest {
            "noor" => talk.unread_by_guest > 0,
            _ => talk.unread_by_host > 0,
        });
        assert_eq!(unread.count(), 3);
        assert!(conversations().any(|talk| talk.guest == "noor" && talk.lines.len() > 60));
        assert!(conversations().all(|talk| talk.guest == "noor" || talk.lines.len() <= 14));
    }
}
