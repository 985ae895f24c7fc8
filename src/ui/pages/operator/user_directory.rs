//! User directory page (E7): operators search users, suspend and reinstate them; admins appoint operators.

use leptos::{html, prelude::*};

use super::layout::{ListQuery, OperatorLayout, PaginationLinks, SearchForm, use_list_query};
use crate::{
    api::operators::user_directory::{
        close_user, get_people, reinstate_user, reset_second_factor, set_user_rank, sign_out_user,
        suspend_user,
    },
    browser::environment::focus_soon,
    shared::{
        operators::user_directory::{PeoplePage, PersonRow, UserChange},
        page::{payload::PagePayload, session::PageSession},
        users::rank::Rank,
        words,
    },
    ui::components::{
        Attempt, Avatar, CommandForm, EmptyState, LocalTime, ResourceView, Skeleton, TimeStyle,
        forms::{
            confirm::{ConfirmedSubmit, Question},
            field::FormErrorLine,
            form::{CommandFuture, Fields, posted_error},
            reauthentication::reauthenticate,
        },
        not_found::LoadError,
        page_resource, reactive_view, use_toasts,
    },
    ui::menu::{Menu, MoreMenu, SubmitItem},
};

const PATH: &str = "/operator/users";
const CLOSE: &str = "/rpc/close_user";
const SUSPEND: &str = "/rpc/suspend_user";
const REINSTATE: &str = "/rpc/reinstate_user";
const SET_RANK: &str = "/rpc/set_user_rank";
const SIGN_OUT: &str = "/rpc/sign_out_user";
const RESET_SECOND_FACTOR: &str = "/rpc/reset_second_factor";

#[component]
pub fn UserDirectoryPage() -> impl IntoView {
    let list_query = use_list_query();
    let payload = page_resource(
        Signal::derive(move || list_query.with(|list_query| list_query.href(PATH))),
        move || {
            let list_query = list_query.get_untracked();
            Box::pin(async move { PagePayload::new(get_people(list_query.search(), list_query.after).await) })
        },
    );
    // The error of a post without script. It does not say which row it came from, so it stands above the
    // list.
    let post_error = Signal::stored(
        [SUSPEND, REINSTATE, SET_RANK, SIGN_OUT, RESET_SECOND_FACTOR, CLOSE]
            .into_iter()
            .find_map(posted_error),
    );
    view! {
        <OperatorLayout title=words::operator_people_title()>
            <header class="page__head">
                <h1>{words::operator_people_title()}</h1>
                <SearchForm
                    path=PATH
                    label=words::user_directory_search_label()
                    placeholder=words::user_directory_search_placeholder()
                    search=Signal::derive(move || list_query.with(|list_query| list_query.search.clone()))
                />
            </header>
            <FormErrorLine error=post_error fields=&[]/>
            <ResourceView
                from=payload
                fallback=|| view! { <Skeleton count=6/> }
                show=Box::new(move |answer| match answer.take::<PeoplePage>() {
                    Ok(page) => view! { <UserList list_query=list_query.get_untracked() page/> }.into_any(),
                    Err(error) => view! { <LoadError error payload/> }.into_any(),
                })
            />
        </OperatorLayout>
    }
    .into_any()
}

#[component]
fn UserList(list_query: ListQuery, page: PeoplePage) -> impl IntoView {
    let rows = page.people.into_iter().map(|row| view! { <UserRow row/> }.into_any()).collect::<Vec<_>>();
    if rows.is_empty() {
        return view! {
            <EmptyState title=words::user_directory_empty_title() text=words::user_directory_empty_text() art="search"/>
        }
        .into_any();
    }
    view! {
        <ul class="entries card">{rows}</ul>
        <PaginationLinks list_query path=PATH next=page.next/>
    }
    .into_any()
}

