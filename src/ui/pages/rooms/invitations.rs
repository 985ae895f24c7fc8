//! Invitations page: the rooms into which the viewer is invited, each with an answer; and the line above the list of
//! conversations that leads here. Both follow the notifications, so an invitation shows without a reload.

use leptos::{html, prelude::*, task::spawn_local};
use leptos_meta::Title;

use crate::{
    api::rooms::{accept_invitation, decline_invitation, get_room_invitations},
    browser::{
        Live,
        environment::{self, focus_soon},
        use_live,
    },
    shared::{
        conversations::rooms::{RoomInvitation, RoomInvitations},
        ids::{ConversationId, MessageId, NotificationId},
        notifications::NotificationFilter,
        page::payload::PagePayload,
        words,
    },
    ui::{
        components::{
            Attempt, Avatar, CommandForm, EmptyState, Icon, LocalTime, ResourceView, Skeleton, SubmitButton,
            TimeStyle, guard::SignedIn, not_found::LoadError, page_resource, use_toasts,
        },
        route::use_path,
    },
};

/// The part of the list of conversations that the line is moved into.
const INBOX_HEAD: &str = ".inbox__head";

/// The notifications of invitations that this tab knows, and how many it knows to be deleted: those of invitations are, once
/// they are answered or withdrawn.
fn notified(live: Live) -> Memo<(Vec<NotificationId>, usize)> {
    Memo::new(move |_| {
        live.inbox.with(|inbox| {
            let rows = inbox.notifications.rows(NotificationFilter::default(), None);
            let mut ids: Vec<_> =
                rows.into_iter().filter(|one| one.is_invitation()).map(|one| one.id).collect();
            ids.sort();
            let deleted = inbox.notifications.all().values().filter(|one| one.is_deleted).count();
            (ids, deleted)
        })
    })
}

#[component]
pub fn InvitationsPage() -> impl IntoView {
    view! {
        <SignedIn>
            <Title text=words::rooms_invitations_title()/>
            <main class="page form-page" id="main" tabindex="-1"><Invitations/></main>
        </SignedIn>
    }
    .into_any()
}

#[component]
fn Invitations() -> impl IntoView {
    let mine = page_resource(Signal::stored(String::new()), || {
        Box::pin(async { PagePayload::new(get_room_invitations().await) })
    });
    let notified = notified(use_live());
    Effect::new(move |before: Option<()>| {
        // Read, as a memo that nobody reads is never computed.
        notified.with(|_| ());
        if before.is_some() {
            mine.refetch();
        }
    });
    let heading = NodeRef::<html::H1>::new();
    let on_answer = Callback::new(move |()| {
        // The pressed button disappears with its row, so the focus moves to the heading.
        if let Some(heading) = heading.get_untracked() {
            focus_soon(heading.into());
        }
        mine.refetch();
    });
    view! {
        <h1 tabindex="-1" node_ref=heading>{words::rooms_invitations_title()}</h1>
        <ResourceView
            from=mine
            fallback=|| view! { <Skeleton count=2/> }
            show=Box::new(move |payload| match payload.take::<RoomInvitations>() {
                Ok(RoomInvitations { invitations }) if invitations.is_empty() => view! {
                    <EmptyState title=words::rooms_invitations_none() text=words::rooms_invitations_none_text()>
                        <a class="button" href="/messages">{words::common_open_messages()}</a>
                    </EmptyState>
                }
                .into_any(),
                Ok(RoomInvitations { invitations }) => {
                    let rows = invitations.into_iter().map(|invitation| {
                        view! { <InvitationCard invitation on_answer/> }.into_any()
                    });
                    let rows = rows.collect_view();
                    view! { <ul class="invitations">{rows}</ul> }.into_any()
                }
                Err(error) => view! { <LoadError error/> }.into_any(),
            })
        />
    }
}

