//! Details pane: the subject of a conversation and its people, beside the thread in a wide window. The style sheet
//! hides it elsewhere.

pub mod contact;
pub mod safety;
mod subject;

use leptos::prelude::*;

use crate::{
    browser::{environment, use_live},
    shared::{conversations::Conversation, users::Person, words},
    ui::components::{Avatar, StaffMark, reactive_view},
};
use contact::{ContactDetails, ShownPerson};
use subject::SubjectDetails;

#[component]
pub fn DetailsPane(row: Memo<Option<Conversation>>) -> impl IntoView {
    let is_wide = use_is_wide();
    let people = Memo::new(move |_| row.with(|row| row.as_ref().map(People::of)));
    view! {
        <aside class="details" aria-label=words::details_label()>
            <SubjectDetails row/>
            {reactive_view(move || Some(match people.get()? {
                People::Peer(person) => view! {
                    <section class="details__part"><ContactDetails person is_shown=is_wide/></section>
                }
                .into_any(),
                People::Several(people) => view! { <PeopleList people/> }.into_any(),
            }))}
        </aside>
    }
}

/// The other participants.
#[derive(Clone, Debug, PartialEq, Eq)]
enum People {
    Peer(Person),
    Several(Vec<Person>),
}

impl People {
    fn of(row: &Conversation) -> Self {
        match row.peer() {
            Some(peer) => Self::Peer(peer.person.clone()),
            None => Self::Several(row.people.iter().map(|other| other.person.clone()).collect()),
        }
    }
}

#[component]
fn PeopleList(people: Vec<Person>) -> impl IntoView {
    let ShownPerson(shown) = expect_context();
    let line = move |person: Person| {
        let (name, is_staff) = (person.name.clone(), person.is_staff);
        let of_face = person.clone();
        view! {
            <li>
                <button class="details__link" type="button" on:click=move |_| shown.set(Some(person.clone()))>
                    <Avatar person=of_face size=32/>
                    <span class="cut"><bdi>{name}</bdi> <StaffMark is_staff/></span>
                </button>
            </li>
        }
        .into_any()
    };
    (!people.is_empty()).then(|| {
        view! {
            <section class="details__part" aria-labelledby="details-people">
                <h2 id="details-people">{words::details_people()}</h2>
                <ul class="details__list">{people.into_iter().map(line).collect_view()}</ul>
            </section>
        }
        .into_any()
    })
}

/// Whether the window has room for the pane. False before hydration.
fn use_is_wide() -> Memo<bool> {
    let live = use_live();
    let resized = RwSignal::new(());
    Effect::new(move |_| {
        let listener = window_event_listener_untyped("resize", move |_| resized.set(()));
        on_cleanup(move || listener.remove());
    });
    Memo::new(move |_| {
        resized.track();
        live.is_hydrated.get() && environment::is_wide()
    })
}
