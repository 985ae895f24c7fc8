//! Background tasks of a running server: wake-ups and reconciliation for its sockets, presence, cluster
//! membership, operator notifications, broadcasts, fan-out, retention, the search index, the event log, webhooks, push and mail. `main` starts them once the context exists.

use crate::server::{
    context::Context,
    domain::{
        fan_out, mail,
        messages::{files, search::indexer},
        notifications::level,
        operators::{
            broadcasts,
            event_log::{cleanup, collector},
            retention,
            webhooks::worker,
        },
        push, tasks, text_upgrade,
        users::personal_data::erasure,
    },
    realtime,
    store::tasks::Queue,
};

/// Spawns every background task. They end with the process, or when the context says that the server stops.
pub fn start(context: &Context) {
    realtime::start(context);
    tokio::spawn(broadcasts::deliver_in_background(context.clone()));
    tokio::spawn(fan_out::run_in_background(context.clone()));
    tokio::spawn(files::cleanup::run_in_background(context.clone()));
    tokio::spawn(text_upgrade::run_in_background(context.clone()));
    tokio::spawn(tasks::run_in_background(context.clone(), Queue::Timer, level::handler));
    tokio::spawn(tasks::run_in_background(context.clone(), Queue::Erasure, erasure::handler));
    if !context.config.without_search {
        indexer::subscribe(context);
        tokio::spawn(indexer::run_in_background(context.clone()));
    }
    tasks::subscribe(context);
    push::away::subscribe(context);
    tokio::spawn(push::away::run_in_background(context.clone()));
    tokio::spawn(tasks::run_in_background(context.clone(), Queue::Push, push::handler));
    if context.mailer.is_some() {
        mail::away::subscribe(context);
        tokio::spawn(mail::away::run_in_background(context.clone()));
        tokio::spawn(tasks::run_in_background(context.clone(), Queue::Mail, mail::handler));
    }
    collector::subscribe(context);
    tokio::spawn(collector::run_in_background(context.clone()));
    tokio::spawn(cleanup::run_in_background(context.clone()));
    tokio::spawn(worker::run_in_background(context.clone()));
    tokio::spawn(retention::delete_in_background(context.clone()));
}
