//! Scenes: one per drawing, chosen by a word of the listing's title, else by its kind. The drawings are
//! Stoa's own and stand in `drawings/`, one SVG file each.

use crate::shared::listings::kind::ListingKind;

macro_rules! scenes {
    ($($name:ident $file:literal [$($word:literal)+])+) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Scene {
            $($name),+
        }

        impl Scene {
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The words of a title, in the singular, that select this scene.
            pub fn words(self) -> &'static [&'static str] {
                match self {
                    $(Self::$name => &[$($word),+]),+
                }
            }

            fn svg(self) -> &'static str {
                match self {
                    $(Self::$name => include_str!(concat!("drawings/", $file))),+
                }
            }
        }
    };
}

scenes! {
    Bicycle "activities/bicycle.svg" ["bicycle" "bike" "cycling" "cycle"]
    Cabin "stays/cabin.svg" ["cabin" "forest" "sauna" "chalet" "hut" "pine" "treehouse"]
    Camera "activities/camera.svg" ["camera" "photo" "photography" "portrait" "photographer"]
    Canal "stays/canal.svg" ["canal" "townhouse" "attic"]
    Courtyard "stays/courtyard.svg" ["courtyard" "patio" "riad" "terrace"]
    Cups "things/cups.svg" ["cup" "mug" "bowl" "pottery" "ceramic" "coffee" "tea"]
    Dome "stays/dome.svg" ["dome" "desert" "tent" "camp" "yurt"]
    Hills "activities/hills.svg" ["hill" "hike" "hiking" "trail" "walk" "mountain" "ridge" "path"]
    Lake "stays/lake.svg" ["lake" "boathouse" "boat" "jetty" "kayak" "rowing"]
    Lamp "things/lamp.svg" ["lamp" "lantern"]
    Lighthouse "stays/lighthouse.svg" ["lighthouse" "keeper" "island" "coast" "sea"]
    Loft "stays/loft.svg" ["loft" "studio" "apartment" "flat" "sofa"]
    Nursery "things/nursery.svg" ["nursery" "cot" "crib" "babysitting" "babysitter"]
    Quilt "things/quilt.svg" ["quilt" "blanket" "patchwork" "rug" "cushion"]
    Shelf "things/shelf.svg" ["shelf" "bookcase" "bookshelf" "cupboard" "sideboard"]
    Table "activities/table.svg" ["lunch" "supper" "dinner" "cooking" "cook" "food" "market" "wine"]
    Tools "activities/tools.svg" ["repair" "tool" "carpenter" "carpentry" "handyman" "workshop"]
    Vineyard "stays/vineyard.svg" ["vineyard" "vine" "farmhouse" "farm" "winery"]
}

impl Scene {
    /// The scene of the first word in the title that selects one. If none does, `number` picks one of the
    /// scenes that suit the kind.
    pub fn for_listing(number: u64, kind: ListingKind, title: &str) -> Self {
        let title = title.to_lowercase();
        let mut words = title.split(|c: char| !c.is_alphanumeric());
        words.find_map(Self::for_word).unwrap_or_else(|| {
            let suitable = Self::suitable(kind);
            suitable[(number % suitable.len() as u64) as usize]
        })
    }

    /// The content of the drawing's `<svg>` element.
    pub fn drawing(self) -> &'static str {
        let (_, inside) = self.svg().split_once('>').unwrap_or_default();
        inside.trim_end().trim_end_matches("</svg>")
    }

    fn for_word(word: &str) -> Option<Self> {
        let matches = |keyword: &&str| word == *keyword || word.strip_suffix('s') == Some(*keyword);
        Self::ALL.iter().copied().find(|scene| scene.words().iter().any(matches))
    }

    fn suitable(kind: ListingKind) -> &'static [Self] {
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
