//! The export of everything about the viewer: as JSON for a program, or as one HTML page. It is written page by page while it is
//! sent, so that it takes the same memory however much there is. docs/personal-data.md describes the format.

use std::time::Duration;

use serde_json::Value;
use tokio::{
    sync::{Semaphore, SemaphorePermit, mpsc::Sender},
    time::timeout,
};

use super::{html::HtmlWriter, json::JsonWriter};
use crate::{
    server::{
        context::{Context, ContextInner},
        domain::{
            failed,
            users::{
                Client, present_password,
                security_events::{self, SecurityEvent},
            },
        },
        store::users::personal_data::{
            export::{self, ExportRow, Place},
            sections::{CONVERSATION, Kind, SECTIONS, Section},
        },
    },
    shared::{
        conversations::{participant::ActorName, system_messages::SystemMessage},
        errors::{ApiError, Result},
        ids::{ConversationId, UserId},
        users::Viewer,
        values::time::Timestamp,
    },
};

/// A client that takes nothing for so long is gone.
const CLIENT_TIMEOUT: Duration = Duration::from_secs(30);
/// Files that a node writes at the same time, each with a few pages of rows in memory.
const RUNNING_MAX: usize = 32;
const RETRY_AFTER_S: i64 = 60;

static PLACES: Semaphore = Semaphore::const_new(RUNNING_MAX);

/// The place of a file that is being written.
pub struct ExportPlace(
    #[expect(dead_code, reason = "it is given back when it is dropped")] SemaphorePermit<'static>,
);

impl ExportPlace {
    /// An error if as many are being written as can be.
    pub fn take() -> Result<Self> {
        PLACES.try_acquire().map(Self).map_err(|_| ApiError::too_fast(RETRY_AFTER_S))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    Json,
    Html,
}

impl ExportFormat {
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "json" => Some(Self::Json),
            "html" => Some(Self::Html),
            _ => None,
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Html => "html",
        }
    }
}

/// Checks that the viewer may have the export now, and keeps that they had it.
pub async fn begin(
    context: &ContextInner,
    viewer: &Viewer,
    password: &str,
    client: &Client,
) -> Result<ExportPlace> {
    let refusal = SecurityEvent::PasswordRefused;
    let (place, _) = present_password::check(context, viewer, password, refusal, client)
        .await
        .map_err(|error| ApiError { field: error.field.map(|_| "export_password".to_owned()), ..error })?;
    drop(place);
    let place = ExportPlace::take()?;
    context.limits.export(viewer.id)?;
    let now = context.clock.now();
    let event = SecurityEvent::DataExported.to_row(Some(viewer.id), client, "");
    context
        .store
        .write(move |mut conn| Box::pin(async move { security_events::add(&mut conn, event, now).await }))
        .await
        .map_err(failed)?;
    Ok(place)
}

/// Why an export ended before its end.
#[derive(Debug)]
pub enum ExportError {
    Failed(ApiError),
    /// The client is gone.
    Gone,
}

impl From<ApiError> for ExportError {
    fn from(error: ApiError) -> Self {
        Self::Failed(error)
    }
}

/// One of the two forms.
enum Writer {
    Json(JsonWriter),
    Html(HtmlWriter),
}

type Columns = &'static [(&'static str, Kind)];

impl Writer {
    fn start(&mut self, made_at: Timestamp) -> String {
        match self {
            Self::Json(writer) => writer.start(made_at),
            Self::Html(writer) => writer.start(made_at),
        }
    }

    fn part(&mut self, key: &'static str) -> String {
        match self {
            Self::Json(writer) => writer.part(key),
            Self::Html(writer) => writer.part(key),
        }
    }

    fn row(&mut self, columns: Columns, row: ExportRow) -> String {
        match self {
            Self::Json(writer) => writer.row(row),
            Self::Html(writer) => writer.row(columns, &row),
        }
    }

    /// A conversation, whose messages follow.
    fn conversation(&mut self, row: ExportRow) -> String {
        match self {
            Self::Json(writer) => writer.conversation(row),
            Self::Html(writer) => writer.conversation(CONVERSATION.1, &row),
        }
    }

    fn message(&mut self, row: ExportRow) -> String {
        match self {
            Self::Json(writer) => writer.row(row),
            Self::Html(writer) => writer.message(&row),
        }
    }

    fn end_conversation(&mut self) -> String {
        match self {
            Self::Json(writer) => writer.end_conversation(),
            Self::Html(writer) => writer.end_conversation(),
        }
    }

    fn end_part(&mut self) -> String {
        match self {
            Self::Json(writer) => writer.end_part(),
            Self::Html(writer) => writer.end_part(),
        }
    }

    fn end(&mut self) -> String {
        match self {
            Self::Json(writer) => writer.end(),
            Self::Html(writer) => writer.end(),
        }
    }
}

