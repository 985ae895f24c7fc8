//! The longest conversation: a stay from the first question to the days before it. It has more messages than
//! one page, so that scrolling back loads older ones.

use super::{DemoConversation, talks};

pub const CONVERSATIONS: &[DemoConversation] = talks! {
    boathouse with noor, 2 ago, unread_by_guest 2: {
        Guest 0 "Hi Tomas! Your boathouse looks like a dream. Is it warm enough for a baby? Ours will \
            be nine months old."
        Host 8 "Hello Noor! Yes, there is a wood stove and a heated floor in the bedroom. We can put a \
            cot in for you too."
        Guest 3 "That would be wonderful."
        Guest 1 "And the jetty? She crawls faster than I can run 😅"
        Host 6 "We have a gate for that. It goes across the door and closes with two hands, so only \
            grown-ups get out."
        Guest 4 "You have done this before."
        Host 2 "Three of our own. All of them can swim by now."
        Guest 45 "We talked about it at dinner. Is the 12th to the 15th free? Two of us and the baby."
        Host 12 "It is. I keep it for you until tomorrow evening, no hurry."
        Guest 9 "No need to wait, we would like it."
        Host 5 "Then it is yours. I am glad!"
        Guest 2 "🎉"
        Guest 1_310 "Good morning! How do we get from the station to you? We come by night train, \
            without a car."
        Host 25 "Good choice. From the station it is the bus to the ferry, then the ferry, then twelve \
            minutes on foot along the water.\n\n\
            If the train is on time you catch the bus at 8:40. If it is late, tell me and I come with \
            the van."
        Guest 7 "Can we manage it with a pram?"
        Host 3 "The ferry is flat. The path has roots for the last 200 metres, so a carrier is better \
            there. I take the pram and the bags with the boat."
        Guest 2 "You are spoiling us."
        Host 4 "Wait for the mosquitoes."
        Guest 1 "😬"
        Host 2 "Joking. A little. There are nets on all windows, and it is windy on the jetty most \
            evenings."
        Guest 240 "What should we bring to eat? Is there a shop?"
        Host 31 "There is a small one by the ferry, open until 18:00, closed on Sundays. It has the \
            normal things: milk, bread, potatoes, nappies, far too many kinds of crispbread."
        Host 1 "Fish you get from me if the lake is kind."
        Guest 11 "We eat everything. Well, two of us do. The third one eats mashed carrots and sand."
        Host 5 "We have plenty of both."
        Guest 4_300 "A question about the stove. I have never lit one in my life."
        Host 14 "It is easy, and I show you when you come. Three rules:\n\n\
            1. Open the damper before you light it.\n\
            2. Small wood first, then bigger.\n\
            3. Ash goes into the iron bucket, never into the bin.\n\n\
            There is a drawing of it on the wall, made by my daughter. The flames have faces."
        Guest 6 "Now I want to see the drawing most of all."
        Host 1 "Everybody does. She is 15 now and wants it taken down."
        Guest 3 "Never!"
        Guest 2_900 "My sister asks if she could come for one night. Is there room for a third grown-up?"
        Host 40 "There is a bench in the front room that becomes a bed. One person who doesn't kick \
            sleeps well on it."
        Guest 5 "She kicks."
        Host 2 "Then two half people."
        Guest 3 "😂 I ask her again. What does it cost?"
        Host 9 "Nothing for one night. Just tell me so that I bring another blanket."
        Guest 130 "She can't come after all, work. But thank you, that was kind."
        Host 18 "Another time. The blanket stays in the cupboard anyway."
        Guest 5_600 "How cold is the water? I would like to swim, my husband says I am mad."
        Host 22 "14 degrees yesterday. Mad is the right word, but a good one. Go in from the ladder, \
            not from the shore, and have the stove lit before."
        Guest 4 "14 is fine!"
        Host 1 "We say that too, and then we make a sound like a seal."
        Guest 3 "I will record it for you."
        Host 2 "Please don't 🙈"
        Guest 1_500 "I found this walk: https://stoa.example/walks/around-the-lake. Is it possible with \
            the carrier, or is it too long?"
        Host 35 "It is 11 km and quite flat, but there is a wet part after the second bridge. With a \
            baby I would go to the waterfall instead: 40 minutes up, a fire place at the top, and you \
            see the whole valley."
        Host 2 "Take the sausages from the shop. I leave you a bag of dry wood."
        Guest 8 "Waterfall and sausages. You know us already."
        Guest 2_100 "Something less nice: I may have to take a work call on the first evening. Does the \
            Wi-Fi hold?"
        Host 16 "It does. I worked from there the whole winter before last. If it should fail, there is \
            a cable in the drawer under the coffee machine."
        Guest 2 "There is a coffee machine??"
        Host 1 "We are not savages."
        Guest 1 "❤️"
        Host 1_700 "The cot is here now. I borrowed it from Karin next door, it is the solid kind. Does \
            she sleep better near the window or near the wall?"
        Guest 28 "Near the wall. She wants to talk to every bird she sees."
        Host 3 "Then she will be busy. We have divers on the lake this year, two of them with a chick."
        Guest 2 "I had to look that up. They are beautiful! Do they really sound like that?"
        Host 5 "At two in the morning, yes. It sounds like a ghost, and you think something terrible has \
            happened. Nothing has. It is only a bird who likes another bird."
        Guest 3 "I will tell my husband that at two in the morning."
        Guest 1_290 "We have the tickets! The train arrives at 7:52. I hope the night is kind to us."
        Host 21 "7:52 is good, that gives you time for a cinnamon bun at the station. The kiosk on \
            platform 1, not the other one."
        Guest 4 "Noted: platform 1."
        Host 2 "Then bus 155, ferry at 9:15, and I stand on the other side and wave."
        Guest 90 "One last thing and then I stop asking. Do you have a bath tub for small people, or \
            should we bring something?"
        Host 6 "There is a zinc tub. All three of mine sat in it. Warm water comes from the tap, and on \
            sunny days we fill it on the jetty."
        Guest 2 "I am so looking forward to this."
        Host 15 "Here is the corner where the cot goes: https://stoa.example/pictures/cot-corner. Quiet, \
            warm, and no draught from the door."
        Host 4 "And I found a small life jacket in the shed, size up to 10 kilos. I washed it and hung it \
            in the sun. Does she weigh less than that?"
    }
};
