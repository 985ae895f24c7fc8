//! The look at a file that is complete: what it is is found by its bytes, never by its name or by what its sender says.

use std::io;

use futures::{StreamExt, stream};
use tokio::task::spawn_blocking;
use uuid::Uuid;

use crate::{
    server::{
        context::{Context, ContextInner},
        domain::failed,
        images::pictures::{self, Refused},
        outside::{
            file_store::{Bytes, Variant},
            virus_scanner::Verdict,
        },
        store::messages::files::{self, Checked, FileState, StoredFile, parts},
    },
    shared::{
        errors::{ApiError, Result},
        ids::FileId,
        messages::files::FileKind,
    },
};

/// Codes of why a file can't be sent.
pub const TOO_MANY_PIXELS: &str = "too_many_pixels";
pub const NO_PICTURE: &str = "no_picture";
pub const NO_SOUND: &str = "no_sound";
pub const LOST: &str = "lost";
pub const INFECTED: &str = "infected";
pub const NOT_SCANNED: &str = "not_scanned";

/// Looks at a file that is complete. It goes on if whoever waits for it is gone, and is done again if it was cut off.
pub async fn complete(context: &Context, id: FileId) -> Result<()> {
    let context = context.clone();
    let looked = tokio::spawn(async move { look(&context, id).await });
    looked.await.unwrap_or_else(|_| Err(ApiError::internal()))
}

async fn look(context: &ContextInner, id: FileId) -> Result<()> {
    // One file is decoded at a time: it takes a core and up to some hundred megabytes.
    let _turn = context.file_check_turn().await;
    let found = context
        .store
        .read(move |mut conn| {
            Box::pin(async move { Ok((files::get(&mut conn, id).await?, parts::all(&mut conn, id).await?)) })
        })
        .await
        .map_err(failed)?;
    let (Some(file), parts) = found else { return Ok(()) };
    if file.state != FileState::Checking {
        return Ok(());
    }
    let checked = check(context, &file, &parts).await?;
    context
        .store
        .write(move |mut conn| {
            let checked = checked.clone();
            Box::pin(async move {
                match checked {
                    Ok(checked) => files::set_ready(&mut conn, id, &checked).await,
                    Err(refusal) => files::set_refused(&mut conn, id, refusal).await,
                }
            })
        })
        .await
        .map_err(failed)?;
    // What is left of the parts is deleted with the file, if not now.
    if let Err(error) = context.files.delete_parts(id.0).await {
        tracing::warn!(%error, "parts of a file could not be deleted");
    }
    Ok(())
}

/// What a file is, or the code of why it can't be sent.
async fn check(
    context: &ContextInner,
    file: &StoredFile,
    parts: &[Uuid],
) -> Result<std::result::Result<Checked, &'static str>> {
    let id = file.file.id.0;
    if let Some(refusal) = scan(context, file.file.id, parts).await? {
        return Ok(Err(refusal));
    }
    if file.claimed_kind == FileKind::Image {
        let bytes = context.files.parts(id, parts).await.map_err(super::no_file_store)?;
        let encoded = spawn_blocking(move || pictures::encode(&bytes)).await;
        let encoded = match encoded {
            Ok(Ok(encoded)) => encoded,
            Ok(Err(Refused::TooLarge)) => return Ok(Err(TOO_MANY_PIXELS)),
            Ok(Err(Refused::Unreadable)) | Err(_) => return Ok(Err(NO_PICTURE)),
        };
        let size = encoded.large.len() as i64;
        let (width, height) = (Some(i64::from(encoded.width)), Some(i64::from(encoded.height)));
        let variants = [
            (Variant::Large, encoded.large),
            (Variant::Preview, encoded.preview),
            (Variant::Thumbnail, encoded.thumbnail),
        ];
        for (variant, bytes) in variants {
            context.files.put_variant(id, variant, bytes).await.map_err(super::no_file_store)?;
        }
        return Ok(Ok(Checked {
            kind: Some(FileKind::Image),
            media_type: "image/jpeg",
            size,
            width,
            height,
        }));
    }
    let Some(first) = parts.first() else { return Ok(Err(LOST)) };
    let beginning = context.files.part(id, *first).await.map_err(super::no_file_store)?;
    let media_type = if file.claimed_kind == FileKind::Audio { sound_of(&beginning) } else { Some("") };
    let Some(media_type) = media_type else { return Ok(Err(NO_SOUND)) };
    let mut size = 0;
    context.files.join(id, parts, |bytes| size += bytes.len() as i64).await.map_err(super::no_file_store)?;
    if size != file.file.size {
        return Ok(Err(LOST));
    }
    Ok(Ok(Checked { kind: Some(file.claimed_kind), media_type, size, width: None, height: None }))
}

/// Has a file scanned, if there is a scanner. Why it can't be sent, if so; without a verdict it is not refused, and has to wait.
async fn scan(context: &ContextInner, id: FileId, parts: &[Uuid]) -> Result<Option<&'static str>> {
    let Some(scanner) = &context.virus_scanner else { return Ok(None) };
    let bytes = stream::iter(parts)
        .then(|part| async { context.files.part(id.0, *part).await.map_err(io::Error::other) });
    match scanner.scan(bytes).await {
        Ok(Verdict::Clean) => Ok(None),
        Ok(Verdict::Found(name)) => {
            tracing::warn!(file = %id, %name, "the virus scanner found something in a file");
            Ok(Some(INFECTED))
        }
        Ok(Verdict::TooLarge) => Ok(Some(NOT_SCANNED)),
        Err(error) => {
            tracing::error!(%error, "the virus scanner failed");
            Err(ApiError::retry())
        }
    }
}

/// The media type of sound by its first bytes. A container that may hold pictures as well is played as sound all the same.
fn sound_of(beginning: &Bytes) -> Option<&'static str> {
    let at = |from: usize, magic: &[u8]| beginning.get(from..from + magic.len()) == Some(magic);
    let is_frame =
        beginning.first() == Some(&0xff) && beginning.get(1).is_some_and(|byte| byte & 0xe0 == 0xe0);
    [
        (at(0, b"\x1a\x45\xdf\xa3"), "audio/webm"),
        (at(4, b"ftyp"), "audio/mp4"),
        (at(0, b"OggS"), "audio/ogg"),
        (at(0, b"RIFF") && at(8, b"WAVE"), "audio/wav"),
        (at(0, b"ID3") || is_frame, "audio/mpeg"),
    ]
    .into_iter()
    .find_map(|(is_it, media_type)| is_it.then_some(media_type))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f5_sound_is_known_by_its_bytes() {
        let of = |bytes: &'static [u8]| sound_of(&Bytes::from_static(bytes));
        assert_eq!(of(b"\x1a\x45\xdf\xa3rest"), Some("audio/webm"));
        assert_eq!(of(b"\0\0\0\x20ftypM4A "), Some("audio/mp4"));
        assert_eq!(of(b"RIFF\0\0\0\0WAVEfmt "), Some("audio/wav"));
        assert_eq!(of(b"<html><script>"), None);
        assert_eq!(of(b""), None);
    }
}
