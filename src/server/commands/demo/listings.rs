//! The listings of the demo, newest last.

use crate::{server::images::covers::Scene, shared::listings::kind::ListingKind};

pub struct DemoListing {
    /// Identifies this listing in conversations of the demo.
    pub key: &'static str,
    /// A person's key.
    pub host: &'static str,
    pub kind: ListingKind,
    pub title: &'static str,
    pub place: &'static str,
    pub price_cents: i64,
    pub description: &'static str,
    /// The cover that the title results in; a test checks it.
    pub scene: Scene,
    pub is_paused: bool,
}

/// Syntax for listings: key, host, kind, title, place, price in cents, cover and description.
macro_rules! listings {
    ($($key:literal by $host:ident: $kind:ident $title:literal in $place:literal
       for $cents:literal shows $scene:ident $($paused:ident)? { $description:literal })*) => {
        [$(DemoListing {
            key: $key,
            host: stringify!($host),
            kind: ListingKind::$kind,
            title: $title,
            place: $place,
            price_cents: $cents,
            description: $description,
            scene: Scene::$scene,
            is_paused: listings!(@ $($paused)?),
        }),*]
    };
    (@) => { false };
    (@ paused) => { true };
}

pub const LISTINGS: [DemoListing; 20] = listings! {
    "bookcase" by kite: Item "Bookcase in oak, five shelves" in "Lyon, France" for 62_000 shows Shelf paused {
        "A tall bookcase of French oak, oiled three times and joined without a single screw. The \
         shelves move in steps of three centimetres.\n\n\
         The last one is sold. The next batch is ready when the new oak is dry."
    }
    "harvest" by rui: Tour "Harvest walk with a tasting" in "Pinhão, Portugal" for 3_800 shows Hills {
        "We walk for two hours through the terraces, from the river up to the old press, and stop \
         where the view is best. Afterwards you taste four of our wines with bread, olives and \
         cheese.\n\n\
         Good shoes and a hat are enough. Children walk for free and get grape juice."
    }
    "keeper" by sam: Stay "Keeper’s house" in "Cape Wrath, Scotland" for 13_100 shows Lighthouse {
        "The keeper's house stands right under the lighthouse, with sea on three sides. There is \
         a coal fire, a deep bath, and a kitchen with everything in it.\n\n\
         The light turns all night, but the curtains are thick. The last shop is 40 minutes away, \
         so bring what you want to cook."
    }
    "lamp" by jonas: Item "Brass reading lamp" in "Bristol, England" for 8_900 shows Lamp {
        "A reading lamp of solid brass with a linen shade, turned and wired by hand. It bends to \
         where your book is and stays there. The cable is two metres long, in black or in grey."
    }
    "loft" by leo: Stay "Loft by the market" in "Lyon, France" for 10_200 shows Loft {
        "A bright loft on the fourth floor, two minutes from the market hall. Big windows to the \
         west, a long table, a sofa that turns into a good bed.\n\n\
         There is a lift, but it takes its time. On Sundays you hear the accordion player below."
    }
    "vineyard" by rui: Stay "Vineyard cottage" in "Douro, Portugal" for 9_600 shows Vineyard {
        "A small white cottage between the vines, with its own well and a terrace that looks down \
         to the river. Two bedrooms, thick walls, cool even in August.\n\n\
         In September you are welcome to pick with us. Nobody has to."
    }
    "dome" by yara: Stay "Desert dome" in "Wadi Rum, Jordan" for 14_000 shows Dome {
        "Sleep under a clear roof in the middle of the sand, with a real bed, warm blankets and \
         more stars than you can count. Supper is cooked in the ground, as my grandmother did it.\n\n\
         We meet you at the village and drive the last twenty minutes together."
    }
    "bikes" by mei: Service "Bicycle check at your door" in "Ghent, Belgium" for 3_500 shows Bicycle {
        "I come to you with my tools and put your bicycle in order: brakes, gears, chain, tyres, \
         lights. Most need an hour. You pay for parts what they cost me.\n\n\
         I work in the evenings and on Saturdays, rain or not."
    }
    "quilt" by ines: Item "Patchwork quilt, double" in "Porto, Portugal" for 21_500 shows Quilt {
        "A double quilt sewn from cotton that was left over elsewhere, so no two are the same. \
         Warm in winter, light enough for spring, and it may go into the washing machine.\n\n\
         Choose up to four colours and tell me which one you never want to see."
    }
    "portraits" by leo: Service "Portrait photos in the old town" in "Lyon, France" for 9_000 shows Camera {
        "We walk through the old town for an hour and I take pictures while you forget about the \
         camera. You get thirty of them within a week, in colour and in black and white. Alone, as \
         a couple, with children or with a dog."
    }
    "attic" by mei: Stay "Canal house attic" in "Ghent, Belgium" for 11_200 shows Canal {
        "The top floor of a house from 1642, under beams you will hit your head on once. From the \
         window seat you see boats, bells and the whole of the canal.\n\n\
         There are four flights of stairs and no lift. Bicycles sleep in the hallway."
    }
    "repair" by kite: Service "Furniture repair in our workshop" in "Lyon, France" for 5_500 shows Tools {
        "Loose chairs, split table tops, drawers that stick: bring it in or let us fetch it. We \
         look at it together first and tell you honestly whether it is worth it. What we glue \
         stays glued, for five years at least."
    }
    "lunch" by ines: Tour "Market morning and a long lunch" in "Porto, Portugal" for 4_500 shows Table {
        "We meet at the market at ten, taste our way through it and buy what looks best. Then we \
         cook four dishes in my kitchen and eat them slowly in the garden.\n\n\
         Eight people at most. Tell me what you don't eat and nobody will notice."
    }
    "studio" by noor: Stay "Garden studio" in "Beaune, France" for 8_600 shows Loft {
        "A quiet studio behind my parents' house, with a door into the garden. Sofa bed, small \
         kitchen, good shower, and a locked shed for bicycles.\n\n\
         The station is ten minutes on foot. The cherries are yours in June."
    }
    "cups" by jonas: Item "Breakfast cups, set of four" in "Bristol, England" for 5_800 shows Cups {
        "Four stoneware cups for a proper amount of coffee, thrown on the wheel and glazed by \
         hand. The glaze runs as it likes, so each is a little different. Safe in the dishwasher."
    }
    "walk" by ana: Tour "Hidden courtyards of Seville" in "Seville, Spain" for 2_400 shows Courtyard {
        "Twelve courtyards that you would never find alone, most of them still lived in. We knock, \
         we are let in, we hear the stories. Two and a half hours with a stop for lemonade.\n\n\
         In July and August we start at eight, before the heat."
    }
    "courtyard" by ana: Stay "Courtyard room" in "Seville, Spain" for 8_400 shows Courtyard {
        "A cool room on a tiled courtyard with a fountain and too many plants. Your own bathroom, \
         breakfast under the orange tree, a roof for the evenings.\n\n\
         The old town begins at the door. The cat is called Paco and visits everybody."
    }
    "shelf" by kite: Item "Walnut shelf, 120 cm" in "Lyon, France" for 34_000 shows Shelf {
        "A wall shelf of solid walnut, 120 cm wide, made to order in our workshop. It hangs on two \
         hidden brackets and carries 40 kilos.\n\n\
         Takes about three weeks. We deliver in Lyon ourselves and send everywhere else."
    }
    "cabin" by aino: Stay "Pine cabin with sauna" in "Kuusamo, Finland" for 11_900 shows Cabin {
        "A cabin of old pine at the edge of the forest, with a wood-fired sauna and a lake to jump \
         into. In winter we clear a hole in the ice.\n\n\
         There is firewood for weeks, a rowing boat, two pairs of skis, and no neighbours."
    }
    "boathouse" by tomas: Stay "Boathouse on the lake" in "Åre, Sweden" for 14_800 shows Lake {
        "A small red boathouse with its own jetty. In the morning you hear the water under the \
         floor; in the evening you light the stove and watch the mountain change colour.\n\n\
         Double bed and a cot, wood stove and heated floor, good Wi-Fi. Pets are welcome. The \
         ferry is twelve minutes away on foot."
    }
};

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::server::commands::demo::people::PEOPLE;
    use crate::shared::listings::draft::ListingDraft;
    use crate::shared::values::price::format_price;

    #[test]
    fn the_demo_has_twenty_listings_that_could_have_been_typed() {
        let keys: HashSet<_> = LISTINGS.iter().map(|listing| listing.key).collect();
        let titles: HashSet<_> = LISTINGS.iter().map(|listing| listing.title).collect();
        assert_eq!((keys.len(), titles.len()), (20, 20));
        for listing in &LISTINGS {
            assert!(PEOPLE.iter().any(|person| person.key == listing.host), "{}", listing.host);
            let draft = ListingDraft {
                kind: listing.kind.as_str().to_owned(),
                title: listing.title.to_owned(),
                place: listing.place.to_owned(),
                description: listing.description.to_owned(),
                price: format_price(listing.price_cents),
            };
            let fields = draft.check().unwrap();
            assert_eq!(
                (
                    fields.title.as_str(),
                    fields.place.as_str(),
                    fields.description.as_str(),
                    fields.price_cents
                ),
                (listing.title, listing.place, listing.description, listing.price_cents)
            );
            assert_eq!(
                Scene::for_listing(0, listing.kind, listing.title),
                listing.scene,
                "{}",
                listing.title
            );
        }
    }

    #[test]
    fn every_kind_is_offered_and_one_listing_is_paused() {
        for kind in ListingKind::ALL {
            assert!(LISTINGS.iter().filter(|listing| listing.kind == kind).count() >= 3, "{kind:?}");
        }
        assert_eq!(LISTINGS.iter().filter(|listing| listing.is_paused).count(), 1);
    }
}
