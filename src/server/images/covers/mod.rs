//! Listing covers: generated pictures for listings, which have no photos of their own. The title selects one
//! of Stoa's drawn scenes; the listing's id varies light, hue and direction. The same listing always gets the
//! same picture, and a picture never contains text that a user wrote.

mod light;
mod scene;

pub use scene::Scene;

use resvg::{
    tiny_skia::{Pixmap, Transform},
    usvg::{Options, Tree},
};

use crate::shared::listings::kind::ListingKind;
use light::Light;

/// A 4:3 picture as SVG. `seed` is the listing's id; the title only selects the scene and never gets into the
/// SVG.
pub fn cover_svg(seed: u128, kind: ListingKind, title: &str) -> String {
    let mut random = SplitMix64::new(seed);
    let scene = Scene::for_listing(random.next_u64(), kind, title);
    let light = Light::from_number(random.next_u64());
    let is_mirrored = random.next_u64().is_multiple_of(2);
    let mirror = if is_mirrored { " transform=\"matrix(-1 0 0 1 400 0)\"" } else { "" };
    let drawing = light.recolour(scene.drawing());
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 400 300\" width=\"400\" height=\"300\">\
         <g{mirror}>{drawing}</g></svg>"
    )
}

/// The same picture as PNG, for mail programs, which show no SVG. `None` if it can't be drawn.
pub fn cover_png(svg: &str) -> Option<Vec<u8>> {
    let drawing = Tree::from_str(svg, &Options::default()).ok()?;
    let size = drawing.size().to_int_size();
    let mut picture = Pixmap::new(size.width(), size.height())?;
    resvg::render(&drawing, Transform::default(), &mut picture.as_mut());
    picture.encode_png().ok()
}

/// A deterministic pseudo-random generator (SplitMix64). Ids created in the same second differ in a few bits
/// only; it spreads them, so that their pictures still differ.
struct SplitMix64(u64);

impl SplitMix64 {
    fn new(seed: u128) -> Self {
        let mut high = Self((seed >> 64) as u64);
        Self(seed as u64 ^ high.next_u64())
    }

    fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut n = self.0;
        n = (n ^ (n >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        n = (n ^ (n >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        n ^ (n >> 31)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_listing_keeps_its_picture() {
        let seed = Uuid::now_v7().as_u128();
        let title = "Boathouse on the lake";
        assert_eq!(cover_svg(seed, ListingKind::Stay, title), cover_svg(seed, ListingKind::Stay, title));
    }

    #[test]
    fn listings_of_one_scene_rarely_look_the_same() {
        let pictures: HashSet<String> =
            (0..40).map(|seed| cover_svg(seed << 40, ListingKind::Item, "Blue cup")).collect();
        assert!(pictures.len() > 25, "{} of 40", pictures.len());
    }

    #[test]
    fn listings_without_a_telling_title_get_different_scenes() {
        for kind in ListingKind::ALL {
            let scenes: HashSet<Scene> = (0..40)
                .map(|seed| Scene::for_listing(SplitMix64::new(seed).next_u64(), kind, "Something"))
                .collect();
            assert!(scenes.len() >= 4, "{kind:?} {scenes:?}");
        }
    }

    #[test]
    fn every_picture_is_a_well_formed_drawing_and_nothing_else() {
        for scene in Scene::ALL {
            for seed in 0..20 {
                let word = scene.words().first().expect("every scene can be asked for by a word");
                let svg = cover_svg(seed, ListingKind::Stay, word);
                let mut open = Vec::new();
                for tag in svg.split('<').skip(1) {
                    let (tag, rest) = tag.split_once('>').expect("a tag ends");
                    assert_eq!(rest.trim(), "", "{scene:?} has text");
                    assert!(tag.matches('"').count().is_multiple_of(2), "{scene:?} {tag}");
                    let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
                    match tag {
                        _ if tag.starts_with('/') => assert_eq!(open.pop(), Some(name), "{scene:?}"),
                        _ if tag.ends_with('/') => {}
                        _ => open.push(name),
                    }
                }
                assert!(open.is_empty(), "{scene:?} leaves {open:?} open");
                for never in ["<script", "href", "style", "<image", "<foreignObject", " on"] {
                    assert!(!svg.contains(never), "{scene:?} has {never}");
                }
            }
        }
    }

    #[test]
    fn every_picture_can_be_drawn_as_png() {
        for scene in Scene::ALL {
            let word = scene.words().first().expect("every scene can be asked for by a word");
            let png = cover_png(&cover_svg(7, ListingKind::Stay, word)).expect("a picture");
            assert!(png.starts_with(b"\x89PNG") && png.len() > 2_000, "{scene:?}: {} bytes", png.len());
        }
    }

    #[test]
    fn nothing_of_the_title_gets_into_the_picture() {
        let svg = cover_svg(7, ListingKind::Stay, "Lake \"/><script>alert(1)</script>");
        assert!(!svg.contains("alert"));
    }
}