#[component]
fn UserRow(row: PersonRow) -> impl IntoView {
    let row = RwSignal::new(row);
    let line = NodeRef::<html::Li>::new();
    // The answer re-renders the row and with it the focused button, so the focus moves to the row.
    let on_change = Callback::new(move |fresh: PersonRow| {
        row.set(fresh);
        if let Some(line) = line.get_untracked() {
            focus_soon(line.into());
        }
    });
    let shown = move || {
        let row = row.get();
        let person = row.person.clone();
        let [before, after] = words::around(&words::user_directory_joined(words::HOLE));
        view! {
            <Avatar person=person.clone() size=40/>
            <div class="entries__text">
                <p>
                    <b class="cut" dir="auto">{person.name.clone()}</b>
                    {rank_label(row.rank).map(|word| view! { <span class="status status--teal">{word}</span> }.into_any())}
                    {row.is_closed.then(|| view! { <span class="status">{words::user_directory_mark_closed()}</span> }.into_any())}
                    {row.suspended_at.filter(|_| !row.is_closed).map(|_| view! { <span class="status status--red">{words::user_directory_mark_suspended()}</span> }.into_any())}
                </p>
                <p class="muted cut">{row.email.clone()}</p>
                <p class="muted">
                    {before} <LocalTime at=row.created_at style=TimeStyle::Relative/> {after}
                    {row.suspended_at.filter(|_| !row.is_closed).map(|at| {
                        let [before, after] = words::around(&words::user_directory_suspended(words::HOLE));
                        view! { " · " {before} <LocalTime at style=TimeStyle::Relative/> {after} }.into_any()
                    })}
                    " · " {words::user_directory_sessions(row.sessions.unsigned_abs())}
                </p>
            </div>
            <UserActions row on_change/>
        }
        .into_any()
    };
    view! { <li tabindex="-1" node_ref=line>{reactive_view(move || Some(shown()))}</li> }
}

fn rank_label(rank: Rank) -> Option<&'static str> {
    match rank {
        Rank::Member => None,
        Rank::Operator => Some(words::user_directory_rank_operator()),
        Rank::Admin => Some(words::user_directory_rank_admin()),
    }
}

/// The actions that the viewer's rank allows on this user.
#[component]
fn UserActions(row: PersonRow, on_change: Callback<PersonRow>) -> impl IntoView {
    let viewer = expect_context::<PageSession>().viewer;
    let Some(viewer) = viewer.filter(|viewer| viewer.id != row.person.id) else {
        return view! { <p class="muted entries__acts">{words::user_directory_this_is_you()}</p> }.into_any();
    };
    if row.is_closed {
        return ().into_any();
    }
    let suspension = if row.suspended_at.is_some() { UserChange::Reinstate } else { UserChange::Suspend };
    let rank = if row.rank == Rank::Member { Rank::Operator } else { Rank::Member };
    let sign_out = (row.sessions > 0).then_some(UserChange::SignOut);
    let allowed = [UserChange::SetRank(rank)]
        .into_iter()
        .chain(sign_out)
        .chain(row.has_second_factor.then_some(UserChange::ResetSecondFactor))
        .chain([suspension, UserChange::Close])
        .filter(|change| change.is_allowed(viewer.rank, row.rank))
        .collect::<Vec<_>>();
    let forms = allowed
        .iter()
        .map(|change| view! { <ChangeForm row=row.clone() change=*change on_change/> }.into_any())
        .collect_view();
    let menu = Menu::default();
    let more = (allowed.iter().any(|change| is_in_menu(*change))).then(|| {
        let items = allowed.iter().filter(|change| is_in_menu(**change)).map(|change| {
            let (_, label, _) = form_words(*change);
            let form = form_id(&row, *change);
            view! { <SubmitItem menu form label is_danger=is_danger(*change)/> }.into_any()
        });
        let items = items.collect_view();
        let (id, label) = (format!("more-{}", row.person.id), row.person.name.clone());
        view! { <MoreMenu menu id label>{items}</MoreMenu> }.into_any()
    });
    view! { <div class="entries__acts">{forms} {more}</div> }.into_any()
}

/// What takes something away or gives power is not one press away. Letting somebody in again is.
fn is_in_menu(change: UserChange) -> bool {
    change != UserChange::Reinstate
}

fn is_danger(change: UserChange) -> bool {
    matches!(change, UserChange::Suspend | UserChange::ResetSecondFactor | UserChange::Close)
}

fn form_id(row: &PersonRow, change: UserChange) -> String {
    let (path, ..) = form_words(change);
    format!("{}-{}", path.trim_start_matches("/rpc/"), row.person.id)
}

/// The server function of a change, the word on its button, and the class of that.
fn form_words(change: UserChange) -> (&'static str, &'static str, &'static str) {
    match change {
        UserChange::Suspend => (SUSPEND, words::user_directory_suspend(), "button--small button--danger"),
        UserChange::Reinstate => (REINSTATE, words::user_directory_reinstate(), "button--small"),
        UserChange::SetRank(Rank::Member) => (SET_RANK, words::user_directory_make_member(), "button--small"),
        UserChange::SetRank(_) => (SET_RANK, words::user_directory_make_operator(), "button--small"),
        UserChange::Close => (CLOSE, words::user_directory_close(), "button--small button--danger"),
        UserChange::SignOut => (SIGN_OUT, words::user_directory_sign_out(), "button--small"),
        UserChange::ResetSecondFactor => {
            (RESET_SECOND_FACTOR, words::user_directory_reset(), "button--small button--danger")
        }
    }
}

