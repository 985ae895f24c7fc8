//! Entries of the palette: conversations, listings and orders that match the search, pages to go to, and commands.

use std::collections::HashSet;

use leptos::prelude::*;

use super::{actions::Action, search::Search};
use crate::{
    browser::{Live, use_live},
    shared::{
        conversations::Conversation,
        ids::OrderId,
        listings::ListingCard,
        orders::card::OrderCard,
        page::session::{PageSession, Theme},
        users::rank::Rank,
        values::price::format_price,
        words,
    },
    ui::{inbox::row::subject_text, pages::operator::layout::href_with_query},
};

/// Entries of one group, while something is searched and while nothing is.
const GROUP_MAX: usize = 6;
const RECENT_MAX: usize = 5;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    Conversations,
    Listings,
    Orders,
    GoTo,
    Commands,
}

impl Group {
    pub fn title(self) -> &'static str {
        match self {
            Self::Conversations => words::palette_conversations(),
            Self::Listings => words::palette_listings(),
            Self::Orders => words::palette_orders(),
            Self::GoTo => words::palette_go_to(),
            Self::Commands => words::palette_commands(),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub group: Group,
    pub icon: &'static str,
    pub label: String,
    pub detail: String,
    /// The shortcut that does the same.
    pub keys: &'static str,
    pub action: Action,
}

/// What the palette offers to this viewer.
#[derive(Clone, Copy)]
pub struct Known {
    live: Live,
    commands: StoredValue<Vec<Entry>>,
}

impl Known {
    pub fn new() -> Self {
        let session = expect_context::<PageSession>();
        Self { live: use_live(), commands: StoredValue::new(commands(&session)) }
    }

