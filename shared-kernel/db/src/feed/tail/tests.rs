use kernel::{Envelope, EventId, Seams, event::SpecVersion};
use serde_json::value::RawValue;

use super::{MOST_BYTES, Tail};
use crate::Place;

fn event(position: i64, bytes: usize) -> Envelope {
    let seams = Seams::system();
    Envelope {
        specversion: SpecVersion::V1,
        id: EventId::new(seams.id()),
        source: "clock".to_owned(),
        event_type: "clock.ticked.v1".to_owned(),
        time: seams.now(),
        stream: "a".to_owned(),
        streamversion: position,
        position,
        correlationid: None,
        causationid: None,
        traceparent: None,
        data: RawValue::from_string(format!("\"{}\"", "x".repeat(bytes))).unwrap(),
    }
}

fn events(positions: std::ops::RangeInclusive<i64>) -> Vec<Envelope> {
    positions.map(|position| event(position, 10)).collect()
}

fn positions(found: Option<Vec<Envelope>>) -> Option<Vec<i64>> {
    found.map(|events| events.iter().map(|event| event.position).collect())
}

fn at(position: i64) -> Place {
    Place { position, event_id: None }
}

#[test]
fn a_reader_whose_place_is_here_is_told_what_follows() {
    let mut tail = Tail::default();
    assert_eq!(positions(tail.after(Place::START, 5)), None, "nobody has read yet");
    let kept = events(11..=14);
    tail.keep(&kept);
    assert_eq!(positions(tail.after(Place::after(&kept[0]), 2)), Some(vec![12, 13]));
    assert_eq!(positions(tail.after(Place::after(&kept[3]), 2)), Some(vec![]));
    for elsewhere in [0, 9, 10, 15, i64::MAX] {
        assert_eq!(positions(tail.after(at(elsewhere), 5)), None, "{elsewhere}");
    }
    let other = Place::after(&event(12, 10));
    assert_eq!(positions(tail.after(other, 5)), None, "the log of this reader went back");
}

#[test]
fn it_grows_at_its_end_and_never_has_a_gap() {
    let mut tail = Tail::default();
    tail.keep(&events(1..=3));
    tail.keep(&events(2..=5));
    tail.keep(&events(1..=2));
    assert_eq!(positions(tail.after(at(1), 9)), Some(vec![2, 3, 4, 5]));
    tail.keep(&events(8..=9));
    assert_eq!(positions(tail.after(at(5), 9)), None);
    assert_eq!(positions(tail.after(at(8), 9)), Some(vec![9]));
}

#[test]
fn it_keeps_no_more_than_it_may() {
    let mut tail = Tail::default();
    for position in 1..=20 {
        tail.keep(&[event(position, MOST_BYTES / 8)]);
    }
    assert_eq!(positions(tail.after(at(13), 99)), None, "forgotten");
    assert_eq!(positions(tail.after(at(14), 99)), Some((15..=20).collect()));
    tail.keep(&[event(21, MOST_BYTES * 2)]);
    assert_eq!(positions(tail.after(at(20), 99)), None);
    assert_eq!(positions(tail.after(at(21), 99)), Some(vec![]), "the newest stays, however large");
}

#[test]
fn what_was_numbered_goes_on_from_here_or_begins_anew() {
    let mut tail = Tail::default();
    tail.keep_numbered(&events(1..=3));
    let old = events(4..=5);
    tail.keep_numbered(&old);
    assert_eq!(positions(tail.after(at(1), 9)), Some(vec![2, 3, 4, 5]));
    tail.keep_numbered(&events(3..=8));
    assert_eq!(positions(tail.after(at(3), 9)), Some(vec![4, 5, 6, 7, 8]));
    assert_eq!(positions(tail.after(Place::after(&old[1]), 9)), None, "the log went back and has grown again");
    assert_eq!(positions(tail.after(at(1), 9)), None);
    tail.keep_numbered(&events(12..=13));
    assert_eq!(positions(tail.after(at(8), 9)), None, "another process has numbered what is between");
}
