//! People (E7), for operators: who is here, who may not come in, and who is an operator.

use leptos::{html, prelude::*};

use super::layout::{Asked, Find, OperatorFrame, Pages, use_asked};
use crate::shared::users::rank::Rank;
use crate::ui::components::not_found::Failed;
use crate::{
    api::operators::user_directory::{get_people, reinstate_user, set_user_rank, suspend_user},
    browser::environment::focus_soon,
    shared::{
        operators::user_directory::{Change, PeoplePage, PersonRow},
        page::{payload::PagePayload, session::PageSession},
    },
    ui::components::{
        Attempt, Avatar, CommandForm, EmptyState, Fetched, Moment, MomentStyle, Skeleton, SubmitButton,
        changing, fetched,
        forms::{
            field::FormErrorLine,
            form::{Fields, Sending, refusal},
        },
        use_toasts,
    },
};

const PATH: &str = "/operator/users";
const COMMANDS: [&str; 3] = ["/rpc/suspend_user", "/rpc/reinstate_user", "/rpc/set_user_rank"];

#[component]
pub fn PeoplePageView() -> impl IntoView {
    let asked = use_asked();
    let found = fetched(Signal::derive(move || asked.with(|asked| asked.href(PATH))), move || {
        let asked = asked.get_untracked();
        Box::pin(async move { PagePayload::People(get_people(asked.search(), asked.after).await) })
    });
    // Of a plain post: which row it came from is not known, so it stands above all.
    let refused = Signal::stored(COMMANDS.into_iter().find_map(refusal));
    view! {
        <OperatorFrame title="People">
            <header class="page__head">
                <h1>"People"</h1>
                <Find path=PATH label="Search people" placeholder="Name or address" search=Signal::derive(move || asked.with(|asked| asked.search.clone()))/>
            </header>
            <FormErrorLine error=refused fields=&[]/>
            <Fetched
                from=found
                fallback=|| view! { <Skeleton count=6/> }
                show=Box::new(move |found| match found.people() {
                    Ok(page) => view! { <People asked=asked.get_untracked() page/> }.into_any(),
                    Err(error) => view! { <Failed error/> }.into_any(),
                })
            />
        </OperatorFrame>
    }
    .into_any()
}

#[component]
fn People(asked: Asked, page: PeoplePage) -> impl IntoView {
    let rows = page.people.into_iter().map(|row| view! { <PersonLine row/> }.into_any()).collect::<Vec<_>>();
    if rows.is_empty() {
        return view! { <EmptyState title="Nobody found" text="Try part of a name or address." art="search"/> }
            .into_any();
    }
    view! {
        <ul class="entries card">{rows}</ul>
        <Pages asked path=PATH next=page.next/>
    }
    .into_any()
}

#[component]
fn PersonLine(row: PersonRow) -> impl IntoView {
    let row = RwSignal::new(row);
    let line = NodeRef::<html::Li>::new();
    // The button that was pressed goes with its answer.
    let changed = Callback::new(move |changed: PersonRow| {
        row.set(changed);
        if let Some(line) = line.get_untracked() {
            focus_soon(line.into());
        }
    });
    let shown = move || {
        let row = row.get();
        let person = row.person.clone();
        view! {
            <Avatar person=person.clone() size=40/>
            <div class="entries__text">
                <p>
                    <b class="cut" dir="auto">{person.name.clone()}</b>
                    {rank_word(row.rank).map(|word| view! { <span class="status status--teal">{word}</span> }.into_any())}
                    {row.suspended_at.map(|_| view! { <span class="status status--red">"Suspended"</span> }.into_any())}
                </p>
                <p class="muted cut">{row.email.clone()}</p>
                <p class="muted">
                    "Joined " <Moment at=row.created_at style=MomentStyle::Relative/>
                    {row.suspended_at.map(|at| view! { " · suspended " <Moment at style=MomentStyle::Relative/> }.into_any())}
                </p>
            </div>
            <Acts row changed/>
        }
        .into_any()
    };
    view! { <li tabindex="-1" node_ref=line>{changing(move || Some(shown()))}</li> }
}

fn rank_word(rank: Rank) -> Option<&'static str> {
    match rank {
        Rank::Member => None,
        Rank::Operator => Some("Operator"),
        Rank::Admin => Some("Admin"),
    }
}

/// What this viewer may do to this person.
#[component]
fn Acts(row: PersonRow, changed: Callback<PersonRow>) -> impl IntoView {
    let viewer = expect_context::<PageSession>().viewer;
    let Some(viewer) = viewer.filter(|viewer| viewer.id != row.person.id) else {
        return view! { <p class="muted entries__acts">"This is you"</p> }.into_any();
    };
    let standing = if row.suspended_at.is_some() { Change::Reinstate } else { Change::Suspend };
    let rank = if row.rank == Rank::Member { Rank::Operator } else { Rank::Member };
    let changes = [Change::SetRank(rank), standing].into_iter();
    let forms = changes
        .filter(|change| change.is_allowed(viewer.rank, row.rank))
        .map(|change| view! { <ChangeForm row=row.clone() change changed/> }.into_any())
        .collect_view();
    view! { <div class="entries__acts">{forms}</div> }.into_any()
}

#[component]
fn ChangeForm(row: PersonRow, change: Change, changed: Callback<PersonRow>) -> impl IntoView {
    let (path, word, class) = match change {
        Change::Suspend => (COMMANDS[0], "Suspend", "button--small button--danger"),
        Change::Reinstate => (COMMANDS[1], "Reinstate", "button--small"),
        Change::SetRank(Rank::Member) => (COMMANDS[2], "Make member", "button--small"),
        Change::SetRank(_) => (COMMANDS[2], "Make operator", "button--small"),
    };
    let attempt = Attempt::one_of_many(path);
    let toasts = use_toasts();
    Effect::new(move |_| {
        if let Some(Err(error)) = attempt.answer.get() {
            toasts.error(error.message);
        }
    });
    let id = row.person.id;
    let send = move |_: Fields| -> Sending {
        Box::pin(async move {
            let row = match change {
                Change::Suspend => suspend_user(id).await?,
                Change::Reinstate => reinstate_user(id).await?,
                Change::SetRank(rank) => set_user_rank(id, rank).await?,
            };
            toasts.show(done_words(&row, change));
            changed.run(row);
            Ok(String::new())
        })
    };
    let rank = match change {
        Change::SetRank(rank) => Some(rank.as_str()),
        _ => None,
    };
    view! {
        <CommandForm attempt send=Box::new(send)>
            <input type="hidden" name="user_id" value=id.to_string()/>
            {rank.map(|rank| view! { <input type="hidden" name="rank" value=rank/> }.into_any())}
            <SubmitButton pending=attempt.is_pending class>
                {word}
                <span class="visually-hidden">" "{row.person.name.clone()}</span>
            </SubmitButton>
        </CommandForm>
    }
}

fn done_words(row: &PersonRow, change: Change) -> String {
    let name = &row.person.name;
    match change {
        Change::Suspend => format!("{name} is suspended and signed out everywhere."),
        Change::Reinstate => format!("{name} can sign in again."),
        Change::SetRank(Rank::Member) => format!("{name} is a member again."),
        Change::SetRank(_) => format!("{name} is an operator now."),
    }
}
