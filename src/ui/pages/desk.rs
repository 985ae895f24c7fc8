//! The desk (B2): all orders, for operators. A table and a board of the same rows; what is new is
//! asked for again by one query when there may be something.

use leptos::{prelude::*, task::spawn_local};
use leptos_router::hooks::use_query_map;

use super::{
    not_found::Failed,
    operator::{Find, OperatorFrame, address},
};
use crate::{
    api::orders::{get_desk, take_order},
    browser::use_live,
    shared::{
        events::Event,
        found::Found,
        ids::MessageId,
        listings::SEARCH_MAX_CHARS,
        messages::MessageKind,
        orders::{DeskPage, DeskRow, OrderFilter, Status},
        time::{MINUTE, Timestamp},
    },
    ui::{
        dialog::use_messages_dialog,
        orders::{
            actions::{Offer, OrderActions},
            card::open_chat,
            status::StatusBadge,
        },
        parts::{
            Attempt, Avatar, CommandForm, Cover, EmptyState, Fetched, Icon, Moment, MomentStyle, Skeleton,
            SubmitButton, UnreadBadge, changing, fetched, moment::use_minute, use_toasts,
        },
    },
};

const PATH: &str = "/operator/orders";
/// Who has waited longer is shown in amber.
const LONG: i64 = 30 * MINUTE;

/// What of the desk is shown, as the address says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Shown {
    show: String,
    search: String,
    is_board: bool,
}

impl Shown {
    fn href(&self) -> String {
        address(PATH, &[("show", &self.show), ("q", &self.search), ("view", self.view())])
    }

    fn view(&self) -> &'static str {
        if self.is_board { "board" } else { "" }
    }

    fn filter(&self) -> OrderFilter {
        OrderFilter {
            statuses: Status::parse(&self.show).into_iter().collect(),
            is_unread_only: self.show == "unread",
            search: self.search.clone(),
        }
    }
}

#[component]
pub fn DeskPageView() -> impl IntoView {
    let query = use_query_map();
    let shown = Memo::new(move |_| {
        query.with(|query| Shown {
            show: query.get_str("show").unwrap_or_default().to_owned(),
            search: query.get_str("q").unwrap_or_default().trim().chars().take(SEARCH_MAX_CHARS).collect(),
            is_board: query.get_str("view") == Some("board"),
        })
    });
    let live = use_live();
    let found = fetched(Signal::derive(move || shown.with(Shown::href)), move || {
        let filter = shown.get_untracked().filter();
        Box::pin(async move { Found::Desk(get_desk(filter, None).await.map(Box::new)) })
    });
    // Told at most once a second that there may be something new.
    Effect::new(move |before: Option<u32>| {
        let told = live.desk.get();
        if before.is_some_and(|before| before != told) {
            found.refetch();
        }
        told
    });
    // What one does oneself, and what one reads, is seen at once.
    let dialog = use_messages_dialog();
    let is_open = dialog.is_open();
    Effect::new(move |before: Option<bool>| {
        let is_open = is_open.get();
        if before == Some(true) && !is_open {
            found.refetch();
        }
        is_open
    });
    let done = Callback::new(move |()| found.refetch());
    dialog.on_message_sent(Callback::new(move |_| found.refetch()));
    view! {
        <OperatorFrame title="Desk">
            <header class="page__head">
                <h1>"Desk"</h1>
                <ViewSwitch shown/>
            </header>
            <Fetched
                from=found
                fallback=|| view! { <Skeleton count=6/> }
                show=Box::new(move |found| match found.desk() {
                        Ok(page) => view! { <Desk shown=shown.get_untracked() page=*page done/> }.into_any(),
                        Err(error) => view! { <Failed error/> }.into_any(),
                })
            />
        </OperatorFrame>
    }
    .into_any()
}

#[component]
fn ViewSwitch(shown: Memo<Shown>) -> impl IntoView {
    let link = move |is_board: bool, word: &'static str| {
        view! {
            <a
                href=move || Shown { is_board, ..shown.get() }.href()
                aria-current=move || (shown.with(|shown| shown.is_board) == is_board).then_some("true")
            >
                {word}
            </a>
        }
        .into_any()
    };
    view! { <nav class="switch" aria-label="View">{link(false, "Table")}{link(true, "Board")}</nav> }
}

