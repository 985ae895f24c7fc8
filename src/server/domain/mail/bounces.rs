//! Mails that came back: the mail server refused one, or a report said later that it was not delivered.

use crate::{
    server::{
        context::ContextInner,
        domain::failed,
        store::{
            mail::{bounces, return_addresses::ReturnAddress},
            notifications::notify::notify_owner,
        },
    },
    shared::{conversations::system_messages::SystemMessage, errors::Result, words},
};

/// Statuses (RFC 3463) that say the address will never take anything: there is none, or it is disabled.
const FOR_EVER: [&str; 2] = ["5.1.", "5.2.1"];

/// Whether this status says that the address will never take anything.
pub fn is_for_ever(status: &str) -> bool {
    FOR_EVER.iter().any(|start| status == *start || (start.ends_with('.') && status.starts_with(start)))
}

/// Keeps that a mail to this user came back. Its owner is told once nothing more is mailed there.
pub async fn record(context: &ContextInner, address: ReturnAddress, is_for_ever: bool) -> Result<()> {
    let now = context.clock.now();
    let notice = SystemMessage::Notice {
        title: words::bounce_notice_title().to_owned(),
        text: words::bounce_notice_text().to_owned(),
        link: Some("/settings#mail".to_owned()),
    };
    context
        .store
        .write(move |mut conn| {
            let notice = notice.clone();
            Box::pin(async move {
                let ReturnAddress { user, conversation, .. } = address;
                if bounces::record(&mut conn, user, conversation, is_for_ever, now).await? {
                    notify_owner(&mut conn, user, &notice, now).await?;
                }
                Ok(())
            })
        })
        .await
        .map_err(failed)
}