    /// The entries for what is typed. Tracks the search and the inbox.
    pub fn matching(self, search: Search) -> Vec<Entry> {
        let query = search.query.get().to_lowercase();
        let found = search.found.get();
        let words: Vec<_> = query.split_whitespace().collect();
        let mut entries = self.live.inbox.with(|inbox| {
            let is_listed = |row: &&Conversation| row.last_seq > 0;
            let rows = inbox.rows().into_iter().filter(is_listed);
            if words.is_empty() {
                return rows.take(RECENT_MAX).map(conversation).collect::<Vec<_>>();
            }
            let local =
                rows.filter(|row| matches(&format!("{} {}", row.names(), row.subject.title()), &words));
            let found = found.conversations.iter().filter_map(|id| inbox.get(*id));
            let mut seen = HashSet::new();
            local.chain(found).filter(|row| seen.insert(row.id)).take(GROUP_MAX).map(conversation).collect()
        });
        if !words.is_empty() {
            entries.extend(found.listings.iter().take(GROUP_MAX).map(listing));
            let mut seen = HashSet::<OrderId>::new();
            let orders = found.orders.iter().filter(|order| seen.insert(order.id));
            entries.extend(orders.take(GROUP_MAX).map(order));
        }
        self.commands.with_value(|commands| {
            entries.extend(commands.iter().filter(|entry| matches(&entry.label, &words)).cloned());
        });
        if self.live.viewer.is_some() && !words.is_empty() {
            let at = entries.iter().position(|entry| entry.group == Group::Commands).unwrap_or(entries.len());
            entries.insert(at, messages(search.query.get().trim()));
        }
        if search.is_operator && !words.is_empty() {
            // With the other places to go to, before the commands.
            let at = entries.iter().position(|entry| entry.group == Group::Commands).unwrap_or(entries.len());
            entries.insert(at, people(search.query.get().trim()));
        }
        entries
    }
}

/// Whether each word is in the text.
fn matches(text: &str, words: &[&str]) -> bool {
    let text = text.to_lowercase();
    words.iter().all(|word| text.contains(word))
}

fn conversation(row: &Conversation) -> Entry {
    Entry {
        group: Group::Conversations,
        icon: if row.subject.room().is_some() { "users" } else { "chat" },
        label: row.names(),
        detail: subject_text(row),
        keys: "",
        action: Action::Open(format!("/messages/{}", row.id)),
    }
}

fn listing(listing: &ListingCard) -> Entry {
    Entry {
        group: Group::Listings,
        icon: "compass",
        label: listing.title.clone(),
        detail: format!("{} · {}", format_price(listing.price_cents), listing.place),
        keys: "",
        action: Action::Open(format!("/listings/{}", listing.id)),
    }
}

fn order(order: &OrderCard) -> Entry {
    let days = order.days();
    let parts = days.into_iter().chain([order.code.to_string()]);
    Entry {
        group: Group::Orders,
        icon: "bag",
        label: order.title.clone(),
        detail: parts.collect::<Vec<_>>().join(" · "),
        keys: "",
        action: Action::Open(format!("/orders/{}", order.code)),
    }
}

/// Leads to the search in messages.
fn messages(query: &str) -> Entry {
    Entry {
        group: Group::GoTo,
        icon: "search",
        label: words::search_palette(query),
        detail: String::new(),
        keys: "",
        action: Action::Open(href_with_query("/search", &[("q", query)])),
    }
}

/// Leads to the directory of people. The palette does not search it itself, since each look is noted in the audit log.
fn people(query: &str) -> Entry {
    Entry {
        group: Group::GoTo,
        icon: "users",
        label: words::palette_find_people(query),
        detail: String::new(),
        keys: "",
        action: Action::Open(href_with_query("/operator/users", &[("q", query)])),
    }
}

/// Pages and commands, for who is signed in or is not.
fn commands(session: &PageSession) -> Vec<Entry> {
    let is_member = session.viewer.is_some();
    let is_operator = session.viewer.as_ref().is_some_and(|viewer| viewer.rank != Rank::Member);
    let entry = |group, icon, label: &str, keys, action| Entry {
        group,
        icon,
        label: label.to_owned(),
        detail: String::new(),
        keys,
        action,
    };
    let page =
        |icon, label, keys, path: &str| entry(Group::GoTo, icon, label, keys, Action::Open(path.into()));
    let command = |icon, label, action| entry(Group::Commands, icon, label, "", action);
    let mut entries = vec![page("compass", words::palette_page_explore(), "G E", "/")];
    if is_member {
        entries.extend([
            page("chat", words::palette_page_messages(), "G M", "/messages"),
            page("archive", words::palette_page_archive(), "", "/archive"),
            page("bag", words::palette_page_orders(), "G O", "/orders"),
            page("hosting", words::palette_page_hosting(), "G H", "/hosting"),
        ]);
        if is_operator {
            entries.extend([
                page("tools", words::palette_page_desk(), "G D", "/operator/orders"),
                page("users", words::palette_page_people(), "", "/operator/users"),
                page("bell", words::palette_page_notices(), "", "/operator/notices"),
                page("lock", words::palette_page_audit(), "", "/operator/audit"),
            ]);
        }
        entries.extend([
            page("bell", words::palette_page_notifications(), "", "/notifications"),
            page("gear", words::palette_page_settings(), "G S", "/settings"),
        ]);
        if session.can_make_rooms {
            entries.push(command("users", words::palette_new_room(), Action::Open("/rooms/new".to_owned())));
        }
        entries.extend([
            command("plus", words::palette_new_listing(), Action::Open("/listings/new".to_owned())),
            command("edit", words::palette_ask_special(), Action::Open("/orders/new".to_owned())),
        ]);
    } else {
        entries.push(page("user", words::common_sign_in(), "", "/sign-in"));
    }
    entries.extend([
        command("sun", words::palette_theme_light(), Action::SetTheme(Theme::Light)),
        command("moon", words::palette_theme_dark(), Action::SetTheme(Theme::Dark)),
        command("device", words::palette_theme_device(), Action::SetTheme(Theme::Device)),
        entry(Group::Commands, "tools", words::shortcuts_title(), "?", Action::ShowKeys),
    ]);
    if is_member {
        entries.push(command("out", words::palette_sign_out(), Action::SignOut));
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_words_count_in_any_order_and_case() {
        assert!(matches("Tomas Berg Boathouse on the lake", &["boat", "tomas"]));
        assert!(!matches("Tomas Berg Boathouse on the lake", &["boat", "noor"]));
        assert!(matches("Anything", &[]));
    }

    #[test]
    fn a_visitor_is_offered_nothing_that_needs_an_account() {
        let labels: Vec<_> = commands(&PageSession::default()).into_iter().map(|entry| entry.label).collect();
        assert!(labels.contains(&"Sign in".to_owned()));
        for missing in ["Messages", "Settings", "Sign out", "New room", "People"] {
            assert!(!labels.contains(&missing.to_owned()), "{missing}");
        }
    }
}
