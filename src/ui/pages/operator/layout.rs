//! Operator layout: the access check and the navigation around every operator page, and the search form and
//! the pagination links that their lists share.

use leptos::{ev::SubmitEvent, html, prelude::*, task::spawn_local};
use leptos_meta::Title;
use leptos_router::hooks::{use_navigate, use_query_map};

use crate::{
    api::reports::get_case_count,
    browser::use_live,
    shared::{
        listings::SEARCH_MAX_CHARS, page::session::PageSession, users::rank::Rank,
        values::page_cursor::PageCursor, words,
    },
    ui::{
        components::{
            Icon,
            guard::{SignedIn, encode_query_value},
            not_found::NotFoundPage,
            reactive_view,
        },
        route::use_path,
    },
};

/// The page whose link has a live count.
const CASES: &str = "/operator/reports";
/// The page that only admins have.
const WEBHOOKS: &str = "/operator/webhooks";

/// The path of each page, and the word for it.
fn operator_pages(rank: Rank) -> impl Iterator<Item = (&'static str, &'static str)> {
    [
        ("/operator/orders", words::operator_desk_title()),
        ("/operator/users", words::operator_people_title()),
        ("/operator/conversations", words::operator_conversations_title()),
        (CASES, words::cases_title()),
        ("/operator/notices", words::operator_notices_title()),
        ("/operator/audit", words::operator_audit_title()),
        (WEBHOOKS, words::webhooks_title()),
        ("/operator/settings", words::operator_settings_link()),
    ]
    .into_iter()
    .filter(move |(path, _)| *path != WEBHOOKS || rank == Rank::Admin)
}

/// A page for operators and admins. To other users it does not exist, and signed-out visitors are asked to
/// sign in.
#[component]
pub fn OperatorLayout(title: &'static str, children: ChildrenFn) -> impl IntoView {
    let viewer = expect_context::<PageSession>().viewer;
    if viewer.is_some_and(|viewer| viewer.rank == Rank::Member) {
        return view! { <NotFoundPage/> }.into_any();
    }
    let children = StoredValue::new(children);
    view! {
        <SignedIn>
            <Title text=title/>
            <main class="page" id="main" tabindex="-1">
                <OperatorNav/>
                {children.with_value(|children| children())}
            </main>
        </SignedIn>
    }
    .into_any()
}

#[component]
fn OperatorNav() -> impl IntoView {
    let path = use_path();
    let rank = expect_context::<PageSession>().viewer.map(|viewer| viewer.rank).unwrap_or_default();
    let nav = NodeRef::<html::Nav>::new();
    // On a phone the tabs are wider than the screen.
    Effect::new(move |_| {
        path.track();
        let Some(nav) = nav.get() else { return };
        if let Ok(Some(current)) = nav.query_selector("[aria-current]") {
            let (area, tab) = (nav.get_bounding_client_rect(), current.get_bounding_client_rect());
            let by = tab.left() + tab.width() / 2.0 - area.left() - area.width() / 2.0;
            nav.set_scroll_left(nav.scroll_left() + by as i32);
        }
    });
    let link = move |(href, word): (&'static str, &'static str)| {
        let is_here = move || {
            path.with(|path| {
                path.strip_prefix(href).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            })
        };
        let count = (href == CASES).then(|| view! { <CaseCount/> }.into_any());
        view! { <a href=href aria-current=move || is_here().then_some("page")><span>{word}{count}</span></a> }
            .into_any()
    };
    view! {
        <nav class="places" node_ref=nav aria-label=words::operator_nav_label()>
            {operator_pages(rank).map(link).collect_view()}
        </nav>
    }
}

/// How many cases are open. Each wake-up of the operators asks again.
#[component]
fn CaseCount() -> impl IntoView {
    let live = use_live();
    let count = RwSignal::new(0);
    Effect::new(move |_| {
        live.operator_wake_ups.track();
        spawn_local(async move {
            if let Ok(open) = get_case_count().await {
                count.try_set(open);
            }
        });
    });
    reactive_view(move || {
        let open = Some(count.get()).filter(|open| *open > 0)?;
        Some(
            view! {
                " "
                <span class="badge" aria-hidden="true">{open.to_string()}</span>
                <span class="visually-hidden">{words::cases_nav_count(&open.to_string())}</span>
            }
            .into_any(),
        )
    })
}

