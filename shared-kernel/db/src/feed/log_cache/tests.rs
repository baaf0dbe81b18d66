use kernel::{Envelope, EventId, Seams, event::SpecVersion};
use serde_json::value::RawValue;

use super::{LogCache, MOST_BYTES};
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
    let mut cache = LogCache::default();
    assert_eq!(positions(cache.after(Place::START, 5)), None, "nobody has read yet");
    let kept = events(11..=14);
    cache.keep(&kept);
    assert_eq!(positions(cache.after(Place::after(&kept[0]), 2)), Some(vec![12, 13]));
    assert_eq!(positions(cache.after(Place::after(&kept[3]), 2)), Some(vec![]));
    for elsewhere in [0, 9, 10, 15, i64::MAX] {
        assert_eq!(positions(cache.after(at(elsewhere), 5)), None, "{elsewhere}");
    }
    let other = Place::after(&event(12, 10));
    assert_eq!(positions(cache.after(other, 5)), None, "the log of this reader went back");
}

#[test]
fn it_grows_at_its_end_and_never_has_a_gap() {
    let mut cache = LogCache::default();
    cache.keep(&events(1..=3));
    cache.keep(&events(2..=5));
    cache.keep(&events(1..=2));
    assert_eq!(positions(cache.after(at(1), 9)), Some(vec![2, 3, 4, 5]));
    cache.keep(&events(8..=9));
    assert_eq!(positions(cache.after(at(5), 9)), None);
    assert_eq!(positions(cache.after(at(8), 9)), Some(vec![9]));
}

#[test]
fn it_keeps_no_more_than_it_may() {
    let mut cache = LogCache::default();
    for position in 1..=20 {
        cache.keep(&[event(position, MOST_BYTES / 8)]);
    }
    assert_eq!(positions(cache.after(at(13), 99)), None, "forgotten");
    assert_eq!(positions(cache.after(at(14), 99)), Some((15..=20).collect()));
    cache.keep(&[event(21, MOST_BYTES * 2)]);
    assert_eq!(positions(cache.after(at(20), 99)), None);
    assert_eq!(positions(cache.after(at(21), 99)), Some(vec![]), "the newest stays, however large");
}

#[test]
fn it_grows_by_commits_however_they_come() {
    let mut cache = LogCache::default();
    assert_eq!(cache.grow(events(11..=12)).len(), 0, "it begins anywhere");
    let mut committed = events(13..=18);
    let later = cache.grow(committed.split_off(2));
    assert_eq!(positions(Some(later.clone())), Some(vec![15, 16, 17, 18]), "13 and 14 are to come");
    assert_eq!(positions(cache.after(at(11), 9)), Some(vec![12]));
    committed.extend(later);
    assert_eq!(cache.grow(committed).len(), 0);
    assert_eq!(positions(cache.after(at(11), 9)), Some((12..=18).collect()));
    let known = cache.after(at(16), 9).unwrap();
    assert_eq!(cache.grow(known).len(), 0, "a reader of the table was faster");
    assert_eq!(positions(cache.after(at(11), 9)), Some((12..=18).collect()));
}

#[test]
fn a_log_that_went_back_is_begun_anew() {
    let mut cache = LogCache::default();
    let old = events(4..=6);
    cache.keep(&old);
    assert_eq!(cache.grow(events(6..=8)).len(), 0);
    assert_eq!(positions(cache.after(at(6), 9)), Some(vec![7, 8]));
    assert_eq!(positions(cache.after(Place::after(&old[2]), 9)), None, "its event is not in the log any more");
    cache.grow(events(2..=3));
    assert_eq!(positions(cache.after(at(2), 9)), Some(vec![3]));
    assert_eq!(positions(cache.after(at(6), 9)), None);
}
