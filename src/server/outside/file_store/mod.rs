//! The file store: the bytes of files, in a folder of this machine or in a bucket that speaks S3. What was put is on disk
//! when the call returns. Objects are written once and never changed.

mod s3;

use std::{
    fs, io,
    ops::Range,
    path::{Path as FilePath, PathBuf},
    sync::Arc,
};

pub use axum::body::Bytes;
use futures::TryStreamExt;
use object_store::{
    Error, ObjectStore, ObjectStoreExt, PutPayload, local::LocalFileSystem, path::Path, prefix::PrefixStore,
};
use uuid::Uuid;

use crate::server::config::{Files, database_url::is_url};

/// Where it is if nothing else is said: beside the database's file.
const SUFFIX: &str = ".files";
/// The folder for a database that is no file.
const DEFAULT_FOLDER: &str = "stoa.files";
const S3_SCHEME: &str = "s3://";
/// Bytes that are read, and written, at a time when parts are put together. S3 wants 5 MiB at least.
const CHUNK_BYTES: u64 = 8 * 1024 * 1024;

/// A size of a file in which it can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// The bytes that were sent, of sound and of files that are no picture.
    Original,
    /// Of pictures, from the largest.
    Large,
    Preview,
    Thumbnail,
}

impl Variant {
    pub const ALL: [Self; 4] = [Self::Original, Self::Large, Self::Preview, Self::Thumbnail];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Original => "original",
            Self::Large => "large",
            Self::Preview => "preview",
            Self::Thumbnail => "thumbnail",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|variant| variant.as_str() == text)
    }
}

#[derive(Clone)]
pub struct FileStore {
    objects: Arc<dyn ObjectStore>,
    /// Its place, for people.
    place: String,
    is_local: bool,
}

/// The result of a call. The error says why, for the log.
pub type Result<T> = std::result::Result<T, String>;

impl FileStore {
    /// Opens the store that the options name. Makes its folder if it is not there.
    pub fn open(options: &Files, database: &str) -> Result<Self> {
        let (place, _) = Self::find(options, database);
        if let Some(bucket) = place.strip_prefix(S3_SCHEME) {
            let (bucket, prefix) = bucket.split_once('/').unwrap_or((bucket, ""));
            let objects =
                s3::open(bucket).map_err(|error| format!("can't use the file store {place}: {error}"))?;
            let objects = Arc::new(PrefixStore::new(objects, prefix));
            return Ok(Self { objects, place, is_local: false });
        }
        let unusable = |error: &dyn std::fmt::Display| {
            format!(
                "can't use the folder {place} for files: {error}; choose one that can be written with --files"
            )
        };
        fs::create_dir_all(&place).map_err(|error| unusable(&error))?;
        let objects =
            LocalFileSystem::new_with_prefix(FilePath::new(&place)).map_err(|error| unusable(&error))?;
        Ok(Self { objects: Arc::new(objects.with_fsync(true)), place, is_local: true })
    }

    /// The place that the options name, and whether it is a folder that is not there yet.
    pub fn find(options: &Files, database: &str) -> (String, bool) {
        let place = options.files.clone().unwrap_or_else(|| default_place(database));
        let is_missing = !place.starts_with(S3_SCHEME) && !FilePath::new(&place).exists();
        (place, is_missing)
    }

    pub fn place(&self) -> &str {
        &self.place
    }

    /// Whether it is a folder, which only this machine has.
    pub fn is_local(&self) -> bool {
        self.is_local
    }

    /// Stores a part of a file that is on its way.
    pub async fn put_part(&self, file: Uuid, part: Uuid, bytes: Bytes) -> Result<()> {
        self.put(&part_path(file, part), bytes).await
    }

