//! Notifications: what I am told of, and how; and what operators tell many.

use leptos::{prelude::*, server_fn::codec::GetUrl};

use super::json::Json;
use crate::shared::{
    errors::ApiError,
    ids::{BroadcastId, NotificationId},
    notifications::{NotificationCursor, NotificationFilter},
};
use crate::shared::{
    notifications::kinds::NotificationKind,
    operators::broadcasts::{Audience, BroadcastList},
};
use crate::shared::{positions::SyncSeq, sync::pages::NotificationPage};

/// One page of my notifications, newest first.
#[server(prefix = "/rpc", endpoint = "get_notifications", input = GetUrl, output = Json)]
pub async fn get_notifications(
    #[server(default)] filter: NotificationFilter,
    after: Option<NotificationCursor>,
) -> Result<NotificationPage, ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer()?;
    domain::notifications::list(&context, &viewer, filter, after).await
}

/// Marks some of my notifications as read.
#[server(prefix = "/rpc", endpoint = "read_notifications", output = Json)]
pub async fn read_notifications(ids: Vec<NotificationId>) -> Result<(), ApiError> {
    use super::request;
    use crate::server::domain::{self, notifications::Act};
    let (context, viewer) = request::viewer()?;
    domain::notifications::act(&context, &viewer, ids, Act::Read).await
}

/// Marks all my notifications up to the head at which I saw them. Posted as a plain form it leads back
/// to the list.
#[server(prefix = "/rpc", endpoint = "read_all_notifications", output = Json)]
pub async fn read_all_notifications(epoch: String, upto: SyncSeq) -> Result<(), ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer()?;
    domain::notifications::read_all(&context, &viewer, &epoch, upto).await?;
    request::redirect_form_to("/notifications");
    Ok(())
}

/// Deletes one of my notifications. Posted as a plain form it leads back to the list.
#[server(prefix = "/rpc", endpoint = "delete_notification", output = Json)]
pub async fn delete_notification(notification_id: NotificationId) -> Result<(), ApiError> {
    use super::request;
    use crate::server::domain::{self, notifications::Act};
    let (context, viewer) = request::viewer()?;
    domain::notifications::act(&context, &viewer, vec![notification_id], Act::Delete).await?;
    request::redirect_form_to("/notifications");
    Ok(())
}

/// Undoes that.
#[server(prefix = "/rpc", endpoint = "restore_notification", output = Json)]
pub async fn restore_notification(notification_id: NotificationId) -> Result<(), ApiError> {
    use super::request;
    use crate::server::domain::{self, notifications::Act};
    let (context, viewer) = request::viewer()?;
    domain::notifications::act(&context, &viewer, vec![notification_id], Act::Restore).await
}

/// How I want to be told: of each kind in the app, by a sound, by the browser. Each is a list of kinds
/// with a space between.
#[server(prefix = "/rpc", endpoint = "choose_notifications", output = Json)]
pub async fn choose_notifications(
    #[server(default)] app: String,
    #[server(default)] sound: String,
    #[server(default)] browser: String,
) -> Result<(), ApiError> {
    use super::request;
    use crate::server::domain;
    use crate::shared::notifications::{kinds::KindSet, preferences::Preferences};
    let (context, viewer) = request::viewer()?;
    let choices = Preferences {
        app: KindSet::parse("app", &app)?,
        sound: KindSet::parse("sound", &sound)?,
        browser: KindSet::parse("browser", &browser)?,
    };
    domain::notifications::choose(&context, &viewer, choices).await
}

/// Tells many people something, in the background; operators only. Posted as a plain form it leads back
/// to the page.
#[server(prefix = "/rpc", endpoint = "send_broadcast", output = Json)]
pub async fn send_broadcast(
    broadcast_id: BroadcastId,
    kind: NotificationKind,
    #[server(default)] audience: Audience,
    title: String,
    #[server(default)] text: String,
    #[server(default)] link: String,
) -> Result<BroadcastList, ApiError> {
    use super::request;
    use crate::server::domain::operators::broadcasts::{self, Notice};
    let (context, viewer) = request::viewer()?;
    let notice = Notice { id: broadcast_id, kind, audience, title, text, link: Some(link) };
    broadcasts::send(&context, &viewer, notice).await?;
    request::redirect_form_to("/operator/notices");
    broadcasts::list(&context, &viewer).await
}

/// The last broadcasts; operators only.
#[server(prefix = "/rpc", endpoint = "get_broadcasts", input = GetUrl, output = Json)]
pub async fn get_broadcasts() -> Result<BroadcastList, ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer()?;
    domain::operators::broadcasts::list(&context, &viewer).await
}
