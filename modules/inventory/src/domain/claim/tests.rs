use kernel::Sku;
use uuid::Uuid;

use super::*;

fn sku(name: &str) -> Sku {
    Sku::parse(name).unwrap()
}

fn time(minute: u32) -> DateTime<Utc> {
    format!("2026-11-21T12:{minute:02}:00Z").parse().unwrap()
}

fn claim(status: Status) -> Claim {
    let demands = [Demand { sku: sku("A"), quantity: 3 }, Demand { sku: sku("B"), quantity: 1 }];
    let order = OrderId::new(Uuid::from_u128(7));
    Claim { status, ..Claim::held(order, time(15), false, &demands, act(0)) }
}

fn act(minute: u32) -> Act {
    Act { at: time(minute), actor: "system:order".to_owned() }
}

/// `A +1/0/-1` for one more on hand and one less committed.
fn shown(moved: &[Entry]) -> Vec<String> {
    let line = |entry: &Entry| {
        let Delta { on_hand, held, committed } = entry.delta;
        format!("{} {} {on_hand}/{held}/{committed}", entry.kind.as_str(), entry.sku)
    };
    moved.iter().map(line).collect()
}

#[test]
fn every_legal_move() {
    let moves: Vec<String> = Status::ALL
        .into_iter()
        .flat_map(|from| Status::ALL.map(|to| (from, to)))
        .filter(|&(from, to)| from.may_become(to))
        .map(|(from, to)| format!("{} -> {}", from.as_str(), to.as_str()))
        .collect();
    assert_eq!(
        moves,
        [
            "held -> committed",
            "held -> released",
            "held -> expired",
            "committed -> released",
            "expired -> held",
            "expired -> committed",
            "expired -> released",
            "expired -> refused",
        ]
    );
}

#[test]
fn every_status_reads_back() {
    for status in Status::ALL {
        assert_eq!(Status::parse(status.as_str()), Some(status));
    }
    assert_eq!(Status::parse("lost"), None);
}

#[test]
fn a_repeated_hold_is_answered_as_before() {
    let order = claim(Status::Held).order;
    let stands = Ok(Again::Stands(Held { order, until: time(15) }));
    for (status, now, answer) in [
        (Status::Held, 10, stands.clone()),
        (Status::Held, 15, stands.clone()),
        (Status::Held, 16, Ok(Again::Prolong)),
        (Status::Committed, 10, stands.clone()),
        (Status::Committed, 59, stands),
        (Status::Expired, 16, Ok(Again::Anew)),
        (Status::Released, 10, Err(StockRefusal::Released { order })),
        (Status::Refused, 10, Err(StockRefusal::OutOfStock { lines: Vec::new() })),
    ] {
        assert_eq!(claim(status).again(time(now)), answer, "{} at {now}", status.as_str());
    }
}

#[test]
fn a_commitment_comes_from_what_is_held_or_free() {
    let order = claim(Status::Held).order;
    let commit = |status| claim(status).commit().map(|moved| moved.map(|moved| shown(&moved)));
    let text = |lines: [&str; 2]| Ok(Some(lines.map(str::to_owned).to_vec()));
    assert_eq!(commit(Status::Held), text(["commit A 0/-3/3", "commit B 0/-1/1"]));
    assert_eq!(commit(Status::Expired), text(["commit A 0/0/3", "commit B 0/0/1"]));
    assert_eq!(commit(Status::Committed), Ok(None));
    assert_eq!(commit(Status::Released), Err(StockRefusal::Released { order }));
    assert_eq!(commit(Status::Refused), Err(StockRefusal::NotHeld { order }));
}

