//! The index finds what a naive scan finds: random texts in 20 scripts, and random parts of them.

use stoa::{
    server::domain::messages::search,
    shared::{messages::search::MessageSearch, users::Viewer, values::search::query::Query},
};

use crate::place::Place;

/// Words of a script, and what stands between them.
const SCRIPTS: [(&str, &str, &[&str]); 20] = [
    ("Latin", " ", &["door", "Door", "code", "harbour", "key", "boat", "cabin", "doorway"]),
    ("Accents", " ", &["José", "jose", "Łódź", "Straße", "STRASSE", "Ærø", "São", "naïve"]),
    ("Vietnamese", " ", &["Việt", "Nam", "chìa", "khóa", "Đặng", "phòng", "ngày"]),
    ("Turkish", " ", &["İstanbul", "ışık", "anahtar", "kapı", "ISPARTA"]),
    ("Greek", " ", &["ΣΊΣΥΦΟΣ", "κλειδί", "πόρτα", "Αθήνα", "θάλασσα"]),
    ("Cyrillic", " ", &["Привет", "ключ", "ёлка", "елка", "дверь", "мой", "Київ"]),
    ("Armenian", " ", &["Բարեւ", "դուռ", "բանալի", "Երեւան"]),
    ("Georgian", " ", &["გამარჯობა", "კარი", "გასაღები", "თბილისი"]),
    ("Hebrew", " ", &["שלום", "מפתח", "דלת", "שָׁלוֹם", "ירושלים"]),
    ("Arabic", " ", &["مرحبا", "مَرْحَبًا", "مفتاح", "باب", "أحمد", "احمد"]),
    ("Persian", " ", &["کلید", "می\u{200C}خواهم", "خانه", "دریا"]),
    ("Devanagari", " ", &["नमस्ते", "दरवाज़ा", "चाबी", "कमरा"]),
    ("Bengali", " ", &["দরজা", "চাবি", "নৌকা", "ঘর"]),
    ("Tamil", " ", &["வணக்கம்", "கதவு", "சாவி", "படகு"]),
    ("Thai", "", &["ผม", "จอง", "ห้อง", "กุญแจ", "ประตู", "แล้ว"]),
    ("Khmer", "", &["ខ្ញុំ", "ចង់", "បន្ទប់", "សោ", "ទ្វារ"]),
    ("Chinese", "", &["上海", "钥匙", "门口", "预订", "我在", "等你"]),
    ("Japanese", "", &["予約", "明日の", "カギ", "ドア", "です", "を確認"]),
    ("Korean", "", &["예약", "확인", "열쇠", "문", "안녕"]),
    ("Numbers", " ", &["1,200", "1200", "REQ-7F3K2M", "١٢٣", "42", "a@b.example"]),
];

struct Dice(u64);

impl Dice {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % count
    }
}

async fn all(place: &Place, viewer: &Viewer, text: &str) -> Vec<String> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let search = MessageSearch { text: text.to_owned(), ..MessageSearch::default() };
        let page = search::find(&place.context, viewer, search, after).await.unwrap();
        if page.instead.is_none() {
            found.extend(page.messages.into_iter().map(|message| message.id.0.to_string()));
        }
        after = page.next;
        if after.is_none() {
            found.sort();
            return found;
        }
    }
}

#[tokio::test]
async fn f8_the_index_finds_what_a_naive_scan_finds_in_20_scripts() {
    let place = Place::new().await;
    let (guest, host) = (place.user("Noor").await, place.user("Tomas").await);
    let (other, third) = (place.user("Mei").await, place.user("Rui").await);
    let (mine, theirs) =
        (place.conversation(&guest, &host).await.id, place.conversation(&other, &third).await.id);
    let mut dice = Dice(20_260_612);
    let mut sent: Vec<(String, String)> = Vec::new();
    for (_, between, words) in SCRIPTS {
        for _ in 0..12 {
            let count = 2 + dice.below(6);
            let text: Vec<_> = (0..count).map(|_| words[dice.below(words.len())]).collect();
            let text = text.join(between);
            let message = place.send(&host, mine, &text).await.unwrap();
            sent.push((message.id.0.to_string(), message.body));
            place.send(&other, theirs, &text).await.unwrap();
        }
    }
    place.indexed().await;
    let (mut queries, mut hits) = (0, 0);
    for (script, between, words) in SCRIPTS {
        for number in 0..14 {
            let word = words[dice.below(words.len())];
            let chars: Vec<char> = word.chars().collect();
            let query = match number % 4 {
                0 => word.to_owned(),
                1 => chars[..1 + dice.below(chars.len())].iter().collect(),
                2 => format!("{}{between}{word}", words[dice.below(words.len())]),
                _ => format!("\"{}{between}{word}\"", words[dice.below(words.len())]),
            };
            let parsed = Query::parse(&query);
            let found = all(&place, &guest, &query).await;
            let mut expected: Vec<_> = sent
                .iter()
                .filter(|(_, text)| !parsed.is_empty() && parsed.find(text).is_some())
                .map(|(id, _)| id.clone())
                .collect();
            expected.sort();
            assert_eq!(found, expected, "{script}: {query}");
            // By a rule that knows nothing of tokens: what is whole in a text is found.
            let is_plain = number % 4 == 0;
            for (id, text) in
                sent.iter().filter(|(_, text)| is_plain && text.split(' ').any(|part| part == word))
            {
                assert!(found.contains(id), "{script}: {word} in {text}");
            }
            if between.is_empty() && is_plain {
                for (id, text) in sent.iter().filter(|(_, text)| text.contains(word)) {
                    assert!(found.contains(id), "{script}: {word} in {text}");
                }
            }
            queries += 1;
            hits += found.len();
        }
    }
    println!("{} messages, {queries} searches, {hits} hits", sent.len());
    assert!(hits > queries, "most are found");
}
