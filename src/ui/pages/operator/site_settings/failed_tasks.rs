//! Tasks that were given up, such as mails that no server took, with their reasons. For admins.

use leptos::{html, prelude::*};

use crate::{
    api::operators::failed_tasks::{get_failed_tasks, retry_task},
    browser::environment::focus_soon,
    shared::{
        operators::failed_tasks::{FailedTask, FailedTaskList},
        page::payload::PagePayload,
        words,
    },
    ui::components::{
        Attempt, CommandForm, LocalTime, ResourceView, Skeleton, SubmitButton, TimeStyle,
        forms::field::FormErrorLine, not_found::LoadError, page_resource,
    },
};

#[component]
pub fn FailedTasks() -> impl IntoView {
    let tasks = page_resource(Signal::stored(String::new()), || {
        Box::pin(async { PagePayload::new(get_failed_tasks().await) })
    });
    let section = NodeRef::<html::Section>::new();
    let on_retry = Callback::new(move |()| {
        // The pressed button disappears with its row, so the focus moves to the section.
        if let Some(section) = section.get_untracked() {
            focus_soon(section);
        }
        tasks.refetch();
    });
    view! {
        <section class="card" id="failed-tasks" aria-labelledby="failed-tasks-title" tabindex="-1" node_ref=section>
            <h2 id="failed-tasks-title">{words::failed_task_list_title()}</h2>
            <ResourceView
                from=tasks
                fallback=|| view! { <Skeleton count=1/> }
                show=Box::new(move |payload| match payload.take::<FailedTaskList>() {
                    Ok(list) => view! { <Rows tasks=list.tasks on_retry/> }.into_any(),
                    Err(error) => view! { <LoadError error/> }.into_any(),
                })
            />
        </section>
    }
}

#[component]
fn Rows(tasks: Vec<FailedTask>, on_retry: Callback<()>) -> impl IntoView {
    if tasks.is_empty() {
        return view! { <p class="muted">{words::failed_task_list_empty()}</p> }.into_any();
    }
    let rows = tasks.into_iter().map(|task| view! { <Row task on_retry/> }.into_any()).collect_view();
    view! {
        <p>{words::failed_task_list_text()}</p>
        <ul class="sessions" aria-label=words::failed_task_list_title()>{rows}</ul>
    }
    .into_any()
}

#[component]
fn Row(task: FailedTask, on_retry: Callback<()>) -> impl IntoView {
    let FailedTask { id, about, attempts, reason, failed_at } = task;
    let attempt = Attempt::at("/rpc/retry_task");
    let error = attempt.error();
    Effect::new(move |_| {
        if let Some(Ok(_)) = attempt.answer.get() {
            on_retry.run(());
        }
    });
    let [before, after] = words::around(&words::failed_task_attempts(attempts.unsigned_abs(), words::HOLE));
    view! {
        <li>
            <div>
                <b class="cut">{about}</b>
                <p dir="auto">{reason}</p>
                <p class="muted">{before} <LocalTime at=failed_at style=TimeStyle::Relative/> {after}</p>
                <FormErrorLine error fields=&[]/>
            </div>
            <CommandForm
                attempt
                send=Box::new(move |_| Box::pin(async move { retry_task(id).await.map(|()| String::new()) }))
            >
                <input type="hidden" name="task_id" value=id.to_string()/>
                <SubmitButton pending=attempt.is_pending>{words::common_try_again()}</SubmitButton>
            </CommandForm>
        </li>
    }
}
