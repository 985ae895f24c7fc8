//! The files of a message: pictures, sound, and others, which are downloaded. All work without script.

mod audio;
pub mod viewer;

use leptos::{ev, prelude::*, task::spawn_local};

use crate::{
    browser::{sending::uploads, use_live},
    shared::{
        ids::FileId,
        messages::files::{FileKind, MessageFile},
        words,
    },
    ui::components::Icon,
};
use audio::AudioView;
use viewer::use_viewer;

/// The longest sides of a single picture, in CSS pixels.
const SIDE_MAX: i64 = 280;

/// The URL of a size of a file.
pub fn url(id: FileId, variant: &str) -> String {
    format!("/api/files/{id}/{variant}")
}

/// A size for people: `340 kB`, `1.2 MB`.
pub fn size_text(bytes: i64) -> String {
    const KB: i64 = 1_000;
    const MB: i64 = KB * KB;
    if bytes < MB {
        words::file_kilobytes(&((bytes + KB - 1) / KB).to_string())
    } else {
        let tenths = bytes / (MB / 10);
        words::file_megabytes(&format!("{}.{}", tenths / 10, tenths % 10))
    }
}

/// The files of a message. While they are on their way they are shown from this browser.
#[component]
pub fn FilesView(files: Vec<MessageFile>, is_stored: bool) -> impl IntoView {
    let pictures: Vec<_> = files.iter().filter(|file| file.kind == FileKind::Image).cloned().collect();
    let others: Vec<_> = files.into_iter().filter(|file| file.kind != FileKind::Image).collect();
    let is_single = pictures.len() == 1;
    let others = others.into_iter().map(|file| match file.kind {
        FileKind::Audio if is_stored => view! { <AudioView file/> }.into_any(),
        _ => view! { <FileRow file is_stored/> }.into_any(),
    });
    view! {
        {(!pictures.is_empty()).then(|| view! {
            <div class="pictures" class:pictures--single=is_single>
                {pictures.into_iter().map(|file| view! { <PictureView file is_single is_stored/> }).collect_view()}
            </div>
        })}
        {others.collect_view()}
    }
}

#[component]
fn PictureView(file: MessageFile, is_single: bool, is_stored: bool) -> impl IntoView {
    let viewer = use_viewer();
    let (width, height) = (file.width.unwrap_or(4).max(1), file.height.unwrap_or(3).max(1));
    // Its place is known before it loads, so nothing jumps.
    let scale = (SIDE_MAX as f64 / width.max(height) as f64).min(1.0);
    let [width, height] = [width, height].map(|side| ((side as f64 * scale) as i64).max(48).to_string());
    let id = file.id;
    let alt = file.alt.clone().unwrap_or_else(|| words::file_picture_alt().to_owned());
    // What is on its way is shown from this browser, and stays that when it has arrived.
    let local = if cfg!(feature = "ssr") { None } else { uploads::file_url(id) };
    let source = RwSignal::new(match local {
        None if is_stored => Some(url(id, if is_single { "preview" } else { "thumbnail" })),
        local => local,
    });
    if source.with_untracked(Option::is_none) {
        let viewer = use_live().viewer;
        spawn_local(async move {
            uploads::find(viewer, id).await;
            let _ = source.try_set(uploads::file_url(id));
        });
    }
    let picture = view! { <img src=move || source.get() alt=alt width=width height=height loading="lazy" decoding="async"/> };
    if !is_stored {
        return view! { <span class="picture">{picture}<UploadProgress id/></span> }.into_any();
    }
    let open = move |event: ev::MouseEvent| {
        let is_plain = !(event.ctrl_key() || event.meta_key() || event.shift_key());
        if is_plain && let Some(viewer) = viewer {
            event.prevent_default();
            viewer.open(id);
        }
    };
    view! { <a class="picture" href=url(id, "large") target="_blank" data-file=id.to_string() on:click=open>{picture}</a> }
        .into_any()
}

#[component]
fn FileRow(file: MessageFile, is_stored: bool) -> impl IntoView {
    let MessageFile { id, name, size, .. } = file;
    let text = view! {
        <Icon name="arrowdown" class="icon--16"/>
        <span class="file__name"><bdi>{name.clone()}</bdi></span>
        <span class="file__size">{size_text(size)}</span>
    };
    if is_stored {
        view! { <a class="file" href=url(id, "original") download=name>{text}</a> }.into_any()
    } else {
        view! { <span class="file">{text}<UploadProgress id/></span> }.into_any()
    }
}

/// How much of a file has come.
#[component]
fn UploadProgress(id: FileId) -> impl IntoView {
    move || {
        uploads::progress(id).map(|part| {
            let percent = (part * 100.0).round().to_string();
            view! { <progress class="file__progress" max="100" value=percent aria-label=words::file_uploading()></progress> }
        })
    }
}
