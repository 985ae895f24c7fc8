//! Pictures that people send. Each is decoded within bounds, turned upright, converted to sRGB and encoded anew in three
//! sizes. Nothing of the original is kept, so neither place and camera nor anything hidden in it or behind it survives.

use std::io::Cursor;

use image::{
    DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, Rgb, RgbImage,
    codecs::jpeg::JpegEncoder,
    imageops::{self, FilterType},
};
use moxcms::{ColorProfile, Layout, TransformOptions};

/// The longest side, in pixels.
const SIDE_MAX: u32 = 12_000;
const PIXELS_MAX: u64 = 50_000_000;
/// Memory that decoding may take, in bytes.
const DECODED_MAX_BYTES: u64 = 256 * 1024 * 1024;
/// The longest sides of what is kept.
const LARGE_SIDE: u32 = 2_560;
const PREVIEW_SIDE: u32 = 960;
const THUMBNAIL_SIDE: u32 = 320;
/// Of JPEG, of 100.
const QUALITY: u8 = 82;
const WHITE: u8 = 255;

/// A picture in its three sizes, as JPEG.
pub struct Pictures {
    pub large: Vec<u8>,
    pub preview: Vec<u8>,
    pub thumbnail: Vec<u8>,
    /// Of the large one.
    pub width: u32,
    pub height: u32,
}

/// Why a picture was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It is none of the formats that are decoded, or it is damaged.
    Unreadable,
    /// It has too many pixels.
    TooLarge,
}

/// The format by the first bytes, if it is one that is decoded.
pub fn format_of(bytes: &[u8]) -> Option<ImageFormat> {
    let format = image::guess_format(bytes).ok()?;
    matches!(format, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP | ImageFormat::Gif)
        .then_some(format)
}

/// Encodes a picture anew. Of an animation, the first picture. It takes a core for up to some seconds.
pub fn encode(bytes: &[u8]) -> Result<Pictures, Refused> {
    let picture = decode(bytes)?;
    let large = fit(&picture, LARGE_SIDE);
    let preview = fit(&large, PREVIEW_SIDE);
    let thumbnail = fit(&preview, THUMBNAIL_SIDE);
    let (width, height) = large.dimensions();
    Ok(Pictures {
        large: jpeg(&large)?,
        preview: jpeg(&preview)?,
        thumbnail: jpeg(&thumbnail)?,
        width,
        height,
    })
}

fn decode(bytes: &[u8]) -> Result<RgbImage, Refused> {
    let format = format_of(bytes).ok_or(Refused::Unreadable)?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_MAX);
    limits.max_image_height = Some(SIDE_MAX);
    limits.max_alloc = Some(DECODED_MAX_BYTES);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(refused)?;
    let (width, height) = decoder.dimensions();
    let is_large = width.max(height) > SIDE_MAX || u64::from(width) * u64::from(height) > PIXELS_MAX;
    if is_large || decoder.total_bytes() > DECODED_MAX_BYTES {
        return Err(Refused::TooLarge);
    }
    // A picture without either is upright and in sRGB.
    let orientation = decoder.orientation().ok();
    let profile = decoder.icc_profile().ok().flatten();
    let mut picture = DynamicImage::from_decoder(decoder).map_err(refused)?;
    if let Some(orientation) = orientation {
        picture.apply_orientation(orientation);
    }
    let mut picture = on_white(picture);
    if let Some(profile) = profile {
        to_srgb(&mut picture, &profile);
    }
    Ok(picture)
}

fn refused(error: image::ImageError) -> Refused {
    if matches!(error, image::ImageError::Limits(_)) { Refused::TooLarge } else { Refused::Unreadable }
}

