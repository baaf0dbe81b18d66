//! I9: what was acknowledged is on the disk.
//!
//! Kills cannot show this, because the kernel keeps what a killed process has written. So the system calls are read:
//! between the write that holds an answer and the sending of that answer the file must have been synced.

use std::{path::Path, process::Command};

use crate::harness::{Kind, Order, Place, Process, Program, alone, aloud, fresh_key, run, signal_to};

const CALLS: &str = "trace=fdatasync,fsync,write,pwrite64,writev,sendto,sendmsg";

/// How a key's fingerprint begins that an order was placed with, and how many hexadecimal digits follow.
const FINGERPRINT: &str = "place ";
const FINGERPRINT_LENGTH: usize = 64;

/// Orders placed one after the other.
const ORDERS: usize = 10;

#[test]
fn an_answer_is_synced_before_it_is_sent() {
    traced("full", |unsynced| assert_eq!(unsynced, Vec::<String>::new()));
}

#[test]
fn control_relaxed_durability_does_not_sync() {
    traced("relaxed", |unsynced| {
        assert!(!unsynced.is_empty(), "without syncs the test did not fail");
        aloud(&format!("control durability = relaxed: red, as it should be: {}", unsynced[0]));
    });
}

fn traced(durability: &'static str, judge: impl FnOnce(Vec<String>)) {
    if !Command::new("strace").arg("-V").output().is_ok_and(|found| found.status.success()) {
        aloud("SKIPPED: syncs are not counted, because strace is not here");
        return;
    }
    let _turn = alone();
    let unsynced = run(async {
        let place = Place::new(Kind::Sqlite);
        let mut program = Program::at(&place);
        program.set("BANYAN__DATA__DURABILITY", durability);
        let trace = program.folder().join("trace");
        let wrapper = ["strace", "-f", "-y", "-s", "8192", "-e", CALLS, "-o", trace.to_str().unwrap()];
        let store = program.serves_with(&wrapper, &["serve", "--no-demo"]).await;
        store.admin().stocks("cup", 100, 100).await;
        let mut answers = Vec::new();
        for number in 0..ORDERS {
            let (guest, key) = (store.guest(&format!("buyer{number}")), fresh_key());
            let bought = guest.orders(&key, &guest.wants(&[("cup", 1)], "tok_approve")).await.expect_status(201);
            answers.push((Order::of(&bought).id, key));
        }
        stop(store).await;
        unsynced(&trace, &answers)
    });
    judge(unsynced);
}

/// The store is the child of the one who traces it.
async fn stop(store: Process) {
    let children = format!("/proc/{0}/task/{0}/children", store.id());
    let children = std::fs::read_to_string(children).unwrap();
    let child: u32 = children.split_whitespace().next().expect("strace runs the store").parse().unwrap();
    signal_to(child, "TERM");
    let status = store.ends().await;
    assert!(status.success(), "{status}");
}

/// What became of each answer, where it was sent before the file that keeps it was synced. Each order is given with its key.
///
/// An answer is rebuilt from the order's row once the row has no checkout saga any more. In the row the saga's stage stands
/// behind the key and its fingerprint. So the first write of the row to the log of the order module that has no stage there
/// is the commit of the answer.
fn unsynced(trace: &Path, orders: &[(String, String)]) -> Vec<String> {
    let trace = std::fs::read_to_string(trace).unwrap();
    let lines: Vec<&str> = trace.lines().collect();
    let is_log = |line: &str| line.contains("order.db-wal>");
    let find = |from: usize, wanted: &dyn Fn(&str) -> bool| {
        lines.iter().enumerate().skip(from).find(|(_, line)| wanted(line)).map(|(index, _)| index)
    };
    let judge = |(order, key): &(String, String)| {
        // The trace escapes quotes.
        let answer = format!(r#"{{\"id\":\"{order}\",\"number\""#);
        let sent =
            find(0, &|line| line.contains("HTTP/1.1 201") && line.contains(&answer)).expect("the answer was sent");
        let written = find(0, &|line| line.contains("pwrite64") && is_log(line) && has_no_saga(line, key));
        let Some(written) = written.filter(|written| *written < sent) else {
            return Some(format!("the answer in line {sent} was never written before"));
        };
        let synced = find(written, &|line| line.contains("sync(") && is_log(line)).filter(|synced| *synced < sent);
        let done = synced.and_then(|synced| finished(&lines, synced)).filter(|done| *done < sent);
        done.is_none().then(|| format!("written in line {written}, sent in line {sent}, not synced between"))
    };
    orders.iter().filter_map(judge).collect()
}

/// Whether a page has the row of the order with this key, and in it no stage of a saga.
fn has_no_saga(page: &str, key: &str) -> bool {
    let begins = format!("{key}{FINGERPRINT}");
    page.split(&begins).skip(1).any(|row| {
        let behind: String = row.chars().skip(FINGERPRINT_LENGTH).take("settling".len() + 16).collect();
        !["placing", "pending", "undoing", "settling"].iter().any(|stage| behind.contains(stage))
    })
}

/// Where the call that begins in line `began` ends: there, or where its thread resumes it.
fn finished(lines: &[&str], began: usize) -> Option<usize> {
    if !lines[began].contains("<unfinished") {
        return Some(began);
    }
    let thread = lines[began].split_whitespace().next()?;
    let resumed = |line: &str| line.split_whitespace().next() == Some(thread) && line.contains("sync resumed");
    lines.iter().enumerate().skip(began).find(|(_, line)| resumed(line)).map(|(index, _)| index)
}
