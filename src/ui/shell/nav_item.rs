//! Items of the main navigation: their labels, paths and icons, and the pages that belong to each.

use leptos::prelude::*;

use crate::{
    browser::{use_live, use_unread_message_count},
    shared::{page::session::PageSession, users::rank::Rank, words},
    ui::route::use_path,
};

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum NavItem {
    Explore,
    Messages,
    Orders,
    MyListings,
    OrderBoard,
    Account,
}

impl NavItem {
    pub fn label(self) -> &'static str {
        match self {
            Self::Explore => words::shell_nav_explore(),
            Self::Messages => words::shell_nav_messages(),
            Self::Orders => words::shell_nav_orders(),
            Self::MyListings => words::shell_nav_hosting(),
            Self::OrderBoard => words::shell_nav_desk(),
            Self::Account => words::shell_nav_account(),
        }
    }

    pub fn path(self) -> &'static str {
        match self {
            Self::Explore => "/",
            Self::Messages => "/messages",
            Self::Orders => "/orders",
            Self::MyListings => "/hosting",
            Self::OrderBoard => "/operator/orders",
            Self::Account => "/settings",
        }
    }

    pub fn icon(self) -> &'static str {
        match self {
            Self::Explore => "compass",
            Self::Messages => "chat",
            Self::Orders => "bag",
            Self::MyListings => "hosting",
            Self::OrderBoard => "tools",
            Self::Account => "user",
        }
    }

    /// What the item's badge counts; `None` for an item without one.
    pub fn badge(self) -> Option<Signal<i64>> {
        match self {
            Self::Messages => Some(use_unread_message_count()),
            Self::OrderBoard => Some(use_live().unread_orders.into()),
            _ => None,
        }
    }

    /// Whether the page at `path` belongs to this item. The page of a listing belongs to Explore, its form to
    /// Hosting.
    pub fn contains_path(self, path: &str) -> bool {
        let is_form = path == "/listings/new" || path.ends_with("/edit");
        match self {
            Self::Explore => path == "/" || path.starts_with("/listings/") && !is_form,
            Self::Messages => {
                path == "/messages" || path.starts_with("/messages/") || path.starts_with("/rooms/")
            }
            Self::Orders => path == "/orders" || path.starts_with("/orders/"),
            Self::MyListings => path == "/hosting" || is_form,
            Self::OrderBoard => path.starts_with("/operator/"),
            Self::Account => path == "/settings",
        }
    }
}

pub fn use_is_current(item: NavItem) -> Signal<bool> {
    let path = use_path();
    Signal::derive(move || path.with(|path| item.contains_path(path)))
}

/// Whether the viewer is an operator or an admin.
pub fn is_operator() -> bool {
    expect_context::<PageSession>().viewer.is_some_and(|viewer| viewer.rank != Rank::Member)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_page_belongs_to_one_nav_item() {
        let items = [
            NavItem::Explore,
            NavItem::Messages,
            NavItem::Orders,
            NavItem::MyListings,
            NavItem::OrderBoard,
            NavItem::Account,
        ];
        let items_of = |path: &str| {
            items.into_iter().filter(|item| item.contains_path(path)).map(NavItem::label).collect::<Vec<_>>()
        };
        for (path, label) in [
            ("/", "Explore"),
            ("/listings/0190", "Explore"),
            ("/listings/0190/edit", "Hosting"),
            ("/listings/new", "Hosting"),
            ("/messages", "Messages"),
            ("/messages/0190", "Messages"),
            ("/orders", "Orders"),
            ("/orders/REQ-7F3K2M", "Orders"),
            ("/operator/orders", "Desk"),
            ("/operator/conversations/0190", "Desk"),
            ("/settings", "Account"),
        ] {
            assert_eq!(items_of(path), [label], "{path}");
        }
        assert!(items_of("/nowhere").is_empty());
    }
}
