//! Files that somebody made to do harm: each is refused with a word, or defused, whatever it is sent as.

use std::io::{Cursor, Write};

use image::{DynamicImage, ImageFormat, RgbImage};
use reqwest::{StatusCode, header};
use stoa::shared::{errors::ErrorCode, ids::FileId};

use crate::files::Scene;

/// Stands in each, and in nothing that Stoa shows.
const CANARY: &[u8] = b"<script>document.title='canary'</script>";
const GPS: &[u8] = b"48/1,51/1,29/1 canary of a place";

enum Fate {
    /// As a picture it is refused with a reason.
    NoPicture,
    /// Encoded anew: what is shown has nothing of it but pixels.
    Defused,
}
use Fate::{Defused, NoPicture};

fn encoded(format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let picture = RgbImage::from_fn(64, 48, |x, y| image::Rgb([x as u8 * 3, y as u8 * 5, 90]));
    DynamicImage::from(picture).write_to(&mut bytes, format).expect("a picture");
    bytes.into_inner()
}

fn joined(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

/// A JPEG with one more segment behind its start.
fn jpeg_with(marker: u8, payload: &[u8]) -> Vec<u8> {
    let jpeg = encoded(ImageFormat::Jpeg);
    let length = (payload.len() as u16 + 2).to_be_bytes();
    joined(&[&jpeg[..2], &[0xff, marker], &length, payload, &jpeg[2..]])
}

/// EXIF: an orientation, and a place that is a text, in a directory of its own.
fn exif() -> Vec<u8> {
    let mut tiff = b"II*\0\x08\0\0\0".to_vec();
    let entry = |tag: u16, kind: u16, count: u32, value: u32| {
        let mut bytes = Vec::new();
        bytes.extend(tag.to_le_bytes());
        bytes.extend(kind.to_le_bytes());
        bytes.extend(count.to_le_bytes());
        bytes.extend(value.to_le_bytes());
        bytes
    };
    // Orientation 6: to be turned right; the directory of the place follows.
    tiff.extend(2_u16.to_le_bytes());
    tiff.extend(entry(0x0112, 3, 1, 6));
    tiff.extend(entry(0x8825, 4, 1, 8 + 2 + 24 + 4));
    tiff.extend(0_u32.to_le_bytes());
    tiff.extend(1_u16.to_le_bytes());
    tiff.extend(entry(0x001c, 2, GPS.len() as u32, 8 + 2 + 24 + 4 + 2 + 12 + 4));
    tiff.extend(0_u32.to_le_bytes());
    tiff.extend(GPS);
    tiff
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _: u32| (crc >> 1) ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 };
    !bytes.iter().fold(!0, |crc, &byte| (0..8).fold(crc ^ u32::from(byte), step))
}

fn png_chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let sealed = joined(&[kind, data]);
    joined(&[&(data.len() as u32).to_be_bytes(), &sealed, &crc32(&sealed).to_be_bytes()])
}

/// A PNG with one more chunk behind its head.
fn png_with(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let png = encoded(ImageFormat::Png);
    joined(&[&png[..33], &png_chunk(kind, data), &png[33..]])
}

/// A PNG that says so of itself, of a few bytes.
fn png_of(width: u32, height: u32) -> Vec<u8> {
    let head = joined(&[&width.to_be_bytes(), &height.to_be_bytes(), &[8, 2, 0, 0, 0]]);
    let empty = b"\x78\x9c\x03\0\0\0\0\x01";
    joined(&[
        b"\x89PNG\r\n\x1a\n",
        &png_chunk(b"IHDR", &head),
        &png_chunk(b"IDAT", empty),
        &png_chunk(b"IEND", b""),
    ])
}

