//! Filters of the search page that are links: those that hold, each of which can be taken away, and people and listings of what
//! was found, which narrow it.

use leptos::prelude::*;

use super::asked::Asked;
use crate::{
    browser::use_live,
    shared::{
        conversations::Conversation,
        ids::{ListingId, UserId},
        messages::search::FoundPage,
        words,
    },
    ui::components::Icon,
};

/// People and listings that are offered, each.
const OFFERED_MAX: usize = 4;

/// The filters that hold. Pressing one takes it away.
#[component]
pub fn HeldFilters(asked: Memo<Asked>) -> impl IntoView {
    let live = use_live();
    let chips = move || {
        let asked = asked.get();
        let search = &asked.search;
        let mut held: Vec<(String, Asked)> = Vec::new();
        if let Some(id) = search.conversation {
            let names = live.inbox.with(|inbox| inbox.get(id).map(Conversation::names));
            let name = names.unwrap_or_else(|| words::search_this_conversation().to_owned());
            held.push((words::search_in(&name), asked.with(|search| search.conversation = None)));
        }
        if let Some(id) = search.with {
            let name = live.inbox.with(|inbox| inbox.rows().into_iter().find_map(|row| name_of(row, id)));
            let name = name.unwrap_or_else(|| words::search_this_person().to_owned());
            held.push((words::search_with(&name), asked.with(|search| search.with = None)));
        }
        if let Some(id) = search.listing {
            let title = live.inbox.with(|inbox| inbox.rows().into_iter().find_map(|row| title_of(row, id)));
            let title = title.unwrap_or_else(|| words::search_this_listing().to_owned());
            held.push((words::search_about(&title), asked.with(|search| search.listing = None)));
        }
        let chips = held.into_iter().map(|(label, without)| {
            view! {
                <a class="chip seek__held" href=without.href()>
                    <span class="visually-hidden">{words::search_remove()}</span>
                    <span class="cut" dir="auto">{label}</span>
                    <Icon name="x" class="icon--16"/>
                </a>
            }
            .into_any()
        });
        chips.collect_view()
    };
    view! { <div class="chips seek__chips">{chips}</div> }
}

/// Links that narrow what was found to one person or listing.
#[component]
pub fn OfferedFilters(asked: Asked, page: FoundPage) -> impl IntoView {
    let search = &asked.search;
    let mut people: Vec<(UserId, String)> = Vec::new();
    let mut listings: Vec<(ListingId, String)> = Vec::new();
    for row in &page.conversations {
        if row.subject.room().is_none() {
            for other in &row.people {
                if people.iter().all(|(id, _)| *id != other.person.id) {
                    people.push((other.person.id, other.person.name.clone()));
                }
            }
        }
        if let Some(listing) = row.subject.listing()
            && listings.iter().all(|(id, _)| *id != listing.id)
        {
            listings.push((listing.id, listing.title.clone()));
        }
    }
    let is_open = search.conversation.is_none();
    let people = people.into_iter().take(OFFERED_MAX).filter(|_| is_open && search.with.is_none());
    let listings = listings.into_iter().take(OFFERED_MAX).filter(|_| is_open && search.listing.is_none());
    let chips: Vec<_> =
        people
            .map(|(id, name)| (words::search_with(&name), asked.with(|search| search.with = Some(id))))
            .chain(listings.map(|(id, title)| {
                (words::search_about(&title), asked.with(|search| search.listing = Some(id)))
            }))
            .collect();
    // With one conversation alone there is nothing to narrow.
    (page.conversations.len() > 1 && !chips.is_empty()).then(|| {
        let chips = chips.into_iter().map(|(label, asked)| {
            view! { <a class="chip" href=asked.href()><span class="cut" dir="auto">{label}</span></a> }.into_any()
        });
        view! { <nav class="chips seek__chips" aria-label=words::search_narrow()>{chips.collect_view()}</nav> }.into_any()
    })
}

fn name_of(row: &Conversation, id: UserId) -> Option<String> {
    row.people.iter().find(|other| other.person.id == id).map(|other| other.person.name.clone())
}

fn title_of(row: &Conversation, id: ListingId) -> Option<String> {
    row.subject.listing().filter(|listing| listing.id == id).map(|listing| listing.title.clone())
}