    /// Reads parts of a file, in their order, into memory.
    pub async fn parts(&self, file: Uuid, parts: &[Uuid]) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        for part in parts {
            bytes.extend_from_slice(&self.read(&part_path(file, *part)).await?);
        }
        Ok(bytes)
    }

    /// Reads one part of a file that is on its way.
    pub async fn part(&self, file: Uuid, part: Uuid) -> Result<Bytes> {
        self.read(&part_path(file, part)).await
    }

    /// Puts the parts of a file together as what is read from now on, and tells of its bytes in their order.
    pub async fn join(&self, file: Uuid, parts: &[Uuid], mut tell: impl FnMut(&[u8])) -> Result<()> {
        let mut upload = self.objects.put_multipart(&path(file, Variant::Original)).await.map_err(text)?;
        let mut held = Vec::new();
        for part in parts {
            let bytes = self.read(&part_path(file, *part)).await?;
            tell(&bytes);
            held.extend_from_slice(&bytes);
            if held.len() as u64 >= CHUNK_BYTES {
                upload.put_part(PutPayload::from(std::mem::take(&mut held))).await.map_err(text)?;
            }
        }
        if !held.is_empty() {
            upload.put_part(PutPayload::from(held)).await.map_err(text)?;
        }
        upload.complete().await.map(drop).map_err(text)
    }

    /// Stores a variant of a file.
    pub async fn put_variant(&self, file: Uuid, variant: Variant, bytes: Vec<u8>) -> Result<()> {
        self.put(&path(file, variant), bytes.into()).await
    }

    /// The size of a variant in bytes; `None` if there is none.
    pub async fn size(&self, file: Uuid, variant: Variant) -> Result<Option<u64>> {
        match self.objects.head(&path(file, variant)).await {
            Ok(meta) => Ok(Some(meta.size)),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(text(error)),
        }
    }

    /// Some bytes of a variant.
    pub async fn range(&self, file: Uuid, variant: Variant, range: Range<u64>) -> Result<Bytes> {
        self.objects.get_range(&path(file, variant), range).await.map_err(text)
    }

    /// Deletes the parts of a file.
    pub async fn delete_parts(&self, file: Uuid) -> Result<()> {
        self.delete_all(&Path::from(format!("parts/{file}"))).await
    }

    /// Deletes everything of a file.
    pub async fn delete(&self, file: Uuid) -> Result<()> {
        self.delete_parts(file).await?;
        self.delete_all(&Path::from(format!("files/{file}"))).await
    }

    /// Writes, reads and deletes a few bytes.
    pub async fn test(&self) -> Result<()> {
        let (file, part) = (Uuid::now_v7(), Uuid::now_v7());
        self.put_part(file, part, Bytes::from_static(b"test")).await?;
        let read = self.part(file, part).await;
        self.delete(file).await?;
        if read? == "test" { Ok(()) } else { Err("what was written is not what is read".to_owned()) }
    }

    async fn put(&self, path: &Path, bytes: Bytes) -> Result<()> {
        self.objects.put(path, PutPayload::from(bytes)).await.map(drop).map_err(text)
    }

    async fn read(&self, path: &Path) -> Result<Bytes> {
        self.objects.get(path).await.map_err(text)?.bytes().await.map_err(text)
    }

    async fn delete_all(&self, prefix: &Path) -> Result<()> {
        let mut found = self.objects.list(Some(prefix));
        while let Some(object) = found.try_next().await.map_err(text)? {
            match self.objects.delete(&object.location).await {
                Ok(()) | Err(Error::NotFound { .. }) => {}
                Err(error) => return Err(text(error)),
            }
        }
        Ok(())
    }
}

fn default_place(database: &str) -> String {
    if is_url(database) { DEFAULT_FOLDER.to_owned() } else { format!("{database}{SUFFIX}") }
}

/// The folder for the files of a SQLite file, unless another one is configured.
pub fn folder_of(database: &FilePath) -> PathBuf {
    let mut folder = database.as_os_str().to_owned();
    folder.push(SUFFIX);
    folder.into()
}

/// Copies the objects of one folder that another one lacks. Returns their number. A copy that was cut off has another name,
/// and is done again.
pub fn copy_missing(from: &FilePath, to: &FilePath) -> io::Result<u64> {
    fs::create_dir_all(to)?;
    let mut copied = 0;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copied += copy_missing(&entry.path(), &target)?;
        } else if !target.exists() {
            let partial = target.with_extension("partial");
            fs::copy(entry.path(), &partial)?;
            fs::File::open(&partial)?.sync_all()?;
            fs::rename(&partial, &target)?;
            copied += 1;
        }
    }
    Ok(copied)
}

fn part_path(file: Uuid, part: Uuid) -> Path {
    Path::from(format!("parts/{file}/{part}"))
}

fn path(file: Uuid, variant: Variant) -> Path {
    Path::from(format!("files/{file}/{}", variant.as_str()))
}

fn text(error: Error) -> String {
    error.to_string()
}