#[component]
fn ChangeForm(row: PersonRow, change: UserChange, on_change: Callback<PersonRow>) -> impl IntoView {
    let (path, word, class) = form_words(change);
    let attempt = Attempt::one_of_many(path);
    let toasts = use_toasts();
    Effect::new(move |_| {
        if let Some(Err(error)) = attempt.answer.get()
            && !reauthenticate(&error)
        {
            toasts.error(error.message);
        }
    });
    let id = row.person.id;
    let send = move |_: Fields| -> CommandFuture {
        Box::pin(async move {
            let row = match change {
                UserChange::Suspend => suspend_user(id).await?,
                UserChange::Reinstate => reinstate_user(id).await?,
                UserChange::SetRank(rank) => set_user_rank(id, rank).await?,
                UserChange::SignOut => sign_out_user(id).await?,
                UserChange::ResetSecondFactor => reset_second_factor(id).await?,
                UserChange::Close => close_user(id).await?,
            };
            toasts.show(success_text(&row, change));
            on_change.run(row);
            Ok(String::new())
        })
    };
    let asked = question(&row, change);
    let rank = match change {
        UserChange::SetRank(rank) => Some(rank.as_str()),
        _ => None,
    };
    let form = form_id(&row, change);
    view! {
        <CommandForm attempt attr:id=form class=if is_in_menu(change) { "entries__form" } else { "" } send=Box::new(send)>
            <input type="hidden" name="user_id" value=id.to_string()/>
            {rank.map(|rank| view! { <input type="hidden" name="rank" value=rank/> }.into_any())}
            <ConfirmedSubmit pending=attempt.is_pending class question=Signal::stored(asked)>
                {word}
                <span class="visually-hidden">" "{row.person.name.clone()}</span>
            </ConfirmedSubmit>
        </CommandForm>
    }
}

/// Asked before a change that takes something away or gives power; it names whose account it is.
fn question(row: &PersonRow, change: UserChange) -> Option<Question> {
    let name = format!("{} ({})", row.person.name, row.email);
    let (title, text, verb) = match change {
        UserChange::Suspend => (
            words::user_directory_ask_suspend_title(&name),
            words::user_directory_ask_suspend_text(),
            words::user_directory_ask_suspend_yes(),
        ),
        UserChange::Reinstate => return None,
        UserChange::SetRank(Rank::Member) => (
            words::user_directory_ask_member_title(&name),
            words::user_directory_ask_member_text(),
            words::user_directory_ask_member_yes(),
        ),
        UserChange::SetRank(_) => (
            words::user_directory_ask_operator_title(&name),
            words::user_directory_ask_operator_text(),
            words::user_directory_ask_operator_yes(),
        ),
        UserChange::Close => (
            words::user_directory_ask_close_title(&name),
            words::user_directory_ask_close_text(),
            words::user_directory_ask_close_yes(),
        ),
        UserChange::SignOut => (
            words::user_directory_ask_sign_out_title(&name),
            words::user_directory_ask_sign_out_text(),
            words::user_directory_ask_sign_out_yes(),
        ),
        UserChange::ResetSecondFactor => (
            words::user_directory_ask_reset_title(&name),
            words::user_directory_ask_reset_text(),
            words::user_directory_ask_reset_yes(),
        ),
    };
    let is_danger = is_danger(change);
    let keep = words::user_directory_ask_no();
    Some(Question { title, text: text.to_owned(), verb, keep, remark: None, is_danger })
}

fn success_text(row: &PersonRow, change: UserChange) -> String {
    let name = &row.person.name;
    match change {
        UserChange::Suspend => words::user_directory_done_suspended(name),
        UserChange::Reinstate => words::user_directory_done_reinstated(name),
        UserChange::SetRank(Rank::Member) => words::user_directory_done_member(name),
        UserChange::SetRank(_) => words::user_directory_done_operator(name),
        UserChange::SignOut => words::user_directory_done_signed_out(name),
        UserChange::ResetSecondFactor => words::user_directory_done_reset(name),
        UserChange::Close => words::user_directory_done_closed().to_owned(),
    }
}
