//! Conversations of other guests and hosts about stays.

use super::{DemoConversation, talks};

pub const CONVERSATIONS: &[DemoConversation] = talks! {
    boathouse with yara, 18 ago, unread_by_host 2: {
        Guest 0 "Hello Tomas, I come from the desert and have never slept above water. Does it move?"
        Host 22 "Hello Yara! It stands on oak posts since 1931 and doesn't move. You only hear it."
        Guest 6 "What do you hear?"
        Host 3 "Small waves, and once a night the ice of your whisky."
        Guest 340 "Then I come in August with my mother. She asks whether there are bears."
        Guest 2 "I told her there are not. Now I am not sure 🐻"
    }
    attic with ana, 122 ago, unread_by_guest 1: {
        Guest 0 "Hi Mei! Two friends and I want to come for the festival. Are three people too many under \
            the beams?"
        Host 70 "Hi Ana! Three is fine if one of you likes the window seat. It is 1.80 m long and has the \
            best view."
        Guest 5 "That will be me, I am 1.62."
        Guest 1 "How loud is it at night?"
        Host 410 "The festival stops at one, the bells never. I put ear plugs on every pillow."
    }
    cabin with mei, 425 ago, unread_by_host 1: {
        Guest 0 "Hello Aino, is it possible to reach the cabin by bicycle from the station?"
        Host 300 "Hello Mei! It is 62 km, the last six on gravel. People have done it. They slept very \
            well afterwards."
        Guest 18 "62 is a nice number. Is there water on the way?"
        Host 9 "Two lakes and a petrol station with excellent doughnuts."
        Guest 33 "Then I come on the 4th, with panniers full of doughnuts. Can I dry my things in the sauna?"
    }
    loft with mei, 2_950 ago: {
        Guest 0 "Hi Leo, my parents visit Lyon and speak only Chinese and a little German. Could you write \
            the door code on a card for them?"
        Host 90 "Of course. If you send me the text, I print it large."
        Guest 40 "您好！大门密码是 4711，电梯在左边，四楼。钥匙在蓝色的小盒子里。\n\n祝您旅途愉快！"
        Host 12 "Printed and glued to the door frame. Is the lift sentence in there? It is slow, they should \
            not think it is broken."
        Guest 5 "电梯很慢，但是没有坏 😄"
        Host 2 "I will learn this one by heart."
        Guest 2_600 "They are in love with the market. My father bought a cheese that has its own smell in \
            the photos. Thank you!"
    }
    keeper with tomas, 4_330 ago: {
        Guest 0 "From one man with cold water to another: how is the swimming?"
        Host 65 "Eleven degrees, with seals. They stare."
        Guest 4 "Do they judge?"
        Host 1 "Silently."
        Guest 15 "I take three nights in the second week, if it is free."
        Host 22 "It is. Bring the good coffee, the shop has only the other kind."
    }
    boathouse with mei, 5_800 ago: {
        Guest 0 "Hello Tomas, do you have space for a bicycle, a wet tent and a tired person?"
        Host 12 "The bicycle goes into the shed, the tent over the jetty rail, the tired person into the \
            hammock."
        Guest 3 "In that order. One night, the 30th?"
        Host 8 "The 30th. I light the stove at six."
        Guest 9_900 "I still think about that stove. Thank you, Tomas. I left a small bell for the gate."
        Host 55 "It rings every time the neighbour's goat comes. So: often."
    }
    vineyard with ines, 8_700 ago: {
        Guest 0 "Olá Rui! Posso levar a minha máquina de costura? I would like to sew on your terrace for a \
            week."
        Host 180 "Olá Inês! Claro. There is a socket by the door and shade until four."
        Guest 11 "Obrigada! I pay half of it in cushions, if you like."
        Host 25 "The chairs would like that very much."
    }
    loft with ana, 14_600 ago: {
        Guest 0 "Hello Leo, can we leave our bags before 15:00? Our train is at nine in the morning."
        Host 17 "Leave them at the bakery below, tell Madame Roux that Leo sends you. She keeps them behind \
            the flour."
        Guest 4 "Do we owe her something?"
        Host 2 "Buy one brioche each. It is not a hardship."
        Guest 620 "Bags are white, we are happy. See you at three."
    }
    attic with tomas, 36_400 ago: {
        Guest 0 "Hello Mei, I am two metres tall. Should I be afraid of the beams?"
        Host 50 "Hello Tomas. Yes. I have hung a red ribbon on the worst one."
        Guest 5 "Can I stand upright anywhere?"
        Host 2 "In the middle of the room and in the shower. I measured it for you just now: 2.04 m."
        Guest 7 "Four centimetres of freedom. We come."
        Host 4 "Your ribbons are waiting."
    }
    dome with sam, 63_900 ago: {
        Guest 0 "Hello Yara. I look after a lighthouse and would like to see a place with no light at all. \
            When is it darkest?"
        Host 33 "Hello Sam, what a lovely wish. Come at new moon. I switch off every lamp in the camp at \
            nine, and then you can't see your own hand."
        Guest 21 "That sounds like a holiday."
        Host 6 "New moon is on the 17th. I keep the last dome in the row for you, it looks away from us."
        Guest 9 "Done. I bring a torch, out of professional habit, and promise not to use it."
    }
    courtyard with tomas, 79_300 ago: {
        Guest 0 "Hello Ana, we come from 8 degrees. What do people wear in Seville now?"
        Host 28 "Linen, and a face that says it is fine. It is 34."
        Guest 3 "We will be red."
        Host 2 "There is aloe in the courtyard. Break off a leaf, she grows back."
        Guest 4_200 "We were red. The aloe was good. Everything was good, thank you."
    }
    cabin with rui, 115_500 ago: {
        Guest 0 "Hello Aino, I make wine and have never been in a real sauna. Is there a right way to do it?"
        Host 95 "Hello Rui! There are a hundred right ways and everybody fights about them. Mine:\n\n\
            Warm up slowly. Water on the stones when you feel brave. Out when you have had enough, not \
            when the others have. Into the lake. Again.\n\n\
            And no wine before, only after."
        Guest 30 "I bring six bottles for after."
        Host 4 "You are going to be popular."
    }
    vineyard with leo, 172_600 ago: {
        Guest 0 "Hi Rui, do you mind if I photograph the harvest? I would give you all the pictures."
        Host 1_200 "Hi Leo, with pleasure, if you also carry a basket. Everybody who stands between the \
            vines carries a basket."
        Guest 40 "One basket on my back, one camera in front. Fair."
    }
    boathouse with jonas, 201_000 ago: {
        Guest 0 "Hello Tomas, do you allow dogs? Mine is called Teapot and is afraid of ducks."
        Host 16 "Teapot is welcome. There are ducks, but they are polite."
        Guest 8 "He will stay under the table. Thank you!"
    }
    courtyard with yara, 287_900 ago: {
        Guest 0 "Good morning Ana, is there a quiet place to work for a few hours a day?"
        Host 44 "Good morning Yara! The roof before eleven, the library round the corner after that. I give \
            you my card for it."
        Guest 13 "Wonderful. One week from the 3rd?"
        Host 5 "From the 3rd, and the orange tree is in flower 🍊"
    }
};
