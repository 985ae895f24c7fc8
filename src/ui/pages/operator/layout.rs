//! What stands around every page of operators: who may see it, the ways from one to the next, and the
//! parts that their lists share.

use leptos::{ev::SubmitEvent, html, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::{use_navigate, use_query_map};

use crate::shared::users::rank::Rank;
use crate::ui::{
    components::{
        guard::{SignedIn, encoded},
        not_found::NotFoundPage,
    },
    route::use_path,
};
use crate::{
    shared::{listings::SEARCH_MAX_CHARS, page::session::PageSession, values::page_cursor::Cursor},
    ui::components::Icon,
};

const PLACES: [(&str, &str); 6] = [
    ("/operator/orders", "Desk"),
    ("/operator/users", "People"),
    ("/operator/conversations", "Conversations"),
    ("/operator/notices", "Notices"),
    ("/operator/audit", "Audit log"),
    ("/operator/settings", "Settings"),
];

/// A page for operators and admins; to everybody else it does not exist.
#[component]
pub fn OperatorFrame(title: &'static str, children: ChildrenFn) -> impl IntoView {
    let viewer = expect_context::<PageSession>().viewer;
    if viewer.is_some_and(|viewer| viewer.rank == Rank::Member) {
        return view! { <NotFoundPage/> }.into_any();
    }
    let children = StoredValue::new(children);
    view! {
        <SignedIn>
            <Title text=title/>
            <main class="page" id="main" tabindex="-1">
                <Places/>
                {children.with_value(|children| children())}
            </main>
        </SignedIn>
    }
    .into_any()
}

#[component]
fn Places() -> impl IntoView {
    let path = use_path();
    let link = move |(href, word): (&'static str, &'static str)| {
        let is_here = move || {
            path.with(|path| {
                path.strip_prefix(href).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            })
        };
        view! { <a href=href aria-current=move || is_here().then_some("page")>{word}</a> }.into_any()
    };
    view! { <nav class="places" aria-label="For operators">{PLACES.map(link).collect_view()}</nav> }
}

/// A path with those of these parameters that say something.
pub fn address(path: &str, query: &[(&str, &str)]) -> String {
    let said = query.iter().filter(|(_, value)| !value.is_empty());
    let query: Vec<_> = said.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
}

/// What of a list is shown, as the address says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    pub search: String,
    /// Of one kind only.
    pub show: String,
    pub after: Option<Cursor>,
}

impl Asked {
    pub fn href(&self, path: &str) -> String {
        let after = self.after.map(|after| after.to_string()).unwrap_or_default();
        address(path, &[("q", &self.search), ("show", &self.show), ("after", &after)])
    }

    pub fn search(&self) -> Option<String> {
        Some(self.search.clone()).filter(|search| !search.is_empty())
    }
}

pub fn use_asked() -> Memo<Asked> {
    let query = use_query_map();
    Memo::new(move |_| {
        query.with(|query| Asked {
            search: query.get_str("q").unwrap_or_default().trim().chars().take(SEARCH_MAX_CHARS).collect(),
            show: query.get_str("show").unwrap_or_default().to_owned(),
            after: query.get_str("after").and_then(|after| after.parse().ok()),
        })
    })
}

/// Searches a list: a form with GET, which keeps what else the address says.
#[component]
pub fn Find(
    path: &'static str,
    label: &'static str,
    placeholder: &'static str,
    #[prop(into)] search: Signal<String>,
    #[prop(default = Vec::new())] kept: Vec<(&'static str, String)>,
) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    // The field follows the address (Back, another page), but not on hydration: what was typed before stays.
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
    let hidden = kept.clone().into_iter().filter(|(_, value)| !value.is_empty());
    let hidden =
        hidden.map(|(name, value)| view! { <input type="hidden" name=name value=value/> }.into_any());
    let hidden = hidden.collect_view();
    let submit = move |event: SubmitEvent| {
        let Some(input) = input.get_untracked() else { return };
        event.prevent_default();
        let search = input.value();
        let mut query = vec![("q", search.trim())];
        query.extend(kept.iter().map(|(name, value)| (*name, value.as_str())));
        navigate(&address(path, &query), Default::default());
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

/// The ways to the newest page of a list and to the next.
#[component]
pub fn Pages(asked: Asked, path: &'static str, next: Option<Cursor>) -> impl IntoView {
    let newest = asked.after.map(|_| Asked { after: None, ..asked.clone() }.href(path));
    let older = next.map(|next| Asked { after: Some(next), ..asked.clone() }.href(path));
    view! {
        <nav class="explore__pages" aria-label="Pages">
            {newest.map(|href| view! { <a class="button" href=href>"Newest"</a> }.into_any())}
            {older.map(|href| view! { <a class="button" href=href rel="next">"Older"</a> }.into_any())}
        </nav>
    }
}
