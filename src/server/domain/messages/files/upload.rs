//! Receiving files. What has come is kept, so that whoever is cut off goes on where they were, on any node.

use futures::{Stream, StreamExt, pin_mut};
use ring::digest::{self, Algorithm};
use uuid::Uuid;

use super::{check, own};
use crate::{
    server::{
        context::{Context, ContextInner},
        domain::failed,
        outside::file_store::Bytes,
        store::messages::files::{
            FileState, StoredFile,
            creation::{self, Bounds, CreateOutcome, NewFile},
            parts, removal,
        },
    },
    shared::{
        errors::{ApiError, ErrorCode, Missing, Result},
        ids::{ConversationId, FileId},
        messages::files::{
            ALT_MAX_CHARS, DURATION_MAX, FILE_MAX_BYTES, FileKind, MEDIA_MAX_BYTES, NAME_MAX_CHARS,
            WAVEFORM_MAX,
        },
        users::Viewer,
        values::{
            text,
            time::{DAY, HOUR},
        },
        words,
    },
};

/// How long a file waits for its next bytes, and for its message.
pub const UNSENT_KEPT: i64 = 24 * HOUR;
/// Files of a user that stand in no message yet.
const UNSENT_MAX: i64 = 50;
/// Bytes that a user may upload in thirty days.
const QUOTA_BYTES: i64 = 2 * 1024 * 1024 * 1024;
const QUOTA_PERIOD: i64 = 30 * DAY;
/// Bytes that are stored at a time. What has come of them is stored too if the connection ends.
const PART_BYTES: usize = 1024 * 1024;
/// Bytes that are held until they agree with their checksum.
const CHECKED_MAX_BYTES: usize = 8 * 1024 * 1024;

/// A file that a client announces.
#[derive(Clone, Debug)]
pub struct Announced {
    pub id: FileId,
    pub conversation: ConversationId,
    pub name: String,
    pub kind: FileKind,
    pub size: i64,
    pub duration: Option<i64>,
    pub waveform: Option<String>,
    pub alt: Option<String>,
}

/// A checksum that bytes have to agree with before they are kept.
pub struct Checksum {
    pub algorithm: &'static Algorithm,
    pub digest: Vec<u8>,
}

/// What became of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// The file has come up to here.
    UpTo(i64),
    /// They were of another position than the one up to which the file has come.
    OtherPosition,
    /// They don't agree with their checksum, and nothing was kept.
    Damaged,
}

/// Announces a file. Idempotent by its id: repeated, it says how far the file has come.
pub async fn create(context: &ContextInner, viewer: &Viewer, announced: Announced) -> Result<StoredFile> {
    if announced.id.0.get_version_num() != 7 {
        return Err(ApiError::invalid("id", "A file's id is a UUID of version 7."));
    }
    let new = checked(viewer, announced)?;
    context.limits.upload(viewer.id)?;
    let now = context.clock.now();
    let bounds = Bounds { unsent: UNSENT_MAX, bytes: QUOTA_BYTES, since: now.plus(-QUOTA_PERIOD) };
    let outcome = context
        .store
        .write(move |mut conn| {
            let new = new.clone();
            Box::pin(async move { creation::create(&mut conn, &new, bounds, now).await })
        })
        .await
        .map_err(failed)?;
    match outcome {
        CreateOutcome::Stored(file) => Ok(*file),
        CreateOutcome::Conflict => Err(ApiError::conflict("Another file has this id.")),
        CreateOutcome::NotParticipant => Err(ApiError::not_found(Missing::Conversation)),
        CreateOutcome::Closed => Err(ApiError::forbidden(words::conversation_refused_closed())),
        CreateOutcome::TooManyUnsent => Err(ApiError::invalid("id", words::file_too_many())),
        CreateOutcome::OverQuota => Err(ApiError::invalid("size", words::file_quota())),
    }
}

