//! Which drawing shows a listing best. The drawings are Stoa's own, one file each beside this.

use crate::shared::listings::kind::ListingKind;

macro_rules! scenes {
    ($($name:ident $file:literal [$($word:literal)+])+) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Scene {
            $($name),+
        }

        impl Scene {
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// Words of a title, in the singular, that ask for this scene.
            pub fn words(self) -> &'static [&'static str] {
                match self {
                    $(Self::$name => &[$($word),+]),+
                }
            }

            fn file(self) -> &'static str {
                match self {
                    $(Self::$name => include_str!(concat!("drawings/", $file))),+
                }
            }
        }
    };
}

scenes! {
    Bicycle "bicycle.svg" ["bicycle" "bike" "cycling" "cycle"]
    Cabin "cabin.svg" ["cabin" "forest" "sauna" "chalet" "hut" "pine" "treehouse"]
    Camera "camera.svg" ["camera" "photo" "photography" "portrait" "photographer"]
    Canal "canal.svg" ["canal" "townhouse" "attic"]
    Courtyard "courtyard.svg" ["courtyard" "patio" "riad" "terrace"]
    Cups "cups.svg" ["cup" "mug" "bowl" "pottery" "ceramic" "coffee" "tea"]
    Dome "dome.svg" ["dome" "desert" "tent" "camp" "yurt"]
    Hills "hills.svg" ["hill" "hike" "hiking" "trail" "walk" "mountain" "ridge" "path"]
    Lake "lake.svg" ["lake" "boathouse" "boat" "jetty" "kayak" "rowing"]
    Lamp "lamp.svg" ["lamp" "lantern"]
    Lighthouse "lighthouse.svg" ["lighthouse" "keeper" "island" "coast" "sea"]
    Loft "loft.svg" ["loft" "studio" "apartment" "flat" "sofa"]
    Nursery "nursery.svg" ["nursery" "cot" "crib" "babysitting" "babysitter"]
    Quilt "quilt.svg" ["quilt" "blanket" "patchwork" "rug" "cushion"]
    Shelf "shelf.svg" ["shelf" "bookcase" "bookshelf" "cupboard" "sideboard"]
    Table "table.svg" ["lunch" "supper" "dinner" "cooking" "cook" "food" "market" "wine"]
    Tools "tools.svg" ["repair" "tool" "carpenter" "carpentry" "handyman" "workshop"]
    Vineyard "vineyard.svg" ["vineyard" "vine" "farmhouse" "farm" "winery"]
}

impl Scene {
    /// The scene of the first word in the title that has one, else a fitting one by number.
    pub fn for_listing(number: u64, kind: ListingKind, title: &str) -> Self {
        let title = title.to_lowercase();
        let mut words = title.split(|c: char| !c.is_alphanumeric());
        words.find_map(Self::for_word).unwrap_or_else(|| {
            let fitting = Self::fitting(kind);
            fitting[(number % fitting.len() as u64) as usize]
        })
    }

    /// What is inside the drawing's `<svg>` element.
    pub fn drawing(self) -> &'static str {
        let (_, inside) = self.file().split_once('>').unwrap_or_default();
        inside.trim_end().trim_end_matches("</svg>")
    }

    fn for_word(word: &str) -> Option<Self> {
        let is_word = |asked: &&str| word == *asked || word.strip_suffix('s') == Some(*asked);
        Self::ALL.iter().copied().find(|scene| scene.words().iter().any(is_word))
    }

    fn fitting(kind: ListingKind) -> &'static [Self] {
        match kind {
            ListingKind::Stay => &[
                Self::Lake,
                Self::Canal,
                Self::Vineyard,
                Self::Courtyard,
                Self::Lighthouse,
                Self::Cabin,
                Self::Loft,
                Self::Dome,
            ],
            ListingKind::Item => &[Self::Shelf, Self::Cups, Self::Quilt, Self::Lamp],
            ListingKind::Service => &[Self::Tools, Self::Camera, Self::Bicycle, Self::Table],
            ListingKind::Tour => {
                &[Self::Hills, Self::Table, Self::Bicycle, Self::Vineyard, Self::Canal, Self::Lighthouse]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_first_telling_word_chooses_the_scene() {
        for (title, scene) in [
            ("Boathouse on the lake", Scene::Lake),
            ("Keeper’s house", Scene::Lighthouse),
            ("PHOTO walk", Scene::Camera),
            ("Six blue cups", Scene::Cups),
        ] {
            assert_eq!(Scene::for_listing(0, ListingKind::Service, title), scene, "{title}");
        }
    }

    #[test]
    fn no_word_asks_for_two_scenes_and_no_id_is_in_two_drawings() {
        let mut words = HashSet::new();
        let mut ids = HashSet::new();
        for scene in Scene::ALL {
            for word in scene.words() {
                assert!(words.insert(*word), "{word}");
            }
            for id in scene.drawing().split("id=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
                assert!(ids.insert(id), "{scene:?} {id}");
                assert!(scene.drawing().contains(&format!("url(#{id})")), "{scene:?} {id}");
            }
        }
    }
}
