//! Explore page: search for listings, filter by kind, pagination. Everything is a link or a form with GET, so
//! it works without script and every view has a URL.

use leptos::{ev::SubmitEvent, html, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::{use_navigate, use_query_map};

use crate::{
    api::listings::get_listings,
    shared::{
        listings::{LISTINGS_PAGE, ListingPage, SEARCH_MAX_CHARS, kind::ListingKind},
        page::payload::PagePayload,
        words,
    },
    ui::components::{
        EmptyState, Icon, ListingCardItem, ResourceView, Skeleton, guard::encode_query_value,
        not_found::LoadError, page_resource,
    },
};

/// Covers that load at once; the others load lazily, as they come near the viewport.
const EAGER_COVERS: usize = 4;

/// The search, filter and page number, as the URL's query string holds them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct ListingQuery {
    search: String,
    kind: Option<ListingKind>,
    page: i64,
}

impl ListingQuery {
    fn href(&self) -> String {
        let mut params = Vec::new();
        if !self.search.is_empty() {
            params.push(format!("q={}", encode_query_value(&self.search)));
        }
        if let Some(kind) = self.kind {
            params.push(format!("kind={}", kind.as_str()));
        }
        if self.page > 0 {
            params.push(format!("page={}", self.page));
        }
        if params.is_empty() { "/".to_owned() } else { format!("/?{}", params.join("&")) }
    }

    fn has_no_filter(&self) -> bool {
        self.search.is_empty() && self.kind.is_none()
    }
}

fn use_listing_query() -> Memo<ListingQuery> {
    let params = use_query_map();
    Memo::new(move |_| {
        params.with(|params| ListingQuery {
            search: params.get_str("q").unwrap_or_default().trim().chars().take(SEARCH_MAX_CHARS).collect(),
            kind: params.get_str("kind").and_then(ListingKind::parse),
            page: params.get_str("page").and_then(|page| page.parse().ok()).unwrap_or(0).max(0),
        })
    })
}

#[component]
pub fn ExplorePage() -> impl IntoView {
    let query = use_listing_query();
    let payload = page_resource(Signal::derive(move || query.with(ListingQuery::href)), move || {
        let query = query.get_untracked();
        Box::pin(async move {
            let search = Some(query.search).filter(|search| !search.is_empty());
            let kind = query.kind.map(|kind| kind.as_str().to_owned());
            PagePayload::new(get_listings(search, kind, Some(query.page)).await)
        })
    });
    view! {
        <Title text=words::listings_explore_title()/>
        <main class="page" id="main" tabindex="-1">
            <h1 class="visually-hidden">{words::listings_explore_title()}</h1>
            <SearchForm query/>
            <KindChips query/>
            <ResourceView
                from=payload
                fallback=|| view! { <Skeleton count=8 class="skeleton--cards"/> }
                show=Box::new(move |answer| match answer.take::<ListingPage>() {
                        Ok(page) => view! { <ListingGrid query=query.get_untracked() page/> }.into_any(),
                        Err(error) => view! { <LoadError error payload/> }.into_any(),
                })
            />
        </main>
    }
    .into_any()
}

#[component]
fn SearchForm(query: Memo<ListingQuery>) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    // The field follows the URL (a chip, Back), but not on hydration: text typed before it stays.
    Effect::new(move |before: Option<String>| {
        let search = query.with(|query| query.search.clone());
        if before.is_some_and(|before| before != search)
            && let Some(input) = input.get_untracked()
        {
            input.set_value(&search);
        }
        search
    });
    let kind = move || query.with(|query| query.kind.map(ListingKind::as_str));
    let navigate = use_navigate();
    let search = move |event: SubmitEvent| {
        let Some(input) = input.get_untracked() else { return };
        event.prevent_default();
        let search = input.value().trim().to_owned();
        navigate(&ListingQuery { search, page: 0, ..query.get_untracked() }.href(), Default::default());
    };
    view! {
        <form class="hunt" method="get" action="/" role="search" on:submit=search>
            <label>
                {words::listings_search()}
                <input
                    node_ref=input
                    type="search"
                    name="q"
                    value=query.get_untracked().search
                    maxlength=SEARCH_MAX_CHARS.to_string()
                    placeholder=words::listings_search_placeholder()
                    autocomplete="off"
                    enterkeyhint="search"
                />
            </label>
            {move || kind().map(|kind| view! { <input type="hidden" name="kind" value=kind/> }.into_any())}
            <button class="hunt__go" type="submit" aria-label=words::listings_search()>
                <Icon name="search"/>
            </button>
        </form>
    }
}