#[component]
fn InvitationCard(invitation: RoomInvitation, on_answer: Callback<()>) -> impl IntoView {
    let RoomInvitation { room, name, people, moderators, invited_by, invited_at } = invitation;
    let others = moderators.iter().filter(|person| person.id != invited_by.id);
    let faces = std::iter::once(&invited_by).chain(others);
    let faces =
        faces.map(|person| view! { <Avatar person=person.clone() size=40/> }.into_any()).collect_view();
    let names = moderators.into_iter().map(|person| person.name).collect::<Vec<_>>().join(", ");
    let [before, after] = words::around(&words::rooms_invitations_by(words::HOLE));
    let of = (!names.is_empty()).then(|| {
        let [before, after] = words::around(&words::rooms_join_moderators(words::HOLE));
        view! { {before}<bdi>{names}</bdi>{after}" · " }
    });
    let answers = view! { <Answers room name=name.clone() on_answer/> }.into_any();
    view! {
        <li class="card form">
            <h2 dir="auto">{name}</h2>
            <p class="joining__faces">{faces}</p>
            <p>
                {before}<bdi>{invited_by.name}</bdi>{after}" · "
                <LocalTime at=invited_at style=TimeStyle::Relative/>
            </p>
            <p class="muted">{of}{words::common_people_count(people.unsigned_abs())}</p>
            {answers}
        </li>
    }
}

#[component]
fn Answers(room: ConversationId, name: String, on_answer: Callback<()>) -> impl IntoView {
    let (accept, decline) =
        (Attempt::one_of_many("/rpc/accept_invitation"), Attempt::one_of_many("/rpc/decline_invitation"));
    let (message, toasts) = (MessageId::new(), use_toasts());
    let accepted = name.clone();
    Effect::new(move |_| match accept.answer.get() {
        Some(Ok(room)) => environment::load(&format!("/messages/{room}")),
        Some(Err(error)) => {
            toasts.error(error.message);
            on_answer.run(());
        }
        None => {}
    });
    Effect::new(move |_| match decline.answer.get() {
        Some(Ok(_)) => {
            toasts.show(words::rooms_invitations_declined());
            on_answer.run(());
        }
        Some(Err(error)) => {
            toasts.error(error.message);
            on_answer.run(());
        }
        None => {}
    });
    view! {
        <div class="joining__acts">
            <CommandForm
                attempt=accept
                send=Box::new(move |fields| {
                    let message = fields.text("message_id").parse().unwrap_or(message);
                    Box::pin(async move { accept_invitation(room, message).await.map(|room| room.id.to_string()) })
                })
            >
                <input type="hidden" name="conversation_id" value=room.to_string()/>
                <input type="hidden" name="message_id" value=message.to_string()/>
                <SubmitButton pending=accept.is_pending>
                    {words::rooms_join_submit()}
                    <span class="visually-hidden">" "{accepted}</span>
                </SubmitButton>
            </CommandForm>
            <CommandForm
                attempt=decline
                send=Box::new(move |_| Box::pin(async move {
                    decline_invitation(room).await.map(|()| String::new())
                }))
            >
                <input type="hidden" name="conversation_id" value=room.to_string()/>
                <SubmitButton pending=decline.is_pending class="">
                    {words::rooms_invitations_decline()}
                    <span class="visually-hidden">" "{name}</span>
                </SubmitButton>
            </CommandForm>
        </div>
    }
}

/// The line above the list of conversations, while there are open invitations. It comes with a chunk: the list does not wait
/// for this code, so it is rendered outside of the page and moved into it.
#[component]
pub fn InboxInvitations() -> impl IntoView {
    let (live, path) = (use_live(), use_path());
    let count = RwSignal::new(0_usize);
    let node = NodeRef::<html::A>::new();
    let is_inbox =
        Memo::new(move |_| live.viewer.is_some() && path.with(|path| path.starts_with("/messages")));
    let notified = notified(live);
    Effect::new(move |_| {
        // Read, as a memo that nobody reads is never computed.
        notified.with(|_| ());
        if is_inbox.get() {
            spawn_local(async move {
                if let Ok(found) = get_room_invitations().await {
                    count.try_set(found.invitations.len());
                }
            });
        }
    });
    let is_shown = move || is_inbox.get() && count.get() > 0;
    Effect::new(move |_| {
        if let (true, Some(node)) = (is_shown(), node.get()) {
            // The list may be drawn in this moment.
            request_animation_frame(move || {
                if let Some(head) = document().query_selector(INBOX_HEAD).ok().flatten()
                    && !head.contains(Some(&node))
                {
                    drop(head.append_child(&node));
                }
            });
        }
    });
    view! {
        <a class="inbox__invitations" href="/rooms/invitations" hidden=move || !is_shown() node_ref=node>
            <Icon name="users" class="icon--16"/>
            {move || words::rooms_invitations_count(count.get() as u64)}
        </a>
    }
    .into_any()
}