/// Writes everything about the viewer to the client. The file ends with a mark, so that one that was cut off is known.
pub async fn write(
    context: &Context,
    viewer: &Viewer,
    (format, _place): (ExportFormat, ExportPlace),
    to: &Sender<String>,
) -> std::result::Result<(), ExportError> {
    let site = context.site_name();
    let mut writer = match format {
        ExportFormat::Json => Writer::Json(JsonWriter::new(site)),
        ExportFormat::Html => Writer::Html(HtmlWriter::new(site)),
    };
    send(to, writer.start(context.clock.now())).await?;
    for section in &SECTIONS {
        send(to, writer.part(section.key)).await?;
        let mut place = Some(Place::START);
        while let Some(after) = place {
            let (rows, next) = page(context, viewer.id, section, after).await?;
            let rows = rows.into_iter().map(|row| in_words(section.columns, row, viewer.id));
            let text: String = rows.map(|row| writer.row(section.columns, row)).collect();
            send(to, text).await?;
            place = next;
        }
        send(to, writer.end_part()).await?;
    }
    send(to, writer.part(CONVERSATION.0)).await?;
    for id in conversations(context, viewer.id).await? {
        write_conversation(context, viewer.id, id, &mut writer, to).await?;
    }
    let end = writer.end_part() + &writer.end();
    send(to, end).await
}

async fn write_conversation(
    context: &Context,
    user: UserId,
    id: ConversationId,
    writer: &mut Writer,
    to: &Sender<String>,
) -> std::result::Result<(), ExportError> {
    let found = context
        .low_priority_store
        .read(move |mut conn| Box::pin(async move { export::conversation(&mut conn, user, id).await }))
        .await
        .map_err(failed)?;
    let Some(found) = found else { return Ok(()) };
    send(to, writer.conversation(found.row)).await?;
    let (is_left, mut from) = (found.is_left, Some(found.first));
    while let Some(seq) = from {
        let (rows, next) = context
            .low_priority_store
            .read(move |mut conn| {
                Box::pin(async move { export::messages(&mut conn, user, id, seq, is_left).await })
            })
            .await
            .map_err(failed)?;
        let text: String = rows.into_iter().map(|row| writer.message(message_in_words(row, user))).collect();
        send(to, text).await?;
        from = next;
    }
    send(to, writer.end_conversation()).await
}

async fn page(
    context: &Context,
    user: UserId,
    section: &'static Section,
    after: Place,
) -> Result<(Vec<ExportRow>, Option<Place>)> {
    context
        .low_priority_store
        .read(move |mut conn| Box::pin(async move { export::page(&mut conn, user, section, after).await }))
        .await
        .map_err(failed)
}

async fn conversations(context: &Context, user: UserId) -> Result<Vec<ConversationId>> {
    context
        .low_priority_store
        .read(move |mut conn| Box::pin(async move { export::conversations(&mut conn, user).await }))
        .await
        .map_err(failed)
}

/// System messages as the viewer reads them.
fn in_words(columns: Columns, mut row: ExportRow, viewer: UserId) -> ExportRow {
    for (key, _) in columns.iter().filter(|(_, kind)| *kind == Kind::Event) {
        let actor = row.get("cause").and_then(Value::as_str).map(|name| ActorName::Other(name.to_owned()));
        let sentence =
            row.get(*key).and_then(Value::as_str).map(|body| sentence(body, actor.as_ref(), viewer));
        if let Some(sentence) = sentence {
            row.insert((*key).to_owned(), sentence.into());
        }
    }
    row
}

fn message_in_words(mut row: ExportRow, viewer: UserId) -> ExportRow {
    let text = |key: &str| row.get(key).and_then(Value::as_str);
    if text("kind") == Some("system") {
        let is_own = row.get("is_own").and_then(Value::as_bool).unwrap_or_default();
        let actor = match text("sender") {
            Some(_) if is_own => Some(ActorName::Reader),
            sender => sender.map(|name| ActorName::Other(name.to_owned())),
        };
        let sentence = sentence(text("text").unwrap_or_default(), actor.as_ref(), viewer);
        row.insert(MESSAGE_TEXT.to_owned(), sentence.into());
    }
    row
}

/// The column of a message with its text.
const MESSAGE_TEXT: &str = "text";

fn sentence(body: &str, actor: Option<&ActorName>, viewer: UserId) -> String {
    // A notice has a title and a text; its sentence is the title.
    let message = SystemMessage::from_body(body);
    let sentence = message.text(actor, Some(viewer)).sentence;
    match message {
        SystemMessage::Notice { title, text, .. } if !text.is_empty() => format!("{title}: {text}"),
        _ => sentence,
    }
}

/// Sends a piece to the client.
pub(in crate::server::domain) async fn send(
    to: &Sender<String>,
    text: String,
) -> std::result::Result<(), ExportError> {
    if text.is_empty() {
        return Ok(());
    }
    match timeout(CLIENT_TIMEOUT, to.send(text)).await {
        Ok(Ok(())) => Ok(()),
        _ => Err(ExportError::Gone),
    }
}