#[test]
fn what_ends_gives_back_what_it_has() {
    let release = |status| claim(status).release().map(|moved| shown(&moved));
    assert_eq!(release(Status::Held).unwrap(), ["release A 0/-3/0", "release B 0/-1/0"]);
    assert_eq!(release(Status::Committed).unwrap(), ["release A 0/0/-3", "release B 0/0/-1"]);
    assert_eq!(release(Status::Expired).unwrap(), [""; 0]);
    assert_eq!((release(Status::Released), release(Status::Refused)), (None, None));

    let expire = |status| claim(status).expire().map(|moved| shown(&moved));
    assert_eq!(expire(Status::Held).unwrap(), ["expire A 0/-3/0", "expire B 0/-1/0"]);
    for status in [Status::Committed, Status::Released, Status::Expired, Status::Refused] {
        assert_eq!(expire(status), None, "{}", status.as_str());
    }
}

#[test]
fn goods_that_leave_are_no_longer_claimed() {
    let lines = [OrderLine { sku: sku("A"), quantity: 2 }];
    for (status, moved) in [
        (Status::Committed, "fulfil A -2/0/-2"),
        (Status::Held, "fulfil A -2/-2/0"),
        (Status::Expired, "fulfil A -2/0/0"),
    ] {
        assert_eq!(shown(&claim(status).fulfil(&lines).unwrap()), [moved]);
    }
    assert!(claim(Status::Committed).fulfil(&[OrderLine { sku: sku("A"), quantity: 0 }]).is_err());
    for status in [Status::Released, Status::Refused] {
        assert!(claim(status).fulfil(&lines).is_err(), "{}", status.as_str());
    }
}

#[test]
fn goods_that_come_back() {
    // Three units of which two had been sent.
    let lines = [ReturnedLine { sku: sku("A"), quantity: 3, shipped: 2 }];
    for (status, restock, moved) in [
        (Status::Committed, true, "return A 2/0/-1"),
        (Status::Committed, false, "return A -1/0/-1"),
        (Status::Held, true, "return A 2/-1/0"),
        (Status::Expired, true, "return A 2/0/0"),
    ] {
        assert_eq!(shown(&claim(status).take_back(&lines, restock).unwrap()), [moved], "{restock}");
    }
    let sent = [ReturnedLine { sku: sku("A"), quantity: 2, shipped: 2 }];
    assert_eq!(claim(Status::Committed).take_back(&sent, false).unwrap(), []);
    assert!(claim(Status::Released).take_back(&sent, true).is_err());
    for (quantity, shipped) in [(0, 0), (-1, -1), (1, 2), (1, -1)] {
        let odd = [ReturnedLine { sku: sku("A"), quantity, shipped }];
        assert!(claim(Status::Committed).take_back(&odd, true).is_err(), "{quantity} of which {shipped}");
    }
}

/// A plain hold and its commitment are read from the claim, until it is entered into the ledger.
#[test]
fn plain_movements_are_entered_once() {
    let mut claim = claim(Status::Held);
    assert!(claim.is_plain());
    claim.committed = Some(act(1));
    let plain = claim.plain_movements();
    let minutes: Vec<_> = plain.iter().map(|(act, _)| act.at).collect();
    assert_eq!(minutes, [time(0), time(0), time(1), time(1)]);
    let entries: Vec<_> = plain.iter().map(|(_, entry)| entry.clone()).collect();
    assert_eq!(shown(&entries), ["hold A 0/3/0", "hold B 0/1/0", "commit A 0/-3/3", "commit B 0/-1/1"]);
    assert_eq!(claim.enter(), plain);
    assert!(claim.in_ledger && !claim.is_plain());
    assert_eq!((claim.enter(), claim.plain_movements()), (Vec::new(), Vec::new()));
}

/// What left before the commitment is not a part of it.
#[test]
fn a_claim_of_which_goods_have_left_is_not_plain() {
    let mut claim = claim(Status::Held);
    claim.fulfil(&[OrderLine { sku: sku("A"), quantity: 2 }]).unwrap();
    assert!(!claim.is_plain());
    assert_eq!(shown(&claim.commit().unwrap().unwrap()), ["commit A 0/-1/1", "commit B 0/-1/1"]);
}
