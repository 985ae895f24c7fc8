//! What is asked of the search page, as its URL holds it. Forms and links name the same parameters, so everything works without
//! script.

use leptos_router::params::ParamsMap;

use crate::{
    shared::{
        listings::SEARCH_MAX_CHARS,
        messages::search::{Has, MessageSearch, SearchCursor},
    },
    ui::components::guard::encode_query_value,
};

pub const PATH: &str = "/search";

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    pub search: MessageSearch,
    pub after: Option<SearchCursor>,
}

impl Asked {
    pub fn of(params: &ParamsMap) -> Self {
        let text = |name| params.get_str(name).map(str::trim).filter(|value| !value.is_empty());
        let search = MessageSearch {
            text: text("q").unwrap_or_default().chars().take(SEARCH_MAX_CHARS).collect(),
            conversation: text("in").and_then(|id| id.parse().ok()),
            with: text("with").and_then(|id| id.parse().ok()),
            is_mine: text("mine").is_some(),
            listing: text("listing").and_then(|id| id.parse().ok()),
            order: text("order").map(|code| code.chars().take(SEARCH_MAX_CHARS).collect()),
            has: text("has").and_then(Has::parse),
            since: text("since").and_then(|day| day.parse().ok()),
            until: text("until").and_then(|day| day.parse().ok()),
        };
        Self { search, after: text("after").and_then(|after| after.parse().ok()) }
    }

    pub fn href(&self) -> String {
        let search = &self.search;
        let mut values = vec![("q", search.text.clone())];
        values.extend(search.conversation.map(|id| ("in", id.to_string())));
        values.extend(search.with.map(|id| ("with", id.to_string())));
        values.extend(search.is_mine.then(|| ("mine", "1".to_owned())));
        values.extend(search.listing.map(|id| ("listing", id.to_string())));
        values.extend(search.order.clone().map(|code| ("order", code)));
        values.extend(search.has.map(|has| ("has", has.as_str().to_owned())));
        values.extend(search.since.map(|day| ("since", day.to_string())));
        values.extend(search.until.map(|day| ("until", day.to_string())));
        values.extend(self.after.map(|after| ("after", after.to_string())));
        href(values)
    }

    /// Whether anything but words is asked for.
    pub fn has_filters(&self) -> bool {
        self.search != MessageSearch { text: self.search.text.clone(), ..MessageSearch::default() }
    }

    /// Whether the fields that are folded away hold something.
    pub fn has_fields(&self) -> bool {
        let MessageSearch { is_mine, order, has, since, until, .. } = &self.search;
        *is_mine || order.is_some() || has.is_some() || since.is_some() || until.is_some()
    }

    /// The same search with a change, from its first page.
    pub fn with(&self, change: impl FnOnce(&mut MessageSearch)) -> Self {
        let mut search = self.search.clone();
        change(&mut search);
        Self { search, after: None }
    }
}

/// The page's URL with these parameters, without those that are empty.
pub fn href(values: impl IntoIterator<Item = (&'static str, String)>) -> String {
    let values = values.into_iter().filter(|(_, value)| !value.is_empty());
    let values: Vec<_> =
        values.map(|(name, value)| format!("{name}={}", encode_query_value(&value))).collect();
    if values.is_empty() { PATH.to_owned() } else { format!("{PATH}?{}", values.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::{ids::ConversationId, values::dates::Day};

    #[test]
    fn f8_a_url_holds_the_search_and_nothing_else() {
        let id = ConversationId::new();
        let search = MessageSearch {
            text: "a & b".into(),
            conversation: Some(id),
            has: Some(Has::Link),
            since: Some(Day(20_000)),
            ..MessageSearch::default()
        };
        let asked = Asked { search, after: Some(SearchCursor(7)) };
        let id = encode_query_value(&id.to_string());
        assert_eq!(
            asked.href(),
            format!("/search?q=a%20%26%20b&in={id}&has=link&since=2024%2D10%2D04&after=7")
        );
        assert_eq!(Asked::default().href(), "/search");
        assert!(asked.has_filters() && asked.has_fields() && !Asked::default().has_filters());
    }
}