/// The path with a query string of those parameters that are not empty.
pub fn href_with_query(path: &str, query: &[(&str, &str)]) -> String {
    let set = query.iter().filter(|(_, value)| !value.is_empty());
    let query: Vec<_> = set.map(|(name, value)| format!("{name}={}", encode_query_value(value))).collect();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
}

/// Search, filter and cursor of a list, as the URL's query string holds them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListQuery {
    pub search: String,
    /// The filter by kind; empty shows all.
    pub show: String,
    /// Further filters of a list, by their names.
    pub more: Vec<(&'static str, String)>,
    pub after: Option<PageCursor>,
}

/// The further filters that a list may have, and their longest values.
const MORE: [&str; 4] = ["event", "result", "from", "to"];
const MORE_MAX_CHARS: usize = 40;

impl ListQuery {
    pub fn href(&self, path: &str) -> String {
        let after = self.after.map(|after| after.to_string()).unwrap_or_default();
        let mut query = vec![("q", &*self.search), ("show", &self.show)];
        query.extend(self.more.iter().map(|(name, value)| (*name, value.as_str())));
        query.push(("after", &after));
        href_with_query(path, &query)
    }

    /// The value of a further filter; empty if there is none.
    pub fn more(&self, name: &str) -> String {
        let found = self.more.iter().find(|(other, _)| *other == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    }

    /// The search, or nothing where it is empty.
    pub fn search(&self) -> Option<String> {
        Some(self.search.clone()).filter(|search| !search.is_empty())
    }
}

pub fn use_list_query() -> Memo<ListQuery> {
    let query = use_query_map();
    Memo::new(move |_| {
        query.with(|query| ListQuery {
            search: query.get_str("q").unwrap_or_default().trim().chars().take(SEARCH_MAX_CHARS).collect(),
            show: query.get_str("show").unwrap_or_default().to_owned(),
            more: MORE
                .iter()
                .filter_map(|name| Some((*name, query.get_str(name)?.chars().take(MORE_MAX_CHARS).collect())))
                .collect(),
            after: query.get_str("after").and_then(|after| after.parse().ok()),
        })
    })
}

/// Search form of a list, with GET. `other_params` are kept in the URL beside the search.
#[component]
pub fn SearchForm(
    path: &'static str,
    label: &'static str,
    placeholder: &'static str,
    #[prop(into)] search: Signal<String>,
    #[prop(default = Vec::new())] other_params: Vec<(&'static str, String)>,
) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    // The field follows the URL (Back, another page), but not on hydration: text typed before it stays.
    Effect::new(move |before: Option<String>| {
        let search = search.get();
        if before.is_some_and(|before| before != search)
            && let Some(input) = input.get_untracked()
        {
            input.set_value(&search);
        }
        search
    });
    let navigate = use_navigate();
    let hidden = other_params.clone().into_iter().filter(|(_, value)| !value.is_empty());
    let hidden =
        hidden.map(|(name, value)| view! { <input type="hidden" name=name value=value/> }.into_any());
    let hidden = hidden.collect_view();
    let submit = move |event: SubmitEvent| {
        let Some(input) = input.get_untracked() else { return };
        event.prevent_default();
        let search = input.value();
        let mut query = vec![("q", search.trim())];
        query.extend(other_params.iter().map(|(name, value)| (*name, value.as_str())));
        navigate(&href_with_query(path, &query), Default::default());
    };
    view! {
        <form class="find" method="get" action=path role="search" on:submit=submit>
            <Icon name="search"/>
            <input
                node_ref=input
                type="search"
                name="q"
                aria-label=label
                placeholder=placeholder
                autocomplete="off"
                maxlength=SEARCH_MAX_CHARS.to_string()
                value=search.get_untracked()
            />
            {hidden}
        </form>
    }
}

/// Pagination: links to the newest page of a list and to the next older one.
#[component]
pub fn PaginationLinks(list_query: ListQuery, path: &'static str, next: Option<PageCursor>) -> impl IntoView {
    let newest = list_query.after.map(|_| ListQuery { after: None, ..list_query.clone() }.href(path));
    let older = next.map(|next| ListQuery { after: Some(next), ..list_query.clone() }.href(path));
    view! {
        <nav class="explore__pages" aria-label=words::common_list_pages()>
            {newest.map(|href| view! { <a class="button" href=href>{words::operator_list_newest()}</a> }.into_any())}
            {older.map(|href| view! { <a class="button" href=href rel="next">{words::operator_list_older()}</a> }.into_any())}
        </nav>
    }
}
