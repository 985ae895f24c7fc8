//! Section of the settings with the people whom the viewer has blocked, and whether they show presence.

use leptos::{html, prelude::*};

use crate::{
    api::users::blocks::{choose_presence, get_blocks, unblock_user},
    browser::environment::focus_soon,
    shared::{
        page::payload::PagePayload,
        users::blocks::{BlockList, BlockedPerson},
        words,
    },
    ui::components::{
        Attempt, CommandForm, LocalTime, ResourceView, Skeleton, SubmitButton, TimeStyle,
        forms::form::{CommandFuture, Fields},
        not_found::LoadError,
        page_resource, use_toasts,
    },
};

#[component]
pub fn Blocks() -> impl IntoView {
    let mine = page_resource(Signal::stored(String::new()), || {
        Box::pin(async { PagePayload::new(get_blocks().await) })
    });
    let section = NodeRef::<html::Section>::new();
    let on_change = Callback::new(move |()| {
        // The pressed button disappears with its row, so the focus moves to the section.
        if let Some(section) = section.get_untracked() {
            focus_soon(section);
        }
        mine.refetch();
    });
    view! {
        <section class="card" id="blocked" aria-labelledby="blocked-title" tabindex="-1" node_ref=section>
            <h2 id="blocked-title">{words::blocks_title()}</h2>
            <p>{words::blocks_text()}</p>
            <ResourceView
                from=mine
                fallback=|| view! { <Skeleton count=1/> }
                show=Box::new(move |payload| match payload.take::<BlockList>() {
                    Ok(BlockList { people, is_presence_off }) => view! {
                        <People people on_change/>
                        <PresenceForm is_presence_off/>
                    }
                    .into_any(),
                    Err(error) => view! { <LoadError error/> }.into_any(),
                })
            />
        </section>
    }
}

#[component]
fn People(people: Vec<BlockedPerson>, on_change: Callback<()>) -> impl IntoView {
    if people.is_empty() {
        return view! { <p class="muted">{words::blocks_none()}</p> }.into_any();
    }
    let rows = people.into_iter().map(|blocked| view! { <Row blocked on_change/> }.into_any()).collect_view();
    view! { <ul class="sessions" aria-label=words::blocks_label()>{rows}</ul> }.into_any()
}

#[component]
fn Row(blocked: BlockedPerson, on_change: Callback<()>) -> impl IntoView {
    let BlockedPerson { person, since } = blocked;
    let attempt = Attempt::one_of_many("/rpc/unblock_user");
    let toasts = use_toasts();
    Effect::new(move |_| match attempt.answer.get() {
        Some(Ok(_)) => {
            toasts.show(words::blocks_unblocked());
            on_change.run(());
        }
        Some(Err(error)) => toasts.error(error.message),
        None => {}
    });
    let (user, name) = (person.id, person.name);
    let send = move |_: Fields| -> CommandFuture {
        Box::pin(async move { unblock_user(user, None).await.map(|()| String::new()) })
    };
    let [before, after] = words::around(&words::blocks_since(words::HOLE));
    view! {
        <li>
            <div>
                <b class="cut"><bdi>{name.clone()}</bdi></b>
                <p class="muted">{before}<LocalTime at=since style=TimeStyle::Relative/>{after}</p>
            </div>
            <CommandForm attempt send=Box::new(send)>
                <input type="hidden" name="user_id" value=user.to_string()/>
                <SubmitButton pending=attempt.is_pending class="button--small">
                    {words::blocks_unblock()}
                    <span class="visually-hidden">" "{name}</span>
                </SubmitButton>
            </CommandForm>
        </li>
    }
}

#[component]
fn PresenceForm(is_presence_off: bool) -> impl IntoView {
    let attempt = Attempt::one_of_many("/rpc/choose_presence");
    let toasts = use_toasts();
    Effect::new(move |_| match attempt.answer.get() {
        Some(Ok(_)) => toasts.show(words::common_saved()),
        Some(Err(error)) => toasts.error(error.message),
        None => {}
    });
    let send = |fields: Fields| -> CommandFuture {
        let is_off = fields.text("is_off");
        Box::pin(async move { choose_presence(is_off).await.map(|()| String::new()) })
    };
    view! {
        <CommandForm attempt send=Box::new(send)>
            <div class="choices">
                <label class="choice">
                    <input type="checkbox" name="is_off" value="on" checked=is_presence_off/>
                    <span>{words::blocks_presence()}</span>
                </label>
            </div>
            <p class="muted">{words::blocks_presence_text()}</p>
            <SubmitButton pending=attempt.is_pending>{words::common_save()}</SubmitButton>
        </CommandForm>
    }
}
