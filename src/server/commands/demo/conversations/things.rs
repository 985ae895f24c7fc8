//! Conversations about items, services and tours.

use super::{DemoConversation, talks};

pub const CONVERSATIONS: &[DemoConversation] = talks! {
    repair with leo, 12 ago, unread_by_host 1: {
        Guest 0 "Hello, the leg of my grandmother's table has come off, and I have tried to glue it. I am \
            sorry. Can it still be saved?"
    }
    shelf with tomas, 295 ago, unread_by_host 1: {
        Guest 0 "Hello, do you send to Sweden? I would like two shelves for the boathouse."
        Host 120 "Hello Tomas, yes, about €60 for both. One question: how damp does it get in there in \
            winter?"
        Guest 9 "It is heated all year, but it stands in a lake."
        Host 40 "Then we oil them once more and leave two millimetres of air at each end. Walnut moves, but \
            it is polite about it."
        Guest 55 "Two millimetres is fine. Go ahead, and send me the bill."
    }
    quilt with aino, 1_610 ago, unread_by_guest 1: {
        Guest 0 "Hello Inês, I need six quilts for cabins, hard-wearing, in forest colours. Is that too many?"
        Host 260 "Six! I had to sit down. It is not too many, but it takes until the autumn."
        Guest 20 "Autumn is when they are needed. Would you like half of it in advance?"
        Host 12 "A third is enough, it buys all the cloth."
        Guest 6 "Sent. No hurry with anything."
        Host 1_300 "The first one is ready, and I want to keep it myself. That is usually a good sign. \
            Here it is: https://stoa.example/pictures/forest-quilt"
    }
    walk with leo, 1_830 ago: {
        Guest 0 "Hi Ana, may I take pictures on the walk, or do the people who live there mind?"
        Host 37 "Hi Leo! In eight courtyards you may. In three you ask first and they will say yes. In one \
            you put the camera away, and you will see why."
        Guest 5 "Now I am coming only for that one."
        Host 1 "Everybody does ✨"
    }
    cups with ines, 11_700 ago: {
        Guest 0 "Hello Jonas, could you make cups without a handle? My guests hold them with both hands."
        Host 75 "I could. They get hot, though. I would make the wall a little thicker, and leave the foot \
            unglazed so that they feel nice."
        Guest 14 "That sounds right. Twelve, in the white that is almost grey?"
        Host 6 "Almost grey, twelve. Two of them will be a bit crooked, I can't help it."
        Guest 3 "Those are mine then."
    }
    shelf with ana, 21_500 ago: {
        Guest 0 "Good afternoon, does the shelf hold on an old wall? Mine is clay and straw from 1780."
        Host 48 "Good afternoon Ana. On clay we don't trust the brackets alone. We could make you a version \
            that stands on two legs and only leans."
        Guest 22 "A shelf that leans on history. What would it cost?"
        Host 30 "€395, legs included. A drawing comes tomorrow."
        Host 1_400 "Here is the drawing: https://stoa.example/drawings/leaning-shelf. The legs are 30 mm, \
            they can be thinner but then it looks nervous."
        Guest 64 "Not nervous at all. I would like it exactly like that."
    }
    bookcase with leo, 30_100 ago: {
        Guest 0 "Hello, is the bookcase really gone? I measured the wall three times."
        Host 200 "Hello Leo, it went on Monday, sorry. The next oak is drying and doesn't listen to us. We \
            write to you first when it is ready."
        Guest 11 "I wait. The books have been on the floor for two years, they know how it goes."
    }
    bikes with ana, 40_500 ago: {
        Guest 0 "Hello Mei, I am in Ghent for a month with an old bicycle that only brakes when it wants to."
        Host 25 "Hello Ana, they get like that. I am free on Saturday at ten. Where are you?"
        Guest 4 "Behind the flower market, the green door."
        Host 2 "I know the door. Coffee, one sugar 😊"
        Guest 4_000 "It brakes! It even brakes when I don't want to. Thank you, Mei."
        Host 12 "That goes away after the first rain."
    }
    harvest with aino, 69_000 ago: {
        Guest 0 "Hello Rui, is the walk possible with a bad knee?"
        Host 310 "Hello Aino. Up yes, down no: it is steep. But you could walk up with us and come down with \
            my father on the tractor. He likes company and tells you about the flood of 1962."
        Guest 12 "A tractor and a flood. Is he there on the 20th?"
        Host 7 "He is there every day since 1941."
    }
    portraits with yara, 144_200 ago: {
        Guest 0 "Hi Leo, I am in Lyon for three days and need a picture for my listing that doesn't look \
            like a passport."
        Host 19 "Hi Yara! Tomorrow at five the light in the old town is gold. Wear something that moves in \
            the wind."
        Guest 3 "I own nothing else."
        Host 8_600 "Thirty pictures, as promised: https://stoa.example/pictures/yara. My favourite is the one \
            where you laugh at the pigeon."
        Guest 44 "Mine too! My mother has already printed it 🕊️"
    }
};
