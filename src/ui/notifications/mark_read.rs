//! Button that marks notifications as read.

use leptos::prelude::*;

use super::{
    entries::{ListEntry, entry_lines},
    kind_filter::KindFilter,
};
use crate::{
    api::notifications::{read_all_notifications, read_notifications},
    browser::use_live,
    shared::{
        ids::NotificationId,
        notifications::{NOTIFICATIONS_PAGE, NotificationFilter},
        words,
    },
    ui::components::{
        Attempt, CommandForm, Icon, SubmitButton, forms::form::CommandFuture, reactive_view, use_toasts,
    },
};

/// Marks all notifications as read, or those of the filtered kind. Rendered while there are unread ones.
#[component]
pub fn MarkRead(filter: Signal<NotificationFilter>, class: &'static str) -> impl IntoView {
    let live = use_live();
    let toasts = use_toasts();
    let attempt = Attempt::at("/rpc/read_all_notifications");
    let is_all = move || filter.get().kind.is_none();
    Effect::new(move |_| {
        if let Some(Err(error)) = attempt.answer.get() {
            toasts.error(error.message);
        }
    });
    let send = move |_| -> CommandFuture {
        let filter = filter.get_untracked();
        let (epoch, head, ids) = live.inbox.with_untracked(|inbox| {
            let unread = entry_lines(inbox, live, filter, None).into_iter().filter(|line| line.is_unread);
            let ids: Vec<_> = unread
                .map(|line| match line.entry {
                    ListEntry::Notification(id) => id,
                    ListEntry::Messages(id) => NotificationId(id.0),
                })
                .collect();
            (inbox.epoch.clone(), inbox.head, ids)
        });
        Box::pin(async move {
            if filter.kind.is_none() {
                read_all_notifications(epoch, head).await?;
            } else {
                for batch in ids.chunks(NOTIFICATIONS_PAGE as usize) {
                    read_notifications(batch.to_vec()).await?;
                }
            }
            live.refresh();
            Ok(String::new())
        })
    };
    let unread = Memo::new(move |_| {
        let kind_filter = filter.get().kind.map_or(KindFilter::All, KindFilter::Kind);
        live.inbox.with(|inbox| kind_filter.unread(inbox, live))
    });
    view! {
        {reactive_view(move || (unread.get() > 0).then(|| view! {
            <CommandForm attempt send=Box::new(send)>
                <input type="hidden" name="epoch" value=move || live.inbox.with(|inbox| inbox.epoch.clone())/>
                <input type="hidden" name="upto" value=move || live.inbox.with(|inbox| inbox.head.to_string())/>
                <SubmitButton pending=attempt.is_pending class>
                    <Icon name="checks"/>
                    {move || if is_all() {
                        words::notification_list_mark_all_read()
                    } else {
                        words::notification_list_mark_these_read()
                    }}
                </SubmitButton>
            </CommandForm>
        }.into_any()))}
    }
}
