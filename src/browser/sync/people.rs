//! People of a room that its summary does not name, and readers of a message.

use leptos::{prelude::*, task::spawn_local};

use crate::browser::Live;
use crate::{
    api::rooms::{get_readers, get_room_people},
    shared::{
        ids::{ConversationId, UserId},
        positions::Seq,
        users::Person,
    },
};

/// Current and former members of a room.
#[derive(Clone, Debug, Default)]
pub struct RoomPeople {
    present: Vec<Person>,
    former: Vec<Person>,
}

impl Live {
    /// A current or former member of a room. Loads the room's members on the first call.
    pub fn room_person(self, id: ConversationId, user: UserId) -> Option<Person> {
        let is_room = self.inbox.with(|inbox| inbox.get(id).is_some_and(|row| row.subject.room().is_some()));
        if !is_room || !self.is_hydrated.get() {
            return None;
        }
        self.load_room_people(id);
        self.people.with(|people| {
            let people_of_room = people.get(&id)?;
            people_of_room
                .present
                .iter()
                .chain(&people_of_room.former)
                .find(|person| person.id == user)
                .cloned()
        })
    }

    /// The current members of a room; empty until they are loaded.
    pub fn room_people(self, id: ConversationId) -> Vec<Person> {
        self.people.with(|people| {
            people.get(&id).map(|people_of_room| people_of_room.present.clone()).unwrap_or_default()
        })
    }

    /// The names of a room's members; empty for another conversation. Loads them on the first call.
    pub fn room_names(self, id: ConversationId) -> Vec<String> {
        let is_room = self.inbox.with(|inbox| inbox.get(id).is_some_and(|row| row.subject.room().is_some()));
        if !is_room {
            return Vec::new();
        }
        self.load_room_people(id);
        self.room_people(id).into_iter().map(|person| person.name).collect()
    }

    /// Loads the members of a room once.
    pub fn load_room_people(self, id: ConversationId) {
        if self.people.with_untracked(|people| people.contains_key(&id)) {
            return;
        }
        self.people.update_untracked(|people| drop(people.insert(id, RoomPeople::default())));
        self.reload_room_people(id);
    }

    /// Loads the members of a room again; until then the known ones stay. After a failure the next call of either
    /// function tries again.
    pub fn reload_room_people(self, id: ConversationId) {
        spawn_local(async move {
            match get_room_people(id).await {
                Ok(found) => {
                    let present = found.people.into_iter().map(|other| other.person).collect();
                    let people_of_room = RoomPeople { present, former: found.former };
                    self.people.update(|people| drop(people.insert(id, people_of_room)));
                }
                Err(_) => self.people.update_untracked(|people| {
                    if people.get(&id).is_some_and(|people_of_room| people_of_room.present.is_empty()) {
                        people.remove(&id);
                    }
                }),
            }
        });
    }

    /// Loads the names of a message's readers into `names`.
    pub fn load_readers(self, id: ConversationId, seq: Seq, names: RwSignal<Option<Vec<String>>>) {
        spawn_local(async move {
            if let Ok(readers) = get_readers(id, seq).await {
                names.try_set(Some(readers.into_iter().map(|reader| reader.person.name).collect()));
            }
        });
    }
}
