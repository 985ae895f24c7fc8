//! Who may read the bytes of a file: those who may read its message, and its sender until it is sent.

use std::ops::Range;

use crate::{
    server::{
        context::ContextInner,
        domain::failed,
        outside::file_store::{Bytes, Variant},
        store::messages::files::{self, FileState, StoredFile},
    },
    shared::{
        errors::{ApiError, Missing, Result},
        ids::FileId,
        messages::files::FileKind,
        users::Viewer,
    },
};

/// A file that the viewer may read, and the size of a variant in bytes. A stranger gets the same answer as for a file that
/// is not there.
pub async fn open(
    context: &ContextInner,
    viewer: &Viewer,
    id: FileId,
    variant: Variant,
) -> Result<(StoredFile, u64)> {
    let user = viewer.id;
    let found = context
        .store
        .read(move |mut conn| {
            Box::pin(async move {
                let Some(file) = files::get(&mut conn, id).await? else { return Ok(None) };
                let may_read = match file.seq {
                    Some(seq) => files::may_read(&mut conn, user, file.conversation, seq).await?,
                    None => file.user == user,
                };
                Ok((may_read && file.state == FileState::Ready).then_some(file))
            })
        })
        .await
        .map_err(failed)?;
    let is_there = |file: &StoredFile| (file.file.kind == FileKind::Image) == (variant != Variant::Original);
    let missing = || ApiError::not_found(Missing::File);
    let file = found.filter(is_there).ok_or_else(missing)?;
    let size = context.files.size(id.0, variant).await.map_err(super::no_file_store)?;
    match size {
        Some(size) => Ok((file, size)),
        None => {
            tracing::error!(file = %id, "the bytes of a file are missing");
            Err(missing())
        }
    }
}

/// Some bytes of a file that was opened.
pub async fn read(context: &ContextInner, id: FileId, variant: Variant, range: Range<u64>) -> Result<Bytes> {
    context.files.range(id.0, variant, range).await.map_err(super::no_file_store)
}