#[component]
fn KindChips(query: Memo<ListingQuery>) -> impl IntoView {
    let chip = move |kind: Option<ListingKind>, word: &'static str| {
        let href = move || query.with(|query| ListingQuery { kind, page: 0, ..query.clone() }.href());
        let is_current = move || query.with(|query| (query.kind == kind).then_some("true"));
        view! { <a class="chip" href=href aria-current=is_current>{word}</a> }
    };
    view! {
        <nav class="explore__filters chips" aria-label=words::listings_kinds()>
            {chip(None, words::listings_kinds_all())}
            {ListingKind::ALL.map(|kind| chip(Some(kind), kind.plural())).collect_view()}
        </nav>
    }
}

#[component]
fn ListingGrid(query: ListingQuery, page: ListingPage) -> impl IntoView {
    if page.listings.is_empty() {
        return view! { <NoListings query/> }.into_any();
    }
    let count = page.listings.len();
    let summary = match (query.search.is_empty(), page.next.is_some() || query.page > 0) {
        (true, _) => None,
        (false, true) => Some(words::listings_results(&query.search)),
        (false, false) => Some(words::listings_result_count(count as u64, &query.search)),
    };
    let back = (query.page > 0).then(|| ListingQuery { page: query.page - 1, ..query.clone() }.href());
    let more = page.next.map(|next| ListingQuery { page: next, ..query.clone() }.href());
    debug_assert!(i64::try_from(count).is_ok_and(|count| count <= LISTINGS_PAGE));
    view! {
        {summary.map(|summary| view! { <p class="explore__found" role="status" dir="auto">{summary}</p> }.into_any())}
        <ul class="listing-grid">
            {page
                .listings
                .into_iter()
                .enumerate()
                .map(|(index, listing)| view! { <ListingCardItem listing eager=index < EAGER_COVERS/> }.into_any())
                .collect_view()}
        </ul>
        <nav class="explore__pages" aria-label=words::common_list_pages()>
            {back.map(|href| view! {
                <a class="button" href=href rel="prev">{words::listings_pages_back()}</a>
            }.into_any())}
            {more.map(|href| view! {
                <a class="button" href=href rel="next">{words::common_show_more()}</a>
            }.into_any())}
        </nav>
    }
    .into_any()
}

#[component]
fn NoListings(query: ListingQuery) -> impl IntoView {
    if query.has_no_filter() && query.page == 0 {
        return view! {
            <EmptyState title=words::listings_empty_title() text=words::listings_empty_text() art="offer">
                <a class="button button--main" href="/listings/new">{words::listings_offer()}</a>
            </EmptyState>
        }
        .into_any();
    }
    let title = match (query.search.as_str(), query.kind) {
        ("", Some(ListingKind::Stay)) => words::listings_none_stay().to_owned(),
        ("", Some(ListingKind::Item)) => words::listings_none_item().to_owned(),
        ("", Some(ListingKind::Service)) => words::listings_none_service().to_owned(),
        ("", Some(ListingKind::Tour)) => words::listings_none_tour().to_owned(),
        ("", None) => words::listings_none_more().to_owned(),
        (search, _) => words::listings_none_found(search),
    };
    let wider = ListingQuery { kind: None, page: 0, ..query.clone() };
    let (text, href, word) = if query.kind.is_some() && !query.search.is_empty() {
        (words::listings_none_of_kind_text(), wider.href(), words::listings_none_of_kind_link())
    } else {
        (words::listings_none_text(), "/".to_owned(), words::listings_none_link())
    };
    let [before, after] = words::around(&words::listings_none_ask(words::HOLE));
    view! {
        <EmptyState title text art="search">
            <a class="button button--main" href=href>{word}</a>
        </EmptyState>
        <p class="muted">
            {before}<a class="link" href="/orders/new">{words::listings_none_ask_link()}</a>{after}
        </p>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_holds_the_query_and_nothing_else() {
        let query = ListingQuery { search: "a & b/ü".to_owned(), kind: Some(ListingKind::Tour), page: 2 };
        assert_eq!(query.href(), "/?q=a%20%26%20b%2F%C3%BC&kind=tour&page=2");
        assert_eq!(ListingQuery::default().href(), "/");
    }
}