/// A JPEG whose frame says that it is so large.
fn jpeg_of(width: u16, height: u16) -> Vec<u8> {
    let mut jpeg = encoded(ImageFormat::Jpeg);
    let frame = jpeg.windows(2).position(|two| two == [0xff, 0xc0]).expect("a frame");
    jpeg[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    jpeg[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    jpeg
}

fn gif_of(width: u16, height: u16) -> Vec<u8> {
    let mut gif = encoded(ImageFormat::Gif);
    gif[6..8].copy_from_slice(&width.to_le_bytes());
    gif[8..10].copy_from_slice(&height.to_le_bytes());
    gif
}

fn cut(bytes: &[u8]) -> Vec<u8> {
    bytes[..bytes.len() / 2].to_vec()
}

/// A text that is a page, a script or a program to whoever believes its name.
fn text(begin: &str) -> Vec<u8> {
    joined(&[begin.as_bytes(), CANARY])
}

/// Name, bytes, and what becomes of it as a picture.
fn hostile() -> Vec<(&'static str, Vec<u8>, Fate)> {
    let [jpeg, png, gif, webp] =
        [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::Gif, ImageFormat::WebP].map(encoded);
    vec![
        // What browsers run.
        ("x.svg", text("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'>"), NoPicture),
        ("x.svg", text("<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'>"), NoPicture),
        ("x.svgz", joined(&[b"\x1f\x8b\x08\0\0\0\0\0\0\x03", CANARY]), NoPicture),
        ("x.html", text("<!doctype html>"), NoPicture),
        ("x.htm", text("\u{feff}<html>"), NoPicture),
        ("x.xhtml", text("<html xmlns='http://www.w3.org/1999/xhtml'>"), NoPicture),
        ("x.xml", text("<?xml-stylesheet href='x.xsl'?>"), NoPicture),
        ("x.mhtml", text("MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n"), NoPicture),
        ("x.js", text("alert(1)//"), NoPicture),
        ("x.css", text("@import 'https://evil.example/';"), NoPicture),
        ("x.json", text("{}"), NoPicture),
        ("x.wasm", joined(&[b"\0asm\x01\0\0\0", CANARY]), NoPicture),
        ("x.swf", joined(&[b"FWS\x09", CANARY]), NoPicture),
        ("x.pdf", text("%PDF-1.7 /OpenAction /JS (app.alert(1))"), NoPicture),
        ("sw.js", text("self.addEventListener('fetch', () => {});//"), NoPicture),
        ("manifest.webmanifest", text("{\"start_url\":\"/\"}"), NoPicture),
        (".htaccess", text("AddType text/html .jpg"), NoPicture),
        // What systems run.
        ("x.exe", joined(&[b"MZ\x90\0", CANARY]), NoPicture),
        ("x.com", joined(&[b"\xeb\x3c", CANARY]), NoPicture),
        ("x.bat", text("@echo off\r\n"), NoPicture),
        ("x.lnk", joined(&[b"L\0\0\0\x01\x14\x02\0", CANARY]), NoPicture),
        ("x.desktop", text("[Desktop Entry]\nExec=sh\n"), NoPicture),
        ("x.sh", text("#!/bin/sh\n"), NoPicture),
        ("x", joined(&[b"\x7fELF\x02\x01\x01\0", CANARY]), NoPicture),
        ("x.hta", text("<hta:application>"), NoPicture),
        ("x.jar", joined(&[b"PK\x03\x04META-INF/", CANARY]), NoPicture),
        ("x.docm", joined(&[b"PK\x03\x04word/vbaProject.bin", CANARY]), NoPicture),
        ("x.zip", joined(&[b"PK\x03\x04", &[0xff; 40], CANARY]), NoPicture),
        ("x.tar.gz", joined(&[b"\x1f\x8b\x08", &[0; 64], CANARY]), NoPicture),
        // Pictures that browsers or libraries know, and Stoa does not decode.
        ("x.ico", joined(&[b"\0\0\x01\0\x01\0", &[0; 40], CANARY]), NoPicture),
        ("x.bmp", joined(&[b"BM", &[0; 60], CANARY]), NoPicture),
        ("x.tif", joined(&[&exif(), CANARY]), NoPicture),
        ("x.psd", joined(&[b"8BPS\0\x01", &[0; 40], CANARY]), NoPicture),
        ("x.heic", joined(&[b"\0\0\0\x18ftypheic", &[0; 40], CANARY]), NoPicture),
        ("x.avif", joined(&[b"\0\0\0\x18ftypavif", &[0; 40], CANARY]), NoPicture),
        ("x.eps", text("%!PS-Adobe-3.0 EPSF-3.0\n"), NoPicture),
        ("x.mvg", text("push graphic-context\nimage over 0,0 0,0 'https://evil.example/'"), NoPicture),
        ("x.jxl", joined(&[b"\xff\x0a", &[0; 40], CANARY]), NoPicture),
        // Heads without bodies, and bodies cut in half.
        ("x.png", b"\x89PNG\r\n\x1a\n".to_vec(), NoPicture),
        ("x.jpg", joined(&[b"\xff\xd8\xff\xe0", CANARY]), NoPicture),
        ("x.gif", text("GIF89a/*"), NoPicture),
        ("x.webp", joined(&[b"RIFF\xff\xff\xff\xffWEBPVP8 ", CANARY]), NoPicture),
        ("x.png", cut(&png), NoPicture),
        ("x.webp", cut(&webp), NoPicture),
        ("x.gif", gif[..20].to_vec(), NoPicture),
        // Bombs.
        ("x.png", png_of(100_000, 100_000), NoPicture),
        ("x.png", png_of(u32::MAX, 1), NoPicture),
        ("x.png", png_of(0, 0), NoPicture),
        ("x.png", png_of(12_000, 12_000), NoPicture),
        ("x.jpg", jpeg_of(65_500, 65_500), NoPicture),
        ("x.gif", gif_of(65_535, 65_535), NoPicture),
        // Two things at once.
        ("x.jpg", joined(&[&jpeg, CANARY]), Defused),
        ("x.png", joined(&[&png, CANARY, b"PK\x03\x04"]), Defused),
        ("x.gif", joined(&[&gif, CANARY]), Defused),
        ("x.webp", joined(&[&webp, CANARY]), Defused),
        ("x.jpg.html", jpeg_with(0xfe, CANARY), Defused),
        ("x.jpg", jpeg_with(0xe1, &joined(&[b"Exif\0\0", &exif()])), Defused),
        ("x.jpg", jpeg_with(0xe1, &joined(&[b"http://ns.adobe.com/xap/1.0/\0", CANARY])), Defused),
        ("x.jpg", jpeg_with(0xed, &joined(&[b"Photoshop 3.0\0", CANARY])), Defused),
        ("x.jpg", jpeg_with(0xe2, &joined(&[b"ICC_PROFILE\0\x01\x01", CANARY])), Defused),
        ("x.png", png_with(b"tEXt", &joined(&[b"Comment\0", CANARY])), Defused),
        ("x.png", png_with(b"eXIf", &exif()), Defused),
        ("x.png", png_with(b"zTXt", &joined(&[b"Comment\0\0", CANARY])), Defused),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn f4_hostile_files_are_refused_with_a_word_or_defused() {
    let mut scene = Scene::new().await;
    let corpus = hostile();
    assert!(corpus.len() >= 60, "{}", corpus.len());
    // Where a tool of the field reads them back: script/metadata.
    let folder = std::env::var_os("STOA_SHOWN_PICTURES").map(std::path::PathBuf::from);
    let (mut refused, mut defused) = (0, 0);
    for (number, (name, bytes, fate)) in corpus.into_iter().enumerate() {
        // Each is uploaded three times, and a person may announce so many files in a minute.
        if number % 20 == 19 {
            scene = Scene::new().await;
        }
        let id = scene.upload("image", name, &bytes).await;
        let described = scene.describe(id).await;
        match fate {
            NoPicture => {
                assert_eq!(described["state"], "refused", "{number} {name}");
                let reason = described["refusal"].as_str().unwrap();
                assert!(reason.len() > 20, "{number} {name}: {reason}");
                assert_eq!(scene.send("", &[id]).await.unwrap_err().code, ErrorCode::Invalid, "{name}");
                for variant in ["original", "large", "preview", "thumbnail"] {
                    let status = scene.read(Some(&scene.guest_token), id, variant).await.status();
                    assert_eq!(status, StatusCode::NOT_FOUND, "{number} {name} {variant}");
                }
                refused += 1;
            }
            Defused => {
                assert_eq!(described["state"], "ready", "{number} {name}: {described}");
                scene.send("", &[id]).await.unwrap();
                for variant in ["large", "preview", "thumbnail"] {
                    let answer = scene.read(Some(&scene.host_token), id, variant).await;
                    assert_eq!(answer.headers()[header::CONTENT_TYPE], "image/jpeg", "{number} {name}");
                    let shown = answer.bytes().await.unwrap();
                    for secret in [&b"canary"[..], b"Exif", b"GPS", b"Adobe", b"PK\x03\x04"] {
                        assert!(!shown.windows(secret.len()).any(|part| part == secret), "{number} {name}");
                    }
                    if let Some(folder) = &folder {
                        std::fs::write(folder.join(format!("{number}-{variant}.jpg")), &shown).unwrap();
                    }
                }
                defused += 1;
            }
        }
        is_download(&scene, &format!("{number} {name}"), name, &bytes).await;
        is_no_sound_that_runs(&scene, name, &bytes).await;
    }
    println!("{refused} refused as pictures, {defused} defused, all downloads as files");
}

/// As a file it comes back byte for byte, and as nothing that a browser shows or runs.
async fn is_download(scene: &Scene, what: &str, name: &str, bytes: &[u8]) {
    let id = scene.upload("file", name, bytes).await;
    scene.send("", &[id]).await.unwrap();
    let answer = scene.read(Some(&scene.host_token), id, "original").await;
    let headers = answer.headers();
    assert_eq!(headers[header::CONTENT_TYPE], "application/octet-stream", "{what}");
    assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff", "{what}");
    assert!(headers[header::CONTENT_DISPOSITION].to_str().unwrap().starts_with("attachment;"), "{what}");
    assert!(headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap().starts_with("sandbox;"), "{what}");
    assert_eq!(answer.bytes().await.unwrap(), bytes, "{what}");
    for variant in ["large", "preview", "thumbnail"] {
        assert_eq!(scene.read(Some(&scene.host_token), id, variant).await.status(), StatusCode::NOT_FOUND);
    }
}

/// As sound it is refused, or is served as sound that may run nothing.
async fn is_no_sound_that_runs(scene: &Scene, name: &str, bytes: &[u8]) {
    let id = scene.upload("audio", name, bytes).await;
    if scene.describe(id).await["state"] == "refused" {
        return;
    }
    scene.send("", &[id]).await.unwrap();
    let answer = scene.read(Some(&scene.host_token), id, "original").await;
    assert!(answer.headers()[header::CONTENT_TYPE].to_str().unwrap().starts_with("audio/"), "{name}");
    assert_eq!(answer.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff", "{name}");
}

/// What every virus scanner finds (EICAR's test file), in two parts, so that none finds it here.
const EICAR: [&str; 2] = ["X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR", "-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"];

#[tokio::test(flavor = "multi_thread")]
async fn f4_while_the_virus_scanner_does_not_answer_no_file_becomes_ready() {
    // Nobody listens there.
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let scene = Scene::with(&["--virus-scanner", &gone]).await;
    let id = FileId::new();
    scene.announce(id, "file", "rules.pdf", 5).await;
    assert_eq!(scene.patch(id, 0, b"rules").await.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(scene.describe(id).await["state"], "checking");
    assert_eq!(scene.send("", &[id]).await.unwrap_err().code, ErrorCode::Retry);
    assert_eq!(scene.read(Some(&scene.guest_token), id, "original").await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs clamd: script/virus-scanner test"]
async fn f4_what_a_virus_scanner_finds_is_refused() {
    let scanner = std::env::var("STOA_TEST_VIRUS_SCANNER").expect("where clamd listens");
    let scene = Scene::with(&["--virus-scanner", &scanner]).await;
    for kind in ["file", "image", "audio"] {
        let id = scene.upload(kind, "x", EICAR.concat().as_bytes()).await;
        let described = scene.describe(id).await;
        assert_eq!(described["state"], "refused", "{kind}");
        assert!(described["refusal"].as_str().unwrap().contains("virus scanner"), "{described}");
    }
    let large: Vec<u8> = (0..30_000_000_u32).map(|at| (at * 7 + at / 251) as u8).collect();
    for (kind, bytes) in [("file", &b"rules"[..]), ("image", &encoded(ImageFormat::Png)), ("file", &large)] {
        let id = scene.upload(kind, "x", bytes).await;
        assert_eq!(scene.describe(id).await["state"], "ready", "{kind}");
        scene.send("", &[id]).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn f4_hostile_names_are_refused_or_mean_nothing() {
    let scene = Scene::new().await;
    for name in ["a\0b", "a\u{202e}gpj.exe", "\u{7f}", "a\u{1b}[2Jb"] {
        let answer = scene.announce(FileId::new(), "file", name, 1).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{name:?}");
    }
    let harmless = [
        "../../etc/passwd",
        "..\\..\\windows\\system32\\x.dll",
        "/etc/passwd",
        "C:\\x.exe",
        "\"; filename=x.html; a=\"",
        "'><img src=x onerror=alert(1)>.jpg",
        "%2e%2e%2fx",
        "CON",
        "~/.ssh/id_ed25519",
        "x.html;.jpg",
        "名前 🔑 ملف.pdf",
        "{{7*7}}${7*7}",
        // White space of any kind is one space.
        "a\nb",
        "a\u{2028}b",
        "a\r\nContent-Type: text/html",
    ];
    for name in harmless {
        let id = scene.upload("file", name, b"1").await;
        let sent = scene.send("", &[id]).await.unwrap();
        let stored = sent.attached.read().files.remove(0).name;
        assert!(!stored.contains(|char: char| char.is_control() || char == '\u{2028}'), "{stored:?}");
        let answer = scene.read(Some(&scene.host_token), id, "original").await;
        let disposition = answer.headers()[header::CONTENT_DISPOSITION].to_str().unwrap().to_owned();
        let (_, encoded) = disposition.split_once("filename*=UTF-8''").expect("one name");
        let is_plain = |char: char| char.is_ascii_alphanumeric() || ".-_%".contains(char);
        assert!(encoded.chars().all(is_plain), "{name}: {disposition}");
    }
    // Nothing was written beside the folder of files, nor under any of these names.
    let mut listed = Vec::new();
    let mut folders = vec![scene.place.files.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let _ = writeln!(listed, "{}", path.file_name().unwrap().to_string_lossy());
            }
        }
    }
    let listed = String::from_utf8(listed).unwrap();
    assert!(!["passwd", "exe", "html", "CON", "ssh"].iter().any(|part| listed.contains(part)), "{listed}");
}
