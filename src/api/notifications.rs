//! Server functions for the viewer's notifications and notification settings, and for operators' broadcasts.

use leptos::{prelude::*, server_fn::codec::GetUrl};

use super::json::Json;
use crate::shared::{
    errors::ApiError,
    ids::{BroadcastId, ConversationId, NotificationId},
    notifications::{
        NotificationCursor, NotificationFilter,
        kinds::NotificationKind,
        level::{ConversationLevel, NotificationLevel},
    },
    operators::broadcasts::{Audience, BroadcastList},
    positions::SyncSeq,
    sync::pages::NotificationPage,
};

/// One page of the viewer's notifications, newest first.
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

/// Marks some of the viewer's notifications as read.
#[server(prefix = "/rpc", endpoint = "read_notifications", output = Json)]
pub async fn read_notifications(ids: Vec<NotificationId>) -> Result<(), ApiError> {
    use super::request;
    use crate::server::domain::{self, notifications::NotificationAction};
    let (context, viewer) = request::viewer()?;
    domain::notifications::act(&context, &viewer, ids, NotificationAction::Read).await
}

/// Marks all the viewer's notifications up to a sync position as read: the position at which the viewer saw
/// the list, so that later ones stay unread. A plain form post is redirected to the list.
#[server(prefix = "/rpc", endpoint = "read_all_notifications", output = Json)]
pub async fn read_all_notifications(epoch: String, upto: SyncSeq) -> Result<(), ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer()?;
    domain::notifications::read_all(&context, &viewer, &epoch, upto).await?;
    request::redirect_form_to("/notifications");
    Ok(())
}

/// Deletes one of the viewer's notifications. A plain form post is redirected to the list.
#[server(prefix = "/rpc", endpoint = "delete_notification", output = Json)]
pub async fn delete_notification(notification_id: NotificationId) -> Result<(), ApiError> {
    use super::request;
    use crate::server::domain::{self, notifications::NotificationAction};
    let (context, viewer) = request::viewer()?;
    domain::notifications::act(&context, &viewer, vec![notification_id], NotificationAction::Delete).await?;
    request::redirect_form_to("/notifications");
    Ok(())
}

/// Restores a deleted notification of the viewer.
#[server(prefix = "/rpc", endpoint = "restore_notification", output = Json)]
pub async fn restore_notification(notification_id: NotificationId) -> Result<(), ApiError> {
    use super::request;
    use crate::server::domain::{self, notifications::NotificationAction};
    let (context, viewer) = request::viewer()?;
    domain::notifications::act(&context, &viewer, vec![notification_id], NotificationAction::Restore).await
}

/// How much of a conversation the viewer is told of.
#[server(prefix = "/rpc", endpoint = "get_notification_level", input = GetUrl, output = Json)]
pub async fn get_notification_level(conversation_id: ConversationId) -> Result<ConversationLevel, ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer()?;
    domain::notifications::level::get(&context, &viewer, conversation_id).await
}

/// Sets how much of a conversation the viewer is told of, for some hours or, without any, for good. A plain form post is
/// redirected to the conversation.
#[server(prefix = "/rpc", endpoint = "set_notification_level", output = Json)]
pub async fn set_notification_level(
    conversation_id: ConversationId,
    level: NotificationLevel,
    hours: Option<i64>,
) -> Result<(), ApiError> {
    use super::request;
    use crate::{server::domain, shared::values::time::HOUR};
    let (context, viewer) = request::viewer()?;
    let until = hours.map(|hours| context.clock.now().plus(hours.clamp(-1, 100_000) * HOUR));
    let chosen = ConversationLevel { level, until };
    domain::notifications::level::set(&context, &viewer, conversation_id, chosen).await?;
    request::redirect_form_to(&format!("/messages/{}", conversation_id.0));
    Ok(())
}

/// Sets the kinds of notification that the viewer gets in the app, with a sound, from the browser and by mail. Each
/// argument is a list of kinds separated by spaces. Without `mail` that one stays as it is.
#[server(prefix = "/rpc", endpoint = "choose_notifications", output = Json)]
pub async fn choose_notifications(
    #[server(default)] app: String,
    #[server(default)] sound: String,
    #[server(default)] browser: String,
    mail: Option<String>,
) -> Result<(), ApiError> {
    use super::request;
    use crate::server::domain;
    use crate::shared::notifications::{kinds::KindSet, preferences::Preferences};
    let (context, viewer) = request::viewer()?;
    let mail = mail.map(|words| KindSet::parse("mail", &words)).transpose()?;
    let choices = Preferences {
        app: KindSet::parse("app", &app)?,
        sound: KindSet::parse("sound", &sound)?,
        browser: KindSet::parse("browser", &browser)?,
        mail: mail.unwrap_or_default(),
    };
    domain::notifications::save_preferences(&context, &viewer, choices, mail.is_none()).await
}

/// Sends a broadcast to an audience, in the background; operators only. A plain form post is redirected to
/// the page of broadcasts.
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
    use crate::server::domain::operators::broadcasts::{self, BroadcastDraft};
    let (context, viewer) = request::viewer()?;
    let notice = BroadcastDraft { id: broadcast_id, kind, audience, title, text, link: Some(link) };
    broadcasts::send(&context, &viewer, notice).await?;
    request::redirect_form_to("/operator/notices");
    broadcasts::list(&context, &viewer).await
}

/// The latest broadcasts; operators only.
#[server(prefix = "/rpc", endpoint = "get_broadcasts", input = GetUrl, output = Json)]
pub async fn get_broadcasts() -> Result<BroadcastList, ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer()?;
    domain::operators::broadcasts::list(&context, &viewer).await
}