/// What shines through is white.
fn on_white(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let picture = picture.into_rgba8();
    let mut flat = RgbImage::new(picture.width(), picture.height());
    for (to, from) in flat.pixels_mut().zip(picture.pixels()) {
        let [red, green, blue, alpha] = from.0.map(u32::from);
        let over = |colour: u32| ((colour * alpha + u32::from(WHITE) * (255 - alpha)) / 255) as u8;
        *to = Rgb([over(red), over(green), over(blue)]);
    }
    flat
}

/// A profile that can't be read, or is of another kind than the pixels, leaves them as they are.
fn to_srgb(picture: &mut RgbImage, profile: &[u8]) {
    let Ok(profile) = ColorProfile::new_from_slice(profile) else { return };
    let srgb = ColorProfile::new_srgb();
    let options = TransformOptions::default();
    let Ok(transform) = profile.create_transform_8bit(Layout::Rgb, &srgb, Layout::Rgb, options) else {
        return;
    };
    let mut converted = vec![0; picture.as_raw().len()];
    if transform.transform(picture.as_raw(), &mut converted).is_ok()
        && let Some(converted) = RgbImage::from_raw(picture.width(), picture.height(), converted)
    {
        *picture = converted;
    }
}

fn fit(picture: &RgbImage, side: u32) -> RgbImage {
    let (width, height) = picture.dimensions();
    let longest = width.max(height);
    if longest <= side {
        return picture.clone();
    }
    let scaled = |length: u32| (u64::from(length) * u64::from(side) / u64::from(longest)).max(1) as u32;
    imageops::resize(picture, scaled(width), scaled(height), FilterType::CatmullRom)
}

fn jpeg(picture: &RgbImage) -> Result<Vec<u8>, Refused> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, QUALITY)
        .encode_image(picture)
        .map_err(|_| Refused::Unreadable)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        let picture = RgbImage::from_fn(width, height, |x, y| Rgb([x as u8, y as u8, 90]));
        DynamicImage::from(picture).write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).unwrap();
        bytes
    }

    #[test]
    fn f4_a_picture_comes_in_three_sizes_and_small_ones_stay_small() {
        let pictures = encode(&png(3_000, 1_500)).unwrap();
        assert_eq!((pictures.width, pictures.height), (2_560, 1_280));
        let side = |bytes: &[u8]| decode(bytes).unwrap().dimensions();
        assert_eq!(side(&pictures.preview), (960, 480));
        assert_eq!(side(&pictures.thumbnail), (320, 160));
        let small = encode(&png(40, 20)).unwrap();
        assert_eq!((small.width, small.height), (40, 20));
    }

    #[test]
    fn f4_what_follows_a_picture_is_gone_and_what_is_none_is_refused() {
        let mut polyglot = png(10, 10);
        polyglot.extend(b"<script>canary</script>PK\x03\x04");
        let pictures = encode(&polyglot).unwrap();
        assert!(!pictures.large.windows(6).any(|bytes| bytes == b"canary"));
        assert_eq!(encode(b"<svg xmlns='http://www.w3.org/2000/svg'/>").err(), Some(Refused::Unreadable));
        assert_eq!(encode(&png(10, 10)[..40]).err(), Some(Refused::Unreadable));
    }

    #[test]
    fn f4_a_picture_that_says_that_it_is_huge_is_refused_before_it_is_decoded() {
        let mut bomb = png(10, 10);
        // Width and height stand in the first chunk, which is sealed by a checksum.
        bomb[16..20].copy_from_slice(&100_000_u32.to_be_bytes());
        bomb[20..24].copy_from_slice(&100_000_u32.to_be_bytes());
        let checksum = crc32(&bomb[12..29]);
        bomb[29..33].copy_from_slice(&checksum.to_be_bytes());
        assert_eq!(encode(&bomb).err(), Some(Refused::TooLarge));
    }

    fn crc32(bytes: &[u8]) -> u32 {
        let step = |crc: u32, _: u32| (crc >> 1) ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 };
        !bytes.iter().fold(!0, |crc, &byte| (0..8).fold(crc ^ u32::from(byte), step))
    }
}
