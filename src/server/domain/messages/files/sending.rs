//! Sending files: they become those of a message in the transaction that stores it.

use std::collections::HashSet;

use crate::{
    server::{
        context::ContextInner,
        domain::failed,
        store::{
            self,
            messages::{
                files::{
                    FileState,
                    sending::{self, AppendedWithFiles},
                },
                new_message::{AppendOutcome, NewMessage},
            },
        },
    },
    shared::{
        errors::{ApiError, ErrorCode, Result},
        ids::{FileId, UserId},
        messages::files::FILES_MAX,
        values::time::Timestamp,
        words,
    },
};

/// Checks the ids of a new message's files.
pub fn check(ids: &[FileId]) -> Result<()> {
    if ids.len() > FILES_MAX {
        return Err(ApiError::invalid("files", format!("A message has up to {FILES_MAX} files.")));
    }
    let different: HashSet<_> = ids.iter().collect();
    if different.len() < ids.len() {
        return Err(ApiError::invalid("files", "A message has each file once."));
    }
    Ok(())
}

/// Stores a message with files. An error if one of them can't be sent, or can't be yet.
pub async fn append(
    context: &ContextInner,
    new: NewMessage,
    mentioned: Vec<UserId>,
    ids: Vec<FileId>,
    now: Timestamp,
) -> Result<store::Result<AppendOutcome>> {
    let appended = context
        .store
        .write(move |mut conn| {
            let (new, mentioned, ids) = (new.clone(), mentioned.clone(), ids.clone());
            Box::pin(async move { sending::append_with_files(&mut conn, new, &mentioned, &ids, now).await })
        })
        .await;
    match appended.map_err(failed)? {
        AppendedWithFiles::Appended(outcome) => Ok(Ok(outcome)),
        AppendedWithFiles::NotReady(file) => match file {
            Some(file) if matches!(file.state, FileState::Receiving | FileState::Checking) => {
                Err(ApiError::new(ErrorCode::Retry, words::file_not_ready()))
            }
            Some(file) if file.state == FileState::Refused => {
                let reason = super::refusal(file.refusal.as_deref().unwrap_or_default());
                Err(ApiError::invalid("files", reason))
            }
            _ => Err(ApiError::invalid("files", words::file_not_yours())),
        },
    }
}
