//! Noor's conversations: as a guest with many hosts, and as the host of the studio.

use super::{DemoConversation, talks};

pub const CONVERSATIONS: &[DemoConversation] = talks! {
    courtyard with noor, 41 ago, unread_by_guest 1: {
        Guest 0 "Hello Ana, we met on your courtyard walk last spring. Is the room free for two nights at \
            the end of the month?"
        Host 55 "Noor! Of course I remember, you asked the best question about the well. The room is free \
            from the 28th."
        Guest 12 "Then we take the 28th and 29th. Does the cat still visit?"
        Host 190 "Paco visits, complains and leaves, as always. Tell me when you arrive and I make \
            gazpacho. Is there anything the little one can't eat?"
    }
    quilt with noor, 74 ago, unread_by_guest 2: {
        Guest 0 "Hello Inês, I would like a quilt for our bedroom: dark green, terracotta, cream and a \
            little blue. Never purple."
        Host 140 "Hello Noor, never purple, I write it on the wall. I have a lovely dark green from an old \
            curtain. For the terracotta I would mix two, one alone looks flat."
        Guest 20 "You decide, I trust you. How long does it take?"
        Host 33 "About four weeks. I send pictures before I sew the last side, so that you can still change \
            your mind."
        Guest 10 "Perfect."
        Host 11_400 "Two of the four colours are done. Photos tomorrow, when the light is better."
        Host 1 "The cat has already tested it. It is warm."
    }
    shelf with noor, 154 ago: {
        Guest 0 "Hello, could the walnut shelf be 118 cm instead of 120? We have a narrow wall."
        Host 64 "Hello Noor, yes. It is made to order, so 118 costs the same. Measure it at both ends, old \
            walls lie."
        Guest 35 "You are right! 117.5 at the top, 118.2 at the bottom."
        Host 12 "Then we make it 117. You won't see the gap, and it will go in without swearing."
        Guest 3 "Deal 👍"
        Host 24_500 "It left the workshop this morning. The carrier rings half an hour before."
        Guest 22 "Wonderful, somebody is at home all day."
    }
    lamp with noor, 310 ago: {
        Guest 0 "Is the cable of the lamp black or grey? I can't tell from the picture."
        Host 95 "The one in the picture is black. I have both here. Which one would you like?"
        Guest 30 "Grey. It goes over a white wall."
        Host 14 "Grey it is. And which plug do you need? I make them for France too."
        Guest 6 "France, thank you for thinking of that."
    }
    cups with noor, 1_490 ago: {
        Guest 0 "Good evening Jonas, do you still make the blue ones? I broke one of mine and the others \
            are sad."
        Host 410 "Oh no. Yes, I do, but never the same blue twice. Send me a picture of a survivor and I \
            pick the closest from the next firing."
        Guest 25 "Here they are: https://stoa.example/pictures/three-sad-cups"
        Host 50 "That is from the spring kiln. I think I can get within a sip of it."
        Guest 4 "Within a sip 😄 Then two, in case I am clumsy again."
        Host 9 "Two blue ones. They are fired on Thursday, cool until Saturday, with you the week after."
    }
    studio with mei, 1_530 ago, unread_by_guest 1: {
        Guest 0 "Hello! We are cycling from Dijon and would love to stay two nights. Is there a place for \
            two bicycles?"
        Host 11 "Hello Mei! Yes, there is a locked shed behind the house. And a pump that works."
        Guest 6 "That is the best sentence I have read all week. From the 20th to the 22nd?"
        Host 15 "The 20th to the 22nd is free."
        Guest 4 "Great. We arrive late, around 19:00, and quite dirty."
        Host 8 "Happy to have you. Check-in is from 15:00, the garden hose is on the left."
    }
    vineyard with noor, 4_400 ago: {
        Guest 0 "Hello Rui, a small question before we book: is the water from the well safe to drink, also \
            for a baby?"
        Host 760 "Good morning Noor. Yes, the well water is safe to drink, it is tested every spring. I can \
            send you the paper.\n\n\
            For the baby's bottle most guests still boil it. My own children never waited that long."
    }
    dome with noor, 17_600 ago: {
        Guest 0 "مرحبا يارا! أنا وزوجي نفكر في زيارة وادي رم في الربيع. هل القبة مناسبة لعائلة مع طفلة صغيرة؟"
        Host 47 "أهلاً وسهلاً نور! طبعاً مناسبة، وعندنا سرير صغير للأطفال. الليل بارد قليلاً لكن البطانيات دافئة جداً."
        Guest 9 "جميل جداً 🌟 هل يمكن الوصول بسيارة عادية؟"
        Host 18 "إلى القرية نعم. من هناك نأتي نحن بسيارة الجيب، عشرون دقيقة فقط في الرمل."
        Guest 5 "شكراً! I send my husband the link, he reads only English: https://stoa.example/listings"
        Host 7 "Tell him that the tea is always ready. أهلاً بكم في أي وقت"
    }
    studio with sam, 12_900 ago: {
        Guest 0 "Hello Noor, I am in Burgundy for a lighthouse keepers' meeting. Yes, 300 km from the sea, \
            don't ask. Is the studio free on the 9th?"
        Host 28 "Now I have to ask! It is free on the 9th."
        Guest 15 "We meet where nobody can talk about waves. It doesn't help."
        Host 5 "I leave the garden lamp on for you, so that you feel at home."
        Guest 2 "A fixed white light, very good. Thank you!"
    }
    lunch with noor, 28_700 ago: {
        Guest 0 "Hi Inês, do you take babies at the lunch? She is quiet as long as there is bread."
        Host 85 "There is always bread. We have a high chair from my nephew, it is ugly but strong."
        Guest 12 "Then three of us on Saturday, one with a very small plate."
        Host 20 "I write you down. We meet at the fish side of the market, under the clock, at ten."
        Guest 5_900 "What a day! Thank you. We still talk about the tomatoes."
        Host 180 "The tomatoes say thank you too. Here is the recipe: https://stoa.example/recipes/tomato-rice"
    }
    keeper with noor, 52_300 ago: {
        Guest 0 "Hello Sam, we arrive on the 2nd. Should we bring boots?"
        Host 36 "Hello Noor. Boots, yes. And a hat that ties under the chin. The wind here takes the other \
            kind to Norway."
        Guest 14 "Ha! And is the road open?"
        Host 20 "The ferry goes if the sea is calm, then the minibus. I check in the morning and write to you."
        Host 2_700 "Good morning, all calm. The minibus driver is Donald, he will talk the whole way."
        Guest 8 "He did 😄 We are here. It is magnificent."
        Guest 3_100 "We are back home, with sand in everything. Thank you for everything!"
    }
    studio with leo, 73_000 ago: {
        Guest 0 "Hi Noor, is your studio light enough to take pictures in? I have a couple who wants to be \
            photographed in a garden, and it may rain."
        Host 130 "Hi Leo, the big window looks north and the wall is white. You could try it for an hour, \
            free, as neighbours."
        Guest 15 "That is generous. Sunday at eleven?"
        Host 4 "Sunday at eleven. The key is with my mother, and so is the cake."
    }
    attic with noor, 136_800 ago: {
        Guest 0 "Hello Mei, how steep are the stairs really? We would come with a pram."
        Host 65 "Hello! Honestly: like a ladder that went to school. The pram can stay with the bicycles \
            in the hallway, but the baby has to be carried up four floors."
        Guest 20 "Thank you for being honest. Then we wait until she walks."
        Host 3 "A wise plan. The canal will still be here."
    }
    cabin with noor, 230_500 ago: {
        Guest 0 "Is there any chance to see northern lights from the cabin?"
        Host 240 "From September to March, on every clear night with some luck. There is nothing but stars \
            up here. We ring a bell when they come, so that you don't have to sit up."
        Guest 17 "A bell! That settles it, we come in winter."
    }
};
