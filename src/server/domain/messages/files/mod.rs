//! Files: received in parts, looked at once they are complete, sent in a message, and read by those who may read that message.

pub mod check;
pub mod cleanup;
pub mod reading;
pub mod sending;
pub mod upload;

pub use crate::server::store::messages::files::{FileState, StoredFile};
use crate::{
    server::{context::ContextInner, domain::failed, store::messages::files},
    shared::{
        errors::{ApiError, Missing, Result},
        ids::FileId,
        users::Viewer,
        words,
    },
};

/// One of the viewer's own files, however far it has come. Another user's is not found.
pub async fn own(context: &ContextInner, viewer: &Viewer, id: FileId) -> Result<StoredFile> {
    let user = viewer.id;
    let found = context
        .store
        .read(move |mut conn| Box::pin(async move { files::get(&mut conn, id).await }))
        .await
        .map_err(failed)?;
    let own = found.filter(|file| file.user == user && file.state != FileState::Deleted);
    own.ok_or_else(|| ApiError::not_found(Missing::File))
}

/// Why a file can't be sent, for people.
pub fn refusal(code: &str) -> &'static str {
    match code {
        check::TOO_MANY_PIXELS => words::file_refused_pixels(),
        check::NO_PICTURE => words::file_refused_picture(),
        check::NO_SOUND => words::file_refused_sound(),
        check::LOST => words::file_refused_lost(),
        check::INFECTED => words::file_refused_infected(),
        check::NOT_SCANNED => words::file_refused_not_scanned(),
        _ => words::file_refused(),
    }
}

/// The file store failed. The same request may succeed later.
fn no_file_store(error: String) -> ApiError {
    tracing::error!(%error, "the file store failed");
    ApiError::retry()
}