#[component]
fn Desk(shown: Shown, page: DeskPage, done: Callback<()>) -> impl IntoView {
    let is_board = shown.is_board;
    let rows = RwSignal::new(page.rows);
    let next = RwSignal::new(page.next);
    let toasts = use_toasts();
    let filter = shown.filter();
    let more = move |_| {
        let (Some(after), filter) = (next.get_untracked(), filter.clone()) else { return };
        spawn_local(async move {
            match get_desk(filter, Some(after)).await {
                Ok(page) => {
                    next.try_set(page.next);
                    rows.try_update(|rows| rows.extend(page.rows));
                }
                Err(error) => toasts.error(error.message),
            }
        });
    };
    let count = |status: Status| {
        page.counts.iter().find(|count| count.status == status).map_or(0, |count| count.count)
    };
    let all = page.counts.iter().map(|count| count.count).sum();
    let chips = [
        ("", "All", all),
        ("pending", "New", count(Status::Pending)),
        ("unread", "Unread", page.unread),
        ("accepted", "Accepted", count(Status::Accepted)),
        ("in_progress", "Under way", count(Status::InProgress)),
        ("completed", "Done", count(Status::Completed)),
        ("declined", "Declined", count(Status::Declined)),
        ("cancelled", "Cancelled", count(Status::Cancelled)),
    ];
    let chip = |(show, word, count): (&'static str, &'static str, i64)| {
        let href = Shown { show: show.to_owned(), ..shown.clone() }.href();
        view! {
            <a class="chip" href=href aria-current=(shown.show == show).then_some("true")>
                {word} <span class="number">{count}</span>
            </a>
        }
        .into_any()
    };
    view! {
        <div class="desk__bar">
            <nav class="chips" aria-label="Which orders">{chips.map(chip).collect_view()}</nav>
            <Find
                path=PATH
                label="Search orders"
                placeholder="Order or name"
                search=Signal::stored(shown.search.clone())
                kept=vec![("show", shown.show.clone()), ("view", shown.view().to_owned())]
            />
        </div>
        {changing(move || rows.with(Vec::is_empty).then(|| view! {
            <EmptyState title="No orders here" text="What people ask for shows here at once." art="offer"/>
        }.into_any()))}
        {changing(move || Some(if is_board {
            view! { <Board rows=rows.get() done/> }.into_any()
        } else {
            view! { <DeskTable rows=rows.get() done/> }.into_any()
        }))}
        {changing(move || next.get().map(|_| view! {
            <button class="button" type="button" on:click=more.clone()>"Show more"</button>
        }.into_any()))}
    }
}

#[component]
fn DeskTable(rows: Vec<DeskRow>, done: Callback<()>) -> impl IntoView {
    if rows.is_empty() {
        return ().into_any();
    }
    let lines = rows.into_iter().map(|row| view! { <DeskLine row done/> }.into_any()).collect_view();
    view! {
        <div class="desk card">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Order"</th>
                        <th scope="col">"Customer"</th>
                        <th scope="col">"Status"</th>
                        <th scope="col">"Last message"</th>
                        <th scope="col">"Waiting"</th>
                        <th scope="col">"Total"</th>
                        <th scope="col"><span class="visually-hidden">"Next step"</span></th>
                    </tr>
                </thead>
                <tbody>{lines}</tbody>
            </table>
        </div>
    }
    .into_any()
}

#[component]
fn DeskLine(row: DeskRow, done: Callback<()>) -> impl IntoView {
    let order = row.order.card.clone();
    let guest = row.order.guest.clone();
    let is_new = row.unread > 0;
    let price = order.price.or(order.quote.map(|quote| quote.price));
    view! {
        <tr class:desk__new=is_new>
            <td class="desk__what">
                {order.listing.as_ref().map(|listing| view! { <Cover listing=listing.id/> }.into_any())}
                <span>
                    <a class="cut" href=format!("/orders/{}", order.code) dir="auto" title=order.title.clone()>{order.title.clone()}</a>
                    <span class="desk__code">{order.code.to_string()}</span>
                </span>
            </td>
            <td><span class="desk__who"><Avatar person=guest.clone() size=32/><bdi class="cut">{guest.name.clone()}</bdi></span></td>
            <td><StatusBadge status=order.status kind=order.kind/></td>
            <td class="desk__last"><Talk row=row.clone()/></td>
            <td class="number"><Waiting since=row.waiting_since/></td>
            <td class="number">{price.map_or("–".to_owned(), |price| price.text())}</td>
            <td class="desk__acts"><Acts row done/></td>
        </tr>
    }
}

/// The last words of the desk's own orders; of others only how many there are.
#[component]
fn Talk(row: DeskRow) -> impl IntoView {
    let viewer = use_live().viewer;
    let said = row.last_message.as_ref().map(|last| {
        let known = [Some(&row.order.guest), row.order.operator.as_ref()].into_iter().flatten();
        let mut known = known.filter(|person| Some(person.id) == last.sender);
        let name =
            if last.sender == viewer { Some("You") } else { known.next().map(|person| person.name.as_str()) };
        match last.kind {
            MessageKind::System => Event::read(&last.text).tell(name, viewer).sentence,
            _ if last.is_deleted => "Message deleted".to_owned(),
            _ if last.sender == viewer => format!("You: {}", last.text),
            _ => last.text.clone(),
        }
    });
    let text = said.unwrap_or_else(|| match row.total {
        1 => "1 message".to_owned(),
        total => format!("{total} messages"),
    });
    view! {
        <span class="desk__talk">
            <UnreadBadge count=Signal::stored(row.unread)/>
            <span class="cut" dir="auto">{text}</span>
            <Moment at=Signal::stored(row.active_at) style=MomentStyle::Relative/>
        </span>
    }
}

