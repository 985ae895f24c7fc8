//! Finding a listing: search, kinds, and the grid. Everything is a link or a form with GET, so it
//! works without script and every view has an address.

use leptos::{ev::SubmitEvent, html, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::{use_navigate, use_query_map};

use crate::shared::listings::kind::ListingKind;
use crate::ui::components::{guard::encoded, not_found::Failed};
use crate::{
    api::listings::get_listings,
    shared::{
        listings::{LISTINGS_PAGE, ListingPage, SEARCH_MAX_CHARS},
        page::payload::PagePayload,
    },
    ui::components::{EmptyState, Fetched, Icon, ListingCardItem, Skeleton, fetched},
};

/// What is looked for, as the address says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Hunt {
    search: String,
    kind: Option<ListingKind>,
    page: i64,
}

impl Hunt {
    fn href(&self) -> String {
        let mut query = Vec::new();
        if !self.search.is_empty() {
            query.push(format!("q={}", encoded(&self.search)));
        }
        if let Some(kind) = self.kind {
            query.push(format!("kind={}", kind.as_str()));
        }
        if self.page > 0 {
            query.push(format!("page={}", self.page));
        }
        if query.is_empty() { "/".to_owned() } else { format!("/?{}", query.join("&")) }
    }

    fn is_everything(&self) -> bool {
        self.search.is_empty() && self.kind.is_none()
    }
}

fn use_hunt() -> Memo<Hunt> {
    let query = use_query_map();
    Memo::new(move |_| {
        query.with(|query| Hunt {
            search: query.get_str("q").unwrap_or_default().trim().chars().take(SEARCH_MAX_CHARS).collect(),
            kind: query.get_str("kind").and_then(ListingKind::parse),
            page: query.get_str("page").and_then(|page| page.parse().ok()).unwrap_or(0).max(0),
        })
    })
}

#[component]
pub fn ExplorePage() -> impl IntoView {
    let hunt = use_hunt();
    let found = fetched(Signal::derive(move || hunt.with(Hunt::href)), move || {
        let hunt = hunt.get_untracked();
        Box::pin(async move {
            let search = Some(hunt.search).filter(|search| !search.is_empty());
            let kind = hunt.kind.map(|kind| kind.as_str().to_owned());
            PagePayload::Listings(get_listings(search, kind, Some(hunt.page)).await)
        })
    });
    view! {
        <Title text="Explore"/>
        <main class="page" id="main" tabindex="-1">
            <h1 class="visually-hidden">"Explore"</h1>
            <SearchForm hunt/>
            <KindChips hunt/>
            <Fetched
                from=found
                fallback=|| view! { <Skeleton count=8 class="skeleton--cards"/> }
                show=Box::new(move |found| match found.listings() {
                        Ok(page) => view! { <Grid hunt=hunt.get_untracked() page/> }.into_any(),
                        Err(error) => view! { <Failed error/> }.into_any(),
                })
            />
        </main>
    }
    .into_any()
}

#[component]
fn SearchForm(hunt: Memo<Hunt>) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    // The field follows the address (a chip, Back), but not on hydration: what was typed before stays.
    Effect::new(move |before: Option<String>| {
        let search = hunt.with(|hunt| hunt.search.clone());
        if before.is_some_and(|before| before != search)
            && let Some(input) = input.get_untracked()
        {
            input.set_value(&search);
        }
        search
    });
    let kind = move || hunt.with(|hunt| hunt.kind.map(ListingKind::as_str));
    let navigate = use_navigate();
    let search = move |event: SubmitEvent| {
        let Some(input) = input.get_untracked() else { return };
        event.prevent_default();
        let search = input.value().trim().to_owned();
        navigate(&Hunt { search, page: 0, ..hunt.get_untracked() }.href(), Default::default());
    };
    view! {
        <form class="hunt" method="get" action="/" role="search" on:submit=search>
            <label>
                "Search"
                <input
                    node_ref=input
                    type="search"
                    name="q"
                    value=hunt.get_untracked().search
                    maxlength=SEARCH_MAX_CHARS.to_string()
                    placeholder="Title, place or host"
                    autocomplete="off"
                    enterkeyhint="search"
                />
            </label>
            {move || kind().map(|kind| view! { <input type="hidden" name="kind" value=kind/> }.into_any())}
            <button class="hunt__go" type="submit" aria-label="Search">
                <Icon name="search"/>
            </button>
        </form>
    }
}