fn checked(viewer: &Viewer, announced: Announced) -> Result<NewFile> {
    let Announced { id, conversation, kind, size, duration, waveform, alt, .. } = announced;
    let name = text::line("name", words::file_name(), &announced.name, 1, NAME_MAX_CHARS)?;
    let max = if kind == FileKind::File { FILE_MAX_BYTES } else { MEDIA_MAX_BYTES };
    if size < 1 {
        return Err(ApiError::invalid("size", words::file_empty()));
    }
    if size > max {
        let max = (max / (1024 * 1024)).to_string();
        return Err(ApiError::new(ErrorCode::TooLarge, words::file_too_large(&max)));
    }
    if duration.is_some_and(|duration| !(0..=DURATION_MAX).contains(&duration)) {
        return Err(ApiError::invalid("duration", "Sound lasts 0 to 300,000 milliseconds."));
    }
    let is_waveform =
        |text: &String| text.len() <= WAVEFORM_MAX && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !waveform.as_ref().is_none_or(is_waveform) {
        return Err(ApiError::invalid("waveform", "A waveform is up to 64 hexadecimal digits."));
    }
    let alt = match alt.filter(|alt| !alt.trim().is_empty()) {
        Some(alt) => Some(text::line("alt", words::file_alt(), &alt, 1, ALT_MAX_CHARS)?),
        None => None,
    };
    let user = viewer.id;
    Ok(NewFile { id, user, conversation, name, claimed_kind: kind, size, duration, waveform, alt })
}

/// Receives bytes of one of the viewer's files from a position on, and keeps what has come if they end early. The last
/// ones complete it, and it is looked at.
pub async fn receive<E>(
    context: &Context,
    viewer: &Viewer,
    id: FileId,
    position: i64,
    checksum: Option<Checksum>,
    bytes: impl Stream<Item = std::result::Result<Bytes, E>>,
) -> Result<Received> {
    let file = own(context, viewer, id).await?;
    if file.received != position || file.state != FileState::Receiving {
        return Ok(Received::OtherPosition);
    }
    let rest = file.file.size - position;
    let mut upto = position;
    let mut held = Vec::new();
    let limit = if checksum.is_some() { CHECKED_MAX_BYTES } else { PART_BYTES };
    pin_mut!(bytes);
    let is_complete = loop {
        match bytes.next().await {
            None => break true,
            Some(Err(_)) => break false,
            Some(Ok(some)) => held.extend_from_slice(&some),
        }
        if (upto - position) + held.len() as i64 > rest {
            return Err(ApiError::new(ErrorCode::TooLarge, "More bytes came than were announced."));
        }
        if held.len() < limit {
            continue;
        }
        if checksum.is_some() {
            return Err(ApiError::new(
                ErrorCode::TooLarge,
                "Bytes with a checksum come 8 MiB at a time at most.",
            ));
        }
        match keep(context, id, upto, std::mem::take(&mut held)).await? {
            Some(come) => upto = come,
            None => return Ok(Received::OtherPosition),
        }
    };
    if let Some(checksum) = checksum
        && (!is_complete || digest::digest(checksum.algorithm, &held).as_ref() != checksum.digest)
    {
        return Ok(Received::Damaged);
    }
    if !held.is_empty() {
        match keep(context, id, upto, held).await? {
            Some(come) => upto = come,
            None => return Ok(Received::OtherPosition),
        }
    }
    if upto == file.file.size {
        check::complete(context, id).await?;
    }
    Ok(Received::UpTo(upto))
}

/// Stores a part, and returns up to where the file has come; `None` if it has come up to elsewhere meanwhile.
async fn keep(context: &ContextInner, id: FileId, position: i64, bytes: Vec<u8>) -> Result<Option<i64>> {
    let (object, size) = (Uuid::now_v7(), bytes.len() as i64);
    context.files.put_part(id.0, object, bytes.into()).await.map_err(super::no_file_store)?;
    let now = context.clock.now();
    let is_added = context
        .store
        .write(move |mut conn| {
            Box::pin(async move { parts::add(&mut conn, id, (position, size), object, now).await })
        })
        .await
        .map_err(failed)?;
    Ok(is_added.then_some(position + size))
}

/// Deletes one of the viewer's files that stands in no message.
pub async fn cancel(context: &ContextInner, viewer: &Viewer, id: FileId) -> Result<()> {
    let (user, now) = (viewer.id, context.clock.now());
    let is_deleted = context
        .store
        .write(move |mut conn| Box::pin(async move { removal::unsent(&mut conn, user, id, now).await }))
        .await
        .map_err(failed)?;
    if is_deleted { Ok(()) } else { Err(ApiError::not_found(Missing::File)) }
}