#[component]
fn Waiting(since: Option<Timestamp>) -> impl IntoView {
    let live = use_live();
    let minute = use_minute();
    let waited = Memo::new(move |_| {
        minute.track();
        let since = since?;
        // The server's clock is not the browser's; a minute more or less does not matter here.
        live.is_awake.get().then(|| crate::browser::page::now().0 - since.0)
    });
    changing(move || {
        Some(match waited.get() {
            Some(waited) => {
                let text = match waited.max(0) / MINUTE {
                    minutes @ ..=59 => format!("{minutes} min"),
                    minutes @ ..=2_879 => format!("{} h", minutes / 60),
                    minutes => format!("{} days", minutes / 1_440),
                };
                let class = if waited > LONG { "desk__long" } else { "" };
                view! { <span class=class>{text}</span> }.into_any()
            }
            None => "–".into_any(),
        })
    })
}

/// The next step, and the chat for who takes part; who does not yet, takes the order up.
#[component]
fn Acts(row: DeskRow, done: Callback<()>) -> impl IntoView {
    let order = row.order.card.clone();
    let is_desk = order.host.is_none();
    let conversation = row.order.conversation;
    let steps = Memo::new({
        let order = order.clone();
        move |_| Some(order.clone())
    });
    let chat = match (is_desk, row.is_joined) {
        (true, true) => view! {
            <a class="button" href=format!("/messages/{conversation}") on:click=open_chat(conversation)>
                <Icon name="chat"/>
                "Messages"
            </a>
        }
        .into_any(),
        (true, false) => view! { <TakeForm row done/> }.into_any(),
        // A conversation between guest and host is theirs.
        (false, _) => ().into_any(),
    };
    view! { <div class="steps">{chat} <OrderActions order=steps offer=Offer::Next done/></div> }
}

#[component]
fn TakeForm(row: DeskRow, done: Callback<()>) -> impl IntoView {
    let attempt = Attempt::at("/rpc/take_order");
    let id = MessageId::new();
    let toasts = use_toasts();
    let dialog = use_messages_dialog();
    let conversation = row.order.conversation;
    let live = use_live();
    Effect::new(move |_| match attempt.answer.get() {
        Some(Ok(_)) => {
            done.run(());
            live.load_conversation(conversation);
            spawn_local(async move {
                if crate::ui::chunks::Chunk::Thread.load().await {
                    dialog.open(conversation);
                }
            });
        }
        Some(Err(error)) => {
            toasts.error(error.message);
            done.run(());
        }
        None => {}
    });
    let (key, expected) = (row.order.card.id.to_string(), row.order.card.status);
    let sent = key.clone();
    view! {
        <CommandForm
            attempt
            send=Box::new(move |fields| {
                let key = sent.clone();
                Box::pin(async move {
                    let id = fields.text("message_id").parse().unwrap_or(id);
                    take_order(key, id, expected).await.map(|_| String::new())
                })
            })
        >
            <input type="hidden" name="order" value=key/>
            <input type="hidden" name="message_id" value=id.to_string()/>
            <input type="hidden" name="expected" value=expected.as_str()/>
            <SubmitButton pending=attempt.is_pending class="">
                {if row.order.operator.is_some() { "Join" } else { "Take up" }}
            </SubmitButton>
        </CommandForm>
    }
}

/// One lane per status; each card's menu of steps is the way from one to the next.
#[component]
fn Board(rows: Vec<DeskRow>, done: Callback<()>) -> impl IntoView {
    let lanes = Status::ALL.map(|status| {
        let cards: Vec<_> = rows.iter().filter(|row| row.order.card.status == status).cloned().collect();
        let count = cards.len();
        let kind = cards.first().map_or(crate::shared::orders::OrderKind::Booking, |row| row.order.card.kind);
        view! {
            <section class="lane" aria-label=status.word(kind)>
                <h2><StatusBadge status kind/> <span class="number">{count}</span></h2>
                <ul>{cards.into_iter().map(|row| view! { <BoardCard row done/> }.into_any()).collect_view()}</ul>
            </section>
        }
        .into_any()
    });
    view! { <div class="board" tabindex="0" role="region" aria-label="Board">{lanes.collect_view()}</div> }
}

#[component]
fn BoardCard(row: DeskRow, done: Callback<()>) -> impl IntoView {
    let order = row.order.card.clone();
    view! {
        <li class="card lane__card">
            <h3 class="cut"><a href=format!("/orders/{}", order.code) dir="auto">{order.title.clone()}</a></h3>
            <p class="cut"><bdi>{row.order.guest.name.clone()}</bdi>" · "{order.code.to_string()}</p>
            <Talk row=row.clone()/>
            <Acts row done/>
        </li>
    }
}