#[component]
fn KindChips(hunt: Memo<Hunt>) -> impl IntoView {
    let chip = move |kind: Option<ListingKind>, word: &'static str| {
        let href = move || hunt.with(|hunt| Hunt { kind, page: 0, ..hunt.clone() }.href());
        let is_current = move || hunt.with(|hunt| (hunt.kind == kind).then_some("true"));
        view! { <a class="chip" href=href aria-current=is_current>{word}</a> }
    };
    view! {
        <nav class="explore__filters chips" aria-label="Kinds">
            {chip(None, "Everything")}
            {ListingKind::ALL.map(|kind| chip(Some(kind), kind.plural())).collect_view()}
        </nav>
    }
}

#[component]
fn Grid(hunt: Hunt, page: ListingPage) -> impl IntoView {
    if page.listings.is_empty() {
        return view! { <Nothing hunt/> }.into_any();
    }
    let count = page.listings.len();
    let said = match (hunt.search.is_empty(), page.next.is_some() || hunt.page > 0) {
        (true, _) => None,
        (false, true) => Some(format!("Results for “{}”", hunt.search)),
        (false, false) => {
            Some(format!("{count} {} for “{}”", if count == 1 { "result" } else { "results" }, hunt.search))
        }
    };
    let back = (hunt.page > 0).then(|| Hunt { page: hunt.page - 1, ..hunt.clone() }.href());
    let more = page.next.map(|next| Hunt { page: next, ..hunt.clone() }.href());
    debug_assert!(i64::try_from(count).is_ok_and(|count| count <= LISTINGS_PAGE));
    view! {
        {said.map(|said| view! { <p class="explore__found" role="status" dir="auto">{said}</p> }.into_any())}
        <ul class="listing-grid">
            {page
                .listings
                .into_iter()
                .enumerate()
                .map(|(place, listing)| view! { <ListingCardItem listing eager=place < 4/> }.into_any())
                .collect_view()}
        </ul>
        <nav class="explore__pages" aria-label="Pages">
            {back.map(|href| view! { <a class="button" href=href rel="prev">"Back"</a> }.into_any())}
            {more.map(|href| view! { <a class="button" href=href rel="next">"Show more"</a> }.into_any())}
        </nav>
    }
    .into_any()
}

#[component]
fn Nothing(hunt: Hunt) -> impl IntoView {
    if hunt.is_everything() && hunt.page == 0 {
        return view! {
            <EmptyState title="No listings yet" text="Be the first to offer something." art="offer">
                <a class="button button--main" href="/listings/new">"Offer something"</a>
            </EmptyState>
        }
        .into_any();
    }
    let title = match (hunt.search.as_str(), hunt.kind) {
        ("", Some(kind)) => format!("No {} here", kind.plural().to_lowercase()),
        ("", None) => "Nothing more here".to_owned(),
        (search, _) => format!("Nothing for “{search}”"),
    };
    let wider = Hunt { kind: None, page: 0, ..hunt.clone() };
    let (text, href, word) = if hunt.kind.is_some() && !hunt.search.is_empty() {
        ("Other kinds may have it.", wider.href(), "Search everything")
    } else {
        ("Check the spelling, or look at everything.", "/".to_owned(), "Show everything")
    };
    view! {
        <EmptyState title text art="search">
            <a class="button button--main" href=href>{word}</a>
        </EmptyState>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_what_is_looked_for_and_nothing_else() {
        let hunt = Hunt { search: "a & b/ü".to_owned(), kind: Some(ListingKind::Tour), page: 2 };
        assert_eq!(hunt.href(), "/?q=a%20%26%20b%2F%C3%BC&kind=tour&page=2");
        assert_eq!(Hunt::default().href(), "/");
    }
}
